"""The questions that this room asks for its own lists: `queries/internal/*.rq`, read once.

Each file is one SELECT whose parameters are projected variables; values enter by substitution.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def internal_query(name: str) -> str:
    """Return the text of `queries/internal/{name}.rq`; FileNotFoundError when there is none."""
    return files("queries").joinpath("internal", f"{name}.rq").read_text(encoding="utf-8")
