"""What belongs to a description: the facts about a thing, and their evidence.

A description is the triples with the thing as subject or object and, where these lead to an n-ary
node, the node's triples too (a
[concise bounded description](https://www.w3.org/submissions/CBD/) with n-ary nodes in the place
of blank ones).
"""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import BlankNode, NamedNode, Quad, Triple

from api import terms as t
from api.nodes import kind_of
from api.reader import Reader
from ontology.namespaces import ASSERTION, GRAPH_HEAD

_RECORDS = frozenset({t.HAS_SOURCE, t.DERIVED_FROM})


def described(reader: Reader, *things: NamedNode, incoming: bool = True) -> set[Quad]:
    """Return the default graph's quads that describe `things`.

    Args:
        reader: where to look.
        things: entities, nodes, concepts.
        incoming: also what points at them.
    """
    found: set[Quad] = set()
    waiting = list(things)
    seen = set(things)
    while waiting:
        subject = waiting.pop()
        quads = list(reader.dataset.quads(subject, None, None, t.DEFAULT))
        if incoming and subject in things:
            quads += (
                quad
                for quad in reader.dataset.quads(None, None, subject, t.DEFAULT)
                if quad.predicate not in _RECORDS
            )
        found.update(quads)
        for quad in quads:
            for end in (quad.subject, quad.object):
                if isinstance(end, NamedNode) and end not in seen and kind_of(reader, end):
                    seen.add(end)
                    waiting.append(end)
    return found


def quads_with_evidence(reader: Reader, triples: Iterable[Triple]) -> set[Quad]:
    """Return triples in every graph that holds them, and the records of their assertions."""
    found: set[Quad] = set()
    for triple in triples:
        if isinstance(triple.subject, NamedNode | BlankNode):
            found.update(reader.dataset.quads(triple.subject, triple.predicate, triple.object))
    found = {quad for quad in found if getattr(quad.graph_name, "value", "") != GRAPH_HEAD}
    assertions = {
        quad.graph_name
        for quad in found
        if isinstance(quad.graph_name, NamedNode) and quad.graph_name.value.startswith(ASSERTION)
    }
    for assertion in assertions:
        found |= record_of(reader, assertion)
    return found


def record_of(reader: Reader, assertion: NamedNode) -> set[Quad]:
    """Return the record of an assertion with its passages and their snapshots."""
    record = set(reader.dataset.quads(assertion, None, None, t.DEFAULT))
    for quad in list(record):
        if quad.predicate != t.DERIVED_FROM or not isinstance(quad.object, NamedNode):
            continue
        passage = set(reader.dataset.quads(quad.object, None, None, t.DEFAULT))
        record |= passage
        for part in passage:
            if part.predicate == t.HAS_SOURCE and isinstance(part.object, NamedNode):
                record.update(reader.dataset.quads(part.object, None, None, t.DEFAULT))
    return record


def document_assertions(reader: Reader, snapshot: NamedNode) -> list[tuple[int, int, NamedNode]]:
    """Return the assertions that rest on a document with their first passage, in text order."""
    first: dict[NamedNode, tuple[int, int]] = {}
    for passage in reader.subjects(t.HAS_SOURCE, snapshot):
        start, end = (_offset(reader, passage, x) for x in (t.START, t.END))
        for assertion in reader.subjects(t.DERIVED_FROM, passage):
            if assertion.value.startswith(ASSERTION):
                first[assertion] = min(first.get(assertion, (start, end)), (start, end))
    ordered = sorted((place, iri.value) for iri, place in first.items())
    return [(start, end, NamedNode(iri)) for (start, end), iri in ordered]


def document_quads(reader: Reader, snapshot: NamedNode) -> set[Quad]:
    """Return a document's record and those of the assertions that rest on it."""
    found = set(reader.dataset.quads(snapshot, None, None, t.DEFAULT))
    for _, _, assertion in document_assertions(reader, snapshot):
        found |= record_of(reader, assertion)
        found.update(reader.dataset.quads(graph=assertion))
    return found


def _offset(reader: Reader, passage: NamedNode, predicate: NamedNode) -> int:
    value = reader.object(passage, predicate)
    text = getattr(value, "value", "0")
    return int(text) if text.isdigit() else 0
