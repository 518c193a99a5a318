"""The command line as a person and a script use it: real processes on a real data folder."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from graphstore.dataset import Dataset
from tests.conftest import ROOT

GOOD = """
@prefix as: <https://w3id.org/dure/assertion/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix doc: <https://w3id.org/dure/doc/> .
@prefix dure: <https://w3id.org/dure/ontology#> .
@prefix id: <https://w3id.org/dure/id/> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

doc:0123456789abcdef a dure:Snapshot, dure:SourceDocument ; dct:language "en" ;
    dct:title "A made-up page"@en ; dct:isVersionOf id:page ;
    schema:sha256 "%(zeros)s" ; dure:characterCount 100 .
<https://w3id.org/dure/doc/0123456789abcdef#char=0,9> a oa:SpecificResource ;
    oa:hasSource doc:0123456789abcdef ; oa:start 0 ; oa:end 9 ; schema:sha256 "%(zeros)s" .
<https://w3id.org/dure/submission/one> a dure:Submission ; prov:used doc:0123456789abcdef ;
    prov:endedAtTime "2026-01-01T00:00:00Z"^^xsd:dateTime .
as:one a dure:Assertion ; dure:rank dure:Normal ; dure:support dure:Explicit ;
    prov:generatedAtTime "2026-01-01T00:00:00Z"^^xsd:dateTime ;
    prov:wasGeneratedBy <https://w3id.org/dure/submission/one> ;
    prov:wasDerivedFrom <https://w3id.org/dure/doc/0123456789abcdef#char=0,9> .
<https://w3id.org/dure/graph/editorial> {
    id:page a schema:WebPage ; skos:prefLabel "A made-up page"@en .
    id:grove a dure:Place ; skos:prefLabel "Grove"@en , "숲"@ko .
    id:town a dure:Place ; skos:prefLabel "Town"@en .
}
as:one { id:grove schema:containedInPlace %(parent)s . }
"""


def trig(parent: str = "id:town") -> str:
    return GOOD % {"zeros": "0" * 64, "parent": parent}


class Dure:
    """Runs the command with one data folder."""

    def __init__(self, data: Path) -> None:
        self.data = data

    def __call__(
        self, *arguments: str | Path, code: int = 0, given: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "dure", *map(str, arguments)],
            env=os.environ | {"DURE_DATA": str(self.data), "PYTHONPATH": str(ROOT)},
            cwd=self.data.parent,
            input=given,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the bundled graph; tests copy it or only read it."""
    folder = tmp_path_factory.mktemp("loaded") / "data"
    told = Dure(folder)("load").stderr
    assert "commit 6" in told
    return folder


@pytest.fixture
def dure(tmp_path: Path) -> Dure:
    return Dure(tmp_path / "data")


@pytest.fixture
def on_bundled(loaded: Path, tmp_path: Path) -> Dure:
    shutil.copytree(loaded, tmp_path / "data")
    return Dure(tmp_path / "data")


COMMANDS = ("serve", "load", "validate", "query", "ask", "export", "log", "rebuild", "verify")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_an_example(dure: Dure, command: str) -> None:
    assert f"Example: dure {command}" in dure(command, "--help").stdout.replace("\n", " ")


def test_the_five_documents_are_five_commits_after_the_vocabulary(loaded: Path) -> None:
    lines = Dure(loaded)("log", "--json").stdout.splitlines()
    commits = [json.loads(line) for line in lines]
    assert [commit["number"] for commit in commits] == [6, 5, 4, 3, 2, 1]
    assert [commit["source"] for commit in reversed(commits)] == [
        "vocabulary", "s000", "s001", "s002", "s003", "s004",
    ]  # fmt: skip
    previous = [commit["previous"] for commit in commits]
    assert previous == [commit["id"] for commit in commits[1:]] + [None]


def test_loading_again_changes_nothing(on_bundled: Dure) -> None:
    assert "nothing to load" in on_bundled("load").stderr
    assert len(on_bundled("log", "--json").stdout.splitlines()) == 6


def test_verify_is_clean_and_notices_a_changed_log(on_bundled: Dure) -> None:
    assert on_bundled("verify").stdout.startswith("clean: 6 commits")
    patch = next(on_bundled.data.glob("log/**/000003.rdfp"))
    patch.write_bytes(patch.read_bytes().replace(b"Seoul", b"Busan", 1))
    assert "hash chain" in on_bundled("verify", code=1).stdout


