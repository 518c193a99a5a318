"""Queries that mean no good: hundreds, in families, for `benchmarks.stress`.

None of them is refused by its looks alone: each asks for more time, memory, depth, length or
freedom than a stranger should have. `listener` is the port of a server of ours that must hear
nothing.
"""

# ruff: noqa: E501 — a query is easier to read in one line

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from benchmarks.sparql_queries import RESULTS, TRIPLES

HTML: Final = "text/html"
CSV: Final = "text/csv"
TSV: Final = "text/tab-separated-values"
XML: Final = "application/sparql-results+xml"
TURTLE: Final = "text/turtle"
JSON_LD: Final = "application/ld+json"
RDF_XML: Final = "application/rdf+xml"

_CROSS: Final = "?a ?b ?c . ?d ?e ?f"
_CROSS_3: Final = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
_P: Final = "<https://schema.org/location>"
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"


@dataclass(frozen=True)
class Hostile:
    """A hostile query: its family, its text, and how it is asked."""

    family: str
    text: str
    accept: str = RESULTS
    parameters: str = ""
    """Further parameters of the request, encoded, each beginning with "&"."""


def hostile_queries(listener: int) -> list[Hostile]:
    """Return all of them."""
    families: dict[str, Callable[[], Iterator[str | Hostile]]] = {
        "cross product": _cross_products,
        "sorting": _sorts,
        "paths": _paths,
        "regular expressions": _regexes,
        "long lists": _lists,
        "nesting": _nests,
        "wide queries": _wide,
        "strings that grow": _bombs,
        "grouping": _groups,
        "odd literals": _literals,
        "odd characters": _characters,
        "graphs": _graphs,
        "parameters": _parameters,
        "calls abroad": lambda: _abroad(listener),
    }
    return [
        Hostile(name, item)
        if isinstance(item, str)
        else Hostile(name, item.text, item.accept, item.parameters)
        for name, family in families.items()
        for item in family()
    ]


def _as(text: str, accept: str = RESULTS, parameters: str = "") -> Hostile:
    return Hostile("", text, accept, parameters)


def _cross_products() -> Iterator[str | Hostile]:
    for accept in (RESULTS, XML, CSV, TSV, HTML):
        yield _as(f"SELECT * {{ {_CROSS} }}", accept)
        yield _as(f"SELECT * {{ {_CROSS_3} }} LIMIT 1000000000", accept)
        yield _as(f"SELECT DISTINCT ?a ?f {{ {_CROSS} }}", accept)
    for accept in (TRIPLES, TURTLE, JSON_LD, RDF_XML, HTML):
        yield _as(f"CONSTRUCT {{ ?a ?e ?f . ?d ?b ?c }} WHERE {{ {_CROSS} }}", accept)
        yield _as(f"DESCRIBE ?a ?d WHERE {{ {_CROSS} }}", accept)
    yield f"SELECT (COUNT(*) AS ?n) {{ {_CROSS} }}"
    yield f"SELECT (COUNT(*) AS ?n) {{ {_CROSS_3} }}"
    yield f"ASK {{ {_CROSS} FILTER(?a = ?b && ?d = ?e && ?c = <urn:no>) }}"
    yield f"ASK {{ {_CROSS} FILTER(STRLEN(CONCAT(STR(?a), STR(?d))) < 0) }}"
    yield "SELECT * { ?a ?b ?c FILTER EXISTS { ?d ?e ?f FILTER(?f = ?a && ?d = ?c && ?e = ?a) } }"
    yield "SELECT * { ?a ?b ?c FILTER NOT EXISTS { ?d ?e ?f . ?g ?h ?i FILTER(?f > ?i) } }"
    yield "SELECT * { { ?a ?b ?c } MINUS { ?d ?e ?f . ?a ?h ?i } }"
    yield "SELECT * { ?a ?b ?c OPTIONAL { ?d ?e ?f OPTIONAL { ?g ?h ?i } } }"
    yield "SELECT * { ?a ?b ?c . ?d ?b ?f . ?g ?b ?i . ?j ?b ?l }"
    yield "SELECT * { { SELECT * { ?a ?b ?c } } { SELECT * { ?d ?e ?f } } }"
    yield f"SELECT (RAND() AS ?r) (UUID() AS ?u) {{ {_CROSS} }}"


