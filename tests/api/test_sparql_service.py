from __future__ import annotations

import pytest

from api.auth import Client
from api.sparql_service import budget_name
from api.tokens import Role


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", "unknown"),
        ("/run/socket", "/run/socket"),
    ],
)
def test_whom_the_work_is_charged_to(address: str, expected: str) -> None:
    assert budget_name(Client(address, None, False, address)) == expected


def test_a_token_is_the_same_everywhere() -> None:
    names = {
        budget_name(Client("me", Role.CURATOR, True, address)) for address in ("::1", "10.0.0.1")
    }
    assert names == {"token me"}
