"""The types of problems: one table from error class to status, slug, title and what helps.

Lookup follows the class hierarchy. Each type has a page at `/problems/{slug}`, the `type` of
[RFC 9457 §3.1.1](https://www.rfc-editor.org/rfc/rfc9457#section-3.1.1).
"""

from __future__ import annotations

from dataclasses import dataclass

from api import errors
from curation.errors import CurationError
from graphstore import errors as store
from queries import errors as questions


@dataclass(frozen=True)
class ProblemType:
    """A kind of problem: its status, its name in addresses, its title and what helps."""

    status: int
    slug: str
    title: str
    help: str


def _type(status: int, slug: str, title: str, help_text: str) -> ProblemType:
    return ProblemType(status, slug, title, help_text)


NOT_FOUND = _type(
    404, "not-found", "There is nothing at this address",
    "Check the address. The home page and /docs list what there is.",
)  # fmt: skip
METHOD = _type(
    405, "method-not-allowed", "This address does not take this method",
    "The Allow header names the methods that it takes.",
)  # fmt: skip
PARAMETER = _type(
    400, "bad-parameter", "A parameter is missing, malformed or repeated",
    "The detail names the parameter and what is wrong; /docs lists the parameters of each address.",
)  # fmt: skip
NOT_ACCEPTABLE = _type(
    406, "not-acceptable", "None of the formats on offer suits the client",
    "The member 'offered' lists the media types on offer for this kind of answer; the Accept "
    "header, or the parameter format where there is one, chooses among them.",
)  # fmt: skip
INTERNAL = _type(
    500, "internal-error", "The service failed",
    "The fault is ours. The operator finds the request in the log by its time.",
)  # fmt: skip
OTHER = _type(
    400, "bad-request", "The request cannot be answered",
    "The detail says why.",
)  # fmt: skip

