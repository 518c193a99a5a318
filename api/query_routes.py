"""Routes beside `/sparql`: the queries that run and ran, cancelling one, and `/metrics`."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.auth import client_of, require
from api.metrics import MEDIA_TYPE
from api.sparql_service import SparqlService, budget_name
from api.tokens import Role

router = APIRouter()

_METRICS_EXAMPLE = 'dure_queries_total{outcome="answered"} 12.0\n'


@router.get("/sparql/queries", tags=["SPARQL"], summary="Queries that run, and the last ones")
async def queries(request: Request) -> dict[str, Any]:
    """List running and recent queries, the latest first: who asked, what, how long, how it ended.

    For administrators.
    """
    require(request.scope, Role.ADMINISTRATOR)
    return dict(_service(request).register.to_json())


@router.delete(
    "/sparql/queries/{id}",
    tags=["SPARQL"],
    summary="Cancel a query",
    status_code=204,
    response_class=Response,
)
async def cancel(id: str, request: Request) -> Response:
    """Stop a running query at once.

    Clients stop their own, by the id that they chose or that the header `Dure-Query-Id` told
    them; administrators stop any.
    """
    client = client_of(request.scope)
    _service(request).register.cancel(
        id,
        client=budget_name(client),
        any_client=client.role is not None and client.role.covers(Role.ADMINISTRATOR),
    )
    return Response(status_code=204)


@router.get(
    "/metrics",
    tags=["operations"],
    summary="Counters for Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"example": _METRICS_EXAMPLE}}}},
)
async def metrics(request: Request) -> Response:
    """Count queries by outcome, work, rows, bytes, workers, cache and memory since the start."""
    return Response(_service(request).metrics.text(), media_type=MEDIA_TYPE)


def _service(request: Request) -> SparqlService:
    service: SparqlService = request.app.state.sparql
    return service
