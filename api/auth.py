"""Who asks: the client behind a request, and what it may do.

Tokens come in the `Authorization` header alone, as
[RFC 6750 §2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1) has it: never in an address,
where logs and histories keep them, nor in a cookie, which browsers send on their own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from starlette.types import Scope

from api.errors import Forbidden, Unauthenticated
from api.tokens import Role, TokenBook

_BEARER: Final = re.compile(r"bearer +([A-Za-z0-9\-._~+/]+=*) *", re.IGNORECASE)


@dataclass(frozen=True)
class Client:
    """Whoever sent a request.

    `name` is that of the token, or the address of an unknown client; `role` is None for those;
    `known` says whether there is a token; `address` is where the request comes from, "" when the
    server does not say.
    """

    name: str
    role: Role | None
    known: bool
    address: str


def client_of(scope: Scope, tokens: TokenBook | None = None) -> Client:
    """Return the client of a request.

    Args:
        scope: the request's ASGI scope.
        tokens: the tokens there are; None: those of the application that serves the request.

    Raises:
        Unauthenticated: it shows a token that is none, or credentials of another kind. It is not
            taken for an unknown client, who would get another answer than the one meant.
        StorageUnavailable: the tokens cannot be read.
    """
    address = (scope.get("client") or ("", 0))[0]
    given = [value for name, value in scope["headers"] if name == b"authorization"]
    if not given:
        return Client(address, None, False, address)
    found = _BEARER.fullmatch(given[0].decode("latin-1"))
    if found is None or len(given) > 1:
        raise Unauthenticated("send one header 'Authorization: Bearer TOKEN'", shown=True)
    book: TokenBook = tokens or scope["app"].state.tokens
    token = book.find(found[1])
    if token is None:
        raise Unauthenticated("the token is unknown, revoked or expired", shown=True)
    return Client(token.name, token.role, True, address)


def require(scope: Scope, needed: Role) -> Client:
    """Return the client of a request that may do what needs a role.

    Raises:
        Unauthenticated: it shows no token, or one that is none.
        Forbidden: its token has a lower role.
        StorageUnavailable: the tokens cannot be read.
    """
    client = client_of(scope)
    if client.role is None:
        raise Unauthenticated(f"this needs the token of a {needed.value}", shown=False)
    if not client.role.covers(needed):
        raise Forbidden(client.role.value, needed.value)
    return client
