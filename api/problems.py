"""Every error as a problem document, with a page for each type of problem.

Implements [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457#section-3). `PROBLEMS` is the one
table from error class to status, slug and title; lookup follows the class hierarchy. A browser
gets the same problem as a page.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from api import errors
from api.negotiation import prefers_html
from curation.errors import CurationError
from graphstore import errors as store
from queries import errors as questions

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class ProblemType:
    """A kind of problem: its status, its name in addresses, its title and what helps."""

    status: int
    slug: str
    title: str
    help: str


@dataclass(frozen=True)
class Problem:
    """One occurrence of a problem; `extensions` are further members of the document."""

    type: ProblemType
    detail: str
    extensions: dict[str, Any]


def _type(status: int, slug: str, title: str, help_text: str) -> ProblemType:
    return ProblemType(status, slug, title, help_text)


NOT_FOUND = _type(
    404, "not-found", "There is nothing at this address",
    "Check the address. The home page and /docs list what there is.",
)  # fmt: skip
METHOD = _type(
    405, "method-not-allowed", "This address does not take this method",
    "The Allow header names the methods that it takes.",
)  # fmt: skip
PARAMETER = _type(
    400, "bad-parameter", "A parameter is missing, malformed or repeated",
    "The detail names the parameter and what is wrong; /docs lists the parameters of each address.",
)  # fmt: skip
INTERNAL = _type(
    500, "internal-error", "The service failed",
    "The fault is ours. The operator finds the request in the log by its time.",
)  # fmt: skip
OTHER = _type(
    400, "bad-request", "The request cannot be answered",
    "The detail says why.",
)  # fmt: skip

PROBLEMS: dict[type[Exception], ProblemType] = {
    errors.BadParameter: PARAMETER,
    errors.UnknownParameter: _type(
        400, "unknown-parameter", "This address does not have this parameter",
        "The member 'known' lists the parameters there are. A misspelt filter would otherwise "
        "answer with too much, unnoticed.",
    ),
    errors.EntityNotFound: _type(
        404, "entity-not-found", "No entity has this id",
        "Ids are exact: a readable part and a short suffix. The member 'near' holds ids that look "
        "alike; /api/v1/entities?q= searches by name.",
    ),
    errors.NothingThere: NOT_FOUND,
    errors.UnknownAlternative: _type(
        404, "unknown-format-suffix", "This suffix names no format",
        "The member 'known' lists the suffixes; leave the suffix out to choose by Accept header.",
    ),
    errors.NotAcceptable: _type(
        406, "not-acceptable", "None of the formats on offer suits the Accept header",
        "The member 'offered' lists the media types on offer.",
    ),
    errors.UnsupportedMediaType: _type(
        415, "unsupported-media-type", "A body in this format is not read here",
        "The member 'taken' lists the media types that are.",
    ),
    errors.PayloadTooLarge: _type(
        413, "payload-too-large", "The request body is too large",
        "The operator sets the limit with DURE_MAX_BODY_BYTES.",
    ),
    errors.UpdateNotOpen: _type(
        403, "update-not-open", "SPARQL Update is not open",
        "Reading is open to everybody. Changes go through the gate, from the command line.",
    ),
    errors.NotReady: _type(
        503, "not-ready", "The graph cannot be asked now",
        "Ask again in a moment; /ready says when.",
    ),
    store.QuerySyntaxError: _type(
        400, "query-syntax", "The query is not SPARQL",
        "Line and column say where reading stopped; the fault may lie just before.",
    ),
    store.UpdateSyntaxError: _type(
        400, "update-syntax", "The update is not SPARQL Update",
        "Line and column say where reading stopped; the fault may lie just before.",
    ),
    store.RdfSyntaxError: _type(
        400, "rdf-syntax", "The document does not follow the syntax of its format",
        "Line and column say where reading stopped.",
    ),
    store.RefusedQuery: _type(
        400, "refused-query", "The query asks for something this service does not do",
        "SERVICE is refused: nothing a client sends makes the service fetch an address.",
    ),
    store.UnknownFormat: _type(
        400, "unknown-format", "No such format", "The detail lists the formats there are.",
    ),
    store.GraphNotFound: _type(
        404, "graph-not-found", "The dataset has no such graph", "Check the graph name.",
    ),
    store.ResourceNotFound: _type(
        404, "resource-not-found", "The dataset says nothing about this resource",
        "Check the IRI.",
    ),
    store.DatasetReadOnly: _type(
        403, "read-only", "The dataset was opened for reading only",
        "Start the service without the read-only option to write.",
    ),
    store.NothingToCommit: _type(
        409, "nothing-to-commit", "The change changes nothing",
        "Everything it adds is there, nothing that it removes is.",
    ),
    store.DataNotConforming: _type(
        422, "not-conforming", "The data would violate the shapes",
        "The report names focus node, path, value and what to do. Nothing was changed.",
    ),
    store.ShapesNotUsable: _type(
        500, "shapes-not-usable", "The shapes cannot be validated with",
        "The fault is in the shapes, not in the data.",
    ),
    store.StorageUnavailable: _type(
        503, "storage-unavailable", "The data folder cannot be used now",
        "The operator sees to disk space and permissions.",
    ),
    store.LogCorrupt: _type(
        500, "log-corrupt", "The commit log is damaged",
        "'dure verify' says which commit.",
    ),
    store.GraphStoreError: OTHER,
    questions.UnknownQuestion: _type(
        404, "unknown-question", "The catalogue has no question of this name",
        "/api/v1/questions lists the questions; the member 'near' holds names that look alike.",
    ),
    questions.BadParameter: PARAMETER,
    questions.QuestionError: OTHER,
    CurationError: _type(
        422, "not-accepted", "The gate does not accept the submission",
        "The detail says what to mend. Nothing was changed.",
    ),
    errors.ProtocolError: OTHER,
}  # fmt: skip

TYPES: dict[str, ProblemType] = {
    kind.slug: kind for kind in (*PROBLEMS.values(), NOT_FOUND, METHOD, PARAMETER, INTERNAL, OTHER)
}

# The members beside the standard ones that an error may carry.
_EXTENSIONS = (
    "line", "column", "graph", "iri", "name", "known", "near", "offered", "taken",
    "limit_bytes", "allowed",
)  # fmt: skip

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

PageMaker = Callable[[Request, Problem], str]


def problem_of(error: Exception) -> Problem:
    """Return the problem that an error of ours is, by its class or the nearest base class."""
    for kind in type(error).__mro__:
        if kind in PROBLEMS:
            extensions = {
                name: value
                for name in _EXTENSIONS
                if (value := getattr(error, name, None)) not in (None, (), "")
            }
            report = getattr(error, "report", None)
            if report is not None:
                extensions["report"] = report.to_json()
            return Problem(PROBLEMS[kind], str(error), extensions)
    return Problem(INTERNAL, "an error that the service did not foresee", {})


def install(app: FastAPI, page: PageMaker) -> None:
    """Answer every error of `app` with a problem; `page` writes it for a browser."""

    def respond(request: Request, problem: Problem, headers: dict[str, str]) -> Response:
        headers = {**headers, "Cache-Control": "no-store"}
        if prefers_html(request.headers.get("accept")):
            content, media_type = page(request, problem), "text/html"
        else:
            content, media_type = json.dumps(_document(request, problem), default=list), MEDIA_TYPE
        return Response(content, problem.type.status, headers, media_type)

    def on_error(request: Request, error: Exception) -> Response:
        return respond(request, problem_of(error), {})

    def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        headers = dict(error.headers or {})
        if error.status_code == METHOD.status:
            return _method(request, headers, respond)
        if error.status_code == NOT_FOUND.status:
            return respond(request, Problem(NOT_FOUND, f"no page {request.url.path}", {}), headers)
        kind = ProblemType(error.status_code, OTHER.slug, OTHER.title, OTHER.help)
        return respond(request, Problem(kind, str(error.detail), {}), headers)

    def on_validation(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return respond(request, _invalid(error), {})

    for kind in PROBLEMS:
        app.add_exception_handler(kind, on_error)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_validation)
    app.add_exception_handler(Exception, on_error)


def type_address(request: Request, kind: ProblemType) -> str:
    """Return the address of the page about a problem type."""
    base: str = request.app.state.settings.base_url or str(request.base_url)
    return f"{base.rstrip('/')}/problems/{kind.slug}"


def _document(request: Request, problem: Problem) -> dict[str, Any]:
    return {
        "type": type_address(request, problem.type),
        "title": problem.type.title,
        "status": problem.type.status,
        "detail": problem.detail,
        "instance": request.url.path,
        **problem.extensions,
    }


def _method(
    request: Request,
    headers: dict[str, str],
    respond: Callable[[Request, Problem, dict[str, str]], Response],
) -> Response:
    # The framework names the methods of the first route at an address; others may follow it.
    routes = request.app.routes
    methods = {
        method
        for method in _METHODS
        if any(x.matches({**request.scope, "method": method})[0] is Match.FULL for x in routes)
    }
    methods |= {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
    allow = {**headers, "Allow": ", ".join(sorted(methods))}
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=allow)
    return respond(request, Problem(METHOD, f"{request.method} is not taken here", {}), allow)


def _invalid(error: RequestValidationError) -> Problem:
    """Turn what FastAPI found in the parameters into one of our errors."""
    first = error.errors()[0]
    name = str(first["loc"][-1])
    if first["type"] == "extra_forbidden":
        known = (first.get("ctx") or {}).get("known", ())
        return problem_of(errors.UnknownParameter(name, known))
    return problem_of(errors.BadParameter(name, str(first["msg"]).removeprefix("Value error, ")))
