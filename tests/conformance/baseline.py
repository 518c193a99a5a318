"""What the engine passes by itself, in-process: `python -m tests.conformance.baseline`.

Runs the query, syntax, update and results tests against pyoxigraph alone, by the same manifests
and the same comparison as the tests over HTTP, and prints each failure and the counts. It is the
measure for the service: what passes here must pass there. Passing includes tests whose numbers
come back equal in value and written otherwise; they are counted apart.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from typing import Final

from pyoxigraph import (
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    Store,
)

from tests.conformance.answers import (
    Answer,
    Graph,
    Solutions,
    by_value,
    isomorphic,
    quads_by_value,
    same,
)
from tests.conformance.dataset_clauses import with_dataset_clauses
from tests.conformance.expectations import EXPECTED, LANGUAGE
from tests.conformance.manifests import Case, Graphs, cases
from tests.conformance.reading import CSV, MEDIA_TYPES, read_answer, read_quads

BY_VALUE: Final = "equal in value, written otherwise"


def failure(case: Case) -> str | None:
    """Return what is wrong with the engine's behaviour in a test; None if it passes."""
    try:
        if case.kind in {"QueryEvaluationTest", "CSVResultFormatTest"}:
            return _query_failure(case)
        if case.kind == "UpdateEvaluationTest":
            return _update_failure(case)
        return _syntax_failure(case)
    except (SyntaxError, ValueError, OSError, RuntimeError) as error:
        return f"{type(error).__name__}: {error}"


def _query_failure(case: Case) -> str | None:
    assert case.action is not None
    assert case.result is not None
    store = _filled(with_dataset_clauses(case))
    media_type = MEDIA_TYPES[case.result.path.suffix]
    expected = read_answer(case.result.path.read_bytes(), media_type, case.result.iri)
    found = store.query(case.action.text, base_iri=case.action.iri)
    got: Answer
    if media_type == CSV and isinstance(found, QuerySolutions):
        written = io.BytesIO()
        found.serialize(written, QueryResultsFormat.CSV)
        got = read_answer(written.getvalue(), CSV)
    elif isinstance(found, QueryBoolean):
        got = bool(found)
    elif isinstance(found, QuerySolutions):
        names = [variable.value for variable in found.variables]
        rows = tuple(
            {name: term for name in names if (term := row[name]) is not None} for row in found
        )
        got = Solutions(frozenset(names), rows)
    else:
        got = Graph(frozenset(found))
    return _difference(
        same(expected, got, lax=case.lax),
        same(by_value(expected), by_value(got), lax=case.lax),
        f"expected {expected}, got {got}",
    )


def _difference(as_written: bool, valued: bool, told: str) -> str | None:
    if as_written:
        return None
    return BY_VALUE if valued else told


def _update_failure(case: Case) -> str | None:
    assert case.action is not None
    store = _filled(case.before)
    store.update(case.action.text, base_iri=case.action.iri)
    expected = list(_quads(case.after))
    got = list(store)
    return _difference(
        isomorphic(expected, got),
        isomorphic(quads_by_value(expected), quads_by_value(got)),
        f"expected {expected}, got {got}",
    )


def _syntax_failure(case: Case) -> str | None:
    assert case.action is not None
    store = Store()
    try:
        if case.action.path.suffix == ".ru":
            store.update(case.action.text, base_iri=case.action.iri)
        else:
            store.query(case.action.text, base_iri=case.action.iri)
    except SyntaxError as error:
        return str(error) if case.kind.startswith("Positive") else None
    except (OSError, RuntimeError):  # it was read and could not be run: LOAD of nothing
        pass
    return None if case.kind.startswith("Positive") else "was accepted"


def _filled(graphs: Graphs) -> Store:
    store = Store()
    for name in graphs.named:
        store.add_graph(NamedNode(name))
    store.extend(_quads(graphs))
    return store


def _quads(graphs: Graphs) -> Iterator[Quad]:
    for file in graphs.default:
        yield from read_quads(file)
    for name, file in graphs.named.items():
        yield from read_quads(file, NamedNode(name))


def main() -> None:
    """Print the failures, and the counts by suite."""
    for title, manifests in (
        ("SPARQL 1.1", EXPECTED.of(*LANGUAGE)),
        ("SPARQL 1.0", EXPECTED.extra),
    ):
        total, passed, valued = Counter[str](), Counter[str](), Counter[str]()
        for case in (case for manifest in manifests for case in cases(manifest)):
            total[case.suite] += 1
            wrong = failure(case)
            passed[case.suite] += wrong in {None, BY_VALUE}
            valued[case.suite] += wrong == BY_VALUE
            if wrong is not None:
                print(f"{case.id} ({case.title}): {wrong[:1500]}\n")
        for suite in total:
            print(f"{suite}: {passed[suite]} of {total[suite]}, {valued[suite]} of them by value")
        print(f"{title}: {passed.total()} of {total.total()}, {valued.total()} of them by value\n")


if __name__ == "__main__":
    main()
