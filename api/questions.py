"""`/api/v1/questions`: the catalogue, and the answers to its questions."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pyoxigraph import NamedNode
from starlette.responses import Response, StreamingResponse

from api import models as m
from api.dependencies import PageQuery, ReaderDep, SettingsDep, no_repeats
from api.errors import BadParameter, UnknownParameter
from api.negotiation import choose
from api.paging import Key, decode, encode, limit_of, next_link, page_of
from api.reader import Reader
from api.settings import Settings
from api.views import json_response, value
from graphstore.formats import SOLUTION_FORMATS, ResultFormat
from graphstore.terms import Term
from queries.catalog import Catalog, Question

router = APIRouter(
    prefix="/api/v1/questions", tags=["questions"], dependencies=[Depends(no_repeats)]
)

_OWN = ("lang", "limit", "cursor")
_QUERY_TEXT = "application/sparql-query"
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The answer as JSON, CSV, TSV, SPARQL results (JSON, XML), or the query",
        "content": {x.media_type: {} for x in SOLUTION_FORMATS} | {_QUERY_TEXT: {}},
    }
}


@dataclass(frozen=True)
class Row:
    """A solution: its cells by column, unbound ones left out."""

    cells: dict[str, Term]

    def digest(self) -> str:
        """Return what tells this row from others."""
        text = "\0".join(f"{name}={cell}" for name, cell in sorted(self.cells.items()))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@router.get("", response_model=m.Page[m.Question], summary="The catalogue of questions")
def questions(
    query: Annotated[PageQuery, Query()],
    reader: ReaderDep,
    settings: SettingsDep,
    request: Request,
) -> Response:
    """List the questions with their parameters."""
    rows = [_Listed(item) for item in catalog_of(request).questions]
    page, cursor = page_of(rows, query.cursor, limit_of(query.limit, settings))
    items = [question_model(reader, row.question, sparql=False) for row in page]
    return json_response(m.Page[m.Question](items=items, next=cursor), next_link(request, cursor))


@router.get(
    "/{name}", response_model=m.Answer, responses=_ANSWERS, summary="The answer to a question"
)
def question(name: str, reader: ReaderDep, settings: SettingsDep, request: Request) -> Response:
    """Answer a question; its parameters are query parameters, beside lang, limit and cursor.

    JSON answers come in pages and carry the question with its SPARQL text. The other formats hold
    the whole answer; `application/sparql-query` is the query text itself.
    """
    asked = catalog_of(request)[name]
    given = given_parameters(asked, request)
    offers: list[tuple[str, ResultFormat | str]] = [("application/json", "json")]
    offers += [(item.media_type, item) for item in SOLUTION_FORMATS]
    offers.append((_QUERY_TEXT, "query"))
    chosen = choose(request.headers.get("accept"), offers)
    if chosen == "query":
        return Response(asked.text, 200, media_type=_QUERY_TEXT)
    if isinstance(chosen, ResultFormat):
        return _table(reader, request, asked, given, chosen)
    return _page(reader, request, settings, asked, given)


def catalog_of(request: Request) -> Catalog:
    """Return the catalogue of the application."""
    catalog: Catalog = request.app.state.catalog
    return catalog


def given_parameters(asked: Question, request: Request) -> dict[str, str]:
    """Return the question's parameters in the address; empty ones count as not given.

    Raises:
        UnknownParameter: one that neither the question nor the address has.
    """
    names = [parameter.name for parameter in asked.parameters]
    for name in request.query_params:
        if name not in names and name not in _OWN:
            raise UnknownParameter(name, [*names, *_OWN])
    return {name: text for name in names if (text := request.query_params.get(name, "").strip())}


def answer_rows(
    reader: Reader, request: Request, asked: Question, given: dict[str, str]
) -> list[Row]:
    """Return the solutions of a question: what the columns hold, in the question's own order."""
    bindings = catalog_of(request).bindings(reader.dataset, asked.name, given)
    return _rows(reader, asked, bindings)


