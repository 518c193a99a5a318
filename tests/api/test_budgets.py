from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.budgets import Allowance, Budgets, Charge
from api.errors import BudgetSpent, TooManyAtOnce


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def budgets(clock: Clock, *, seconds: float = 10, concurrent: int = 2) -> Budgets:
    return Budgets(
        Allowance(seconds, concurrent), Allowance(5 * seconds, 8), max_clients=3, clock=clock
    )


def test_work_is_spent_and_comes_back() -> None:
    clock = Clock()
    one = budgets(clock)
    one.enter("a", known=False).leave(11)
    with pytest.raises(BudgetSpent) as raised:
        one.enter("a", known=False)
    assert (raised.value.limit, raised.value.spent, raised.value.window) == (10, 11, 60)
    assert 0 < raised.value.retry_after_s <= 61
    one.enter("b", known=False).leave(1)
    one.enter("a", known=True).leave(0)
    clock.now += raised.value.retry_after_s
    one.enter("a", known=False).leave(0)


def test_queries_at_once() -> None:
    one = budgets(Clock())
    first, _ = one.enter("a", known=False), one.enter("a", known=False)
    with pytest.raises(TooManyAtOnce):
        one.enter("a", known=False)
    first.leave(0)
    first.leave(5)  # only the first counts
    one.enter("a", known=False)
    assert one.spent("a") == 0


def test_work_under_way_counts() -> None:
    clock = Clock()
    one = budgets(clock)
    one.enter("a", known=False)
    clock.now = 10
    with pytest.raises(BudgetSpent):
        one.enter("a", known=False)


def test_waiting_costs_nothing() -> None:
    clock = Clock()
    one = budgets(clock)
    charge = one.enter("a", known=False)
    charge.worked = lambda: 2.0
    clock.now = 100
    one.enter("a", known=False).leave(0)
    charge.worked = lambda: 1e9  # never more than the time since it was let in
    assert charge.so_far(clock.now) == 100


def test_few_clients_are_remembered_but_those_who_work() -> None:
    clock = Clock()
    one = budgets(clock)
    working = one.enter("working", known=False)
    for number in range(100):
        one.enter(f"client {number}", known=False).leave(20)
    assert len(one) <= 4
    working.leave(20)
    with pytest.raises(BudgetSpent):
        one.enter("working", known=False)


_STEPS = st.lists(
    st.tuples(st.sampled_from(["enter", "leave", "wait"]), st.floats(0, 30), st.integers(0, 5)),
    max_size=80,
)


@given(_STEPS, st.integers(1, 4))
def test_no_window_holds_more_than_the_allowance_and_what_was_running(
    steps: list[tuple[str, float, int]], concurrent: int
) -> None:
    """Work is let in only while the window has room for it."""
    clock = Clock()
    one = budgets(clock, seconds=20, concurrent=concurrent)
    running: list[Charge] = []
    ended: list[tuple[float, float]] = []
    for what, seconds, which in steps:
        if what == "wait":
            clock.now += seconds
        elif what == "leave" and running:
            charge = running.pop(which % len(running))
            ended.append((clock.now, clock.now - charge.started))
            charge.leave(clock.now - charge.started)
        elif what == "enter":
            inside = sum(work for when, work in ended if when > clock.now - one.window_s)
            under_way = sum(clock.now - charge.started for charge in running)
            older = sum(work for when, work in ended if when > clock.now - one.window_s - 1)
            if len(running) == concurrent:
                with pytest.raises(TooManyAtOnce):
                    one.enter("a", known=False)
            elif inside + under_way >= 20:
                with pytest.raises(BudgetSpent) as raised:
                    one.enter("a", known=False)
                assert 0 <= raised.value.retry_after_s <= one.window_s + 1
            elif older + under_way < 20:  # charges leave up to a second late
                running.append(one.enter("a", known=False))
