"""What a question can be told: typed values that people write and queries are bound to.

An *entity* is an IRI, `id:slug`, a bare slug, or a name that exactly one entity bears; a *concept*
is an IRI, a CURIE (`etype:training`), a local name or a label in the parameter's scheme; a *date*
is as precise as one likes (ISO 8601 or EDTF, https://www.loc.gov/standards/datetime/); an
*integer* and a *string* are themselves.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final, Literal, TypeAlias

import pyoxigraph
from edtf import parse_edtf
from edtf.parser.edtf_exceptions import EDTFParseException
from pyoxigraph import DefaultGraph, NamedNode

from graphstore.dataset import Dataset
from graphstore.terms import Term
from ontology import resources
from ontology.namespaces import CONCEPT, ID, PREFIXES, RDF, RDFS, SKOS, XSD
from queries.errors import BadParameter
from queries.names import normal_form

Text: TypeAlias = Mapping[str, str]
"""A text in each language, by language tag (`en`, `ko`)."""

Kind: TypeAlias = Literal["entity", "concept", "string", "date", "integer"]
Bound: TypeAlias = Literal["first", "last", "period"]
Bearers: TypeAlias = Callable[[str], list[NamedNode]]
"""From a name to everything that bears it."""

_KINDS: Final = {"entity", "concept", "string", "date", "integer"}
_IRI: Final = re.compile(r"https?://[^\s<>\"{}|\\^`]+")
_CURIE: Final = re.compile(r"([A-Za-z][\w-]*):([^\s<>\"{}|\\^`/]+)")
_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_INTEGER: Final = re.compile(r"[+-]?\d{1,18}")
_FULL_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_NO_YEAR: Final = re.compile(r"X{3,4}|\.\.|$")
_DEFAULT: Final = DefaultGraph()
_TYPE: Final = NamedNode(f"{RDF}type")
_LABEL: Final = NamedNode(f"{RDFS}label")
_SUBCLASS_OF: Final = NamedNode(f"{RDFS}subClassOf")
_IN_SCHEME: Final = NamedNode(f"{SKOS}inScheme")
_PREF_LABEL: Final = NamedNode(f"{SKOS}prefLabel")
_LISTED_CANDIDATES: Final = 20


def text_in_languages(header: Mapping[str, Any], field: str) -> Text:
    """Return `field` and `field-ko` of a header as one text by language."""
    return {"en": str(header[field]).strip(), "ko": str(header[f"{field}-ko"]).strip()}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a question.

    `scheme` is the concept scheme of a concept (`event-type`), `classes` are those among which the
    bearer of a name is looked for (empty: all), `bound` says which day stands for a partial date:
    the first, the last, or both (then the variables `…First` and `…Last` are bound). `example` is
    a value that the bundled data answer to.
    """

    name: str
    title: Text
    type: Kind
    example: str | None = None
    default: str | None = None
    required: bool = False
    scheme: str | None = None
    classes: tuple[str, ...] = ()
    bound: Bound = "first"
    allowed: tuple[str, ...] = ()

    @classmethod
    def read(cls, header: Mapping[str, Any]) -> Parameter:
        """Return the parameter that an item of a header's `params` describes."""
        known = {
            "name", "title", "title-ko", "type", "example", "default",
            "required", "scheme", "classes", "bound", "allowed",
        }  # fmt: skip
        if header.get("type") not in _KINDS or not set(header) <= known:
            raise ValueError(
                f"a parameter needs a type of {sorted(_KINDS)}, fields of {sorted(known)}"
            )
        if (header["type"] == "concept") != ("scheme" in header):
            raise ValueError(f"{header['name']}: a concept, and only a concept, has a scheme")

        def text(field: str) -> str | None:
            return str(header[field]) if header.get(field) is not None else None

        return cls(
            name=str(header["name"]),
            title=text_in_languages(header, "title"),
            type=header["type"],
            example=text("example"),
            default=text("default"),
            required=bool(header.get("required", False)),
            scheme=text("scheme"),
            classes=tuple(header.get("classes") or ()),
            bound=header.get("bound", "first"),
            allowed=tuple(str(value) for value in header.get("allowed") or ()),
        )

    def variables(self) -> tuple[str, ...]:
        """Return the variables of the query that the parameter binds."""
        if self.type == "date" and self.bound == "period":
            return (f"{self.name}First", f"{self.name}Last")
        return (self.name,)

    def bindings(self, value: str, dataset: Dataset, bearers: Bearers) -> dict[str, Term]:
        """Return the terms that `value` binds the variables to; raises `BadParameter`."""
        if self.type == "entity":
            return {self.name: self._entity(value, dataset, bearers)}
        if self.type == "concept":
            return {self.name: self._concept(value, dataset)}
        if self.type == "date":
            return dict(zip(self.variables(), self._days(value), strict=True))
        if self.type == "integer":
            return {self.name: self._integer(value)}
        return {self.name: self._string(value)}

    def _bad(self, reason: str, allowed: tuple[str, ...] = ()) -> BadParameter:
        return BadParameter(self.name, reason, allowed)

    # ---- entities

    def _entity(self, value: str, dataset: Dataset, bearers: Bearers) -> NamedNode:
        written = _written_iri(value)
        if written is not None:
            if next(iter(dataset.quads(written, None, None, _DEFAULT)), None) is None:
                raise self._bad(f"nothing is known about <{written.value}>")
            return written
        if _SLUG.fullmatch(value):
            slug = NamedNode(f"{ID}{value}")
            if next(iter(dataset.quads(slug, None, None, _DEFAULT)), None) is not None:
                return slug
        return self._bearer(value, dataset, bearers(value))

    def _bearer(self, name: str, dataset: Dataset, found: list[NamedNode]) -> NamedNode:
        fitting = [node for node in found if self._fits(node, dataset)]
        if len(fitting) == 1:
            return fitting[0]
        if not fitting:
            kinds = f" among {', '.join(self.classes)}" if self.classes else ""
            others = tuple(_described(node, dataset) for node in found[:_LISTED_CANDIDATES])
            raise self._bad(f"nothing is called '{name}'{kinds}", others)
        listed = tuple(_described(node, dataset) for node in fitting[:_LISTED_CANDIDATES])
        raise self._bad(
            f"{len(fitting)} things are called '{name}'; give one of their identifiers: "
            f"{'; '.join(listed)}",
            listed,
        )

    def _fits(self, node: NamedNode, dataset: Dataset) -> bool:
        if not self.classes:
            return node.value.startswith(ID)
        wanted = {_expanded(name) for name in self.classes}
        types = _objects(dataset, node, _TYPE)
        return any(wanted & _with_superclasses(dataset, kind) for kind in types)

    # ---- concepts

    def _concept(self, value: str, dataset: Dataset) -> NamedNode:
        scheme = NamedNode(f"{CONCEPT}{self.scheme}")
        members = {
            quad.subject.value.rpartition("/")[2]: quad.subject
            for quad in dataset.quads(None, _IN_SCHEME, scheme, _DEFAULT)
            if isinstance(quad.subject, NamedNode)
        }
        written = _written_iri(value, {str(self.scheme): f"{CONCEPT}{self.scheme}/"})
        if written is not None and written in members.values():
            return written
        if written is None and value in members:
            return members[value]
        allowed = tuple(sorted(members))
        labelled = [
            node
            for node in members.values()
            if normal_form(value) in {normal_form(text) for text in _labels(dataset, node)}
        ]
        if written is None and len(labelled) == 1:
            return labelled[0]
        local = value.rpartition(":")[2].rpartition("/")[2]
        near = difflib.get_close_matches(local, allowed)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise self._bad(f"'{value}' is no concept of {self.scheme}{hint}", allowed)

    # ---- values

    def _days(self, value: str) -> tuple[pyoxigraph.Literal, ...]:
        first, last = self._period(value)
        chosen = {"first": (first,), "last": (last,), "period": (first, last)}[self.bound]
        return tuple(
            pyoxigraph.Literal(day.isoformat(), datatype=NamedNode(f"{XSD}date")) for day in chosen
        )

    def _period(self, value: str) -> tuple[date, date]:
        """Return the first and the last day that a partial date or an interval covers."""
        text = re.sub(r"T.*$", "", value) if "/" not in value else value
        try:
            if _FULL_DATE.fullmatch(text):
                return date.fromisoformat(text), date.fromisoformat(text)
            parsed = parse_edtf(text)
            lower, _, upper = text.partition("/")
            if _NO_YEAR.match(lower) or ("/" in text and _NO_YEAR.match(upper)):
                raise ValueError("no bound")
            first, last = parsed.lower_strict(), parsed.upper_strict()
            return date(*first[:3]), date(*last[:3])
        except (EDTFParseException, ValueError, TypeError, AttributeError) as error:
            # parse_edtf answers odd input with any of these; what is wrong is always the date.
            raise self._bad(
                f"'{value}' is no date; write 2019, 2019-10, 2019-10-28 or EDTF with a known year"
            ) from error

    def _integer(self, value: str) -> pyoxigraph.Literal:
        if not _INTEGER.fullmatch(value):
            raise self._bad(f"'{value}' is no whole number")
        return pyoxigraph.Literal(int(value))

    def _string(self, value: str) -> pyoxigraph.Literal:
        if self.allowed and value not in self.allowed:
            raise self._bad(f"'{value}' is none of {', '.join(self.allowed)}", self.allowed)
        return pyoxigraph.Literal(value)


