"""Addresses of the pages that are not things themselves: home, search, questions, lists, API."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field
from pyoxigraph import NamedNode
from starlette.responses import RedirectResponse, Response

from api import terms as t
from api.dependencies import PageQuery, ReaderDep, ReadQuery, SettingsDep
from api.errors import NothingThere, UnknownParameter
from api.facts import Unit
from api.listings import LISTINGS, choose, rows_of
from api.lookup import existing_entity, found_entities
from api.nodes import name_of
from api.paging import limit_of, page_of
from api.presentation import Shown, page_address, shown
from api.questions import answer_rows, catalog_of, given_parameters
from api.reader import Reader, local_name
from api.templates import page_response
from api.timeline import date_words_of, timeline_of
from api.typed_lists import counts_of
from ontology.namespaces import CONCEPT
from queries.catalog import Column

router = APIRouter(include_in_schema=False)

_COUNTED = ("actors", "events", "policies", "statistics", "places", "sources")
_EXPLORED = (
    "events", "actors", "policies", "declarations", "statistics", "topics", "places", "sources",
)  # fmt: skip
_FEATURED = ("co-organisers", "members", "programme", "disagreements", "statistics", "policies")
_STATIC = {
    "style.css": "text/css",
    "ontology.css": "text/css",
    "sparql.js": "text/javascript",
    "favicon.svg": "image/svg+xml",
}
_ROWS_ON_A_PAGE = 500
_LISTED = ("lang", "cursor")


class SearchQuery(PageQuery):
    """What to search for."""

    q: str = Field("", max_length=200)


@router.get("/")
def home(query: Annotated[ReadQuery, Query()], reader: ReaderDep, request: Request) -> Response:
    """Show what the graph holds and where to begin."""
    counts = [(name, len(rows_of(reader, LISTINGS[name]))) for name in _COUNTED]
    assertions = sum(
        reader.memory.once(
            ("count", "count-assertions"), lambda: counts_of(reader, "count-assertions")
        ).values()
    )
    catalog = {item.name: item for item in catalog_of(request).questions}
    featured = [catalog[name] for name in _FEATURED if name in catalog]
    return page_response(
        request,
        "home.html",
        reader.language,
        counts=counts,
        assertions=assertions,
        questions=featured or list(catalog.values())[:6],
    )


@router.get("/search")
def search(
    query: Annotated[SearchQuery, Query()],
    reader: ReaderDep,
    settings: SettingsDep,
    request: Request,
) -> Response:
    """Show what has a name like the one looked for."""
    found = found_entities(reader, query.q, None, None) if query.q.strip() else []
    page, cursor = page_of(found, query.cursor, limit_of(query.limit, settings))
    hits = [_hit(reader, NamedNode(x.iri), x.match.name if x.match else "") for x in page]
    return page_response(
        request, "search.html", reader.language, q=query.q, hits=hits, cursor=cursor
    )


@router.get("/questions")
def questions(
    query: Annotated[ReadQuery, Query()], reader: ReaderDep, request: Request
) -> Response:
    """List the questions."""
    return page_response(
        request, "questions.html", reader.language, questions=catalog_of(request).questions
    )


@router.get("/questions/{name}")
def question(name: str, reader: ReaderDep, request: Request) -> Response:
    """Show a question: its form, its answer, its query."""
    asked = catalog_of(request)[name]
    given = given_parameters(asked, request)
    needed = [item.name for item in asked.parameters if item.required and item.name not in given]
    rows = [] if needed else answer_rows(reader, request, asked, given)
    columns = [x for x in asked.columns if not _is_label_column(asked.columns, x.name)]
    cells = [
        [
            shown(reader, row.cells[column.name]) if column.name in row.cells else None
            for column in columns
        ]
        for row in rows[:_ROWS_ON_A_PAGE]
    ]
    return page_response(
        request,
        "question.html",
        reader.language,
        question=asked,
        given=given,
        query_string=str(request.url.query),
        options={
            item.name: _options(reader, item.scheme) for item in asked.parameters if item.scheme
        },
        columns=[(x, _heading(asked.columns, x.name, reader.language)) for x in columns],
        rows=cells,
        total=len(rows),
        cut=len(rows) > _ROWS_ON_A_PAGE,
        answered=not needed,
    )


@router.get("/explore")
def explore(query: Annotated[ReadQuery, Query()], reader: ReaderDep, request: Request) -> Response:
    """Show which lists there are."""
    counts = [(name, len(rows_of(reader, LISTINGS[name]))) for name in _EXPLORED]
    return page_response(request, "explore.html", reader.language, counts=counts)


@router.get("/explore/{name}")
def listing(name: str, reader: ReaderDep, settings: SettingsDep, request: Request) -> Response:
    """Show a list, filtered as the address says."""
    if name not in _EXPLORED:
        raise NothingThere("list", name)
    chosen_list = LISTINGS[name]
    given = {k: v.strip() for k, v in request.query_params.items() if v.strip()}
    for parameter in given:
        if parameter not in chosen_list.parameters and parameter not in _LISTED:
            raise UnknownParameter(parameter, [*chosen_list.parameters, *_LISTED])
    chosen = choose(reader, chosen_list, given)
    page, cursor = page_of(chosen, given.get("cursor"), settings.page_size)
    items = [_row(reader, NamedNode(item.row.iri)) for item in page]
    return page_response(
        request,
        "listing.html",
        reader.language,
        name=name,
        items=items,
        cursor=cursor,
        given={k: v for k, v in given.items() if k not in {"cursor", "lang"}},
        total=len(chosen),
        timed=chosen_list.by_time,
    )


@router.get("/page/{slug}/timeline")
def timeline(
    slug: str, query: Annotated[ReadQuery, Query()], reader: ReaderDep, request: Request
) -> Response:
    """Show what is dated about an entity, in order of time."""
    iri = existing_entity(reader, slug)
    moments = [
        (moment.words, shown(reader, moment.unit.property), _moment_value(reader, moment.unit))
        for moment in timeline_of(reader, iri)
        if not moment.unit.evidence.derived
    ]
    return page_response(
        request,
        "timeline.html",
        reader.language,
        slug=slug,
        label=name_of(reader, iri),
        moments=moments,
    )


@router.get("/ask")
def ask() -> Response:
    """Lead to the questions."""
    return RedirectResponse("/questions", 303)


@router.get("/query")
def query_page() -> Response:
    """Lead to the query form."""
    return RedirectResponse("/sparql", 303)


@router.get("/docs")
def docs(query: Annotated[ReadQuery, Query()], reader: ReaderDep, request: Request) -> Response:
    """List the operations of the API from its own description."""
    return page_response(
        request, "docs.html", reader.language, api=request.app.openapi(), methods=("get", "post")
    )


@router.get("/static/{name}")
def static(name: str) -> Response:
    """Give a style sheet, a script or the icon."""
    if name not in _STATIC:
        raise NothingThere("file", name)
    headers = {"Cache-Control": "public, max-age=300"}
    return Response(_static_file(name), 200, headers, _STATIC[name])


@cache
def _static_file(name: str) -> bytes:
    return files("web").joinpath("static", name).read_bytes()


def _hit(reader: Reader, iri: NamedNode, matched: str) -> dict[str, object]:
    label = name_of(reader, iri)
    return {**_row(reader, iri), "matched": matched if matched != label.text else ""}


def _row(reader: Reader, iri: NamedNode) -> dict[str, object]:
    return {
        "thing": shown(reader, iri),
        "label": name_of(reader, iri),
        "href": page_address(iri.value),
        "kinds": [shown(reader, kind) for kind in _kinds(reader, iri)],
        "when": date_words_of(reader, iri),
        "places": [shown(reader, place) for place in reader.objects(iri, t.LOCATION)],
    }


def _kinds(reader: Reader, iri: NamedNode) -> list[NamedNode]:
    """Return what a row calls a thing: its own kind (a training), else its class (an event)."""
    kinds = [x for x in reader.objects(iri, t.DC_TYPE) if isinstance(x, NamedNode)]
    return kinds or list(reader.types(iri))


def _moment_value(reader: Reader, unit: Unit) -> Shown:
    """Return what a dated fact is about: the thing at its other end, or the node in a line."""
    if unit.node is not None and (unit.value is None or not isinstance(unit.value, NamedNode)):
        return shown(reader, unit.node)
    return shown(reader, unit.value) if unit.value is not None else Shown("")


def _options(reader: Reader, scheme: str) -> list[tuple[str, str]]:
    """Return the concepts of a scheme as choices: the end of the IRI, and the label."""
    concepts = reader.subjects(t.IN_SCHEME, NamedNode(f"{CONCEPT}{scheme}"))
    choices = [(local_name(iri.value), reader.label(iri).text) for iri in concepts]
    return sorted(choices, key=lambda choice: choice[1].casefold())


def _is_label_column(columns: Sequence[Column], name: str) -> bool:
    """Say whether a column holds the label or title of the thing in another column."""
    stem = name.removesuffix("Label").removesuffix("Title")
    return stem != name and any(column.name == stem for column in columns)


def _heading(columns: Sequence[Column], name: str, language: str) -> str:
    """Return a column's heading; that of its label where the thing and its label are one cell."""
    titles = {column.name: column.title[language] for column in columns}
    return titles.get(f"{name}Label") or titles.get(f"{name}Title") or titles[name]
