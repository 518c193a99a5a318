"""The embedded engine: Oxigraph in this process, on disk or in memory.

On disk a data folder holds *generations*: `engine/<name>/` is one Oxigraph database, and the file
`engine/current` names the one in use. Small changes are one SPARQL update, which Oxigraph
[applies as a transaction](https://pyoxigraph.readthedocs.io/en/stable/store.html#pyoxigraph.Store.update),
head marker included. Large ones, and rebuilds, are written into a new generation that the pointer
is then moved to in one rename: whatever happens, a reader and the next start find a whole commit.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Final, TypeAlias

import pyoxigraph
from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    Variable,
)

from graphstore.answer import Answer, Solutions, evaluation_error, is_corruption
from graphstore.changeset import Changeset, quad_lines
from graphstore.engine import COMMIT_ID, COMMIT_NUMBER, HEAD_GRAPH, Marker
from graphstore.errors import StorageUnavailable
from graphstore.log import sync_folder
from graphstore.query_text import check_query_text, syntax_error
from graphstore.terms import GraphName, Subject, Term, holds_blank_node, written
from ontology.namespaces import GRAPH_EMPTY, RDF

BULK_QUADS: Final = 3_000
"""From this size on a changeset is bulk-loaded: an update takes about 15 µs a quad, twice (once in
the candidate that is validated), and its whole write-ahead log at once; a new generation takes
50 ms and a fifth of that per quad, once. The five documents load in 9 s so, in 14 s without."""

_TERM_FUNCTION = NamedNode("urn:dure:term")
_TERMS_PER_OPERATION = 60  # each is a BIND, and the engine's plans nest as deep as there are BINDs
_POINTER = "current"
_TYPE = NamedNode(f"{RDF}type")
_GRAPH_CLASS = NamedNode("http://www.w3.org/ns/sparql-service-description#Graph")
_EMPTY_GRAPHS = NamedNode(GRAPH_EMPTY)
_KEPT = re.compile(  # literals that certainly stand in the form that Oxigraph keeps
    rb'"(?:(?:0|-?[1-9][0-9]{0,17})"\^\^<http://www\.w3\.org/2001/XMLSchema#integer>'
    rb'|[0-9]{4}"\^\^<http://www\.w3\.org/2001/XMLSchema#gYear>'
    rb'|[0-9]{4}-[0-9]{2}"\^\^<http://www\.w3\.org/2001/XMLSchema#gYearMonth>'
    rb'|[0-9]{4}-[0-9]{2}-[0-9]{2}"\^\^<http://www\.w3\.org/2001/XMLSchema#date>'
    rb"|[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z"
    rb'"\^\^<http://www\.w3\.org/2001/XMLSchema#dateTime>)'
)
_BLANK_NODE = re.compile(rb"[\s(]_:")  # in a literal too, where it does no harm
_NO_BINDINGS: Final[Mapping[str, Term]] = {}

_Results: TypeAlias = QuerySolutions | QueryBoolean | QueryTriples


class StoreReader:
    """Reading of one Oxigraph store."""

    def __init__(self, store: Store) -> None:
        """Read from that store."""
        self._store = store

    @property
    def store(self) -> Store:
        """The Oxigraph store; for this room only."""
        return self._store

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
            text: the query; `SERVICE` is refused, `FROM` names graphs of the store.
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
        check_query_text(text)
        given = default_graphs is not None or named_graphs is not None
        return Answer(
            self._run(
                text,
                base_iri=base,
                substitutions=_substitutions(bindings),
                default_graph=list(default_graphs or ()) if given else None,
                named_graphs=list(named_graphs or ()) if given else None,
            )
        )

    def select(self, text: str, bindings: Mapping[str, Term] = _NO_BINDINGS) -> Solutions:
        """Answer one of our own SELECT queries.

        Args:
            text: the query; every variable to be bound must be projected.
            bindings: variables, without question mark, and their terms.

        Raises:
            QuerySyntaxError: the text is not a SPARQL query, or not a SELECT.
        """
        results = self._run(text, substitutions=_substitutions(bindings))
        if not isinstance(results, QuerySolutions):
            raise syntax_error(SyntaxError("this is not a SELECT query"))
        return Solutions(results)

    def ask(self, text: str, bindings: Mapping[str, Term] = _NO_BINDINGS) -> bool:
        """Answer one of our own ASK queries.

        Raises:
            QuerySyntaxError: the text is not a SPARQL query, or not an ASK.
        """
        results = self._run(text, substitutions=_substitutions(bindings))
        if not isinstance(results, QueryBoolean):
            raise syntax_error(SyntaxError("this is not an ASK query"))
        return bool(results)

    def construct(self, text: str, bindings: Mapping[str, Term] = _NO_BINDINGS) -> list[Triple]:
        """Answer one of our own CONSTRUCT or DESCRIBE queries.

        Raises:
            QuerySyntaxError: the text is not a SPARQL query, or of another form.
        """
        results = self._run(text, substitutions=_substitutions(bindings))
        if not isinstance(results, QueryTriples):
            raise syntax_error(SyntaxError("this is not a CONSTRUCT query"))
        return Answer(results).triples

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
        try:
            for quad in self._store.quads_for_pattern(subject, predicate, object, graph):
                if graph is not None or quad.graph_name != HEAD_GRAPH:
                    yield quad
        except OSError as error:
            raise evaluation_error(error) from error

    def contains(self, quad: Quad, /) -> bool:
        """Say whether the quad is there."""
        return quad in self._store

    def recount(self) -> tuple[int, int]:
        """Count all quads and those of the default graph, the head marker left out: a full scan."""
        everything = len(self._store) - _size(self._store, HEAD_GRAPH)
        return everything, _size(self._store, DefaultGraph())

    def lines(self) -> list[bytes]:
        """Return every quad as an N-Quads line, in the order of their bytes, without the marker."""
        try:
            dump = self._store.dump(format=RdfFormat.N_QUADS)
        except OSError as error:
            raise evaluation_error(error) from error
        assert dump is not None  # no output was given, so the bytes are returned
        ending = f" {HEAD_GRAPH} .\n".encode()
        lines = dump.splitlines(keepends=True)
        return sorted(line for line in lines if not line.endswith(ending))

    def _run(self, text: str, **options: object) -> _Results:
        try:
            return self._store.query(text, **options)  # type: ignore[arg-type]
        except SyntaxError as error:
            raise syntax_error(error) from error
        except (OSError, RuntimeError, ValueError) as error:
            raise evaluation_error(error) from error


class Scratch(StoreReader):
    """A copy of the dataset, or an empty one, that can be changed without anybody seeing it."""

    def __init__(self, store: Store, home: Path | None = None) -> None:
        """Use that store, whose generation is in `home`; None: in memory."""
        super().__init__(store)
        self.home = home

    def change(self, changeset: Changeset) -> None:
        """Apply a changeset."""
        _change(self._store, changeset, None)

    def close(self) -> None:
        """Forget the store, so that Oxigraph can close it."""
        self._store = Store()


class EmbeddedEngine(StoreReader):
    """Oxigraph on disk (in a folder of generations) or, without a folder, in memory."""

    def __init__(self, store: Store, folder: Path | None = None, home: Path | None = None) -> None:
        """Use that store, the generation `home` of `folder`; None: in memory."""
        super().__init__(store)
        self._folder = folder
        self._home = home

    @classmethod
    def in_memory(cls) -> EmbeddedEngine:
        """Return an empty engine that is gone when it is closed."""
        return cls(Store())

    @classmethod
    def open(cls, folder: Path, *, fresh: bool = False) -> EmbeddedEngine:
        """Open the engine of a folder for writing.

        Args:
            folder: where the generations are; made when missing.
            fresh: begin with an empty generation, to take the place of the one in use when it is
                settled.

        Raises:
            StorageUnavailable: the database cannot be opened.
        """
        with _storage_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            current = _current(folder)
            _remove_generations(folder, keep=current)
            if current is not None and not fresh:
                return cls(Store(current), folder, current)
            home = _new_generation(folder)
            engine = cls(Store(home), folder, home)
            if not fresh:
                engine.settle()
            return engine

    @classmethod
    def open_read_only(cls, folder: Path) -> EmbeddedEngine | None:
        """Open the engine of a folder for reading; None when there is none yet."""
        with _storage_errors(folder):
            current = _current(folder)
            return None if current is None else cls(Store.read_only(str(current)))

    def settle(self) -> None:
        """Make this generation the one that the next start opens."""
        with _storage_errors(self._folder):
            self._store.flush()
            if self._folder is not None and self._home is not None:
                _point(self._folder, self._home)

    def close(self) -> None:
        """Let go of the database; Oxigraph closes it when nothing reads from it any more."""
        self._store = Store()
        if self._folder is not None:
            _remove_generations(self._folder, keep=_current(self._folder))

    def marker(self) -> Marker | None:
        """Return the last commit that the engine holds, None when it holds none."""
        return _marker(self.quads(HEAD_GRAPH, None, None, HEAD_GRAPH))

    def apply(self, changeset: Changeset, marker: Marker) -> None:
        """Apply a commit; readers see all of it or nothing, and so does the next start.

        Raises:
            StorageUnavailable: the database cannot be written.
        """
        if len(changeset) >= BULK_QUADS:
            with self.stage(changeset) as staged:
                self.adopt(staged, marker)
            return
        with _storage_errors(self._folder):
            _change(self._store, changeset, marker)

    def checkpoint(self, path: Path) -> Marker | None:
        """Save the state as a database in a new folder, prepared for readers.

        The head marker is taken out, and the graphs that are said to exist while they are empty
        (`<g> rdf:type sd:Graph` in the graph `GRAPH_EMPTY`) exist in it.

        Returns:
            The commit that the marker named; None: there was none.

        Raises:
            StorageUnavailable: the folder exists, or cannot be written.
        """
        with _storage_errors(path):
            if self._home is None:
                copy = Store(path)
                copy.bulk_extend(self._store)
            else:
                self._store.backup(path)
                copy = Store(path)
            return prepare(copy, path)

    @contextmanager
    def candidate(self) -> Iterator[Scratch]:
        """Yield a copy of the dataset: hard links of a checkpoint on disk, a copy in memory."""
        with self._generation(self._copy) as scratch:
            yield scratch

    @contextmanager
    def stage(self, changeset: Changeset) -> Iterator[Scratch]:
        """Yield the dataset with a large changeset applied, for `adopt` to take over.

        When the context is left without that, the copy is thrown away.
        """
        empty = not self._store
        with self._generation(_empty if empty else self._copy) as scratch:
            with _storage_errors(self._folder):
                for quad in changeset.removed:
                    scratch.store.remove(quad)
                remove_empty_graphs(scratch.store, {x.graph_name for x in changeset.removed})
                bulk_add_lines(scratch.store, b"".join(changeset.added_lines))
                if empty:
                    scratch.store.optimize()
            yield scratch

    def adopt(self, staged: Scratch, marker: Marker) -> None:
        """Put a staged copy in the place of the dataset, as that commit."""
        with _storage_errors(self._folder):
            _change(staged.store, Changeset(), marker)
        self._store, self._home = staged.store, staged.home
        self.settle()

    def _copy(self, target: Path | None) -> Store:
        if target is None:
            copy = Store()
            copy.bulk_extend(self._store)
            return copy
        self._store.backup(target)
        return Store(target)

    @contextmanager
    def _generation(self, make: Callable[[Path | None], Store]) -> Iterator[Scratch]:
        with _storage_errors(self._folder):
            home = None if self._folder is None else _new_generation(self._folder)
            scratch = Scratch(make(home), home)
        try:
            yield scratch
        finally:
            scratch.close()
            if home is not None and home != self._home:
                shutil.rmtree(home, ignore_errors=True)


def as_stored(changeset: Changeset) -> Changeset:
    """Return the changeset with its literals in the forms that Oxigraph keeps.

    Oxigraph stores numbers, booleans and times by value: `"007"^^xsd:integer` comes back as `"7"`,
    and the two are one quad. The log must say what the engine holds, so it says so too.
    """
    lines = (*changeset.added_lines, *changeset.removed_lines)
    typed = b"".join(
        line for line in lines if (b'"^^<' in line and not _KEPT.search(line)) or b"<<(" in line
    )
    quads = set(pyoxigraph.parse(typed, format=RdfFormat.N_QUADS))
    if not quads or set(memory_scratch(quads).quads()) == quads:
        return changeset
    terms = list({quad.object for quad in quads})
    numbered = (Quad(NamedNode(f"urn:{n}"), _TERM_FUNCTION, term) for n, term in enumerate(terms))
    forms = {
        terms[int(str(quad.subject)[5:-1])]: quad.object
        for quad in memory_scratch(numbered).quads()
    }

    def stored(quad: Quad) -> Quad:
        form = forms.get(quad.object, quad.object)
        return Quad(quad.subject, quad.predicate, form, quad.graph_name)

    added, removed = map(stored, changeset.added), map(stored, changeset.removed)
    return Changeset(frozenset(added), frozenset(removed))


def memory_scratch(quads: Iterable[Quad]) -> Scratch:
    """Return a scratch dataset in memory that holds these quads."""
    store = Store()
    store.bulk_extend(quads)
    return Scratch(store)


def prepare(store: Store, home: Path) -> Marker | None:
    """Make a copy of the dataset ready for readers, and return the commit that it holds.

    The head marker goes. Graphs that are said to exist while they are empty come into being, and
    the quads that say so (`<g> rdf:type sd:Graph` in the graph `GRAPH_EMPTY`) go; a file beside
    the database keeps them for `unprepare`.
    """
    marker = _marker(store.quads_for_pattern(HEAD_GRAPH, None, None, HEAD_GRAPH))
    store.remove_graph(HEAD_GRAPH)
    records = list(store.quads_for_pattern(None, None, None, _EMPTY_GRAPHS))
    for quad in records:
        if isinstance(quad.subject, NamedNode) and quad.object == _GRAPH_CLASS:
            store.add_graph(quad.subject)
    if records:
        _records(home).write_bytes(b"".join(quad_lines(records)))
    store.remove_graph(_EMPTY_GRAPHS)
    return marker


def unprepare(store: Store, home: Path) -> None:
    """Undo `prepare` in a copy of a prepared database, the marker excepted.

    Args:
        store: the copy.
        home: the folder of the database that it is a copy of.
    """
    for name in list(store.named_graphs()):
        if next(iter(store.quads_for_pattern(None, None, None, name)), None) is None:
            store.remove_graph(name)
    records = _records(home)
    if records.exists():
        store.extend(pyoxigraph.parse(records.read_bytes(), format=RdfFormat.N_QUADS))


def apply_changes(store: Store, changeset: Changeset) -> None:
    """Apply a changeset to a store that nobody else reads, in the way that suits its size."""
    if len(changeset) < BULK_QUADS:
        _change(store, changeset, None)
        return
    for quad in changeset.removed:
        store.remove(quad)
    remove_empty_graphs(store, {quad.graph_name for quad in changeset.removed})
    bulk_add_lines(store, b"".join(changeset.added_lines))


def _records(home: Path) -> Path:
    return home.with_suffix(".empty.nq")


def _marker(quads: Iterable[Quad]) -> Marker | None:
    found = {quad.predicate: quad.object for quad in quads if isinstance(quad.object, Literal)}
    if COMMIT_NUMBER not in found or COMMIT_ID not in found:
        return None
    return Marker(int(found[COMMIT_NUMBER].value), found[COMMIT_ID].value)


def _empty(target: Path | None) -> Store:
    return Store() if target is None else Store(target)


def _substitutions(bindings: Mapping[str, Term]) -> dict[Variable, Term] | None:
    return {Variable(name): term for name, term in bindings.items()} or None


def _size(store: Store, graph: GraphName) -> int:
    return sum(1 for _ in store.quads_for_pattern(None, None, None, graph))


# ---- generations on disk


def _new_generation(folder: Path) -> Path:
    path = Path(tempfile.mkdtemp(prefix="g-", dir=folder))
    path.rmdir()  # Oxigraph's backup wants to make the folder itself
    return path


def _current(folder: Path) -> Path | None:
    pointer = folder / _POINTER
    if not pointer.is_file():
        return None
    current = folder / pointer.read_text(encoding="ascii").strip()
    return current if current.is_dir() else None


def _point(folder: Path, generation: Path) -> None:
    pointer = folder / f"{_POINTER}.tmp"
    with pointer.open("w", encoding="ascii") as file:
        file.write(generation.name)
        file.flush()
        os.fsync(file.fileno())
    pointer.rename(folder / _POINTER)
    sync_folder(folder)


def _remove_generations(folder: Path, keep: Path | None) -> None:
    for item in folder.glob("g-*"):
        if item != keep:
            shutil.rmtree(item, ignore_errors=True)


@contextmanager
def _storage_errors(folder: Path | None) -> Iterator[None]:
    try:
        yield
    except (OSError, RuntimeError) as error:
        if not isinstance(error, OSError) and not is_corruption(error):
            raise
        where = "in memory" if folder is None else f"in {folder}"
        raise StorageUnavailable(
            f"the engine {where} cannot be used: {error} (`dure rebuild` makes it again "
            "from the log)"
        ) from error


# ---- changes


def _change(store: Store, changeset: Changeset, marker: Marker | None) -> None:
    """Apply a changeset, and set the marker when given, in one transaction."""
    terms: dict[str, Term | GraphName] = {}
    emptied = _emptied_graphs(store, changeset)
    operations = [
        *_operations("DELETE", changeset.removed, terms),
        *(f"DROP SILENT GRAPH {name}" for name in emptied if isinstance(name, NamedNode)),
        *_operations("INSERT", changeset.added, terms),
    ]
    if marker is not None:
        operations.append(f"DELETE WHERE {{ GRAPH {HEAD_GRAPH} {{ ?s ?p ?o }} }}")
        operations += _operations("INSERT", marker.quads(), terms)
    if operations:
        store.update(
            " ;\n".join(operations),
            custom_functions={_TERM_FUNCTION: lambda key: terms[key.value]},  # type: ignore
        )
    for name in emptied:
        if isinstance(name, BlankNode):
            store.remove_graph(name)  # only its name is left, which no update can say


def _operations(
    verb: str, quads: Iterable[Quad], terms: dict[str, Term | GraphName]
) -> Iterator[str]:
    plain: dict[GraphName, list[str]] = {}
    special: list[Quad] = []
    for quad in quads:
        if _holds_blank_node(quad):
            special.append(quad)
        else:
            line = f"{quad.subject} {quad.predicate} {written(quad.object)} ."
            plain.setdefault(quad.graph_name, []).append(line)
    if plain:
        yield f"{verb} DATA {{\n{_blocks(plain)}\n}}"
    remaining = iter(special)
    while batch := list(islice(remaining, _TERMS_PER_OPERATION // 3)):
        yield _blank_node_operation(verb, batch, terms)


def _blank_node_operation(verb: str, quads: list[Quad], terms: dict[str, Term | GraphName]) -> str:
    """Write quads with blank nodes, which have no notation of their own in SPARQL Update.

    Each becomes a variable, bound by a function that looks the term up by its key.
    """
    names: dict[Term | GraphName, str] = {}

    def named(term: Term | GraphName) -> str:
        if isinstance(term, DefaultGraph) or not holds_blank_node(term):
            return written(term)
        if term not in names:
            names[term] = f"?b{len(terms)}"
            terms[str(len(terms))] = term
        return names[term]

    blocks: dict[str, list[str]] = {}
    for quad in quads:
        line = f"{named(quad.subject)} {quad.predicate} {named(quad.object)} ."
        default = isinstance(quad.graph_name, DefaultGraph)
        blocks.setdefault("" if default else named(quad.graph_name), []).append(line)
    body = "\n".join(
        f"GRAPH {graph} {{ {' '.join(lines)} }}" if graph else " ".join(lines)
        for graph, lines in blocks.items()
    )
    binds = " ".join(f'BIND({_TERM_FUNCTION}("{name[2:]}") AS {name})' for name in names.values())
    return f"{verb} {{ {body} }} WHERE {{ {binds} }}"


def _blocks(lines_by_graph: Mapping[GraphName, list[str]]) -> str:
    return "\n".join(
        "\n".join(lines)
        if isinstance(graph, DefaultGraph)
        else f"GRAPH {graph} {{\n" + "\n".join(lines) + "\n}"
        for graph, lines in lines_by_graph.items()
    )


def _holds_blank_node(quad: Quad) -> bool:
    return (
        holds_blank_node(quad.subject)
        or holds_blank_node(quad.object)
        or holds_blank_node(quad.graph_name)
    )


def _emptied_graphs(store: Store, changeset: Changeset) -> list[NamedNode | BlankNode]:
    """Return the named graphs that lose their last quad: Oxigraph would keep their names."""
    kept = {quad.graph_name for quad in changeset.added}
    touched = {quad.graph_name for quad in changeset.removed} - kept
    return [
        name
        for name in touched
        if not isinstance(name, DefaultGraph)
        and all(
            quad in changeset.removed for quad in store.quads_for_pattern(None, None, None, name)
        )
    ]


def remove_empty_graphs(store: Store, graphs: Iterable[GraphName]) -> None:
    """Let the store forget the names of those graphs that have no quads."""
    for name in graphs:
        if isinstance(name, DefaultGraph):
            continue
        if next(iter(store.quads_for_pattern(None, None, None, name)), None) is None:
            store.remove_graph(name)


def bulk_add_lines(store: Store, document: bytes) -> None:
    """Add quads to a store that nobody else reads, in the way for many.

    Args:
        store: the store.
        document: the quads as N-Quads lines.
    """
    if document.startswith(b"_:") or _BLANK_NODE.search(document):
        # The bulk loader would give the blank nodes new labels.
        store.bulk_extend(pyoxigraph.parse(document, format=RdfFormat.N_QUADS, lenient=True))
    else:
        store.bulk_load(document, format=RdfFormat.N_QUADS, lenient=True)
