"""The first load: six commits through the gate, with their reports; and what a source adds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from curation.assertions import DERIVED_FROM, HAS_SOURCE, INVALIDATED_AT
from curation.bundled import bundled_files, load_bundled
from curation.gate import Submission, submit
from curation.integrity import verify
from graphstore.dataset import Dataset
from graphstore.report import ValidationReport
from graphstore.validation import Shapes
from ontology.namespaces import DCT, PROV, SKOS, XSD
from tests.curation.test_projection import meta

DEFAULT = DefaultGraph()
DRAFT_PROGRAMME = NamedNode("https://w3id.org/dure/doc/3aaf07f0f8469218")


@pytest.fixture(scope="module")
def checked() -> Iterator[Dataset]:
    with Dataset.open(None) as dataset:
        load_bundled(dataset, shapes=Shapes.load())
        yield dataset


@pytest.mark.xdist_group("checked")
def test_each_document_is_a_commit_whose_warnings_stay_with_it(checked: Dataset) -> None:
    commits = list(checked.log)
    assert [commit.meta.source for commit in commits] == ["vocabulary", *bundled_files()]
    reports = [ValidationReport.from_json(commit.meta.report or "") for commit in commits]
    assert all(report.conforms for report in reports)
    # The dialogue suggested for 2019 has neither place nor organised edition in the document.
    warnings = {(r.code, str(r.focus_node)) for r in reports[3].results if r.severity == "Warning"}
    assert any(code == "E04" and "apd-2019" in node for code, node in warnings)


@pytest.mark.xdist_group("checked")
def test_the_loaded_graph_is_what_the_log_says(checked: Dataset) -> None:
    assert verify(checked) == []


def test_a_load_that_was_stopped_goes_on_where_it_stopped() -> None:
    class Stopped(Exception):
        pass

    def stop(name: str, number: int, total: int) -> None:
        if number == 4:
            raise Stopped(name, total)

    with Dataset.open(None) as dataset:
        with pytest.raises(Stopped):
            load_bundled(dataset, shapes=None, progress=stop)
        assert dataset.head is not None
        assert dataset.head.number == 3
        assert [commit.number for commit in load_bundled(dataset, shapes=None)] == [4, 5, 6]
        assert load_bundled(dataset, shapes=None) == []


def test_two_loads_give_the_same_graph_to_the_byte() -> None:
    dumps = []
    for _ in range(2):
        with Dataset.open(None) as dataset:
            load_bundled(dataset, shapes=None)
            dumps.append(b"".join(dataset.export("nquads")))
    assert dumps[0] == dumps[1]


def test_withdrawing_a_document_takes_what_it_alone_says() -> None:
    """ONTOLOGY §2.5: the co-chairs stay (document 004 says so too), a spelling of 002 goes."""
    with Dataset.open(None) as dataset:
        load_bundled(dataset, shapes=None)
        when = Literal("2026-11-22T12:00:00Z", datatype=NamedNode(f"{XSD}dateTime"))
        passages = {q.subject for q in dataset.quads(None, HAS_SOURCE, DRAFT_PROGRAMME, DEFAULT)}
        withdrawn = {
            quad.subject
            for quad in dataset.quads(None, DERIVED_FROM, None, DEFAULT)
            if quad.object in passages and "/assertion/" in str(quad.subject)
        }
        assert len(withdrawn) > 500
        gone = [Quad(node, INVALIDATED_AT, when, DEFAULT) for node in withdrawn]
        submit(dataset, Submission(meta(), gone), shapes=None)
        assert verify(dataset) == []

        def names(text: str) -> bool:
            alternative = NamedNode(f"{SKOS}altLabel")
            return any(
                isinstance(quad.object, Literal) and quad.object.value == text
                for quad in dataset.quads(None, alternative, None, DEFAULT)
            )

        assert not names("KIM Jung-Youl")
        assert names("KIM Joung-Youl")
        co_chairs = dataset.select(
            "SELECT DISTINCT ?label { ?m <http://www.w3.org/ns/org#role> "
            "<https://w3id.org/dure/concept/role/co-chair> ; <http://www.w3.org/ns/org#member> ?a ."
            " ?a <http://www.w3.org/2000/01/rdf-schema#label> ?label }"
        )
        found = {row["label"].value for row in co_chairs if isinstance(row["label"], Literal)}
        assert found >= {"Seoul Metropolitan Government", "Seoul Social Economy Network"}


def test_every_document_has_a_title_and_a_submission(bundled: Dataset) -> None:
    title, used = NamedNode(f"{DCT}title"), NamedNode(f"{PROV}used")
    snapshots = {quad.object for quad in bundled.quads(None, used, None, DEFAULT)}
    assert len(snapshots) == 5
    for snapshot in snapshots:
        assert isinstance(snapshot, NamedNode)
        assert list(bundled.quads(snapshot, title, None, DEFAULT))