def _sorts() -> Iterator[str | Hostile]:
    for key in ("?f", "DESC(STR(?a))", "RAND()", "STRLEN(STR(?c)) ?d", "UUID()", "SHA512(STR(?f))"):
        yield f"SELECT * {{ {_CROSS} }} ORDER BY {key}"
        yield f"SELECT * {{ {_CROSS} }} ORDER BY {key} LIMIT 1"
    yield "SELECT * { ?a ?b ?c . ?c ?e ?f } ORDER BY STR(?f) ?a OFFSET 100000000"
    yield f"SELECT DISTINCT * {{ {_CROSS} }} ORDER BY " + " ".join("?a ?b ?c ?d ?e ?f".split() * 50)
    yield _as(f"CONSTRUCT {{ ?a ?b ?f }} WHERE {{ {_CROSS} }} ORDER BY ?f LIMIT 5", TURTLE)
    yield f"SELECT * {{ {{ SELECT * {{ {_CROSS} }} ORDER BY ?c LIMIT 5 }} ?x ?y ?z }}"


def _paths() -> Iterator[str | Hostile]:
    anything = f"({_P}|!{_P})"
    yield f"SELECT * {{ ?s {anything}* ?o }}"
    yield f"SELECT (COUNT(*) AS ?n) {{ ?s {anything}+ ?o }}"
    yield f"SELECT * {{ ?s ({anything}|^{anything})* ?o }}"
    yield f"SELECT * {{ ?s ({anything}|^{anything})+ ?o . ?o ({anything}|^{anything})+ ?q }}"
    yield f"ASK {{ ?s ({anything}|^{anything})* <urn:nowhere> . ?s {anything}* <urn:none> }}"
    yield f"SELECT * {{ ?s (((({anything}*)*)*)*)* ?o }}"
    yield f"SELECT * {{ ?s ((((({anything}+)?)*)+)?)+ ?o }}"
    yield f"SELECT * {{ ?s (^{anything}/{anything})* ?o }}"
    yield f"SELECT * {{ ?s ({anything}/^{anything}/{anything}/^{anything})+ ?o }}"
    for length in (10, 200, 3000):
        yield "SELECT * { ?s " + "/".join([anything] * length) + " ?o }"
        yield "SELECT * { ?s " + "/".join([f"{_P}?"] * length) + " ?o }"
        yield "SELECT * { ?s (" + "|".join(f"<urn:p{n}>" for n in range(length)) + ")* ?o }"
        yield (
            "SELECT * { ?s !("
            + "|".join(f"<urn:p{n}>" for n in range(length))
            + ") ?o . ?x ?y ?z }"
        )
    for depth in (50, 98, 120, 5000):
        yield "SELECT * { ?s " + "(" * depth + _P + ")*" * depth + " ?o }"
        yield "SELECT * { ?s " + "^(" * depth + _P + ")" * depth + " ?o }"


def _regexes() -> Iterator[str | Hostile]:
    patterns = (
        "(a+)+$", "(a|a)*$", "^(.*.*.*.*.*.*)*x$", "(x+x+)+y", "(.*){20}=", "((a{90}){90}){90}",
        "(?i)" + "(e|v|n|t)*" * 60, ".{0,1000}.{0,1000}z", "\\\\p{L}{500}", "(?:(?:(?:a?){99}){99}){9}",
        "[^\\\\P{L}]*(\\\\w+\\\\s*)+$", "(" * 90 + "a" + ")*" * 90,
    )  # fmt: skip
    for pattern in patterns:
        yield f'SELECT * {{ ?s ?p ?o . ?x ?y ?z FILTER(REGEX(STR(?o), "{pattern}")) }}'
        yield f'SELECT (REPLACE(STR(?o), "{pattern}|$", "$0$0") AS ?r) {{ ?s ?p ?o . ?x ?y ?z }}'
    yield "SELECT * { ?s ?p ?o . ?x ?y ?z FILTER(REGEX(STR(?o), STR(?z))) }"
    yield "SELECT * { ?s ?p ?o . ?x ?y ?z FILTER(REGEX(STR(?o), CONCAT(STR(?z), '{900}{900}'))) }"


