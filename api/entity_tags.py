"""Entity tags of SPARQL answers: which answers have one, what it is, whether a client has it.

A tag says: the same query on the same commit, written the same way, by the same program. So it
can be worked out before the query runs, and `If-None-Match`
([RFC 9110 §13.1.2](https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2)) is answered without
running it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Hashable, Iterator
from functools import lru_cache
from typing import Final

# Two answers to one query with these functions differ, whatever the commit. The engine's parser
# needs no space between words, so a longer name that ends like one of them counts as well; and a
# comment may stand before the bracket. Every pattern here is linear in what a stranger sends.
_VOLATILE: Final = re.compile(r"(?:now|rand|uuid|bnode)\s*+[(#]|\\u", re.IGNORECASE)
_CONSTRUCT: Final = re.compile("construct", re.IGNORECASE)
_UNSURE: Final = re.compile(r"[\"'#]")  # a string or comment may hold what seemed to be a brace
_NEW_NODES: Final = re.compile(r"_:|\[|\(")
_REMEMBERED_CHARACTERS = 4000


def is_volatile(text: str) -> bool:
    """Say whether two answers to a query on one commit may differ.

    They do where the query asks for the time or for something random, or makes blank nodes. What
    is in doubt (an escape, a template with brackets in its strings) counts as volatile: nothing
    is lost but a tag.

    >>> is_volatile("SELECT (NOW () AS ?now) {}"), is_volatile("SELECT ?now { ?now ?p ?o }")
    (True, False)
    >>> is_volatile("CONSTRUCT { ?s ?p [] } WHERE { ?s ?p ?o }")
    True
    """
    if len(text) > _REMEMBERED_CHARACTERS:
        return _is_volatile.__wrapped__(text)
    return _is_volatile(text)


@lru_cache(maxsize=1000)
def _is_volatile(text: str) -> bool:
    if _VOLATILE.search(text):
        return True
    templates = list(_templates(text))
    if any(_UNSURE.search(template) for template in templates):
        templates = [text]
    return any(_NEW_NODES.search(template) for template in templates)


def _templates(text: str) -> Iterator[str]:
    """Yield what stands from each CONSTRUCT to the next closing brace."""
    place = 0
    while found := _CONSTRUCT.search(text, place):
        place = text.find("}", text.find("{", found.end()))
        yield text[found.end() : place]
        if place < found.end():
            return


def query_hash(text: str) -> str:
    """Return the SHA-256 of a query's text in UTF-8, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def tag_of(*parts: Hashable) -> bytes:
    """Return the entity tag of what the parts decide, a weak one: a proxy may compress."""
    return b'W/"%s"' % hashlib.sha256(repr(parts).encode()).hexdigest()[:32].encode()


def has_tag(if_none_match: bytes, tag: bytes) -> bool:
    """Say whether a client that sent `If-None-Match` has the answer with this tag.

    Compared weakly (RFC 9110 §8.8.3.2): proxies may have made the tag a strong one. `*` is any.
    """
    wanted = if_none_match.strip()
    return wanted == b"*" or _opaque(tag) in map(_opaque, wanted.split(b","))


def _opaque(tag: bytes) -> bytes:
    return tag.strip().removeprefix(b"W/")
