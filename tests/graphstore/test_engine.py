from __future__ import annotations

from graphstore.embedded import EmbeddedEngine
from graphstore.engine import COMMIT_ID, COMMIT_NUMBER, HEAD_GRAPH, Engine, Marker


def test_a_marker_is_two_statements_in_the_head_graph() -> None:
    number, identifier = Marker(7, "ab" * 32).quads()
    assert HEAD_GRAPH.value == "https://w3id.org/dure/graph/head"
    assert (number.subject, number.predicate, number.graph_name) == (
        HEAD_GRAPH,
        COMMIT_NUMBER,
        HEAD_GRAPH,
    )
    assert str(number.object) == '"7"^^<http://www.w3.org/2001/XMLSchema#integer>'
    assert (identifier.predicate, str(identifier.object)) == (COMMIT_ID, f'"{"ab" * 32}"')


def test_the_embedded_engine_is_an_engine() -> None:
    engine: Engine = EmbeddedEngine.in_memory()
    assert engine.marker() is None
