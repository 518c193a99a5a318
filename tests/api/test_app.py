from __future__ import annotations

import hashlib
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from api.examples import examples
from api.settings import BudgetSettings, QueryLogSettings, Settings, SparqlSettings, variables
from graphstore.archive import SourceArchive
from graphstore.changeset import Changeset
from graphstore.dataset import Dataset
from graphstore.formats import parse_quads
from graphstore.log import CommitMeta
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


def test_errors_are_described_as_they_are_answered(
    client: httpx.Client, api: dict[str, Any]
) -> None:
    answer = client.get("/api/v1/events", params={"colour": "red"})
    for path in api["paths"].values():
        for operation in path.values():
            assert "422" not in operation["responses"]
            (media_type,) = operation["responses"]["default"]["content"]
            assert media_type == answer.headers["Content-Type"]
    assert not api["paths"]["/id/{slug}"]["get"]["responses"]["303"]["content"]
    problem = api["components"]["schemas"]["Problem"]
    assert set(problem["required"]) == set(problem["properties"]) <= set(answer.json())


def test_every_parameter_of_the_lists_is_described(api: dict[str, Any]) -> None:
    for path, methods in api["paths"].items():
        if path.startswith("/api/v1/"):
            for parameter in methods["get"].get("parameters", []):
                assert parameter["in"] == "path" or parameter["description"], (path, parameter)


def test_settings_are_few_described_and_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    for group in (Settings, SparqlSettings, BudgetSettings, QueryLogSettings):
        assert len(group.model_fields) <= 15
        assert all(field.description for field in group.model_fields.values())
    monkeypatch.setenv("DURE_PORT", "9000")
    monkeypatch.setenv("DURE_DATA", "/somewhere")
    monkeypatch.setenv("DURE_SPARQL_WORKERS", "7")
    settings = Settings()
    assert settings.sparql.workers == 7
    assert settings.port == 9000
    assert settings.data == Path("/somewhere")
    with pytest.raises(ValidationError):
        settings.port = 1  # type: ignore[misc]
    with pytest.raises(ValidationError):
        Settings(port=70_000)
    names = [name for name, _ in variables()]
    assert len(names) == len(set(names))


TEXT = "두레 is a word."
TRIG = """
@prefix dure: <https://w3id.org/dure/ontology#> . @prefix id: <https://w3id.org/dure/id/> .
@prefix as: <https://w3id.org/dure/assertion/> . @prefix oa: <http://www.w3.org/ns/oa#> .
@prefix prov: <http://www.w3.org/ns/prov#> . @prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix dct: <http://purl.org/dc/terms/> .
<https://w3id.org/dure/doc/D> a dure:Snapshot ; dct:title "Words"@en ; schema:sha256 "HASH" .
<https://w3id.org/dure/doc/D#char=0,2> oa:hasSource <https://w3id.org/dure/doc/D> ;
  oa:start 0 ; oa:end 2 ; schema:sha256 "x" .
as:a a dure:Assertion ; prov:wasDerivedFrom <https://w3id.org/dure/doc/D#char=0,2> ;
  dure:rank dure:Normal ; dure:support dure:Inferred ; dure:supportNote "A guess."@en .
as:b a dure:Assertion ; prov:wasDerivedFrom <https://w3id.org/dure/doc/D#char=0,2> ;
  dure:rank dure:Deprecated .
id:dure-aaaa skos:prefLabel "두레"@ko ; skos:altLabel "Doore"@en .
GRAPH as:a { id:dure-aaaa skos:prefLabel "두레"@ko }
GRAPH as:b { id:dure-aaaa skos:prefLabel "두레"@ko }
"""


def test_quotations_come_from_the_archive(tmp_path: Path) -> None:
    archive = SourceArchive(tmp_path / "sources")
    digest = hashlib.sha256(TEXT.encode()).hexdigest()
    quads = frozenset(parse_quads(TRIG.replace("HASH", digest).encode(), "trig"))
    meta = CommitMeta("me", "one word", datetime.now(UTC))
    with Dataset.open(None) as dataset:
        dataset.commit(Changeset(quads), meta, shapes=None)
        with serving(Settings(data=tmp_path), dataset) as client:
            before = client.get("/api/v1/entities/dure-aaaa")
            archive.add(TEXT.encode())
            time.sleep(1.1)  # the archive is looked at once a second
            after = client.get(
                "/api/v1/entities/dure-aaaa", headers={"If-None-Match": before.headers["etag"]}
            )
            page = client.get("/page/dure-aaaa").text
    (source,) = after.json()["names"][-1]["sources"] or after.json()["names"][0]["sources"]
    assert "quotation" not in before.text
    # The deprecated assertion is no source; the other one is quoted and says what it inferred.
    assert source["passages"][0]["quotation"] == "두레"
    assert source["support"] == "inferred"
    assert source["note"] == "A guess."
    assert "<q>두레</q>" in page
    assert "A guess." in page


def test_links_take_the_address_that_the_world_sees(bundled: Dataset, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, base_url="https://dure.example/")
    with serving(settings, bundled) as client:
        assert client.get("/nope").json()["type"] == "https://dure.example/problems/not-found"
        assert "<https://dure.example/sparql>" in client.get("/sparql").text


@pytest.mark.parametrize("address", sorted(examples()))
def test_examples_are_real(client: httpx.Client, api: dict[str, Any], address: str) -> None:
    example = examples()[address]
    answer = client.get(example["request"])
    assert answer.status_code == 200
    # What the answer says grows with the data; that it speaks of the same thing stays.
    now, then = answer.json(), example["answer"]
    assert set(now) == set(then)
    if now.get("items"):
        assert set(now["items"][0]) >= {"iri", "label"} & set(then["items"][0])
        assert now["items"][0].get("iri") == then["items"][0].get("iri")
    content = api["paths"][address]["get"]["responses"]["200"]["content"]
    assert content["application/json"]["example"] == then


def test_every_address_of_the_api_has_an_example(api: dict[str, Any]) -> None:
    assert {path for path in api["paths"] if path.startswith("/api/v1/")} <= set(examples())
