from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from api.settings import Settings
from graphstore.archive import SourceArchive
from graphstore.dataset import Dataset
from tests.api.conftest import serving


@pytest.fixture(scope="module")
def api(client: httpx.Client) -> dict[str, Any]:
    document: dict[str, Any] = client.get("/openapi.json").json()
    return document


def test_every_operation_is_described(api: dict[str, Any]) -> None:
    operations = [x for path in api["paths"].values() for x in path.values()]
    assert len(operations) > 25
    for operation in operations:
        assert operation["summary"]
        assert operation["description"]
        assert operation["tags"]
    assert len({x["operationId"] for x in operations}) == len(operations)


def test_every_parameter_of_the_lists_is_described(api: dict[str, Any]) -> None:
    for path, methods in api["paths"].items():
        if path.startswith("/api/v1/"):
            for parameter in methods["get"].get("parameters", []):
                assert parameter["in"] == "path" or parameter["description"], (path, parameter)


def test_settings_are_few_described_and_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(Settings.model_fields) <= 15
    assert all(field.description for field in Settings.model_fields.values())
    monkeypatch.setenv("DURE_PORT", "9000")
    monkeypatch.setenv("DURE_DATA", "/somewhere")
    settings = Settings()
    assert settings.port == 9000
    assert settings.data == Path("/somewhere")
    with pytest.raises(ValidationError):
        settings.port = 1
    with pytest.raises(ValidationError):
        Settings(port=70_000)


def test_quotations_come_from_the_archive(bundled: Dataset, tmp_path: Path) -> None:
    text = "두레 is a word."
    digest = SourceArchive(tmp_path / "sources").add(text.encode())
    assert SourceArchive(tmp_path / "sources").quote(digest, 0, 2) == "두레"
    with serving(Settings(data=tmp_path, base_url="https://dure.example/"), bundled) as client:
        problem = client.get("/nope").json()
        assert problem["type"] == "https://dure.example/problems/not-found"
        with_archive = client.get("/api/v1/topics").headers["etag"]
    with serving(Settings(data=tmp_path / "none"), bundled) as client:
        assert client.get("/api/v1/topics").headers["etag"] != with_archive
