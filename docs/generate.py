"""The reference parts of the pages, made from the code so that they cannot be wrong.

Run: `python -m docs.generate`. In a page, what stands between `<!-- begin NAME -->` and
`<!-- end NAME -->` is written by the function that `PARTS` has under that name; the rest of the
page is written by people. `tests/test_docs.py` compares.
"""

from __future__ import annotations

import enum
import inspect
import re
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import typer
from pydantic_core import PydanticUndefined

from api.app import create_app
from api.problem_types import TYPES
from api.settings import Settings, variables
from dure.cli import app as command_line
from queries.catalog import Catalog, Question
from queries.parameters import Parameter
from tests.conformance import deviations as conformance
from tests.conformance.suites import NOT_RUN

FOLDER: Final = Path(__file__).resolve().parent
_PART = re.compile(r"<!-- begin (\w+) -->\n.*?<!-- end \1 -->", re.DOTALL)
_SHARED = ("lang", "limit", "cursor")
_WORDS = {bool: "", str: " TEXT", int: " NUMBER", Path: " PATH"}


def commands() -> Iterator[tuple[str, Any]]:
    """Yield the name (`source add`) and the command of every leaf of the command line."""
    yield from _leaves("", typer.main.get_command(command_line))


def routes() -> dict[tuple[str, str], dict[str, Any]]:
    """Return the operations of the API's description by address and method."""
    described = create_app(Settings()).openapi()["paths"]
    return {
        (address, method.upper()): operation
        for address, operations in described.items()
        for method, operation in operations.items()
    }


