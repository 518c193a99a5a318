"""The update operation of `/sparql`: worked out in a worker, committed through the gate.

Implements [§2.2](https://www.w3.org/TR/sparql11-protocol/#update-operation) of the SPARQL 1.1
Protocol. Administrators only. What a request changes is worked out in a process that can be
killed, without touching the dataset (`graphstore/update.py`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from itertools import groupby
from typing import Final, TypeVar

from fastapi import Request
from pyoxigraph import DefaultGraph, NamedNode

from api.auth import Client, require
from api.entity_tags import query_hash
from api.errors import BadParameter
from api.exchange import ClientGone, Exchange, Watch
from api.memory import head_id
from api.permalinks import SPARQL
from api.problems import problem_of
from api.query_register import QueryEntry
from api.service_description import address
from api.sparql_request import SparqlRequest
from api.sparql_service import WATCH_AFTER_S, SparqlService, budget_name
from api.threads import in_thread
from api.tokens import Role
from api.writing import Writing, checked_message, send_preview, send_written
from graphstore.changeset import Changeset
from graphstore.errors import QueryCancelled
from graphstore.update import changeset_of_data
from graphstore.update_text import read_update

_GONE: Final = 499  # what logs call the status of an answer that nobody waited for
_KINDS_TOLD: Final = 12
_DATA_CHARACTERS: Final = 1 << 18  # reading so much data takes 30 ms; a snapshot 45

Result = TypeVar("Result")


async def run_update(exchange: Exchange, request: SparqlRequest) -> None:
    """Answer an update: do it, or with `dry-run` say what it would do.

    Raises:
        Unauthenticated, Forbidden: the client may not write.
        BadParameter: it wants more time than there is, or a longer message.
        GraphStoreError: the update cannot be read, worked out or committed; nothing was changed.
    """
    client = require(exchange.scope, Role.ADMINISTRATOR)
    writing: Writing = exchange.scope["app"].state.writing
    service: SparqlService = exchange.scope["app"].state.sparql
    options = request.options
    base = address(Request(exchange.scope), SPARQL)
    worker = UpdateWorker(exchange, service, client, options.timeout_s, options.query_id)

    async def work_out() -> Changeset:
        return await worker.changes(
            request.text,
            using_default=request.default_graphs,
            using_named=request.named_graphs,
            base=base,
        )

    if options.dry_run:
        return await send_preview(exchange, await writing.preview(work_out))
    message = options.message
    if message is None:
        message = await in_thread(summary, request.text)
    commit = await writing.commit(work_out, client, checked_message(message))
    await send_written(exchange, commit, head_id(service.dataset))


def summary(text: str) -> str:
    """Return what the log says of an update that nobody gave a message: its operations.

    Raises:
        UpdateSyntaxError, RefusedQuery: the text is no update that is done.

    >>> summary("INSERT DATA {}; INSERT DATA {}; CLEAR ALL")
    'SPARQL Update: 2 × INSERT DATA, CLEAR'
    """
    names = {"MODIFY": "DELETE/INSERT"}
    kinds = (names.get(operation.kind, operation.kind) for operation in read_update(text))
    told = []
    for kind, group in groupby(kinds):
        count = sum(1 for _ in group)
        told.append(kind if count == 1 else f"{count} × {kind}")
    more = ["…"] if len(told) > _KINDS_TOLD else []
    return f"SPARQL Update: {', '.join(told[:_KINDS_TOLD] + more) or 'nothing'}"


class UpdateWorker:
    """Works updates out in the worker pool, where they are listed, cancelled and logged.

    Args:
        exchange: the request; a client that goes away stops its update.
        service: has the workers.
        client: who asks.
        timeout_s: seconds of work that it may take; None: as many as a query.
        chosen_id: the id that the client chose, None without one.
    """

    def __init__(
        self,
        exchange: Exchange,
        service: SparqlService,
        client: Client,
        timeout_s: float | None = None,
        chosen_id: str | None = None,
    ) -> None:
        """Decide how long it may take.

        Raises:
            BadParameter: longer than the service allows.
        """
        limit_s = service.settings.sparql.known_timeout_s
        if timeout_s is not None and timeout_s > limit_s:
            raise BadParameter("timeout", f"is at most {limit_s:g} seconds here")
        self._exchange = exchange
        self._service = service
        self._client = client
        self._deadline_s = timeout_s or min(service.settings.sparql.timeout_s, limit_s)
        self._chosen_id = chosen_id

    async def changes(
        self,
        text: str,
        *,
        using_default: tuple[str, ...] | None = None,
        using_named: tuple[str, ...] | None = None,
        within: NamedNode | DefaultGraph | None = None,
        base: str | None = None,
    ) -> Changeset:
        """Work an update out against the head; the arguments are those of the worker pool.

        What is only data, and not much, is worked out here: nothing in it can take long.

        Raises:
            ClientGone: the client has closed the connection.
            GraphStoreError: it cannot be worked out.
        """
        max_quads = self._service.settings.writing.max_quads
        if len(text) <= _DATA_CHARACTERS:
            found = await in_thread(
                lambda: changeset_of_data(
                    self._service.dataset, text, within=within, base=base, max_quads=max_quads
                )
            )
            if found is not None:
                return found

        def run(id: str) -> Awaitable[Changeset]:
            return self._service.pool.changes(
                text,
                using_default=using_default,
                using_named=using_named,
                within=within,
                base=base,
                deadline_s=self._deadline_s,
                max_quads=max_quads,
                id=id,
                client=budget_name(self._client),
            )

        return await self._registered(text, run)

    async def _registered(self, text: str, run: Callable[[str], Awaitable[Result]]) -> Result:
        """Run something under an id of the register, watching whether its client stays."""
        service, who = self._service, budget_name(self._client)
        entry = service.register.begin(self._chosen_id, who, text, query_hash(text))
        watch = Watch(self._exchange.receive, lambda: entry.stop("gone"), WATCH_AFTER_S)
        outcome, status = "stopped", _GONE
        try:
            result = await run(entry.id)
            outcome, status = "worked-out", 200
            return result
        except asyncio.CancelledError:
            if entry.stopped is None:
                raise
            entry.uncancel()
            outcome = entry.stopped
            raise (ClientGone if entry.stopped == "gone" else QueryCancelled(entry.id)) from None
        except Exception as error:
            problem = problem_of(error)
            outcome, status = problem.type.slug, problem.type.status
            raise
        finally:
            watch.end()
            service.register.end(entry, outcome, status, time.monotonic() - entry.started)
            self._log(entry)

    def _log(self, entry: QueryEntry) -> None:
        line = entry.to_json() | {"kind": "update", "text": entry.text}
        line["time"] = line.pop("started")
        self._service.log.write(line)
