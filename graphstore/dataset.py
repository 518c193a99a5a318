"""The dataset: one log, one engine that indexes it, one way to read and one way to change.

Every change is validated on the state it would lead to, written to the log, and only then applied
to the engine. Reading goes to the engine; counts come from the log. See
[RDF 1.1 Datasets](https://www.w3.org/TR/rdf11-concepts/#section-dataset) and the
[SPARQL 1.1 Protocol](https://www.w3.org/TR/sparql11-protocol/#query-operation).
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import IO, Final, TypeAlias, overload

import pyoxigraph
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Triple

from graphstore.answer import Answer, Solutions
from graphstore.changeset import Changeset, quad_lines
from graphstore.embedded import BULK_QUADS, EmbeddedEngine, Scratch, as_stored
from graphstore.empty_graphs import with_records
from graphstore.engine import HEAD_GRAPH, Marker
from graphstore.errors import (
    DataNotConforming,
    DatasetReadOnly,
    HeadMoved,
    LogCorrupt,
    NothingToCommit,
    ReservedGraph,
    StorageUnavailable,
)
from graphstore.formats import N_QUADS, GraphFormat, graph_format
from graphstore.lock import FolderLock
from graphstore.log import Commit, CommitLog, CommitMeta
from graphstore.terms import GraphName, Subject, Term
from graphstore.validation import (
    Shapes,
    Standing,
    ValidationReport,
    Verdict,
    affected_nodes,
    judge,
    standing_results,
)
from ontology.namespaces import PREFIXES

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with the name of a step, how much of it is done, and how much there is."""

NO_COMMIT: Final = "0"
"""What stands for the id of the head commit where there is none."""

_IN_HEAD_GRAPH: Final = f" {HEAD_GRAPH} .\n".encode()
_NO_BINDINGS: Final[Mapping[str, Term]] = {}
_CHUNK_BYTES = 1 << 16
_IN_MEMORY_BYTES = 1 << 24


@dataclass
class _Place:
    """What a dataset holds open on disk."""

    folder: Path
    lock: FolderLock | None
    temporary: bool


@dataclass(frozen=True)
class _Standing:
    """What the SPARQL constraints find in the state of a commit."""

    commit: str
    shapes: Shapes
    results: Standing


