from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, Quad

from graphstore.changeset import Changeset
from graphstore.dataset import Dataset
from graphstore.embedded import EmbeddedEngine, as_stored
from graphstore.engine import HEAD_GRAPH, Marker
from graphstore.errors import (
    DataNotConforming,
    DatasetReadOnly,
    HeadMoved,
    LogCorrupt,
    NothingToCommit,
    QuerySyntaxError,
    RefusedQuery,
    ReservedGraph,
    StorageUnavailable,
    UnknownFormat,
)
from graphstore.formats import parse_quads
from graphstore.log import CommitLog
from graphstore.validation import Shapes, ValidationReport
from tests.graphstore.committing import expected_quads
from tests.graphstore.strategies import META, XSD_INTEGER, adding, changesets, iri, quad, removing

ROOT = Path(__file__).resolve().parents[2]
SHAPES = Shapes.parse(
    b'''@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://example.org/> .
    e:Thing a sh:NodeShape ; sh:targetSubjectsOf e:kind ;
      sh:property [ sh:path e:name ; sh:minCount 1 ; sh:message "N01 Give it a name."@en ] ,
        [ sh:path e:age ; sh:maxCount 1 ; sh:severity sh:Warning ;
          sh:message "N02 Give one age."@en ] .
    e:Same a sh:NodeShape ; sh:targetSubjectsOf e:twin ; sh:severity sh:Warning ;
      sh:sparql [ sh:message "N03 {?value} is its own twin."@en ;
        sh:select """SELECT $this ?value {
          $this <http://example.org/twin> ?value . FILTER($this = ?value) }""" ] .
    '''
)


@pytest.fixture(params=["disk", "memory"])
def dataset(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Dataset]:
    with Dataset.open(tmp_path / "data" if request.param == "disk" else None) as opened:
        yield opened


def dump(dataset: Dataset) -> bytes:
    return b"".join(dataset.export("nquads"))


def test_a_commit_is_in_the_log_and_in_the_graph(dataset: Dataset) -> None:
    assert dataset.head is None
    assert dataset.count() == (0, 0)
    first = dataset.commit(adding(quad("s", "p", "1"), quad("s", "p", "2", "g")), META, shapes=None)
    second = dataset.commit(
        Changeset(frozenset({quad("s", "p", "3")}), frozenset({quad("s", "p", "1")})),
        META,
        shapes=None,
    )
    assert (first.number, second.number) == (1, 2)
    assert second.previous == first.id
    assert dataset.head == second
    assert dataset.count() == dataset.recount() == (2, 1)
    assert set(dataset.quads()) == {quad("s", "p", "3"), quad("s", "p", "2", "g")}
    assert set(dataset.quads(graph=iri("g"))) == {quad("s", "p", "2", "g")}
    assert dataset.contains(quad("s", "p", "3"))
    assert dataset.log.read(2).changeset() == second.changeset()
    assert dataset.log.verify() == []


def test_only_what_has_an_effect_is_committed(dataset: Dataset) -> None:
    dataset.commit(adding(quad("s", "p", "1")), META, shapes=None)
    change = Changeset(
        frozenset({quad("s", "p", "1"), quad("s", "p", "2")}), frozenset({quad("s", "p", "x")})
    )
    assert dataset.commit(change, META, shapes=None).changeset() == adding(quad("s", "p", "2"))
    for nothing in (Changeset(), adding(quad("s", "p", "1")), removing(quad("s", "p", "x"))):
        with pytest.raises(NothingToCommit):
            dataset.commit(nothing, META, shapes=None)
    assert len(dataset.log) == 2


def test_the_log_says_what_the_engine_holds(dataset: Dataset) -> None:
    forms = [Quad(iri("s"), iri("p"), Literal(n, datatype=XSD_INTEGER)) for n in ("7", "007", "+7")]
    commit = dataset.commit(adding(*forms), META, shapes=None)
    assert commit.changeset() == adding(forms[0])
    assert dataset.count() == dataset.recount() == (1, 1)
    with pytest.raises(NothingToCommit):
        dataset.commit(adding(forms[1]), META, shapes=None)
    dataset.commit(removing(forms[2]), META, shapes=None)
    assert dataset.count() == dataset.recount() == (0, 0)


