"""The bundled data: built from what people authored, borne out by the documents it cites."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from curation.authored import read_folder
from curation.authoring import CompiledDocument, compile_folder
from curation.bundled import bundled_files
from curation.documents import Document
from curation.evidence import coverage
from curation.proofreading import proofread
from tests.conftest import ROOT

NAMES = ("s000", "s001", "s002", "s003", "s004")
# What of each text was cited when the data were last read against it; less is a loss.
CITED_AT_LEAST = {"s000": 0.94, "s001": 0.94, "s002": 0.93, "s003": 0.94, "s004": 0.92}


@pytest.fixture(scope="module")
def without_documents() -> dict[str, CompiledDocument]:
    compiler, documents = compile_folder(ROOT / "data" / "authored", {}, bundled_files().values())
    assert compiler.problems == []
    assert compiler.unused() == []
    return {document.name: document for document in documents}


@pytest.fixture(scope="module")
def with_documents(documents: dict[str, Document]) -> dict[str, CompiledDocument]:
    by_hash = {document.sha256: document for document in documents.values()}
    compiler, compiled = compile_folder(ROOT / "data" / "authored", by_hash)
    assert compiler.problems == []
    return {document.name: document for document in compiled}


def test_there_is_one_authored_and_one_compiled_file_a_document() -> None:
    assert tuple(bundled_files()) == NAMES
    _, files = read_folder(ROOT / "data" / "authored")
    assert tuple(sorted(files)) == NAMES
    authored = {path.stem for path in Path(ROOT / "data" / "authored").glob("*.yaml")}
    assert authored == {"entities", *NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_the_compiled_file_is_what_the_authored_one_says(
    name: str, without_documents: dict[str, CompiledDocument]
) -> None:
    assert without_documents[name].trig() == bundled_files()[name], "run: dure data build"


@pytest.mark.parametrize("name", NAMES)
def test_every_range_and_hash_is_the_documents(
    name: str, with_documents: dict[str, CompiledDocument]
) -> None:
    # Compiled from the documents alone, with no hash taken from an earlier build.
    assert with_documents[name].trig() == bundled_files()[name]


@pytest.mark.parametrize("name", NAMES)
def test_a_colleague_finds_nothing_to_mark(
    name: str, with_documents: dict[str, CompiledDocument], documents: dict[str, Document]
) -> None:
    proof = proofread(with_documents[name], documents[name], list(documents.values()))
    assert proof.problems == ()


@pytest.mark.parametrize("name", NAMES)
def test_the_share_of_the_text_that_is_cited(
    name: str,
    with_documents: dict[str, CompiledDocument],
    documents: dict[str, Document],
    record_property: Callable[[str, object], None],
) -> None:
    compiled = with_documents[name]
    ranges = [at for item in compiled.entries for at in item.entry.at]
    found = coverage(documents[name], ranges, compiled.authored.noise)
    record_property(
        "told",
        f"{name}: {found.share:.1%} of the text is cited, by {len(compiled.entries)} assertions",
    )
    assert found.share >= CITED_AT_LEAST[name]


def test_a_document_altered_by_one_character_is_noticed(
    documents: dict[str, Document],
) -> None:
    original = documents["s003"]
    text = original.text.replace("28th", "29th", 1)
    altered = Document(original.sha256, text)
    _, compiled = compile_folder(
        ROOT / "data" / "authored", {original.sha256: altered}, bundled_files().values()
    )
    assert {d.name for d in compiled if d.trig() != bundled_files()[d.name]} == {"s003"}