PROBLEMS: dict[type[Exception], ProblemType] = {
    errors.BadParameter: PARAMETER,
    errors.UnknownParameter: _type(
        400, "unknown-parameter", "This address does not have this parameter",
        "The member 'known' lists the parameters there are. A misspelt filter would otherwise "
        "answer with too much, unnoticed.",
    ),
    errors.EntityNotFound: _type(
        404, "entity-not-found", "No entity has this id",
        "Ids are exact: a readable part and a short suffix. The member 'near' holds ids that look "
        "alike; /api/v1/entities?q= searches by name.",
    ),
    errors.NothingThere: NOT_FOUND,
    errors.UnknownAlternative: _type(
        404, "unknown-format-suffix", "This suffix names no format",
        "The member 'known' lists the suffixes; leave the suffix out to choose by Accept header.",
    ),
    errors.NotAcceptable: NOT_ACCEPTABLE,
    errors.UnsupportedMediaType: _type(
        415, "unsupported-media-type", "A body in this format is not read here",
        "The member 'taken' lists the media types that are.",
    ),
    errors.NamedGraphGiven: _type(
        400, "named-graph-given", "The document names a graph, but one graph is written here",
        "The graph stands in the address. Send triples, or several requests; whole datasets go "
        "through SPARQL Update or 'dure load'.",
    ),
    errors.PayloadTooLarge: _type(
        413, "payload-too-large", "The request body is too large",
        "The operator sets the limits: DURE_MAX_BODY_BYTES, and DURE_WRITE_MAX_BODY_BYTES for "
        "administrators who write.",
    ),
    errors.RequestTooSlow: _type(
        408, "request-too-slow", "The request body did not come in time",
        "Send it again.",
    ),
    errors.BudgetSpent: _type(
        429, "budget-spent", "Your seconds of work are spent for now",
        "Every client has so many seconds of work in a minute: 'spent' of 'limit' in a 'window', "
        "all in seconds. Retry-After says when there are some again; answers that are kept and "
        "304 cost nothing, and users with a token have more.",
    ),
    errors.TooManyAtOnce: _type(
        429, "too-many-at-once", "You have as many queries running as you may",
        "The member 'limit' says how many. Wait for one to end, or cancel it with "
        "DELETE /sparql/queries/{id}.",
    ),
    errors.QueryIdInUse: _type(
        409, "query-id-in-use", "A query with this id is running",
        "Choose another id, or leave it out: the answer's Dure-Query-Id header tells one.",
    ),
    errors.NoSuchQuery: _type(
        404, "no-such-query", "No query of yours with this id is running",
        "It may have ended. Clients cancel their own queries, administrators any.",
    ),
    errors.Unauthenticated: _type(
        401, "unauthenticated", "This needs a token",
        "Send the header 'Authorization: Bearer TOKEN'. 'dure token create' makes tokens. Reading "
        "needs none; a request with a wrong one is refused all the same.",
    ),
    errors.Forbidden: _type(
        403, "forbidden", "The role of the token does not allow this",
        "The detail names the role that does.",
    ),
    errors.PreconditionFailed: _type(
        412, "precondition-failed", "The graph is not in the state that you suppose",
        "Somebody has changed the dataset, or the graph is there already or not there. Read it "
        "again, and send its new ETag. Nothing was changed.",
    ),
    errors.NotReady: _type(
        503, "not-ready", "The graph cannot be asked now",
        "Ask again in a moment; /ready says when.",
    ),
    store.QuerySyntaxError: _type(
        400, "query-syntax", "The query is not SPARQL",
        "Line and column say where reading stopped; the fault may lie just before.",
    ),
    store.UpdateSyntaxError: _type(
        400, "update-syntax", "The update is not SPARQL Update",
        "Line and column say where reading stopped; the fault may lie just before.",
    ),
    store.RdfSyntaxError: _type(
        400, "rdf-syntax", "The document does not follow the syntax of its format",
        "Line and column say where reading stopped.",
    ),
    store.RefusedQuery: _type(
        400, "refused-query", "The query asks for something this service does not do",
        "SERVICE is refused: nothing a client sends makes the service fetch an address.",
    ),
    store.RefusedUpdate: _type(
        403, "refused-update", "The update asks for something that updates may not do here",
        "LOAD is refused: nothing a client sends makes the service fetch an address. Send the "
        "document itself to /rdf-graph-store. A PATCH changes the graph of its address alone.",
    ),
    store.QueryTimeout: _type(
        504, "query-timeout", "The query was stopped at its deadline",
        "Ask for less (LIMIT, fewer patterns, a starting point), or for more time with the "
        "parameter timeout, as far as the service description allows; 'deadline_s' is what this "
        "query had. The parameter explain shows what was run, with hints.",
    ),
    store.QueryMemoryExceeded: _type(
        503, "query-memory", "The query needed more memory than a query may have",
        "Asking again will not help: sorting, grouping and DISTINCT over very many rows, or a "
        "product of patterns that share no variable, need the most.",
    ),
    store.QueryTooComplex: _type(
        400, "query-too-complex", "The query is too complex for the engine",
        "It chains or nests thousands of operators, alternatives or patterns. Lists of values "
        "belong in VALUES, long alternatives in several queries.",
    ),
    store.QueryCancelled: _type(
        503, "query-cancelled", "The query was cancelled",
        "Its client or an administrator stopped it.",
    ),
    store.QueryCrashed: _type(
        500, "query-crashed", "The process that ran the query died",
        "Nothing else was harmed. If the same query does it again, please report it.",
    ),
    store.TooManyQueries: _type(
        503, "too-many-queries", "Too many queries are waiting",
        "Everybody's queries together are more than there are workers for. Retry-After says when "
        "to ask again.",
    ),
    store.AnswerTooLarge: _type(
        400, "answer-too-large", "The answer is larger than an answer may be",
        "Ask for less: LIMIT and OFFSET, or fewer variables.",
    ),
    store.NoFormatForKind: NOT_ACCEPTABLE,
    store.UnknownVersion: _type(
        404, "unknown-version", "There is no such version",
        "asKnownAt is the number or id of a commit (or the first 8 or more characters of the id), "
        "or a date or time at which there was one.",
    ),
    store.UpdateTooLarge: _type(
        400, "update-too-large", "The update changes more than one update may",
        "The member 'limit_quads' says how much; make several updates of it.",
    ),
    store.DatasetGivenTwice: _type(
        400, "dataset-given-twice", "Both the request and the update name the graphs",
        "using-graph-uri and using-named-graph-uri go with updates without WITH, USING and USING "
        "NAMED only (SPARQL 1.1 Protocol, 2.2.3).",
    ),
    store.GraphExists: _type(
        409, "graph-exists", "There is a graph of this name already",
        "CREATE SILENT does not mind.",
    ),
    store.ReservedGraph: _type(
        403, "reserved-graph", "This graph is kept by the store and cannot be written",
        "Choose another name.",
    ),
    store.UnknownFormat: _type(
        400, "unknown-format", "No such format", "The detail lists the formats there are.",
    ),
    store.GraphNotFound: _type(
        404, "graph-not-found", "The dataset has no such graph", "Check the graph name.",
    ),
    store.ResourceNotFound: _type(
        404, "resource-not-found", "The dataset says nothing about this resource",
        "Check the IRI.",
    ),
    store.DatasetReadOnly: _type(
        403, "read-only", "The dataset was opened for reading only",
        "Start the service without the read-only option to write.",
    ),
    store.NothingToCommit: _type(
        409, "nothing-to-commit", "The change changes nothing",
        "Everything it adds is there, nothing that it removes is.",
    ),
    store.HeadMoved: _type(
        409, "head-moved", "Another change came in between",
        "The service tried again, and others were faster every time. Send the request again.",
    ),
    store.DataNotConforming: _type(
        422, "not-conforming", "The data would violate the shapes",
        "The report names focus node, path, value and what to do. Nothing was changed.",
    ),
    store.ShapesNotUsable: _type(
        500, "shapes-not-usable", "The shapes cannot be validated with",
        "The fault is in the shapes, not in the data.",
    ),
    store.StorageUnavailable: _type(
        503, "storage-unavailable", "The data folder cannot be used now",
        "The operator sees to disk space and permissions.",
    ),
    store.LogCorrupt: _type(
        500, "log-corrupt", "The commit log is damaged",
        "'dure verify' says which commit.",
    ),
    store.GraphStoreError: OTHER,
    questions.UnknownQuestion: _type(
        404, "unknown-question", "The catalogue has no question of this name",
        "/api/v1/questions lists the questions; the member 'near' holds names that look alike.",
    ),
    questions.BadParameter: PARAMETER,
    questions.QuestionError: OTHER,
    CurationError: _type(
        422, "not-accepted", "The gate does not accept the submission",
        "The detail says what to mend. Nothing was changed.",
    ),
    errors.ProtocolError: OTHER,
}  # fmt: skip

TYPES: dict[str, ProblemType] = {
    kind.slug: kind for kind in (*PROBLEMS.values(), NOT_FOUND, METHOD, PARAMETER, INTERNAL, OTHER)
}