def test_the_head_marker_is_the_stores_own(dataset: Dataset) -> None:
    forged = Quad(HEAD_GRAPH, iri("p"), Literal(9), HEAD_GRAPH)
    with pytest.raises(ReservedGraph):
        dataset.commit(adding(forged), META, shapes=None)
    dataset.commit(adding(quad("s", "p", "o")), META, shapes=None)
    with pytest.raises(ReservedGraph):
        dataset.commit(
            Changeset(removed=frozenset(dataset.quads(graph=HEAD_GRAPH))), META, shapes=None
        )


def test_a_violation_refuses_the_whole(dataset: Dataset) -> None:
    good, bad = quad("a", "name", "x"), quad("b", "kind", "k")
    with pytest.raises(DataNotConforming) as raised:
        dataset.commit(adding(good, bad), META, shapes=SHAPES)
    (result,) = raised.value.report.violations
    assert (result.code, result.focus_node, result.path) == ("N01", iri("b"), iri("name").value)
    assert str(raised.value) == "1 violation of the shapes"
    assert dataset.head is None
    assert list(dataset.quads()) == []
    assert len(dataset.log) == 0


def test_each_commit_is_validated_against_the_head_it_lands_on(dataset: Dataset) -> None:
    """Each is valid alone; together they are not."""
    name, kind = quad("a", "name", "x"), quad("a", "kind", "k")
    dataset.commit(adding(name, kind), META, shapes=SHAPES)
    other = adding(quad("a", "name", "y"))
    assert dataset.check(removing(name), shapes=SHAPES).violations
    dataset.commit(other, META, shapes=SHAPES)
    assert dataset.check(removing(name), shapes=SHAPES).conforms
    dataset.commit(removing(name), META, shapes=SHAPES)
    with pytest.raises(DataNotConforming):
        dataset.commit(other.inverse(), META, shapes=SHAPES)


def test_a_commit_may_expect_a_head(dataset: Dataset) -> None:
    first = dataset.commit(adding(quad("a", "p", "b")), META, shapes=None, expected="0")
    with pytest.raises(HeadMoved) as caught:
        dataset.commit(adding(quad("a", "p", "c")), META, shapes=None, expected="0")
    assert caught.value.head == first.id
    assert dataset.head == first
    dataset.commit(adding(quad("a", "p", "c")), META, shapes=None, expected=first.id)
    assert len(dataset.log) == 2


def test_warnings_pass_and_stay_with_the_commit(dataset: Dataset) -> None:
    change = adding(
        quad("a", "name", "x"),
        quad("a", "kind", "k"),
        quad("a", "age", "1"),
        quad("a", "age", "2"),
        quad("a", "twin", "a"),
    )
    dry = dataset.check(change, shapes=SHAPES)
    assert [result.code for result in dry.results] == ["N02", "N03"]
    assert dataset.head is None
    commit = dataset.commit(change, META, shapes=SHAPES)
    assert commit.meta.report is not None
    assert ValidationReport.from_json(commit.meta.report) == dry
    assert dry.warnings[1].message() == "N03 http://example.org/a is its own twin."
    # what stood before is not told again, unless the change is about it
    later = dataset.commit(adding(quad("z", "name", "n")), META, shapes=SHAPES)
    assert ValidationReport.from_json(later.meta.report or "").results == ()
    again = dataset.check(adding(quad("a", "name", "y")), shapes=SHAPES)
    assert [result.code for result in again.results] == ["N02", "N03"]


def test_what_stood_before_is_known_after_a_new_start(tmp_path: Path) -> None:
    with Dataset.open(tmp_path) as dataset:
        dataset.commit(adding(quad("a", "twin", "a")), META, shapes=None)
    with Dataset.open(tmp_path) as dataset:
        report = dataset.check(adding(quad("b", "twin", "b")), shapes=SHAPES)
        assert [result.focus_node for result in report.results] == [iri("b")]


