"""`/metrics`; the list of queries and cancelling are in test_sparql_query.py."""

from __future__ import annotations

import httpx
from prometheus_client.parser import text_string_to_metric_families


def read(client: httpx.Client) -> dict[tuple[str, str], float]:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "etag" not in answer.headers
    return {
        (sample.name, sample.labels.get("outcome", "") or sample.labels.get("le", "")): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_queries_are_counted(client: httpx.Client) -> None:
    before = read(client)
    text = "SELECT * WHERE { ?s ?p ?o } LIMIT 17"
    tag = client.get("/sparql", params={"query": text}).headers["etag"]
    client.get("/sparql", params={"query": text})
    client.get("/sparql", params={"query": text}, headers={"If-None-Match": tag})
    client.get("/sparql", params={"query": "SELECT"})
    after = read(client)

    def grown(name: str, label: str = "") -> float:
        return after[name, label] - before.get((name, label), 0)

    assert grown("dure_queries_total", "answered") == 1
    assert grown("dure_queries_total", "kept") == 1
    assert grown("dure_queries_total", "not-modified") == 1
    assert grown("dure_queries_total", "query-syntax") == 1
    assert grown("dure_query_rows_total") == 17
    assert grown("dure_query_bytes_total") > 1000
    assert grown("dure_query_seconds_count") == 2
    assert grown("dure_query_seconds_bucket", "+Inf") == 2
    assert after["dure_query_seconds_sum", ""] >= before["dure_query_seconds_sum", ""]


def test_the_state_is_told(client: httpx.Client) -> None:
    found = {name for name, _ in read(client)}
    assert {
        "dure_commits", "dure_quads", "dure_queries_running", "dure_answer_cache_size_bytes",
        "dure_workers", "dure_workers_idle", "dure_queries_waiting", "dure_snapshots_made_total",
        "process_resident_memory_bytes",
    } <= found  # fmt: skip
