"""What routes receive: the dataset, a reader in the client's language, checked parameters."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.errors import BadParameter, UnknownParameter
from api.memory import Memories
from api.negotiation import choose_language
from api.reader import Reader
from api.settings import Language, Settings
from graphstore.dataset import Dataset

LANGUAGES: tuple[Language, ...] = ("en", "ko")


class ReadQuery(BaseModel):
    """The query parameters of an address that takes none of its own."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    lang: Language | None = Field(
        None,
        description="Language of labels: en or ko; otherwise the Accept-Language header decides.",
        examples=["ko"],
    )

    @model_validator(mode="before")
    @classmethod
    def _known_only(cls, given: Any) -> Any:
        """Name the parameter that does not exist, and those that do."""
        known = [field.alias or name for name, field in cls.model_fields.items()]
        if isinstance(given, dict):
            for name in given:
                if name not in known:
                    raise UnknownParameter(name, known)
        return given


class PageQuery(ReadQuery):
    """The query parameters of every list."""

    limit: int | None = Field(
        None, ge=1, description="Greatest number of items; the service has its own greatest limit."
    )
    cursor: str | None = Field(
        None, description="The `next` of the page before; cursors survive inserts."
    )


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _dataset(request: Request) -> Dataset:
    dataset: Dataset = request.app.state.dataset
    return dataset


def _language(request: Request) -> str:
    settings: Settings = request.app.state.settings
    asked = request.query_params.get("lang")
    if asked is not None and asked not in LANGUAGES:
        raise BadParameter("lang", f"is one of {', '.join(LANGUAGES)}")
    header = request.headers.get("accept-language")
    return asked or choose_language(header, LANGUAGES, settings.language)


def _reader(request: Request, language: Annotated[str, Depends(_language)]) -> Reader:
    memories: Memories = request.app.state.memories
    return Reader(
        request.app.state.dataset, memories.current(), request.app.state.archive, language
    )


def no_repeats(request: Request) -> None:
    """Refuse a query parameter that is given twice: which one is meant nobody knows."""
    for name in request.query_params:
        if len(request.query_params.getlist(name)) > 1:
            raise BadParameter(name, "is given more than once")


DatasetDep = Annotated[Dataset, Depends(_dataset)]
SettingsDep = Annotated[Settings, Depends(_settings)]
LanguageDep = Annotated[str, Depends(_language)]
ReaderDep = Annotated[Reader, Depends(_reader)]