def test_large_commits_are_validated_too(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphstore.dataset.BULK_QUADS", 5)
    monkeypatch.setattr("graphstore.embedded.BULK_QUADS", 5)
    names = [quad(f"a{number}", "name", "x") for number in range(10)]
    with pytest.raises(DataNotConforming):
        dataset.commit(adding(*names, quad("b", "kind", "k")), META, shapes=SHAPES)
    assert dataset.recount() == (0, 0)
    dataset.commit(adding(*names, quad("a1", "kind", "k")), META, shapes=SHAPES)
    dataset.commit(removing(*names[2:]), META, shapes=SHAPES)
    assert dataset.count() == dataset.recount() == (3, 3)


def test_progress_is_told(dataset: Dataset) -> None:
    steps: list[str] = []
    change = adding(quad("a", "name", "x"))
    dataset.commit(change, META, shapes=SHAPES, progress=lambda step, *_: steps.append(step))
    assert steps == ["compare", "validate", "log", "index"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(changesets, max_size=4))
def test_the_dataset_is_the_sum_of_its_log(changes: list[Changeset]) -> None:
    with Dataset.open(None) as dataset:
        expected: frozenset[Quad] = frozenset()
        for change in changes:
            change = as_stored(change)
            expected = (expected - change.removed) | change.added
            if change.effective(dataset):
                dataset.commit(change, META, shapes=None)
            assert set(dataset.quads()) == expected
            assert dataset.count() == dataset.recount()
        before = dump(dataset)
        dataset.rebuild()
        assert dump(dataset) == before
        assert dataset.log.verify() == []
        for commit in reversed(list(dataset.log)):
            dataset.commit(commit.changeset().inverse(), META, shapes=None)
        assert dataset.recount() == (0, 0)


# ---- export


def test_the_dump_is_sorted_and_without_the_marker(dataset: Dataset) -> None:
    items = [quad("b", "p", "o"), quad("a", "p", "o", "g"), quad("a", "p", "o")]
    dataset.commit(adding(*items), META, shapes=None)
    e = "http://example.org/"
    assert dump(dataset).decode() == (
        f"<{e}a> <{e}p> <{e}o> .\n<{e}a> <{e}p> <{e}o> <{e}g> .\n<{e}b> <{e}p> <{e}o> .\n"
    )


@pytest.mark.parametrize("format", ["nquads", "trig", "jsonld"])
def test_datasets_are_exported_whole(dataset: Dataset, format: str) -> None:
    items = {quad("a", "p", "o"), quad("a", "p", "o", "g"), quad("b", "p", "o", "h")}
    dataset.commit(adding(*items), META, shapes=None)
    assert set(parse_quads(b"".join(dataset.export(format)), format)) == items


@pytest.mark.parametrize("format", ["turtle", "ntriples", "rdfxml"])
def test_graph_formats_hold_one_graph(dataset: Dataset, format: str) -> None:
    dataset.commit(adding(quad("a", "p", "o"), quad("a", "p", "x", "g")), META, shapes=None)
    assert parse_quads(b"".join(dataset.export(format)), format) == [quad("a", "p", "o")]
    named = b"".join(dataset.export(format, graph=iri("g")))
    assert parse_quads(named, format) == [quad("a", "p", "x")]


def test_one_graph_in_a_dataset_format_keeps_its_name(dataset: Dataset) -> None:
    dataset.commit(adding(quad("a", "p", "o"), quad("a", "p", "x", "g")), META, shapes=None)
    document = b"".join(dataset.export("trig", graph=iri("g")))
    assert parse_quads(document, "trig") == [quad("a", "p", "x", "g")]
    with pytest.raises(UnknownFormat):
        dataset.export("docx")


# ---- reading


def test_queries_of_strangers_and_of_our_own(dataset: Dataset) -> None:
    dataset.commit(adding(quad("s", "p", "o")), META, shapes=None)
    assert dataset.query("ASK { ?s ?p ?o }").boolean
    assert [row["o"] for row in dataset.select("SELECT ?o { ?s ?p ?o }")] == [iri("o")]
    assert dataset.ask("ASK { ?s ?p ?o }", {"o": iri("o")})
    assert len(dataset.construct("CONSTRUCT WHERE { ?s ?p ?o }")) == 1
    with pytest.raises(RefusedQuery):
        dataset.query("ASK { SERVICE <http://127.0.0.1:9/> {} }")
    with pytest.raises(QuerySyntaxError):
        dataset.query("ASK")


def test_a_snapshot_can_be_changed_alone(dataset: Dataset) -> None:
    dataset.commit(adding(quad("s", "p", "o")), META, shapes=None)
    with dataset.snapshot() as copy:
        copy.change(Changeset(frozenset({quad("x", "p", "o")}), frozenset({quad("s", "p", "o")})))
        assert copy.contains(quad("x", "p", "o"))
        assert not copy.contains(quad("s", "p", "o"))
    assert list(dataset.quads()) == [quad("s", "p", "o")]


def test_many_threads_read_and_write(dataset: Dataset) -> None:
    failures: list[BaseException] = []

    def write(name: str) -> None:
        try:
            for number in range(10):
                dataset.commit(adding(quad(f"{name}{number}", "p", "o")), META, shapes=None)
                assert dataset.contains(quad(f"{name}{number}", "p", "o"))
        except BaseException as error:  # noqa: BLE001 - told to the main thread
            failures.append(error)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert dataset.count() == dataset.recount() == (30, 30)
    assert dataset.log.verify() == []


# ---- opening


def test_a_dataset_is_there_again(tmp_path: Path) -> None:
    with Dataset.open(tmp_path / "new" / "data") as dataset:
        commit = dataset.commit(adding(quad("s", "p", "o")), META, shapes=None)
    with Dataset.open(tmp_path / "new" / "data") as dataset:
        assert dataset.head == commit
        assert list(dataset.quads()) == [quad("s", "p", "o")]


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    with Dataset.open(tmp_path) as dataset:
        dataset.commit(adding(quad("s", "p", "o")), META, shapes=None)
        for read_only in (False, True):
            with pytest.raises(StorageUnavailable, match="is in use by process") as raised:
                Dataset.open(tmp_path, read_only=read_only)
            assert str(tmp_path) in str(raised.value)
        assert dataset.contains(quad("s", "p", "o"))


def test_another_process_is_kept_out(tmp_path: Path) -> None:
    with Dataset.open(tmp_path):
        code = (
            "import sys; from pathlib import Path; from graphstore.dataset import Dataset\n"
            "from graphstore.errors import StorageUnavailable\n"
            "try:\n Dataset.open(Path(sys.argv[1]))\n"
            "except StorageUnavailable as error: print(error)"
        )
        run = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)],
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=True,
        )
    assert "is in use by process" in run.stdout


