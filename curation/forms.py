"""The forms of a fact: how an author's entry becomes triples.

Each n-ary form (a participation, a tenure, an observation …) makes one node whose IRI is a hash of
what makes it that one, so that two documents that report it converge on one node. The patterns are
those of docs/model.md. A form that lacks a field or names one it does not have is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from curation.dates import typed_date
from curation.identifiers import node_iri
from curation.vocabulary import RDF_TYPE, Vocabulary
from ontology.namespaces import CONCEPT, DURE, TIME, XSD

DATE_TERMS = frozenset(
    "startDate endDate attestedOn dateAccepted dateSubmitted issued applicationDeadline dueDate "
    "observationDate dateDocument created".split()
)
_LOWER_BOUNDS = {"moreThan", "atLeast"}
_UPPER_BOUNDS = {"upTo", "lessThan"}
_BOUNDS = {"exact", "about"} | _LOWER_BOUNDS | _UPPER_BOUNDS
_LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,8})*")

Value = NamedNode | Literal
Resolve = Callable[[str], NamedNode]
Content = Mapping[str, Any]


class FormError(ValueError):
    """An entry does not fit its form; the message says how."""


class Writer:
    """Collects the triples of one entry; `node` is the n-ary node it made, if any."""

    def __init__(self, vocabulary: Vocabulary, resolve: Resolve) -> None:
        """Write with these terms; `resolve` turns a key or an alias into an IRI."""
        self.triples: dict[Triple, None] = {}
        self.node: NamedNode | None = None
        self._vocabulary = vocabulary
        self._resolve = resolve

    def reference(self, key: object) -> NamedNode:
        """Return the IRI of an entity key, an alias, a concept CURIE or a web address."""
        text = str(key)
        if text.startswith(("http://", "https://", "mailto:")):
            return NamedNode(text)
        if ":" in text:
            try:
                return self._vocabulary.concept(text)
            except KeyError:
                raise FormError(f"no concept {text}") from None
        return self._resolve(text)

    def concept(self, scheme: str, local: object) -> NamedNode:
        """Return the concept `local` of `scheme`; a CURIE is taken as it is."""
        iri = f"{CONCEPT}{scheme}/{str(local).partition(':')[2] or local}"
        if iri not in self._vocabulary.concepts:
            raise FormError(f"scheme {scheme} has no concept {local}")
        return NamedNode(iri)

    def say(self, subject: NamedNode, term: str, value: Any) -> None:
        """Add `subject term value`; a list means several values, `None` none."""
        if value is None:
            return
        if isinstance(value, list):
            for item in value:
                self.say(subject, term, item)
            return
        known = self._vocabulary.properties.get(term)
        if known is None:
            raise FormError(f"no property {term} in the context")
        for rdf_value in self._values(subject, term, value):
            self.triples[Triple(subject, known.iri, rdf_value)] = None

    def a(self, subject: NamedNode, class_term: str) -> None:
        """Add the type of an n-ary node (entities have theirs editorially)."""
        self.triples[Triple(subject, RDF_TYPE, self._vocabulary.classes[class_term])] = None

    def _values(self, subject: NamedNode, term: str, value: Any) -> list[Value]:
        known = self._vocabulary.properties[term]
        if term == "hasTime":
            return [self._time(subject, value)]
        if term in DATE_TERMS:
            return [typed_date(str(value))]
        if known.is_resource:
            if isinstance(value, dict):
                return [self.quantity(value, subject.value, term)]
            if term == "bound":
                return [NamedNode(f"{DURE}{value}")]
            return [self.reference(value)]
        if known.is_text:
            tagged = value if isinstance(value, dict) else {"en": value}
            for tag in tagged:
                if not _LANGUAGE_TAG.fullmatch(tag):
                    raise FormError(f"'{tag}' is no language tag")
            return [Literal(str(text), language=tag) for tag, text in tagged.items()]
        return [plain_literal(value)]

    def quantity(self, content: Content, *owner: str) -> NamedNode:
        """Add a QuantitativeValue for `{value, bound, unit}` and return it."""
        _fields("quantity", content, "value", "bound unit")
        bound = content.get("bound", "exact")
        node = node_iri("q", *owner, str(content["value"]), bound)
        self.a(node, "QuantitativeValue")
        self.number(node, content["value"], bound)
        self.say(node, "unitText", content.get("unit"))
        return node

    def number(self, node: NamedNode, value: Any, bound: str) -> None:
        """Add a number as value, least or greatest value, as its `bound` has it."""
        if bound not in _BOUNDS:
            raise FormError(f"bound {bound} is none of {sorted(_BOUNDS)}")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise FormError(f"'{value}' is no number (no separators, no quotes)")
        term = "value"
        if bound in _LOWER_BOUNDS:
            term = "minValue"
        elif bound in _UPPER_BOUNDS:
            term = "maxValue"
        self.say(node, term, value)
        self.say(node, "bound", bound)

    def money(self, content: Content, *owner: str) -> NamedNode:
        """Add a MonetaryAmount for `{amount, currency or printed, bound}` and return it."""
        _fields("amount", content, "amount", "currency printed bound")
        node = node_iri("a", *owner, str(content["amount"]), str(content.get("currency")))
        self.a(node, "MonetaryAmount")
        value = Literal(_decimal(content["amount"]), datatype=NamedNode(f"{XSD}decimal"))
        self.triples[Triple(node, self._vocabulary.properties["value"].iri, value)] = None
        self.say(node, "bound", content.get("bound"))
        self.say(node, "currency", content.get("currency"))
        self.say(node, "currencyAsPrinted", content.get("printed"))
        return node

    def _time(self, subject: NamedNode, content: Content) -> NamedNode:
        """Add an OWL-Time instant of which only some parts are known.

        https://www.w3.org/TR/owl-time/#time:DateTimeDescription
        """
        _fields("hasTime", content, "", "month day hour minute")
        instant = NamedNode(f"{subject.value}.time")
        description = NamedNode(f"{subject.value}.dtd")
        datatypes = {"month": "gMonth", "day": "gDay"}
        self.triples[Triple(instant, RDF_TYPE, NamedNode(f"{TIME}Instant"))] = None
        self.triples[Triple(instant, NamedNode(f"{TIME}inDateTime"), description)] = None
        self.triples[Triple(description, RDF_TYPE, NamedNode(f"{TIME}DateTimeDescription"))] = None
        unit = "unitMinute" if "hour" in content else "unitDay"
        self.triples[
            Triple(description, NamedNode(f"{TIME}unitType"), NamedNode(f"{TIME}{unit}"))
        ] = None
        for part, number in content.items():
            text = f"{'--' if part == 'month' else '---'}{number:02}"
            literal = (
                Literal(text, datatype=NamedNode(f"{XSD}{datatypes[part]}"))
                if part in datatypes
                else Literal(str(number), datatype=NamedNode(f"{XSD}nonNegativeInteger"))
            )
            self.triples[Triple(description, NamedNode(f"{TIME}{part}"), literal)] = None
        return instant


def plain_literal(value: Any) -> Literal:
    """Return a YAML scalar as a literal: boolean, integer, decimal or plain string."""
    if isinstance(value, bool | int):
        return Literal(value)
    if isinstance(value, float):
        return Literal(_decimal(value), datatype=NamedNode(f"{XSD}decimal"))
    return Literal(str(value))


def _decimal(value: Any) -> str:
    text = format(Decimal(str(value)), "f")
    return text if "." in text else f"{text}.0"


def _mapping(form: str, content: object) -> None:
    if not isinstance(content, Mapping):
        raise FormError(f"{form} needs fields, not '{content}'")


def _fields(form: str, content: Content, required: str, optional: str = "") -> None:
    _mapping(form, content)
    missing = [name for name in required.split() if content.get(name) is None]
    unknown = set(content) - set(required.split()) - set(optional.split())
    if missing or unknown:
        raise FormError(f"{form} lacks {missing or 'nothing'}, does not know {sorted(unknown)}")


def identity(form: str, content: Content, resolve: Callable[[object], NamedNode]) -> NamedNode:
    """Return the IRI of the node that an entry of `form` makes, from its key fields alone.

    This is what an alias (`as`) stands for. Raises `FormError` when the form makes no node or a
    key field is missing.
    """
    if form not in _KEYS:
        raise FormError(f"{form} makes no node that an alias could name")
    prefix, references, plain = _KEYS[form]
    _fields(form, content, references[0] if references else "", " ".join(content))
    parts = [
        ",".join(sorted(resolve(item).value for item in _listed(content[name])))
        for name in references
        if content.get(name) is not None
    ]
    parts += [f"{name}={content[name]}" for name in plain if content.get(name) is not None]
    return node_iri(prefix, *parts)


# Form → prefix of the node, key fields that refer to something, key fields that are values.
_KEYS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "participation": ("p", ("event", "agent"), ("role",)),
    "membership": ("m", ("member", "organization"), ("role", "start")),
    "tenure": ("t", ("holder", "post"), ("start",)),
    "observation": (
        "o",
        ("about", "denominator", "counted_by"),
        ("indicator", "value", "date", "period"),
    ),
    "funding": ("f", ("funder", "funds", "beneficiary"), ("amount", "covers", "start")),
    "statement": ("s", ("speaker",), ("gist",)),
    "founding": ("c", ("of",), ()),
    "milestone": ("e", ("affects",), ("kind", "date")),
}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def is_(w: Writer, content: Content) -> None:
    """General form: subject → property → value or values."""
    _mapping("is", content)
    for key, properties in content.items():
        subject = w.reference(key)
        _mapping(f"is {key}", properties)
        for term, value in properties.items():
            w.say(subject, term, value)


def participation(w: Writer, c: Content) -> None:
    """One agent in one role at one event."""
    _fields("participation", c, "event agent role", "capacity on_behalf_of as")
    w.node = node = identity("participation", c, w.reference)
    w.a(node, "Participation")
    w.say(w.reference(c["event"]), "hasParticipation", node.value)
    w.say(node, "hasParticipant", c["agent"])
    w.say(node, "role_", w.concept("role", c["role"]).value)
    w.say(node, "inCapacity", c.get("capacity"))
    w.say(node, "onBehalfOf", c.get("on_behalf_of"))


def membership(w: Writer, c: Content) -> None:
    """One member in one role of one organisation (org:Membership)."""
    _fields("membership", c, "member organization", "role start end attested represented_by as")
    w.node = node = identity("membership", c, w.reference)
    w.a(node, "Membership")
    w.say(node, "member", c["member"])
    w.say(node, "organization", c["organization"])
    if c.get("role"):
        w.say(node, "orgRole", w.concept("role", c["role"]).value)
    _period(w, node, c)
    w.say(node, "representedBy", c.get("represented_by"))


def tenure(w: Writer, c: Content) -> None:
    """The holding of a post by an agent in time."""
    _fields("tenure", c, "holder post organization", "start end attested number as")
    w.node = node = identity("tenure", c, w.reference)
    w.a(node, "Tenure")
    w.say(node, "member", c["holder"])
    w.say(node, "post", c["post"])
    w.say(node, "organization", c["organization"])
    w.say(node, "termNumber", c.get("number"))
    _period(w, node, c)


def _period(w: Writer, node: NamedNode, c: Content) -> None:
    w.say(node, "startDate", c.get("start"))
    w.say(node, "endDate", c.get("end"))
    w.say(node, "attestedOn", c.get("attested"))


def observation(w: Writer, c: Content) -> None:
    """One statistic: what or where, indicator, date or period, value, and who counted."""
    _fields(
        "observation",
        c,
        "about indicator value",
        "bound date period unit unit_code denominator counted_by method as",
    )
    w.node = node = identity("observation", c, w.reference)
    w.a(node, "Observation")
    w.say(node, "observationAbout", c["about"])
    w.say(node, "variableMeasured", w.concept("indicator", c["indicator"]).value)
    w.number(node, c["value"], c.get("bound", "exact"))
    w.say(node, "observationDate", c.get("date"))
    w.say(node, "observationPeriod", c.get("period"))
    percent = c.get("unit") == "P1"
    w.say(node, "unitCode", "P1" if percent else c.get("unit_code"))
    w.say(node, "unitText", "percent" if percent else c.get("unit"))
    w.say(node, "measurementDenominator", c.get("denominator"))
    w.say(node, "measurementMethod", c.get("method"))
    w.say(node, "wasAttributedTo", c.get("counted_by"))


def funding(w: Writer, c: Content) -> None:
    """Money, or costs, that an agent commits to something."""
    _fields(
        "funding",
        c,
        "funder",
        "amount currency printed equivalent bound funds covers beneficiary start end as",
    )
    w.node = node = identity("funding", c, w.reference)
    w.a(node, "FundingCommitment")
    w.say(node, "funder", c["funder"])
    if c.get("amount") is not None:
        price = {k: c[k] for k in ("amount", "currency", "printed", "bound") if c.get(k)}
        amount = w.money(price, node.value)
        w.say(node, "amount", amount.value)
        if c.get("equivalent"):
            w.say(amount, "statedEquivalent", w.money(c["equivalent"], amount.value).value)
    w.say(node, "fundedItem", c.get("funds"))
    for cost in _listed(c.get("covers") or []):
        w.say(node, "covers_", w.concept("cost", cost).value)
    w.say(node, "beneficiary", c.get("beneficiary"))
    w.say(node, "startDate", c.get("start"))
    w.say(node, "endDate", c.get("end"))


def statement(w: Writer, c: Content) -> None:
    """What somebody said, in the curator's own words."""
    _fields("statement", c, "speaker gist", "capacity event about topics act date as")
    w.node = node = identity("statement", c, w.reference)
    w.a(node, "Statement")
    w.say(node, "author", c["speaker"])
    w.say(node, "inCapacity", c.get("capacity"))
    w.say(node, "recordedAt", c.get("event"))
    w.say(node, "about", c.get("about"))
    for topic in _listed(c.get("topics") or []):
        w.say(node, "subject", w.concept("topic", topic).value)
    if c.get("act"):
        w.say(node, "speechAct", w.concept("speech-act", c["act"]).value)
    w.say(node, "abstract", c["gist"])
    w.say(node, "attestedOn", c.get("date"))


