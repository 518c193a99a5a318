"""The figure of the model: classes as boxes, their main properties as arrows, as inline SVG.

The layout is a fixed table, so the same ontology always gives the same figure
(https://www.w3.org/TR/SVG2/). Labels come from the ontology; the description that stands in for the
figure ([WCAG 2.2, 1.1.1](https://www.w3.org/TR/WCAG22/#non-text-content)) is made from the arrows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Labels = Callable[[str, str], str]
"""Gives the label of a CURIE in a language (`en` or `ko`)."""

COLUMN, ROW = 308, 118
WIDTH, HEIGHT = 176, 74
LEFT, TOP = 100, 92

# Group → name in English and Korean, fill, line: dark text on every fill has a contrast above 7.
GROUPS = {
    "actor": ("Actors", "행위자", "#e3eefb", "#2b5c9e"),
    "event": ("Events", "행사", "#fdebd8", "#9a5410"),
    "policy": ("Policies and money", "정책과 재정", "#e4f3e4", "#2f6b34"),
    "place": ("Places and figures", "장소와 수치", "#f1e9f8", "#694295"),
    "evidence": ("Evidence", "근거", "#f0f0ec", "#55554d"),
}

# Term, group, column, row, the kinds of it that the figure names.
_BOXES: tuple[tuple[str, str, float, float, str], ...] = (
    ("org:Membership", "actor", 1, 0, "Tenure"),
    ("foaf:Agent", "actor", 2, 0, "Person · Group"),
    ("org:Post", "actor", 0, 1, ""),
    ("org:Organization", "actor", 1, 1, "Government · Network"),
    ("cv:Participation", "event", 3, 0, ""),
    ("dure:Event", "event", 3, 1, "AgendaItem"),
    ("schema:EventSeries", "event", 4, 0, ""),
    ("dure:Statement", "event", 4, 1, ""),
    ("dure:Declaration", "event", 4, 2, ""),
    ("dure:Place", "place", 2, 2, ""),
    ("schema:Observation", "place", 2, 3, ""),
    ("org:ChangeEvent", "actor", 0, 2, ""),
    ("eli:LegalResource", "policy", 0, 3, ""),
    ("dure:Programme", "policy", 1, 3, "Fund"),
    ("dure:FundingCommitment", "policy", 1, 4, ""),
    ("schema:MonetaryAmount", "place", 0, 4, ""),
    ("dure:Plan", "policy", 3, 3, ""),
    ("dure:PlanElement", "policy", 3, 4, ""),
    ("dure:Milestone", "policy", 4, 3, ""),
    ("dure:Target", "policy", 4, 4, ""),
    ("dure:Submission", "evidence", 0, 5.3, ""),
    ("dure:Assertion", "evidence", 1, 5.3, ""),
    ("oa:SpecificResource", "evidence", 2, 5.3, ""),
    ("dure:Snapshot", "evidence", 3, 5.3, ""),
    ("schema:CreativeWork", "evidence", 4, 5.3, "Report · NewsArticle"),
)

# From, property, to. The bent one goes over the boxes between.
_ARROWS: tuple[tuple[str, str, str], ...] = (
    ("org:Membership", "org:member", "foaf:Agent"),
    ("org:Membership", "org:organization", "org:Organization"),
    ("org:Membership", "opengov:post", "org:Post"),
    ("org:Post", "org:postIn", "org:Organization"),
    ("org:Organization", "org:resultedFrom", "org:ChangeEvent"),
    ("org:ChangeEvent", "cv:hasFormalFramework", "eli:LegalResource"),
    ("org:Organization", "dct:spatial", "dure:Place"),
    ("cv:Participation", "cv:hasParticipant", "foaf:Agent"),
    ("cv:Participation", "dure:inCapacity", "org:Membership"),
    ("dure:Event", "cv:hasParticipation", "cv:Participation"),
    ("dure:Event", "schema:superEvent", "schema:EventSeries"),
    ("dure:Event", "schema:location", "dure:Place"),
    ("dure:Statement", "schema:recordedAt", "dure:Event"),
    ("dure:Declaration", "dure:adoptedAt", "dure:Event"),
    ("schema:Observation", "schema:observationAbout", "dure:Place"),
    ("dure:FundingCommitment", "schema:fundedItem", "dure:Programme"),
    ("dure:FundingCommitment", "schema:amount", "schema:MonetaryAmount"),
    ("dure:PlanElement", "dct:isPartOf", "dure:Plan"),
    ("dure:Milestone", "dure:affects", "dure:Plan"),
    ("dure:Target", "dct:isPartOf", "dure:Plan"),
    ("dure:Assertion", "prov:wasGeneratedBy", "dure:Submission"),
    ("dure:Assertion", "prov:wasDerivedFrom", "oa:SpecificResource"),
    ("oa:SpecificResource", "oa:hasSource", "dure:Snapshot"),
    ("dure:Snapshot", "dct:isVersionOf", "schema:CreativeWork"),
)
_BENT = ("cv:Participation", "org:Membership")


@dataclass(frozen=True)
class Box:
    """A class in the figure; `x` and `y` are its upper left corner."""

    curie: str
    label_en: str
    label_ko: str
    kinds: str
    fill: str
    line: str
    x: int
    y: int


@dataclass(frozen=True)
class Arrow:
    """A property in the figure: an SVG path and the middle of its label."""

    curie: str
    path: str
    label_x: int
    label_y: int


@dataclass(frozen=True)
class Figure:
    """What the template draws, and the words that stand in for it."""

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    width: int
    height: int
    description: str


def terms() -> frozenset[str]:
    """Return the CURIE of every class and property in the figure."""
    return frozenset(box[0] for box in _BOXES) | frozenset(arrow[1] for arrow in _ARROWS)


def figure(label: Labels) -> Figure:
    """Return the figure; `label` gives the label of a CURIE in a language (`en` or `ko`)."""
    boxes = tuple(_box(*row, label) for row in _BOXES)
    centre = {box.curie: (box.x + WIDTH // 2, box.y + HEIGHT // 2) for box in boxes}
    arrows = tuple(_arrow(start, name, end, centre) for start, name, end in _ARROWS)
    words = "; ".join(
        f"{label(start, 'en')}: {label(name, 'en')} → {label(end, 'en')}"
        for start, name, end in _ARROWS
    )
    return Figure(
        boxes=boxes,
        arrows=arrows,
        width=4 * COLUMN + 2 * LEFT,
        height=int(5.3 * ROW) + TOP + HEIGHT,
        description=f"{words}.",
    )


def _box(
    curie: str,
    group: str,
    column: float,
    row: float,
    kinds: str,
    label: Labels,
) -> Box:
    _, _, fill, line = GROUPS[group]
    return Box(
        curie,
        label(curie, "en"),
        label(curie, "ko"),
        kinds,
        fill,
        line,
        int(LEFT + column * COLUMN - WIDTH / 2),
        int(TOP + row * ROW - HEIGHT / 2),
    )


def _arrow(start: str, name: str, end: str, centre: dict[str, tuple[int, int]]) -> Arrow:
    (x1, y1), (x2, y2) = centre[start], centre[end]
    if (start, end) == _BENT:
        top, peak = y1 - HEIGHT // 2, y1 - HEIGHT // 2 - 34
        path = f"M {x1} {top} C {x1 - 40} {peak}, {x2 + 40} {peak}, {x2} {top}"
        return Arrow(name, path, (x1 + x2) // 2, top - 26)
    (ax, ay), (bx, by) = _edge(x1, y1, x2, y2), _edge(x2, y2, x1, y1)
    raised = 12 if ay == by else 0
    return Arrow(name, f"M {ax} {ay} L {bx} {by}", (ax + bx) // 2, (ay + by) // 2 - raised)


def _edge(x: int, y: int, towards_x: int, towards_y: int) -> tuple[int, int]:
    """Return where the line from the centre of a box towards a point leaves the box."""
    dx, dy = towards_x - x, towards_y - y
    scale = min(
        WIDTH / 2 / abs(dx) if dx else float("inf"), HEIGHT / 2 / abs(dy) if dy else float("inf")
    )
    return round(x + dx * scale), round(y + dy * scale)