def test_readers_share_a_dataset_and_cannot_write(tmp_path: Path) -> None:
    with Dataset.open(tmp_path) as dataset:
        commit = dataset.commit(adding(quad("s", "p", "o")), META, shapes=None)
    with (
        Dataset.open(tmp_path, read_only=True) as one,
        Dataset.open(tmp_path, read_only=True) as two,
    ):
        assert one.head == two.head == commit
        assert list(one.quads()) == list(two.quads()) == [quad("s", "p", "o")]
        with pytest.raises(DatasetReadOnly):
            one.commit(adding(quad("s", "p", "2")), META, shapes=None)
        with pytest.raises(DatasetReadOnly):
            one.rebuild()
        with pytest.raises(StorageUnavailable):
            Dataset.open(tmp_path)


def test_there_must_be_something_to_read(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable, match="there is no dataset"):
        Dataset.open(tmp_path / "none", read_only=True)
    assert not (tmp_path / "none").exists()
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageUnavailable):
        Dataset.open(tmp_path / "file")


# ---- crashes


def logged_only(folder: Path) -> None:
    """Leave the folder as a crash between log and engine would."""
    log = CommitLog(folder / "log")
    head = log.head
    quads, default = (head.quad_count, head.default_count) if head else (0, 0)
    log.append(
        adding(quad("late", "p", "o")), META, quad_count=quads + 1, default_count=default + 1
    )


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize("commits", [0, 1])
def test_what_a_crash_left_out_is_replayed(tmp_path: Path, commits: int, read_only: bool) -> None:
    with Dataset.open(tmp_path) as dataset:
        for number in range(commits):
            dataset.commit(adding(quad(f"s{number}", "p", "o")), META, shapes=None)
    logged_only(tmp_path)
    with Dataset.open(tmp_path, read_only=read_only) as dataset:
        assert dataset.contains(quad("late", "p", "o"))
        assert dataset.count() == dataset.recount() == (commits + 1, commits + 1)


