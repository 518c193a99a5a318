"""What a request to `/sparql` asks for, read from its address and body: pure functions.

Implements the reading half of the SPARQL 1.1 Protocol:
[§2.1](https://www.w3.org/TR/sparql11-protocol/#query-operation) (query by GET, by a form, by the
text itself) and [§2.2](https://www.w3.org/TR/sparql11-protocol/#update-operation). Forms are
decoded exactly once; what is not UTF-8, not percent-encoded as it should be, given twice or
unknown is refused.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import unquote_to_bytes

from pyoxigraph import NamedNode

from api.errors import BadParameter, UnknownParameter, UnsupportedMediaType

FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
TAKEN: Final = (QUERY, UPDATE, FORM)

Operation = Literal["query", "update", "description"]
Pairs = list[tuple[str, str]]

QUERY_PARAMETERS: Final = (
    "query", "default-graph-uri", "named-graph-uri", "format", "output", "timeout", "maxRows",
    "asKnownAt", "queryId", "explain", "lang",
)  # fmt: skip
UPDATE_PARAMETERS: Final = (
    "update", "using-graph-uri", "using-named-graph-uri", "timeout", "queryId", "dry-run",
    "message", "lang",
)  # fmt: skip
_DESCRIPTION_PARAMETERS: Final = frozenset({"format", "output", "lang", "_"})
_QUERY_DATASET: Final = ("default-graph-uri", "named-graph-uri")
_UPDATE_DATASET: Final = ("using-graph-uri", "using-named-graph-uri")
_REPEATABLE: Final = frozenset({*_QUERY_DATASET, *_UPDATE_DATASET})
_IGNORED: Final = "_"  # what scripts add so that no cache answers

_MAX_FIELDS = 1000
_MALFORMED = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_ID = re.compile(r"[A-Za-z0-9._~-]{1,64}")
_LANGUAGES = ("en", "ko")
_UTF8 = frozenset({"", "utf-8", "utf8", "us-ascii", "ascii"})
_TRUTHS = {"": True, "true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True)
class Options:
    """What a client may choose beside the text; None: not given."""

    format: str | None = None
    timeout_s: float | None = None
    max_rows: int | None = None
    as_known_at: str | None = None
    query_id: str | None = None
    language: str | None = None
    message: str | None = None
    explain: bool = False
    dry_run: bool = False


@dataclass(frozen=True)
class SparqlRequest:
    """An operation with its text and dataset.

    The graphs are those of `default-graph-uri` and `named-graph-uri` for a query, of
    `using-graph-uri` and `using-named-graph-uri` for an update. Both None: the text decides.
    """

    operation: Operation
    text: str
    default_graphs: tuple[str, ...] | None
    named_graphs: tuple[str, ...] | None
    options: Options


def read_get(query_string: bytes) -> SparqlRequest:
    """Read the request of a GET or HEAD.

    Raises:
        BadParameter: the query is missing, given twice, or not text; an update is given, which
            only a POST may carry; or a parameter is malformed.
        UnknownParameter: the operation has no such parameter.
    """
    pairs = decoded(query_string)
    names = {name for name, _ in pairs}
    if "update" in names:
        raise BadParameter("update", "an update is sent by POST")
    if names <= _DESCRIPTION_PARAMETERS:
        return _request("description", "", pairs, QUERY_PARAMETERS)
    return _query(pairs)


def body_media_type(content_type: str | None, content_encoding: str | None) -> str:
    """Return which of `TAKEN` the body of a POST is.

    Raises:
        UnsupportedMediaType: it is none of them, in another character set than UTF-8, or
            compressed.
    """
    media_type, *parameters = (part.strip() for part in (content_type or "").split(";"))
    charset = ""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip('"').lower()
    if (content_encoding or "identity").strip().lower() != "identity":
        raise UnsupportedMediaType(f"a body in {content_encoding}", TAKEN)
    if media_type.lower() not in TAKEN or charset not in _UTF8:
        raise UnsupportedMediaType(content_type or "a body without media type", TAKEN)
    return media_type.lower()


def read_post(media_type: str, query_string: bytes, body: bytes) -> SparqlRequest:
    """Read the request of a POST, whose dataset may stand in the address as well as in the body.

    Args:
        media_type: what `body_media_type` returned.
        query_string: that of the address, still encoded.
        body: the whole body.

    Raises:
        BadParameter: query or update is missing, given twice, both are given, or a parameter is
            malformed.
        UnknownParameter: the operation has no such parameter.
    """
    address = decoded(query_string)
    for name, _ in address:
        if name in {"query", "update"}:
            raise BadParameter(name, "belongs in the body of a POST, not in its address")
    if media_type == FORM:
        pairs = address + decoded(body)
        given = {name for name, _ in pairs} & {"query", "update"}
        if given == {"query", "update"}:
            raise BadParameter("update", "is given beside a query")
        return _update(pairs) if "update" in given else _query(pairs)
    text = _text("query" if media_type == QUERY else "update", body)
    if media_type == UPDATE:
        return _update([*address, ("update", text)])
    return _query([*address, ("query", text)])


def decoded(raw: bytes) -> Pairs:
    """Return the names and values of a query string or form, decoded once, in order.

    Raises:
        BadParameter: it is not UTF-8 or not percent-encoded, or has too many fields.
    """
    if raw.count(b"&") >= _MAX_FIELDS:
        raise BadParameter("query", f"there are more than {_MAX_FIELDS} parameters")
    pairs = []
    for piece in raw.split(b"&"):
        if piece:
            name, _, value = piece.partition(b"=")
            key = _unquoted("name of a parameter", name)
            pairs.append((key, _unquoted(key, value)))
    return pairs


def query_id(text: str) -> str:
    """Return a query id that a client chose, as it is.

    Raises:
        BadParameter: it is not 1 to 64 letters, digits or `._~-`.
    """
    if not _ID.fullmatch(text):
        raise BadParameter("queryId", "is 1 to 64 of the characters A-Z a-z 0-9 . _ ~ -")
    return text


def _unquoted(name: str, raw: bytes) -> str:
    if b"%" in raw:
        malformed = _MALFORMED.search(raw)
        if malformed:
            raise BadParameter(name, "holds a % that begins no percent-encoded byte (%25 is a %)")
    return _text(name, unquote_to_bytes(raw.replace(b"+", b" ")))


def _text(name: str, raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadParameter(name, "is not UTF-8") from error


def _query(pairs: Pairs) -> SparqlRequest:
    return _request("query", _only(pairs, "query"), pairs, QUERY_PARAMETERS)


def _update(pairs: Pairs) -> SparqlRequest:
    return _request("update", _only(pairs, "update"), pairs, UPDATE_PARAMETERS)


def _only(pairs: Pairs, name: str) -> str:
    values = [value for key, value in pairs if key == name]
    if len(values) != 1:
        raise BadParameter(name, "is given more than once" if values else "is missing")
    return values[0]


def _request(operation: Operation, text: str, pairs: Pairs, known: Sequence[str]) -> SparqlRequest:
    if len(pairs) == 1 and pairs[0][0] == operation:  # the text alone, as most requests are
        return SparqlRequest(operation, text, None, None, _NO_OPTIONS)
    single: dict[str, str] = {}
    for name, value in pairs:
        if name not in known and name != _IGNORED:
            raise UnknownParameter(name, known)
        if name in single and name not in _REPEATABLE:
            raise BadParameter(name, "is given more than once")
        single[name] = value
    default, named = _UPDATE_DATASET if operation == "update" else _QUERY_DATASET
    return SparqlRequest(
        operation, text, _graphs(pairs, default), _graphs(pairs, named), _options(single)
    )


def _graphs(pairs: Pairs, name: str) -> tuple[str, ...] | None:
    given = tuple(value for key, value in pairs if key == name)
    try:
        for iri in given:
            NamedNode(iri)
    except ValueError as error:
        raise BadParameter(name, "is no absolute IRI") from error
    return given or None


def _options(single: dict[str, str]) -> Options:
    """Read the options; an empty one is one that somebody left empty in the form."""
    if single.get("format") and single.get("output"):
        raise BadParameter("output", "is another name of format; give one of them")
    chosen_id = single.get("queryId")
    return Options(
        format=single.get("format") or single.get("output") or None,
        timeout_s=read_seconds(single.get("timeout")),
        max_rows=_count(single.get("maxRows")),
        as_known_at=single.get("asKnownAt") or None,
        query_id=query_id(chosen_id) if chosen_id else None,
        language=_language(single.get("lang")),
        message=single.get("message") or None,
        explain=read_truth("explain", single.get("explain")),
        dry_run=read_truth("dry-run", single.get("dry-run")),
    )


def read_seconds(text: str | None) -> float | None:
    """Return the value of `timeout`, None where there is none.

    Raises:
        BadParameter: it is no number of seconds.
    """
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise BadParameter("timeout", "is a number of seconds greater than 0")
    return seconds


def _count(text: str | None) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 16 and int(text) > 0):
        raise BadParameter("maxRows", "is a whole number greater than 0")
    return int(text)


def _language(text: str | None) -> str | None:
    if text and text not in _LANGUAGES:
        raise BadParameter("lang", f"is one of {', '.join(_LANGUAGES)}")
    return text or None


def read_truth(name: str, text: str | None) -> bool:
    """Return the value of a parameter that is true or false; given without a value it is true.

    Raises:
        BadParameter: it is neither.
    """
    if text is None:
        return False
    if text.lower() not in _TRUTHS:
        raise BadParameter(name, "is true or false")
    return _TRUTHS[text.lower()]


_NO_OPTIONS = Options()