# Reading of dates leaves exceptions behind that keep the frames of their callers, and so their
# variables, until some thread collects garbage; the engine's results may only die in the thread
# that made them. So whatever holds results gets values that were read before it was called.


def _rows(reader: Reader, asked: Question, bindings: dict[str, Term]) -> list[Row]:
    columns = [column.name for column in asked.columns]
    rows = []
    for solution in reader.dataset.select(asked.text, bindings):
        cells = {name: solution[name] for name in columns}
        rows.append(Row({name: cell for name, cell in cells.items() if cell is not None}))
    return rows


def _written(
    reader: Reader, asked: Question, bindings: dict[str, Term], format: ResultFormat
) -> Iterator[bytes]:
    return reader.dataset.query(asked.text, bindings).write(format)


def question_model(reader: Reader, asked: Question, *, sparql: bool) -> m.Question:
    """Return a question for JSON."""
    language = reader.language
    return m.Question(
        name=asked.name,
        title=asked.title[language],
        description=asked.description[language],
        parameters=[
            m.Parameter(
                name=item.name,
                title=item.title[language],
                type=item.type,
                required=item.required,
                default=item.default,
                example=item.example,
            )
            for item in asked.parameters
        ],
        sparql=asked.text if sparql else None,
        href=f"/api/v1/questions/{asked.name}",
    )


@dataclass(frozen=True)
class _Listed:
    """A question in the order of names."""

    question: Question

    @property
    def key(self) -> Key:
        return (self.question.name,)


def _page(
    reader: Reader, request: Request, settings: Settings, asked: Question, given: dict[str, str]
) -> Response:
    limit_text = request.query_params.get("limit")
    if limit_text is not None and not re.fullmatch(r"[1-9]\d{0,8}", limit_text):
        raise BadParameter("limit", "is a whole number from 1")
    limit = limit_of(int(limit_text) if limit_text else None, settings)
    rows = answer_rows(reader, request, asked, given)
    page, cursor = _page_of(rows, request.query_params.get("cursor"), limit)
    items = [
        {name: value(reader, cell) for name, cell in row.cells.items() if not _is_label(name, row)}
        for row in page
    ]
    model = m.Answer(items=items, next=cursor, question=question_model(reader, asked, sparql=True))
    return json_response(model, next_link(request, cursor))


def _is_label(name: str, row: Row) -> bool:
    """Say whether a column only repeats the label of the thing in the column before it."""
    return name.endswith("Label") and isinstance(row.cells.get(name[: -len("Label")]), NamedNode)


def _table(
    reader: Reader, request: Request, asked: Question, given: dict[str, str], format: ResultFormat
) -> Response:
    for name in ("limit", "cursor"):
        if name in request.query_params:
            raise BadParameter(name, "is for JSON pages; this format holds the whole answer")
    bindings = catalog_of(request).bindings(reader.dataset, asked.name, given)
    headers = {"Content-Disposition": f'inline; filename="{asked.name}.{format.extension}"'}
    written = _written(reader, asked, bindings, format)
    return StreamingResponse(written, 200, headers, format.media_type)


def _page_of(rows: list[Row], cursor: str | None, limit: int) -> tuple[list[Row], str | None]:
    """Return the rows after the one that `cursor` remembers, and the next cursor.

    A question has an order of its own, so the cursor holds a digest of the last row and finds it
    again wherever it stands by then; its old place serves when the row is gone.
    """
    begin = 0
    if cursor is not None:
        match decode(cursor):
            case (int(place), str(digest)):
                pass
            case _:
                raise BadParameter("cursor", "belongs to another list")
        same = [number for number, row in enumerate(rows) if row.digest() == digest]
        begin = min(same, key=lambda n: abs(n - place)) + 1 if same else place
    page = rows[begin : begin + limit]
    if not page or begin + limit >= len(rows):
        return page, None
    return page, encode((begin + len(page) - 1, page[-1].digest()))
