"""Receipts: what an answer was an answer to, so that it can be cited and asked for again.

A receipt is worked out from its own address: query, dataset, version and limits are parameters,
so nothing is stored and none is ever lost. One for a query that is too long for an address is
asked for with the same fields in the body of a POST.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, Response

from api.dependencies import LanguageDep
from api.entity_tags import is_volatile, query_hash
from api.errors import BadParameter
from api.negotiation import choose
from api.permalinks import LONGEST, SPARQL, Permalink
from api.service_description import address
from api.settings import Settings
from api.sparql_formats import FORMATS, plan
from api.sparql_request import SparqlRequest, body_media_type, read_get, read_post
from api.templates import page_response
from api.versions import Version, version_of
from ontology.namespaces import BASE

router = APIRouter(tags=["SPARQL"])

TITLES = {
    "en": "Dure: actors, policies and events of the social and solidarity economy",
    "ko": "두레: 사회연대경제의 행위자, 정책, 행사",
}
_LICENCE = "https://creativecommons.org/licenses/by/4.0/"


@dataclass(frozen=True)
class Receipt:
    """What is known of an answer from its permalink; addresses are absolute."""

    permalink: Permalink
    version: Version
    endpoint: str
    settings: Settings

    @property
    def query_hash(self) -> str:
        """SHA-256 of the query's text."""
        return query_hash(self.permalink.request.text)

    @property
    def address(self) -> str | None:
        """The permalink; None where it is too long for an address."""
        found = f"{self.endpoint}?{self.permalink.query_string()}"
        return found if len(found) <= LONGEST else None

    @property
    def reproducible(self) -> bool:
        """Whether the permalink gives the same bytes each time: not with NOW(), RAND() …"""
        return not is_volatile(self.permalink.request.text)

    def citation(self, language: str) -> str:
        """Return the text to cite the answer by, the same at any time."""
        version, where = self.version, self.address or self.endpoint
        day = version.time.date().isoformat() if version.time else "-"
        digest = self.query_hash[:16]
        if language == "ko":
            return (
                f"{TITLES['ko']}. 판 {version.number} ({day}, 커밋 {version.id[:12]}). "
                f"SPARQL 질의 SHA-256 {digest}…. {where}"
            )
        return (
            f"{TITLES['en']}. Version {version.number} ({day}, commit {version.id[:12]}). "
            f"SPARQL query SHA-256 {digest}…. {where}"
        )

    def document(self) -> dict[str, Any]:
        """Return the receipt as JSON."""
        request, sparql = self.permalink.request, self.settings.sparql
        format = FORMATS.get(self.permalink.format or "")
        return {
            "permalink": self.address,
            "endpoint": self.endpoint,
            "parameters": [list(pair) for pair in self.permalink.parameters()],
            "query": request.text,
            "queryHash": f"sha-256:{self.query_hash}",
            "commit": {
                "id": self.version.id,
                "number": self.version.number,
                "time": self.version.time.isoformat() if self.version.time else None,
            },
            "dataset": {"iri": f"{BASE}dataset", "title": TITLES, "licence": _LICENCE},
            "defaultGraphs": list(request.default_graphs or ()),
            "namedGraphs": list(request.named_graphs or ()),
            "format": format.media_type if format else None,
            "reproducible": self.reproducible,
            "limits": {
                "rows": self.permalink.max_rows,
                "bytes": sparql.max_bytes,
                "seconds": request.options.timeout_s or sparql.timeout_s,
                "memoryBytes": sparql.memory_bytes,
            },
            "citation": {language: self.citation(language) for language in TITLES},
        }


async def _posted(request: Request) -> SparqlRequest:
    headers = request.headers
    kind = body_media_type(headers.get("content-type"), headers.get("content-encoding"))
    return read_post(kind, request.scope["query_string"], await request.body())


def _asked(request: Request) -> SparqlRequest:
    return read_get(request.scope["query_string"])


@router.get(
    "/sparql/receipt",
    summary="The receipt of an answer",
    openapi_extra={
        "parameters": [
            {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}
            for name, text in (
                ("query", "The query, as it was asked."),
                ("asKnownAt", "The version it was asked of; the present one if not given."),
            )
        ]
    },
)
def receipt(
    request: Request, asked: Annotated[SparqlRequest, Depends(_asked)], language: LanguageDep
) -> Response:
    """Tell what an answer was an answer to, with a permalink and a citation.

    The parameters are those of the query, see /sparql; every answer links to its own receipt.
    """
    return _respond(request, asked, language)


@router.post("/sparql/receipt", summary="The receipt of the answer to a long query")
def receipt_of_post(
    request: Request, asked: Annotated[SparqlRequest, Depends(_posted)], language: LanguageDep
) -> Response:
    """Tell the same for a query that is too long for an address: a form, as for /sparql."""
    return _respond(request, asked, language)


def _respond(request: Request, asked: SparqlRequest, language: str) -> Response:
    if asked.operation != "query":
        raise BadParameter("query", "is missing: a receipt is that of a query")
    settings: Settings = request.app.state.settings
    options = asked.options
    version = version_of(request.app.state.dataset, options.as_known_at)
    if options.format:
        plan(None, options.format)  # complains about what is no format
    found = Receipt(
        Permalink(asked, version.id, options.format, options.max_rows),
        version,
        address(request, SPARQL),
        settings,
    )
    offers = [("application/json", False), ("text/html", True)]
    if choose(request.headers.get("accept"), offers):
        return page_response(
            request, "receipt.html", language, receipt=found, document=found.document()
        )
    return JSONResponse(found.document())
