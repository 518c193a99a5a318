from __future__ import annotations

from api.app import create_app
from api.graph_address import PARAMETERS
from api.graph_store import METHODS
from api.settings import Settings


def test_all_methods_and_parameters_are_described() -> None:
    document = create_app(Settings()).openapi()
    for address in ("/rdf-graph-store", "/rdf-graph-store/{name}"):
        described = document["paths"][address]
        assert {method.upper() for method in described} == set(METHODS) - {"HEAD", "OPTIONS"}
        names = {
            item["name"] for operation in described.values() for item in operation["parameters"]
        }
        graph = {"name"} if "{name}" in address else {"graph", "default"}
        assert names == graph | (set(PARAMETERS) - {"graph", "default"})
        for method, operation in described.items():
            assert operation["responses"]
            assert ("security" in operation) == (method != "get")
    assert "token" in document["components"]["securitySchemes"]
