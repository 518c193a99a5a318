"""Facts as people read them: grouped under headings, in words, with numbered sources."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from pyoxigraph import Literal, NamedNode

from api import terms as t
from api.calendar import date_words, duration_words
from api.evidence import Evidence, Source
from api.facts import Unit
from api.nodes import kind_of, name_of, number_words, words_of
from api.reader import Reader
from api.timeline import date_words_of
from api.wording import FORWARD, INVERSE, NODES, QUALIFIERS, SECTIONS, Heading, words
from graphstore.terms import Term
from ontology.namespaces import BASE, EDTF, ID, XSD

_DATE_TYPES = {f"{XSD}{x}" for x in ("date", "dateTime", "gYear", "gYearMonth")} | {f"{EDTF}EDTF"}
_WHEN = frozenset({t.START_DATE, t.END_DATE, t.ATTESTED_ON, t.OBSERVATION_DATE})
_NUMBERS = frozenset({t.VALUE, t.MIN_VALUE, t.MAX_VALUE, t.BOUND, t.UNIT_TEXT, t.UNIT_CODE})
_ROLES = (t.ROLE, t.ORG_ROLE)
_HIDDEN = frozenset(
    {t.PREF_LABEL, t.ALT_LABEL, t.HIDDEN_LABEL, t.XL_ALT_LABEL, t.RDF_TYPE, t.IN_SCHEME}
)
# Roles in the order in which people ask for them; others follow by name.
_ROLE_ORDER = (
    "organizer co-organizer host co-host partner programme-lead sponsor funder chair co-chair "
    "president executive-vice-president vice-president secretary-general member moderator "
    "facilitator keynote-speaker opening-remarks speaker lecturer panellist presenter"
).split()


@dataclass(frozen=True)
class Shown:
    """A value on a page: its text, where it leads, its language."""

    text: str
    href: str | None = None
    language: str | None = None


@dataclass(frozen=True)
class Detail:
    """A qualifier in words: what it is called, and its value."""

    name: str
    values: tuple[Shown, ...]


@dataclass(frozen=True)
class Entry:
    """One fact on a page; `marks` are numbers of footnotes."""

    value: Shown
    details: tuple[Detail, ...]
    when: str
    evidence: Evidence
    editorial: bool
    order: tuple[str, ...]
    marks: tuple[int, ...] = ()


@dataclass
class Group:
    """Facts under one heading."""

    heading: str
    entries: list[Entry] = field(default_factory=list)


@dataclass
class Section:
    """A part of a page."""

    name: str
    title: str
    groups: list[Group]


class Footnotes:
    """Numbers the sources of a page in the order in which facts cite them."""

    def __init__(self, reader: Reader) -> None:
        """Look sources up with `reader`."""
        self._reader = reader
        self._numbers: dict[tuple[object, ...], int] = {}
        self.sources: list[tuple[int, Source]] = []

    def marks(self, evidence: Evidence) -> tuple[int, ...]:
        """Return the numbers of a fact's sources."""
        found = []
        for assertion in evidence.assertions:
            source = self._reader.source(assertion)
            if source is None or not source.live:
                continue
            key = (source.passages, source.support, source.note)
            if key not in self._numbers:
                self._numbers[key] = len(self._numbers) + 1
                self.sources.append((self._numbers[key], source))
            found.append(self._numbers[key])
        return tuple(sorted(set(found)))


