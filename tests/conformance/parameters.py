"""Makes test parameters of the manifests' tests, and tells how to get the suites."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest
from _pytest.mark.structures import ParameterSet

from tests.conformance.manifests import Case, cases
from tests.conformance.obtain import VARIABLE, folder

NEEDS_SUITES = pytest.mark.skipif(
    folder() is None,
    reason="the W3C suites are not at hand: `make suites` gets them, or set " + VARIABLE,
)


def parameters(manifests: Iterable[str], deviations: Mapping[str, str]) -> list[ParameterSet]:
    """Return a parameter for each test; those that deviate are expected to fail, strictly."""
    return [
        pytest.param(case, id=case.id, marks=_marks(case, deviations))
        for manifest in manifests
        for case in cases(manifest)
    ]


def _marks(case: Case, deviations: Mapping[str, str]) -> list[pytest.MarkDecorator]:
    reason = deviations.get(case.id)
    if reason is None:
        return []
    return [pytest.mark.xfail(reason=reason, strict=True, raises=AssertionError)]
