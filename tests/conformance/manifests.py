"""The tests that the W3C manifests list, as plain values.

The vocabulary is that of the [manifests' README](https://www.w3.org/2009/sparql/docs/tests/):
`mf:` for tests, `qt:` for queries, `ut:` for updates, `ht:` for HTTP requests. Files are named by
their address on the web, because queries and data resolve relative IRIs against it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Store

from tests.conformance.obtain import folder

WEB: Final = "https://w3c.github.io/rdf-tests/"
MF: Final = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
QT: Final = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
UT: Final = "http://www.w3.org/2009/sparql/tests/test-update#"
HT: Final = "http://www.w3.org/2011/http#"
CNT: Final = "http://www.w3.org/2011/content#"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"

Node = NamedNode | BlankNode


@dataclass(frozen=True)
class File:
    """A file of the suites: where it lies and what it is called on the web."""

    path: Path
    iri: str

    @property
    def text(self) -> str:
        """The file's characters, line ends as they are."""
        return self.path.read_bytes().decode("utf-8")


@dataclass(frozen=True)
class Graphs:
    """The state of a graph store: files of the default graph, and one file for each name."""

    default: tuple[File, ...] = ()
    named: Mapping[str, File] = field(default_factory=dict)


@dataclass(frozen=True)
class Expected:
    """What an `ht:Response` asks for; None and empty: nothing is said about it."""

    statuses: frozenset[str]
    boolean: bool | None
    format: str | None
    location: str | None
    headers: tuple[tuple[str, str], ...]
    body: str | None


