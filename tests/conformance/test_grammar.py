"""The grammar that queries are read with before they are rewritten, against the syntax tests."""

from __future__ import annotations

from typing import Final

from graphstore.sparql_syntax import SparqlUnreadable, read_query, read_update
from tests.conformance.expectations import EXPECTED, LANGUAGE
from tests.conformance.manifests import Case, cases
from tests.conformance.parameters import NEEDS_SUITES

pytestmark = NEEDS_SUITES

MANIFESTS: Final = (*EXPECTED.of(*LANGUAGE), *EXPECTED.extra)
CASES: Final = [case for manifest in MANIFESTS for case in cases(manifest) if case.action]
# What the productions alone cannot see, their notes do; the engine refuses these.
BEYOND_PRODUCTIONS: Final = """
    aggregates/agg08 aggregates/agg09 aggregates/agg10 aggregates/agg11 aggregates/agg12
    grouping/group06 grouping/group07 syntax-query/test_43 syntax-query/test_44
    syntax-query/test_45 syntax-query/test_60 syntax-query/test_61a syntax-query/test_62a
    syntax-query/test_65 syntax-query/test_bad_values_too_few
    syntax-query/test_bad_values_too_many syntax-sparql3/blabel-cross-graph-bad
    syntax-sparql3/blabel-cross-optional-bad syntax-sparql3/blabel-cross-union-bad
    syntax-sparql4/syn-bad-34 syntax-sparql4/syn-bad-35 syntax-sparql4/syn-bad-36
    syntax-sparql4/syn-bad-37 syntax-sparql4/syn-bad-38 syntax-sparql4/syn-bad-GRAPH-breaks-BGP
    syntax-sparql4/syn-bad-OPT-breaks-BGP syntax-sparql4/syn-bad-UNION-breaks-BGP
    delete-insert/dawg-delete-insert-03 delete-insert/dawg-delete-insert-03b
    delete-insert/dawg-delete-insert-05 delete-insert/dawg-delete-insert-06
    delete-insert/dawg-delete-insert-07 delete-insert/dawg-delete-insert-07b
    delete-insert/dawg-delete-insert-08 delete-insert/dawg-delete-insert-09
    syntax-update-1/test_43 syntax-update-1/test_44 syntax-update-1/test_50
    syntax-update-1/test_51 syntax-update-1/test_52 syntax-update-1/test_54
""".split()


def is_read(case: Case) -> bool:
    assert case.action is not None
    read = read_update if case.action.path.suffix == ".ru" else read_query
    try:
        read(case.action.text)
    except SparqlUnreadable:
        return False
    return True


def test_every_well_formed_query_and_update_is_read() -> None:
    unread = [case.id for case in CASES if "Negative" not in case.kind and not is_read(case)]
    assert unread == []


def test_only_what_is_beyond_productions_is_read_wrongly() -> None:
    read = [case.id for case in CASES if "Negative" in case.kind and is_read(case)]
    there = {case.id for case in CASES}
    assert sorted(read) == sorted(there.intersection(BEYOND_PRODUCTIONS))
