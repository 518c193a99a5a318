from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graphstore import frames, outlet
from graphstore.errors import AnswerTooLarge
from graphstore.outlet import BLOCK_BYTES, AnswerCut, HeldOutlet, StreamingOutlet
from graphstore.row_meter import result_meter

FACTS: dict[str, Any] = {"kind": "solutions", "format": "tsv", "truncated": False}


class Sent:
    """Takes frames and reads them."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def __call__(self, frames: bytes) -> None:
        self.pieces.append(frames)

    @property
    def frames(self) -> list[tuple[int, bytes]]:
        text, found = b"".join(self.pieces), []
        while text:
            kind, size = frames.FRAME.unpack_from(text)
            found.append((kind, text[frames.FRAME.size : frames.FRAME.size + size]))
            text = text[frames.FRAME.size + size :]
        return found

    @property
    def kinds(self) -> list[int]:
        return [kind for kind, _ in self.frames]

    @property
    def body(self) -> bytes:
        return b"".join(x[frames.ROWS.size :] for kind, x in self.frames if kind == frames.DATA)

    @property
    def rows(self) -> int | None:
        kind, payload = self.frames[-1]
        assert kind == frames.END
        return frames.rows_of(payload)

    def facts(self, kind: int) -> Any:
        return json.loads(next(payload for found, payload in self.frames if found == kind))


def streaming(sent: Sent, max_bytes: int | None = None) -> StreamingOutlet:
    return StreamingOutlet(sent, FACTS, result_meter("tsv", None), max_bytes)


def held(tmp_path: Path, max_rows: int, max_bytes: int | None = None) -> HeldOutlet:
    meter = result_meter("tsv", max_rows)
    return HeldOutlet(meter, max_bytes, max_rows=max_rows, folder=tmp_path)


def test_a_short_answer_goes_out_in_one_piece() -> None:
    sent = Sent()
    stream = streaming(sent)
    stream.write(b"?a\n1\n")
    stream.write(b"2\n")
    assert sent.pieces == []
    stream.finish()
    assert len(sent.pieces) == 1
    assert sent.kinds == [frames.STARTED, frames.DATA, frames.END]
    assert sent.facts(frames.STARTED) == FACTS | {"whole": True}
    assert sent.rows == 2
    assert sent.body == b"?a\n1\n2\n"


def test_a_long_answer_goes_out_in_blocks() -> None:
    sent = Sent()
    stream = streaming(sent)
    row = b"x" * 999 + b"\n"
    for _ in range(200):
        stream.write(row)
    stream.finish()
    assert sent.facts(frames.STARTED) == FACTS | {"whole": False}
    assert sent.kinds == [frames.STARTED, *[frames.DATA] * 4, frames.END]
    rows = [frames.ROWS.unpack_from(x)[0] for kind, x in sent.frames if kind == frames.DATA]
    assert rows == [65, 131, 197, 199]
    assert sent.body == row * 200


def test_rows_are_not_kept_for_long_and_a_header_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlet, "RELEASE_AFTER_S", 0)
    sent = Sent()
    stream = streaming(sent)
    stream.write(b"?a\n")
    assert sent.pieces == []  # there may still be an error
    stream.write(b"1\n")
    assert sent.kinds == [frames.STARTED, frames.DATA]
    assert sent.body == b"?a\n1\n"


def test_too_many_bytes_stop_the_writer(tmp_path: Path) -> None:
    for one in (streaming(Sent(), max_bytes=4), held(tmp_path, 5, max_bytes=4)):
        one.write(b"?a\n1")
        with pytest.raises(AnswerTooLarge):
            one.write(b"2")


@pytest.mark.parametrize("chunk", [1, 3, 100])
def test_a_held_answer_is_cut_and_whole(tmp_path: Path, chunk: int) -> None:
    answer, sent = b"?a\n1\n2\n3\n", Sent()
    outlet = held(tmp_path, 2)
    with outlet:
        with pytest.raises(AnswerCut):
            outlet.writelines(
                answer[place : place + chunk] for place in range(0, len(answer), chunk)
            )
        assert sent.pieces == []
        outlet.release(sent, FACTS)
    assert sent.body == b"?a\n1\n2\n"
    assert sent.facts(frames.STARTED) == FACTS | {"truncated": True, "whole": True}
    assert sent.rows == 2
    assert outlet.closed


def test_a_held_answer_within_its_limit_is_as_it_was_written(tmp_path: Path) -> None:
    answer, sent = b"?a\n" + b"1\n" * BLOCK_BYTES, Sent()
    outlet = held(tmp_path, BLOCK_BYTES)
    with outlet:
        outlet.write(answer)
        outlet.release(sent, FACTS)
    assert sent.body == answer
    assert sent.facts(frames.STARTED) == FACTS | {"whole": False}
    assert sent.rows == BLOCK_BYTES
    assert not list(tmp_path.iterdir())
