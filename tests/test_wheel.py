"""The wheel works outside the checkout: installed into an empty environment, asked a question."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.conftest import ROOT


def run(*command: str | Path, cwd: Path, data: Path) -> str:
    """Run a command with nothing of this checkout in its environment; return its output."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "DURE_", "VIRTUAL_ENV"))
    }
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment | {"DURE_DATA": str(data)},
        capture_output=True,
        text=True,
        timeout=540,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.xdist_group("wheel")
def test_the_wheel_answers_from_an_empty_folder(tmp_path: Path) -> None:
    wheels, empty, data = tmp_path / "wheels", tmp_path / "empty", tmp_path / "data"
    empty.mkdir()
    run(
        sys.executable, "-m", "build", "--wheel", "--outdir", wheels, ROOT,
        cwd=tmp_path, data=data,
    )  # fmt: skip
    (wheel,) = wheels.glob("dure-*.whl")
    venv.create(tmp_path / "venv", with_pip=True)
    binaries = tmp_path / "venv" / "bin"
    run(
        binaries / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check", wheel,
        cwd=empty, data=data,
    )  # fmt: skip
    run(binaries / "dure", "load", cwd=empty, data=data)
    answer = run(
        binaries / "dure", "ask", "co-organisers", "--param", "eventType=training", "-f", "csv",
        cwd=empty, data=data,
    )  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(answer)))
    found = {row["actorLabel"] for row in rows if "East Africa" in row["eventLabel"]}
    assert found == {"Global Social Economy Forum", "Kampala Capital City Authority"}
    pages = run(
        binaries / "python", "-c",
        "from importlib.resources import files; print(sum(1 for _ in files('web').iterdir()))",
        cwd=empty, data=data,
    )  # fmt: skip
    assert int(pages) > 1
