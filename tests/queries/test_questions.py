"""Every question of the catalogue: its header, its query, and what it answers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from graphstore.dataset import Dataset
from queries.catalog import Catalog, Question
from tests.queries.expectations import Expectation, Names

HERE = Path(__file__).parent
ANSWERS = sorted((HERE / "answers").glob("*.yaml"))
QUESTIONS = Catalog.load().questions
NAMED = """
    co-organisers events programme participants roles-held members memberships declarations
    policies policy-line legal-bases funding statistics disagreements statements venues
    ties-between evidence names source-contribution planned-events several-offices seated-in
    corroborated partial-dates
""".split()

each_question = pytest.mark.parametrize("question", QUESTIONS, ids=lambda item: item.name)


def test_the_catalogue_has_the_questions_that_were_asked_for() -> None:
    assert set(NAMED) <= {question.name for question in QUESTIONS}
    assert len(QUESTIONS) >= 28


def test_every_question_has_an_answer_worked_out_by_hand() -> None:
    files = [*ANSWERS, *(HERE / "competency").glob("*.yaml")]
    asked = {yaml.safe_load(path.read_text(encoding="utf-8")).get("asks") for path in files}

    assert {question.name for question in QUESTIONS} <= asked


@pytest.mark.parametrize("path", ANSWERS, ids=lambda path: path.stem)
def test_answer(path: Path, bundled: Dataset, catalog: Catalog, names: Names) -> None:
    expectation = Expectation.read(path)

    found = expectation.answer(bundled, catalog)

    complaints = expectation.complaints(found, names)
    assert not complaints, f"{expectation.content['question']}\n" + "\n".join(complaints)


@each_question
def test_header_is_complete_in_both_languages(question: Question) -> None:
    texts = [question.title, question.summary, question.description]
    texts += [parameter.title for parameter in question.parameters]
    texts += [column.title for column in question.columns]

    assert question.tags
    assert all(text["en"] and re.search(r"[가-힣]|IRI|SHA", text["ko"]) for text in texts)


@each_question
def test_query_projects_the_columns_and_then_the_parameters(
    question: Question, bundled: Dataset, catalog: Catalog
) -> None:
    variables = catalog.run(bundled, question.name, question.examples()).variables

    columns = tuple(column.name for column in question.columns)
    parameters = {name for item in question.parameters for name in item.variables()}
    assert variables[: len(columns)] == columns
    assert set(variables) == set(columns) | parameters
    assert len(set(variables)) == len(variables)


@each_question
def test_labels_stand_beside_iris(question: Question) -> None:
    columns = [column.name for column in question.columns]
    alone = {"passage", "otherPassage", "assertion"}  # these have no name of their own

    for column in question.columns:
        if column.title["en"].endswith("(IRI)") and column.name not in alone:
            beside = columns[columns.index(column.name) + 1 :][:1]
            labels = {f"{column.name}Label", f"{column.name}Title"}
            assert set(beside) & labels or column.name in IDENTIFIERS, column.name


# Columns that tell n-ary nodes apart for programs; the columns after them say what they are.
IDENTIFIERS = {"membership", "observation", "commitment", "statement", "entity"}


@each_question
def test_query_is_ordered_and_bounded(question: Question) -> None:
    tail = question.text.rsplit("ORDER BY", 1)

    assert len(tail) == 2, "no ORDER BY"
    assert re.search(rf"\nLIMIT {question.limit}\n\Z", tail[1])


@each_question
def test_query_avoids_what_the_engine_is_slow_or_wrong_at(question: Question) -> None:
    # BOUND() of a parameter is folded away before it is substituted; date + duration depends on
    # the names of the variables (Oxigraph 0.5.13).
    for parameter in question.parameters:
        for name in parameter.variables():
            assert f"BOUND(?{name})" not in question.text
    assert not re.search(r"\+\s*\"P", question.text)


@each_question
def test_examples_have_an_answer(question: Question, bundled: Dataset, catalog: Catalog) -> None:
    assert list(catalog.run(bundled, question.name, question.examples()))


@each_question
def test_required_parameters_are_enough(
    question: Question, bundled: Dataset, catalog: Catalog
) -> None:
    required = {item.name for item in question.parameters if item.required}
    params = {name: text for name, text in question.examples().items() if name in required}

    assert list(catalog.run(bundled, question.name, params))


@each_question
def test_answer_is_the_same_twice(question: Question, bundled: Dataset, catalog: Catalog) -> None:
    params = question.examples()

    first = list(catalog.run(bundled, question.name, params))

    assert list(catalog.run(bundled, question.name, params)) == first


@each_question
def test_answers_carry_sources(question: Question, bundled: Dataset, catalog: Catalog) -> None:
    evidence = {"source", "passage", "otherPassage"} & {item.name for item in question.columns}
    assert evidence

    for row in catalog.run(bundled, question.name, question.examples()):
        editorial = getattr(row.get("support"), "value", None) == "editorial"
        assert editorial or any(row[name] is not None for name in evidence), row
