"""`/sparql` in the API's description: it is no route of the framework, which would describe it."""

from __future__ import annotations

from typing import Any, Final

from api.permalinks import SPARQL
from api.sparql_request import FORM, QUERY, UPDATE
from graphstore.formats import GRAPH_FORMATS, SOLUTION_FORMATS

_EXAMPLE = (
    "PREFIX schema: <https://schema.org/>\n"
    "SELECT ?event ?organiser WHERE { ?event schema:organizer ?organiser } LIMIT 5"
)
_UPDATE_EXAMPLE = 'INSERT DATA { <urn:x> <http://www.w3.org/2000/01/rdf-schema#label> "x" }'
_TEXT: Final = {"type": "string"}
_TEXTS: Final = {"type": "array", "items": _TEXT}

# name → (description, schema)
_QUERY_PARAMETERS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "query": ("A SPARQL 1.1 query of any form.", _TEXT),
    "default-graph-uri": (
        "IRI of a graph of the query's default graph; may be repeated.",
        _TEXTS,
    ),
    "named-graph-uri": ("IRI of a named graph of the query's dataset; may be repeated.", _TEXTS),
    "format": (
        "Format in place of the Accept header: a name (json, xml, csv, tsv, turtle, ntriples, "
        "jsonld, rdfxml, trig, nquads, html), media type or file extension; also called output.",
        _TEXT,
    ),
    "timeout": ("Seconds of work after which the query is stopped.", {"type": "number"}),
    "maxRows": (
        "Rows or triples after which the answer is cut; the header Dure-Truncated says if it was.",
        {"type": "integer", "minimum": 1},
    ),
    "asKnownAt": (
        "Version to ask: number or id of a commit, or a date or time at which it was the last.",
        _TEXT,
    ),
    "queryId": (
        "Name to cancel the query by; the header Dure-Query-Id does the same.",
        {"type": "string", "pattern": "^[A-Za-z0-9._~-]{1,64}$"},
    ),
    "explain": (
        "true: tell what the query would run as, with hints, and do not run it.",
        {"type": "boolean"},
    ),
}
_UPDATE_PARAMETERS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "update": ("A SPARQL 1.1 Update request.", _TEXT),
    "using-graph-uri": ("IRI of a graph that WHERE clauses see as default graph.", _TEXTS),
    "using-named-graph-uri": ("IRI of a named graph that WHERE clauses see.", _TEXTS),
    "dry-run": ("true: tell what would change, and change nothing.", {"type": "boolean"}),
    "message": ("What the commit says about itself.", _TEXT),
}
_HEADERS: Final = {
    "Dure-Commit": "Id of the commit that was asked.",
    "Dure-Query-Id": "Name to cancel the query by while it runs.",
    "Dure-Query-Hash": "SHA-256 of the query's text.",
    "Dure-Row-Limit": "Limit of rows that applied.",
    "Dure-Truncated": "`rows` when the answer was cut at that limit.",
    "Dure-Hint": "What could be better in the query.",
    "Link": '`rel="cite-as"`: the permalink; `rel="describedby"`: the receipt.',
}


def add_sparql(document: dict[str, Any]) -> None:
    """Put `/sparql` into an OpenAPI document, before the other addresses about SPARQL."""
    answers = {
        "200": {
            "description": "The answer, by Accept header; without a query the service description",
            "headers": {
                name: {"description": text, "schema": _TEXT} for name, text in _HEADERS.items()
            },
            "content": {x.media_type: {} for x in (*SOLUTION_FORMATS, *GRAPH_FORMATS)},
        }
    }
    paths: dict[str, Any] = document["paths"]
    described = {
        "get": {
            "tags": ["SPARQL"],
            "summary": "Query by GET",
            "description": "Answer a SPARQL query; without one, describe the service (RDF) or "
            "show a form (HTML).",
            "operationId": "query_by_get_sparql_get",
            "parameters": [_parameter(name, *item) for name, item in _QUERY_PARAMETERS.items()],
            "responses": answers,
        },
        "post": {
            "tags": ["SPARQL"],
            "summary": "Query or update by POST",
            "description": "Answer a query, or make an update (administrators), given as a form "
            "or as the body itself; the other parameters then stand in the address.",
            "operationId": "by_post_sparql_post",
            "requestBody": {"required": True, "content": _bodies()},
            "responses": answers,
        },
    }
    # Before the first address below it, which keeps the pages made of this in order.
    first = next((number for number, address in enumerate(paths) if address.startswith(SPARQL)), 0)
    items = list(paths.items())
    paths.clear()
    paths.update([*items[:first], (SPARQL, described), *items[first:]])


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    found = {"name": name, "in": "query", "description": description, "schema": schema}
    return found | ({"example": _EXAMPLE} if name == "query" else {})


def _bodies() -> dict[str, Any]:
    fields = {
        name: schema | {"description": text}
        for name, (text, schema) in (_QUERY_PARAMETERS | _UPDATE_PARAMETERS).items()
    }
    return {
        FORM: {"schema": {"type": "object", "properties": fields}, "example": {"query": _EXAMPLE}},
        QUERY: {"schema": _TEXT, "example": _EXAMPLE},
        UPDATE: {"schema": _TEXT, "example": _UPDATE_EXAMPLE},
    }
