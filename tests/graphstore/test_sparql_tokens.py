from __future__ import annotations

import pytest

from graphstore.sparql_tokens import END, SparqlTokenError, Tokens


def kinds(text: str) -> list[str]:
    tokens, found = Tokens(text), []
    while tokens.kind != END:
        tokens.advance()
        found.append(tokens.kind)
    return found[:-1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" # only a comment", []),
        ("select:x Select a A", ["PNAME_LN", "SELECT", "a", "A"]),
        ("?x $y ?é ?1", ["VAR"] * 4),
        ("a: : a:b :b a:b.c. a:%41 a:\\~ ::", ["PNAME_NS"] * 2 + ["PNAME_LN"] * 3 + ["."]
         + ["PNAME_LN"] * 3),
        ("<http://e/> <> <\\u0041>", ["IRIREF"] * 3),
        ("?a < ?b > ?c", ["VAR", "<", "VAR", ">", "VAR"]),
        ("?a<?b>?c", ["VAR", "IRIREF", "VAR"]),
        ('"" "\\"" \'\'\'\'\' \'\'\' """a"b\n"""', ["STRING"] * 4),
        ('"a"@en-GB "b"^^<t>', ["STRING", "LANGTAG", "STRING", "^^", "IRIREF"]),
        ("1 1. .5 1.5 1e0 1.e0 .5E-1",
         ["INTEGER", "INTEGER", ".", "DECIMAL", "DECIMAL", "DOUBLE", "DOUBLE", "DOUBLE"]),
        ("+1 -1.5 -1e1", ["INTEGER_POSITIVE", "DECIMAL_NEGATIVE", "DOUBLE_NEGATIVE"]),
        ("() ( ) [] [ ] _:b _:1.2 (",
         ["NIL"] * 2 + ["ANON"] * 2 + ["BLANK_NODE_LABEL"] * 2 + ["("]),
        ("&& || != <= >= ^^ ^ !", ["&&", "||", "!=", "<=", ">=", "^^", "^", "!"]),
        ("insert data", ["INSERT DATA", "DATA"]),
        ("DELETE #x\nWHERE", ["DELETE WHERE", "WHERE"]),
        ("INSERT WHERE DELETE {", ["INSERT", "WHERE", "DELETE", "{"]),
        ("DELETE DATA:x", ["DELETE", "PNAME_LN"]),
    ],
)  # fmt: skip
def test_tokens_are_those_of_the_specification(text: str, expected: list[str]) -> None:
    assert kinds(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "\\",
        '"',
        '"\n"',
        "'''a''",
        "<a·\\",
        "?×",
        "a:·",
        "_:",
        "@1",
        "&",
        "~",
        "\\u0041",
        "·:x",
    ],
)
def test_what_is_no_token_has_its_place(text: str) -> None:
    with pytest.raises(SparqlTokenError) as raised:
        kinds(f"ASK {text}")
    assert raised.value.place >= 4


@pytest.mark.parametrize(
    ("text", "doubtful"),
    [
        ("SELECT ?x{?x a:b'c'@en}", False),
        ("SELECT*{?s ?p 1.}", False),
        ("?x-1 = <a>", False),
        ("1SERVICE", True),
        ("?a?b", True),
        ("a:b?x", True),
        ("(a:b)?x", True),
        ("<a>?x", True),
        ("'a'a:b", True),
    ],
)
def test_words_without_a_space_between_them_are_doubtful(text: str, doubtful: bool) -> None:
    tokens = Tokens(text)
    while tokens.kind != END:
        tokens.advance()
    assert tokens.doubtful is doubtful