def test_an_engine_that_was_lost_is_made_again(tmp_path: Path) -> None:
    with Dataset.open(tmp_path) as dataset:
        dataset.commit(adding(quad("s", "p", "o")), META, shapes=None)
        dataset.commit(adding(quad("s", "p", "o2", "g")), META, shapes=None)
        before = dump(dataset)
    shutil.rmtree(tmp_path / "engine")
    with Dataset.open(tmp_path) as dataset:
        assert dump(dataset) == before


def test_an_engine_that_was_damaged_can_be_rebuilt(tmp_path: Path) -> None:
    with Dataset.open(tmp_path) as dataset:
        dataset.commit(adding(quad("s", "p", "o")), META, shapes=None)
    home = tmp_path / "engine" / (tmp_path / "engine" / "current").read_text()
    (home / "CURRENT").write_bytes(b"nonsense\n")
    with pytest.raises(StorageUnavailable, match="dure rebuild"):
        Dataset.open(tmp_path)
    with Dataset.open(tmp_path, rebuild=True) as dataset:
        assert list(dataset.quads()) == [quad("s", "p", "o")]
    with Dataset.open(tmp_path) as dataset:
        assert list(dataset.quads()) == [quad("s", "p", "o")]


def test_an_emptied_engine_is_noticed(tmp_path: Path) -> None:
    with Dataset.open(tmp_path) as dataset:
        dataset.commit(adding(quad("s", "p", "o")), META, shapes=None)
        marker = Marker(1, dataset.log.read(1).id)
    engine = EmbeddedEngine.open(tmp_path / "engine")
    engine.apply(removing(quad("s", "p", "o")), marker)
    engine.close()
    with Dataset.open(tmp_path) as dataset:
        assert dataset.count() == (1, 1)
        assert dataset.recount() == (0, 0)
        dataset.rebuild()
        assert dataset.recount() == (1, 1)


def test_a_log_that_is_not_the_engines_is_noticed(tmp_path: Path) -> None:
    for name in ("one", "two"):
        with Dataset.open(tmp_path / name) as dataset:
            dataset.commit(adding(quad(name, "p", "o")), META, shapes=None)
            dataset.commit(adding(quad(name, "p", "o2")), META, shapes=None)
    shutil.rmtree(tmp_path / "one" / "log")
    shutil.copytree(tmp_path / "two" / "log", tmp_path / "one" / "log")
    with pytest.raises(LogCorrupt, match="another commit of this number"):
        Dataset.open(tmp_path / "one")
    (tmp_path / "two" / "log" / "000" / "000002.rdfp").unlink()
    with pytest.raises(LogCorrupt, match="the log does not"):
        Dataset.open(tmp_path / "two")
    with Dataset.open(tmp_path / "one", rebuild=True) as dataset:
        assert set(dataset.quads()) == {quad("two", "p", "o"), quad("two", "p", "o2")}


def test_a_log_that_was_changed_is_not_rebuilt_from(tmp_path: Path) -> None:
    with Dataset.open(tmp_path) as dataset:
        for name in ("one", "two", "three"):
            dataset.commit(adding(quad("s", "p", name)), META, shapes=None)
        file = dataset.log.read(2).path
        file.write_bytes(file.read_bytes().replace(b"two", b"six"))
        with pytest.raises(LogCorrupt, match="commit 3: its predecessor"):
            dataset.rebuild()
        assert dataset.contains(quad("s", "p", "two"))
    with pytest.raises(LogCorrupt, match="commit 3: its predecessor"):
        Dataset.open(tmp_path, rebuild=True)