@dataclass(frozen=True)
class Request:
    """An `ht:Request` and the response it must get; the body is already encoded."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None
    expected: Expected


@dataclass(frozen=True)
class Case:
    """One test.

    `kind` is the local name of its class in the manifest (`QueryEvaluationTest`); `action` is
    the query or update; `before`/`after` are graph stores; `result` is an answer to compare with,
    in which `lax` leaves open how often a solution occurs.
    """

    suite: str
    name: str
    kind: str
    title: str
    action: File | None = None
    before: Graphs = Graphs()
    after: Graphs = Graphs()
    result: File | None = None
    requests: tuple[Request, ...] = ()
    lax: bool = False

    @property
    def id(self) -> str:
        """The suite and the name within it, the same in every run."""
        return f"{self.suite}/{self.name}"


@cache
def cases(manifest: str) -> tuple[Case, ...]:
    """Return the tests of a manifest, such as `sparql11/manifest-sparql11-query.ttl`, in its order.

    Without the suites there are none.
    """
    root = folder()
    return () if root is None else tuple(_read(File(root / "sparql" / manifest, _web(manifest))))


def _web(manifest: str) -> str:
    return f"{WEB}sparql/{manifest}"


def _read(manifest: File) -> Iterator[Case]:
    graph = _Manifest(manifest)
    for included in graph.listed(f"{MF}include"):
        yield from _read(graph.file(included))
    for entry in graph.listed(f"{MF}entries"):
        yield graph.case(entry)


class _Manifest:
    """The triples of one manifest, read by property."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._store = Store()
        self._store.load(path=file.path, format=RdfFormat.TURTLE, base_iri=file.iri)

    def all(self, subject: Node, predicate: str) -> list[Node | Literal]:
        quads = self._store.quads_for_pattern(subject, NamedNode(predicate), None)
        found = [quad.object for quad in quads]
        return [node for node in found if isinstance(node, NamedNode | BlankNode | Literal)]

    def one(self, subject: Node, predicate: str) -> Node | Literal | None:
        return next(iter(self.all(subject, predicate)), None)

    def node(self, subject: Node, predicate: str) -> Node | None:
        found = self.one(subject, predicate)
        return None if isinstance(found, Literal) else found

    def text(self, subject: Node, predicate: str) -> str | None:
        found = self.one(subject, predicate)
        return found.value if isinstance(found, Literal) else None

    def listed(self, predicate: str) -> Iterator[Node]:
        """Yield the items of the manifest's own list; some manifests go by another address."""
        for quad in self._store.quads_for_pattern(None, NamedNode(predicate), None):
            assert isinstance(quad.subject, NamedNode | BlankNode)
            yield from self.items(quad.subject, predicate)

    def items(self, subject: Node, predicate: str) -> Iterator[Node]:
        cell = self.node(subject, predicate)
        while cell is not None and cell != NamedNode(f"{RDF}nil"):
            item = self.node(cell, f"{RDF}first")
            assert item is not None
            yield item
            cell = self.node(cell, f"{RDF}rest")

    def file(self, node: Node | Literal) -> File:
        assert node.value.startswith(WEB), node
        root = folder()
        assert root is not None
        return File(root / node.value.removeprefix(WEB), node.value)

    def optional_file(self, subject: Node, predicate: str) -> File | None:
        node = self.node(subject, predicate)
        return self.file(node) if isinstance(node, NamedNode) else None

    def case(self, entry: Node) -> Case:
        types = [node.value for node in self.all(entry, f"{RDF}type")]
        kind = next(iri.removeprefix(MF) for iri in types if iri.startswith(MF))
        case = Case(
            suite=self._file.path.parent.name,
            name=entry.value.partition("#")[2],
            kind=kind,
            title=self.text(entry, f"{MF}name") or "",
            lax=self.one(entry, f"{MF}resultCardinality") == NamedNode(f"{MF}LaxCardinality"),
        )
        action = self.node(entry, f"{MF}action")
        if action is None:
            return case
        if isinstance(action, NamedNode):
            return replace(case, action=self.file(action))
        if kind == "UpdateEvaluationTest":
            return self._with_update(case, action, self.node(entry, f"{MF}result"))
        if self.node(action, f"{HT}requests") is not None:
            requests = tuple(self._request(item) for item in self.items(action, f"{HT}requests"))
            return replace(case, before=self._graphs(entry, UT), requests=requests)
        return replace(
            case,
            action=self.optional_file(action, f"{QT}query"),
            before=self._graphs(action, QT),
            result=self.optional_file(entry, f"{MF}result"),
        )

    def _with_update(self, case: Case, action: Node, result: Node | None) -> Case:
        return replace(
            case,
            action=self.optional_file(action, f"{UT}request"),
            before=self._graphs(action, UT),
            after=Graphs() if result is None else self._graphs(result, UT),
        )

    def _graphs(self, subject: Node, vocabulary: str) -> Graphs:
        named = {}
        for node in self.all(subject, f"{vocabulary}graphData"):
            if isinstance(node, BlankNode):
                content = self.node(node, f"{UT}graph") or self.node(node, f"{UT}data")
                name = self.text(node, f"{RDFS}label")
                assert content is not None
                assert name is not None
                named[name] = self.file(content)
            else:
                named[node.value] = self.file(node)
        default = tuple(self.file(node) for node in self.all(subject, f"{vocabulary}data"))
        return Graphs(default, named)

    def _request(self, node: Node) -> Request:
        response = self.node(node, f"{HT}resp")
        assert response is not None
        boolean = self.text(response, f"{MF}expectedBoolean")
        statuses = self.all(response, f"{MF}expectedStatus")
        body = self._body(node)
        return Request(
            method=self.text(node, f"{HT}methodName") or "",
            target=self.text(node, f"{HT}absolutePath") or "",
            headers=self._headers(node),
            body=None if body is None else body[0].encode(body[1]),
            expected=Expected(
                statuses=frozenset(status.value.partition("#")[2] for status in statuses),
                boolean=None if boolean is None else boolean == "true",
                format=self.text(response, f"{MF}expectedFormat"),
                location=self.text(response, f"{MF}expectedLocation"),
                headers=self._headers(response),
                body=None if (content := self._body(response)) is None else content[0],
            ),
        )

    def _headers(self, node: Node) -> tuple[tuple[str, str], ...]:
        return tuple(
            (self.text(item, f"{HT}fieldName") or "", self.text(item, f"{HT}fieldValue") or "")
            for item in self.items(node, f"{HT}headers")
        )

    def _body(self, node: Node) -> tuple[str, str] | None:
        body = self.node(node, f"{HT}body")
        if body is None:
            return None
        text = self.text(body, f"{CNT}chars") or ""
        return text, self.text(body, f"{CNT}characterEncoding") or "UTF-8"
