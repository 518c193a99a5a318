"""What the API's description has beside what the framework finds out: examples and errors.

Requests and answers are recorded from the bundled graph. `examples.json` maps an address of the
description to a request and the answer it gave, shortened to its first item; a test asks every
request again.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from api.problems import MEDIA_TYPE

_JSON = "application/json"
_PROBLEM = {
    "type": "object",
    "description": "What went wrong; some types have further members.",
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "Page about this problem."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What went wrong this time."},
        "instance": {"type": "string", "description": "Path of the request."},
    },
    "required": ["type", "title", "status", "detail", "instance"],
}


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


def add_problems(document: dict[str, Any]) -> None:
    """Say in an OpenAPI document how errors are answered, in place of the framework's own way."""
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = _PROBLEM
    for path in document["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)
            for response in operation["responses"].values():
                # Where a route does not say what it answers, the framework supposes JSON.
                if response.get("content", {}).get(_JSON) == {"schema": {}}:
                    del response["content"][_JSON]
            operation["responses"]["default"] = {
                "description": "A problem (RFC 9457); /problems/{slug} explains each type",
                "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }


def shortened(answer: Any, *, items: int = 1) -> Any:
    """Return an answer with every list cut to its first items, as it stands in an example."""
    if isinstance(answer, dict):
        return {name: shortened(value, items=items) for name, value in answer.items()}
    if isinstance(answer, list):
        return [shortened(value, items=items) for value in answer[:items]]
    return answer
