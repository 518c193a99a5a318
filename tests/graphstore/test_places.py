from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from graphstore import places as places_module
from graphstore.errors import GraphStoreError, TooManyQueries
from graphstore.places import Place, Places


class Guest:
    """A query that stops when it is told to, and whose client reads or does not."""

    def __init__(self, place: Place, stalled_s: float = 0.0) -> None:
        self.stalled_s = stalled_s
        self.stopped: GraphStoreError | None = None
        self.place = place
        place.guest = self

    def stop(self, error: GraphStoreError) -> None:
        self.stopped = error
        self.place.leave()


class Clock:
    """A clock that goes when it is told to."""

    now = 1_000.0

    def monotonic(self) -> float:
        return self.now


def places(size: int = 1, slow: int = 1, waiting: int = 5, wait_s: float = 60) -> Places:
    return Places(size, slow, max_waiting=waiting, max_wait_s=wait_s)


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 30))


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_a_place_is_given_on_when_it_is_left() -> None:
    async def use() -> None:
        there = places()
        first = await there.enter("a")
        second = asyncio.create_task(there.enter("b"))
        await settle()
        assert (there.waiting, second.done()) == (1, False)
        first.leave()
        first.leave()
        (await second).leave()
        assert there.waiting == 0
        (await there.enter("c")).leave()

    run(use())


def test_the_queue_is_bounded() -> None:
    async def use() -> None:
        there = places(waiting=1, wait_s=0.02)
        await there.enter("a")
        waiting = asyncio.create_task(there.enter("b"))
        await settle()
        with pytest.raises(TooManyQueries):
            await there.enter("c")
        with pytest.raises(TooManyQueries):
            await waiting
        assert there.waiting == 0

    run(use())


def test_who_has_the_fewest_running_is_next() -> None:
    async def use() -> None:
        there = places(size=2)
        first, second = await there.enter("busy"), await there.enter("busy")
        tasks = {
            name: asyncio.create_task(there.enter(name.split()[0]))
            for name in ("busy 1", "busy 2", "other 1", "other 2")
        }
        await settle()
        first.leave()
        await settle()
        assert [name for name, task in tasks.items() if task.done()] == ["other 1"]
        second.leave()
        await settle()
        done = [name for name, task in tasks.items() if task.done()]
        assert done == ["busy 1", "other 1"]  # "busy" has none running now, "other" has one
        for task in tasks.values():
            task.cancel()

    run(use())


def test_of_those_with_as_many_who_has_used_least_is_next(monkeypatch: pytest.MonkeyPatch) -> None:
    async def use() -> None:
        there = places()
        monkeypatch.setattr(places_module, "time", clock := Clock())
        first = await there.enter("busy")
        tasks = {name: asyncio.create_task(there.enter(name)) for name in ("busy", "other")}
        await settle()
        clock.now += 0.5
        first.leave()  # "busy" has none running either now, and came first
        await settle()
        assert [name for name, task in tasks.items() if task.done()] == ["other"]
        tasks["busy"].cancel()

    run(use())


def test_one_place_is_kept_for_who_asks_for_little(monkeypatch: pytest.MonkeyPatch) -> None:
    async def use() -> None:
        there = places(size=2)
        monkeypatch.setattr(places_module, "time", clock := Clock())
        for name in ("busy", "bold"):
            await there.enter(name)
        waiting = asyncio.create_task(there.enter("little"))
        await settle()
        assert not waiting.done()  # nobody has used much yet
        waiting.cancel()
        clock.now += 2
        little = await asyncio.wait_for(there.enter("little"), 1)
        others = [asyncio.create_task(there.enter(name)) for name in ("little", "busy", "new")]
        await settle()
        assert not any(task.done() for task in others)
        little.leave()
        await settle()
        assert [task.done() for task in others] == [True, False, False]
        for task in others:
            task.cancel()

    run(use())


def test_what_was_used_is_forgotten_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    use = places_module._Use()
    use.add("busy", 8, now=0)
    assert use.of("busy", now=20) == pytest.approx(2)
    assert use.of("nobody", now=20) == 0
    monkeypatch.setattr(places_module, "_CLIENTS_REMEMBERED", 2)
    use.add("less", 1, now=20)
    use.add("more", 3, now=20)
    assert [use.of(name, now=20) for name in ("busy", "less", "more")] == [2, 0, 3]


def test_slow_queries_make_room() -> None:
    async def use() -> None:
        there = places()
        first = await there.enter("a")
        first.become_slow()
        second = await asyncio.wait_for(there.enter("a"), 1)
        assert there.slow == 1
        second.become_slow()  # no room, but nobody waits
        assert there.slow == 1
        first.leave()  # now there is
        assert there.slow == 1
        (await asyncio.wait_for(there.enter("a"), 1)).leave()
        second.leave()
        assert there.slow == 0

    run(use())


def test_the_latest_slow_query_of_the_busiest_client_gives_way() -> None:
    async def use() -> None:
        there = places(size=3, slow=1)
        entered = [await there.enter(client) for client in ("busy", "busy", "busy")]
        guests = [Guest(place) for place in entered]
        for place in entered:
            place.become_slow()
        other = Guest(await there.enter("other"))  # the first of the busy client has moved on
        other.place.become_slow()
        assert not any(guest.stopped for guest in [*guests, other])
        await asyncio.wait_for(there.enter("third"), 1)
        assert [type(guest.stopped) for guest in guests] == [type(None)] * 2 + [TooManyQueries]
        assert other.stopped is None
        assert there.given_way == 1

    run(use())


def test_who_does_not_read_gives_way_first() -> None:
    async def use() -> None:
        there = places(size=1, slow=1)
        idler = Guest(await there.enter("idler"), stalled_s=5)
        idler.place.become_slow()
        worker = Guest(await there.enter("worker"))
        worker.place.become_slow()
        await asyncio.wait_for(there.enter("third"), 1)
        assert idler.stopped is not None
        assert worker.stopped is None

    run(use())


def test_what_must_not_be_broken_off_does_not_give_way() -> None:
    async def use() -> None:
        there = places(size=1, slow=0, wait_s=0.05)
        update = Guest(await there.enter("a", gives_way=False))
        update.place.become_slow()
        with pytest.raises(TooManyQueries):
            await there.enter("b")
        assert update.stopped is None

    run(use())


def test_who_gives_up_waiting_leaves_nothing_behind() -> None:
    async def use() -> None:
        there = places()
        first = await there.enter("a")
        waiting = asyncio.create_task(there.enter("b"))
        await settle()
        waiting.cancel()
        await settle()
        assert there.waiting == 0
        late = asyncio.create_task(there.enter("c"))
        await settle()
        first.leave()  # the place is granted, and the task cancelled before it runs
        late.cancel()
        await settle()
        (await asyncio.wait_for(there.enter("d"), 1)).leave()

    run(use())