@cache
def prefixes() -> Mapping[str, str]:
    """Return the prefixes that may be written in a CURIE, with their namespaces."""
    context = resources.context()["@context"]
    of_context = {
        name: iri
        for name, iri in context.items()
        if isinstance(iri, str) and iri.endswith(("/", "#")) and iri.startswith("http")
    }
    return {**of_context, **PREFIXES}


def _written_iri(value: str, more: Mapping[str, str] | None = None) -> NamedNode | None:
    """Return the IRI that a person wrote in full, in brackets or as a CURIE; None if none."""
    text = value[1:-1] if value.startswith("<") and value.endswith(">") else value
    if _IRI.fullmatch(text):
        return NamedNode(text)
    match = _CURIE.fullmatch(text)
    namespace = {**prefixes(), **(more or {})}.get(match[1]) if match else None
    return NamedNode(f"{namespace}{match[2]}") if match and namespace else None


def _expanded(curie: str) -> NamedNode:
    prefix, _, local = curie.partition(":")
    return NamedNode(f"{prefixes()[prefix]}{local}")


def _objects(dataset: Dataset, subject: NamedNode, predicate: NamedNode) -> list[NamedNode]:
    found = (quad.object for quad in dataset.quads(subject, predicate, None, _DEFAULT))
    return [term for term in found if isinstance(term, NamedNode)]


def _with_superclasses(dataset: Dataset, kind: NamedNode) -> set[NamedNode]:
    known: set[NamedNode] = set()
    waiting = [kind]
    while waiting:
        one = waiting.pop()
        if one not in known:
            known.add(one)
            waiting += _objects(dataset, one, _SUBCLASS_OF)
    return known


def _labels(dataset: Dataset, node: NamedNode) -> list[str]:
    found = (quad.object for quad in dataset.quads(node, _PREF_LABEL, None, _DEFAULT))
    return [term.value for term in found if isinstance(term, pyoxigraph.Literal)]


def _described(node: NamedNode, dataset: Dataset) -> str:
    """Return an entity as a person can pick it from a list: `id:slug (label, class)`."""
    labels = [quad.object for quad in dataset.quads(node, _LABEL, None, _DEFAULT)]
    label = next((term.value for term in labels if isinstance(term, pyoxigraph.Literal)), "")
    kinds = sorted(re.split(r"[#/]", kind.value)[-1] for kind in _objects(dataset, node, _TYPE))
    short = node.value.replace(ID, "id:")
    return f"{short} ({', '.join(part for part in (label, *kinds) if part)})"
