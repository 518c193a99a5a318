"""Runs the tests of the service description, which the manifest only names.

What they ask for is written in the
[specification](https://www.w3.org/TR/sparql11-service-description/): the service answers a GET
without a query with RDF (§2), in which it says where it is (§3.2.1), in the terms of §3.
"""

from __future__ import annotations

from typing import Final

from pyoxigraph import Literal, NamedNode, Triple

from tests.conformance.manifests import RDF, Case
from tests.conformance.reading import RDF_XML, TURTLE, read_triples
from tests.conformance.service import Service

SD: Final = "http://www.w3.org/ns/sparql-service-description#"
# Each property with its domain and range; None: any resource.
_PROPERTIES: Final[dict[str, tuple[str, str | None]]] = {
    "endpoint": ("Service", None),
    "feature": ("Service", "Feature"),
    "defaultEntailmentRegime": ("Service", "EntailmentRegime"),
    "defaultSupportedEntailmentProfile": ("Service", "EntailmentProfile"),
    "entailmentRegime": ("NamedGraph", "EntailmentRegime"),
    "supportedEntailmentProfile": ("NamedGraph", "EntailmentProfile"),
    "extensionFunction": ("Service", "Function"),
    "extensionAggregate": ("Service", "Aggregate"),
    "languageExtension": ("Service", "Feature"),
    "supportedLanguage": ("Service", "Language"),
    "propertyFeature": ("Service", "Feature"),
    "defaultDataset": ("Service", "Dataset"),
    "availableGraphs": ("Service", "GraphCollection"),
    "resultFormat": ("Service", None),
    "inputFormat": ("Service", None),
    "defaultGraph": ("Dataset", "Graph"),
    "namedGraph": ("GraphCollection", "NamedGraph"),
    "name": ("NamedGraph", None),
    "graph": ("NamedGraph", "Graph"),
}
_INSTANCES: Final[dict[str, str]] = {
    "DereferencesURIs": "Feature",
    "UnionDefaultGraph": "Feature",
    "RequiresDataset": "Feature",
    "EmptyGraphs": "Feature",
    "BasicFederatedQuery": "Feature",
    "SPARQL10Query": "Language",
    "SPARQL11Query": "Language",
    "SPARQL11Update": "Language",
}
_CLASSES: Final = frozenset(
    "Service Feature Language Function Aggregate EntailmentRegime EntailmentProfile "
    "GraphCollection Dataset Graph NamedGraph".split()
)
_SUPERCLASSES: Final = {"Dataset": "GraphCollection", "Aggregate": "Function"}
_TYPE: Final = f"{RDF}type"


def describe(case: Case, service: Service) -> None:
    """Run one of the three tests.

    Raises:
        AssertionError: the service does not behave as the test asks.
    """
    checks = {
        "returns-rdf": _returns_rdf,
        "has-endpoint-triple": _has_endpoint,
        "conforms-to-schema": _conforms,
    }
    checks[case.name](service)


def _returns_rdf(service: Service) -> None:
    for accept in (None, "*/*", TURTLE, RDF_XML):
        headers = () if accept is None else (("Accept", accept),)
        response = service.request("GET", service.doors.query, headers)
        assert response.status == 200, response
        assert read_triples(response.body, response.media_type), response


def _has_endpoint(service: Service) -> None:
    endpoint = NamedNode(f"{service.origin}{service.doors.query}")
    found = [t for t in _description(service) if t.predicate.value == f"{SD}endpoint"]
    assert [triple.object for triple in found] == [endpoint]


def _conforms(service: Service) -> None:
    triples = _description(service)
    types = [(t.subject, t.object) for t in triples if t.predicate.value == _TYPE]
    services = [node for node, kind in types if kind == NamedNode(f"{SD}Service")]
    assert len(services) == 1, services
    for triple in triples:
        _check_terms(triple)
        expected = _PROPERTIES.get(triple.predicate.value.removeprefix(SD))
        if not triple.predicate.value.startswith(SD) or expected is None:
            continue
        assert not isinstance(triple.object, Literal), triple
        for node, wanted in zip((triple.subject, triple.object), expected, strict=True):
            kinds = {k.value for n, k in types if n == node and isinstance(k, NamedNode)}
            assert wanted is None or _is_a(node, wanted, kinds), triple


def _check_terms(triple: Triple) -> None:
    known = {*_PROPERTIES, *_INSTANCES, *_CLASSES}
    for term in (triple.subject, triple.predicate, triple.object):
        if isinstance(term, NamedNode) and term.value.startswith(SD):
            assert term.value.removeprefix(SD) in known, triple


def _is_a(node: object, wanted: str, kinds: set[str]) -> bool:
    """Whether a node is of a class, as far as its types in the vocabulary say anything."""
    if isinstance(node, NamedNode) and node.value.startswith(SD):
        return _INSTANCES[node.value.removeprefix(SD)] == wanted
    named = {kind.removeprefix(SD) for kind in kinds if kind.startswith(SD)}
    named |= {_SUPERCLASSES[name] for name in named if name in _SUPERCLASSES}
    return not named or wanted in named


def _description(service: Service) -> frozenset[Triple]:
    response = service.request("GET", service.doors.query, (("Accept", TURTLE),))
    assert response.status == 200, response
    return read_triples(response.body, response.media_type)
