from __future__ import annotations

import asyncio

import pytest

from api.errors import TooManyAtOnce
from api.turns import Turns

REFUSAL = TooManyAtOnce(1)


def test_those_who_wait_come_one_after_the_other() -> None:
    async def run() -> list[int]:
        turns, came = Turns(), []

        async def one(number: int) -> None:
            await turns.wait("a", REFUSAL)
            came.append(number)

        waiting = [asyncio.create_task(one(number)) for number in range(3)]
        await asyncio.sleep(0)
        turns.free("b")
        for _ in range(3):
            turns.free("a")
            await asyncio.sleep(0.001)
        await asyncio.gather(*waiting)
        turns.free("a")
        return came

    assert asyncio.run(run()) == [0, 1, 2]


def test_who_waits_too_long_is_refused() -> None:
    with pytest.raises(TooManyAtOnce):
        asyncio.run(Turns(wait_s=0.01).wait("a", REFUSAL))


def test_a_line_has_an_end_and_who_leaves_it_makes_room() -> None:
    async def run() -> None:
        turns = Turns(waiting=1)
        first = asyncio.create_task(turns.wait("a", REFUSAL))
        await asyncio.sleep(0)
        with pytest.raises(TooManyAtOnce):
            await turns.wait("a", REFUSAL)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        second = asyncio.create_task(turns.wait("a", REFUSAL))
        await asyncio.sleep(0)
        turns.free("a")
        await second

    asyncio.run(run())
