"""The 55 competency questions of the model, each with the answer that the documents give."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphstore.dataset import Dataset
from queries.catalog import Catalog
from tests.queries.expectations import Expectation, Names

FOLDER = Path(__file__).parent / "competency"
NUMBERS = [f"{number:02}" for number in range(1, 56)]


def test_all_competency_questions_are_here() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.yaml")) == NUMBERS


@pytest.mark.parametrize("number", NUMBERS)
def test_competency_question(number: str, bundled: Dataset, catalog: Catalog, names: Names) -> None:
    expectation = Expectation.read(FOLDER / f"{number}.yaml")

    found = expectation.answer(bundled, catalog)

    complaints = expectation.complaints(found, names)
    assert not complaints, f"{expectation.content['question']}\n" + "\n".join(complaints)
