"""`/rdf-graph-store` in the API's description: it is no route of the framework."""

from __future__ import annotations

from typing import Any, Final

from api.graph_address import GRAPH_STORE
from api.multipart import FORM_DATA
from api.sparql_request import UPDATE
from graphstore.formats import GRAPH_FORMATS

_TEXT: Final = {"type": "string"}
_EXAMPLE: Final = '<urn:x> <http://www.w3.org/2000/01/rdf-schema#label> "x" .'
_UPDATE_EXAMPLE: Final = 'INSERT DATA { <urn:x> <http://www.w3.org/2000/01/rdf-schema#label> "x" }'

# name → (description, schema)
_GRAPH: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "graph": ("IRI of the graph, absolute.", _TEXT),
    "default": ("Given without a value: the default graph.", {"type": "boolean"}),
}
_FORMAT: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "format": ("Format in place of the Accept header: a name, media type or extension.", _TEXT),
    "asKnownAt": (
        "Version to read: number or id of a commit, or a date or time at which it was the last.",
        _TEXT,
    ),
    "timeout": ("Seconds of work after which reading is stopped.", {"type": "number"}),
}
_WRITE: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "dry-run": ("true: tell what would change, and change nothing.", {"type": "boolean"}),
    "message": ("What the commit says about itself.", _TEXT),
}
_SUMMARIES: Final = {
    "get": ("Read a graph", "The triples of the graph, by Accept header."),
    "put": ("Replace a graph", "The graph holds exactly these triples; without any it is empty."),
    "post": (
        "Merge into a graph",
        "Adds the triples; without a graph in the address, to a new graph that Location names.",
    ),
    "patch": ("Update a graph", "A SPARQL Update that reads and writes this graph alone."),
    "delete": ("Delete a graph", "Removes the graph; the default graph is emptied."),
}


def add_graph_store(document: dict[str, Any]) -> None:
    """Put `/rdf-graph-store` and the graphs below it into an OpenAPI document."""
    paths: dict[str, Any] = document["paths"]
    paths[GRAPH_STORE] = {
        method: _operation(method, _GRAPH, "graph_store") for method in _SUMMARIES
    }
    schemes = document.setdefault("components", {}).setdefault("securitySchemes", {})
    schemes["token"] = {"type": "http", "scheme": "bearer"}
    below = {method: _operation(method, {}, "graph_in_store") for method in _SUMMARIES}
    paths[f"{GRAPH_STORE}/{{name}}"] = below


def _operation(
    method: str, graph: dict[str, tuple[str, dict[str, Any]]], group: str
) -> dict[str, Any]:
    summary, description = _SUMMARIES[method]
    names = graph | (_FORMAT if method == "get" else _WRITE)
    parameters = [
        {"name": name, "in": "query", "description": text, "schema": schema}
        for name, (text, schema) in names.items()
    ]
    if not graph:
        parameters.insert(0, _path_parameter())
    operation: dict[str, Any] = {
        "tags": ["Graph store"],
        "summary": summary if graph else f"{summary} named by its address",
        "description": description,
        "operationId": f"{method}_{group}",
        "parameters": parameters,
        "responses": _responses(method),
    }
    if method in {"put", "post", "patch"}:
        operation["requestBody"] = {"required": True, "content": _bodies(method)}
    if method != "get":
        operation["security"] = [{"token": []}]
    return operation


def _path_parameter() -> dict[str, Any]:
    description = "The address with this path is the name of the graph; it may have slashes."
    return {
        "name": "name",
        "in": "path",
        "required": True,
        "description": description,
        "schema": _TEXT,
    }


def _responses(method: str) -> dict[str, Any]:
    if method == "get":
        content: dict[str, Any] = {item.media_type: {} for item in GRAPH_FORMATS}
        return {"200": {"description": "The graph", "content": content}}
    found: dict[str, Any] = {
        "200": {"description": "Done, with the commit as JSON where that is asked for"},
        "204": {"description": "Done"},
    }
    if method in {"put", "post"}:
        found["201"] = {"description": "Done; the graph is new"}
    return found


def _bodies(method: str) -> dict[str, Any]:
    if method == "patch":
        return {UPDATE: {"schema": _TEXT, "example": _UPDATE_EXAMPLE}}
    found: dict[str, Any] = {item.media_type: {"schema": _TEXT} for item in GRAPH_FORMATS}
    found["text/turtle"]["example"] = _EXAMPLE
    if method == "post":
        file = {"type": "array", "items": {"type": "string", "format": "binary"}}
        found[FORM_DATA] = {"schema": {"type": "object", "properties": {"file": file}}}
    return found
