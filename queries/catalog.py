"""The catalogue of questions: one `.rq` file each, read with its header, bound, and run.

A file begins with a header in the decorator style of grlc
(https://github.com/CLARIAH/grlc/wiki/Query-decorators): comment lines that start with `#+` and
together are YAML. `docs/queries.md` describes the fields. Values enter a query by substitution
(https://github.com/w3c/sparql-dev/blob/main/SEP/SEP-0007/sep-0007.md) and never as text, so every
parameter is a projected variable; one that is not given and has no default stays unbound, which
asks for everything.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

import yaml
from pyoxigraph import NamedNode

from graphstore.answer import Answer, Solutions
from graphstore.dataset import Dataset
from graphstore.terms import Term
from queries.errors import BadParameter, UnknownQuestion
from queries.names import NameIndex
from queries.parameters import Parameter, Text, text_in_languages

_HEADER: Final = "#+"
_LIMIT: Final = re.compile(r"^LIMIT\s+(\d+)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Column:
    """One column of an answer: its variable and its heading in each language."""

    name: str
    title: Text


@dataclass(frozen=True)
class Question:
    """One question: what it asks, what it wants to know for that, and what it answers.

    `text` is the whole file, header included; `columns` are those that make up the answer, in
    order (a query projects its parameters too, after them); `limit` is the number of rows at which
    an answer is cut.
    """

    name: str
    title: Text
    summary: Text
    description: Text
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    tags: tuple[str, ...]
    limit: int
    text: str

    def parameter(self, name: str) -> Parameter:
        """Return the parameter `name`; raises `BadParameter` naming those there are."""
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        known = tuple(parameter.name for parameter in self.parameters)
        listed = f"it has {', '.join(known)}" if known else "it has none"
        raise BadParameter(
            name, f"the question '{self.name}' has no such parameter; {listed}", known
        )

    def examples(self) -> dict[str, str]:
        """Return a value for each parameter with which the bundled data give an answer."""
        return {item.name: item.example for item in self.parameters if item.example is not None}


class Catalog:
    """All questions by name; knows the names in the dataset it was last asked about."""

    def __init__(self, questions: tuple[Question, ...]) -> None:
        """Hold these questions, in order of name."""
        self._questions = {item.name: item for item in sorted(questions, key=lambda q: q.name)}
        self._names: tuple[str, NameIndex] | None = None

    @classmethod
    def load(cls) -> Catalog:
        """Read the question files of this package."""
        found = (item for item in files("queries").iterdir() if item.name.endswith(".rq"))
        return cls(
            tuple(
                read_question(item.name.removesuffix(".rq"), item.read_text(encoding="utf-8"))
                for item in found
            )
        )

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions in order of name."""
        return tuple(self._questions.values())

    def __iter__(self) -> Iterator[Question]:
        """Iterate over the questions in order of name."""
        return iter(self.questions)

    def __len__(self) -> int:
        """Return how many questions there are."""
        return len(self._questions)

    def __getitem__(self, name: str) -> Question:
        """Return the question `name`; raises `UnknownQuestion` with the names nearest to it."""
        if name not in self._questions:
            raise UnknownQuestion(name, tuple(difflib.get_close_matches(name, self._questions)))
        return self._questions[name]

    def bindings(self, dataset: Dataset, name: str, params: Mapping[str, str]) -> dict[str, Term]:
        """Return the terms that the variables of question `name` are bound to.

        `params` maps names of parameters to what a person wrote; an empty value counts as not
        given. Raises `UnknownQuestion` and `BadParameter`.
        """
        question = self[name]
        for given in params:
            question.parameter(given)
        bound: dict[str, Term] = {}
        for parameter in question.parameters:
            value = params.get(parameter.name, "").strip() or parameter.default
            if value:
                bound |= parameter.bindings(value, dataset, self._bearers(dataset))
            elif parameter.required:
                example = f", for example {parameter.example}" if parameter.example else ""
                raise BadParameter(parameter.name, f"is required{example}")
        return bound

    def run(self, dataset: Dataset, name: str, params: Mapping[str, str]) -> Solutions:
        """Answer question `name` on `dataset`.

        The solutions hold the question's columns, then its parameters. Raises `UnknownQuestion`,
        and `BadParameter` for a value that is unknown, malformed or ambiguous.

        >>> with Dataset.open(None) as dataset:
        ...     Catalog.load().run(dataset, "events", {"to": "2019"}).variables[:2]
        ('event', 'eventLabel')
        """
        return dataset.select(self[name].text, self.bindings(dataset, name, params))

    def answer(self, dataset: Dataset, name: str, params: Mapping[str, str]) -> Answer:
        """Answer question `name` for writing in any format of SPARQL results; raises as `run`."""
        return dataset.query(self[name].text, self.bindings(dataset, name, params))

    def _bearers(self, dataset: Dataset) -> _Bearers:
        return _Bearers(self, dataset)

    def names(self, dataset: Dataset) -> NameIndex:
        """Return the names in `dataset`, read again only when its head has changed."""
        head = dataset.head.id if dataset.head else ""
        kept = self._names
        if kept is None or kept[0] != head:
            kept = (head, NameIndex(dataset))
            self._names = kept
        return kept[1]


@dataclass(frozen=True)
class _Bearers:
    """Looks a name up, and reads the names only then."""

    catalog: Catalog
    dataset: Dataset

    def __call__(self, name: str) -> list[NamedNode]:
        return self.catalog.names(self.dataset).bearers(name)


def read_question(name: str, text: str) -> Question:
    """Return the question that a file's `text` holds; its name is that of the file.

    Raises `ValueError` when the header is not as docs/queries.md describes it.
    """
    header = _header(name, text)
    limit = _LIMIT.search(text)
    if limit is None:
        raise ValueError(f"{name}: the query has no LIMIT")
    return Question(
        name=name,
        title=text_in_languages(header, "title"),
        summary=text_in_languages(header, "summary"),
        description=text_in_languages(header, "description"),
        parameters=tuple(Parameter.read(item) for item in header.get("params") or ()),
        columns=tuple(_columns(header["answer"])),
        tags=tuple(header["tags"]),
        limit=int(limit[1]),
        text=text,
    )


def _header(name: str, text: str) -> dict[str, Any]:
    lines = [line.removeprefix(_HEADER) for line in text.splitlines() if line.startswith(_HEADER)]
    loaded = yaml.safe_load("\n".join(line.removeprefix(" ") for line in lines))
    wanted = {"title", "title-ko", "summary", "summary-ko", "description", "description-ko"}
    wanted |= {"tags", "answer"}
    if not isinstance(loaded, dict) or not wanted <= set(loaded) <= wanted | {"params"}:
        raise ValueError(f"{name}: the header needs {sorted(wanted)} and may have params")
    return loaded


def _columns(answer: Mapping[str, Mapping[str, Any]]) -> Iterator[Column]:
    """Yield the columns of an answer; those that hold an IRI are followed by that of its label."""
    for name, described in answer.items():
        if not {"en", "ko"} <= set(described) <= {"en", "ko", "iri"}:
            raise ValueError(f"column {name} needs en and ko, may have iri: {dict(described)}")
        title = {"en": str(described["en"]), "ko": str(described["ko"])}
        if described.get("iri"):
            # The label is what people read, so it carries the heading; the IRI says that it is one.
            yield Column(name, {language: f"{text} (IRI)" for language, text in title.items()})
            if described["iri"] != "only":
                yield Column(f"{name}Label", title)
        else:
            yield Column(name, title)
