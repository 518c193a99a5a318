"""The packaged files: every concept file holds one scheme and its concepts, and nothing else."""

from __future__ import annotations

import pytest
from rdflib import RDF, SKOS, Graph, URIRef

from ontology import resources
from ontology.namespaces import CONCEPT


def test_concept_files_come_in_order_of_name() -> None:
    names = list(resources.concept_files())
    assert names == sorted(names)
    assert "role" in names


@pytest.mark.parametrize(("name", "content"), resources.concept_files().items())
def test_a_concept_file_holds_one_scheme(name: str, content: bytes) -> None:
    concepts = Graph().parse(data=content, format="turtle")
    scheme = URIRef(f"{CONCEPT}{name}")
    assert set(concepts.subjects(RDF.type, SKOS.ConceptScheme)) == {scheme}
    for concept in concepts.subjects(RDF.type, SKOS.Concept):
        assert str(concept).startswith(f"{scheme}/")
        assert set(concepts.objects(concept, SKOS.inScheme)) == {scheme}


def test_shapes_and_ontology_are_turtle() -> None:
    for content in (
        resources.ontology_turtle(),
        resources.shapes_turtle(),
        resources.ontology_shapes_turtle(),
    ):
        assert len(Graph().parse(data=content, format="turtle")) > 0