def _lists() -> Iterator[str | Hostile]:
    for size in (1_000, 15_000):
        numbers = " ".join(str(n) for n in range(size))
        iris = " ".join(f"<urn:x{n}>" for n in range(size))
        yield f"SELECT * {{ VALUES ?a {{ {numbers} }} VALUES ?b {{ {numbers} }} VALUES ?c {{ {numbers} }} }}"
        yield f"SELECT * {{ ?s ?p ?o FILTER(?o IN ({', '.join(numbers.split())})) . ?x ?y ?z }}"
        yield f"SELECT * {{ ?s ?p ?o FILTER(?s NOT IN ({', '.join(iris.split())})) . ?x ?y ?z }}"
        yield f"SELECT * {{ VALUES ?s {{ {iris} }} ?a ?b ?c FILTER(STR(?s) > STR(?c)) }}"
        yield f"SELECT * {{ VALUES (?s ?o) {{ {'(UNDEF UNDEF)' * size} }} ?s ?p ?o }}"
        yield _as(f"DESCRIBE {iris}", TURTLE)
        yield f"SELECT * {{ ?s ?p {', '.join(f'?o{n}' for n in range(size // 10))} }}"
        yield f"SELECT (CONCAT({', '.join(['?a'] * size)}) AS ?x) {{ BIND('abc' AS ?a) ?s ?p ?o }}"
        yield f"SELECT (COALESCE({', '.join(['1/0'] * size)}) AS ?x) {{ ?s ?p ?o }}"
    blocks = "".join(f"VALUES ?v{n} {{ {' '.join(map(str, range(100)))} }} " for n in range(8))
    yield f"SELECT * {{ {blocks} }}"
    yield f"SELECT (SUM(?v0 * ?v7) AS ?n) {{ {blocks} }}"


