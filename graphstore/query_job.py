"""One query in a worker: read, refused or rewritten, run, and written in the format of its kind.

Implements what stands behind the query operation of the
[SPARQL 1.1 Protocol](https://www.w3.org/TR/sparql11-protocol/#query-operation), the dataset that
the protocol names included.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeAlias, cast

import pyoxigraph
from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    NamedNode,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    Store,
)

from graphstore.answer import Kind, evaluation_error, write_csv
from graphstore.corrections import correct
from graphstore.errors import NoFormatForKind
from graphstore.formats import JSON_LD, TRIG, TURTLE, graph_format, result_format
from graphstore.frames import STARTED, data_frame, end_frame, json_frame
from graphstore.outlet import AnswerCut, HeldOutlet, Outlet, Send, StreamingOutlet
from graphstore.query_text import check_query_text, syntax_error
from graphstore.rewriting import Rewritten, rewrite
from graphstore.row_meter import RowMeter, line_meter, result_meter
from graphstore.selectivity import counts_in
from graphstore.syntax_places import placed
from ontology.namespaces import PREFIXES

Job: TypeAlias = Mapping[str, Any]
_Results: TypeAlias = QuerySolutions | QueryBoolean | QueryTriples
_Functions: TypeAlias = dict[NamedNode, Callable[..., Any]]

_PLANS_KEPT: Final = 512
_PLANNED_CHARACTERS_KEPT: Final = 4_000
_UNKNOWN_GRAPHS_TOLD: Final = 20
_UNKNOWN_FUNCTIONS: Final = 20
_UNKNOWN_FUNCTION: Final = re.compile(r"The custom function <([^>]*)> is not supported")
_ABBREVIATED: Final = {TURTLE.name, TRIG.name, JSON_LD.name}
_LINES: Final = {"ntriples", "nquads"}


class OpenSnapshot:
    """A snapshot that is open, and what texts run as on it.

    `store` is the snapshot.
    """

    def __init__(self, store: Store) -> None:
        """Remember nothing yet."""
        self.store = store
        self._count = counts_in(store)
        self._plans: dict[tuple[str, bool], Rewritten] = {}

    def plan(self, text: str, *, default_graphs: bool) -> Rewritten:
        """Return what runs in the place of a query, remembered for short ones.

        Args:
            text: the query.
            default_graphs: whether the protocol says what the default graph is.
        """
        found = self._plans.get((text, default_graphs))
        if found is None:
            try:
                right = correct(text, self.store, default_graphs=default_graphs)
                fast = rewrite(right.text, default_graphs=default_graphs, count=self._count)
                found = replace(fast, rewrites=right.rewrites + fast.rewrites)
            except Exception:  # noqa: BLE001 - to run faster is not worth an answer
                found = Rewritten(text)
            if len(self._plans) >= _PLANS_KEPT:
                self._plans.clear()
            if len(text) <= _PLANNED_CHARACTERS_KEPT:
                self._plans[text, default_graphs] = found
        return found


def answer_query(send: Send, snapshot: OpenSnapshot, job: Job, text: str) -> None:
    """Run a query and send its answer.

    Triples of a graph come as the engine makes them: it leaves out those that it has made before
    in the same answer, as far back as a million.

    Args:
        send: takes the frames.
        snapshot: what is asked.
        job: the head of the job, as `QueryTask.job` makes it.
        text: the query.

    Raises:
        GraphStoreError: it cannot be answered, or not go on.
    """
    check_query_text(text)
    store, plan = snapshot.store, Rewritten(text)
    if job["rewrite"]:
        plan = snapshot.plan(text, default_graphs=job["default"] is not None)
    # An empty store tells the kind without the work.
    unknown: _Functions = {}
    plan, results = _evaluated(Store() if job["explain"] else store, plan, text, job, unknown)
    kind = _kind(results)
    format = job["formats"].get(kind)
    facts: dict[str, Any] = {
        "kind": kind,
        "format": format or "",
        "hints": [
            *map(asdict, plan.hints),
            *_unknown_graphs(store, job),
            *map(_unknown_function, unknown),
        ],
        "rewrites": [*map(asdict, plan.rewrites)],
        "ran": plan.text if plan.rewrites else None,
        "truncated": False,
        "whole": False,
    }
    if job["explain"]:
        started = json_frame(STARTED, facts | {"whole": True})
        send(started + data_frame(None, b"") + end_frame(None))
    elif format is None:
        offered = sorted({name for name in job["formats"].values() if name is not None})
        raise NoFormatForKind(kind, tuple(offered))
    elif job["max_rows"] is None or kind == "boolean":
        _stream(send, facts, results, job)
    else:
        _hold(send, facts, results, job)


def _stream(send: Send, facts: dict[str, Any], results: _Results, job: Job) -> None:
    meter = _meter(facts["kind"], facts["format"], None)
    outlet = StreamingOutlet(send, facts, meter, job["max_bytes"])
    _write(results, facts["format"], outlet, None)
    outlet.finish()


def _hold(send: Send, facts: dict[str, Any], results: _Results, job: Job) -> None:
    meter = _meter(facts["kind"], facts["format"], job["max_rows"])
    folder = Path(job["folder"])
    outlet = HeldOutlet(meter, job["max_bytes"], max_rows=job["max_rows"], folder=folder)
    with outlet:
        with contextlib.suppress(AnswerCut):
            _write(results, facts["format"], outlet, job["max_rows"])
        outlet.release(send, facts)


def _evaluated(
    store: Store, plan: Rewritten, text: str, job: Job, unknown: _Functions
) -> tuple[Rewritten, _Results]:
    try:
        try:
            return plan, _run(store, plan.text, job, unknown)
        except SyntaxError:
            if not plan.rewrites:
                raise
            # The engine complains about the text that the client knows, or takes it as it is.
            return Rewritten(text, hints=plan.hints), _run(store, text, job, unknown)
    except SyntaxError as error:
        raise placed(syntax_error(error), text) from error
    except (RuntimeError, ValueError) as error:
        raise evaluation_error(error) from error


def _run(store: Store, text: str, job: Job, unknown: _Functions) -> _Results:
    """Run a query; a function that the engine does not know is entered into `unknown`.

    By [SPARQL 1.1 §17.6](https://www.w3.org/TR/sparql11-query/#extensionFunctions) such a query
    is well-formed, and a call that cannot be evaluated is an error of its expression; the engine
    would not run it at all.
    """
    given = job["default"] is not None or job["named"] is not None
    default: list[NamedNode | BlankNode | DefaultGraph] = list(map(NamedNode, job["default"] or ()))
    named: list[NamedNode | BlankNode] = list(map(NamedNode, job["named"] or ()))
    while True:
        try:
            return store.query(
                text,
                base_iri=job["base"],
                default_graph=default if given else None,
                named_graphs=named if given else None,
                custom_functions=unknown,
            )
        except RuntimeError as error:
            found = _UNKNOWN_FUNCTION.fullmatch(str(error))
            if found is None or len(unknown) >= _UNKNOWN_FUNCTIONS:
                raise
            unknown[NamedNode(found[1])] = _error


def _error(*arguments: object) -> None:
    """Return nothing, which is an error to the engine."""


def _unknown_function(name: NamedNode) -> dict[str, Any]:
    return {
        "name": "unknown-function",
        "message": f"there is no function {name} here; each call of it is an error",
        "line": None,
        "column": None,
    }


def _unknown_graphs(store: Store, job: Job) -> list[dict[str, Any]]:
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


def _kind(results: _Results) -> Kind:
    if isinstance(results, QuerySolutions):
        return "solutions"
    return "boolean" if isinstance(results, QueryBoolean) else "graph"


def _meter(kind: Kind, format: str, limit: int | None) -> RowMeter | None:
    if kind == "solutions":
        return result_meter(format, limit)
    return line_meter() if format in _LINES and limit is None else None


def _write(results: _Results, format: str, outlet: Outlet, max_rows: int | None) -> None:
    """Write an answer with the engine's serializers; an answer in CSV or a graph is cut here."""
    file = cast(BinaryIO, outlet)
    try:
        if isinstance(results, QueryTriples):
            _write_graph(results, format, outlet, max_rows)
        elif isinstance(results, QuerySolutions) and format == "csv":
            outlet.rows, outlet.truncated = write_csv(results, file, max_rows)
        else:
            results.serialize(file, result_format(format).syntax)
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
