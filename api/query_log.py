"""The query log: one JSON object per line about each query that was run, in the data folder.

Lines are written by a thread of their own, so that the server never waits for the disk. Files are
full at a size and the oldest are deleted. A line has `time`, `id`, `client`, `kind`, `hash`,
`text`, `commit`, `outcome`, `status`, `seconds`, `rows`, `bytes` and `format`.
"""

from __future__ import annotations

import json
import logging
import threading
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

LOG = logging.getLogger("dure.query_log")

_WAITING: Final = 10_000  # lines that may wait for the disk; more are dropped and counted
_EVERY_S: Final = 0.25  # how often the thread looks: to be woken costs more than a query may
_FIRST = "queries-000001.jsonl"


class QueryLog:
    """Writes records to `folder`; a context manager that writes what waits when it is left.

    Args:
        folder: where the files `queries-000001.jsonl` … are; made when the first line comes.
        file_bytes: size from which on a file is full; 0 logs nothing.
        files: number of files kept.
        text_characters: longer values of `text` are cut to this.
    """

    def __init__(self, folder: Path, *, file_bytes: int, files: int, text_characters: int) -> None:
        """Make the log; nothing is opened before `start`."""
        self._folder = folder
        self._file_bytes = file_bytes
        self._files = files
        self._text_characters = text_characters
        self._records: deque[Mapping[str, Any]] = deque()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        self.dropped = 0

    def start(self) -> None:
        """Begin to write."""
        if self._file_bytes and self._thread is None:
            self._thread = threading.Thread(target=self._run, name="query-log", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Write what waits, and end."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._ending.set()
            thread.join()

    def __enter__(self) -> QueryLog:
        """Begin to write."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Write what waits."""
        self.close()

    def write(self, record: Mapping[str, Any]) -> None:
        """Take a record; when the disk is so slow that too many wait, it is dropped."""
        if self._thread is None:
            return
        text = record.get("text")
        if isinstance(text, str) and len(text) > self._text_characters:
            record = {**record, "text": text[: self._text_characters], "cut": True}
        if len(self._records) < _WAITING:
            self._records.append(record)
        else:
            self.dropped += 1

    def _run(self) -> None:
        ending = False
        while not ending:
            ending = self._ending.wait(_EVERY_S)
            lines = [_line(self._records.popleft()) for _ in range(len(self._records))]
            if lines:
                self._save(lines)

    def _save(self, lines: list[str]) -> None:
        try:
            self._append("".join(lines).encode())
        except OSError as error:
            self.dropped += len(lines)
            LOG.warning("the query log cannot be written: %s", error)

    def _append(self, lines: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        files = sorted(self._folder.glob("queries-*.jsonl"))
        current = files[-1] if files else self._folder / _FIRST
        if files and current.stat().st_size >= self._file_bytes:
            current = current.with_name(f"queries-{_number(current) + 1:06}.jsonl")
            files.append(current)
        with current.open("ab") as file:
            file.write(lines)
        for old in files[: -self._files]:
            old.unlink(missing_ok=True)


def _line(record: Mapping[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False, default=str) + "\n"


def _number(path: Path) -> int:
    return int(path.stem.rpartition("-")[2])
