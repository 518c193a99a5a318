"""Random RDF for the property tests: few names, so that quads meet, and nasty literals."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from graphstore.changeset import Changeset
from graphstore.log import CommitMeta

META = CommitMeta("ana", "a change", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))


def iri(name: str) -> NamedNode:
    return NamedNode(f"http://example.org/{name}")


def quad(s: str, p: str, o: str, g: str | None = None) -> Quad:
    return Quad(iri(s), iri(p), iri(o), iri(g) if g else DefaultGraph())


def adding(*quads: Quad) -> Changeset:
    return Changeset(added=frozenset(quads))


def removing(*quads: Quad) -> Changeset:
    return Changeset(removed=frozenset(quads))


XSD_INTEGER = NamedNode("http://www.w3.org/2001/XMLSchema#integer")

# Lone surrogates are no characters: no RDF document can hold them.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ['say "yes"', "back\\slash \\u0041 \\n", "line\nfeed\r\ttab", "각\u00a0\u2028😀", "A .\nD x"]
)
names = st.sampled_from([iri("a"), iri("b"), iri("c%20d"), NamedNode("http://example.org/é#x")])
blank_nodes = st.sampled_from([BlankNode("x"), BlankNode("y1"), BlankNode("z.9")])
literals = st.one_of(
    texts.map(Literal),
    st.builds(Literal, texts, language=st.sampled_from(["en", "ko-Latn"])),
    st.builds(Literal, texts, datatype=st.just(iri("type"))),
    st.sampled_from([Literal("007", datatype=XSD_INTEGER), Literal("7", datatype=XSD_INTEGER)]),
    st.sampled_from([Literal(1), Literal(1.5), Literal(True), Literal("01", datatype=iri("n"))]),
)
triples = st.builds(Triple, names | blank_nodes, names, names | literals | blank_nodes)
plain_quads = st.builds(Quad, names, names, names | literals, names | st.just(DefaultGraph()))
quads = st.builds(
    Quad,
    names | blank_nodes,
    names,
    names | literals | blank_nodes | triples,
    names | blank_nodes | st.just(DefaultGraph()),
)
changesets = st.builds(
    Changeset, st.frozensets(quads, max_size=12), st.frozensets(quads, max_size=12)
)
