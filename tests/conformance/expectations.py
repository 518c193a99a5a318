"""What is expected of the edition of the suites that is at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from tests.conformance import deviations, older, suites
from tests.conformance.obtain import Edition, edition

QUERIES: Final = "Query language"
UPDATES: Final = "Update"
RESULTS: Final = "Result formats"
PROTOCOL: Final = "Protocol"
GRAPH_STORE: Final = "Graph Store Protocol"
DESCRIPTION: Final = "Service description"
LANGUAGE: Final = (QUERIES, UPDATES, RESULTS)


@dataclass(frozen=True)
class Expectations:
    """The manifests of each part of the suites and what of their tests is listed by name.

    `deviations` and `mended` have a reason for each test, `not_run` for each suite left out;
    `counts` is by part and suite; `engine_passes` is how many tests of queries, updates and
    results the engine passes by itself. The fields of `extra` are those of SPARQL 1.0.
    """

    manifests: Mapping[str, tuple[str, ...]]
    counts: Mapping[str, Mapping[str, int]]
    deviations: Mapping[str, str]
    mended: Mapping[str, str]
    by_value: frozenset[str]
    engine_passes: int
    not_run: Mapping[str, str]
    refused: frozenset[str]
    extra: tuple[str, ...] = ()
    extra_count: int = 0
    extra_deviations: Mapping[str, str] = field(default_factory=dict)
    extra_by_value: frozenset[str] = frozenset()

    def of(self, *parts: str) -> tuple[str, ...]:
        """Return the manifests of some parts; none of a part that the edition does not have."""
        return tuple(manifest for part in parts for manifest in self.manifests.get(part, ()))


OF_COMMIT: Final = Expectations(
    manifests={
        QUERIES: (suites.QUERIES,),
        UPDATES: (suites.UPDATES,),
        RESULTS: (suites.RESULTS,),
        PROTOCOL: (suites.PROTOCOL,),
        GRAPH_STORE: (suites.GRAPH_STORE,),
        DESCRIPTION: (suites.DESCRIPTION,),
    },
    counts=deviations.COUNTS,
    deviations=deviations.DEVIATIONS,
    mended=deviations.MENDED,
    by_value=deviations.BY_VALUE,
    refused=deviations.REFUSED,
    engine_passes=484,
    not_run=suites.NOT_RUN,
    extra=suites.EXTRA,
    extra_count=deviations.EXTRA_COUNT,
    extra_deviations=deviations.EXTRA_DEVIATIONS,
    extra_by_value=deviations.EXTRA_BY_VALUE,
)
OF_PACKAGE: Final = Expectations(
    manifests={
        part: tuple(f"sparql11/{suite}/manifest.ttl" for suite in counts)
        for part, counts in older.COUNTS.items()
    },
    counts=older.COUNTS,
    deviations=older.DEVIATIONS,
    mended=older.MENDED,
    by_value=older.BY_VALUE,
    refused=deviations.REFUSED,
    engine_passes=429,
    not_run=older.NOT_RUN,
)
EXPECTED: Final = OF_PACKAGE if edition() is Edition.PACKAGE else OF_COMMIT
