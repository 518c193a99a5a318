"""Makes test parameters of the manifests' tests, and tells how to get the suites."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest
from _pytest.mark.structures import ParameterSet

from tests.conformance.manifests import Case, cases
from tests.conformance.obtain import HOW, folder

# A test that is marked so is skipped without the suites.
NEEDS_SUITES = pytest.mark.usefixtures("suites")


def parameters(manifests: Iterable[str], deviations: Mapping[str, str]) -> list[ParameterSet]:
    """Return a parameter for each test; those that deviate are expected to fail, strictly.

    Where there is none, the one parameter is a test that is skipped.
    """
    found = [
        pytest.param(case, id=case.id, marks=_marks(case, deviations))
        for manifest in manifests
        for case in cases(manifest)
    ]
    return found or [pytest.param(None, id="none", marks=_lacking())]


def _marks(case: Case, deviations: Mapping[str, str]) -> list[pytest.MarkDecorator]:
    reason = deviations.get(case.id)
    if reason is None:
        return []
    return [pytest.mark.xfail(reason=reason, strict=True, raises=AssertionError)]


def _lacking() -> list[pytest.MarkDecorator]:
    if folder() is None:
        return []  # `NEEDS_SUITES` says so
    reason = f"the edition of the W3C suites that is at hand lacks these; for the newer one: {HOW}"
    return [pytest.mark.skip(reason=reason)]
