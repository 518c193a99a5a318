"""`/sparql`: the query operation of the SPARQL 1.1 Protocol.

Implements [§2.1](https://www.w3.org/TR/sparql11-protocol/#query-operation) by GET and both forms
of POST, and the [service description](https://www.w3.org/TR/sparql11-service-description/) when
no query is given. The update operation is not open yet.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from pyoxigraph import NamedNode
from starlette.datastructures import QueryParams
from starlette.responses import Response, StreamingResponse

from api import pages
from api.dependencies import DatasetDep, ReaderDep
from api.errors import BadParameter, UnsupportedMediaType, UpdateNotOpen
from api.negotiation import choose, prefers_html
from api.rdf import graph_format_of, rdf_response
from api.reader import Reader
from api.service_description import service_description
from graphstore.answer import Answer
from graphstore.dataset import Dataset
from graphstore.formats import GRAPH_FORMATS, SOLUTION_FORMATS

router = APIRouter(tags=["SPARQL"])

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"

_EXAMPLE = (
    "PREFIX schema: <https://schema.org/>\n"
    "SELECT ?event ?organiser WHERE { ?event schema:organizer ?organiser } LIMIT 5"
)
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The answer, by Accept header; without a query the service description",
        "content": {x.media_type: {} for x in (*SOLUTION_FORMATS, *GRAPH_FORMATS)},
    }
}
_QUERY_PARAMETER = {
    "name": "query",
    "in": "query",
    "description": "A SPARQL 1.1 query of any form.",
    "schema": {"type": "string"},
    "example": _EXAMPLE,
}
_GRAPH_PARAMETERS = [
    {
        "name": f"{kind}-graph-uri",
        "in": "query",
        "description": f"IRI of a {kind} graph of the query's dataset; may be repeated.",
        "schema": {"type": "array", "items": {"type": "string"}},
    }
    for kind in ("default", "named")
]
_BODY = {
    "content": {
        FORM: {
            "schema": {
                "type": "object",
                "properties": {"query": {"type": "string"}},
                "required": ["query"],
            },
            "example": {"query": _EXAMPLE},
        },
        QUERY: {"schema": {"type": "string"}, "example": _EXAMPLE},
    }
}


@dataclass(frozen=True)
class Operation:
    """A query and the dataset it asks for; None: that of the query, or of the service."""

    query: str
    default_graphs: tuple[NamedNode, ...] | None
    named_graphs: tuple[NamedNode, ...] | None


@router.get(
    "/sparql",
    responses=_ANSWERS,
    summary="Query by GET",
    openapi_extra={"parameters": [_QUERY_PARAMETER, *_GRAPH_PARAMETERS]},
)
def query_by_get(request: Request, dataset: DatasetDep, reader: ReaderDep) -> Response:
    """Answer a SPARQL query; without one, describe the service (RDF) or show a form (HTML)."""
    if "query" not in request.query_params:
        if "update" in request.query_params:
            raise UpdateNotOpen
        if prefers_html(request.headers.get("accept")):
            return pages.sparql_page(request, reader, None, None)
        format = graph_format_of(request.headers.get("accept"))
        return rdf_response(service_description(request, dataset), format)
    return answer(request, reader, _operation(request.query_params))


@router.post(
    "/sparql", responses=_ANSWERS, summary="Query by POST", openapi_extra={"requestBody": _BODY}
)
async def query_by_post(request: Request, dataset: DatasetDep, reader: ReaderDep) -> Response:
    """Answer a SPARQL query given as a form or as the body itself."""
    operation = await posted_operation(request)
    return await run_in_threadpool(answer, request, reader, operation)


async def posted_operation(request: Request) -> Operation:
    """Read the operation of a POST.

    Raises:
        UnsupportedMediaType: the body is neither a form nor a query.
        UpdateNotOpen: it is an update.
        BadParameter: the query is missing or given twice, or a graph is no IRI.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == UPDATE:
        raise UpdateNotOpen
    if media_type not in {FORM, QUERY}:
        raise UnsupportedMediaType(media_type or "no media type", (QUERY, FORM))
    try:
        body = (await request.body()).decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadParameter("query", "is not UTF-8") from error
    if media_type == QUERY:
        if "query" in request.query_params:
            raise BadParameter("query", "is given in the body and in the address")
        pairs = [*request.query_params.multi_items(), ("query", body)]
        return _operation(QueryParams(pairs))
    try:
        fields = parse_qs(body, keep_blank_values=True, errors="strict", max_num_fields=1000)
    except ValueError as error:
        raise BadParameter("query", "the form cannot be read") from error
    if "update" in fields:
        raise UpdateNotOpen
    pairs = [(name, value) for name, values in fields.items() for value in values]
    return _operation(QueryParams(pairs))


def answer(request: Request, reader: Reader, operation: Operation) -> Response:
    """Run a query and write its answer in the format the client likes best."""
    try:
        return _answer(request, reader, operation)
    except Exception as error:
        # Frames of the traceback hold results of the engine, which may only die in this thread.
        _forget_frames(error)
        raise


def _answer(request: Request, reader: Reader, operation: Operation) -> Response:
    accept = request.headers.get("accept")
    found = _ask(reader.dataset, operation)
    if prefers_html(accept):
        return pages.sparql_page(request, reader, operation.query, found)
    format = choose(accept, [(x, item) for item in found.formats for x in _media_types(item)])
    headers = {"Content-Disposition": f'inline; filename="answer.{format.extension}"'}
    return StreamingResponse(found.write(format), 200, headers, format.media_type)


def _forget_frames(error: BaseException) -> None:
    for one in (error, error.__cause__, error.__context__):
        if one is not None:
            traceback.clear_frames(one.__traceback__)


def _media_types(item: object) -> tuple[str, ...]:
    media_type: str = getattr(item, "media_type", "")
    others: tuple[str, ...] = getattr(item, "other_media_types", ())
    return (media_type, *others)


def _ask(dataset: Dataset, operation: Operation) -> Answer:
    return dataset.query(
        operation.query,
        default_graphs=operation.default_graphs,
        named_graphs=operation.named_graphs,
    )


def _operation(parameters: QueryParams) -> Operation:
    queries = parameters.getlist("query")
    if len(queries) != 1:
        raise BadParameter("query", "is given more than once" if queries else "is missing")
    return Operation(
        queries[0],
        _graphs(parameters, "default-graph-uri"),
        _graphs(parameters, "named-graph-uri"),
    )


def _graphs(parameters: QueryParams, name: str) -> tuple[NamedNode, ...] | None:
    given = parameters.getlist(name)
    try:
        return tuple(NamedNode(iri) for iri in given) if given else None
    except ValueError as error:
        raise BadParameter(name, "is no absolute IRI") from error
