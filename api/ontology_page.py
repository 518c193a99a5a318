"""The reference of the ontology: what may be said, generated from the Turtle files, for people.

The content of a page, the same text for the same files: header, figure, decisions, terms, concept
schemes and rules, English and Korean side by side. Every term of the ontology has its local
name as anchor, so that its IRI (`…/ontology#Event`) leads to it, as
[Best Practice Recipes, recipe 3](https://www.w3.org/TR/swbp-vocab-pub/#recipe3) has it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from api import ontology_figure
from graphstore.formats import parse_quads
from graphstore.terms import Term
from ontology import resources
from ontology.namespaces import BASE, DCT, DURE, OWL, PREFIXES, RDF, RDFS, SH, SHAPES_NS, SKOS

ONTOLOGY = NamedNode(f"{BASE}ontology")
TYPE = f"{RDF}type"
LANGUAGES = ("en", "ko")
SEVERITIES = ("Violation", "Warning", "Info")

_CONCEPT_CLASSES = {f"{SKOS}Concept"}
_PROPERTY_CLASSES = {f"{OWL}ObjectProperty", f"{OWL}DatatypeProperty", f"{OWL}AnnotationProperty"}
_MORE_PREFIXES = {
    "bibo": "http://purl.org/ontology/bibo/",
    "essglobal": "http://purl.org/essglobal/vocab/",
    "np": "http://www.nanopub.org/nschema#",
    "vann": "http://purl.org/vocab/vann/",
    "vs": "http://www.w3.org/2003/06/sw-vocab-status/ns#",
}


@dataclass(frozen=True)
class Text:
    """One text in the two languages; empty where there is none."""

    en: str = ""
    ko: str = ""


@dataclass(frozen=True)
class Link:
    """Something named by an IRI, and where to read about it."""

    text: str
    href: str


@dataclass(frozen=True)
class TermEntry:
    """A class or property."""

    anchor: str
    curie: str
    iri: str
    label: Text
    definition: Text
    comment: Text
    broader: tuple[Link, ...]
    narrower: tuple[Link, ...]
    matches: tuple[Link, ...]
    sources: tuple[Link, ...]
    rules: tuple[str, ...]
    status: str


@dataclass(frozen=True)
class ConceptEntry:
    """A concept of a scheme."""

    anchor: str
    curie: str
    label: Text
    definition: Text


@dataclass(frozen=True)
class SchemeEntry:
    """A concept scheme with its concepts."""

    anchor: str
    iri: str
    label: Text
    definition: Text
    concepts: tuple[ConceptEntry, ...]


@dataclass(frozen=True)
class RuleEntry:
    """A rule of the data: one code, one message per language."""

    code: str
    severity: str
    shape: Text
    target: tuple[Link, ...]
    messages: tuple[Text, ...]
    source: str


@dataclass
class Description:
    """The triples of the files, indexed by subject and predicate in order of reading."""

    values: dict[tuple[Term, str], list[Term]] = field(default_factory=lambda: defaultdict(list))
    subjects: dict[Term, list[Term]] = field(default_factory=lambda: defaultdict(list))

    def add(self, quads: Iterable[Quad]) -> None:
        """Take in the triples of a file."""
        for quad in quads:
            self.values[quad.subject, quad.predicate.value].append(quad.object)
            if quad.predicate.value == TYPE:
                self.subjects[quad.object].append(quad.subject)

    def of(self, subject: Term, predicate: str) -> list[Term]:
        """Return the objects of a subject and predicate."""
        return self.values.get((subject, predicate), [])

    def iris(self, subject: Term, predicate: str) -> list[NamedNode]:
        """Return those objects that are IRIs."""
        return [item for item in self.of(subject, predicate) if isinstance(item, NamedNode)]

    def plain(self, subject: Term, predicate: str) -> str:
        """Return the first object as text, or an empty string."""
        first = next(iter(self.of(subject, predicate)), None)
        return first.value if isinstance(first, Literal | NamedNode) else ""

    def text(self, subject: Term, predicate: str) -> Text:
        """Return the text of a subject and predicate in both languages."""
        found = {
            item.language: item.value
            for item in self.of(subject, predicate)
            if isinstance(item, Literal)
        }
        return Text(*(found.get(language, "") for language in LANGUAGES))

    def named(self, *classes: str) -> list[NamedNode]:
        """Return the IRIs that have one of the types, each once, in order of reading."""
        found = [item for name in classes for item in self.subjects.get(NamedNode(name), [])]
        return list(dict.fromkeys(item for item in found if isinstance(item, NamedNode)))

    def items(self, head: Term) -> Iterator[Term]:
        """Yield the members of an RDF list."""
        while isinstance(head, BlankNode):
            yield from self.of(head, f"{RDF}first")
            head = self.of(head, f"{RDF}rest")[0]


@cache
def reference() -> Markup:
    """Return the reference of the packaged ontology, schemes and shapes."""
    turtle = [resources.ontology_turtle(), *resources.concept_files().values()]
    return render(turtle, resources.shapes_turtle())


def render(turtle: Iterable[bytes], shapes: bytes) -> Markup:
    """Return the reference of the given Turtle documents, as HTML.

    Args:
        turtle: the ontology and the concept schemes.
        shapes: the SHACL shapes, for the table of rules.
    """
    description = Description()
    for content in (*turtle, shapes):
        description.add(parse_quads(content, "turtle"))
    rules = _rules(description)
    terms = _terms(description, rules)
    classes = [entry for node, entry in terms if _is(description, node, {f"{OWL}Class"})]
    properties = [entry for node, entry in terms if _is(description, node, _PROPERTY_CLASSES)]
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    html = environment.from_string(_template()).render(
        header=_header(description),
        figure=ontology_figure.figure(_labels(description)),
        figure_size=(ontology_figure.WIDTH, ontology_figure.HEIGHT),
        groups=ontology_figure.GROUPS.values(),
        anchor_of=_anchor_of_curie,
        decisions=_decisions(description),
        sections=(
            ("classes", Text("Classes of this ontology", "이 온톨로지의 클래스"), _own(classes)),
            (
                "properties",
                Text("Properties of this ontology", "이 온톨로지의 속성"),
                _own(properties),
            ),
            ("reused-classes", Text("Classes reused", "다시 쓰는 클래스"), _reused(classes)),
            ("reused-properties", Text("Properties reused", "다시 쓰는 속성"), _reused(properties)),
        ),
        schemes=_schemes(description),
        rules=rules,
        counts={name: sum(rule.severity == name for rule in rules) for name in SEVERITIES},
        vocabularies=_vocabularies(description),
    )
    return Markup(html)


def _template() -> str:
    name = "templates/ontology_reference.html"
    return files("web").joinpath(name).read_text(encoding="utf-8")


def curie(iri: str) -> str:
    """Return the prefixed form of an IRI, or the IRI where no prefix is known."""
    longest = ""
    name = ""
    for prefix, namespace in (PREFIXES | _MORE_PREFIXES).items():
        if iri.startswith(namespace) and len(namespace) > len(longest):
            longest, name = namespace, prefix
    return f"{name}:{iri.removeprefix(longest)}" if longest else iri


def anchor(iri: str) -> str:
    """Return the fragment under which a term stands on the page."""
    if iri.startswith(DURE):
        return iri.removeprefix(DURE)
    return curie(iri).replace(":", "-").replace("/", "-")


def _anchor_of_curie(short: str) -> str:
    prefix, _, local = short.partition(":")
    return anchor(f"{PREFIXES[prefix]}{local}")


def _is(description: Description, node: NamedNode, classes: set[str]) -> bool:
    return any(item.value in classes for item in description.iris(node, TYPE))


def _labels(description: Description) -> ontology_figure.Labels:
    def label(short: str, language: str) -> str:
        prefix, _, local = short.partition(":")
        text = description.text(NamedNode(f"{PREFIXES[prefix]}{local}"), f"{RDFS}label")
        return text.en if language == "en" else text.ko

    return label


def _header(description: Description) -> dict[str, Text | str]:
    texts = {name: description.text(ONTOLOGY, f"{DCT}{name}") for name in ("title", "description")}
    names = ("created", "modified", "issued", "license", "bibliographicCitation")
    plain = {name: description.plain(ONTOLOGY, f"{DCT}{name}") for name in names}
    return {
        **texts,
        **plain,
        "iri": ONTOLOGY.value,
        "namespace": DURE,
        "version": description.plain(ONTOLOGY, f"{OWL}versionInfo"),
        "version_iri": description.plain(ONTOLOGY, f"{OWL}versionIRI"),
    }


def _decisions(description: Description) -> list[tuple[str, Text, Text]]:
    found = [
        node
        for node in description.named("http://www.w3.org/ns/prov#Entity")
        if ONTOLOGY in description.of(node, f"{DCT}isPartOf")
    ]
    return [
        (anchor(node.value), description.text(node, f"{DCT}title"),
         description.text(node, f"{DCT}description"))
        for node in found
    ]  # fmt: skip


def _link(description: Description, node: NamedNode) -> Link:
    """Link to where the page speaks of a term, else to the term itself."""
    is_here = bool(description.of(node, TYPE))
    return Link(curie(node.value), f"#{anchor(node.value)}" if is_here else node.value)


def _links(description: Description, nodes: Iterable[NamedNode]) -> tuple[Link, ...]:
    return tuple(_link(description, node) for node in nodes)


def _terms(description: Description, rules: list[RuleEntry]) -> list[tuple[NamedNode, TermEntry]]:
    codes: dict[str, list[str]] = defaultdict(list)
    for rule in rules:
        for link in rule.target:
            codes[link.href].append(rule.code)
    narrower: dict[NamedNode, list[NamedNode]] = defaultdict(list)
    nodes = description.named(f"{OWL}Class", *sorted(_PROPERTY_CLASSES))
    for node in nodes:
        for upper in description.iris(node, f"{RDFS}subClassOf"):
            narrower[upper].append(node)
    labelled = [node for node in nodes if description.text(node, f"{RDFS}label").en]
    entries = [
        (
            node,
            TermEntry(
                anchor=anchor(node.value),
                curie=curie(node.value),
                iri=node.value,
                label=description.text(node, f"{RDFS}label"),
                definition=description.text(node, f"{SKOS}definition"),
                comment=description.text(node, f"{RDFS}comment"),
                broader=_links(description, description.iris(node, f"{RDFS}subClassOf")),
                narrower=_links(description, narrower[node]),
                matches=_links(description, description.iris(node, f"{SKOS}closeMatch")),
                sources=_links(description, description.iris(node, f"{DCT}source")),
                rules=tuple(dict.fromkeys(codes[f"#{anchor(node.value)}"])),
                status=description.plain(node, f"{_MORE_PREFIXES['vs']}term_status"),
            ),
        )
        for node in labelled
    ]
    return sorted(entries, key=lambda entry: entry[1].curie.lower())


def _own(entries: list[TermEntry]) -> list[TermEntry]:
    return [entry for entry in entries if entry.iri.startswith(DURE)]


def _reused(entries: list[TermEntry]) -> list[TermEntry]:
    return [entry for entry in entries if not entry.iri.startswith(DURE)]


def _schemes(description: Description) -> list[SchemeEntry]:
    members: dict[Term, list[NamedNode]] = defaultdict(list)
    for concept in description.named(*sorted(_CONCEPT_CLASSES)):
        for scheme in description.iris(concept, f"{SKOS}inScheme"):
            members[scheme].append(concept)
    return [
        SchemeEntry(
            anchor=anchor(scheme.value),
            iri=scheme.value,
            label=description.text(scheme, f"{SKOS}prefLabel"),
            definition=description.text(scheme, f"{SKOS}definition"),
            concepts=tuple(
                ConceptEntry(
                    anchor=anchor(concept.value),
                    curie=curie(concept.value),
                    label=description.text(concept, f"{SKOS}prefLabel"),
                    definition=description.text(concept, f"{SKOS}definition"),
                )
                for concept in members[scheme]
            ),
        )
        for scheme in sorted(description.named(f"{SKOS}ConceptScheme"), key=lambda node: node.value)
    ]


def _rules(description: Description) -> list[RuleEntry]:
    """Return one entry per code, in order of code; constraints that share a code are joined."""
    found: dict[str, list[tuple[NamedNode, Term]]] = defaultdict(list)
    for shape in description.named(f"{SH}NodeShape"):
        constraints: list[Term] = [shape]
        for predicate in ("property", "sparql"):
            constraints += description.iris(shape, f"{SH}{predicate}")
        for constraint in constraints:
            code = description.plain(constraint, f"{SHAPES_NS}code")
            if code:
                found[code].append((shape, constraint))
    return [_rule(description, code, found[code]) for code in sorted(found)]


def _rule(
    description: Description, code: str, constraints: list[tuple[NamedNode, Term]]
) -> RuleEntry:
    shape = constraints[0][0]
    targets = [
        node
        for predicate in ("targetClass", "targetTermsOf")
        for node in description.iris(shape, f"{SH}{predicate}")
    ]
    messages = [
        Text(text.en.removeprefix(f"{code} "), text.ko.removeprefix(f"{code} "))
        for text in (description.text(node, f"{SH}message") for _, node in constraints)
    ]
    return RuleEntry(
        code=code,
        severity=description.plain(shape, f"{SH}severity").removeprefix(SH),
        shape=description.text(shape, f"{RDFS}label"),
        target=_links(description, targets),
        messages=tuple(dict.fromkeys(messages)),
        source=description.plain(shape, f"{RDFS}seeAlso"),
    )


def _vocabularies(description: Description) -> list[tuple[str, str, str, str]]:
    """Return prefix, title, IRI and the version that was read of every vocabulary reused."""
    vann = _MORE_PREFIXES["vann"]
    return [
        (
            description.plain(node, f"{vann}preferredNamespacePrefix"),
            description.plain(node, f"{DCT}title"),
            node.value,
            description.plain(node, f"{OWL}versionInfo"),
        )
        for node in description.named(f"{DCT}Standard")
    ]
