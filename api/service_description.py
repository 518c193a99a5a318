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
from graphstore.dataset import Dataset
from graphstore.formats import GRAPH_FORMATS, SOLUTION_FORMATS
from ontology.namespaces import BASE, DCT, PREFIXES, PROV, XSD

_SD = "http://www.w3.org/ns/sparql-service-description#"
_VOID = "http://rdfs.org/ns/void#"
_DCAT = "http://www.w3.org/ns/dcat#"
_FORMATS = "http://www.w3.org/ns/formats/"
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


def service_description(request: Request, dataset: Dataset) -> set[Triple]:
    """Return the description of the SPARQL service."""
    service = NamedNode(address(request, "/sparql"))
    node = NamedNode(f"{service.value}#dataset")
    default = NamedNode(f"{service.value}#default-graph")
    pairs: list[Pair] = [
        (service, "rdf:type", _sd("Service")),
        (service, "sd:endpoint", service),
        (service, "sd:supportedLanguage", _sd("SPARQL11Query")),
        (service, "sd:defaultDataset", node),
        (node, "rdf:type", _sd("Dataset")),
        (node, "sd:defaultGraph", default),
        (default, "rdf:type", _sd("Graph")),
        (default, "void:triples", Literal(dataset.count()[1])),
    ]
    pairs += [
        (service, "sd:resultFormat", NamedNode(f"{_FORMATS}{_FORMAT_IRIS[item.name]}"))
        for item in (*SOLUTION_FORMATS, *GRAPH_FORMATS)
    ]
    return {_triple(*pair) for pair in pairs}


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


_NAMESPACES = {**PREFIXES, "sd": _SD, "void": _VOID, "dcat": _DCAT, "dct": DCT, "prov": PROV}


def _sd(name: str) -> NamedNode:
    return NamedNode(f"{_SD}{name}")


def _triple(subject: NamedNode, property: str, value: NamedNode | Literal) -> Triple:
    prefix, _, local = property.partition(":")
    return Triple(subject, NamedNode(f"{_NAMESPACES[prefix]}{local}"), value)
