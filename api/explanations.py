"""What a query would run as: `explain=true` tells it without running the query.

The text is read where all texts of strangers are, in a worker that can be killed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from api.asked import Asked
from api.auth import Client
from api.exchange import Exchange
from api.sparql_service import SparqlService


async def explanation(
    service: SparqlService, exchange: Exchange, asked: Asked, client: Client
) -> dict[str, Any]:
    """Return what a query would run as, and within which limits, as JSON.

    `ran` is the text that the engine gets: the same as `query` where nothing was rewritten.
    `rewrites` and `hints` name what was changed or could be better, with a reason and a place.

    Raises:
        GraphStoreError: the text is no query that is answered.
    """
    explaining = replace(asked, explain=True)
    async with service.run(exchange, explaining, client) as answering:
        kind, commit, number = answering.kind, answering.commit, answering.number
        rewrites, hints = answering.rewrites, answering.hints
        ran = answering.ran
    request = asked.request
    return {
        "query": request.text,
        "queryHash": f"sha-256:{asked.hash}",
        "kind": kind,
        "ran": ran if ran is not None else request.text,
        "rewrites": rewrites,
        "hints": hints,
        "defaultGraphs": list(request.default_graphs or ()),
        "namedGraphs": list(request.named_graphs or ()),
        "commit": {"id": commit, "number": number},
        "format": asked.plan.formats[kind],
        "reproducible": not asked.volatile,
        "limits": {
            "seconds": asked.deadline_s,
            "rows": asked.max_rows,
            "bytes": asked.max_bytes,
            "memoryBytes": service.settings.sparql.memory_bytes,
        },
    }
