"""Settings of the service, read once at start-up from `DURE_*` variables or arguments.

`Settings` holds the groups about SPARQL as nested classes: each has its own prefix of variables,
so `settings.sparql.workers` is `DURE_SPARQL_WORKERS`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import Field
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

Language = Literal["en", "ko"]

_MIB = 1 << 20


class SparqlSettings(BaseSettings):
    """What one query may cost, and how queries are run and kept."""

    model_config = SettingsConfigDict(env_prefix="DURE_SPARQL_", frozen=True, extra="ignore")

    workers: int = Field(2, ge=1, le=256, description="processes that run queries, one each")
    timeout_s: float = Field(
        30,
        gt=0,
        le=3600,
        description="deadline of a query, and the greatest anonymous one, seconds",
    )
    known_timeout_s: float = Field(
        300, gt=0, le=86_400, description="greatest deadline for users with a token, seconds"
    )
    memory_bytes: int = Field(
        1024 * _MIB, ge=64 * _MIB, description="greatest memory of one query, bytes"
    )
    max_waiting: int = Field(
        32, ge=0, le=10_000, description="queries that may wait for a worker; more are refused"
    )
    max_rows: int | None = Field(
        None, ge=1, description="greatest number of rows or triples of an answer; none: no limit"
    )
    page_rows: int = Field(1000, ge=1, le=10_000, description="rows shown on a page for people")
    max_bytes: int = Field(
        1024 * _MIB, ge=1024, description="greatest size of an answer, bytes; beyond it is cut off"
    )
    send_grace_s: float = Field(
        30, ge=0, le=3600, description="time past the deadline for taking the answer, seconds"
    )
    staleness_s: float = Field(
        0, ge=0, le=3600, description="how far a query may lag behind the last commit, seconds"
    )
    versions_kept: int = Field(4, ge=0, le=100, description="old versions kept ready (asKnownAt)")
    cache_bytes: int = Field(
        32 * _MIB, ge=0, description="memory for answers asked again, bytes; 0: no cache"
    )


class BudgetSettings(BaseSettings):
    """How much work one client may ask for."""

    model_config = SettingsConfigDict(env_prefix="DURE_SPARQL_", frozen=True, extra="ignore")

    anonymous_seconds_per_minute: float = Field(
        60, gt=0, description="work of an address in any minute, seconds"
    )
    anonymous_concurrent: int = Field(4, ge=1, description="queries of an address at once")
    known_seconds_per_minute: float = Field(
        300, gt=0, description="work of a user with a token in any minute, seconds"
    )
    known_concurrent: int = Field(8, ge=1, description="queries of a user with a token at once")
    clients_remembered: int = Field(
        10_000, ge=1, description="clients whose work is remembered, the latest ones"
    )


class QueryLogSettings(BaseSettings):
    """The log of queries in the data folder."""

    model_config = SettingsConfigDict(env_prefix="DURE_QUERY_LOG_", frozen=True, extra="ignore")

    bytes: int = Field(
        16 * _MIB, ge=0, description="size at which a file of the query log is full; 0: no log"
    )
    files: int = Field(8, ge=1, le=1000, description="files of the query log that are kept")
    text_characters: int = Field(
        4000, ge=0, description="characters of a query's text that are logged"
    )


class WritingSettings(BaseSettings):
    """What raw writes (SPARQL Update, Graph Store Protocol) may bring, and what they must meet."""

    model_config = SettingsConfigDict(env_prefix="DURE_WRITE_", frozen=True, extra="ignore")

    max_body_bytes: int = Field(
        64 * _MIB, ge=1024, description="greatest body of a request that may write, bytes"
    )
    max_quads: int = Field(
        500_000, ge=1, description="greatest number of quads that one write adds and removes"
    )
    shapes: Literal["auto", "always", "never"] = Field(
        "auto",
        description="whether raw writes must conform to the shapes: auto: where the graph holds "
        "the vocabulary of Dure",
    )


class Settings(BaseSettings):
    """Everything an operator can choose; only `create_app` and the command line read it."""

    model_config = SettingsConfigDict(env_prefix="DURE_", frozen=True, extra="ignore")

    host: str = Field("127.0.0.1", description="address the service listens on")
    port: int = Field(8000, ge=0, le=65535, description="TCP port; 0 takes a free one")
    data: Path = Field(Path("dure-data"), description="folder of the log, engine and archive")
    base_url: str | None = Field(
        None, description="address the world sees, without final slash; none: that of the request"
    )
    language: Language = Field("en", description="language of pages and labels nobody asked for")
    page_size: int = Field(50, ge=1, le=1000, description="items of a list nobody gave a limit")
    max_page_size: int = Field(500, ge=1, le=10_000, description="greatest limit, items")
    max_body_bytes: int = Field(1_048_576, ge=1, description="greatest request body, bytes")
    cors_origins: tuple[str, ...] = Field(
        ("*",), description="origins whose scripts may read (JSON list)"
    )
    sparql: SparqlSettings = Field(
        default_factory=SparqlSettings, description="what one query may cost"
    )
    budgets: BudgetSettings = Field(
        default_factory=BudgetSettings, description="what one client may ask for"
    )
    query_log: QueryLogSettings = Field(
        default_factory=QueryLogSettings, description="the log of queries"
    )
    writing: WritingSettings = Field(
        default_factory=WritingSettings, description="what raw writes may bring"
    )


def variables(group: type[BaseSettings] = Settings) -> Iterator[tuple[str, FieldInfo]]:
    """Yield the environment variable and the field of every setting, nested groups included."""
    prefix = str(group.model_config["env_prefix"])
    for name, field in group.model_fields.items():
        kind: Any = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseSettings):
            yield from variables(kind)
        else:
            yield f"{prefix}{name.upper()}", field
