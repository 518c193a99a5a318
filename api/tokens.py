"""Access tokens: who may do more than read, kept in `tokens.json` in the data folder.

A token is 256 random bits, so its SHA-256 is all that has to be kept: there is nothing to guess
that a slow password hash would protect. A token is shown once, when it is made. The command line
writes the file whether or not a service runs; the service reads it again when it has changed.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from graphstore.errors import StorageUnavailable
from graphstore.log import sync_folder

FILE_NAME: Final = "tokens.json"
MAX_NAME_CHARACTERS: Final = 64
_FORMAT_VERSION: Final = 1
_SECRET_BYTES: Final = 32
_MARK: Final = "dure_"  # lets people and scanners of leaked secrets see what it is


class Role(StrEnum):
    """What a token allows; each role may also do what those before it may."""

    CONTRIBUTOR = "contributor"
    CURATOR = "curator"
    ADMINISTRATOR = "administrator"

    def covers(self, needed: Role) -> bool:
        """Say whether whoever has this role may do what needs that one."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True)
class Token:
    """A token as it is kept: without the secret itself.

    `name` is unique, and the author of what is written with it. `digest` is the SHA-256 of the
    secret in hexadecimal digits. `expires` is when it ends, None for never; times are in UTC.
    """

    name: str
    role: Role
    digest: str
    created: datetime
    expires: datetime | None = None

    def is_valid(self, now: datetime) -> bool:
        """Say whether it has not expired yet."""
        return self.expires is None or now < self.expires


class NameTaken(Exception):
    """There is a token of that name."""


class TokenBook:
    """The tokens of one data folder; a missing file holds none. Safe from any thread."""

    def __init__(self, folder: Path) -> None:
        """Keep the tokens in `tokens.json` in that folder."""
        self._path = folder / FILE_NAME
        self._read: tuple[tuple[int, ...] | None, tuple[Token, ...]] = (None, ())

    def find(self, secret: str) -> Token | None:
        """Return the token with that secret, None when there is none or it has expired.

        Raises:
            StorageUnavailable: the file cannot be read.
        """
        digest = _digest(secret)
        now = datetime.now(UTC)
        found = None
        for token in self.tokens():  # all of them, so that time tells nothing
            if hmac.compare_digest(token.digest, digest) and token.is_valid(now):
                found = token
        return found

    def tokens(self) -> tuple[Token, ...]:
        """Return all tokens, expired ones included, oldest first.

        Raises:
            StorageUnavailable: the file cannot be read.
        """
        stamp = self._stamp()
        known, tokens = self._read
        if stamp is None:
            return ()
        if known != stamp:
            tokens = _tokens_in(self._path)
            self._read = (stamp, tokens)
        return tokens

    def create(self, name: str, role: Role, expires: datetime | None = None) -> str:
        """Make a token and return its secret, which is kept nowhere.

        Args:
            name: who will use it: 1 to 64 visible characters; an expired token gives its name up.
            role: what it allows.
            expires: when it ends, with a time zone; None: never.

        Raises:
            ValueError: the name is none.
            NameTaken: there is a token of that name.
            StorageUnavailable: the file cannot be read or written.
        """
        if not 1 <= len(name) <= MAX_NAME_CHARACTERS or not name.isprintable() or name.isspace():
            raise ValueError(f"a name has 1 to {MAX_NAME_CHARACTERS} visible characters")
        secret = _MARK + secrets.token_urlsafe(_SECRET_BYTES)
        now = datetime.now(UTC)
        with self._writing():
            kept = [token for token in self.tokens() if token.name != name or token.is_valid(now)]
            if any(token.name == name for token in kept):
                raise NameTaken(name)
            self._write([*kept, Token(name, role, _digest(secret), now, expires)])
        return secret

    def revoke(self, name: str) -> bool:
        """Remove the token of that name; False when there is none.

        Raises:
            StorageUnavailable: the file cannot be read or written.
        """
        with self._writing():
            tokens = self.tokens()
            kept = [token for token in tokens if token.name != name]
            if len(kept) < len(tokens):
                self._write(kept)
        return len(kept) < len(tokens)

    # ---- the file

    def _stamp(self) -> tuple[int, ...] | None:
        """Return what changes whenever the file is replaced; None when there is no file."""
        try:
            status = self._path.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unreadable(self._path, error) from error
        return (status.st_mtime_ns, status.st_ino, status.st_size)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Let one process at a time read, change and write the file."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.with_name(f"{FILE_NAME}.lock").open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise StorageUnavailable(f"cannot write the tokens {self._path}: {error}") from error

    def _write(self, tokens: Sequence[Token]) -> None:
        document = json.dumps(
            {"version": _FORMAT_VERSION, "tokens": [_described(token) for token in tokens]},
            ensure_ascii=False,
            indent=2,
        )
        # mkstemp makes the file with mode 0600: nobody else ever reads it.
        descriptor, name = tempfile.mkstemp(prefix=f"{FILE_NAME}.", dir=self._path.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(document + "\n")
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._path)
            sync_folder(self._path.parent)
        except BaseException:  # whatever stopped it, no half file stays behind
            Path(name).unlink(missing_ok=True)
            raise


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _described(token: Token) -> dict[str, Any]:
    return asdict(token) | {
        "created": token.created.isoformat(timespec="seconds"),
        "expires": token.expires.isoformat(timespec="seconds") if token.expires else None,
    }


def _tokens_in(path: Path) -> tuple[Token, ...]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["version"] != _FORMAT_VERSION:
            raise ValueError(f"version {document['version']}, this program reads {_FORMAT_VERSION}")
        return tuple(
            Token(
                name=str(item["name"]),
                role=Role(item["role"]),
                digest=str(item["digest"]),
                created=datetime.fromisoformat(item["created"]),
                expires=datetime.fromisoformat(item["expires"]) if item["expires"] else None,
            )
            for item in document["tokens"]
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> StorageUnavailable:
    return StorageUnavailable(f"cannot read the tokens {path.name}: {error}")
