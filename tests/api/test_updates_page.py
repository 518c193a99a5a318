"""The examples of docs/updates.md, run as they stand: each block of shell with what follows it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.api.writing import writing
from tests.conftest import ROOT

_BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)


@pytest.mark.skipif(shutil.which("curl") is None, reason="the examples are calls of curl")
def test_the_examples_answer_what_the_page_says(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "updates.md").read_text(encoding="utf-8")
    blocks = [(match[1], match[2]) for match in _BLOCK.finditer(page)]
    shown = [(text, blocks[n + 1][1]) for n, (kind, text) in enumerate(blocks) if kind == "sh"]
    assert len(shown) == 4
    with writing(tmp_path) as writer:
        address = writer.client.base_url.netloc.decode()
        token = writer.authorization["Authorization"].removeprefix("Bearer ")
        for text, expected in shown:
            done = subprocess.run(
                ["bash", "-ec", text.replace("localhost:8000", address)],
                env=os.environ | {"TOKEN": token},
                capture_output=True,
                text=True,
                timeout=60,
                check=True,
            )
            pattern = re.escape(expected.strip()).replace("…", "[0-9a-f]+")
            assert re.fullmatch(pattern, done.stdout.strip()), done.stdout
