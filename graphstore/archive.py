"""The source archive: documents kept by the SHA-256 of their bytes, outside the graph.

A passage points into a document by a range of code points, 0-based and end-exclusive, as the
[Web Annotation text position selector](https://www.w3.org/TR/annotation-model/#text-position-selector)
does; where the archive has the document, the passage can be quoted.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from graphstore.errors import StorageUnavailable
from graphstore.log import sync_folder

_DIGEST = re.compile(r"[0-9a-f]{64}")


class SourceArchive:
    """The documents in one folder, each a file named by its digest; the folder may be missing."""

    def __init__(self, path: Path) -> None:
        """Use the archive in that folder, which `add` makes when it is missing."""
        self._path = path

    def add(self, document: bytes) -> str:
        """Keep a document and return its digest; adding it again does nothing.

        Raises:
            StorageUnavailable: the document cannot be written.
        """
        digest = hashlib.sha256(document).hexdigest()
        target = self._file(digest)
        if self.get(digest) is not None:
            return digest
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
                file.write(document)
                file.flush()
                os.fsync(file.fileno())
            Path(file.name).rename(target)
            sync_folder(target.parent)
        except OSError as error:
            raise StorageUnavailable(
                f"cannot write to the archive {self._path}: {error}"
            ) from error
        return digest

    def get(self, digest: str) -> bytes | None:
        """Return the document of that digest, None when it is not here or no longer itself.

        Args:
            digest: 64 lower-case hex digits; anything else is not here.
        """
        if not _DIGEST.fullmatch(digest):
            return None
        try:
            document = self._file(digest).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StorageUnavailable(f"cannot read the archive {self._path}: {error}") from error
        return document if hashlib.sha256(document).hexdigest() == digest else None

    def quote(self, digest: str, start: int, end: int) -> str | None:
        """Return the passage from code point `start` up to `end`, None when it cannot be had.

        That is when the document is not here, is not UTF-8, or does not reach that far.
        """
        document = self.get(digest)
        if document is None:
            return None
        try:
            text = document.decode("utf-8")
        except UnicodeDecodeError:
            return None
        return text[start:end] if 0 <= start <= end <= len(text) else None

    def __iter__(self) -> Iterator[str]:
        """Yield the digests of the documents that are here, in order."""
        names = (item.name for item in self._path.glob("??/*"))
        return iter(sorted(name for name in names if _DIGEST.fullmatch(name)))

    def _file(self, digest: str) -> Path:
        return self._path / digest[:2] / digest
