"""Addresses that give the same bytes again: a query with everything that its answer depends on.

A permalink names the commit, so the service answers it from that version however much is
committed later. The receipt of an answer has the same parameters at another path. The link types
are [`cite-as`](https://www.rfc-editor.org/rfc/rfc8574) and
[`describedby`](https://www.w3.org/TR/powder-dr/#appD).
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import Final

from api.sparql_request import SparqlRequest

SPARQL: Final = "/sparql"
RECEIPT: Final = "/sparql/receipt"

# Proxies and clients take some 4 to 8 kB of headers, and two links are in one.
_LONGEST_IN_HEADER = 1_500
LONGEST: Final = 8_000
"""Characters from which on an address is too long to be given as a link."""

_UNRESERVED = frozenset(f"{string.ascii_letters}{string.digits}-._~")
_QUOTED: Final = tuple(
    chr(byte) if chr(byte) in _UNRESERVED else f"%{byte:02X}" for byte in range(256)
)


@dataclass(frozen=True)
class Permalink:
    """What an answer depends on.

    `commit` is the id of the version, `format` the name of the format or `html`, `max_rows` the
    limit of rows that applied, None without one.
    """

    request: SparqlRequest
    commit: str
    format: str | None
    max_rows: int | None

    def parameters(self) -> list[tuple[str, str]]:
        """Return the parameters, always in the same order."""
        request = self.request
        pairs = [("query", request.text)]
        pairs += [("default-graph-uri", iri) for iri in request.default_graphs or ()]
        pairs += [("named-graph-uri", iri) for iri in request.named_graphs or ()]
        pairs.append(("asKnownAt", self.commit))
        if self.max_rows is not None:
            pairs.append(("maxRows", str(self.max_rows)))
        if self.format is not None:
            pairs.append(("format", self.format))
        return pairs

    def query_string(self) -> str:
        """Return the parameters as they stand in an address."""
        return "&".join(f"{name}={quoted(value)}" for name, value in self.parameters())


def quoted(text: str) -> str:
    """Return a text as it stands in an address, as `urllib.parse.quote` does, in half the time.

    >>> quoted("SELECT ?s # 두")
    'SELECT%20%3Fs%20%23%20%EB%91%90'
    """
    return "".join(map(_QUOTED.__getitem__, text.encode()))


def link_header(permalink: Permalink) -> str:
    """Return the `Link` header of an answer: how to cite it, and its receipt.

    The links of a very long query are left out: its receipt is asked for by POST.
    """
    if len(permalink.request.text) <= _LONGEST_IN_HEADER:
        query_string = permalink.query_string()
        if len(query_string) <= _LONGEST_IN_HEADER:
            return (
                f'<{SPARQL}?{query_string}>; rel="cite-as", '
                f'<{RECEIPT}?{query_string}>; rel="describedby"'
            )
    return f'<{RECEIPT}>; rel="describedby"'
