from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, NamedNode, Quad, Store

from graphstore import embedded, versions
from graphstore.changeset import Changeset
from graphstore.dataset import Dataset
from graphstore.errors import LogCorrupt, NothingToCommit, UnknownVersion
from graphstore.log import CommitLog
from graphstore.snapshots import Snapshots
from graphstore.versions import Base, build_version, followed_by, resolve_version
from ontology.namespaces import GRAPH_EMPTY, RDF
from tests.graphstore.pools import numbered
from tests.graphstore.strategies import META, adding, changesets, quad, removing

TYPE = NamedNode(f"{RDF}type")
GRAPH = NamedNode("http://www.w3.org/ns/sparql-service-description#Graph")


def record(name: str) -> Quad:
    return Quad(NamedNode(f"http://example.org/{name}"), TYPE, GRAPH, NamedNode(GRAPH_EMPTY))


def state(path: Path) -> tuple[set[Quad], set[NamedNode | BlankNode]]:
    store = Store.read_only(str(path))
    return set(store), set(store.named_graphs())


records = st.sampled_from([record("a"), record("b")])
steps = st.lists(
    changesets
    | st.builds(Changeset, st.frozensets(records, max_size=2), st.frozensets(records, max_size=2)),
    min_size=1,
    max_size=6,
)


