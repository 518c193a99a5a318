"""Where the lines about requests go: gathered, and written a few times a second.

A write for each line costs as much as an answer from the cache.
"""

from __future__ import annotations

import logging
import threading
from typing import Final, TextIO

_EVERY_S: Final = 0.2
_MOST = 5_000  # lines that are gathered before they are written, however fast they come


class GatheringHandler(logging.Handler):
    """Writes records as lines to a stream: warnings at once, others with those that follow."""

    def __init__(self, stream: TextIO) -> None:
        """Write to that stream."""
        super().__init__()
        self._stream = stream
        self._lines: list[str] = []
        self._timer: threading.Timer | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record."""
        self._lines.append(self.format(record))
        if record.levelno >= logging.WARNING or len(self._lines) >= _MOST:
            self.flush()
        elif self._timer is None:
            self._timer = threading.Timer(_EVERY_S, self.flush)
            self._timer.daemon = True
            self._timer.start()

    def flush(self) -> None:
        """Write what was gathered."""
        self.acquire()
        try:
            lines, self._lines, self._timer = self._lines, [], None
            if lines:
                self._stream.write("\n".join(lines) + "\n")
                self._stream.flush()
        except (OSError, ValueError):
            pass  # nobody reads the log any more, which must not end the service
        finally:
            self.release()