def shown(reader: Reader, term: Term) -> Shown:
    """Return a value for a page: dates in words, nodes in a line, things with their page."""
    if isinstance(term, Literal):
        datatype = term.datatype.value
        if datatype in _DATE_TYPES:
            return Shown(date_words(term.value, reader.language))
        if datatype == f"{XSD}boolean":
            yes = term.value in {"true", "1"}
            return Shown(words("yes" if yes else "no", reader.language))
        return Shown(term.value, None, term.language)
    if not isinstance(term, NamedNode):
        return Shown(str(term))
    if "#char=" in term.value:
        start, _, end = term.value.rpartition("=")[2].partition(",")
        unit = "글자" if reader.language == "ko" else "characters"
        return Shown(f"{unit} {start}–{end}", page_address(term.value))
    label = name_of(reader, term)
    if kind_of(reader, term) == t.TENURE:
        post = reader.object(term, t.POST)
        if isinstance(post, NamedNode):
            return shown(reader, post)
    if kind_of(reader, term) == t.MEMBERSHIP:
        return _membership(reader, term)
    linked = None if _is_value_node(reader, term) else page_address(term.value)
    if linked == term.value and not reader.labels(term):
        return Shown(term.value.removeprefix("mailto:"), term.value)
    return Shown(label.text, linked, label.language)


def _membership(reader: Reader, node: NamedNode) -> Shown:
    """Return a membership as a capacity: the role, and the body that it leads to."""
    role, body = reader.object(node, t.ORG_ROLE), reader.object(node, t.ORGANIZATION)
    named = ", ".join(words_of(reader, part) for part in (role, body) if part is not None)
    href = page_address(body.value) if isinstance(body, NamedNode) else None
    return Shown(named or name_of(reader, node).text, href)


def page_address(iri: str) -> str | None:
    """Return where a page about an IRI is: here for the project's own, else the IRI itself."""
    if iri.startswith(ID):
        return f"/page/{iri[len(ID) :]}"
    if iri.startswith(BASE):
        return f"/{iri[len(BASE) :]}"
    return iri if iri.startswith(("http://", "https://", "mailto:")) else None


def sections(
    reader: Reader, units: Iterable[Unit], notes: Footnotes, *, start: str = "about"
) -> list[Section]:
    """Return facts in words, grouped and in order; `start` names the section to begin with."""
    found: dict[str, dict[str, Group]] = {}
    ordering: dict[tuple[str, str], str] = {}
    for unit in units:
        if unit.property in _HIDDEN or unit.evidence.derived:
            continue
        heading = _heading_of(unit)
        text, order = _heading_words(reader, unit, heading)
        ordering[heading.section, text] = order
        groups = found.setdefault(heading.section, {})
        groups.setdefault(text, Group(text)).entries.append(_entry(reader, unit))
    made = []
    names = sorted(SECTIONS, key=lambda name: (name != start,))
    for name in names:
        if name not in found:
            continue
        groups_of = sorted(found[name].values(), key=lambda g: ordering[name, g.heading])
        for group in groups_of:
            group.entries.sort(key=lambda entry: entry.order)
            # Numbered only now, so that the numbers follow the order of reading.
            group.entries = [replace(x, marks=notes.marks(x.evidence)) for x in group.entries]
        made.append(Section(name, SECTIONS[name][reader.language == "ko"], groups_of))
    return made


def _heading_of(unit: Unit) -> Heading:
    if unit.kind is not None and (unit.kind, unit.property, unit.inverse) in NODES:
        return NODES[unit.kind, unit.property, unit.inverse]
    if unit.inverse:
        return INVERSE.get(unit.property, Heading("other", None))
    return Heading("about", None)


def _heading_words(reader: Reader, unit: Unit, heading: Heading) -> tuple[str, str]:
    """Return the words of a heading and its sort key."""
    if heading.words is not None:
        return heading.words[reader.language == "ko"], heading.words[0]
    for role in unit.qualifier(*_ROLES):
        if isinstance(role, NamedNode) and unit.kind is not None:
            local = role.value.rpartition("/")[2]
            place = _ROLE_ORDER.index(local) if local in _ROLE_ORDER else len(_ROLE_ORDER)
            return _capital(name_of(reader, role).text), f"{place:02} {local}"
    if not unit.inverse and unit.property in FORWARD:
        named = FORWARD[unit.property]
        place = list(FORWARD).index(unit.property)
        return named[reader.language == "ko"], f"  {place:02}"
    label = _capital(name_of(reader, unit.property).text)
    if unit.inverse:
        return f"← {label}", label
    return label, label


