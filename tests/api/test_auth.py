from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.auth import Client, client_of, require
from api.errors import Forbidden, Unauthenticated
from api.problems import headers_of
from api.tokens import Role, TokenBook


def scope(*authorization: str, app: Any = None) -> dict[str, Any]:
    headers = [(b"host", b"here"), *((b"authorization", x.encode()) for x in authorization)]
    return {"type": "http", "headers": headers, "client": ("192.0.2.7", 4711), "app": app}


class _App:
    """As much of an application as a scope shows."""

    def __init__(self, book: TokenBook) -> None:
        self.state = self
        self.tokens = book


def test_without_a_token_the_address_is_the_name(tmp_path: Path) -> None:
    expected = Client("192.0.2.7", None, known=False, address="192.0.2.7")
    assert client_of(scope(), TokenBook(tmp_path)) == expected
    assert client_of({**scope(), "client": None}, TokenBook(tmp_path)).address == ""


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER   "])
def test_with_a_token_its_name_and_role_count(scheme: str, tmp_path: Path) -> None:
    book = TokenBook(tmp_path)
    secret = book.create("ana", Role.CURATOR)
    expected = Client("ana", Role.CURATOR, known=True, address="192.0.2.7")
    assert client_of(scope(scheme + secret), book) == expected
    assert client_of(scope(scheme + secret, app=_App(book))) == expected


@pytest.mark.parametrize("header", ["Bearer nothing", "Bearer", "", "Basic YTpi", "Bearer a b"])
def test_wrong_credentials_are_not_taken_for_none(header: str, tmp_path: Path) -> None:
    with pytest.raises(Unauthenticated) as caught:
        client_of(scope(header), TokenBook(tmp_path))
    assert headers_of(caught.value) == {
        "WWW-Authenticate": 'Bearer realm="dure", error="invalid_token"'
    }


def test_two_tokens_are_none(tmp_path: Path) -> None:
    book = TokenBook(tmp_path)
    header = f"Bearer {book.create('ana', Role.CURATOR)}"
    with pytest.raises(Unauthenticated):
        client_of(scope(header, header), book)


def test_an_expired_token_is_none(tmp_path: Path) -> None:
    book = TokenBook(tmp_path)
    secret = book.create("ana", Role.CURATOR, datetime.now(UTC) - timedelta(seconds=1))
    with pytest.raises(Unauthenticated):
        client_of(scope(f"Bearer {secret}"), book)


def test_a_role_is_required(tmp_path: Path) -> None:
    book = TokenBook(tmp_path)
    header = f"Bearer {book.create('ana', Role.CURATOR)}"
    assert require(scope(header, app=_App(book)), Role.CONTRIBUTOR).name == "ana"
    with pytest.raises(Forbidden, match="administrator") as caught:
        require(scope(header, app=_App(book)), Role.ADMINISTRATOR)
    assert "insufficient_scope" in headers_of(caught.value)["WWW-Authenticate"]
    with pytest.raises(Unauthenticated) as none:
        require(scope(app=_App(book)), Role.CONTRIBUTOR)
    assert headers_of(none.value) == {"WWW-Authenticate": 'Bearer realm="dure"'}