def test_rebuild_gives_a_byte_identical_dump(on_bundled: Dure) -> None:
    before = on_bundled("export", "--format", "nquads").stdout
    assert len(before.splitlines()) > 50_000
    on_bundled("rebuild")
    assert on_bundled("export", "--format", "nquads").stdout == before


def test_rebuild_mends_what_cannot_be_opened(on_bundled: Dure) -> None:
    for file in on_bundled.data.glob("engine/*/*"):
        if file.is_file():
            file.write_bytes(b"damaged")
    assert "dure rebuild" in on_bundled("query", "ASK {}", code=1).stderr
    assert "rebuilt up to commit 6" in on_bundled("rebuild").stderr
    assert on_bundled("verify").stdout.startswith("clean: 6 commits")


def test_rebuild_makes_no_store_where_there_is_none(dure: Dure) -> None:
    assert "there is no store" in dure("rebuild", code=1).stderr
    assert not dure.data.exists()


def test_formats_of_one_graph_hold_the_facts_alone(loaded: Path) -> None:
    assert "https://w3id.org/dure/graph/editorial" in Dure(loaded)("export", "-f", "trig").stdout
    facts = json.loads(Dure(loaded)("export", "-f", "jsonld").stdout)
    assert not [node for node in facts if "@graph" in node]


def test_the_example_of_query_answers(loaded: Path) -> None:
    query = "SELECT ?what { ?what a <https://w3id.org/dure/ontology#Declaration> }"
    assert query in " ".join(Dure(loaded)("query", "--help").stdout.split())
    assert "kampala-declaration" in Dure(loaded)("query", query).stdout


def test_a_question_as_table_csv_and_json(loaded: Path) -> None:
    ask = ("ask", "co-organisers", "--param", "eventType=training")
    table = Dure(loaded)(*ask).stdout
    assert "Kampala Capital City Authority" in table
    rows = list(csv.DictReader(io.StringIO(Dure(loaded)(*ask, "-f", "csv").stdout)))
    assert {row["actorLabel"] for row in rows} >= {"Kampala Capital City Authority"}
    answer = json.loads(Dure(loaded)(*ask, "-f", "json").stdout)
    assert len(answer["results"]["bindings"]) == len(rows)


def test_a_sparql_query_from_argument_file_and_input(loaded: Path, tmp_path: Path) -> None:
    text = 'SELECT ?s { ?s <http://www.w3.org/2004/02/skos/core#prefLabel> "서울"@ko }'
    file = tmp_path / "q.rq"
    file.write_text(text, encoding="utf-8")
    answers = {
        Dure(loaded)("query", text, "-f", "csv").stdout,
        Dure(loaded)("query", "--file", file, "-f", "csv").stdout,
        Dure(loaded)("query", "-", "-f", "csv", given=text).stdout,
    }
    (answer,) = answers
    assert answer.splitlines()[0] == "s"
    assert "https://w3id.org/dure/id/seoul-" in answer


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("query", "SELECT ?s {"), 1, "line 1"),
        (("query", "SELECT * { SERVICE <http://localhost:9> { ?s ?p ?o } }"), 1, "SERVICE"),
        (("query",), 2, "as an argument or with --file"),
        (("ask", "no-such-question"), 1, "no-such-question"),
        (("ask", "events", "--param", "colour=red"), 1, "colour"),
        (("ask", "events", "--param", "colour"), 2, "name=value"),
        (("ask", "events", "--param", "from=28th"), 1, "from"),
        (("query", "--file", "missing.rq"), 2, "missing.rq"),
        (("validate", "missing.ttl"), 2, "missing.ttl"),
        (("validate", "data.docx"), 2, "the ending tells the format"),
        (("dance",), 2, "dance"),
        (("log", "77"), 1, "there is no commit 77; the log holds 6"),
        (("validate", "x.ttl", "--lang", "de"), 2, "de"),
        (("serve", "--port", "99999"), 2, "DURE_PORT"),
        (("export", "-o", "/tmp"), 2, "/tmp"),
        (("source", "add", "/"), 2, "directory"),
        (("query", "--file", sys.executable), 2, "UTF-8"),
    ],
)
def test_a_wrong_call_is_told_and_has_its_exit_code(
    loaded: Path, arguments: tuple[str, ...], code: int, told: str
) -> None:
    done = Dure(loaded)(*arguments, code=code)
    assert told in (done.stderr + done.stdout)


