from __future__ import annotations

import pytest

from api.names import EXACT, NEAR, NameIndex, key_of, parts_of

NAMES = [
    ("urn:seoul", "Seoul"),
    ("urn:seoul", "서울특별시"),
    ("urn:seongbuk", "Seongbuk-gu"),
    ("urn:seongbuk", "성북구"),
    ("urn:kim", "KIM Jung-Youl"),
    ("urn:kim", "Joungyoul Kim"),
    ("urn:chantier", "Chantier de l'économie sociale"),
    ("urn:gsef", "Global Social Economy Forum"),
]


@pytest.fixture(scope="module")
def index() -> NameIndex:
    return NameIndex(NAMES)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("seoul", "urn:seoul"),
        ("SEOUL", "urn:seoul"),
        ("서울특별시", "urn:seoul"),
        ("서울 특별시", "urn:seoul"),
        ("Seongbuk gu", "urn:seongbuk"),
        ("seongbukgu", "urn:seongbuk"),
        ("Kim Jung Youl", "urn:kim"),
        ("Jung-Youl Kim", "urn:kim"),
        ("Kim Joungyoul", "urn:kim"),
        ("Chantier de l’Economie Sociale", "urn:chantier"),
        ("economy social", "urn:gsef"),
        ("social economy", "urn:gsef"),
        ("Sungbuk-gu", "urn:seongbuk"),
    ],
)
def test_every_variant_is_found_first(index: NameIndex, query: str, expected: str) -> None:
    assert index.search(query)[0].iri == expected


def test_exact_beats_part_and_near_is_last(index: NameIndex) -> None:
    assert index.search("Seoul")[0].score == EXACT
    assert 0 < index.search("Sungbuk-gu")[0].score <= NEAR
    assert index.search("Sungbuk-gu", near=False) == []


@pytest.mark.parametrize("query", ["", "   ", "-", "!!!", "\x00", "́", "zzzzzzzzzz"])
def test_nonsense_finds_nothing(index: NameIndex, query: str) -> None:
    assert index.search(query) == []


def test_part_of_a_syllable_is_no_match(index: NameIndex) -> None:
    # 서 (seo) is no beginning of 성 (seong), although their decompositions share two letters.
    assert [match.iri for match in index.search("서", near=False)] == ["urn:seoul"]


def test_each_thing_comes_once(index: NameIndex) -> None:
    found = [match.iri for match in index.search("kim")]
    assert found == ["urn:kim"]


def test_keys() -> None:
    assert key_of("Seongbuk-gu") == key_of("SEONGBUK GU") == "seongbukgu"
    assert parts_of("Mr. KIM Jung-Youl") == ["mr", "kim", "jungyoul"]
