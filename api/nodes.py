"""N-ary nodes: what kinds there are, which of their ends matters, and each in one line of words.

A participation, a membership, an observation … stands between things; readers want to see the
thing at the other end. Patterns as in the model's documentation (docs/model.md).
"""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode

from api import terms as t
from api.calendar import date_words
from api.reader import Reader, Text, local_name
from graphstore.terms import Term

VALUE_KINDS = frozenset({t.QUANTITY, t.MONEY, t.XL_LABEL, t.INSTANT, t.DATE_TIME_DESCRIPTION})

# Kind → its ends, most telling first. A property of the second tuple leads *to* the node.
ENDS: dict[NamedNode, tuple[NamedNode, ...]] = {
    t.PARTICIPATION: (t.HAS_PARTICIPATION, t.HAS_PARTICIPANT),
    t.TENURE: (t.POST, t.MEMBER, t.ORGANIZATION),
    t.MEMBERSHIP: (t.ORGANIZATION, t.MEMBER),
    t.OBSERVATION: (t.INDICATOR, t.OBSERVATION_ABOUT),
    t.FUNDING: (t.FUNDED_ITEM, t.BENEFICIARY, t.FUNDER),
    t.STATEMENT: (t.AUTHOR, t.ABSTRACT),
    t.CHANGE: (t.RESULTED_FROM,),
    t.MILESTONE: (t.AFFECTS, t.DC_TYPE),
    t.QUANTITY: (),
    t.MONEY: (),
    t.XL_LABEL: (t.LITERAL_FORM,),
    t.INSTANT: (),
    t.DATE_TIME_DESCRIPTION: (),
}
OWNED_BY = frozenset({t.HAS_PARTICIPATION, t.RESULTED_FROM})

_BOUNDS = {
    "about": ("about {}", "약 {}"),
    "moreThan": ("more than {}", "{} 초과"),
    "atLeast": ("at least {}", "{} 이상"),
    "upTo": ("up to {}", "{} 이하"),
    "lessThan": ("less than {}", "{} 미만"),
}


def kind_of(reader: Reader, iri: NamedNode) -> NamedNode | None:
    """Return the kind of n-ary node that `iri` is; None for a thing in its own right."""
    return reader.memory.lookup("kind", iri.value, lambda: _kind(reader.types(iri)))


def _kind(types: tuple[NamedNode, ...]) -> NamedNode | None:
    return next((kind for kind in ENDS if kind in types), None)


def ends_of(reader: Reader, node: NamedNode, end: NamedNode) -> list[Term]:
    """Return what stands at one end of a node, whichever way the property points."""
    if end in OWNED_BY:
        return list(reader.subjects(end, node))
    return reader.objects(node, end)


def name_of(reader: Reader, iri: NamedNode) -> Text:
    """Return the label of a thing, or an n-ary node in one line of words."""
    kind = kind_of(reader, iri)
    if kind is None:
        return reader.label(iri)
    return reader.memory.lookup(
        f"node-{reader.language}",
        iri.value,
        lambda: Text(_words(reader, iri, kind), reader.language),
    )


def words_of(reader: Reader, term: Term) -> str:
    """Return a value as text: a label, a literal, or a node in one line."""
    if isinstance(term, NamedNode):
        return name_of(reader, term).text
    return term.value if isinstance(term, Literal) else str(term)


def number_words(reader: Reader, node: NamedNode) -> str:
    """Return the number of a quantity, an amount or an observation, with its bound and unit."""
    bound, number = "exact", None
    for predicate, implied in ((t.VALUE, "exact"), (t.MIN_VALUE, "atLeast"), (t.MAX_VALUE, "upTo")):
        found = reader.object(node, predicate)
        if isinstance(found, Literal):
            bound, number = implied, found
            break
    if number is None:
        return ""
    said = reader.object(node, t.BOUND)
    if isinstance(said, NamedNode):
        bound = local_name(said.value)
    text = _with_unit(reader, node, grouped(number.value))
    return _BOUNDS[bound][reader.language == "ko"].format(text) if bound in _BOUNDS else text


