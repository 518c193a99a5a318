"""Pages of lists by keyset: a cursor holds the sort key of the last item, not a position.

Items that are added or removed between two requests neither repeat nor hide others. Cursors are
opaque to clients.
"""

from __future__ import annotations

import base64
import binascii
import bisect
import json
from collections.abc import Sequence
from typing import Protocol, TypeVar
from urllib.parse import urlencode

from fastapi import Request

from api.errors import BadParameter
from api.settings import Settings

Key = tuple[str | int, ...]


class Sorted(Protocol):
    """Something with a sort key that no other item of its list has."""

    @property
    def key(self) -> Key:
        """The sort key: equal shapes within one list."""


Item = TypeVar("Item", bound=Sorted)


def limit_of(limit: int | None, settings: Settings) -> int:
    """Return the number of items of a page; raises `BadParameter` above the greatest limit."""
    if limit is None:
        return settings.page_size
    if limit > settings.max_page_size:
        raise BadParameter("limit", f"is at most {settings.max_page_size}")
    return limit


def page_of(items: Sequence[Item], cursor: str | None, limit: int) -> tuple[list[Item], str | None]:
    """Return the items after `cursor` and the next cursor, None on the last page.

    `items` are in order of their keys.
    """
    begin = 0
    if cursor is not None:
        last = decode(cursor)
        if items and _shape(last) != _shape(items[0].key):
            raise BadParameter("cursor", "belongs to another list")
        begin = bisect.bisect_right(items, last, key=lambda item: item.key)
    page = list(items[begin : begin + limit])
    more = begin + limit < len(items)
    return page, (encode(page[-1].key) if more and page else None)


def _shape(key: Key) -> list[type]:
    return [type(part) for part in key]


def next_link(request: Request, cursor: str | None) -> dict[str, str]:
    """Return the `Link` header that leads to the next page ([RFC 8288](https://www.rfc-editor.org/rfc/rfc8288#section-3))."""
    if cursor is None:
        return {}
    rest = [(name, text) for name, text in request.query_params.items() if name != "cursor"]
    return {"Link": f'<{request.url.path}?{urlencode([*rest, ("cursor", cursor)])}>; rel="next"'}


def encode(key: Key) -> str:
    """Return a key as a cursor."""
    text = json.dumps(key, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str) -> Key:
    """Return the key in a cursor; raises `BadParameter` when it is none of ours."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        values = json.loads(text)
    except (binascii.Error, ValueError) as error:
        raise BadParameter("cursor", "is none of this service") from error
    if not isinstance(values, list) or not all(
        isinstance(value, str | int) and not isinstance(value, bool) for value in values
    ):
        raise BadParameter("cursor", "is none of this service")
    return tuple(values)