def _nests() -> Iterator[str | Hostile]:
    for depth in (30, 95, 105, 3_000, 100_000):
        yield "SELECT * " + "{" * depth + "?s ?p ?o" + "}" * depth
        yield "SELECT * { ?s ?p ?o FILTER" + "(" * depth + "1" + ")" * depth + " }"
        yield "ASK { FILTER(" + "!" * depth + "true) }"
        yield "ASK { FILTER(" + "- " * depth + "1 < 2) }"
        yield "SELECT * { ?s ?p " + "[ <urn:p> " * depth + "1" + " ]" * depth + " }"
        yield "SELECT * { ?s ?p " + "( " * depth + "1" + " )" * depth + " }"
        yield "SELECT * " + "{ { SELECT * " * (depth // 2) + "{ ?s ?p ?o }" + "} }" * (depth // 2)
        yield "SELECT * { " + "OPTIONAL { ?s ?p ?o " * depth + "}" * depth + " }"
        yield "SELECT * { ?s ?p ?o " + "FILTER NOT EXISTS { ?s ?p ?o " * depth + "}" * depth + " }"
        yield "SELECT (" + "IF(true, " * depth + "1" + ", 2)" * depth + " AS ?x) {}"
        yield "SELECT * { " + "<< " * depth + "?s ?p ?o" + " >>" * depth + " ?q ?r }"


def _wide() -> Iterator[str | Hostile]:
    for size in (100, 1_000, 12_000):
        yield "SELECT * { " + "".join(f"?s{n} ?p{n} ?o{n} . " for n in range(size)) + "}"
        yield "SELECT * { " + "".join(f"?x{n} ?p{n} ?x{n + 1} . " for n in range(size)) + "}"
        yield "SELECT * { " + "".join(f"?x ?p{n} ?o{n} . " for n in range(size)) + "}"
        yield "SELECT * { ?s ?p ?o " + "OPTIONAL { ?s ?q ?r } " * size + "}"
        yield (
            "SELECT * { ?s ?p ?o "
            + "".join(f"OPTIONAL {{ ?x{n} ?y{n} ?z{n} }} " for n in range(size))
            + "}"
        )
        yield "SELECT * { {} " + "UNION { ?a ?b ?c . ?d ?e ?f } " * size + "}"
        yield "SELECT * { ?s ?p ?o " + "MINUS { ?s ?p ?q . ?x ?y ?z } " * size + "}"
        yield (
            "SELECT * { ?s ?p ?o FILTER("
            + " || ".join(f"?o = {n}" for n in range(size))
            + ") . ?x ?y ?z }"
        )
        yield "SELECT * { ?s ?p ?o FILTER(" + " && ".join(["?o != 1"] * size) + ") . ?x ?y ?z }"
        yield "SELECT (" + "+".join(["1"] * size) + " AS ?x) { ?s ?p ?o . ?a ?b ?c }"
        yield "SELECT * { ?s ?p ?o " + "".join(f"BIND(?o AS ?b{n}) " for n in range(size)) + "}"
        yield "SELECT " + " ".join(f"?v{n}" for n in range(size)) + f" {{ {_CROSS} }}"
        yield "".join(f"PREFIX p{n}: <urn:p{n}:> " for n in range(size)) + "ASK {}"
        yield (
            "SELECT * { ?s ?p ?o FILTER EXISTS { "
            + "{ ?s ?p ?o } UNION " * size
            + "{} } . ?x ?y ?z }"
        )
    yield "#" * 900_000 + "\nSELECT * { ?s ?p ?o . ?x ?y ?z }"
    yield "SELECT * { ?s ?p '" + "x" * 900_000 + "' . ?x ?y ?z . ?a ?b ?c }"
    yield "ASK { ?s <urn:" + "x" * 900_000 + "> ?o }"
    yield "SELECT ?" + "v" * 800_000 + f" {{ {_CROSS} }}"
    yield " " * 900_000 + "ASK {}"


def _bombs() -> Iterator[str | Hostile]:
    start = "BIND('0123456789abcdef' AS ?x0) "
    for rounds in (24, 40, 90):
        growth = {
            "CONCAT(?x{0}, ?x{0})": "doubling",
            "REPLACE(?x{0}, '(.)', '$1$1')": "replacing",
            "ENCODE_FOR_URI(CONCAT('%', ?x{0}, ?x{0}))": "encoding",
            "CONCAT(UCASE(?x{0}), LCASE(?x{0}), ?x{0})": "tripling",
        }
        for form in growth:
            binds = "".join(f"BIND({form.format(n)} AS ?x{n + 1}) " for n in range(rounds))
            yield f"SELECT (STRLEN(?x{rounds}) AS ?n) {{ {start}{binds} }}"
            yield f"SELECT ?x{rounds} {{ {start}{binds} }}"
    yield f"SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?f)); separator='----') AS ?x) {{ {_CROSS} }}"
    yield f"SELECT ?b (GROUP_CONCAT(STR(?f)) AS ?x) {{ {_CROSS} }} GROUP BY ?b"
    yield f"SELECT (GROUP_CONCAT(DISTINCT CONCAT(STR(?a), STR(?d))) AS ?x) {{ {_CROSS} }}"
    yield (
        "SELECT (GROUP_CONCAT(?x) AS ?y) { ?s ?p ?o . ?q ?r ?t { SELECT (GROUP_CONCAT(STR(?c)) AS ?x)"
        " { ?a ?b ?c } } }"
    )
    yield "SELECT (MAX(CONCAT(?x, ?x)) AS ?y) { ?s ?p ?o { SELECT (GROUP_CONCAT(STR(?c)) AS ?x) { ?a ?b ?c } } }"


def _groups() -> Iterator[str | Hostile]:
    for keys in (
        "?a ?f",
        "?a ?b ?c ?d ?e ?f",
        "(STR(?a)) (STRLEN(STR(?f)))",
        "(RAND())",
        "(BNODE())",
    ):
        yield f"SELECT (COUNT(*) AS ?n) {{ {_CROSS} }} GROUP BY {keys}"
        yield f"SELECT (COUNT(DISTINCT ?c) AS ?n) {{ {_CROSS} }} GROUP BY {keys} ORDER BY ?n"
    for function in ("COUNT", "SUM", "AVG", "MIN", "MAX", "SAMPLE"):
        yield f"SELECT ({function}(DISTINCT CONCAT(STR(?a), STR(?f))) AS ?x) {{ {_CROSS} }}"
    yield f"SELECT DISTINCT (CONCAT(STR(?a), STR(?f)) AS ?x) {{ {_CROSS} }}"
    yield f"SELECT REDUCED (STRUUID() AS ?x) {{ {_CROSS} }}"
    yield f"SELECT ?x {{ {_CROSS} }} GROUP BY ?x HAVING (COUNT(DISTINCT ?f) > 1000000000)"


def _literals() -> Iterator[str | Hostile]:
    for value in (
        "9" * 100_000, "9" * 1_000 + "." + "9" * 1_000, "1e" + "9" * 1_000, "-0.0", "1e-999999",
        f'"{"9" * 5_000}-01-01"^^<{_XSD}date>', f'"-999999999-12-31T24:00:00Z"^^<{_XSD}dateTime>',
        f'"P{"9" * 1_000}Y"^^<{_XSD}duration>', f'"PT1e9S"^^<{_XSD}dayTimeDuration>',
        f'"NaN"^^<{_XSD}double>', f'"maybe"^^<{_XSD}boolean>', f'"x"@{"a" * 8}-{"b" * 8}',
        f'"2000-02-30"^^<{_XSD}date>',
    ):  # fmt: skip
        yield f"SELECT * {{ BIND({value} AS ?x) FILTER(?x = ?x || ?x < ?x) }}"
        yield f"SELECT (({value}) * 2 AS ?a) (STR({value}) AS ?b) (YEAR({value}) AS ?c) {{}}"
        yield f"SELECT * {{ ?s ?p ?o . ?x ?y ?z FILTER(?o < {value}) }} ORDER BY ?o"
    yield "SELECT (9223372036854775807 + 1 AS ?x) (-9223372036854775808 / -1 AS ?y) (1 / 0 AS ?z) {}"
    yield "SELECT (SUBSTR('abc', 9223372036854775807) AS ?x) (SUBSTR('abc', -1e308, 1e308) AS ?y) {}"
    yield "SELECT (ROUND(1e308) AS ?x) (CEIL(-1e-400) AS ?y) (ABS(-9223372036854775808) AS ?z) {}"


def _characters() -> Iterator[str | Hostile]:
    for text in (
        "\\u0000", "\\uD800", "\\uDFFF\\uD800", "\\U00110000", "\\UFFFFFFFF", "\\u12", "\ufeff", "\u202e",
        "\U0001f600" * 1_000, "\u0301" * 5_000, "\x00", "\x1b[2J", "\r\n\r\n", "%00%0d%0a", "\u2028",
        "\ufffe", "두레" * 2_000,
    ):  # fmt: skip
        yield f"SELECT ('{text}' AS ?x) {{}}"
        yield f"ASK {{ <urn:{text}> ?p ?o }}"
        yield f"{text}ASK {{}}"
        yield _as(f"SELECT ?x{text} {{ BIND('{text}' AS ?x) }}", CSV)


def _graphs() -> Iterator[str | Hostile]:
    yield "SELECT * { GRAPH ?g { ?a ?b ?c } GRAPH ?h { ?d ?e ?f } }"
    yield "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?a ?b ?c . ?d ?e ?f } }"
    yield "SELECT * { GRAPH ?g { ?s ((<urn:a>|!<urn:a>)|^(<urn:a>|!<urn:a>))* ?o } }"
    for size in (100, 8_000):
        named = "".join(f"FROM <urn:g{n}> FROM NAMED <urn:h{n}> " for n in range(size))
        yield f"SELECT * {named} {{ ?a ?b ?c . ?d ?e ?f }}"
        yield f"SELECT * {named} {{ GRAPH ?g {{ ?a ?b ?c }} ?d ?e ?f }}"
    yield "SELECT * FROM <file:///etc/passwd> FROM <http://127.0.0.1/> { ?s ?p ?o }"


def _parameters() -> Iterator[str | Hostile]:
    for value in ("0", "-1", "nan", "inf", "1e308", "1e-9", "0x10", "", "5;q=1", "%F0%9F%98%80"):
        yield _as(f"SELECT * {{ {_CROSS} }}", RESULTS, f"&timeout={value}")
    for value in ("0", "-1", "1", "99999999999999999999", "1e3", "", "%00", "x"):
        yield _as(f"SELECT * {{ {_CROSS} }}", RESULTS, f"&maxRows={value}")
    for value in ("0", "1", "2", "3", "-1", "99999999999", "deadbeef", "1970", "9999-99-99", "2026-01-01",
                  "..%2F..%2Fetc", "%00"):  # fmt: skip
        yield _as("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", RESULTS, f"&asKnownAt={value}")
        yield _as(f"SELECT * {{ {_CROSS} }}", RESULTS, f"&asKnownAt={value}")
    for value in ("same", "..%2F..", "a" * 5_000, "%0d%0aX-Evil:%201", "", "%ED%A0%80"):
        yield _as(f"SELECT * {{ {_CROSS} }}", RESULTS, f"&queryId={value}")
    yield _as(f"SELECT * {{ {_CROSS} }}", RESULTS, "&explain=true")
    yield _as("SELECT * { " + "OPTIONAL { ?s ?p ?o } " * 300 + "}", RESULTS, "&explain=true")
    yield _as("ASK {}", RESULTS, "&default-graph-uri=urn:g" * 900)
    yield _as("ASK {}", RESULTS, "&default-graph-uri=urn:g" * 3_000)
    yield _as("ASK {}", RESULTS, "&query=ASK%7B%7D")
    yield _as("ASK {}", RESULTS, "&format=exe&output=..%2F..%2Fx")
    for accept in (
        "*/*;q=" + "9" * 5_000,
        ", ".join(["a/b;q=0.1"] * 3_000),
        "x" * 20_000,
        ";;;,,,",
        "*",
    ):
        yield _as("SELECT * { ?s ?p ?o } LIMIT 1", accept)


def _abroad(listener: int) -> Iterator[str | Hostile]:
    to = f"<http://127.0.0.1:{listener}/sparql>"
    forms = (
        "SERVICE", "service", "SeRvIcE", "SERVICE SILENT", "SERVICE\n#c\n", "SERVICE#>\n", "1SERVICE",
        "FILTER(true)SERVICE", "\\u0053ERVICE", "S\\u0045RVICE SILENT", "\\U00000053ERVICE",
    )  # fmt: skip
    for form in forms:
        yield f"SELECT * {{ {form} {to} {{ ?s ?p ?o }} }}"
        yield f"SELECT * {{ ?a ?b ?c . {form}{to}{{ ?s ?p ?o }} }} LIMIT 1"
        yield f"ASK {{ BIND({to} AS ?x) {form} ?x {{ ?s ?p ?o }} }}"
        yield f"PREFIX s: <http://127.0.0.1:{listener}/> ASK {{ {form} s:x {{ ?s ?p ?o }} }}"
        yield f"ASK {{ FILTER EXISTS {{ OPTIONAL {{ {form} {to} {{ ?s ?p ?o }} }} }} }}"
    yield f"SELECT * FROM {to} FROM NAMED {to} {{ GRAPH ?g {{ ?s ?p ?o }} }}"
    yield f"SELECT * {{ GRAPH {to} {{ ?s ?p ?o }} }}"
    yield _as(f"DESCRIBE {to}", TURTLE)
    yield _as("ASK {}", RESULTS, f"&default-graph-uri=http%3A%2F%2F127.0.0.1%3A{listener}%2F")
    yield f"ASK {{ {to} <http://www.w3.org/2002/07/owl#imports> ?x }}"
    yield f"LOAD {to}"
    yield f"LOAD SILENT {to} INTO GRAPH <urn:g>"
