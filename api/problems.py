"""Every error as a problem document, with a page for each type of problem.

Implements [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457#section-3); the types are in
`api/problem_types.py`. A browser gets the same problem as a page.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from api import errors
from api.errors import Forbidden, Unauthenticated
from api.negotiation import prefers_html
from api.problem_types import INTERNAL, METHOD, NOT_FOUND, OTHER, PROBLEMS, ProblemType
from graphstore.errors import TooManyQueries

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Problem:
    """One occurrence of a problem; `extensions` are further members of the document."""

    type: ProblemType
    detail: str
    extensions: dict[str, Any]


# The members beside the standard ones that an error may carry.
_EXTENSIONS = (
    "line", "column", "graph", "iri", "name", "known", "near", "offered", "taken",
    "limit_bytes", "allowed", "id", "limit", "spent", "window", "deadline_s", "waiting", "kind",
    "limit_quads",
)  # fmt: skip
_BUSY_S = 2  # when to ask again after so many queries were waiting

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


def headers_of(error: Exception) -> dict[str, str]:
    """Return the headers that an answer to this error has beside its document."""
    if isinstance(error, Unauthenticated):
        about = ', error="invalid_token"' if error.shown else ""
        return {"WWW-Authenticate": f'Bearer realm="dure"{about}'}
    if isinstance(error, Forbidden):
        return {"WWW-Authenticate": 'Bearer realm="dure", error="insufficient_scope"'}
    seconds = _BUSY_S if isinstance(error, TooManyQueries) else getattr(error, "retry_after_s", 0)
    return {"Retry-After": str(max(1, math.ceil(seconds)))} if seconds else {}


def problem_response(
    request: Request, problem: Problem, headers: Mapping[str, str] | None = None
) -> Response:
    """Answer a request with a problem, as a page where a browser asks."""
    all_headers = {**(headers or {}), "Cache-Control": "no-store"}
    if prefers_html(request.headers.get("accept")):
        page: PageMaker = request.app.state.problem_page
        content, media_type = page(request, problem), "text/html"
    else:
        content, media_type = json.dumps(_document(request, problem), default=list), MEDIA_TYPE
    return Response(content, problem.type.status, all_headers, media_type)


def install(app: FastAPI, page: PageMaker) -> None:
    """Answer every error of `app` with a problem; `page` writes it for a browser."""
    app.state.problem_page = page
    for kind in PROBLEMS:
        app.add_exception_handler(kind, _on_error)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(Exception, _on_error)


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


def _on_error(request: Request, error: Exception) -> Response:
    return problem_response(request, problem_of(error), headers_of(error))


def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    if error.status_code == METHOD.status:
        return _method(request, headers)
    if error.status_code == NOT_FOUND.status:
        problem = Problem(NOT_FOUND, f"no page {request.url.path}", {})
        return problem_response(request, problem, headers)
    kind = ProblemType(error.status_code, OTHER.slug, OTHER.title, OTHER.help)
    return problem_response(request, Problem(kind, str(error.detail), {}), headers)


def _on_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return problem_response(request, _invalid(error))


def _method(request: Request, headers: dict[str, str]) -> Response:
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
    return problem_response(
        request, Problem(METHOD, f"{request.method} is not taken here", {}), allow
    )


def _invalid(error: RequestValidationError) -> Problem:
    """Turn what FastAPI found in the parameters into one of our errors."""
    first = error.errors()[0]
    name = str(first["loc"][-1])
    if first["type"] == "extra_forbidden":
        known = (first.get("ctx") or {}).get("known", ())
        return problem_of(errors.UnknownParameter(name, known))
    return problem_of(errors.BadParameter(name, str(first["msg"]).removeprefix("Value error, ")))
