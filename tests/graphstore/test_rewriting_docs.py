"""The page on writing queries names every change and every hint, and its examples hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from graphstore.rewriting import rewrite

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "writing-queries.md").read_text("utf-8")
NAME = re.compile(r'(?:Step|_Remark)\(\s*"([a-z-]+)"|return \(\s*"([a-z-]+)",')


def names_in(pattern: str) -> set[str]:
    texts = [path.read_text("utf-8") for path in (ROOT / "graphstore").glob(pattern)]
    return {found[1] or found[2] for text in texts for found in NAME.finditer(text)}


@pytest.mark.parametrize("pattern", ["rewriting_*.py", "query_hints.py"])
def test_every_change_and_hint_is_explained(pattern: str) -> None:
    names = names_in(pattern) | ({"never-bound"} if "hints" in pattern else set())
    assert len(names) > 5
    assert [name for name in sorted(names) if f"`{name}`" not in PAGE] == []


def test_no_other_is() -> None:
    told = set(re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.MULTILINE))
    told |= set(re.findall(r"\| `([a-z-]+)` \|$", PAGE, re.MULTILINE))
    made = names_in("rewriting_*.py") | names_in("query_hints.py")
    assert told == made


def test_the_example_of_explain_holds() -> None:
    text = re.search(r"'query=(.*?)'", PAGE)
    ran = re.search(r'^"(SELECT .*)"$', PAGE, re.MULTILINE)
    assert text is not None
    assert ran is not None
    assert rewrite(text[1]).text == ran[1]