def test_an_engine_that_fails_gets_the_commit_with_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Dataset.open(tmp_path) as dataset:
        with monkeypatch.context() as patch:

            def fail(*_: object) -> None:
                raise StorageUnavailable("the disk is full")

            patch.setattr(EmbeddedEngine, "apply", fail)
            with pytest.raises(StorageUnavailable):
                dataset.commit(adding(quad("s", "p", "1")), META, shapes=None)
        assert dataset.head is None
        dataset.commit(adding(quad("s", "p", "2")), META, shapes=None)
        assert set(dataset.quads()) == {quad("s", "p", "1"), quad("s", "p", "2")}
        assert dataset.count() == dataset.recount() == (2, 2)
        assert dataset.log.verify() == []


def test_a_rebuild_that_fails_leaves_the_engine_as_it_was(tmp_path: Path) -> None:
    with Dataset.open(tmp_path) as dataset:
        dataset.commit(adding(quad("s", "p", "o")), META, shapes=None)
        dataset.commit(adding(quad("s", "p", "o2")), META, shapes=None)
        dataset.log.file(1).rename(tmp_path / "elsewhere")
        with pytest.raises(LogCorrupt):
            dataset.rebuild()
        assert dataset.recount() == (2, 2)
        (tmp_path / "elsewhere").rename(dataset.log.file(1))
        dataset.rebuild()
    with Dataset.open(tmp_path) as dataset:
        assert dataset.recount() == (2, 2)


def test_a_rebuild_gives_the_same_bytes(tmp_path: Path) -> None:
    with Dataset.open(tmp_path) as dataset:
        rows = [Quad(iri(f"s{n}"), iri("p"), Literal(n), iri(f"g{n % 7}")) for n in range(500)]
        dataset.commit(adding(*rows), META, shapes=None)
        dataset.commit(removing(*rows[::3]), META, shapes=None)
        dataset.commit(adding(*rows[::9], quad("ü", "p", "각")), META, shapes=None)
        before, generation = dump(dataset), (tmp_path / "engine" / "current").read_text()
        dataset.rebuild()
        assert dump(dataset) == before
        dataset.commit(adding(quad("s", "p", "more")), META, shapes=None)
        after = dump(dataset)
    assert (tmp_path / "engine" / "current").read_text() != generation
    assert len(list((tmp_path / "engine").glob("g-*"))) == 1
    with Dataset.open(tmp_path) as dataset:
        assert dump(dataset) == after


def test_kill_9_at_any_moment_loses_nothing_acknowledged(tmp_path: Path) -> None:
    """Commits of both ways of writing, killed again and again on the same folder."""
    dice = random.Random(20_260_102)
    acknowledged: dict[int, str] = {}
    for _ in range(14):
        said = _killed_after(tmp_path, dice.randrange(5), dice.uniform(0, 0.02))
        acknowledged.update(said)
        with Dataset.open(tmp_path) as dataset:
            assert dataset.log.verify() == []
            ids = {commit.number: commit.id for commit in dataset.log}
            assert acknowledged.items() <= ids.items()
            assert dataset.count() == dataset.recount()
            assert set(dataset.quads()) == expected_quads(len(dataset.log))
    assert len(acknowledged) > 14


def _killed_after(folder: Path, commits: int, delay_s: float) -> dict[int, str]:
    """Kill a committing process a moment after it has acknowledged so many commits."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.graphstore.committing", str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout is not None
    with process, process.stdout:
        assert process.stdout.readline() == "ready\n"
        lines = [process.stdout.readline() for _ in range(commits)]
        time.sleep(delay_s)
        process.send_signal(signal.SIGKILL)
        lines += process.stdout.readlines()
    pairs = (line.split() for line in lines if line.endswith("\n"))
    return {int(number): identifier for number, identifier in pairs}