class Dataset:
    """The knowledge graph in one data folder; a context manager that closes it.

    Reading is safe from any number of threads; commits are made one after the other.

    >>> from datetime import datetime, timezone
    >>> with Dataset.open(None) as dataset:
    ...     quad = Quad(NamedNode("urn:s"), NamedNode("urn:p"), NamedNode("urn:o"))
    ...     meta = CommitMeta("me", "first", datetime.now(timezone.utc))
    ...     commit = dataset.commit(Changeset(frozenset({quad})), meta, shapes=None)
    ...     commit.number, dataset.count(), dataset.contains(quad)
    (1, (1, 1), True)
    """

    def __init__(
        self, place: _Place, log: CommitLog, engine: EmbeddedEngine, *, read_only: bool
    ) -> None:
        """Join the parts; `open` makes them."""
        self._place = place
        self._log = log
        self._engine = engine
        self._read_only = read_only
        self._writing = threading.RLock()
        self._head = log.head
        self._standing: _Standing | None = None

    # ---- opening and closing

    @classmethod
    def open(cls, path: Path | None, *, read_only: bool = False, rebuild: bool = False) -> Dataset:
        """Open the dataset in a data folder and bring its engine up to the log.

        Args:
            path: the data folder, made when missing; None: in memory, gone when closed.
            read_only: leave the folder as it is; it must exist. Several processes can read at
                once, while none writes.
            rebuild: make the engine again from the log, without opening the one that is there.

        Raises:
            StorageUnavailable: the folder is in use by another process, or cannot be opened.
            LogCorrupt: the log cannot be read, or is not the one the engine was made from.
        """
        if path is None:
            home = Path(tempfile.mkdtemp(prefix="dure-"))
            place = _Place(home, None, temporary=True)
            return cls(place, CommitLog(home / "log"), EmbeddedEngine.in_memory(), read_only=False)
        if read_only:
            return cls._open_for_reading(path)
        with _folder_errors(path):
            path.mkdir(parents=True, exist_ok=True)
        lock = FolderLock(path, shared=False)
        try:
            log = CommitLog(path / "log")
            engine = EmbeddedEngine.open(path / "engine", fresh=rebuild)
            dataset = cls(_Place(path, lock, temporary=False), log, engine, read_only=False)
            dataset._catch_up()
            if rebuild:
                engine.settle()
        except BaseException:  # whatever stopped the opening, the folder must not stay locked
            lock.release()
            raise
        return dataset

    @classmethod
    def _open_for_reading(cls, path: Path) -> Dataset:
        if not (path / "log").is_dir():
            raise StorageUnavailable(f"there is no dataset in {path}; `dure load` makes one")
        lock = FolderLock(path, shared=True)
        try:
            log = CommitLog(path / "log", read_only=True)
            engine = EmbeddedEngine.open_read_only(path / "engine")
            if (_marker_of(log.head) if log.head else None) != (
                engine.marker() if engine else None
            ):
                lock.release()
                engine = None
                cls.open(path).close()
                lock = FolderLock(path, shared=True)
                log = CommitLog(path / "log", read_only=True)
                engine = EmbeddedEngine.open_read_only(path / "engine")
            place = _Place(path, lock, temporary=False)
            return cls(place, log, engine or EmbeddedEngine.in_memory(), read_only=True)
        except BaseException:  # whatever stopped the opening, the folder must not stay locked
            lock.release()
            raise

    def close(self) -> None:
        """Let go of the folder; doing so twice is no error."""
        self._engine.close()
        if self._place.lock is not None:
            self._place.lock.release()
        if self._place.temporary:
            shutil.rmtree(self._place.folder, ignore_errors=True)

    def __enter__(self) -> Dataset:
        """Return the dataset."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the dataset."""
        self.close()

    # ---- reading

    @property
    def head(self) -> Commit | None:
        """The commit whose state is read, None in an empty dataset."""
        return self._head

    @property
    def log(self) -> CommitLog:
        """The log of all commits."""
        return self._log

    def query(
        self,
        text: str,
        bindings: Mapping[str, Term] = _NO_BINDINGS,
        *,
        default_graphs: Sequence[NamedNode] | None = None,
        named_graphs: Sequence[NamedNode] | None = None,
        base: str | None = None,
    ) -> Answer:
        """Answer a query of any form, whoever wrote it.

        Args:
            text: the query; `SERVICE` is refused, `FROM` names graphs of the dataset.
            bindings: variables, without question mark, and the terms they are replaced by.
            default_graphs: graphs whose merge is the default graph, as the SPARQL Protocol's
                `default-graph-uri`; None together with `named_graphs`: as the query says.
            named_graphs: the named graphs, as the protocol's `named-graph-uri`.
            base: what relative IRIs in the query are resolved against; None: they are errors.

        Raises:
            QuerySyntaxError: with line and column.
            RefusedQuery: the query would connect somewhere, nests too deep, or calls a function
                that does not exist.
        """
        return self._engine.query(
            text, bindings, default_graphs=default_graphs, named_graphs=named_graphs, base=base
        )

    def select(self, text: str, bindings: Mapping[str, Term] = _NO_BINDINGS) -> Solutions:
        """Answer one of our own SELECT queries.

        Args:
            text: the query; every variable to be bound must be projected.
            bindings: variables, without question mark, and their terms.

        Raises:
            QuerySyntaxError: the text is not a SPARQL query, or not a SELECT.
        """
        return self._engine.select(text, bindings)

    def ask(self, text: str, bindings: Mapping[str, Term] = _NO_BINDINGS) -> bool:
        """Answer one of our own ASK queries.

        Raises:
            QuerySyntaxError: the text is not a SPARQL query, or not an ASK.
        """
        return self._engine.ask(text, bindings)

    def construct(self, text: str, bindings: Mapping[str, Term] = _NO_BINDINGS) -> list[Triple]:
        """Answer one of our own CONSTRUCT or DESCRIBE queries.

        Raises:
            QuerySyntaxError: the text is not a SPARQL query, or of another form.
        """
        return self._engine.construct(text, bindings)

    def quads(
        self,
        subject: Subject | None = None,
        predicate: NamedNode | None = None,
        object: Term | None = None,
        graph: GraphName | None = None,
    ) -> Iterator[Quad]:
        """Yield the quads that match; None matches everything, DefaultGraph() that graph.

        The head marker is among them only when its graph is asked for by name.
        """
        return self._engine.quads(subject, predicate, object, graph)

    def contains(self, quad: Quad, /) -> bool:
        """Say whether the quad is there."""
        return self._engine.contains(quad)

    def count(self) -> tuple[int, int]:
        """Return how many quads there are, and how many in the default graph, as the head says."""
        return (self._head.quad_count, self._head.default_count) if self._head else (0, 0)

    def recount(self) -> tuple[int, int]:
        """Count the same by a scan of the engine; another result than `count` is damage."""
        return self._engine.recount()

    def export(
        self, format: GraphFormat | str, *, graph: GraphName | None = None
    ) -> Iterator[bytes]:
        """Yield the dataset, or one graph of it, as a document.

        The order is that of the N-Quads lines' bytes, so equal content gives equal bytes. The head
        marker is left out.

        Args:
            format: a graph format, or its name, media type or extension.
            graph: the graph to write; None: all of them where the format holds named graphs, the
                default graph otherwise.

        Raises:
            UnknownFormat: there is no such format.
        """
        chosen = graph_format(format) if isinstance(format, str) else format
        if graph is None and not chosen.holds_named_graphs:
            graph = DefaultGraph()
        lines = self._engine.lines() if graph is None else self._graph_lines(graph)
        if chosen is N_QUADS:
            return iter(lines)
        return _serialized(lines, chosen)

    # ---- changing

    def commit(
        self,
        changeset: Changeset,
        meta: CommitMeta,
        *,
        shapes: Shapes | None,
        progress: Progress | None = None,
        expected: str | None = None,
    ) -> Commit:
        """Make a change: validated on the state it leads to, logged, then visible, all or nothing.

        Args:
            changeset: what to change; only what has an effect is logged.
            meta: what the commit says about itself; its report is filled in when it has none.
            shapes: what the dataset must conform to afterwards; None: no validation.
            progress: told about the steps "compare", "validate", "log" and "index".
            expected: the id of the commit that the changeset was worked out on, "0" for an empty
                dataset; None: whatever it was.

        Raises:
            DatasetReadOnly: the dataset was opened for reading.
            HeadMoved: the head is not the commit expected; nothing was changed.
            NothingToCommit: the changeset has no effect.
            ReservedGraph: it would write the head marker.
            DataNotConforming: with the report; nothing was changed.
            StorageUnavailable: the log could not be written, nothing was changed; or the engine
                could not, and has the commit at the next start.
        """
        tell = progress or _silent
        with self._writing:
            self._check_writable()
            head = self._head.id if self._head else NO_COMMIT
            if expected not in {None, head}:
                raise HeadMoved(head)
            effective = self._effective(changeset, tell)
            lines = chain(effective.added_lines, effective.removed_lines)
            if any(line.endswith(_IN_HEAD_GRAPH) for line in lines):
                raise ReservedGraph(HEAD_GRAPH.value)
            if not effective:
                raise NothingToCommit("the changeset changes nothing")
            if len(effective) >= BULK_QUADS:
                with self._engine.stage(effective) as staged:
                    verdict = self._judge(staged, effective, shapes, tell)
                    commit = self._append(effective, meta, verdict, tell)
                    self._engine.adopt(staged, _marker_of(commit))
            else:
                verdict = self._judge_candidate(effective, shapes, tell)
                commit = self._append(effective, meta, verdict, tell)
                self._engine.apply(effective, _marker_of(commit))
            if shapes is not None and verdict is not None:
                self._standing = _Standing(commit.id, shapes, verdict.standing)
            self._head = commit
            tell("index", 1, 1)
            return commit

    def check(self, changeset: Changeset, *, shapes: Shapes) -> ValidationReport:
        """Return the report that `commit` would judge by, and change nothing."""
        with self._writing:
            effective = self._effective(changeset, _silent)
            verdict = self._judge_candidate(effective, shapes, _silent)
            assert verdict is not None  # shapes were given
            return verdict.report

    def snapshot(self) -> AbstractContextManager[Scratch]:
        """Return a scratch copy of the dataset, to be changed and looked at, then thrown away.

        On disk it is a checkpoint of hard links and takes about 50 ms whatever the size; in memory
        it is a copy.
        """
        return self._engine.candidate()

    @property
    def folder(self) -> Path | None:
        """The data folder; None: the dataset is in memory."""
        return None if self._place.temporary else self._place.folder

    @property
    def read_only(self) -> bool:
        """Whether the dataset was opened for reading only."""
        return self._read_only

    def checkpoint(self, path: Path) -> Marker | None:
        """Save the state as an Oxigraph database in a new folder, without waiting for a commit.

        What is saved is the head or, while a commit is being made, the state before or after it.
        On disk it is hard links and takes about 10 ms whatever the size, if the folder is on the
        same file system; in memory it is a copy.

        Returns:
            The commit whose state was saved, None when the dataset is empty. The graph that says
            so was taken out of the copy.

        Raises:
            StorageUnavailable: the folder exists, or cannot be written.
        """
        return self._engine.checkpoint(path)

    def rebuild(self, *, progress: Progress | None = None) -> None:
        """Make the engine again from the log alone, then put it in the place of the one in use.

        Raises:
            DatasetReadOnly: the dataset was opened for reading.
            LogCorrupt: a commit cannot be read; the engine is as it was.
        """
        with self._writing:
            if self._read_only:
                raise DatasetReadOnly("the dataset was opened for reading only")
            if self._place.temporary:
                fresh = EmbeddedEngine.in_memory()
            else:
                fresh = EmbeddedEngine.open(self._place.folder / "engine", fresh=True)
            self._replay(fresh, 0, progress or _silent)
            fresh.settle()
            former, self._engine = self._engine, fresh
            former.close()
            self._head = self._log.head

    # ---- how it is done

    def _check_writable(self) -> None:
        if self._read_only:
            raise DatasetReadOnly("the dataset was opened for reading only")
        if self._head is not self._log.head:
            self._catch_up()

    def _catch_up(self) -> None:
        """Apply the commits that the engine has missed."""
        marker = self._engine.marker()
        number = marker.number if marker else 0
        if number > len(self._log):
            raise LogCorrupt(
                number,
                "the engine holds this commit, the log does not; put its file back, or go on "
                f"without it from commit {len(self._log)} (`dure rebuild`)",
            )
        if marker is not None and self._log.read(number).id != marker.id:
            raise LogCorrupt(number, "the engine holds another commit of this number than the log")
        self._replay(self._engine, number, _silent)
        self._head = self._log.head

    def _replay(self, engine: EmbeddedEngine, after: int, tell: Progress) -> None:
        for commit in self._log.since(after):
            engine.apply(commit.changeset(), _marker_of(commit))
            tell("index", commit.number, len(self._log))

    def _effective(self, changeset: Changeset, tell: Progress) -> Changeset:
        tell("compare", 0, 1)
        stored = as_stored(changeset)
        if self._head is None and not stored.removed:
            return stored  # nothing is there yet, so all of it has an effect
        return with_records(stored.effective(self), self)

    def _judge_candidate(
        self, effective: Changeset, shapes: Shapes | None, tell: Progress
    ) -> Verdict | None:
        if shapes is None:
            return None
        with self.snapshot() as candidate:
            candidate.change(effective)
            return self._judge(candidate, effective, shapes, tell)

    def _judge(
        self, candidate: Scratch, effective: Changeset, shapes: Shapes | None, tell: Progress
    ) -> Verdict | None:
        if shapes is None:
            return None
        tell("validate", 0, 1)
        focus = affected_nodes(effective, candidate, shapes)
        changes = effective.added | effective.removed
        return judge(candidate, shapes, focus=focus, known=self._known(shapes), changes=changes)

    def _known(self, shapes: Shapes) -> Standing:
        """Return what stands at the head, from the last commit's verdict where there is one."""
        if self._head is None:
            return {}
        remembered = self._standing
        if remembered is None or (remembered.commit, remembered.shapes) != (self._head.id, shapes):
            with self.snapshot() as copy:
                standing = standing_results(copy, shapes)
            remembered = self._standing = _Standing(self._head.id, shapes, standing)
        return remembered.results

    def _append(
        self,
        effective: Changeset,
        meta: CommitMeta,
        verdict: Verdict | None,
        tell: Progress,
    ) -> Commit:
        if verdict is not None and not verdict.report.conforms:
            raise DataNotConforming(verdict.report)
        tell("log", 0, 1)
        if verdict is not None and meta.report is None:
            meta = replace(meta, report=verdict.report.to_json())
        quads, default = self.count()
        return self._log.append(
            effective,
            meta,
            quad_count=quads + len(effective.added) - len(effective.removed),
            default_count=default + _in_default(effective.added) - _in_default(effective.removed),
        )

    def _graph_lines(self, graph: GraphName) -> list[bytes]:
        return quad_lines(self._engine.quads(None, None, None, graph))


