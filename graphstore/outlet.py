"""Where a query worker writes an answer: to the service as it comes, or held back until complete.

Nothing of an answer leaves the worker before it is known to begin well: one that streams releases
the first bytes when a block is full, at the end, or when there are rows and some time has passed;
one that holds back releases them when the answer is complete or cut.
"""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Final, TypeAlias

from graphstore.errors import AnswerTooLarge
from graphstore.frames import STARTED, data_frame, end_frame, json_frame
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

    def _count_bytes(self, block: bytes) -> None:
        self._size += len(block)
        if self._max_bytes is not None and self._size > self._max_bytes:
            raise AnswerTooLarge(self._max_bytes)

    def _count_rows(self, block: bytes, *, last: bool = False) -> None:
        if self._meter is not None:
            self._meter.feed(block)
            if last:
                self._meter.finish()
            self.rows = self._meter.rows


class StreamingOutlet(Outlet):
    """Sends the answer in blocks while it is written.

    Args:
        send: takes frames.
        facts: what is said before the first block.
        meter: counts the rows; None: they are not known.
        max_bytes: ceiling of the answer; None: there is none.
    """

    def __init__(
        self, send: Send, facts: dict[str, Any], meter: RowMeter | None, max_bytes: int | None
    ) -> None:
        """Begin with nothing sent."""
        super().__init__(meter, max_bytes)
        self._send = send
        self._facts: dict[str, Any] | None = facts  # None: they are sent
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
        """Send what is left and the end; a short answer goes out in one piece."""
        self._meter_parts(last=True)
        block = b"".join(self._metered)
        end = end_frame(self.rows)
        self._send(self._beginning(whole=True) + data_frame(self.rows, block) + end)

    def _beginning(self, *, whole: bool) -> bytes:
        facts, self._facts = self._facts, None
        return b"" if facts is None else json_frame(STARTED, facts | {"whole": whole})

    def _meter_parts(self, *, last: bool = False) -> None:
        block = b"".join(self._parts)
        self._parts = []
        self._count_rows(block, last=last)
        self._metered.append(block)

    def _pass_on(self) -> None:
        self._meter_parts()
        self._due = time.monotonic() + RELEASE_AFTER_S
        if self._waiting_bytes < BLOCK_BYTES and self.rows == 0:
            return
        frame = data_frame(self.rows, b"".join(self._metered))
        self._send(self._beginning(whole=False) + frame)
        self._metered, self._waiting_bytes = [], 0


class HeldOutlet(Outlet):
    """Holds the answer in a file until it is complete, or has as many rows as it may have.

    Args:
        meter: counts the rows and says where to cut; None: the writer sees to that.
        max_bytes: ceiling of the answer; None: there is none.
        max_rows: the limit of the meter.
        folder: where the file is, once it is large.
    """

    def __init__(
        self, meter: RowMeter | None, max_bytes: int | None, *, max_rows: int, folder: Path
    ) -> None:
        """Begin with an empty file."""
        super().__init__(meter, max_bytes)
        self._max_rows = max_rows
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(  # noqa: SIM115
            _IN_MEMORY_BYTES, dir=str(folder)
        )

    def write(self, block: bytes, /) -> int:  # type: ignore[override]
        """Take bytes of the answer.

        Raises:
            AnswerCut: there are more rows than the limit.
            AnswerTooLarge: there are more bytes than the ceiling.
        """
        if self._meter is not None and self._meter.cut_at is not None:
            raise AnswerCut
        self._count_bytes(block)
        self._file.write(block)
        self._count_rows(bytes(block))
        if self._meter is not None and self._meter.cut_at is not None:
            raise AnswerCut
        return len(block)

    def release(self, send: Send, facts: dict[str, Any]) -> None:
        """Cut the answer where it is too long, make it whole again, and send it.

        Args:
            send: takes frames.
            facts: what is said before the first block.
        """
        self._cut()
        size = self._file.seek(0, io.SEEK_END)
        self._file.seek(0)
        whole = size <= BLOCK_BYTES
        frames = json_frame(STARTED, facts | {"truncated": self.truncated, "whole": whole})
        block = self._file.read(BLOCK_BYTES)
        while following := self._file.read(BLOCK_BYTES):
            send(frames + data_frame(self.rows, block))
            frames, block = b"", following
        send(frames + data_frame(self.rows, block) + end_frame(self.rows))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
        super().close()

    def _cut(self) -> None:
        if self._meter is None:
            return
        self._count_rows(b"", last=True)
        if self._meter.cut_at is not None:
            self._file.seek(self._meter.cut_at)
            self._file.truncate()
            self._file.write(self._meter.closing)
            self.truncated, self.rows = True, self._max_rows
