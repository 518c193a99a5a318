"""Answers kept in memory, ready to be sent again: bounded by bytes, the least used go first.

What a key must hold so that the same key means the same bytes is the business of whoever makes
it; see [RFC 9111 §4.1](https://www.rfc-editor.org/rfc/rfc9111#section-4.1) for the idea.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

from starlette.types import Message

# What an entry costs beside its bytes: dicts, tuples, the place in the cache.
_ENTRY_BYTES: Final = 3_000
_SHARE: Final = 8  # no answer takes more than this part of the cache


@dataclass(frozen=True, slots=True)
class Prepared:
    """A whole answer as the messages that send it.

    `start` and `body` are what a GET gets, `not_modified` what a client gets that has the answer;
    `tag` is its entity tag, `size` about the bytes of it all.
    """

    start: Message
    body: Message
    not_modified: Message
    tag: bytes
    size: int


class Sized(Protocol):
    """Something that knows how many bytes it takes."""

    @property
    def size(self) -> int:
        """The bytes."""
        ...


Kept = TypeVar("Kept", bound=Sized)


class AnswerCache(Generic[Kept]):
    """Answers by key, at most `limit_bytes` of them, keys included; 0 keeps none."""

    def __init__(self, limit_bytes: int) -> None:
        """Begin empty."""
        self.limit_bytes = limit_bytes
        self.bytes = 0
        self._entries: OrderedDict[Hashable, tuple[Kept, int]] = OrderedDict()

    def __len__(self) -> int:
        """The number of keys."""
        return len(self._entries)

    def get(self, key: Hashable) -> Kept | None:
        """Return the answer for a key, or None."""
        found = self._entries.get(key)
        if found is None:
            return None
        self._entries.move_to_end(key)
        return found[0]

    def put(self, key: Hashable, answer: Kept, *, key_bytes: int = 0) -> bool:
        """Keep an answer, and forget what was used least if there is no room; say whether it is.

        Args:
            key: what it will be asked for by.
            answer: the answer; one that stands under two keys counts twice.
            key_bytes: size of the texts in the key.
        """
        cost = answer.size + key_bytes + _ENTRY_BYTES
        if cost > self.limit_bytes // _SHARE:
            return False
        before = self._entries.pop(key, None)
        self.bytes += cost - (before[1] if before else 0)
        self._entries[key] = (answer, cost)
        while self.bytes > self.limit_bytes:
            self.bytes -= self._entries.popitem(last=False)[1][1]
        return True
