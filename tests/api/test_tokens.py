from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.tokens import FILE_NAME, NameTaken, Role, TokenBook
from graphstore.errors import StorageUnavailable

SOON = timedelta(hours=1)


def test_a_token_is_found_by_its_secret(tmp_path: Path) -> None:
    book = TokenBook(tmp_path)
    secret = book.create("ana", Role.CURATOR)
    other = book.create("ben", Role.ADMINISTRATOR)
    found = book.find(secret)
    assert found is not None
    assert (found.name, found.role, found.expires) == ("ana", Role.CURATOR, None)
    assert book.find(other) == book.tokens()[1]
    assert book.find(secret + "x") is None
    assert book.find("") is None


def test_the_secret_is_kept_nowhere(tmp_path: Path) -> None:
    secret = TokenBook(tmp_path).create("ana", Role.CURATOR)
    assert len(secret) >= 43  # 256 bits in base64
    for path in tmp_path.iterdir():
        assert secret not in path.read_text(encoding="utf-8")


def test_nobody_else_reads_the_file(tmp_path: Path) -> None:
    book = TokenBook(tmp_path / "new")
    book.create("ana", Role.CURATOR)
    book.create("ben", Role.CURATOR)
    assert (tmp_path / "new" / FILE_NAME).stat().st_mode & 0o777 == 0o600


def test_a_change_by_another_process_is_seen(tmp_path: Path) -> None:
    service, command_line = TokenBook(tmp_path), TokenBook(tmp_path)
    assert service.tokens() == ()
    secret = command_line.create("ana", Role.CONTRIBUTOR)
    assert service.find(secret) is not None
    assert command_line.revoke("ana")
    assert service.find(secret) is None
    assert not command_line.revoke("ana")


def test_an_expired_token_is_none_and_gives_its_name_up(tmp_path: Path) -> None:
    book = TokenBook(tmp_path)
    now = datetime.now(UTC)
    old = book.create("ana", Role.CURATOR, now - SOON)
    assert book.find(old) is None
    assert [token.name for token in book.tokens()] == ["ana"]
    new = book.create("ana", Role.CURATOR, now + SOON)
    assert book.find(new) is not None
    with pytest.raises(NameTaken):
        book.create("ana", Role.CURATOR)


@pytest.mark.parametrize("name", ["", " ", "x" * 65, "two\nlines", "bell\a"])
def test_names_can_be_read(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="visible characters"):
        TokenBook(tmp_path).create(name, Role.CURATOR)


@pytest.mark.parametrize(
    ("role", "covered"),
    [
        (Role.CONTRIBUTOR, [Role.CONTRIBUTOR]),
        (Role.CURATOR, [Role.CONTRIBUTOR, Role.CURATOR]),
        (Role.ADMINISTRATOR, list(Role)),
    ],
)
def test_roles_are_ordered(role: Role, covered: list[Role]) -> None:
    assert [other for other in Role if role.covers(other)] == covered


@pytest.mark.parametrize(
    "document",
    ["", "{", "[]", '{"version": 2, "tokens": []}', '{"version": 1, "tokens": [{"name": "ana"}]}'],
)
def test_a_damaged_file_is_no_open_door(document: str, tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(document, encoding="utf-8")
    book = TokenBook(tmp_path)
    with pytest.raises(StorageUnavailable, match="tokens"):
        book.find("anything")
    with pytest.raises(StorageUnavailable):
        book.create("ana", Role.CURATOR)
    assert (tmp_path / FILE_NAME).read_text(encoding="utf-8") == document


def test_writers_do_not_lose_each_others_tokens(tmp_path: Path) -> None:
    def make(name: str) -> None:
        TokenBook(tmp_path).create(name, Role.CONTRIBUTOR)

    names = [f"user {number}" for number in range(12)]
    threads = [threading.Thread(target=make, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(token.name for token in TokenBook(tmp_path).tokens()) == sorted(names)
    document = json.loads((tmp_path / FILE_NAME).read_text(encoding="utf-8"))
    assert document["version"] == 1
