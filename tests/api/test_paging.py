from __future__ import annotations

from dataclasses import dataclass

import pytest

from api.errors import BadParameter
from api.paging import Key, decode, encode, page_of


@dataclass(frozen=True)
class Thing:
    name: str

    @property
    def key(self) -> Key:
        return (self.name,)


def things(text: str) -> list[Thing]:
    return [Thing(letter) for letter in text]


def test_every_item_comes_once_while_others_are_inserted() -> None:
    first, cursor = page_of(things("bdf"), None, 2)
    assert [x.name for x in first] == ["b", "d"]
    rest, last = page_of(things("abcdefg"), cursor, 10)
    assert [x.name for x in rest] == ["e", "f", "g"]
    assert last is None


def test_a_page_that_ends_the_list_has_no_next() -> None:
    assert page_of(things("ab"), None, 2)[1] is None
    assert page_of([], None, 2) == ([], None)


@pytest.mark.parametrize(
    "cursor", ["", "%%%", "e30", "W10x", "bnVsbA", "WzEuNV0", "WyJhIiwgdHJ1ZV0", "é"]
)
def test_nonsense_is_no_cursor(cursor: str) -> None:
    with pytest.raises(BadParameter):
        decode(cursor)


@pytest.mark.parametrize("key", [(1,), (), ("2019-01-01", "forum"), ("a", 1)])
def test_a_cursor_of_another_list(key: Key) -> None:
    with pytest.raises(BadParameter):
        page_of(things("ab"), encode(key), 2)
