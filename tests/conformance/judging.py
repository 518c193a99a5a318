"""Runs one test of queries, updates or results against a service and says what is wrong.

A judgement is None if the service behaves as the test asks in every respect, `BY_VALUE` if all
that differs is how numbers and dates are written, and otherwise an `AssertionError` is raised.
"""

from __future__ import annotations

from typing import Final

from tests.conformance.answers import (
    Answer,
    Graph,
    by_value,
    isomorphic,
    quads_by_value,
    same,
)
from tests.conformance.dataset_clauses import with_dataset_clauses
from tests.conformance.manifests import Case, File
from tests.conformance.reading import (
    CSV,
    JSON,
    MEDIA_TYPES,
    TSV,
    XML,
    read_answer,
    read_quads,
)
from tests.conformance.service import Response, Service

BY_VALUE: Final = "equal in value, written otherwise"
N_TRIPLES: Final = "application/n-triples"
# The problem types that mean: this text is no query or update.
SYNTAX: Final = frozenset({"query-syntax", "update-syntax"})
# Those that mean: it is one, and cannot or may not be run.
IMPOSSIBLE: Final = frozenset(
    {"graph-exists", "graph-not-found", "refused-query", "refused-update"}
)


def judge(case: Case, service: Service) -> str | None:
    """Run a test; see above for what is returned.

    Raises:
        AssertionError: the service does not behave as the test asks.
    """
    if case.kind in {"QueryEvaluationTest", "CSVResultFormatTest"}:
        return _judge_query(case, service)
    if case.kind == "UpdateEvaluationTest":
        return _judge_update(case, service)
    _judge_syntax(case, service)
    return None


def refused(case: Case, service: Service) -> bool:
    """Whether the service read the text of a syntax test and refused to run it by its policy."""
    return _send(case, service).problem.startswith("refused")


# ---- queries


def _judge_query(case: Case, service: Service) -> str | None:
    assert case.action is not None
    assert case.result is not None
    service.hold(with_dataset_clauses(case))
    media_type = MEDIA_TYPES[case.result.path.suffix]
    expected = read_answer(case.result.path.read_bytes(), media_type, case.result.iri)
    accept = media_type
    if isinstance(expected, Graph):
        accept = N_TRIPLES
    elif media_type not in {XML, JSON, CSV, TSV}:  # a result set written as a graph
        accept = JSON
    response = service.query(_based(case.action), accept)
    assert response.status == 200, response
    assert response.media_type == accept, response
    return _compared(expected, read_answer(response.body, accept), lax=case.lax)


def _based(file: File) -> str:
    """Return a query or update that knows its own address, so that relative IRIs keep it."""
    return f"BASE <{file.iri}>\n{file.text}"


def _compared(expected: Answer, got: Answer, *, lax: bool) -> str | None:
    if same(expected, got, lax=lax):
        return None
    assert same(by_value(expected), by_value(got), lax=lax), (expected, got)
    return BY_VALUE


# ---- updates


def _judge_update(case: Case, service: Service) -> str | None:
    assert case.action is not None
    service.hold(case.before)
    response = service.update(_based(case.action))
    assert response.status in {200, 204}, response
    service.forget()
    names = service.graph_names()
    assert set(names) <= set(case.after.named), "a graph is there that should not be"
    judgements = [_judge_graph(service, None, case.after.default)]
    for name, file in case.after.named.items():
        judgements.append(_judge_graph(service, name if name in names else "", (file,)))
    return next((judgement for judgement in judgements if judgement), None)


def _judge_graph(service: Service, name: str | None, files: tuple[File, ...]) -> str | None:
    """Compare a graph with the files that say what is in it; a name of "" is an absent graph."""
    expected = [quad for file in files for quad in read_quads(file)]
    if name == "":
        assert not expected, "a graph with triples is not there"
        return None
    response = service.graph(name, N_TRIPLES)
    assert response.status == 200, response
    assert response.media_type == N_TRIPLES, response
    answer = read_answer(response.body, N_TRIPLES)
    assert isinstance(answer, Graph)
    got = answer.quads()
    if isomorphic(expected, got):
        return None
    assert isomorphic(quads_by_value(expected), quads_by_value(got)), (name, expected, got)
    return BY_VALUE


# ---- syntax


def _judge_syntax(case: Case, service: Service) -> None:
    response = _send(case, service)
    if case.kind.startswith("Negative"):
        assert response.status == 400, response
        assert response.problem in SYNTAX, response
    else:
        # What is well-formed may still be impossible (CREATE of a graph that is there) or be
        # refused by policy (LOAD); only 400 says that the text is malformed.
        possible = response.status in {200, 204}
        assert possible or (response.status != 400 and response.problem in IMPOSSIBLE), response


def _send(case: Case, service: Service) -> Response:
    assert case.action is not None
    if case.action.path.suffix != ".ru":
        return service.query(case.action.text)
    response = service.update(case.action.text)
    service.forget()
    return response
