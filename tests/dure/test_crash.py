"""`kill -9` at any moment of a load: nothing acknowledged is lost, and the load can go on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.dure.test_cli import Dure

# Seconds into each attempt; the attempts go on in one folder until the load is complete.
MOMENTS = (0.8, 1.6, 2.2, 2.9, 3.7, 4.4, 5.1, 6.3, 7.7, 9.1)


def acknowledged(told: str) -> set[int]:
    """Return the numbers of the commits that the command said it had made."""
    return {int(line.split()[1]) for line in told.splitlines() if line.startswith("commit ")}


@pytest.mark.xdist_group("crash")
def test_a_killed_load_loses_nothing_and_goes_on(tmp_path: Path) -> None:
    data = tmp_path / "data"
    before = 0
    for moment in MOMENTS:
        loading = subprocess.Popen(
            [sys.executable, "-m", "dure", "load"],
            env=os.environ | {"DURE_DATA": str(data), "PYTHONPATH": str(ROOT)},
            cwd=tmp_path,
            stderr=subprocess.PIPE,
            text=True,
        )
        time.sleep(moment)
        loading.send_signal(signal.SIGKILL)
        _, told = loading.communicate(timeout=60)
        patches = len(list(data.glob("log/**/*.rdfp")))
        assert patches >= max(before, *acknowledged(told), 0)
        before = patches
        if not patches:
            continue
        assert Dure(data)("verify").stdout.startswith(f"clean: {patches} commits")
    Dure(data)("load")
    commits = [json.loads(line) for line in Dure(data)("log", "--json").stdout.splitlines()]
    assert [commit["number"] for commit in reversed(commits)] == [1, 2, 3, 4, 5, 6]
    assert len({commit["source"] for commit in commits}) == 6
    assert Dure(data)("verify").stdout.startswith("clean: 6 commits")
