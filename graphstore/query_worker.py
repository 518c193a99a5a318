"""The process that runs what a stranger wrote: one query or update at a time, on a snapshot.

Started by the pool (`graphstore.workers`), confined before it reads the first job, killed whenever
the pool likes. It reads the text, runs it, chooses the format by the kind of answer, and writes
the answer into its socket. See the
[SPARQL 1.1 Protocol](https://www.w3.org/TR/sparql11-protocol/#query-operation).
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import sys
import threading
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeAlias, cast

import pyoxigraph
from pyoxigraph import BlankNode, NamedNode, QueryBoolean, QuerySolutions, QueryTriples, Store

from graphstore.answer import Kind, evaluation_error, write_csv
from graphstore.errors import GraphStoreError, NoFormatForKind, QueryCrashed, QueryMemoryExceeded
from graphstore.formats import JSON_LD, TRIG, TURTLE, graph_format, result_format
from graphstore.frames import (
    END,
    ERROR,
    JOB_LENGTHS,
    READY,
    STARTED,
    described,
    json_frame,
)
from graphstore.isolation import confine
from graphstore.outlet import AnswerCut, HeldOutlet, Outlet, StreamingOutlet
from graphstore.query_text import check_query_text, syntax_error
from graphstore.row_meter import RowMeter, line_meter, result_meter
from ontology.namespaces import PREFIXES

_REWRITTEN_UP_TO_CHARACTERS: Final = 100_000
_UNKNOWN_GRAPHS_TOLD: Final = 20
_ABBREVIATED: Final = {TURTLE.name, TRIG.name, JSON_LD.name}
_LINES: Final = {"ntriples", "nquads"}

_Results: TypeAlias = QuerySolutions | QueryBoolean | QueryTriples
_Job: TypeAlias = dict[str, Any]


class QueryWorker:
    """Reads jobs from a socket, and answers them there, until it closes.

    Args:
        descriptor: the socket's file descriptor.
        memory_bytes: how much memory the process may have, for the error that says so.
    """

    def __init__(self, descriptor: int, memory_bytes: int) -> None:
        """Take the socket over."""
        self._descriptor = descriptor
        self._memory_bytes = memory_bytes
        self._jobs: BinaryIO = open(descriptor, "rb", closefd=False)  # noqa: SIM115
        self._stores: dict[str, Store] = {}

    def serve(self) -> None:
        """Answer jobs until the service closes its end."""
        while lengths := self._jobs.read(JOB_LENGTHS.size):
            head_bytes, text_bytes = JOB_LENGTHS.unpack(lengths)
            job = json.loads(self._jobs.read(head_bytes))
            self._answer(job, self._jobs.read(text_bytes))

    def _answer(self, job: _Job, text: bytes) -> None:
        try:
            self._do(job, text.decode())
        except GraphStoreError as error:
            self._fail(error)
        except MemoryError:
            self._fail(QueryMemoryExceeded(self._memory_bytes))
        except OSError as error:
            self._fail(evaluation_error(error))
        except Exception as error:  # noqa: BLE001 - a fault of ours must not look like an answer
            self._fail(QueryCrashed(f"{type(error).__name__}: {error}"))

    def _fail(self, error: GraphStoreError) -> None:
        self.send(json_frame(ERROR, described(error)))

    def _do(self, job: _Job, text: str) -> None:
        for path in job["drop"]:
            self._stores.pop(path, None)
        store = self._store(job["store"])
        if job["op"] == "query":
            answer_query(self.send, store, job, text)
        else:
            self.send(json_frame(END, {"rows": None}))

    def _store(self, path: str) -> Store:
        store = self._stores.get(path)
        if store is None:
            store = self._stores[path] = Store.read_only(path)
        return store

    def send(self, frames: bytes) -> None:
        """Write frames into the socket, waiting as long as the service does not read."""
        rest = memoryview(frames)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]


def answer_query(send: Any, store: Store, job: _Job, text: str) -> None:
    """Run a query and send its answer.

    Raises:
        GraphStoreError: it cannot be answered, or not go on.
    """
    check_query_text(text)
    seen = _rewritten(text, job)
    started: dict[str, Any] = {
        "hints": seen["hints"] + _unknown_graphs(store, job),
        "rewrites": seen["rewrites"],
        "ran": seen["text"] if seen["rewrites"] else None,
    }
    try:
        results = _run(store, seen["text"], job)
    except SyntaxError as error:
        if seen["rewrites"]:
            _run(store, text, job)  # its complaint is about the text that the client knows
        raise syntax_error(error) from error
    except (RuntimeError, ValueError) as error:
        raise evaluation_error(error) from error
    kind = _kind(results)
    format = job["formats"].get(kind)
    if job["explain"]:
        facts = started | {"kind": kind, "format": format or "", "truncated": False}
        send(json_frame(STARTED, facts) + json_frame(END, {"rows": None}))
        return
    if format is None:
        offered = tuple(sorted({name for name in job["formats"].values() if name is not None}))
        raise NoFormatForKind(kind, offered)
    started |= {"kind": kind, "format": format}
    if job["max_rows"] is None or kind == "boolean":
        _stream(send, started, results, job)
    else:
        _hold(send, started, results, job)


def _stream(send: Any, started: dict[str, Any], results: _Results, job: _Job) -> None:
    frame = json_frame(STARTED, started | {"truncated": False})
    meter = _meter(started["kind"], started["format"], None)
    outlet = StreamingOutlet(send, frame, meter, job["max_bytes"])
    _write(results, started["format"], outlet, None)
    outlet.finish()
    send(outlet.rest + json_frame(END, {"rows": outlet.rows}))


def _hold(send: Any, started: dict[str, Any], results: _Results, job: _Job) -> None:
    meter = _meter(started["kind"], started["format"], job["max_rows"])
    folder = Path(job["folder"]) if job["folder"] else None
    outlet = HeldOutlet(meter, job["max_bytes"], max_rows=job["max_rows"], folder=folder)
    with contextlib.suppress(AnswerCut):
        _write(results, started["format"], outlet, job["max_rows"])
    outlet.finish()
    frame = json_frame(STARTED, started | {"truncated": outlet.truncated})
    outlet.release(send, frame, lambda: json_frame(END, {"rows": outlet.rows}))


def _run(store: Store, text: str, job: _Job) -> _Results:
    given = job["default"] is not None or job["named"] is not None
    return store.query(
        text,
        base_iri=job["base"],
        default_graph=_names(job["default"]) if given else None,
        named_graphs=_names(job["named"]) if given else None,
    )


def _names(graphs: list[str] | None) -> list[NamedNode | BlankNode]:
    return [NamedNode(graph) for graph in graphs or ()]


def _unknown_graphs(store: Store, job: _Job) -> list[dict[str, Any]]:
    """Return hints about graphs that the protocol names and the dataset does not have."""
    given = dict.fromkeys([*(job["default"] or ()), *(job["named"] or ())])
    unknown = (iri for iri in given if not store.contains_named_graph(NamedNode(iri)))
    return [
        {
            "name": "unknown-graph",
            "message": f"the dataset has no graph <{iri}>; it is taken as empty",
            "line": None,
            "column": None,
        }
        for iri in islice(unknown, _UNKNOWN_GRAPHS_TOLD)
    ]


def _rewritten(text: str, job: _Job) -> dict[str, Any]:
    """Return the text that runs, with what was changed in it and what there is to say."""
    unchanged: dict[str, Any] = {"text": text, "rewrites": [], "hints": []}
    return unchanged


def _kind(results: _Results) -> Kind:
    if isinstance(results, QuerySolutions):
        return "solutions"
    return "boolean" if isinstance(results, QueryBoolean) else "graph"


def _meter(kind: Kind, format: str, limit: int | None) -> RowMeter | None:
    if kind == "solutions":
        return result_meter(format, limit)
    return line_meter() if format in _LINES else None


def _write(results: _Results, format: str, outlet: Outlet, max_rows: int | None) -> None:
    """Write an answer with the engine's serializers; an answer in CSV or a graph is cut here."""
    try:
        if isinstance(results, QueryTriples):
            _write_graph(results, format, outlet, max_rows)
        elif isinstance(results, QuerySolutions) and format == "csv":
            outlet.rows, outlet.truncated = write_csv(results, cast(BinaryIO, outlet), max_rows)
        else:
            results.serialize(cast(BinaryIO, outlet), result_format(format).syntax)
    except RuntimeError as error:
        raise evaluation_error(error) from error


def _write_graph(results: QueryTriples, format: str, outlet: Outlet, max_rows: int | None) -> None:
    triples: Any = results
    if max_rows is not None:
        triples = list(islice(results, max_rows))
        outlet.rows, outlet.truncated = len(triples), next(iter(results), None) is not None
    prefixes = PREFIXES if format in _ABBREVIATED else None
    syntax = graph_format(format).syntax
    pyoxigraph.serialize(triples, cast(BinaryIO, outlet), syntax, prefixes=prefixes)


def _die_with_the_service(descriptor: int) -> None:
    """Wait until the service has closed its end of the socket, then end this process."""
    poll = select.poll()
    poll.register(descriptor, 0)
    poll.poll()
    os._exit(0)


def main(descriptor: int, memory_bytes: int) -> None:
    """Serve the socket of that file descriptor with at most that much memory."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the service decides when its workers end
    in_force = confine(memory_bytes)
    threading.Thread(target=_die_with_the_service, args=(descriptor,), daemon=True).start()
    worker = QueryWorker(descriptor, memory_bytes)
    worker.send(json_frame(READY, {"isolation": in_force}))
    worker.serve()
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
