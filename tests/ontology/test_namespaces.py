"""The constants agree with the JSON-LD context and with the ontology's header."""

from __future__ import annotations

import ast
from importlib.resources import files

import pytest

from ontology import namespaces, resources

CONTEXT = resources.context()["@context"]


@pytest.mark.parametrize(("prefix", "namespace"), sorted(namespaces.PREFIXES.items()))
def test_a_prefix_is_that_of_the_context(prefix: str, namespace: str) -> None:
    assert CONTEXT[prefix] == namespace


def test_the_module_imports_nothing_but_typing() -> None:
    tree = ast.parse(files("ontology").joinpath("namespaces.py").read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert modules <= {"__future__", "typing"}
    assert not any(isinstance(node, ast.Import) for node in ast.walk(tree))
