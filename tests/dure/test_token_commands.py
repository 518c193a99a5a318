from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.tokens import Role, TokenBook
from dure.token_commands import app


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "new" / "data"


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--data", str(folder)])


def test_the_token_stands_alone_on_the_output(folder: Path) -> None:
    made = run(folder, "create", "--role", "administrator", "--name", "ana")
    assert made.exit_code == 0
    (secret,) = made.stdout.splitlines()
    found = TokenBook(folder).find(secret)
    assert found is not None
    assert (found.name, found.role, found.expires) == ("ana", Role.ADMINISTRATOR, None)


@pytest.mark.parametrize(
    ("expires", "end"),
    [
        ("2999-01-31", datetime(2999, 2, 1, tzinfo=UTC)),
        ("2999-01-31T12:00Z", datetime(2999, 1, 31, 12, tzinfo=UTC)),
        ("2999-01-31T12:00", datetime(2999, 1, 31, 12, tzinfo=UTC)),
        ("2999-01-31T12:00+09:00", datetime(2999, 1, 31, 3, tzinfo=UTC)),
    ],
)
def test_a_day_counts_whole(folder: Path, expires: str, end: datetime) -> None:
    run(folder, "create", "--role", "curator", "--name", "ana", "--expires", expires)
    (token,) = TokenBook(folder).tokens()
    assert token.expires == end


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["create", "--role", "curator", "--name", "x", "--expires", "2001-01-01"], 2),
        (["create", "--role", "curator", "--name", "x", "--expires", "soon"], 2),
        (["create", "--role", "owner", "--name", "x"], 2),
        (["create", "--role", "curator", "--name", " "], 2),
        (["create", "--role", "curator"], 2),
        (["create", "--role", "curator", "--name", "ana"], 1),
        (["revoke", "nobody"], 1),
    ],
)
def test_what_is_refused(folder: Path, words: list[str], code: int) -> None:
    TokenBook(folder).create("ana", Role.CURATOR)
    refused = run(folder, *words)
    assert refused.exit_code == code
    assert refused.stdout == ""
    assert [token.name for token in TokenBook(folder).tokens()] == ["ana"]


def test_tokens_are_listed_and_revoked(folder: Path) -> None:
    book = TokenBook(folder)
    book.create("ana", Role.CURATOR)
    book.create("old", Role.CONTRIBUTOR, datetime(2001, 1, 1, tzinfo=UTC))
    listed = [json.loads(line) for line in run(folder, "list", "--json").stdout.splitlines()]
    assert [(item["name"], item["role"], item["valid"]) for item in listed] == [
        ("ana", "curator", True),
        ("old", "contributor", False),
    ]
    assert "(expired)" in run(folder, "list").stdout
    assert run(folder, "revoke", "ana").exit_code == 0
    assert [token.name for token in book.tokens()] == ["old"]
    assert book.tokens()[0].digest not in run(folder, "list").stdout
