"""What the service and a query worker say to each other over their socket.

Down goes a job: two lengths, a small JSON head, and the text of the query as it is. Up come
frames: a kind, a length, a payload. Payloads are bytes of the answer or small JSON, so neither
side does work that grows with the text or the answer beyond moving bytes.
"""

from __future__ import annotations

import json
import struct
from typing import Any, Final

from graphstore import errors
from graphstore.errors import GraphStoreError, QueryCrashed

JOB_LENGTHS: Final = struct.Struct("!II")
"""Lengths of a job's head and of its text, in bytes."""

FRAME: Final = struct.Struct("!BI")
"""Kind of a frame and the length of its payload, in bytes."""

ROWS: Final = struct.Struct("!Q")
"""Rows written so far, at the beginning of the payload of DATA; all of that of END."""

READY: Final = 0
"""JSON: the worker has started, and how it is isolated."""
STARTED: Final = 1
"""JSON: the answer begins; what it is, and what was done to the query."""
DATA: Final = 2
"""Rows so far, then bytes of the answer."""
END: Final = 3
"""Rows in all: the answer is complete."""
ERROR: Final = 4
"""JSON: the job failed; more may follow only for the next job."""

NO_ROWS: Final = (1 << 64) - 1
"""Stands for a number of rows that is not known."""

_MAX_MESSAGE_CHARACTERS: Final = 2_000


def job_frame(head: dict[str, Any], text: bytes) -> bytes:
    """Return a job as bytes: what to do, and the text of a query or an update in UTF-8."""
    written = json.dumps(head, separators=(",", ":")).encode()
    return b"".join((JOB_LENGTHS.pack(len(written), len(text)), written, text))


def frame(kind: int, payload: bytes) -> bytes:
    """Return a frame as bytes."""
    return FRAME.pack(kind, len(payload)) + payload


def json_frame(kind: int, payload: dict[str, Any]) -> bytes:
    """Return a frame with a JSON payload as bytes."""
    return frame(kind, json.dumps(payload, separators=(",", ":")).encode())


def data_frame(rows: int | None, block: bytes) -> bytes:
    """Return a frame with bytes of the answer.

    Args:
        rows: rows written so far, with this block; None: not known.
        block: bytes of the answer.
    """
    return b"".join((FRAME.pack(DATA, ROWS.size + len(block)), _packed(rows), block))


def end_frame(rows: int | None) -> bytes:
    """Return the frame after the last bytes of an answer that has so many rows."""
    return FRAME.pack(END, ROWS.size) + _packed(rows)


def rows_of(payload: bytes) -> int | None:
    """Return the rows at the beginning of the payload of DATA or END."""
    (rows,) = ROWS.unpack_from(payload)
    return None if rows == NO_ROWS else rows


def _packed(rows: int | None) -> bytes:
    return ROWS.pack(NO_ROWS if rows is None else rows)


def described(error: GraphStoreError) -> dict[str, Any]:
    """Return an error as JSON values, for `revived` on the other side."""
    code = getattr(type(error).__init__, "__code__", None)
    parameters = code.co_varnames[1 : code.co_argcount] if code else ()
    values = [getattr(error, name) for name in parameters if hasattr(error, name)]
    if not values:
        values = [str(error)]
    shortened = [x[:_MAX_MESSAGE_CHARACTERS] if isinstance(x, str) else x for x in values]
    return {"error": type(error).__name__, "values": shortened}


def revived(description: dict[str, Any]) -> GraphStoreError:
    """Return the error that was described."""
    kind: Any = getattr(errors, description["error"], QueryCrashed)
    values = [tuple(x) if isinstance(x, list) else x for x in description["values"]]
    error: GraphStoreError = kind(*values)
    return error
