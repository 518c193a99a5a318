"""Whether the service is up, what it holds, its vocabulary, and what its problems mean."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pyoxigraph import Triple
from starlette.responses import JSONResponse, Response

from api import pages
from api.dependencies import DatasetDep, ReaderDep, ReadQuery
from api.errors import NothingThere, NotReady
from api.memory import head_id
from api.negotiation import choose
from api.ontology_page import reference
from api.problem_types import TYPES
from api.rdf import OFFERS, graph_format_of, rdf_response
from api.service_description import dataset_description
from api.templates import language_of, page_response
from api.typed_lists import counts_of
from graphstore.errors import StorageUnavailable
from graphstore.formats import TURTLE, GraphFormat, parse_quads
from ontology import resources

router = APIRouter(tags=["operations"])

_ONTOLOGY_SUFFIXES = {"ttl", "jsonld", "rdf", "nt"}


@router.get("/health", summary="Is the process alive?")
def health() -> dict[str, str]:
    """Answer as long as the process does."""
    return {"status": "ok"}


@router.get("/ready", summary="Can it answer from the graph?")
def ready(dataset: DatasetDep) -> dict[str, Any]:
    """Answer with the head commit when the graph can be asked, an empty one too; otherwise 503."""
    head = dataset.head
    try:
        dataset.ask("ASK {}")
        total, default = dataset.count()
    except StorageUnavailable as error:
        raise NotReady(str(error)) from error
    return {
        "status": "ready",
        "commit": head_id(dataset),
        "number": 0 if head is None else head.number,
        "quads": total,
        "facts": default,
    }


@router.get("/.well-known/void", tags=["linked data"], summary="Description of the dataset")
def void(query: Annotated[ReadQuery, Query()], reader: ReaderDep, request: Request) -> Response:
    """Describe the dataset in VoID and DCAT: counts, licence, vocabularies, access."""
    counts = reader.memory.once("class-counts", lambda: counts_of(reader, "count-classes"))
    format = graph_format_of(request.headers.get("accept"))
    return rdf_response(dataset_description(request, reader, counts), format)


@router.get("/ontology", tags=["linked data"], summary="The ontology")
def ontology(query: Annotated[ReadQuery, Query()], request: Request) -> Response:
    """Give the ontology as a page or as RDF, by Accept header."""
    offers: list[tuple[str, GraphFormat | None]] = [("text/html", None), *OFFERS]
    chosen = choose(request.headers.get("accept"), offers)
    if chosen is None:
        language = language_of(request)
        return page_response(request, "ontology.html", language, reference=reference())
    return _turtle_as(resources.ontology_turtle(), chosen)


@router.get("/ontology.{suffix}", tags=["linked data"], include_in_schema=False)
def ontology_file(suffix: str) -> Response:
    """Give the ontology in the format of a suffix."""
    found = [item for _, item in OFFERS if item.extension == suffix]
    if suffix not in _ONTOLOGY_SUFFIXES or not found:
        raise NothingThere("page", f"ontology.{suffix}")
    return _turtle_as(resources.ontology_turtle(), found[0])


@router.get("/shapes", tags=["linked data"], summary="The SHACL shapes")
def shapes(query: Annotated[ReadQuery, Query()], request: Request) -> Response:
    """Give the shapes that every change must meet."""
    return _turtle_as(resources.shapes_turtle(), graph_format_of(request.headers.get("accept")))


@router.get("/context.jsonld", tags=["linked data"], summary="The JSON-LD context")
def context(query: Annotated[ReadQuery, Query()]) -> Response:
    """Give the JSON-LD context of the model's terms."""
    return Response(
        json.dumps(resources.context(), ensure_ascii=False, indent=1),
        media_type="application/ld+json",
    )


@router.get("/problems/{slug}", summary="What a problem means")
def problem(
    slug: str, query: Annotated[ReadQuery, Query()], reader: ReaderDep, request: Request
) -> Response:
    """Explain a type of problem."""
    if slug not in TYPES:
        raise NothingThere("problem type", slug)
    kind = TYPES[slug]
    offers = [("text/html", True), ("application/json", False)]
    if choose(request.headers.get("accept"), offers):
        return pages.problem_type_page(request, reader, kind)
    body = {"slug": kind.slug, "status": kind.status, "title": kind.title, "help": kind.help}
    return JSONResponse(body)


def _turtle_as(content: bytes, format: GraphFormat) -> Response:
    """Return a packaged Turtle file; as it is, comments included, when Turtle is asked for."""
    if format is TURTLE:
        return Response(content, media_type=TURTLE.media_type)
    triples: set[Triple] = {quad.triple for quad in parse_quads(content, TURTLE)}
    return rdf_response(triples, format)