def founding(w: Writer, c: Content) -> None:
    """The founding of a body: when, by whom, on which legal basis."""
    _fields("founding", c, "of", "date by basis as")
    w.node = node = identity("founding", c, w.reference)
    w.a(node, "ChangeEvent")
    w.say(w.reference(c["of"]), "resultedFrom", node.value)
    w.say(node, "startDate", c.get("date"))
    w.say(node, "wasAssociatedWith", c.get("by"))
    w.say(node, "hasFormalFramework", c.get("basis"))


def milestone(w: Writer, c: Content) -> None:
    """A dated (or undated) step in the life of a policy, plan, target, declaration or name."""
    _fields("milestone", c, "affects kind", "date by at_event to as")
    w.node = node = identity("milestone", c, w.reference)
    w.a(node, "Milestone")
    w.say(node, "affects", c["affects"])
    w.say(node, "kind", w.concept("milestone-type", c["kind"]).value)
    w.say(node, "startDate", c.get("date"))
    w.say(node, "wasAssociatedWith", c.get("by"))
    w.say(node, "recordedAt", c.get("at_event"))
    w.say(node, "submittedTo", c.get("to"))


def name(w: Writer, c: Content) -> None:
    """A name as printed; `kind` (acronym, former …) makes it a name with facts of its own."""
    _fields("name", c, "of text", "lang kind hidden preferred start end as")
    subject = w.reference(c["of"])
    text = {c.get("lang", "en"): c["text"]}
    if c.get("hidden"):
        w.say(subject, "hiddenLabel", text)
        return
    w.say(subject, "prefLabel" if c.get("preferred") else "altLabel", text)
    if c.get("kind"):
        w.node = node = node_iri("n", subject.value, c["text"], c.get("lang", "en"))
        w.a(node, "Label")
        w.say(subject, "xlAltLabel", node.value)
        w.say(node, "literalForm", text)
        w.say(node, "nameKind", w.concept("name-kind", c["kind"]).value)
        w.say(node, "startDate", c.get("start"))
        w.say(node, "endDate", c.get("end"))


FORMS: Mapping[str, Callable[[Writer, Content], None]] = {
    "is": is_,
    "participation": participation,
    "membership": membership,
    "tenure": tenure,
    "observation": observation,
    "funding": funding,
    "statement": statement,
    "founding": founding,
    "milestone": milestone,
    "name": name,
}
