"""A text that is changed by edits and remembers where each character of it came from.

Rewriting a query takes several steps, each of which reads the text that the step before left;
what is said about a step names a place in the text as it was written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

Part: TypeAlias = "str | tuple[int, int]"


@dataclass(frozen=True, slots=True)
class Edit:
    """The text from `start` to before `end` becomes `parts`.

    A part is new text or a span of the text before the edit, which is taken over as it stands
    there, edits inside it not included.
    """

    start: int
    end: int
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    origin: int
    new: bool = False


class EditedText:
    """A text in pieces, each taken from the text as it was written or new."""

    __slots__ = ("_pieces", "text")

    def __init__(self, text: str) -> None:
        """Begin with a text without edits."""
        self._pieces = [_Piece(text, 0)]
        self.text = text

    def apply(self, edits: Sequence[Edit]) -> EditedText:
        """Return the text with edits made, which must not overlap.

        Raises:
            ValueError: two edits overlap.
        """
        pieces: list[_Piece] = []
        place = 0
        for edit in sorted(edits, key=lambda item: (item.start, item.end)):
            if edit.start < place:
                raise ValueError("edits overlap")
            pieces += self._cut(place, edit.start)
            for part in edit.parts:
                if isinstance(part, str):
                    pieces.append(_Piece(part, self.origin(edit.start), new=True))
                else:
                    pieces += self._cut(*part)
            place = edit.end
        pieces += self._cut(place, len(self.text))
        edited = EditedText("".join(piece.text for piece in pieces))
        edited._pieces = pieces
        return edited

    def origin(self, place: int) -> int:
        """Return where in the text as it was written a character stood; of new text, its edit."""
        begun = 0
        for piece in self._pieces:
            if place < begun + len(piece.text):
                return piece.origin + (0 if piece.new else place - begun)
            begun += len(piece.text)
        last = self._pieces[-1]
        return last.origin + (0 if last.new else len(last.text))

    def _cut(self, start: int, end: int) -> list[_Piece]:
        found = []
        begun = 0
        for piece in self._pieces:
            first, last = max(start, begun), min(end, begun + len(piece.text))
            if first < last:
                origin = piece.origin + (0 if piece.new else first - begun)
                found.append(_Piece(piece.text[first - begun : last - begun], origin, piece.new))
            begun += len(piece.text)
        return found
