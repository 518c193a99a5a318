from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from graphstore import embedded
from graphstore.changeset import Changeset
from graphstore.embedded import EmbeddedEngine, as_stored, memory_scratch, unprepare
from graphstore.engine import HEAD_GRAPH, Marker
from graphstore.errors import QuerySyntaxError, StorageUnavailable
from graphstore.terms import Term
from ontology.namespaces import GRAPH_EMPTY, RDF
from tests.graphstore.strategies import XSD_INTEGER, adding, changesets, iri, quad, quads, removing

MARKER = Marker(1, "a" * 64)


GRAPH_CLASS = NamedNode("http://www.w3.org/ns/sparql-service-description#Graph")


@pytest.fixture(params=["disk", "memory"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EmbeddedEngine]:
    on_disk = request.param == "disk"
    made = EmbeddedEngine.open(tmp_path / "engine") if on_disk else EmbeddedEngine.in_memory()
    yield made
    made.close()


def many(count: int, name: str = "n") -> frozenset[Quad]:
    return frozenset(quad(f"{name}{number}", "p", "o") for number in range(count))


@settings(max_examples=200, deadline=None)
@given(st.frozensets(quads, max_size=12), changesets)
def test_a_change_does_what_set_algebra_says(before: frozenset[Quad], change: Changeset) -> None:
    engine = EmbeddedEngine.in_memory()
    engine.apply(Changeset(before), Marker(1, "a"))
    engine.apply(change, Marker(2, "b"))
    before, change = as_stored(Changeset(before)).added, as_stored(change)
    expected = (before - change.removed) | change.added
    assert set(engine.quads()) == expected
    assert engine.marker() == Marker(2, "b")
    in_default = sum(1 for item in expected if item.graph_name == DefaultGraph())
    assert engine.recount() == (len(expected), in_default)
    engine.apply(change, Marker(2, "b"))
    assert set(engine.quads()) == expected


@settings(max_examples=50, deadline=None)
@given(st.frozensets(quads, max_size=12), changesets)
def test_a_large_change_does_the_same_as_a_small_one(
    before: frozenset[Quad], change: Changeset
) -> None:
    before, change = as_stored(Changeset(before)).added, as_stored(change)
    small, large = EmbeddedEngine.in_memory(), EmbeddedEngine.in_memory()
    for engine in (small, large):
        engine.apply(Changeset(before), MARKER)
    small.apply(change, Marker(2, "b"))
    with large.stage(change) as staged:
        large.adopt(staged, Marker(2, "b"))
    assert small.lines() == large.lines()
    assert small.marker() == large.marker()
    assert set(small.store.named_graphs()) == set(large.store.named_graphs())


def test_blank_nodes_keep_their_labels(engine: EmbeddedEngine) -> None:
    blank, inner = BlankNode("b1"), Triple(BlankNode("b2"), iri("p"), BlankNode("b1"))
    items = frozenset(Quad(blank, iri(f"p{number}"), inner, blank) for number in range(200))
    engine.apply(Changeset(items), MARKER)
    assert set(engine.quads()) == items
    engine.apply(Changeset(removed=items), MARKER)
    assert list(engine.quads()) == []


def test_a_graph_that_loses_its_last_quad_is_gone(engine: EmbeddedEngine) -> None:
    kept, lost = quad("s", "p", "o", "kept"), quad("s", "p", "o", "lost")
    engine.apply(adding(kept, quad("s", "p", "o2", "kept"), lost), MARKER)
    engine.apply(removing(kept, lost), MARKER)
    assert set(engine.store.named_graphs()) == {iri("kept"), HEAD_GRAPH}


def test_the_marker_is_seen_only_when_asked_for(engine: EmbeddedEngine) -> None:
    engine.apply(adding(quad("s", "p", "o", "g")), MARKER)
    assert list(engine.quads()) == [quad("s", "p", "o", "g")]
    assert set(engine.quads(None, None, None, HEAD_GRAPH)) == set(MARKER.quads())
    assert b"".join(engine.lines()).count(b"\n") == 1
    assert engine.recount() == (1, 0)
    assert not engine.ask("ASK { ?s ?p ?o }")


def test_a_candidate_changes_alone(engine: EmbeddedEngine) -> None:
    engine.apply(adding(quad("s", "p", "1")), MARKER)
    with engine.candidate() as candidate:
        candidate.change(Changeset(frozenset({quad("s", "p", "2")}), many(0)))
        candidate.change(removing(quad("s", "p", "1")))
        assert set(candidate.quads()) == {quad("s", "p", "2")}
        assert set(engine.quads()) == {quad("s", "p", "1")}
        engine.apply(adding(quad("s", "p", "3")), Marker(2, "b"))
        assert set(candidate.quads()) == {quad("s", "p", "2")}
    assert set(engine.quads()) == {quad("s", "p", "1"), quad("s", "p", "3")}


def test_a_checkpoint_is_for_readers(engine: EmbeddedEngine, tmp_path: Path) -> None:
    assert engine.checkpoint(tmp_path / "empty") is None
    record = Quad(iri("g"), NamedNode(f"{RDF}type"), GRAPH_CLASS, NamedNode(GRAPH_EMPTY))
    marker = Marker(3, "abc")
    engine.apply(adding(quad("a", "p", "b"), quad("a", "p", "b", "h"), record), marker)
    assert engine.checkpoint(tmp_path / "full") == marker
    store = Store.read_only(str(tmp_path / "full"))
    assert set(store) == {quad("a", "p", "b"), quad("a", "p", "b", "h")}
    assert set(store.named_graphs()) == {iri("g"), iri("h")}
    copy = Store()
    copy.bulk_extend(store)
    copy.add_graph(iri("g"))
    unprepare(copy, tmp_path / "full")
    assert set(copy) == set(store) | {record}
    with pytest.raises(StorageUnavailable):
        engine.checkpoint(tmp_path / "no" / "such" / "folder")


def test_a_staged_copy_that_is_not_adopted_leaves_nothing(tmp_path: Path) -> None:
    engine = EmbeddedEngine.open(tmp_path)
    engine.apply(adding(quad("s", "p", "o")), MARKER)
    before = sorted(item.name for item in tmp_path.iterdir())
    with pytest.raises(RuntimeError), engine.stage(Changeset(many(10))):
        raise RuntimeError("the validation failed")
    assert sorted(item.name for item in tmp_path.iterdir()) == before
    assert set(engine.quads()) == {quad("s", "p", "o")}


def test_a_large_change_moves_the_pointer_and_readers_finish_on_the_old_one(
    tmp_path: Path,
) -> None:
    engine = EmbeddedEngine.open(tmp_path)
    engine.apply(adding(quad("old1", "p", "o"), quad("old2", "p", "o")), MARKER)
    pointer = (tmp_path / "current").read_text()
    reading = engine.quads()
    first = next(reading)
    engine.apply(Changeset(many(embedded.BULK_QUADS)), Marker(2, "b"))
    assert (tmp_path / "current").read_text() != pointer
    assert {first, *reading} == {quad("old1", "p", "o"), quad("old2", "p", "o")}
    assert engine.recount() == (embedded.BULK_QUADS + 2, embedded.BULK_QUADS + 2)
    engine.close()
    assert len(list(tmp_path.glob("g-*"))) == 1
    again = EmbeddedEngine.open(tmp_path)
    assert again.marker() == Marker(2, "b")
    assert again.recount()[0] == embedded.BULK_QUADS + 2


def test_leftovers_of_a_crash_are_cleared_away(tmp_path: Path) -> None:
    EmbeddedEngine.open(tmp_path).close()
    (tmp_path / "g-leftover").mkdir()
    (tmp_path / "g-leftover" / "half.sst").write_bytes(b"x")
    EmbeddedEngine.open(tmp_path).close()
    assert not (tmp_path / "g-leftover").exists()


def test_readers_never_see_half_a_commit(engine: EmbeddedEngine) -> None:
    """Every commit takes all its statements from one state to the next."""
    size, rounds = 40, 31

    def state(number: int) -> frozenset[Quad]:
        return frozenset(
            Quad(iri(f"s{item}"), iri("p"), Literal(number), DefaultGraph()) for item in range(size)
        )

    engine.apply(Changeset(state(0)), Marker(1, "0"))
    seen: list[tuple[int, int]] = []
    done = threading.Event()

    def read() -> None:
        query = "SELECT (COUNT(*) AS ?n) (COUNT(DISTINCT ?o) AS ?kinds) { ?s ?p ?o }"
        while not done.is_set():
            (solution,) = engine.select(query)
            seen.append((int(solution["n"].value), int(solution["kinds"].value)))  # type: ignore[union-attr]

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(1, rounds):
        change = Changeset(state(number), state(number - 1))
        if number % 15:
            engine.apply(change, Marker(number, str(number)))
        else:
            with engine.stage(change) as staged:
                engine.adopt(staged, Marker(number, str(number)))
    done.set()
    for reader in readers:
        reader.join()
    assert len(seen) > 10
    assert set(seen) == {(size, 1)}


def test_queries_of_our_own_have_exact_types(engine: EmbeddedEngine) -> None:
    engine.apply(adding(quad("s", "p", "o")), MARKER)
    (solution,) = engine.select("SELECT ?s ?o { ?s ?p ?o }", {"s": iri("s")})
    assert solution == {"s": iri("s"), "o": iri("o")}
    assert list(engine.select("SELECT ?s ?o { ?s ?p ?o }", {"s": iri("other")})) == []
    assert engine.ask("ASK { ?s ?p ?o }", {"o": iri("o")}) is True
    assert engine.ask("ASK { ?s ?p ?o }", {"o": iri("x")}) is False
    assert engine.construct("CONSTRUCT WHERE { ?s ?p ?o }") == [
        Triple(iri("s"), iri("p"), iri("o"))
    ]
    for call, text in (
        (engine.select, "ASK {}"),
        (engine.ask, "SELECT * {}"),
        (engine.construct, "ASK {}"),
        (engine.select, "SELECT"),
    ):
        with pytest.raises(QuerySyntaxError):
            call(text)


@pytest.mark.parametrize(
    ("default", "named", "expected"),
    [
        (None, None, {"d", "one", "two"}),
        (["one"], None, {"one"}),
        (["one", "two"], None, {"one", "two"}),
        (None, ["two"], {"two"}),
        (["one"], ["two"], {"one", "two"}),
        (["nowhere"], None, set()),
    ],
)
def test_the_dataset_of_a_query_can_be_named(
    default: list[str] | None, named: list[str] | None, expected: set[str]
) -> None:
    data = memory_scratch(
        [quad("s", "p", "d"), quad("s", "p", "one", "one"), quad("s", "p", "two", "two")]
    )
    answer = data.query(
        "SELECT DISTINCT ?o { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }",
        default_graphs=None if default is None else [iri(name) for name in default],
        named_graphs=None if named is None else [iri(name) for name in named],
    )
    assert {row["o"] for row in answer.solutions} == {iri(name) for name in expected}


def test_from_names_graphs_of_the_store_and_nothing_is_fetched() -> None:
    data = memory_scratch([quad("s", "p", "d"), quad("s", "p", "one", "one")])
    text = "SELECT ?o FROM <http://example.org/one> FROM <http://127.0.0.1:9/> { ?s ?p ?o }"
    assert [row["o"] for row in data.query(text).solutions] == [iri("one")]


def test_a_base_resolves_relative_iris() -> None:
    data = memory_scratch([quad("s", "p", "o")])
    assert data.query("ASK { <s> <p> <o> }", base="http://example.org/").boolean
    with pytest.raises(QuerySyntaxError):
        data.query("ASK { <s> <p> <o> }")


def test_a_database_that_is_damaged_is_reported_with_what_to_do(tmp_path: Path) -> None:
    engine = EmbeddedEngine.open(tmp_path)
    engine.apply(adding(quad("s", "p", "o")), MARKER)
    engine.close()
    home = tmp_path / (tmp_path / "current").read_text()
    (home / "CURRENT").write_bytes(b"nonsense\n")
    with pytest.raises(StorageUnavailable, match="dure rebuild"):
        EmbeddedEngine.open(tmp_path)


def test_reading_a_folder_without_an_engine(tmp_path: Path) -> None:
    assert EmbeddedEngine.open_read_only(tmp_path) is None


def test_terms_that_need_escapes_come_back(engine: EmbeddedEngine) -> None:
    values = ['\\u0041 "x" \n\r\t', "\x00\x1f\x7f\u0085\u2028", "{ } ; # <a> ?v $v", "'''\"\"\"\\"]
    items = frozenset(Quad(iri("s"), iri("p"), Literal(value)) for value in values)
    odd = Quad(
        NamedNode("http://example.org/?a=b&c=%7Bd%7D"), iri("p"), Literal("x", language="ko-latn")
    )
    engine.apply(Changeset(items | {odd}), MARKER)
    assert set(engine.quads()) == items | {odd}


XSD = "http://www.w3.org/2001/XMLSchema#"


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["integer", "gYear", "gYearMonth", "date", "dateTime", "decimal", "boolean"]),
    st.integers(-(10**20), 10**20).map(str)
    | st.from_regex(
        r"[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]Z)?)?)?", fullmatch=True
    )
    | st.sampled_from(
        ["-0", "00", "+1", "1.0", "true", "0000", "2026-02-30", "2026-01-01T24:00:00Z"]
    ),
)
def test_forms_taken_for_kept_are_kept(kind: str, text: str) -> None:
    term = Literal(text, datatype=NamedNode(f"{XSD}{kind}"))
    change = Changeset(frozenset({Quad(iri("s"), iri("p"), term)}))
    assert as_stored(change).added == frozenset(memory_scratch(change.added).quads())


def test_literals_take_the_form_that_the_engine_keeps() -> None:
    def stating(*terms: Term) -> frozenset[Quad]:
        return frozenset(Quad(iri("s"), iri("p"), term, iri("g")) for term in terms)

    seven, padded = (Literal(text, datatype=XSD_INTEGER) for text in ("7", "007"))
    inner = Triple(iri("s"), iri("p"), padded)
    others = (Literal("007"), Literal("007", language="en"), Literal("007", datatype=iri("code")))
    change = Changeset(stating(padded, inner, *others), stating(padded, iri("o")))
    assert as_stored(change) == Changeset(
        stating(seven, Triple(iri("s"), iri("p"), seven), *others), stating(seven, iri("o"))
    )
    assert as_stored(Changeset()) == Changeset()
