"""Rendering of the pages: Jinja templates from the `web` package, with words in two languages."""

from __future__ import annotations

from functools import cache
from typing import Any, Final
from urllib.parse import urlencode, urlsplit, urlunsplit

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from api.negotiation import choose_language
from api.wording import words

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'self'"
)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page_response(
    request: Request,
    template: str,
    language: str,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **values: Any,
) -> HTMLResponse:
    """Render a template as a response in a language."""
    text = render(request, template, language, **values)
    # Nothing on a page comes from elsewhere or runs: the policy holds browsers to that.
    return HTMLResponse(text, status, {"Content-Security-Policy": POLICY, **(headers or {})})


def render(request: Request, template: str, language: str, **values: Any) -> str:
    """Render a template with what every page has: words, links, language switch, commit."""
    explicit = request.query_params.get("lang")
    head = request.app.state.dataset.head

    def link(path: str) -> str:
        """Return a link that keeps the language somebody chose."""
        if explicit is None or not path.startswith("/"):
            return path
        parts = urlsplit(path)
        query = f"{parts.query}&" if parts.query else ""
        return urlunsplit(("", "", parts.path, f"{query}lang={language}", parts.fragment))

    def switch(target: str) -> str:
        """Return the address of this page in another language."""
        rest = [(k, v) for k, v in request.query_params.multi_items() if k != "lang"]
        return f"{request.url.path}?{urlencode([*rest, ('lang', target)])}"

    return (
        _environment()
        .get_template(template)
        .render(
            w=lambda key: words(key, language),
            lang=language,
            link=link,
            switch=switch,
            path=request.url.path,
            commit=head,
            base=(request.app.state.settings.base_url or str(request.base_url)).rstrip("/"),
            explicit_language=explicit,
            **values,
        )
    )


def language_of(request: Request) -> str:
    """Return the language of a page where no reader says it: errors, wrong addresses."""
    asked = request.query_params.get("lang")
    if asked in {"en", "ko"}:
        return asked
    default: str = request.app.state.settings.language
    return choose_language(request.headers.get("accept-language"), ("en", "ko"), default)
