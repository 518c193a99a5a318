"""Settings of the service, read once at start-up from `DURE_*` variables or arguments."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

Language = Literal["en", "ko"]


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
