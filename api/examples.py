"""Examples of requests and answers in the API's description, recorded from the bundled graph.

`examples.json` maps an address of the description to a request and the answer it gave, shortened
to its first item; a test asks every request again.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

_JSON = "application/json"


@cache
def examples() -> dict[str, dict[str, Any]]:
    """Return the examples: address as in the description → `request` and `answer`."""
    loaded: dict[str, dict[str, Any]] = json.loads(
        files("api").joinpath("examples.json").read_text(encoding="utf-8")
    )
    return loaded


def add_examples(document: dict[str, Any]) -> None:
    """Put the examples into an OpenAPI document."""
    for address, example in examples().items():
        operation = document["paths"][address]["get"]
        operation["description"] += f"\n\nExample: `{example['request']}`"
        content = operation["responses"]["200"].setdefault("content", {})
        content.setdefault(_JSON, {})["example"] = example["answer"]


def shortened(answer: Any, *, items: int = 1) -> Any:
    """Return an answer with every list cut to its first items, as it stands in an example."""
    if isinstance(answer, dict):
        return {name: shortened(value, items=items) for name, value in answer.items()}
    if isinstance(answer, list):
        return [shortened(value, items=items) for value in answer[:items]]
    return answer
