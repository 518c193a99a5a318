"""Errors of the questions, each a situation in one sentence, none of them knowing HTTP.

```
QuestionError
├ UnknownQuestion (name, near)
└ BadParameter (name, reason, allowed)
```
"""

from __future__ import annotations


class QuestionError(Exception):
    """A question could not be asked."""


class UnknownQuestion(QuestionError):
    """The catalogue has no question of that name."""

    def __init__(self, name: str, near: tuple[str, ...] = ()) -> None:
        """Remember the name asked for and the names that look like it."""
        self.name = name
        self.near = near
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        super().__init__(f"there is no question '{name}'{hint}")


class BadParameter(QuestionError):
    """A parameter of a question is missing, unknown, or has a value that it cannot have.

    `allowed` lists what could stand there instead: the names of the parameters, the concepts of a
    scheme, or the candidates of an ambiguous name; empty when anything of the type could.
    """

    def __init__(self, name: str, reason: str, allowed: tuple[str, ...] = ()) -> None:
        """Remember the parameter's name, what is wrong, and what would be right."""
        self.name = name
        self.reason = reason
        self.allowed = allowed
        super().__init__(f"parameter '{name}': {reason}")
