from __future__ import annotations

import pytest

from graphstore.dataset import Dataset
from queries.names import NameIndex, normal_form


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Gangseo-gu", "Gangseogu"),
        ("Alizée Rousset", "alizee rousset"),
        ("C.I.T.I.E.S", "cities"),
        ("서울 특별시", "서울특별시"),
        ("ＧＳＥＦ", "gsef"),
        ("You&I Partners", "You & I partners"),
    ],
)
def test_writings_of_one_name_have_one_normal_form(one: str, other: str) -> None:
    assert normal_form(one) == normal_form(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jung-Youl", "Joung-Youl"),  # a romanisation is never guessed
        ("Seo-gu, Gwangju", "Seo-gu, Daejeon"),
        ("कि", "क"),  # a vowel sign is part of the word
    ],
)
def test_different_names_have_different_normal_forms(one: str, other: str) -> None:
    assert normal_form(one) != normal_form(other)


def labels_of(index: NameIndex, name: str) -> list[str]:
    return [node.value.rpartition("/")[2].rpartition("-")[0] for node in index.bearers(name)]


def test_one_thing_is_found_under_names_in_two_scripts(bundled: Dataset) -> None:
    index = NameIndex(bundled)

    assert labels_of(index, "kampala capital city authority") == ["kcca-gov"]
    assert labels_of(index, "캄팔라 수도청") == ["kcca-gov"]


def test_misspellings_find_what_they_misspell(bundled: Dataset) -> None:
    assert set(labels_of(NameIndex(bundled), "Samchuck-si")) == {"samcheok", "samcheok-gov"}


@pytest.mark.parametrize("name", ["", " ", "-", "no such name"])
def test_what_is_no_name_is_borne_by_nothing(name: str, bundled: Dataset) -> None:
    assert NameIndex(bundled).bearers(name) == []
