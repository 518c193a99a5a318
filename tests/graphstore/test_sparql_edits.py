from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphstore.sparql_edits import Edit, EditedText


def test_edits_insert_remove_replace_and_move() -> None:
    edited = EditedText("one two three four").apply(
        [
            Edit(0, 3, ("1",)),
            Edit(4, 4, ((14, 18), " ")),
            Edit(14, 18),
        ]
    )
    assert edited.text == "1 four two three "


def test_every_character_knows_where_it_stood() -> None:
    text = "one two three four"
    moved = EditedText(text).apply([Edit(4, 4, ((14, 18), " + ")), Edit(14, 18)])
    again = moved.apply([Edit(0, 4)])
    assert again.text == "four + two three "
    assert again.origin(again.text.index("four")) == 14
    assert again.origin(again.text.index("two")) == 4
    assert again.origin(again.text.index("three") + 2) == 10
    assert again.origin(again.text.index("+")) == 4  # new text: where it was put
    assert again.origin(len(again.text)) == 14


def test_edits_must_not_overlap() -> None:
    with pytest.raises(ValueError, match="overlap"):
        EditedText("abc").apply([Edit(0, 2), Edit(1, 3)])


@given(st.text("abc", min_size=1), st.lists(st.integers(0, 20), min_size=2, max_size=6))
def test_what_is_not_edited_stays(text: str, places: list[int]) -> None:
    places = sorted({min(place, len(text)) for place in places})
    edits = [Edit(place, place, ("X",)) for place in places]
    edited = EditedText(text).apply(edits)
    assert edited.text.replace("X", "") == text
    kept = [place for place, character in enumerate(edited.text) if character != "X"]
    assert [edited.origin(place) for place in kept] == list(range(len(text)))
