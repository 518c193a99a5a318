"""The source documents as captured: their text by code point, their hash, their passages.

Offsets are 0-based, end-exclusive and count Unicode code points of the stored snapshot, with no
normalisation (a Web Annotation text position, https://www.w3.org/TR/annotation-model/
#text-position-selector).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Document:
    """One captured text and the SHA-256 of its bytes (lower-case hex)."""

    sha256: str
    text: str

    @classmethod
    def read(cls, path: Path) -> Document:
        """Read a UTF-8 file as it is; raises `UnicodeDecodeError` when it is not UTF-8."""
        content = path.read_bytes()
        return cls(hashlib.sha256(content).hexdigest(), content.decode("utf-8"))

    def passage(self, start: int, end: int) -> str:
        """Return the code points `start` to `end` (exclusive)."""
        return self.text[start:end]


def passage_sha256(text: str) -> str:
    """Return the SHA-256 of a passage's UTF-8 bytes, lower-case hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def find(folder: Path, hashes: set[str]) -> dict[str, Document]:
    """Return the documents in `folder` whose content hash is wanted, by that hash."""
    found = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() in hashes:
            document = Document.read(path)
            found[document.sha256] = document
    return found


def plain(text: str) -> str:
    """Return `text` with every run of white space, no-break spaces included, as one space."""
    return re.sub(r"\s+", " ", text).strip()
