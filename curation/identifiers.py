"""IRIs of the data: readable at birth, opaque by contract, and the same for the same key.

Entities get a slug and a short suffix, n-ary nodes a hash of what makes them one (so that two
submitters who report the same role write the same triples), passages the IRI of their snapshot
with an RFC 5147 character range (https://www.rfc-editor.org/rfc/rfc5147#section-2.1.1).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable

from pyoxigraph import NamedNode

from ontology.namespaces import BASE


def entity_iri(key: str) -> NamedNode:
    """Return the IRI of the entity that the authored files call `key`."""
    return NamedNode(f"{BASE}id/{key[:40].rstrip('-')}-{_digest(['entity', key], 4)}")


def node_iri(prefix: str, *parts: str) -> NamedNode:
    """Return the IRI of an n-ary node: the letter of its kind and a hash of its `parts`."""
    return NamedNode(f"{BASE}id/{prefix}-{_digest(parts, 12)}")


def snapshot_iri(sha256: str) -> NamedNode:
    """Return the IRI of the snapshot whose content has this SHA-256 (lower-case hex)."""
    return NamedNode(f"{BASE}doc/{sha256[:16]}")


def passage_iri(snapshot: NamedNode, start: int, end: int) -> NamedNode:
    """Return the IRI of the code points `start` to `end` (exclusive) of a snapshot."""
    return NamedNode(f"{snapshot.value}#char={start},{end}")


def assertion_iri(*parts: str) -> NamedNode:
    """Return the IRI of the assertion that these parts (evidence and triples) make unique."""
    return NamedNode(f"{BASE}assertion/{_digest(parts, 20)}")


def submission_iri(name: str) -> NamedNode:
    """Return the IRI of the submission called `name`."""
    return NamedNode(f"{BASE}submission/{name}")


def _digest(parts: Iterable[str], length: int) -> str:
    data = "\x1f".join(parts).encode()
    return base64.b32encode(hashlib.sha256(data).digest()).decode().lower()[:length]
