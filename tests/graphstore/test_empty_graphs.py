from __future__ import annotations

from graphstore.changeset import Changeset
from graphstore.dataset import Dataset
from graphstore.empty_graphs import empty_graph_quad, with_records
from tests.graphstore.strategies import META, adding, iri, quad, removing

RECORD = empty_graph_quad(iri("e"))


def test_the_first_quad_of_an_empty_graph_takes_its_record_away() -> None:
    with Dataset.open(None) as dataset:
        dataset.commit(adding(RECORD, quad("a", "p", "b", "g")), META, shapes=None)
        filling = adding(quad("a", "p", "c", "e"))
        assert with_records(filling, dataset) == Changeset(filling.added, frozenset({RECORD}))
        for other in (
            adding(quad("a", "p", "c")),
            adding(quad("a", "p", "c", "g")),
            adding(RECORD),
        ):
            assert with_records(other, dataset) is other
        commit = dataset.commit(filling, META, shapes=None)
        assert commit.changeset().removed == {RECORD}
        dataset.commit(removing(*filling.added), META, shapes=None)
        assert not dataset.contains(RECORD)
