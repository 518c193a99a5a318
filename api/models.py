"""The shapes of JSON answers: labels beside every IRI, sources beside every fact."""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, Field, SerializerFunctionWrapHandler, model_serializer

T = TypeVar("T")


class Sparse(BaseModel):
    """A model whose unset members are left out of the answer."""

    @model_serializer(mode="wrap")
    def _without_none(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in handler(self).items() if value is not None}


class Reference(Sparse):
    """A thing by IRI, with its label."""

    iri: str = Field(
        description="The thing's IRI.", examples=["https://w3id.org/dure/id/gsef-zqer"]
    )
    id: str | None = Field(None, description="For an entity: its id in this API.")
    label: str = Field(description="Its label in the language asked for, or the next best.")
    language: str | None = Field(None, description="Language of the label (BCP 47).")


class Value(Sparse):
    """A value: a thing (`iri`, `label`) or a literal (`value`)."""

    iri: str | None = None
    id: str | None = None
    label: str | None = Field(None, description="Label of the thing, or the value in words.")
    value: str | bool | int | float | None = Field(None, description="The literal's value.")
    datatype: str | None = Field(
        None, description="IRI of the literal's datatype, unless a string."
    )
    language: str | None = None


class Passage(Sparse):
    """A character range of a source document (0-based code points, end exclusive)."""

    iri: str
    start: int
    end: int
    sha256: str = Field(description="SHA-256 of the passage's UTF-8 bytes.")
    quotation: str | None = Field(
        None, description="The passage itself, where the service's archive holds the document."
    )


class Source(Sparse):
    """Who says so: one assertion, its document and the passages it needs jointly."""

    assertion: str = Field(description="IRI of the evidence graph.")
    document: str = Field(description="Title of the source document.")
    snapshot: str = Field(description="IRI of the captured text that the passages point into.")
    support: Literal["explicit", "inferred", "contextual"]
    note: str | None = Field(None, description="How it was inferred, where it was.")
    passages: list[Passage]


class Qualifier(Sparse):
    """More about one fact: a role, a date, a capacity."""

    property: Reference
    value: Value


class Statement(Sparse):
    """One fact about an entity, and what it rests on.

    `inverse` facts are said about the value: the property leads from it to the entity. A fact
    with a `node` is an n-ary one (a participation, a membership …), its parts are `qualifiers`.
    """

    property: Reference
    inverse: bool = False
    value: Value | None = None
    node: Reference | None = None
    kind: Reference | None = Field(None, description="Class of the node.")
    qualifiers: list[Qualifier] | None = None
    sources: list[Source]
    editorial: bool | None = Field(None, description="True: an editor says so, not a document.")
    derived: bool | None = Field(None, description="True: a rule made it from other facts.")


class Dates(Sparse):
    """The calendar days between which something begins and ends; unknown ones are left out."""

    earliestBegin: str | None = None  # noqa: N815
    latestBegin: str | None = None  # noqa: N815
    earliestEnd: str | None = None  # noqa: N815
    latestEnd: str | None = None  # noqa: N815


class Item(Sparse):
    """One item of a typed list: the thing and what is said about it directly."""

    iri: str
    id: str | None = None
    label: str
    language: str | None = None
    types: list[Reference]
    dates: Dates | None = None
    validity: Literal["certain", "possible"] | None = Field(
        None, description="With `validOn`: whether it was surely valid then, or may have been."
    )
    counts: dict[str, int] | None = None
    facts: dict[str, list[Statement]] = Field(
        description="What is said about it, by the property's name in /context.jsonld."
    )


class Hit(Sparse):
    """One entity of a search."""

    iri: str
    id: str | None = None
    label: str
    language: str | None = None
    types: list[Reference]
    matched: str | None = Field(None, description="The name that matched, unless it is hidden.")
    score: int | None = Field(None, description="100 for the very name, less for looser matches.")


class Name(Sparse):
    """A name of an entity."""

    text: str
    language: str | None = None
    kind: str = Field(description="`preferred`, `alternative`, or a kind such as `acronym`.")
    sources: list[Source]
    editorial: bool | None = None


class DocumentCount(Sparse):
    """A source document and how many facts about the entity it supports."""

    iri: str
    title: str
    facts: int


class Entity(Sparse):
    """An entity: its names, types, dates, and how much is said about it where."""

    iri: str
    id: str
    label: str
    language: str | None = None
    types: list[Reference]
    names: list[Name]
    dates: Dates | None = None
    facts: dict[str, list[Statement]]
    documents: list[DocumentCount]
    links: dict[str, str] = Field(description="Addresses of the same entity in other forms.")


class TimelineEntry(Sparse):
    """One dated fact about an entity."""

    date: str = Field(description="The date in words, as precise as the source.")
    dates: Dates
    statement: Statement


class Parameter(Sparse):
    """A parameter of a question."""

    name: str
    title: str
    type: str
    required: bool
    default: str | None = None
    example: str | None = None


class Question(Sparse):
    """A question of the catalogue."""

    name: str
    title: str
    description: str
    parameters: list[Parameter]
    sparql: str | None = Field(None, description="The query, parameters as variables.")
    href: str


class Page(BaseModel, Generic[T]):
    """A page of a list; `next` is the cursor of the next page, null on the last."""

    items: list[T]
    next: str | None


class Answer(BaseModel):
    """A question's answer: rows of cells by variable; unbound variables are left out."""

    items: list[dict[str, Value]]
    next: str | None
    question: Question
