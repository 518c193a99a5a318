"""What several rooms' tests share: the bundled graph, and the source documents where at hand."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from curation.authored import read_folder
from curation.bundled import load_bundled
from curation.documents import Document, find
from graphstore.dataset import Dataset

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def bundled() -> Iterator[Dataset]:
    """The dataset of the five documents, in memory; tests only read it."""
    with Dataset.open(None) as dataset:
        load_bundled(dataset, shapes=None)
        yield dataset


@pytest.fixture(scope="session")
def documents() -> dict[str, Document]:
    """The source documents by name (`s000` …); tests that need them are skipped without."""
    folder = os.environ.get("DURE_DOCUMENTS")
    _, files = read_folder(ROOT / "data" / "authored")
    wanted = {str(file.source["sha256"]): name for name, file in files.items()}
    found = find(Path(folder), set(wanted)) if folder else {}
    if set(found) != set(wanted):
        pytest.skip(
            "the source documents are not at hand (DURE_DOCUMENTS): ranges, hashes, and whether "
            "names, numbers and dates occur in their passages were not checked"
        )
    return {wanted[digest]: document for digest, document in found.items()}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests have to tell besides pass or fail, such as how much of a text is cited."""
    told = [
        value
        for report in terminalreporter.getreports("passed")
        for name, value in report.user_properties
        if name == "told"
    ]
    if told:
        terminalreporter.section("told by the tests")
        for line in sorted(told):
            terminalreporter.line(str(line))
