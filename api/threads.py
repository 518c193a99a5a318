"""Work that uses the engine, in a thread: nothing of the engine may leave it."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from fastapi.concurrency import run_in_threadpool

P = ParamSpec("P")
T = TypeVar("T")


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function in a thread of the pool, and return or raise what it does.

    Iterators of the engine may only die in the thread that made them. The frames of a traceback
    would take them along, so what is raised comes without the variables of its frames.
    """

    def guarded() -> T:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            _forget_frames(error)
            raise

    return await run_in_threadpool(guarded)


def _forget_frames(error: BaseException | None) -> None:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__
