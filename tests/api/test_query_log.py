from __future__ import annotations

import json
from pathlib import Path

from api.query_log import QueryLog


def lines(folder: Path) -> list[dict[str, object]]:
    return [
        json.loads(line)
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


def test_a_line_for_each_record(tmp_path: Path) -> None:
    with QueryLog(tmp_path / "log", file_bytes=10_000, files=2, text_characters=5) as log:
        log.write({"id": "1", "text": "두레두레두레"})
        log.write({"id": "2", "text": "short\n"[:5]})
    assert lines(tmp_path / "log") == [
        {"id": "1", "text": "두레두레두", "cut": True},
        {"id": "2", "text": "short"},
    ]
    assert log.dropped == 0


def test_files_are_full_and_few(tmp_path: Path) -> None:
    for number in range(40):
        with QueryLog(tmp_path, file_bytes=200, files=3, text_characters=100) as log:
            log.write({"id": str(number), "text": "x" * 50})
    files = sorted(tmp_path.glob("*.jsonl"))
    assert len(files) == 3
    assert files[-1].name > "queries-000003.jsonl"
    assert all(path.stat().st_size < 300 for path in files)
    assert lines(tmp_path)[-1]["id"] == "39"


def test_no_log_where_none_is_wanted(tmp_path: Path) -> None:
    with QueryLog(tmp_path / "log", file_bytes=0, files=3, text_characters=100) as log:
        log.write({"id": "1"})
    assert not (tmp_path / "log").exists()


def test_a_disk_that_fails_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("no folder")
    with QueryLog(tmp_path / "log", file_bytes=10, files=3, text_characters=100) as log:
        log.write({"id": "1"})
    assert log.dropped == 1
