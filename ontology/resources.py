"""The files of this room, readable from a checkout and from an installed package alike."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any


def ontology_turtle() -> bytes:
    """Return the ontology (classes, properties, individuals) as Turtle."""
    return files("ontology").joinpath("dure.ttl").read_bytes()


def shapes_turtle() -> bytes:
    """Return the SHACL shapes as Turtle."""
    return files("ontology").joinpath("shapes.ttl").read_bytes()


def ontology_shapes_turtle() -> bytes:
    """Return the shapes that the ontology itself and the concept schemes must meet, as Turtle."""
    return files("ontology").joinpath("ontology-shapes.ttl").read_bytes()


def concept_files() -> dict[str, bytes]:
    """Return the concept schemes as Turtle, by name of the scheme, in order of name."""
    folder = files("ontology").joinpath("concepts")
    found = {
        item.name: item.read_bytes() for item in folder.iterdir() if item.name.endswith(".ttl")
    }
    return {name.removesuffix(".ttl"): found[name] for name in sorted(found)}


def context() -> dict[str, Any]:
    """Return the JSON-LD context: term names, their IRIs, and how their values are written."""
    loaded: dict[str, Any] = json.loads(
        files("ontology").joinpath("context.jsonld").read_text(encoding="utf-8")
    )
    return loaded
