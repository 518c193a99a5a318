"""The main job end to end: a server process on the bundled graph, asked over every door.

A real process, real HTTP, and, where Chromium is installed, a real browser.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, sync_playwright

from tests.conftest import ROOT

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TRAINING = "East Africa Training in Uganda"
CO_ORGANISERS = {"Global Social Economy Forum", "Kampala Capital City Authority"}
SPARQL = """
PREFIX cv: <http://data.europa.eu/m8g/>
PREFIX dure: <https://w3id.org/dure/ontology#>
PREFIX etype: <https://w3id.org/dure/concept/event-type/>
PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX role: <https://w3id.org/dure/concept/role/>
PREFIX dct: <http://purl.org/dc/terms/>
SELECT DISTINCT ?training ?who ?document ?start ?end WHERE {
  ?event dct:type etype:training ; rdfs:label ?training ; cv:hasParticipation ?p .
  ?p cv:role role:co-organizer ; cv:hasParticipant/rdfs:label ?who .
  GRAPH ?assertion { ?p cv:hasParticipant ?agent }
  ?assertion prov:wasDerivedFrom ?passage .
  ?passage oa:hasSource ?document ; oa:start ?start ; oa:end ?end .
}
"""

pytestmark = pytest.mark.xdist_group("service")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a service that loaded the bundled graph at its first start."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = tmp_path_factory.mktemp("service") / "data"
    log = (data.parent / "log").open("wb")
    serving = subprocess.Popen(
        [sys.executable, "-m", "dure", "serve"],
        env=os.environ | {"DURE_DATA": str(data), "DURE_PORT": str(port), "PYTHONPATH": str(ROOT)},
        cwd=data.parent,
        stdout=log,
        stderr=log,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 240
        while time.monotonic() < deadline:
            assert serving.poll() is None, Path(log.name).read_text()
            try:
                if httpx.get(f"{url}/ready", timeout=5).status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.2)
        else:
            pytest.fail("the service did not become ready")
        yield url
    finally:
        serving.terminate()
        assert serving.wait(timeout=30) in (0, -15)
        log.close()


def test_who_co_organised_which_training_over_rest(service: str) -> None:
    answer = httpx.get(
        f"{service}/api/v1/questions/co-organisers", params={"eventType": "training"}, timeout=30
    )
    assert answer.status_code == 200
    assert re.fullmatch("[0-9a-f]{64}", answer.headers["dure-commit"])
    rows = [row for row in answer.json()["items"] if row["event"]["label"] == TRAINING]
    assert {row["actor"]["label"] for row in rows} == CO_ORGANISERS
    for row in rows:
        assert row["source"]["iri"] == "https://w3id.org/dure/doc/b605b081e803a07a"
        assert "#char=" in row["passage"]["iri"]


def test_who_co_organised_which_training_over_sparql(service: str) -> None:
    answer = httpx.post(
        f"{service}/sparql",
        content=SPARQL,
        headers={
            "Content-Type": "application/sparql-query",
            "Accept": "application/sparql-results+json",
        },
        timeout=30,
    )
    assert answer.status_code == 200
    bindings = answer.json()["results"]["bindings"]
    found = {row["who"]["value"] for row in bindings if row["training"]["value"] == TRAINING}
    assert found == CO_ORGANISERS
    assert {
        row["document"]["value"] for row in bindings if row["training"]["value"] == TRAINING
    } == {"https://w3id.org/dure/doc/b605b081e803a07a"}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/entities/no-such-thing", 404),
        ("/api/v1/questions/no-such-question", 404),
        ("/api/v1/events?colour=red", 400),
        ("/api/v1/events?from=28th", 400),
        ("/api/v1/events?cursor=nonsense", 400),
        ("/sparql?query=SELECT", 400),
        ("/sparql?query=ASK%20{SERVICE%20<http://localhost:1>{}}", 400),
        ("/id/nothing", 404),
        ("/%00", 404),
    ],
)
def test_nonsense_gets_a_problem_and_no_trace(service: str, path: str, status: int) -> None:
    answer = httpx.get(f"{service}{path}", headers={"Accept": "application/json"}, timeout=30)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["title"]
    assert "Traceback" not in answer.text
    assert str(ROOT) not in answer.text


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A page of a real browser; without Chromium the tests that need it are skipped."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: the pages were not opened in a browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        opened = browser.new_page()
        opened.set_default_timeout(30_000)
        yield opened
        browser.close()


def test_who_co_organised_which_training_in_a_browser(service: str, page: Page) -> None:
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("requestfailed", lambda request: faults.append(request.url))
    page.goto(service)
    page.get_by_role("link", name="Co-organisers").first.click()
    table = page.get_by_role("table").first
    rows = table.get_by_role("row").filter(has_text=TRAINING)
    text = " ".join(rows.all_inner_texts())
    for name in CO_ORGANISERS:
        assert name in text
    assert faults == []


def test_a_korean_search_finds_seoul_and_its_page_tells_its_sources(
    service: str, page: Page
) -> None:
    page.goto(service)
    page.get_by_role("searchbox").fill("서울특별시")
    page.get_by_role("searchbox").press("Enter")
    page.get_by_role("link", name="Seoul Metropolitan Government").first.click()
    assert page.get_by_role("heading", level=1).inner_text() == "Seoul Metropolitan Government"
    assert page.get_by_text("City of Seoul takes the lead on social economy").count() >= 1
    page.get_by_role("link", name="한국어").first.click()
    assert page.locator("html").get_attribute("lang") == "ko"


SLOW = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def running(service: str) -> float:
    lines = httpx.get(f"{service}/metrics", timeout=30).text.splitlines()
    return float(next(x for x in lines if x.startswith("dure_queries_running ")).split()[1])


def test_a_query_is_cancelled_in_a_browser(service: str, page: Page) -> None:
    page.goto(f"{service}/sparql")
    page.get_by_label("Query", exact=True).fill(SLOW)
    assert page.locator("#cancel").is_hidden()
    # By the page's own clock: the driver waits for the answer before it touches the page again.
    page.evaluate("""() => {
        const cancel = document.getElementById("cancel");
        setTimeout(() => document.querySelector("form.query button").click(), 0);
        setTimeout(() => { window.shown = !cancel.hidden; cancel.click(); }, 2000);
    }""")
    deadline = time.monotonic() + 20
    while running(service) < 1 and time.monotonic() < deadline:
        time.sleep(0.05)
    while running(service) > 0 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert running(service) == 0
    assert page.evaluate("window.shown")
    assert page.locator("#cancel").is_hidden()
    assert page.url == f"{service}/sparql"


def test_an_error_is_shown_in_the_text(service: str, page: Page) -> None:
    page.goto(f"{service}/sparql")
    page.get_by_label("Query", exact=True).fill("SELECT ?s WHERE {\n  ?s ~ ?o\n}")
    page.get_by_role("button", name="Run query").click()
    assert page.get_by_role("alert").get_by_text("line 2, column 6").count() == 1
    selected = page.evaluate("document.getSelection().toString()")
    assert selected == "~"


def test_the_query_page_works_without_scripts(service: str, page: Page) -> None:
    browser = page.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(f"{service}/sparql?lang=ko")
    plain.get_by_label("최대 행 수").fill("3")
    plain.get_by_role("button", name="질의 실행").click()
    assert plain.get_by_role("row").count() == 4
    assert plain.get_by_text("답의 일부입니다.").count() >= 1
    plain.get_by_role("link", name="무엇을, 어느 판에").click()
    assert plain.get_by_role("heading", level=1).inner_text() == "답 확인서"
    context.close()


def test_every_page_of_the_menu_opens(service: str, page: Page) -> None:
    page.goto(service)
    links = page.locator("header a").evaluate_all("found => found.map(a => a.href)")
    assert len(links) >= 5
    for link in dict.fromkeys(links):
        answer = page.goto(link)
        assert answer is not None
        assert answer.status == 200, link
        assert page.get_by_role("main").count() == 1, link
        assert page.get_by_role("heading", level=1).count() == 1, link


def test_a_page_fits_a_telephone(service: str, page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    for path in ("/", "/explore", "/questions/co-organisers", "/ontology"):
        page.goto(f"{service}{path}")
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 360, path
    page.set_viewport_size({"width": 1280, "height": 800})