def grouped(number: str) -> str:
    """Return a number's text with a comma between thousands.

    >>> grouped("46000000000.0"), grouped("0.4")
    ('46,000,000,000', '0.4')
    """
    sign, digits = ("-", number[1:]) if number.startswith("-") else ("", number)
    whole, _, rest = digits.partition(".")
    if not whole.isdigit():
        return number
    rest = rest.rstrip("0")
    return f"{sign}{int(whole):,}{'.' if rest else ''}{rest}"


def _with_unit(reader: Reader, node: NamedNode, number: str) -> str:
    printed = reader.object(node, t.CURRENCY_AS_PRINTED)
    if isinstance(printed, Literal):
        return (
            f"{printed.value}{number}" if len(printed.value) == 1 else f"{number} {printed.value}"
        )
    code = reader.object(node, t.UNIT_CODE)
    if isinstance(code, Literal) and code.value == "P1":
        return f"{number}%"
    for predicate in (t.CURRENCY, t.UNIT_TEXT):
        unit = reader.object(node, predicate)
        if isinstance(unit, Literal):
            return f"{number} {unit.value}"
    return number


def _words(reader: Reader, node: NamedNode, kind: NamedNode) -> str:
    def one(*predicates: NamedNode) -> str:
        for predicate in predicates:
            for value in ends_of(reader, node, predicate):
                return words_of(reader, value)
        return ""

    if kind == t.PARTICIPATION:
        return _joined(one(t.HAS_PARTICIPANT), one(t.ROLE), one(t.HAS_PARTICIPATION))
    if kind == t.TENURE:
        return ", ".join(part for part in (one(t.MEMBER), one(t.POST)) if part)
    if kind == t.MEMBERSHIP:
        return _joined(one(t.MEMBER), one(t.ORG_ROLE), one(t.ORGANIZATION))
    if kind == t.OBSERVATION:
        dates = reader.objects(node, t.OBSERVATION_DATE)
        when = date_words(words_of(reader, dates[0]), reader.language) if dates else ""
        number = number_words(reader, node)
        said = f"{one(t.INDICATOR)}: {number}" + (f" ({when})" if when else "")
        return _joined(one(t.OBSERVATION_ABOUT), said)
    if kind == t.FUNDING:
        return _joined(one(t.FUNDER), one(t.AMOUNT), one(t.FUNDED_ITEM, t.BENEFICIARY))
    if kind == t.STATEMENT:
        return ": ".join(part for part in (one(t.AUTHOR), one(t.ABSTRACT)) if part)
    if kind == t.CHANGE:
        body = one(t.RESULTED_FROM)
        return f"{body} 설립" if reader.language == "ko" else f"founding of {body}"
    if kind == t.MILESTONE:
        return _joined(one(t.AFFECTS), one(t.DC_TYPE))
    if kind == t.MONEY:
        equivalent = one(t.STATED_EQUIVALENT)
        return number_words(reader, node) + (f" ({equivalent})" if equivalent else "")
    if kind == t.QUANTITY:
        return number_words(reader, node)
    if kind == t.XL_LABEL:
        return one(t.LITERAL_FORM)
    return _time_words(reader, node)


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _time_words(reader: Reader, node: NamedNode) -> str:
    inside = reader.object(node, t.IN_DATE_TIME)
    description = inside if isinstance(inside, NamedNode) else node
    parts = {
        local_name(quad.predicate.value): quad.object.value.lstrip("-")
        for quad in reader.dataset.quads(description, None, None, t.DEFAULT)
        if isinstance(quad.object, Literal)
    }
    clock = f"{int(parts['hour']):02}:{int(parts.get('minute', 0)):02}" if "hour" in parts else ""
    day = ""
    if "day" in parts:
        number = int(parts["day"])
        day = f"{number}일" if reader.language == "ko" else f"day {number}"
    return ", ".join(part for part in (day, clock) if part)
