"""The rooms: imports point one way, libraries stay where they belong, settings are read once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

# room → rooms it may import, besides itself
ARROWS = {
    "ontology": set(),
    "graphstore": {"ontology"},
    "queries": {"graphstore", "ontology"},
    "analysis": set(),
    "curation": {"graphstore", "queries", "ontology"},
    "api": {"curation", "queries", "analysis", "graphstore", "ontology"},
    "dure": {"api", "curation", "queries", "analysis", "graphstore", "ontology"},
}
# library → rooms that may import it
SPEAKERS = {
    "rdflib": {"graphstore", "curation"},
    "pyshacl": {"graphstore"},
    "networkx": {"analysis"},
    "fastapi": {"api"},
    "starlette": {"api"},
    "uvicorn": {"dure"},
    "yaml": {"curation", "queries"},
}
# The engine and its parsers; its terms travel everywhere.
ENGINE_ONLY = {"Store", "parse", "parse_query_results", "serialize"}
ENGINE_ROOMS = {"parse": {"graphstore", "curation"}}

FILES = [
    path
    for room in ARROWS
    for path in sorted((ROOT / room).rglob("*.py"))
    if "__pycache__" not in path.parts
]


def imports(path: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield (top-level module, names taken from it) of every import in a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name.partition(".")[0], ()
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0], tuple(alias.name for alias in node.names)
        elif (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "pyoxigraph"
        ):
            yield "pyoxigraph", (node.attr,)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_there_are_files_to_read() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in FILES} >= set(ARROWS) - {"analysis"}


@pytest.mark.parametrize("path", FILES, ids=name)
def test_imports_point_one_way(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    rooms = {module for module, _ in imports(path)} & set(ARROWS)
    assert rooms - {room} <= ARROWS[room]


@pytest.mark.parametrize("path", FILES, ids=name)
def test_libraries_are_spoken_where_they_belong(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    for module, names in imports(path):
        assert room in SPEAKERS.get(module, {room}), f"{module} in {room}"
        if module == "pyoxigraph":
            for taken in ENGINE_ONLY & set(names):
                assert room in ENGINE_ROOMS.get(taken, {"graphstore"}), taken


@pytest.mark.parametrize("path", FILES, ids=name)
def test_only_the_settings_read_the_environment(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    reads = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "environb"}
    ]
    assert reads == []


@pytest.mark.parametrize("path", FILES, ids=name)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
