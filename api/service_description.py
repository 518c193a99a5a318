"""What the service and its dataset are, as RDF: SPARQL service description, VoID and DCAT.

Implements the [SPARQL 1.1 Service Description](https://www.w3.org/TR/sparql11-service-description/),
[VoID](https://www.w3.org/TR/void/) and [DCAT 3](https://www.w3.org/TR/vocab-dcat-3/).
"""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import Request
from pyoxigraph import Literal, NamedNode, Triple

from api import terms as t
from api.reader import Reader
from api.settings import Settings
from graphstore.dataset import Dataset
from graphstore.formats import GRAPH_FORMATS, SOLUTION_FORMATS
from ontology.namespaces import (
    ASSERTION,
    BASE,
    DCT,
    GRAPH_CONCEPTS,
    GRAPH_DERIVED,
    GRAPH_EDITORIAL,
    GRAPH_ONTOLOGY,
    PREFIXES,
    PROV,
    RDF,
    XSD,
)

_SD = "http://www.w3.org/ns/sparql-service-description#"
_VOID = "http://rdfs.org/ns/void#"
_DCAT = "http://www.w3.org/ns/dcat#"
_FORMATS = "http://www.w3.org/ns/formats/"
_LIMITS = f"{BASE}service#"
_KEPT_GRAPHS = (GRAPH_EDITORIAL, GRAPH_DERIVED, GRAPH_ONTOLOGY, GRAPH_CONCEPTS)
_ASSERTION_GRAPHS = (
    "The default graph holds every live fact once. Besides the graphs listed here there is one "
    f"named graph for each assertion, named {ASSERTION}…, with what its evidence supports."
)
# Property of a limit → its label in English and Korean, with the unit.
_LIMIT_LABELS = {
    "defaultSeconds": ("deadline of a query without a timeout, seconds", "기본 제한 시간(초)"),
    "anonymousSeconds": ("greatest deadline without a token, seconds", "익명 최대 시간(초)"),
    "knownSeconds": ("greatest deadline with a token, seconds", "토큰 사용자 최대 시간(초)"),
    "memoryBytes": ("greatest memory of a query, bytes", "질의당 최대 메모리(바이트)"),
    "answerRows": ("greatest number of rows of an answer", "답의 최대 행 수"),
    "answerBytes": ("greatest size of an answer, bytes", "답의 최대 크기(바이트)"),
    "requestBytes": ("greatest request body, bytes", "요청 본문 최대 크기(바이트)"),
    "stalenessSeconds": ("greatest lag behind the last commit, seconds", "최대 지연(초)"),
    "anonymousSecondsPerMinute": (
        "work in any minute without a token, seconds",
        "익명 분당 작업 시간(초)",
    ),
    "knownSecondsPerMinute": (
        "work in any minute with a token, seconds",
        "토큰 사용자 분당 작업 시간(초)",
    ),
    "anonymousConcurrentQueries": ("queries at once without a token", "익명 동시 질의 수"),
    "knownConcurrentQueries": ("queries at once with a token", "토큰 사용자 동시 질의 수"),
}
_LICENCE = NamedNode("https://creativecommons.org/licenses/by/4.0/")

Pair = tuple[NamedNode, str, NamedNode | Literal]

# https://www.w3.org/ns/formats/ names of the formats, by ours.
_FORMAT_IRIS = {
    "turtle": "Turtle",
    "ntriples": "N-Triples",
    "jsonld": "JSON-LD",
    "rdfxml": "RDF_XML",
    "trig": "TriG",
    "nquads": "N-Quads",
    "json": "SPARQL_Results_JSON",
    "xml": "SPARQL_Results_XML",
    "csv": "SPARQL_Results_CSV",
    "tsv": "SPARQL_Results_TSV",
}


def address(request: Request, path: str) -> str:
    """Return the address under which the world sees `path` of this service."""
    base: str = request.app.state.settings.base_url or str(request.base_url)
    return f"{base.rstrip('/')}{path}"


def service_description(
    request: Request, dataset: Dataset, *, endpoint: str | None = None
) -> set[Triple]:
    """Return the description of the SPARQL service: what it speaks, holds and allows.

    Args:
        request: where the service is.
        dataset: what it holds.
        endpoint: the address that was asked, if it is another one than that of the service.
    """
    service = NamedNode(address(request, "/sparql"))
    settings: Settings = request.app.state.settings
    pairs = [
        *_service(request, service, NamedNode(endpoint or service.value)),
        *_default_dataset(service, dataset),
        *_limits(service, settings),
    ]
    return {_triple(*pair) for pair in pairs}


def _service(request: Request, service: NamedNode, endpoint: NamedNode) -> Iterator[Pair]:
    yield service, "rdf:type", _sd("Service")
    yield service, "rdfs:label", Literal("SPARQL service of Dure", language="en")
    yield service, "rdfs:label", Literal("두레의 SPARQL 서비스", language="ko")
    yield service, "sd:endpoint", endpoint
    yield service, "rdfs:seeAlso", NamedNode(address(request, "/docs"))
    yield service, "rdfs:seeAlso", NamedNode(address(request, "/.well-known/void"))
    for language in ("SPARQL10Query", "SPARQL11Query", "SPARQL11Update"):
        yield service, "sd:supportedLanguage", _sd(language)
    yield service, "sd:feature", _sd("EmptyGraphs")
    for item in (*SOLUTION_FORMATS, *GRAPH_FORMATS):
        yield service, "sd:resultFormat", _format(item.name)
    for item in GRAPH_FORMATS:
        yield service, "sd:inputFormat", _format(item.name)


