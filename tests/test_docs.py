"""The pages tell the truth: generated parts are current, examples run, links lead somewhere."""

from __future__ import annotations

import csv
import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
from starlette.routing import BaseRoute

from api.app import create_app
from api.problem_types import TYPES
from api.settings import Settings, variables
from curation.errors import CurationError
from curation.forms import FORMS
from curation.gate import Submission, preview
from docs import generate
from dure.cli import app as command_line
from graphstore.archive import SourceArchive
from graphstore.changeset import Changeset
from graphstore.dataset import Dataset
from graphstore.errors import QuerySyntaxError
from graphstore.formats import parse_quads
from graphstore.log import CommitMeta
from graphstore.patch import read_headers
from graphstore.validation import Shapes
from ontology.namespaces import PREFIXES
from queries.catalog import Catalog, Question, read_question
from tests.api.conftest import serving
from tests.conftest import ROOT

DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", *DOCS.glob("*.md")])
LINKING = sorted([*PAGES, *ROOT.glob("*.md"), *(ROOT / "ontology").glob("*.md")])
TEXT = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)
HTTP = (DOCS / "http.md").read_text(encoding="utf-8")
TUTORIALS = (DOCS / "README.md").read_text(encoding="utf-8")

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_QUERY_FORM = re.compile(r"\b(SELECT|ASK|CONSTRUCT|DESCRIBE)\b")


def place(path: Path) -> str:
    return str(path.relative_to(ROOT))


def blocks(language: str) -> list[Any]:
    """Return every code block of a language as a case named by its page and number."""
    found = []
    for path in PAGES:
        texts = [
            m[2] for m in _BLOCK.finditer(path.read_text(encoding="utf-8")) if m[1] == language
        ]
        found += [
            pytest.param(text, id=f"{path.name}-{number}") for number, text in enumerate(texts, 1)
        ]
    return found


def block(language: str, beginning: str) -> str:
    """Return the tutorials' block of a language that begins so."""
    (found,) = (
        match[2]
        for match in _BLOCK.finditer(TUTORIALS)
        if match[1] == language and match[2].startswith(beginning)
    )
    return found


# ---- generated parts


