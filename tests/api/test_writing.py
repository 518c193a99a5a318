from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest
from pyoxigraph import Literal

from api.auth import Client
from api.errors import BadParameter
from api.settings import WritingSettings
from api.tokens import Role
from api.writing import MAX_MESSAGE_CHARACTERS, Preview, Writing, checked_message
from graphstore.changeset import Changeset
from graphstore.dataset import Dataset
from graphstore.errors import HeadMoved
from graphstore.patch import read_patch
from tests.graphstore.strategies import META, adding, quad

ANA = Client("ana", Role.ADMINISTRATOR, known=True, address="192.0.2.7")


@pytest.fixture
def dataset() -> Iterator[Dataset]:
    with Dataset.open(None) as opened:
        yield opened


def test_a_change_is_worked_out_again_when_another_came_in_between(dataset: Dataset) -> None:
    seen: list[int] = []

    async def work_out() -> Changeset:
        count = dataset.count()[0]
        seen.append(count)
        if len(seen) < 3:
            dataset.commit(adding(quad("other", "p", str(count))), META, shapes=None)
        return adding(quad("mine", "p", str(count)))

    commit = asyncio.run(Writing(WritingSettings(), dataset).commit(work_out, ANA, "count"))
    assert seen == [0, 1, 2]
    assert commit is not None
    assert (commit.number, commit.meta.author, commit.meta.message) == (3, "ana", "count")
    assert dataset.contains(quad("mine", "p", "2"))
    assert not dataset.contains(quad("mine", "p", "0"))


def test_it_gives_up_when_others_are_always_faster(dataset: Dataset) -> None:
    numbers = iter(range(100))

    async def work_out() -> Changeset:
        dataset.commit(adding(quad("other", "p", str(next(numbers)))), META, shapes=None)
        return adding(quad("mine", "p", "x"))

    with pytest.raises(HeadMoved):
        asyncio.run(Writing(WritingSettings(), dataset).commit(work_out, ANA, "never"))
    assert not dataset.contains(quad("mine", "p", "x"))


def test_what_changes_nothing_is_no_commit(dataset: Dataset) -> None:
    dataset.commit(adding(quad("a", "p", "b")), META, shapes=None)

    async def nothing() -> Changeset:
        return Changeset()

    async def the_same() -> Changeset:
        return adding(quad("a", "p", "b"))

    for work_out in (nothing, the_same):
        writing = Writing(WritingSettings(), dataset)
        assert asyncio.run(writing.commit(work_out, ANA, "nothing")) is None
    assert len(dataset.log) == 1


def test_who_stops_waiting_does_not_let_the_next_write_in_early(dataset: Dataset) -> None:
    """A commit that has begun is ended before the lock is given back."""
    begun, may_go_on = threading.Event(), threading.Event()
    order: list[str] = []

    def slowly(*args: object, **kwargs: object) -> object:
        begun.set()
        assert may_go_on.wait(10)
        order.append("first")
        return commit(*args, **kwargs)  # type: ignore[arg-type]

    commit = dataset.commit

    async def first() -> Changeset:
        return adding(quad("first", "p", "o"))

    async def second() -> Changeset:
        order.append("second")
        return adding(quad("second", "p", "o"))

    async def scenario() -> None:
        writing = Writing(WritingSettings(), dataset)
        dataset.commit = slowly  # type: ignore[method-assign, assignment]
        one = asyncio.create_task(writing.commit(first, ANA, "first"))
        await asyncio.to_thread(begun.wait, 10)
        dataset.commit = commit  # type: ignore[method-assign]
        two = asyncio.create_task(writing.commit(second, ANA, "second"))
        one.cancel()
        await asyncio.sleep(0.05)
        may_go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await one
        await two

    asyncio.run(scenario())
    assert order == ["first", "second"]
    assert dataset.contains(quad("first", "p", "o"))
    assert dataset.contains(quad("second", "p", "o"))


def test_a_preview_says_what_it_is_about(dataset: Dataset) -> None:
    head = dataset.commit(adding(quad("a", "p", "b")), META, shapes=None)

    async def work_out() -> Changeset:
        return adding(quad("a", "p", "c"))

    preview = asyncio.run(Writing(WritingSettings(), dataset).preview(work_out))
    assert preview == Preview(head.id, adding(quad("a", "p", "c")), None)
    assert preview.conforms
    assert read_patch(preview.patch()).headers == {"prev": Literal(head.id)}
    assert len(dataset.log) == 1


def test_messages_have_a_length() -> None:
    assert checked_message("x" * MAX_MESSAGE_CHARACTERS)
    with pytest.raises(BadParameter):
        checked_message("x" * (MAX_MESSAGE_CHARACTERS + 1))