@overload
def _marker_of(commit: Commit) -> Marker: ...
@overload
def _marker_of(commit: None) -> None: ...
def _marker_of(commit: Commit | None) -> Marker | None:
    return None if commit is None else Marker(commit.number, commit.id)


def _in_default(quads: frozenset[Quad]) -> int:
    return sum(1 for quad in quads if isinstance(quad.graph_name, DefaultGraph))


def _graph_order(graph: GraphName) -> str:
    return "" if isinstance(graph, DefaultGraph) else str(graph)


def _silent(step: str, done: int, total: int) -> None:
    """Tell nobody."""


@contextmanager
def _folder_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageUnavailable(f"cannot use the data folder {path}: {error}") from error


def _serialized(lines: list[bytes], format: GraphFormat) -> Iterator[bytes]:
    """Write sorted N-Quads lines in another format, spooled to a file when they are many."""
    quads = list(pyoxigraph.parse(b"".join(lines), format=RdfFormat.N_QUADS))
    if format.holds_named_graphs:
        quads.sort(key=lambda quad: _graph_order(quad.graph_name))  # stable: lines stay in order
    items = quads if format.holds_named_graphs else [quad.triple for quad in quads]
    file: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115
    pyoxigraph.serialize(items, file, format.syntax, prefixes=PREFIXES)
    file.seek(0)
    with file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk
