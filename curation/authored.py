"""The authored files: one YAML file per document, read into records.

The format is described in docs/authoring.md. Nothing is interpreted here beyond its shape; terms
and references are resolved in `curation.authoring`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from curation.errors import AuthoringError

SUPPORTS = ("explicit", "inferred", "contextual")
RANKS = ("normal", "preferred", "deprecated")
_RANGE = re.compile(r"(\d+)-(\d+)")
_ABOUT_THE_EVIDENCE = {"at", "support", "note", "rank", "reason"}


class _Loader(yaml.SafeLoader):
    """YAML without the surprises: `2018-10-01` and `15:00` stay text, no key stands twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Refuse a key that stands twice; YAML would silently keep the last."""
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key '{key}' stands twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, form) for tag, form in resolvers if not tag.endswith(("timestamp", "int", "bool"))
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"[-+]?(0|[1-9][0-9]*)$"), list("-+0123456789")
)
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(true|false)$"), list("tf"))


@dataclass(frozen=True)
class Range:
    """A range of code points of the document, end-exclusive."""

    start: int
    end: int

    def __str__(self) -> str:
        """Return the range as it is authored, `start-end`."""
        return f"{self.start}-{self.end}"


@dataclass(frozen=True)
class Entry:
    """One fact unit: its form and content, and the evidence for it."""

    file: str
    number: int
    form: str
    content: Any
    at: tuple[Range, ...]
    support: str = "explicit"
    note: str | None = None
    rank: str = "normal"
    reason: str | None = None

    @property
    def where(self) -> str:
        """Say where the entry stands: its number, form and first range."""
        return f"entry {self.number} ({self.form}) at {', '.join(map(str, self.at))}"


@dataclass(frozen=True)
class AuthoredFile:
    """What one document says, as a person wrote it down."""

    document: str
    source: Mapping[str, Any]
    noise: tuple[Range, ...]
    entities: Mapping[str, Mapping[str, Any]]
    entries: tuple[Entry, ...]


def read_folder(folder: Path) -> tuple[dict[str, Mapping[str, Any]], dict[str, AuthoredFile]]:
    """Read the shared entities and every document's file.

    Returns the shared entities by key and the authored files by document name, in order of name.
    Raises `AuthoringError` naming file and entry.
    """
    shared: dict[str, Mapping[str, Any]] = {}
    documents: dict[str, AuthoredFile] = {}
    for path in sorted(folder.glob("*.yaml")):
        content = _load(path)
        entities = {key: entity or {} for key, entity in (content.get("entities") or {}).items()}
        if "document" not in content:
            shared |= entities
            continue
        name = str(content["document"])
        if name in documents:
            raise AuthoringError(path.name, "document", f"{name} has a file already")
        documents[name] = AuthoredFile(
            document=name,
            source=content.get("source") or {},
            noise=tuple(_range(path.name, "noise", at) for at in content.get("noise") or ()),
            entities=entities,
            entries=tuple(_entries(path.name, content)),
        )
    return shared, documents


def _load(path: Path) -> dict[str, Any]:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "start"
        raise AuthoringError(path.name, where, str(error.problem)) from error
    if not isinstance(content, dict):
        raise AuthoringError(path.name, "start", "is no mapping")
    return content


def _entries(file: str, content: Mapping[str, Any]) -> Iterator[Entry]:
    for key, names in (content.get("names") or {}).items():
        for name in names:
            given = {"of": key, **name}
            yield _entry(
                file,
                0,
                {
                    **{k: given.pop(k) for k in ("at",) if k in given},
                    **{k: given.pop(k) for k in ("support", "note") if k in given},
                    "name": given,
                },
            )
    for number, raw in enumerate(content.get("facts") or (), start=1):
        yield _entry(file, number, raw)


def _entry(file: str, number: int, raw: Mapping[str, Any]) -> Entry:
    where = f"entry {number}"
    if not isinstance(raw, dict):
        raise AuthoringError(file, where, "is no mapping")
    forms = [key for key in raw if key not in _ABOUT_THE_EVIDENCE]
    if len(forms) != 1:
        raise AuthoringError(file, where, f"needs exactly one form, has {forms}")
    at = raw.get("at")
    if at is None:
        raise AuthoringError(file, f"{where} ({forms[0]})", "has no range (at)")
    ranges = tuple(_range(file, where, text) for text in (at if isinstance(at, list) else [at]))
    support, rank = raw.get("support", "explicit"), raw.get("rank", "normal")
    if support not in SUPPORTS or rank not in RANKS:
        raise AuthoringError(file, where, f"support is one of {SUPPORTS}, rank one of {RANKS}")
    if support != "explicit" and not raw.get("note"):
        raise AuthoringError(file, where, f"{support} support needs a note that explains the step")
    return Entry(
        file=file,
        number=number,
        form=forms[0],
        content=raw[forms[0]],
        at=ranges,
        support=support,
        note=raw.get("note"),
        rank=rank,
        reason=raw.get("reason"),
    )


def _range(file: str, where: str, text: object) -> Range:
    match = _RANGE.fullmatch(str(text))
    if not match or int(match[1]) >= int(match[2]):
        raise AuthoringError(file, where, f"'{text}' is no range start-end")
    return Range(int(match[1]), int(match[2]))
