"""Linked data: an IRI leads to a page for people or to data for programs.

Implements [Cool URIs §4.3](https://www.w3.org/TR/cooluris/#r303gendocument) (303 redirects for
things, content negotiation for documents). Plain formats give the live facts, TriG and N-Quads
the same with their evidence graphs and passages.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pyoxigraph import NamedNode, Quad
from starlette.responses import RedirectResponse, Response

from api import pages
from api import terms as t
from api.dependencies import ReaderDep, ReadQuery
from api.description import described, document_quads, quads_with_evidence
from api.errors import NothingThere, UnknownAlternative
from api.lookup import existing_entity
from api.negotiation import choose
from api.rdf import OFFERS, graph_format_of, rdf_response
from api.reader import Reader
from graphstore.formats import GRAPH_FORMATS, GraphFormat
from ontology.namespaces import ASSERTION, CONCEPT, DOC, ID

router = APIRouter(tags=["linked data"])

_EXTENSIONS = {item.extension: item for item in GRAPH_FORMATS}
_RDF_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "RDF by Accept header, or a page",
        "content": {item.media_type: {} for item in GRAPH_FORMATS} | {"text/html": {}},
    }
}


def alternates(slug: str) -> str:
    """Return the `Link` header that names an entity's data in every format, and its page."""
    links = [f'</page/{slug}>; rel="alternate"; type="text/html"']
    links += [
        f'</data/{slug}.{item.extension}>; rel="alternate"; type="{item.media_type}"'
        for item in GRAPH_FORMATS
    ]
    return ", ".join(links)


def wants_rdf(accept: str | None) -> bool:
    """Say whether a client of the REST API would rather have RDF than plain JSON."""
    offers = [("application/json", False), *((media_type, True) for media_type, _ in OFFERS)]
    return choose(accept, offers)


def describe(reader: Reader, iri: NamedNode, accept: str | None) -> Response:
    """Return the data about a thing in the format the client likes best."""
    return _data(reader, described(reader, iri), graph_format_of(accept), {})


@router.get("/id/{slug}", status_code=303, summary="An entity's IRI")
def identifier(
    slug: str, query: Annotated[ReadQuery, Query()], reader: ReaderDep, request: Request
) -> Response:
    """Lead to the entity's page or data by Accept header, or to a format by suffix."""
    slug, extension = _split(reader, slug)
    existing_entity(reader, slug)
    target = f"/data/{slug}.{extension}" if extension else f"/data/{slug}"
    accept = request.headers.get("accept")
    if not extension and choose(accept, [("text/html", True), *((x, False) for x, _ in OFFERS)]):
        target = f"/page/{slug}"
    if query.lang:
        target += f"?lang={query.lang}"
    return RedirectResponse(target, 303, {"Link": alternates(slug)})


@router.get("/data/{slug}", responses=_RDF_ANSWERS, summary="Data about an entity")
def data(
    slug: str, query: Annotated[ReadQuery, Query()], reader: ReaderDep, request: Request
) -> Response:
    """Give the live facts about an entity; TriG and N-Quads add evidence graphs and passages.

    The suffixes .ttl .nt .jsonld .rdf .trig .nq choose a format without a header; .json leads to
    the REST API's JSON.
    """
    slug, extension = _split(reader, slug)
    iri = existing_entity(reader, slug)
    if extension == "json":
        return RedirectResponse(f"/api/v1/entities/{slug}", 303)
    chosen = _EXTENSIONS[extension] if extension else graph_format_of(request.headers.get("accept"))
    return _data(reader, described(reader, iri), chosen, {"Link": alternates(slug)})


@router.get("/page/{slug}", include_in_schema=False)
def page(
    slug: str, query: Annotated[ReadQuery, Query()], reader: ReaderDep, request: Request
) -> Response:
    """Show an entity to people."""
    return pages.entity_page(request, reader, existing_entity(reader, slug), slug)


@router.get("/doc/{id}", responses=_RDF_ANSWERS, summary="A captured source document")
def document(
    id: str, query: Annotated[ReadQuery, Query()], reader: ReaderDep, request: Request
) -> Response:
    """Give the record of a captured document and of the assertions that rest on it."""
    id, extension = _suffix(id)
    iri = _existing(reader, DOC, id, "document", t.SNAPSHOT)
    return _negotiated(
        reader,
        request,
        extension,
        lambda: document_quads(reader, iri),
        lambda: pages.document_page(request, reader, iri),
    )