def _entry(reader: Reader, unit: Unit) -> Entry:
    value = _main_value(reader, unit)
    when = _when(reader, unit)
    dated = _first_day(reader, unit)
    details = tuple(_details(reader, unit))
    return Entry(
        value=value,
        details=details,
        when=when if when != value.text else "",
        evidence=unit.evidence,
        editorial=unit.evidence.editorial and not unit.evidence.assertions,
        order=(dated or "9999", _sortable(value.text), str(unit.value)),
    )


def _main_value(reader: Reader, unit: Unit) -> Shown:
    if unit.kind == t.OBSERVATION and unit.node is not None:
        label = shown(reader, unit.value) if unit.value is not None else Shown("")
        return Shown(f"{label.text}: {number_words(reader, unit.node)}", label.href, label.language)
    if unit.value is None:
        return Shown("")
    if unit.kind == t.XL_LABEL or unit.property == _DURATION:
        return Shown(duration_words(words_of(reader, unit.value), reader.language))
    return shown(reader, unit.value)


def _details(reader: Reader, unit: Unit) -> list[Detail]:
    found: dict[str, list[Shown]] = {}
    hidden = {*_WHEN, *_ROLES} if unit.kind in _ROLE_KINDS else set(_WHEN)
    if unit.kind in {t.OBSERVATION, t.QUANTITY, t.MONEY}:
        hidden |= _NUMBERS | {t.CURRENCY, t.CURRENCY_AS_PRINTED, t.STATED_EQUIVALENT}
    if unit.kind == t.INSTANT:
        return []
    for fact in sorted(unit.qualifiers, key=lambda f: (_rank(f.property), str(f.value))):
        if fact.property in hidden or (unit.value is not None and fact.value == unit.value):
            continue
        named = QUALIFIERS.get(fact.property)
        name = named[reader.language == "ko"] if named else name_of(reader, fact.property).text
        if unit.kind == t.MEMBERSHIP and fact.property == t.MEMBER:
            name = "구성원" if reader.language == "ko" else "for"
        found.setdefault(name, []).append(shown(reader, fact.value))
    at_event = unit.kind == t.PARTICIPATION or unit.property == t.SUPER_EVENT
    if isinstance(unit.value, NamedNode) and at_event and unit.inverse:
        places = reader.objects(unit.value, t.LOCATION)[:2]
        if places:
            name = "장소" if reader.language == "ko" else "in"
            found[name] = [shown(reader, place) for place in places]
    return [Detail(name, tuple(values)) for name, values in found.items()]


_ROLE_KINDS = frozenset({t.PARTICIPATION, t.MEMBERSHIP})
_DURATION = NamedNode("https://schema.org/duration")
_RANKED = (t.ABSTRACT, t.AMOUNT, t.IN_CAPACITY, t.ON_BEHALF_OF, t.ORGANIZATION)


def _rank(property: NamedNode) -> tuple[int, str]:
    place = _RANKED.index(property) if property in _RANKED else len(_RANKED)
    return place, property.value


def _when(reader: Reader, unit: Unit) -> str:
    """Return the date of a fact: that of its node, else of the event at its other end."""
    for dated in (unit.node, unit.value if unit.inverse else None):
        if isinstance(dated, NamedNode) and kind_of(reader, dated) not in {t.QUANTITY, t.MONEY}:
            when = date_words_of(reader, dated)
            if when:
                return when
    return ""


def _first_day(reader: Reader, unit: Unit) -> str | None:
    for dated in (unit.node, unit.value if unit.inverse else None):
        if isinstance(dated, NamedNode):
            for predicate in (t.START_DATE, t.OBSERVATION_DATE, t.EARLIEST_BEGIN, t.LATEST_BEGIN):
                found = reader.object(dated, predicate)
                if isinstance(found, Literal):
                    return found.value
    if isinstance(unit.value, Literal) and unit.value.datatype.value in _DATE_TYPES:
        return unit.value.value
    return None


def _is_value_node(reader: Reader, iri: NamedNode) -> bool:
    return kind_of(reader, iri) is not None


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _sortable(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
