"""Which graph a request to the graph store is about, and what it says besides.

A graph is named by `?graph=IRI` or `?default` ([Graph Store Protocol
§4.2](https://www.w3.org/TR/sparql11-http-rdf-update/#indirect-graph-identification)), or is the
address itself, below that of the store
([§4.1](https://www.w3.org/TR/sparql11-http-rdf-update/#direct-graph-identification)).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pyoxigraph import DefaultGraph, NamedNode

from api.errors import BadParameter, UnknownParameter
from api.sparql_request import Pairs, decoded, read_seconds, read_truth

GRAPH_STORE: Final = "/rdf-graph-store"
PARAMETERS: Final = ("graph", "default", "format", "asKnownAt", "dry-run", "message", "timeout")
_IGNORED: Final = "_"  # what scripts add so that no cache answers


@dataclass(frozen=True)
class GraphAddress:
    """What the address of a request says.

    `graph` is the graph, None where the store itself is addressed. `base` is what relative IRIs
    in a body are resolved against. The others are wishes, None where the client has none:
    `format` overrides the `Accept` header, `as_known_at` names the version to read.
    """

    graph: NamedNode | DefaultGraph | None
    base: str
    format: str | None = None
    dry_run: bool = False
    message: str | None = None
    timeout_s: float | None = None
    as_known_at: str | None = None


def is_in_graph_store(path: str) -> bool:
    """Say whether a path is that of the graph store, or of a graph in it."""
    return path == GRAPH_STORE or path.startswith(f"{GRAPH_STORE}/")


def read_address(store: str, path: str, query_string: bytes) -> GraphAddress:
    """Read the address of a request.

    Args:
        store: the IRI of the graph store, as the world sees it.
        path: the path of the request as it was sent, percent-encoded.
        query_string: the query as it was sent.

    Raises:
        BadParameter: a graph is named twice or is no IRI, or another parameter is malformed.
        UnknownParameter: there is no such parameter.
    """
    single = _single(decoded(query_string))
    below = path[len(GRAPH_STORE) + 1 :]
    named = [name for name in ("graph", "default") if name in single]
    if len(named) + bool(below) > 1:
        raise BadParameter(named[-1], "the address names a graph already")
    graph: NamedNode | DefaultGraph | None = None
    if "default" in single:
        graph = DefaultGraph()
    elif below or named:
        graph = _node(f"{store}/{below}" if below else single["graph"])
    return GraphAddress(
        graph,
        graph.value if isinstance(graph, NamedNode) else store,
        single.get("format") or None,
        read_truth("dry-run", single.get("dry-run")),
        single.get("message") or None,
        read_seconds(single.get("timeout")),
        single.get("asKnownAt") or None,
    )


def _single(pairs: Pairs) -> dict[str, str]:
    single: dict[str, str] = {}
    for name, value in pairs:
        if name not in PARAMETERS and name != _IGNORED:
            raise UnknownParameter(name, PARAMETERS)
        if name in single:
            raise BadParameter(name, "is given more than once")
        single[name] = value
    return single


def _node(iri: str) -> NamedNode:
    try:
        return NamedNode(iri)
    except ValueError as error:
        raise BadParameter("graph", "is no absolute IRI") from error
