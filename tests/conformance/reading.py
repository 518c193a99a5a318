"""Reads answers in every format that the suites or the service use.

XML, JSON and CSV are read with the standard library, not with the parsers of the engine that
wrote them: [XML](https://www.w3.org/TR/rdf-sparql-XMLres/),
[JSON](https://www.w3.org/TR/sparql11-results-json/),
[CSV and TSV](https://www.w3.org/TR/sparql11-results-csv-tsv/).
"""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import Any, Final

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)

from tests.conformance.answers import RS, Answer, Graph, Solutions, Term
from tests.conformance.manifests import File

XML: Final = "application/sparql-results+xml"
JSON: Final = "application/sparql-results+json"
CSV: Final = "text/csv"
TSV: Final = "text/tab-separated-values"
TURTLE: Final = "text/turtle"
RDF_XML: Final = "application/rdf+xml"
MEDIA_TYPES: Final = {
    ".srx": XML,
    ".srj": JSON,
    ".csv": CSV,
    ".tsv": TSV,
    ".ttl": TURTLE,
    ".rdf": RDF_XML,
    ".nt": "application/n-triples",
}
_SRX: Final = "{http://www.w3.org/2005/sparql-results#}"
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"


def read_answer(body: bytes, media_type: str, base_iri: str | None = None) -> Answer:
    """Read an answer in any format that the suites or the service use.

    A graph that describes a result set (`rs:ResultSet`) is read as the solutions or the boolean
    that it describes.
    """
    if media_type == XML:
        return _read_xml(body)
    if media_type == JSON:
        return _read_json(body)
    if media_type == CSV:
        return _read_csv(body)
    if media_type == TSV:
        return _read_tsv(body)
    return _read_graph(read_triples(body, media_type, base_iri))


def read_triples(body: bytes, media_type: str, base_iri: str | None = None) -> frozenset[Triple]:
    """Read a graph in a format that `MEDIA_TYPES` has, or in another that RDF has."""
    format = RdfFormat.from_media_type(media_type)
    assert format is not None, f"no RDF: {media_type}"
    quads = list(parse(body, format, base_iri=base_iri, rename_blank_nodes=True))
    assert all(quad.graph_name == DefaultGraph() for quad in quads)
    return frozenset(quad.triple for quad in quads)


def read_quads(file: File, graph_name: NamedNode | None = None) -> list[Quad]:
    """Read a file of the suites as a graph, by default as the default graph."""
    triples = read_triples(file.path.read_bytes(), MEDIA_TYPES[file.path.suffix], file.iri)
    return [Quad(t.subject, t.predicate, t.object, graph_name) for t in triples]


# ---- the formats


def _read_xml(body: bytes) -> bool | Solutions:
    root = ET.fromstring(body)
    assert root.tag == f"{_SRX}sparql", root.tag
    boolean = root.find(f"{_SRX}boolean")
    if boolean is not None:
        return {"true": True, "false": False}[(boolean.text or "").strip()]
    variables = frozenset(v.attrib["name"] for v in root.iterfind(f"{_SRX}head/{_SRX}variable"))
    rows = tuple(
        {b.attrib["name"]: _xml_term(b[0]) for b in result.iterfind(f"{_SRX}binding")}
        for result in root.iterfind(f"{_SRX}results/{_SRX}result")
    )
    return Solutions(variables, rows)


def _xml_term(node: ET.Element) -> Term:
    text = node.text or ""
    if node.tag == f"{_SRX}uri":
        return NamedNode(text)
    if node.tag == f"{_SRX}bnode":
        return _blank(text)
    assert node.tag == f"{_SRX}literal", node.tag
    return _literal(text, node.get(_LANG), node.get("datatype"))


def _read_json(body: bytes) -> bool | Solutions:
    document = json.loads(body)
    if "boolean" in document:
        return document["boolean"] is True
    rows = tuple(
        {name: _json_term(value) for name, value in binding.items()}
        for binding in document["results"]["bindings"]
    )
    return Solutions(frozenset(document["head"]["vars"]), rows)


def _json_term(value: Mapping[str, Any]) -> Term:
    text = value["value"]
    if value["type"] == "uri":
        return NamedNode(text)
    if value["type"] == "bnode":
        return _blank(text)
    assert value["type"] in {"literal", "typed-literal"}, value
    return _literal(text, value.get("xml:lang"), value.get("datatype"))


def _read_csv(body: bytes) -> Solutions:
    """Read the strings of a CSV, in which terms have lost their kind, and blank nodes."""
    header, *lines = csv.reader(io.StringIO(body.decode("utf-8"), newline=""), strict=True)
    assert all(len(line) == len(header) for line in lines)
    rows = tuple(
        {
            name: _blank(cell[2:]) if cell.startswith("_:") else Literal(cell)
            for name, cell in zip(header, line, strict=True)
        }
        for line in lines
    )
    return Solutions(frozenset(header), rows)


def _read_tsv(body: bytes) -> Solutions:
    parsed = parse_query_results(body, QueryResultsFormat.TSV)
    assert not isinstance(parsed, QueryBoolean)
    names = [variable.value for variable in parsed.variables]
    rows = tuple(
        {name: term for name in names if (term := solution[name]) is not None}
        for solution in parsed
    )
    return Solutions(frozenset(names), rows)


def _blank(label: str) -> BlankNode:
    """Return a blank node whose label stands for any text: labels in results have no grammar."""
    return BlankNode(f"b{label.encode('utf-8').hex()}")


def _literal(text: str, language: str | None, datatype: str | None) -> Literal:
    if language:
        return Literal(text, language=language)
    return Literal(text, datatype=NamedNode(datatype)) if datatype else Literal(text)


# ---- result sets as graphs


def _read_graph(triples: frozenset[Triple]) -> Answer:
    properties: dict[tuple[object, str], list[Term]] = {}
    for triple in triples:
        properties.setdefault((triple.subject, triple.predicate.value), []).append(triple.object)
    for triple in triples:
        if triple.object == NamedNode(f"{RS}ResultSet"):
            return _read_result_set(triple.subject, properties)
    return Graph(triples)


def _read_result_set(
    node: object, properties: Mapping[tuple[object, str], list[Term]]
) -> bool | Solutions:
    def values(subject: object, name: str) -> list[Any]:
        return properties.get((subject, f"{RS}{name}"), [])

    if booleans := values(node, "boolean"):
        return bool(booleans[0].value == "true")
    solutions = values(node, "solution")
    ordered = bool(solutions) and all(values(solution, "index") for solution in solutions)
    if ordered:
        solutions = sorted(solutions, key=lambda solution: int(values(solution, "index")[0].value))
    rows = tuple(
        {
            values(binding, "variable")[0].value: values(binding, "value")[0]
            for binding in values(solution, "binding")
        }
        for solution in solutions
    )
    return Solutions(frozenset(v.value for v in values(node, "resultVariable")), rows, ordered)
