from __future__ import annotations

import inspect
from types import ModuleType

import httpx
import pytest

from api import errors
from api.problem_types import PROBLEMS, TYPES
from api.problems import problem_of
from curation import errors as curation_errors
from graphstore import errors as store_errors
from queries import errors as question_errors
from tests.api.conftest import BROWSER


def classes(module: ModuleType) -> list[type[Exception]]:
    return [
        item
        for _, item in inspect.getmembers(module, inspect.isclass)
        if issubclass(item, Exception) and item.__module__ == module.__name__
    ]


@pytest.mark.parametrize("module", [errors, store_errors, question_errors, curation_errors])
def test_every_error_class_has_a_problem_type(module: ModuleType) -> None:
    for kind in classes(module):
        assert any(base in PROBLEMS for base in kind.__mro__), kind


def test_every_error_of_this_room_has_a_row_of_its_own() -> None:
    assert {kind for kind in classes(errors) if kind not in PROBLEMS} == set()


def test_foreign_errors_tell_nothing() -> None:
    problem = problem_of(RuntimeError("/secret/path"))
    assert problem.type.status == 500
    assert "secret" not in problem.detail


@pytest.mark.parametrize("slug", sorted(TYPES))
def test_every_problem_type_has_a_page(client: httpx.Client, slug: str) -> None:
    page = client.get(f"/problems/{slug}", headers={"Accept": BROWSER})
    assert page.status_code == 200
    assert TYPES[slug].title.split()[0] in page.text
    assert client.get(f"/problems/{slug}", headers={"Accept": "application/json"}).json()["help"]


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [
        ("GET", "/nope", 404, "not-found"),
        ("GET", "/api/v1/nope", 404, "not-found"),
        ("GET", "/problems/nope", 404, "not-found"),
        ("GET", "/explore/nope", 404, "not-found"),
        ("DELETE", "/api/v1/events", 405, "method-not-allowed"),
        ("PUT", "/sparql", 405, "method-not-allowed"),
        ("GET", "/api/v1/events?limit=x", 400, "bad-parameter"),
        ("GET", "/api/v1/events?colour=red", 400, "unknown-parameter"),
        ("GET", "/api/v1/entities/nope", 404, "entity-not-found"),
        ("GET", "/api/v1/questions/nope", 404, "unknown-question"),
        ("GET", "/sparql?query=SELECT", 400, "query-syntax"),
    ],
)
def test_problem_documents(
    client: httpx.Client, method: str, path: str, status: int, slug: str
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == f"{client.base_url}/problems/{slug}".replace(
        "//problems", "/problems"
    )
    assert problem["status"] == status
    assert problem["title"] == TYPES[slug].title
    assert problem["detail"]
    assert problem["instance"] == path.partition("?")[0]
    if status == 405:
        assert "GET" in answer.headers["allow"]


def test_an_empty_dataset_is_ready_to_be_asked_and_written(empty: httpx.Client) -> None:
    assert empty.get("/health").json() == {"status": "ok"}
    answer = empty.get("/ready")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "commit": "0", "number": 0, "quads": 0, "facts": 0}
