from __future__ import annotations

import json

import pytest

from graphstore import frames
from graphstore.errors import (
    AnswerTooLarge,
    GraphExists,
    GraphStoreError,
    NoFormatForKind,
    QuerySyntaxError,
    RefusedQuery,
    StorageUnavailable,
    UpdateTooLarge,
)


@pytest.mark.parametrize(
    "error",
    [
        QuerySyntaxError("no brace", 3, 7),
        QuerySyntaxError("no place"),
        RefusedQuery("SERVICE", 1, 2),
        NoFormatForKind("boolean", ("json", "xml")),
        AnswerTooLarge(7),
        GraphExists("urn:g"),
        UpdateTooLarge(9),
        StorageUnavailable("gone"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_cross_the_socket(error: GraphStoreError) -> None:
    crossed = frames.revived(json.loads(json.dumps(frames.described(error))))
    assert type(crossed) is type(error)
    assert str(crossed) == str(error)
    assert vars(crossed) == vars(error)


def test_long_messages_are_shortened() -> None:
    crossed = frames.revived(frames.described(QuerySyntaxError("x" * 100_000)))
    assert len(str(crossed)) == 2_000


def test_a_job_has_a_head_and_a_text() -> None:
    job = frames.job_frame({"op": "query"}, "é".encode())
    head, text = frames.JOB_LENGTHS.unpack_from(job)
    assert (head, text) == (14, 2)
    assert job.endswith(b'{"op":"query"}' + "é".encode())


def test_data_carries_the_rows_so_far() -> None:
    known, unknown = frames.data_frame(5, b"abc"), frames.data_frame(None, b"abc")
    assert frames.FRAME.unpack_from(known) == (frames.DATA, 11)
    assert frames.ROWS.unpack_from(known, frames.FRAME.size) == (5,)
    assert frames.ROWS.unpack_from(unknown, frames.FRAME.size) == (frames.NO_ROWS,)
    assert known.endswith(b"abc")