def _default_dataset(service: NamedNode, dataset: Dataset) -> Iterator[Pair]:
    """Describe the dataset that is asked where a query does not name another."""
    node = NamedNode(f"{service.value}#dataset")
    default = NamedNode(f"{service.value}#default-graph")
    yield service, "sd:defaultDataset", node
    yield node, "rdf:type", _sd("Dataset")
    yield node, "rdfs:comment", Literal(_ASSERTION_GRAPHS, language="en")
    yield node, "sd:defaultGraph", default
    yield default, "rdf:type", _sd("Graph")
    yield default, "void:triples", Literal(dataset.count()[1])
    for iri in _KEPT_GRAPHS:
        name = NamedNode(iri)
        if next(iter(dataset.quads(graph=name)), None) is None:
            continue
        local = iri.rpartition("/")[2]
        named, graph = (NamedNode(f"{service.value}#{x}") for x in (local, f"{local}-graph"))
        yield node, "sd:namedGraph", named
        yield named, "rdf:type", _sd("NamedGraph")
        yield named, "sd:name", name
        yield named, "sd:graph", graph
        yield graph, "rdf:type", _sd("Graph")


def _limits(service: NamedNode, settings: Settings) -> Iterator[Pair]:
    """State limits and budgets, each property with its label and unit."""
    sparql, budgets = settings.sparql, settings.budgets
    values: dict[str, float | int | None] = {
        "defaultSeconds": sparql.timeout_s,
        "anonymousSeconds": sparql.timeout_s,
        "knownSeconds": sparql.known_timeout_s,
        "memoryBytes": sparql.memory_bytes,
        "answerRows": sparql.max_rows,
        "answerBytes": sparql.max_bytes,
        "requestBytes": settings.max_body_bytes,
        "stalenessSeconds": sparql.staleness_s,
        "anonymousSecondsPerMinute": budgets.anonymous_seconds_per_minute,
        "knownSecondsPerMinute": budgets.known_seconds_per_minute,
        "anonymousConcurrentQueries": budgets.anonymous_concurrent,
        "knownConcurrentQueries": budgets.known_concurrent,
    }
    for name, value in values.items():
        if value is None:
            continue
        property = NamedNode(f"{_LIMITS}{name}")
        yield service, f"limit:{name}", _number(value)
        yield property, "rdf:type", NamedNode(f"{RDF}Property")
        for language, label in zip(("en", "ko"), _LIMIT_LABELS[name], strict=True):
            yield property, "rdfs:label", Literal(label, language=language)


def _number(value: float | int) -> Literal:
    return Literal(int(value)) if value == int(value) else Literal(value)


def _format(name: str) -> NamedNode:
    return NamedNode(f"{_FORMATS}{_FORMAT_IRIS[name]}")


def dataset_description(request: Request, reader: Reader, counts: dict[str, int]) -> set[Triple]:
    """Return the description of the dataset; `counts` are instances by class."""
    node = NamedNode(f"{BASE}dataset")
    return {_triple(*pair) for pair in _dataset(request, reader, node, counts)}


def _dataset(
    request: Request, reader: Reader, node: NamedNode, counts: dict[str, int]
) -> Iterator[Pair]:
    head = reader.dataset.head
    yield node, "rdf:type", NamedNode(f"{_VOID}Dataset")
    yield node, "rdf:type", NamedNode(f"{_DCAT}Dataset")
    yield node, "dct:title", Literal("Dure", language="en")
    yield node, "dct:title", Literal("두레", language="ko")
    about = "Actors, policies and events of the social and solidarity economy, with their sources"
    yield node, "dct:description", Literal(about, language="en")
    yield node, "dct:license", _LICENCE
    yield node, "foaf:homepage", NamedNode(address(request, "/"))
    yield node, "void:sparqlEndpoint", NamedNode(address(request, "/sparql"))
    yield node, "void:uriSpace", Literal(BASE)
    yield node, "void:triples", Literal(reader.dataset.count()[1])
    for iri in sorted(
        {PREFIXES[name] for name in ("dure", "org", "foaf", "skos", "cv", "schema", "prov")}
    ):
        yield node, "void:vocabulary", NamedNode(iri)
    if head is not None:
        yield node, "dcat:version", Literal(f"commit {head.number} ({head.id[:12]})")
        time = head.meta.time.isoformat()
        yield node, "dct:modified", Literal(time, datatype=NamedNode(f"{XSD}dateTime"))
    for number, (kind, count) in enumerate(sorted(counts.items()), start=1):
        part = NamedNode(f"{node.value}#class-{number}")
        yield node, "void:classPartition", part
        yield part, "void:class", NamedNode(kind)
        yield part, "void:entities", Literal(count)
    access = NamedNode(f"{node.value}#sparql")
    yield node, "dcat:distribution", access
    yield access, "rdf:type", NamedNode(f"{_DCAT}Distribution")
    yield access, "dcat:accessURL", NamedNode(address(request, "/sparql"))
    for snapshot in reader.subjects(t.RDF_TYPE, t.SNAPSHOT):
        yield node, "prov:wasDerivedFrom", snapshot


_NAMESPACES = {
    **PREFIXES,
    "sd": _SD,
    "void": _VOID,
    "dcat": _DCAT,
    "dct": DCT,
    "prov": PROV,
    "limit": _LIMITS,
}


def _sd(name: str) -> NamedNode:
    return NamedNode(f"{_SD}{name}")


def _triple(subject: NamedNode, property: str, value: NamedNode | Literal) -> Triple:
    prefix, _, local = property.partition(":")
    return Triple(subject, NamedNode(f"{_NAMESPACES[prefix]}{local}"), value)