@router.get("/assertion/{id}", responses=_RDF_ANSWERS, summary="One assertion")
def assertion(
    id: str, query: Annotated[ReadQuery, Query()], reader: ReaderDep, request: Request
) -> Response:
    """Give the record of an assertion and what it says."""
    id, extension = _suffix(id)
    iri = _existing(reader, ASSERTION, id, "assertion", t.ASSERTION)
    return _negotiated(
        reader,
        request,
        extension,
        lambda: quads_with_evidence(reader, {x.triple for x in reader.dataset.quads(graph=iri)}),
        lambda: pages.assertion_page(request, reader, iri),
    )


@router.get("/concept/{scheme}", responses=_RDF_ANSWERS, summary="A concept scheme")
def concept_scheme(
    scheme: str, query: Annotated[ReadQuery, Query()], reader: ReaderDep, request: Request
) -> Response:
    """Give a concept scheme and its concepts."""
    scheme, extension = _suffix(scheme)
    iri = _existing(reader, CONCEPT, scheme, "concept scheme")
    return _negotiated(
        reader,
        request,
        extension,
        lambda: described(reader, iri, *reader.subjects(t.IN_SCHEME, iri), incoming=False),
        lambda: pages.scheme_page(request, reader, iri),
    )


@router.get("/concept/{scheme}/{slug}", responses=_RDF_ANSWERS, summary="A concept")
def concept(
    scheme: str,
    slug: str,
    query: Annotated[ReadQuery, Query()],
    reader: ReaderDep,
    request: Request,
) -> Response:
    """Give a concept."""
    slug, extension = _suffix(slug)
    iri = _existing(reader, CONCEPT, f"{scheme}/{slug}", "concept")
    return _negotiated(
        reader,
        request,
        extension,
        lambda: described(reader, iri, incoming=False),
        lambda: pages.concept_page(request, reader, iri),
    )


def _negotiated(
    reader: Reader,
    request: Request,
    extension: str | None,
    quads: Callable[[], set[Quad]],
    html: Callable[[], Response],
) -> Response:
    """Answer with a page, or with quads in the format of the suffix or the Accept header."""
    if extension is not None:
        return _data(reader, quads(), _EXTENSIONS[extension], {})
    offers: list[tuple[str, GraphFormat | None]] = [("text/html", None), *OFFERS]
    chosen = choose(request.headers.get("accept"), offers)
    return html() if chosen is None else _data(reader, quads(), chosen, {})


def _data(
    reader: Reader, facts: set[Quad], format: GraphFormat, headers: dict[str, str]
) -> Response:
    if not format.holds_named_graphs:
        return rdf_response({quad.triple for quad in facts}, format, headers)
    if format.extension == "jsonld":
        # JSON-LD can hold graphs, but its readers here expect the plain facts.
        return rdf_response({quad.triple for quad in facts}, format, headers)
    return rdf_response(
        quads_with_evidence(reader, {quad.triple for quad in facts}), format, headers
    )


def _existing(
    reader: Reader, base: str, name: str, what: str, kind: NamedNode | None = None
) -> NamedNode:
    try:
        iri = NamedNode(f"{base}{name}")
    except ValueError:
        raise NothingThere(what, name) from None
    if not reader.exists(iri) or (kind is not None and kind not in reader.types(iri)):
        raise NothingThere(what, name)
    return iri


def _suffix(name: str) -> tuple[str, str | None]:
    stem, dot, extension = name.rpartition(".")
    return (stem, extension) if dot and extension in _EXTENSIONS else (name, None)


def _split(reader: Reader, name: str) -> tuple[str, str | None]:
    """Take a slug and a suffix apart; some slugs have a dot themselves."""
    stem, dot, extension = name.rpartition(".")
    if not dot:
        return name, None
    if extension in _EXTENSIONS or extension == "json":
        return stem, extension
    try:
        whole, part = NamedNode(f"{ID}{name}"), NamedNode(f"{ID}{stem}")
    except ValueError:
        return name, None
    if not reader.exists(whole) and reader.exists(part):
        raise UnknownAlternative(extension, [*_EXTENSIONS, "json"])
    return name, None