@settings(max_examples=8, deadline=None)
@given(steps=steps, bulk=st.sampled_from([3, 10_000]), large=st.sampled_from([4, 10_000]))
def test_every_state_is_the_same_whichever_way_it_is_made(
    steps: Iterable[Changeset], bulk: int, large: int
) -> None:
    """The snapshot taken then, the log replayed, the head undone, and any state in between."""
    with (
        pytest.MonkeyPatch.context() as patch,
        tempfile.TemporaryDirectory() as folder,
        Dataset.open(Path(folder) / "data") as dataset,
    ):
        patch.setattr(embedded, "BULK_QUADS", bulk)
        patch.setattr(versions, "BULK_QUADS", bulk)
        patch.setattr(versions, "_LARGE_QUADS", large)
        patch.setattr(versions, "_BATCH_LINES", 2)
        taken: list[Base] = []
        expected = []
        for number, changeset in enumerate([Changeset(), *steps]):
            try:
                if number:
                    dataset.commit(changeset, META, shapes=None)
            except NothingToCommit:
                continue
            path = Path(folder) / f"taken{number}"
            marker = dataset.checkpoint(path)
            taken.append(Base(path, marker.number if marker else 0, marker.id if marker else "0"))
            expected.append(state(path))
        for base in dict.fromkeys([None, taken[len(taken) // 2], taken[-1]]):
            for number, wanted in enumerate(expected):
                target = Path(folder) / f"made-{base.number if base else 'empty'}-{number}"
                bases = [base] if base else []
                patch.setattr(
                    versions, "_distance", lambda log, begin, end, b=base: _only(b, begin)
                )
                commit = build_version(dataset.log, number, target, bases)
                assert commit == (dataset.log.read(number).id if number else "0")
                assert state(target) == wanted


def _only(base: Base | None, begin: int) -> int:
    """Make the base the nearest, so that no other is taken."""
    return 0 if base is not None and begin == base.number else 1


def test_the_nearest_base_is_taken(tmp_path: Path) -> None:
    with Dataset.open(tmp_path / "data") as dataset:
        bases = []
        for number in range(1, 6):
            commit = dataset.commit(numbered(number * 10, number * 10 + 10), META, shapes=None)
            path = tmp_path / f"b{number}"
            dataset.checkpoint(path)
            bases.append(Base(path, number, commit.id))
        wrong = replace(bases[0], commit="f" * 64)
        build_version(dataset.log, 4, tmp_path / "made", [wrong, bases[4]])  # one commit undone
        assert len(state(tmp_path / "made")[0]) == 40
        with pytest.raises(LogCorrupt):
            build_version(dataset.log, 2, tmp_path / "bad", [replace(bases[2], commit="f" * 64)])
        assert not (tmp_path / "bad").exists()


def test_to_add_many_is_nearer_than_to_remove_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "BULK_QUADS", 5)
    with Dataset.open(tmp_path / "data") as dataset:
        for number in range(2):
            dataset.commit(numbered(number * 10, number * 10 + 10), META, shapes=None)
        unreadable = Base(tmp_path / "none", 2, "f" * 64)
        build_version(dataset.log, 1, tmp_path / "made", [unreadable])  # from nothing
        assert len(state(tmp_path / "made")[0]) == 10


def test_a_damaged_commit_makes_no_state(tmp_path: Path) -> None:
    with Dataset.open(tmp_path / "data") as dataset:
        for number in range(3):
            dataset.commit(numbered(number, number + 1), META, shapes=None)
        file = dataset.log.file(2)
        file.write_bytes(file.read_bytes().replace(b"/s1>", b"/s9>"))
        snapshots = Snapshots(dataset, None)
        with pytest.raises(LogCorrupt):
            snapshots.lease_version(2)
        assert not list(snapshots.folder.iterdir())
        snapshots.close()


def test_empty_graphs_are_there_when_they_were(tmp_path: Path) -> None:
    with Dataset.open(tmp_path) as dataset:
        dataset.commit(adding(record("g"), quad("a", "p", "b")), META, shapes=None)
        content = quad("a", "p", "b", "g")
        change = Changeset(frozenset({content}), frozenset({record("g")}))
        dataset.commit(change, META, shapes=None)
        dataset.commit(removing(content), META, shapes=None)
        snapshots = Snapshots(dataset, None)
        snapshots.lease().release()
        names = []
        for number in (3, 2, 1, 0):
            with snapshots.lease_version(number) as version:
                names.append([str(name) for name in state(version.path)[1]])
        assert names == [[], ["<http://example.org/g>"], ["<http://example.org/g>"], []]
        snapshots.close()


@given(first=changesets, second=changesets, before=changesets)
def test_changesets_are_joined(first: Changeset, second: Changeset, before: Changeset) -> None:
    def apply(quads: frozenset[Quad], change: Changeset) -> frozenset[Quad]:
        return (quads - change.removed) | change.added

    start = before.added
    one = Changeset(first.added - start, (first.removed - first.added) & start)
    middle = apply(start, one)
    two = Changeset(second.added - middle, (second.removed - second.added) & middle)
    both = followed_by(one, two)
    assert apply(start, both) == apply(middle, two)
    assert not both.added & start
    assert both.removed <= start


# ---- which version is meant

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def log(tmp_path: Path) -> CommitLog:
    """Three commits: noon and one in the afternoon of 1 March 2024, and 2 March in Korea."""
    log = CommitLog(tmp_path)
    korea = timezone(timedelta(hours=9))
    times = [NOON, NOON + timedelta(hours=1), datetime(2024, 3, 3, 8, tzinfo=korea)]
    for number, moment in enumerate(times):
        meta = replace(META, time=moment)
        log.append(numbered(number, number + 1), meta, quad_count=number, default_count=number)
    return log


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        (" 3 ", 3),
        ("2024-03-01", 2),
        ("2024-03-02", 3),
        ("2030-01-01", 3),
        ("2024-03-01T12:00:00", 1),
        ("2024-03-01T12:00:00Z", 1),
        ("2024-03-01T12:59:59.999999Z", 1),
        ("2024-03-01T13:00:00Z", 2),
        ("2024-03-01T21:00:00+09:00", 1),
        ("2024-03-02T23:00:00Z", 3),
    ],
)
def test_a_commit_is_found_by_number_or_time(log: CommitLog, text: str, number: int) -> None:
    assert resolve_version(log, text).number == number


def test_a_commit_is_found_by_its_id(log: CommitLog) -> None:
    for commit in log:
        assert resolve_version(log, commit.id) == commit
        assert resolve_version(log, commit.id.upper()) == commit
        if not commit.id[:8].isdigit():
            assert resolve_version(log, commit.id[:8]) == commit


@pytest.mark.parametrize(
    "text", ["", "0", "4", "-1", "abc", "abcdef0", "f" * 64, "2024-02-29", "2024-13-01", "head"]
)
def test_an_unknown_version_is_told(log: CommitLog, text: str) -> None:
    with pytest.raises(UnknownVersion) as caught:
        resolve_version(log, text)
    assert caught.value.text == text


def test_an_empty_log_has_no_versions(tmp_path: Path) -> None:
    with pytest.raises(UnknownVersion):
        resolve_version(CommitLog(tmp_path), "2030-01-01")
