"""Which manifests of the commit are run, and which are not, and why."""

from __future__ import annotations

from typing import Final

QUERIES: Final = "sparql11/manifest-sparql11-query.ttl"
UPDATES: Final = "sparql11/manifest-sparql11-update.ttl"
RESULTS: Final = "sparql11/manifest-sparql11-results.ttl"
PROTOCOL: Final = "sparql11/protocol/manifest.ttl"
DESCRIPTION: Final = "sparql11/service-description/manifest.ttl"
GRAPH_STORE: Final = "sparql11/graph-store-protocol/manifest.ttl"
# The tests of SPARQL 1.0, of which 1.1 and RDF 1.1 have overtaken some.
EXTRA: Final = ("sparql10/manifest-syntax.ttl", "sparql10/manifest-evaluation.ttl")

NOT_RUN: Final = {
    "sparql11/entailment": "the service has no entailment regime: a query sees what is stored",
    "sparql11/service": "SERVICE is refused: nothing a client sends makes the service fetch",
    "sparql11/syntax-fed": "SERVICE is refused before its syntax matters",
    "sparql11/http-rdf-update": "prose, deprecated in favour of graph-store-protocol",
}