def test_without_a_store_reading_says_how_to_make_one(dure: Dure) -> None:
    assert "dure load" in dure("query", "ASK {}", code=1).stderr


def test_a_file_enters_through_the_gate(on_bundled: Dure, tmp_path: Path) -> None:
    file = tmp_path / "more.trig"
    file.write_text(trig(), encoding="utf-8")
    assert on_bundled("validate", file).returncode == 0
    assert "commit 7" in on_bundled("load", file, "--author", "A. Curator").stderr
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    query = f"SELECT ?l {{ <https://w3id.org/dure/id/grove> {label} ?l }}"
    labels = on_bundled("query", query, "-f", "csv").stdout
    assert labels.split() == ["l", "Grove"]
    assert on_bundled("verify").stdout.startswith("clean: 7 commits")
    assert "A <https://w3id.org/dure/id/grove>" in on_bundled("log", "7").stdout


def test_a_file_with_one_violation_is_refused_whole(on_bundled: Dure, tmp_path: Path) -> None:
    file = tmp_path / "bad.trig"
    file.write_text(trig(parent="id:grove"), encoding="utf-8")
    done = on_bundled("load", file, code=1)
    for part in ("L03", "id:grove", "Nothing was committed"):
        assert part in done.stderr
    assert len(on_bundled("log", "--json").stdout.splitlines()) == 6
    report = json.loads(on_bundled("validate", file, "-f", "json", code=1).stdout)
    assert [r["code"] for r in report["results"] if r["severity"] == "Violation"] == ["L03"]
    assert "sh:ValidationReport" in on_bundled("validate", file, "-f", "turtle", code=1).stdout
    assert "L03" in on_bundled("validate", file, "--lang", "ko", code=1).stdout


def test_a_syntax_error_has_line_and_column(on_bundled: Dure, tmp_path: Path) -> None:
    file = tmp_path / "bad.ttl"
    file.write_text("<urn:a> <urn:b> .\n", encoding="utf-8")
    assert "line 1" in on_bundled("load", file, code=1).stderr


@pytest.mark.parametrize("format", ["trig", "nquads", "turtle", "jsonld", "ntriples"])
def test_the_graph_is_exported_in_every_format(loaded: Path, tmp_path: Path, format: str) -> None:
    target = tmp_path / f"out.{format}"
    Dure(loaded)("export", "--format", format, "-o", target)
    assert target.stat().st_size > 1_000_000
    assert not list(tmp_path.glob("*.part"))


def test_of_several_files_those_before_a_refused_one_are_told(
    on_bundled: Dure, tmp_path: Path
) -> None:
    good, bad = tmp_path / "good.trig", tmp_path / "bad.trig"
    good.write_text(trig(), encoding="utf-8")
    bad.write_text("<urn:a> <urn:b> .\n", encoding="utf-8")
    told = on_bundled("load", good, bad, code=1).stderr
    assert "Load good.trig" in told.partition("commit 7")[2]
    assert "bad.trig" in told.partition("line 1")[2]


def test_a_lost_commit_is_told_and_left_behind_only_by_a_rebuild(on_bundled: Dure) -> None:
    next(on_bundled.data.glob("log/**/000006.rdfp")).unlink()
    assert "from commit 5 (`dure rebuild`)" in on_bundled("verify", code=1).stderr
    assert "up to commit 5" in on_bundled("rebuild").stderr
    assert on_bundled("verify").stdout.startswith("clean: 5 commits")


def test_a_document_enters_the_archive_while_a_service_runs(
    on_bundled: Dure, tmp_path: Path
) -> None:
    file = tmp_path / "note.txt"
    file.write_text("Something else", encoding="utf-8")
    with Dataset.open(on_bundled.data):
        assert "is in the archive" in on_bundled("source", "add", file).stderr
    assert list(on_bundled.data.glob("sources/??/*"))


def test_a_document_in_the_archive_is_known_by_its_hash(on_bundled: Dure, tmp_path: Path) -> None:
    file = tmp_path / "note.txt"
    file.write_text("Something else", encoding="utf-8")
    assert "is cited by nothing yet" in on_bundled("source", "add", file).stderr
    listed = on_bundled("source", "list").stdout
    assert listed.count(" no") == 5
