from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Quad

from graphstore.changeset import Changeset
from tests.graphstore.strategies import adding, changesets, quad, quads, removing


class Held:
    def __init__(self, quads: frozenset[Quad]) -> None:
        self.quads = quads

    def contains(self, item: Quad, /) -> bool:
        return item in self.quads

    def changed(self, changeset: Changeset) -> Held:
        return Held((self.quads - changeset.removed) | changeset.added)


def test_truth_and_size() -> None:
    assert not Changeset()
    assert adding(quad("s", "p", "o"))
    assert len(Changeset(frozenset({quad("s", "p", "o")}), frozenset({quad("s", "p", "x")}))) == 2


def test_only_what_changes_something_is_effective() -> None:
    there, absent = quad("s", "p", "there"), quad("s", "p", "absent")
    held = Held(frozenset({there}))
    assert Changeset(frozenset({there, absent}), frozenset()).effective(held) == adding(absent)
    assert Changeset(frozenset(), frozenset({there, absent})).effective(held) == removing(there)
    both = Changeset(frozenset({there}), frozenset({there}))
    assert not both.effective(held)


@given(changesets, st.frozensets(quads, max_size=20))
def test_effective_part_leads_to_the_same_and_can_be_undone(
    changeset: Changeset, before: frozenset[Quad]
) -> None:
    held = Held(before)
    effective = changeset.effective(held)
    after = held.changed(changeset)
    assert held.changed(effective).quads == after.quads
    assert after.changed(effective.inverse()).quads == before
    assert not effective.added & effective.removed
    assert len(after.quads) == len(before) + len(effective.added) - len(effective.removed)
    assert not effective.effective(after)