@pytest.mark.parametrize("path", list(generate.pages()), ids=place)
def test_generated_parts_are_what_the_code_says_now(path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    assert page == generate.filled(page), "run: python -m docs.generate"


def test_every_part_stands_in_one_page() -> None:
    for name in generate.PARTS:
        assert TEXT.count(f"<!-- begin {name} -->") == 1


# ---- the surface is described


def addresses() -> Iterator[str]:
    """Yield the address of every route, those of included routers too."""

    def walk(routes: list[BaseRoute], prefix: str = "") -> Iterator[str]:
        for route in routes:
            inner = getattr(route, "original_router", None)
            if inner is not None:
                yield from walk(inner.routes, prefix + route.include_context.prefix)  # type: ignore[attr-defined]
            else:
                yield f"{prefix}{getattr(route, 'path', '')}"

    yield from walk(create_app(Settings()).routes)


@pytest.mark.parametrize("address", sorted(set(addresses())))
def test_every_route_is_described(address: str) -> None:
    assert re.search(rf"`([A-Z]+ )?{re.escape(address)}(\?q=)?`", HTTP)


def test_there_are_routes_to_describe() -> None:
    assert {"/sparql", "/api/v1/entities/{id}", "/page/{slug}"} <= set(addresses())


@pytest.mark.parametrize("name", [name for name, _ in variables()])
def test_every_setting_is_described(name: str) -> None:
    page = (DOCS / "settings.md").read_text(encoding="utf-8")
    assert f"`{name}`" in page


@pytest.mark.parametrize("name", [name for name, _ in generate.commands()])
def test_every_command_is_described(name: str) -> None:
    page = (DOCS / "cli.md").read_text(encoding="utf-8")
    assert f"### dure {name}\n" in page
    assert f"$ dure {name}" in page


@pytest.mark.parametrize("question", Catalog.load().questions, ids=lambda item: str(item.name))
def test_every_question_is_described(question: Question) -> None:
    page = (DOCS / "queries.md").read_text(encoding="utf-8")
    (row,) = (line for line in page.splitlines() if line.startswith(f"| `{question.name}` |"))
    for name in [*(x.name for x in question.parameters), *(x.name for x in question.columns)]:
        assert f"`{name}`" in row


@pytest.mark.parametrize("slug", TYPES)
def test_every_problem_is_described(slug: str) -> None:
    assert f"| `{slug}` |" in HTTP


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_the_authored_files_is_described(form: str) -> None:
    assert f"| `{form}` |" in (DOCS / "authoring.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("error", CurationError.__subclasses__(), ids=lambda item: item.__name__)
def test_every_error_of_the_gate_is_described(error: type[CurationError]) -> None:
    assert f"`{error.__name__}`" in (DOCS / "curation.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=place)
def test_every_page_is_in_the_index(page: Path) -> None:
    assert page.parent == ROOT or page.name == "README.md" or f"]({page.name})" in TUTORIALS


def test_the_headers_of_a_commit_are_described(tmp_path: Path) -> None:
    page = (DOCS / "graphstore.md").read_text(encoding="utf-8")
    table = page.partition("| Header | Holds")[2].partition("\n\n")[0]
    meta = CommitMeta("a", "m", datetime.now(UTC), source="s", submission="t", report="r")
    with Dataset.open(tmp_path) as dataset:
        for number in (1, 2):
            quads = parse_quads(f"<urn:{number}> <urn:p> <urn:o> .".encode(), "ntriples")
            commit = dataset.commit(Changeset(frozenset(quads)), meta, shapes=None)
    for name in read_headers(commit.patch().splitlines(keepends=True)):
        assert f"`{name}`" in table


# ---- links


def anchors(path: Path) -> set[str]:
    """Return the anchors of a page's headings, made as the common renderers do."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.strip().replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("path", LINKING, ids=place)
def test_relative_links_lead_somewhere(path: Path) -> None:
    for target in _LINK.findall(_CODE.sub("", path.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        found = (path.parent / name) if name else path
        assert found.exists(), target
        if anchor:
            assert anchor in anchors(found), target


def test_the_readme_is_short() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 150


# ---- SPARQL


@pytest.mark.parametrize("text", blocks("sparql"))
def test_sparql_examples_answer(text: str, bundled: Dataset) -> None:
    """Patterns without a query form are taken as the body of a SELECT, with our prefixes."""
    if not _QUERY_FORM.search(text):
        declared = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())
        text = f"{declared}SELECT * WHERE {{\n{text}\n}} LIMIT 1"
    try:
        answer = bundled.query(text)
    except QuerySyntaxError as error:
        pytest.fail(f"{error}\n{text}")
    if answer.kind == "solutions":
        assert next(iter(answer.solutions), None) is not None
    elif answer.kind == "boolean":
        assert answer.boolean
    else:
        assert answer.triples


def test_the_example_of_a_question_file_is_one(bundled: Dataset) -> None:
    page = (DOCS / "queries.md").read_text(encoding="utf-8")
    (text,) = (match[2] for match in _BLOCK.finditer(page) if match[2].startswith("#+"))
    question = read_question("example", text)
    catalog = Catalog((question,))
    given: list[dict[str, str]] = [
        {},
        {"to": "2019"},
        *({name: value} for name, value in question.examples().items()),
    ]
    for params in given:
        solutions = catalog.run(bundled, "example", params)
        assert set(solutions.variables) >= {column.name for column in question.columns}
        assert next(iter(solutions), None) is not None, params


# ---- shell


def shell_lines() -> list[Any]:
    """Return the calls of `dure` in all pages: a line, without what follows a pipe."""
    found = []
    for path in PAGES:
        page = path.read_text(encoding="utf-8")
        for number, line in enumerate(page.splitlines(), 1):
            if line.startswith("$ dure"):
                found.append(pytest.param(line[2:], id=f"{path.name}:{number}"))
    return found


@pytest.mark.parametrize("line", shell_lines())
def test_shell_examples_use_existing_commands_and_options(line: str) -> None:
    words = shlex.split(line, comments=True)
    ends = [number for number, word in enumerate(words) if word in {"|", ">", "&&", "<"}]
    words = words[1 : min(ends, default=len(words))]
    command: Any = typer.main.get_command(command_line)
    names = ["dure"]
    while hasattr(command, "commands"):
        assert words[0] in command.commands, line
        names.append(words.pop(0))
        command = command.commands[names[-1]]
    with command.make_context(" ".join(names), words):
        pass
    if names[-1] == "ask" and words:
        question = Catalog.load()[words[0]]
        given = [
            following.partition("=")[0]
            for word, following in pairwise(words)
            if word in {"--param", "-p"}
        ]
        assert set(given) <= {item.name for item in question.parameters}


def curl_lines() -> list[Any]:
    """Return the plain requests by curl in all pages, with the line that follows each."""
    found = []
    for path in PAGES:
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, 1):
            plain = not line.endswith(("\\", "&")) and " -X " not in line
            if line.startswith("$ curl") and plain:
                found.append(pytest.param(line, lines[number], id=f"{path.name}:{number}"))
    return found


@pytest.fixture(scope="module")
def client(bundled: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with serving(Settings(data=tmp_path_factory.mktemp("data")), bundled) as opened:
        yield opened


@pytest.mark.parametrize(("line", "output"), curl_lines())
def test_curl_examples_are_answered(line: str, output: str, client: httpx.Client) -> None:
    words = shlex.split(line.partition(" # ")[0].partition(" | ")[0])
    (address,) = (word for word in words if word.startswith("localhost:8000"))
    after = list(pairwise(words))
    headers = dict(value.split(": ", 1) for option, value in after if option == "-H")
    forms = dict(value.split("=", 1) for option, value in after if option == "--data-urlencode")
    answer = client.request(
        "POST" if forms else "GET",
        address.removeprefix("localhost:8000"),
        headers={"Accept": "*/*"} | headers,
        data=forms or None,
        follow_redirects=any(re.fullmatch("-s?L", word) for word in words),
    )
    wrong = re.search(r"/problems/([a-z-]+)", output)
    assert (answer.status_code >= 400) == bool(wrong)
    if wrong:
        assert answer.json()["type"].endswith(f"/{wrong[1]}")
    elif output.startswith(("$", "```")):
        return
    elif headers.get("Accept") == "text/csv" and output:
        assert answer.text.splitlines()[0] == output
    elif output.startswith("{") and not headers:
        assert answer.text.startswith(output[:16])


# ---- the tutorials


def _report(tmp_path: Path) -> SourceArchive:
    archive = SourceArchive(tmp_path / "sources")
    archive.add(block("text", "On 3 June").encode())
    return archive


def _preview(dataset: Dataset, document: str, archive: SourceArchive) -> Any:
    meta = CommitMeta("a curator", "example", datetime.now(UTC))
    quads = parse_quads(document.encode(), "trig")
    return preview(dataset, Submission(meta, quads), shapes=Shapes.load(), archive=archive)[1]


@pytest.fixture(scope="module")
def good() -> str:
    return block("trig", "@prefix")


@pytest.fixture(scope="module")
def wrong(good: str) -> str:
    """The file with the line that the tutorial changes."""
    changed = block("turtle", "id:city-of-grove").strip()
    made = re.sub(r"id:city-of-grove a org:Organization ;[^.]*\.", changed, good)
    assert made != good
    return made


def test_the_good_file_conforms(bundled: Dataset, good: str, tmp_path: Path) -> None:
    report = _preview(bundled, good, _report(tmp_path))
    assert report.conforms
    assert report.to_text().strip() in TUTORIALS


def test_the_wrong_file_violates_what_the_page_says(
    bundled: Dataset, wrong: str, tmp_path: Path
) -> None:
    report = _preview(bundled, wrong, _report(tmp_path))
    assert [result.code for result in report.violations] == ["E14"]
    assert report.to_text().strip() in TUTORIALS


def test_the_withdrawal_withdraws(good: str, tmp_path: Path) -> None:
    page = (DOCS / "curation.md").read_text(encoding="utf-8")
    (text,) = (match[2] for match in _BLOCK.finditer(page) if match[1] == "turtle")
    meta = CommitMeta("a curator", "example", datetime.now(UTC))
    fact = parse_quads(
        b"<https://w3id.org/dure/id/grove-forum-2024> <https://schema.org/startDate> "
        b'"2024-06-03"^^<http://www.w3.org/2001/XMLSchema#date> .',
        "ntriples",
    )[0]
    with Dataset.open(tmp_path) as dataset:
        for document in (good, text):
            quads = parse_quads(document.encode(), "trig")
            changes, report = preview(dataset, Submission(meta, quads), shapes=Shapes.load())
            assert report.conforms
            dataset.commit(changes, meta, shapes=None)
            assert dataset.contains(fact) == (document is good)


def test_the_ranges_of_the_report_are_found_as_the_page_says(
    good: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "report.txt").write_text(block("text", "On 3 June"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    exec(compile(block("python", "import hashlib"), "docs/README.md", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    for line in lines:
        start, end, digest = line.split()
        assert digest in good
        assert start == "document" or f"#char={start},{end}>" in good


def test_the_program_fetches_facts(
    client: httpx.Client, capsys: pytest.CaptureFixture[str]
) -> None:
    address = str(client.base_url).rstrip("/")
    code = block("python", "import csv").replace("http://localhost:8000", address)
    exec(compile(code, "docs/README.md", "exec"), {})
    told = capsys.readouterr()
    rows = list(csv.DictReader(told.out.splitlines()))
    assert "Seoul Metropolitan Government" in {row["member"] for row in rows}
    assert all(int(row["start"]) < int(row["end"]) for row in rows)
    assert re.match(r"[1-9]\d* rows at commit [0-9a-f]{12}", told.err)
