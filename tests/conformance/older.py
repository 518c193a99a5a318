"""What is expected of the older edition of the suites, the one that a package has.

The W3C has since replaced some of its tests, and the newer ones rule: what the service does
otherwise than the old ones ask, it does because the edition of the commit asks for it. As there,
those tests are expected to fail, strictly. `docs/conformance.md` counts the edition of the commit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.conformance import deviations, suites

_RDF_11: Final = (
    "asked by RDF 1.0, in which a simple literal has no datatype; replaced by "
    "`functions/{}-rdf11`, which passes"
)

DEVIATIONS: Final[Mapping[str, str]] = {
    "aggregates/agg-empty-group": (
        "where nothing matches GROUP BY there is no group, thus no solution; replaced by "
        "`aggregates/agg-empty-group-max-1`, which passes"
    ),
    "functions/strdt03": _RDF_11.format("strdt03"),
    "functions/strlang03": _RDF_11.format("strlang03"),
}

# Of what the newer edition shows to be mended, the tests that the older one has, too.
MENDED: Final[Mapping[str, str]] = {
    name: deviations.MENDED[name] for name in ("csv-tsv-res/csv03", "functions/bnode01")
}

BY_VALUE: Final = frozenset(
    {
        "aggregates/agg-avg-02",
        "aggregates/agg-err-02",
        "aggregates/agg-max-01",
        "aggregates/agg-max-02",
        "aggregates/agg-min-01",
        "aggregates/agg-min-02",
        "aggregates/agg-sum-02",
        "csv-tsv-res/tsv03",
        "functions/coalesce01",
        "functions/plus-1",
        "functions/plus-2",
    }
)

COUNTS: Final[Mapping[str, Mapping[str, int]]] = {
    "Query language": {
        "aggregates": 28,
        "bind": 10,
        "bindings": 10,
        "construct": 6,
        "exists": 5,
        "functions": 61,
        "grouping": 6,
        "negation": 11,
        "project-expression": 7,
        "property-path": 24,
        "subquery": 14,
        "syntax-query": 86,
    },
    "Update": {
        "add": 8,
        "basic-update": 13,
        "clear": 4,
        "copy": 6,
        "delete-data": 6,
        "delete-insert": 16,
        "delete-where": 6,
        "delete": 19,
        "drop": 4,
        "move": 6,
        "syntax-update-1": 54,
        "syntax-update-2": 1,
        "update-silent": 13,
    },
    "Result formats": {
        "csv-tsv-res": 6,
        "json-res": 4,
    },
    "Service description": {
        "service-description": 3,
    },
}

NOT_RUN: Final[Mapping[str, str]] = {
    **suites.NOT_RUN,
    "sparql11/protocol": "the manifest only names the tests: their requests are prose",
}
