"""The figure of the model: only terms of the ontology, no boxes on one another."""

from __future__ import annotations

from itertools import combinations

from api.ontology_figure import HEIGHT, WIDTH, figure, terms
from ontology.namespaces import PREFIXES
from ontology.resources import ontology_turtle


def label(curie: str, language: str) -> str:
    return f"{curie} in {language}"


def test_every_term_of_the_figure_is_declared() -> None:
    turtle = ontology_turtle().decode()
    for curie in terms():
        assert curie.partition(":")[0] in PREFIXES
        assert f"\n{curie}\n    a owl:" in turtle, curie


def test_boxes_stand_apart_and_inside() -> None:
    drawn = figure(label)
    for one, other in combinations(drawn.boxes, 2):
        assert abs(one.x - other.x) > WIDTH or abs(one.y - other.y) > HEIGHT
    for box in drawn.boxes:
        assert 0 <= box.x <= drawn.width - WIDTH
        assert 0 <= box.y <= drawn.height - HEIGHT


def test_the_description_names_every_arrow() -> None:
    drawn = figure(label)
    assert drawn.description.count("→") == len(drawn.arrows)
    assert "org:Membership in en: org:member in en → foaf:Agent in en" in drawn.description
