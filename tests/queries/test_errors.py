from __future__ import annotations

from queries.errors import BadParameter, QuestionError, UnknownQuestion


def test_an_unknown_question_names_those_near_to_it() -> None:
    error = UnknownQuestion("member", ("members", "memberships"))

    assert isinstance(error, QuestionError)
    assert (error.name, error.near) == ("member", ("members", "memberships"))
    assert str(error) == "there is no question 'member'; did you mean members or memberships?"


def test_an_unknown_question_without_neighbours_suggests_nothing() -> None:
    assert str(UnknownQuestion("xyz")) == "there is no question 'xyz'"


def test_a_bad_parameter_says_what_would_be_right() -> None:
    error = BadParameter("role", "'boss' is no concept of role", ("chair", "host"))

    assert isinstance(error, QuestionError)
    assert (error.name, error.allowed) == ("role", ("chair", "host"))
    assert str(error) == "parameter 'role': 'boss' is no concept of role"
