"""Where a query worker writes an answer: to the service as it comes, or held back until complete.

Nothing of an answer leaves the worker before it is known to begin well: an `Outlet` that streams
releases the first bytes when a block is full, at the end, or when there are rows and some time
has passed; one that holds back releases them when the answer is complete or cut.
"""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final, TypeAlias

from graphstore.errors import AnswerTooLarge
from graphstore.frames import data_frame
from graphstore.row_meter import RowMeter

BLOCK_BYTES: Final = 1 << 16
RELEASE_AFTER_S: Final = 0.25
_IN_MEMORY_BYTES: Final = 1 << 20

Send: TypeAlias = Callable[[bytes], None]


class AnswerCut(Exception):
    """Stops the engine: the answer has as many rows as it may have."""


class Outlet(io.RawIOBase):
    """A file that the engine writes an answer into.

    `rows` is the number of rows so far, None where it is not known; `truncated` says whether the
    answer was cut.
    """

    rows: int | None
    truncated: bool

    def __init__(self, meter: RowMeter | None, max_bytes: int | None) -> None:
        """Meter the rows with `meter`; refuse answers of more than `max_bytes`."""
        super().__init__()
        self.rows = None if meter is None else 0
        self.truncated = False
        self._meter = meter
        self._max_bytes = max_bytes
        self._size = 0

    def writable(self) -> bool:
        """Say yes."""
        return True

    def finish(self) -> None:
        """Let the service have the rest of the answer."""
        raise NotImplementedError

    def _count_bytes(self, block: bytes) -> None:
        self._size += len(block)
        if self._max_bytes is not None and self._size > self._max_bytes:
            raise AnswerTooLarge(self._max_bytes)

    def _count_rows(self, block: bytes) -> None:
        if self._meter is not None:
            self._meter.feed(block)
            self.rows = self._meter.rows


class StreamingOutlet(Outlet):
    """Sends the answer in blocks while it is written.

    Args:
        send: takes frames.
        started: the frame that goes before the first block.
        meter: counts the rows; None: they are not known.
        max_bytes: ceiling of the answer; None: there is none.
    """

    def __init__(
        self, send: Send, started: bytes, meter: RowMeter | None, max_bytes: int | None
    ) -> None:
        """Begin with nothing sent."""
        super().__init__(meter, max_bytes)
        self._send = send
        self._before = started
        self._parts: list[bytes] = []
        self._metered: list[bytes] = []
        self._waiting_bytes = 0
        self._due = time.monotonic() + RELEASE_AFTER_S

    def write(self, block: bytes, /) -> int:  # type: ignore[override]
        """Take bytes of the answer."""
        self._count_bytes(block)
        self._parts.append(bytes(block))
        self._waiting_bytes += len(block)
        if self._waiting_bytes >= BLOCK_BYTES or time.monotonic() >= self._due:
            self._pass_on()
        return len(block)

    def finish(self) -> None:
        """Count what is left; `rest` sends it."""
        self._count_parts()
        if self._meter is not None:
            self._meter.finish()
            self.rows = self._meter.rows

    @property
    def rest(self) -> bytes:
        """The frames not sent yet, after `finish`."""
        return self._before + data_frame(self.rows, b"".join(self._metered))

    def _count_parts(self) -> None:
        block = b"".join(self._parts)
        self._parts = []
        self._count_rows(block)
        self._metered.append(block)

    def _pass_on(self) -> None:
        self._count_parts()
        self._due = time.monotonic() + RELEASE_AFTER_S
        if self._waiting_bytes < BLOCK_BYTES and self.rows == 0:
            return
        self._send(self._before + data_frame(self.rows, b"".join(self._metered)))
        self._before, self._metered, self._waiting_bytes = b"", [], 0


class HeldOutlet(Outlet):
    """Holds the answer in a file until it is complete, or has as many rows as it may have.

    Args:
        meter: counts the rows and says where to cut; None: the writer sees to that.
        max_bytes: ceiling of the answer; None: there is none.
        max_rows: the limit of the meter.
        folder: where the file is, once it is large.
    """

    def __init__(
        self,
        meter: RowMeter | None,
        max_bytes: int | None,
        *,
        max_rows: int,
        folder: Path | None,
    ) -> None:
        """Begin with an empty file."""
        super().__init__(meter, max_bytes)
        self._max_rows = max_rows
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(  # noqa: SIM115
            _IN_MEMORY_BYTES, dir=None if folder is None else str(folder)
        )

    def write(self, block: bytes, /) -> int:  # type: ignore[override]
        """Take bytes of the answer."""
        self._count_bytes(block)
        self._file.write(block)
        self._count_rows(bytes(block))
        if self._meter is not None and self._meter.cut_at is not None:
            raise AnswerCut
        return len(block)

    def finish(self) -> None:
        """Cut the answer where it is too long, and make it whole again."""
        if self._meter is None:
            return
        self._meter.finish()
        self.rows = self._meter.rows
        if self._meter.cut_at is not None:
            self._file.seek(self._meter.cut_at)
            self._file.truncate()
            self._file.write(self._meter.closing)
            self.truncated, self.rows = True, self._max_rows

    def release(self, send: Send, started: bytes, end: Callable[[], bytes]) -> None:
        """Send the answer, its beginning with `started`, its last block with `end`."""
        self._file.seek(0)
        block = self._file.read(BLOCK_BYTES)
        frames = started
        while following := self._file.read(BLOCK_BYTES):
            send(frames + data_frame(self.rows, block))
            frames, block = b"", following
        send(frames + data_frame(self.rows, block) + end())
        self._file.close()