def _leaves(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name, command
        return
    for word, one in inner.items():
        yield from _leaves(f"{name} {word}".strip(), one)


# ---- the parts


def _routes_part() -> str:
    rows = []
    for (address, method), operation in routes().items():
        names = [item["name"] for item in operation.get("parameters", [])]
        own = [name for name in names if name not in _SHARED and f"{{{name}}}" not in address]
        shared = [name for name in names if name in _SHARED]
        rows.append(
            (
                f"`{method} {address}`",
                operation["summary"],
                _codes(own),
                _codes(shared),
            )
        )
    return _table(("Route", "What", "Its own parameters", "Shared"), rows)


def _parameters_part() -> str:
    rows = []
    for (address, method), operation in routes().items():
        for item in operation.get("parameters", []):
            if item["name"] in _SHARED or item["in"] == "path":
                continue
            rows.append((f"`{method} {address}`", f"`{item['name']}`", item["description"]))
    return _table(("Route", "Parameter", "Meaning"), _merged(rows))


def _problems_part() -> str:
    rows = [
        (f"`{kind.slug}`", str(kind.status), kind.title, kind.help)
        for kind in sorted(TYPES.values(), key=lambda kind: (kind.status, kind.slug))
    ]
    return _table(("Slug", "Status", "Title", "What helps"), rows)


def _questions_part() -> str:
    catalog = Catalog.load()
    rows = [
        (f"`{item.name}`", item.summary["en"], _parameters(item), _codes(_columns(item)))
        for item in catalog
    ]
    return _table(("Question", "What it answers", "Parameters", "Columns"), rows)


def _settings_part() -> str:
    rows = []
    for name, field in variables():
        default = "" if field.default in (None, PydanticUndefined) else _plain(field.default)
        rows.append((f"`{name}`", default, str(field.description)))
    return _table(("Variable", "Default", "Meaning"), rows)


def _commands_part() -> str:
    return "\n".join(_command(name, command) for name, command in commands())


def _conformance_counts_part() -> str:
    rows = []
    for part, suites in conformance.COUNTS.items():
        for suite, count in suites.items():
            rows.append((part, suite, count, _deviating(suite)))
    total = [("", "**all**", sum(row[2] for row in rows), sum(row[3] for row in rows))]
    cells = [
        (part, suite, str(count), str(count - deviating))
        for part, suite, count, deviating in rows + total
    ]
    return _table(("Part", "Suite", "Tests", "Passed"), _merged(cells))


def _deviating(suite: str) -> int:
    return sum(name.startswith(f"{suite}/") for name in conformance.DEVIATIONS)


def _conformance_deviations_part() -> str:
    if not conformance.DEVIATIONS:
        return "Nothing: every test of SPARQL 1.1 that is run passes.\n"
    return _reasons("Test", conformance.DEVIATIONS)


def _conformance_extra_part() -> str:
    passed = conformance.EXTRA_COUNT - len(conformance.EXTRA_DEVIATIONS)
    told = f"{passed} of {conformance.EXTRA_COUNT} pass.\n\n"
    return told + _reasons("Test", conformance.EXTRA_DEVIATIONS)


def _reasons(head: str, reasons: Mapping[str, str], other: str = "Reason") -> str:
    rows = [(f"`{name}`", reason) for name, reason in sorted(reasons.items())]
    return _table((head, other), rows)


PARTS: Final[dict[str, Callable[[], str]]] = {
    "commands": _commands_part,
    "conformance_counts": _conformance_counts_part,
    "conformance_deviations": _conformance_deviations_part,
    "conformance_extra": _conformance_extra_part,
    "conformance_mended": lambda: _reasons("Test", conformance.MENDED, "What is right: by what"),
    "conformance_not_run": lambda: _reasons("Suite", NOT_RUN),
    "conformance_refused": lambda: f"{_codes(sorted(conformance.REFUSED))}\n",
    "conformance_values": lambda: f"{_codes(sorted(conformance.BY_VALUE))}\n",
    "parameters": _parameters_part,
    "problems": _problems_part,
    "questions": _questions_part,
    "routes": _routes_part,
    "settings": _settings_part,
}


# ---- how they are written


def _command(name: str, command: Any) -> str:
    kinds = typing.get_type_hints(command.callback)
    words = [f"dure {name}", "[OPTIONS]"]
    rows = []
    for item in command.params:
        if item.name == "help":
            continue
        kind = _bare(kinds[_spelled(item, kinds)])
        is_argument = not str(item.opts[0]).startswith("-")
        if is_argument:
            word = str(item.name).upper() + ("…" if _is_list(kinds[item.name]) else "")
            words.append(word if item.required else f"[{word}]")
            shown = f"`{word}`"
        else:
            shown = ", ".join(f"`{opt}`" for opt in item.opts) + _kind_words(kind)
        rows.append((shown, _meaning(item, kind)))
    said, _, example = inspect.cleandoc(command.help).partition("Example: ")
    parts = [f"### dure {name}", "", said.strip(), "", "```text", " ".join(words), "```", ""]
    if rows:
        parts += [_table(("Argument or option", "Meaning"), rows)]
    parts += ["```console", f"$ {' '.join(example.split())}", "```", ""]
    return "\n".join(parts)


def _spelled(item: Any, kinds: dict[str, Any]) -> str:
    """Return the name of a parameter in the function, where `json` is `json_`."""
    return item.name if item.name in kinds else f"{item.name}_"


def _bare(kind: Any) -> Any:
    """Return the type itself of `T | None` and `list[T]`."""
    inner = [one for one in typing.get_args(kind) if one is not type(None)]
    return _bare(inner[0]) if inner else kind


def _is_list(kind: Any) -> bool:
    return typing.get_origin(kind) is list or any(
        typing.get_origin(one) is list for one in typing.get_args(kind)
    )


def _kind_words(kind: Any) -> str:
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return " " + " \\| ".join(str(one.value) for one in kind)
    return _WORDS[kind]


def _meaning(item: Any, kind: Any) -> str:
    said = [item.help] if item.help else []
    default = item.default
    if isinstance(default, enum.Enum):
        default = default.value
    if default not in (None, False):
        said.append(f"Default: `{default}`.")
    if item.envvar:
        said.append(f"Variable: `{item.envvar}`.")
    return " ".join(said) if said else "How it is written."


def _parameters(question: Question) -> str:
    return "<br>".join(_parameter(item) for item in question.parameters) or "none"


def _parameter(item: Parameter) -> str:
    kind = f"concept of {item.scheme}" if item.scheme else item.type
    needed = ", required" if item.required else ""
    return f"`{item.name}` ({kind}{needed})"


def _columns(question: Question) -> list[str]:
    return [column.name for column in question.columns]


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        quoted = ", ".join(f'"{item}"' for item in value)
        return f"`[{quoted}]`"
    return f"`{value}`"


def _merged(rows: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Write the first cell of consecutive rows once."""
    merged: list[tuple[str, ...]] = []
    before = ""
    for first, *rest in rows:
        merged.append(("" if first == before else first, *rest))
        before = first
    return merged


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


# ---- the pages


def filled(page: str) -> str:
    """Return a page with its generated parts as they are now."""
    return _PART.sub(
        lambda found: f"<!-- begin {found[1]} -->\n{PARTS[found[1]]()}<!-- end {found[1]} -->", page
    )


def pages() -> Iterator[Path]:
    """Yield the pages that have generated parts."""
    for path in sorted(FOLDER.glob("*.md")):
        if _PART.search(path.read_text(encoding="utf-8")):
            yield path


def main() -> None:
    """Write the generated parts of all pages."""
    for path in pages():
        path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
