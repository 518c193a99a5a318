"""Runs the tests that the manifests describe as HTTP requests and the responses to them.

That are those of the [SPARQL Protocol](https://www.w3.org/TR/sparql11-protocol/) and of the
[Graph Store Protocol](https://www.w3.org/TR/sparql11-http-rdf-update/). The manifests write
addresses that begin with `/sparql/` and `/gsp`, to be replaced by those of the service.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.conformance.answers import Graph, same
from tests.conformance.manifests import Case, Expected, Request
from tests.conformance.reading import CSV, JSON, RDF_XML, TSV, TURTLE, XML, read_answer
from tests.conformance.service import Response, Service

FORMATS: Final[Mapping[str, frozenset[str]]] = {
    "boolean": frozenset({XML, JSON}),
    "tabular": frozenset({XML, JSON, CSV, TSV}),
    "RDF": frozenset({RDF_XML, TURTLE, "application/n-triples", "application/ld+json"}),
}
_CODES: Final = {"OK": 200, "Created": 201, "NoContent": 204, "NotFound": 404}


def exchange(case: Case, service: Service) -> None:
    """Send the requests of a test in turn, each as it is written, and check each response.

    Requests that write carry the administrator's token, and so do all of an update test: what
    has to be refused there must not be refused for want of a token.

    Raises:
        AssertionError: a response is not the expected one.
    """
    service.hold(case.before)
    service.forget()
    variables: dict[str, str] = {}
    for request in case.requests:
        response = _send(case, request, variables, service)
        _check(request.expected, response)
        if request.expected.location is not None:
            variables[request.expected.location] = response.headers["location"]


def _send(case: Case, request: Request, variables: Mapping[str, str], service: Service) -> Response:
    target, body = request.target, request.body
    for path, own in (("/sparql/", service.doors.query), ("/gsp", service.doors.graph_store)):
        if target.startswith(path):
            target = own + target.removeprefix(path)
            break
    for name, value in variables.items():
        target = target.replace(name, value)
        body = None if body is None else body.replace(name.encode(), value.encode())
    writes = "update" in case.name or (
        case.kind == "GraphStoreProtocolTest" and request.method not in {"GET", "HEAD"}
    )
    headers = request.headers + (service.authorization if writes else ())
    return service.request(request.method, target, headers, body)


def _check(expected: Expected, response: Response) -> None:
    assert any(_is_status(name, response.status) for name in expected.statuses), response
    if expected.location is not None:
        assert response.headers["location"].startswith("http"), response
    if expected.format is not None:
        assert response.media_type in FORMATS[expected.format], response
    if expected.boolean is not None:
        assert read_answer(response.body, response.media_type) is expected.boolean, response
    for name, value in expected.headers:
        got = response.headers.get(name, "").partition(";")[0].strip()
        assert got == value.partition(";")[0].strip(), response
    if expected.body is not None:
        wanted = read_answer(expected.body.encode(), response.media_type)
        got_graph = read_answer(response.body, response.media_type)
        assert isinstance(wanted, Graph)
        assert same(wanted, got_graph), response


def _is_status(name: str, status: int) -> bool:
    """Whether a status is the one of a name, or of its class (`StatusCode2xx`).

    A refusal for want of rights says nothing about the request itself and is no `StatusCode4xx`.
    """
    if name.startswith("StatusCode"):
        return status // 100 == int(name[len("StatusCode")]) and status not in {401, 403}
    return status == _CODES[name]
