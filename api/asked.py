"""A query as it will be run: its text with everything that was chosen, decided or looked up."""

from __future__ import annotations

from dataclasses import dataclass

from api.entity_tags import is_volatile, query_hash, tag_of
from api.errors import BadParameter
from api.permalinks import Permalink
from api.settings import SparqlSettings
from api.sparql_formats import Plan
from api.sparql_request import SparqlRequest
from api.versions import Version
from graphstore.answering import QueryTask


@dataclass(frozen=True)
class Asked:
    """A query ready to be run.

    `state` is the number of the commit to ask, None for the head; `deadline_s` are seconds of
    work, `max_rows` the rows after which the answer is cut, None for never; `base` is what
    relative IRIs are resolved against, `query_id` the id that the client chose, None without one.
    `volatile`: two answers may differ. `explain`: it is to be read and not to be run.
    """

    request: SparqlRequest
    plan: Plan
    version: Version
    state: int | None
    deadline_s: float
    max_rows: int | None
    max_bytes: int
    base: str
    query_id: str | None
    hash: str
    volatile: bool
    explain: bool = False

    def task(self) -> QueryTask:
        """Return what the workers are given."""
        return QueryTask(
            self.request.text,
            self.plan.formats,
            base=self.base,
            default_graphs=self.request.default_graphs,
            named_graphs=self.request.named_graphs,
            max_rows=self.max_rows,
            max_bytes=self.max_bytes,
            explain=self.explain,
        )

    def permalink(self, commit: str, format: str) -> Permalink:
        """Return what its answer from that commit in that format depends on.

        A page is cited by the query alone: how many rows a page shows is nobody's business.
        """
        if self.plan.html:
            return Permalink(self.request, commit, None, self.request.options.max_rows)
        return Permalink(self.request, commit, format, self.max_rows)

    def tag(self, commit: str, code: str) -> bytes | None:
        """Return the entity tag of its answer from that commit; None where two may differ.

        Args:
            commit: the id of the commit.
            code: what stands for the program that writes the answer.
        """
        if self.volatile:
            return None
        request = self.request
        dataset = (request.default_graphs, request.named_graphs)
        return tag_of(code, commit, self.hash, dataset, self.plan.key, self.max_rows, self.base)


def asked_of(
    request: SparqlRequest,
    plan: Plan,
    version: Version,
    base: str,
    *,
    settings: SparqlSettings,
    known: bool,
    header_id: str | None = None,
) -> Asked:
    """Decide the limits of a query.

    Args:
        request: what was read from address and body.
        plan: the formats.
        version: the version that it is about.
        base: what relative IRIs are resolved against.
        settings: the operator's limits.
        known: whether the client showed a token.
        header_id: the query id from the header, None without one.

    Raises:
        BadParameter: the client asks for more time than it may have, or chose two ids.
    """
    options = request.options
    limit_s = settings.known_timeout_s if known else settings.timeout_s
    if options.timeout_s is not None and options.timeout_s > limit_s:
        raise BadParameter("timeout", f"is at most {limit_s:g} seconds here")
    if header_id and options.query_id and header_id != options.query_id:
        raise BadParameter("queryId", "is another than that of the header Dure-Query-Id")
    rows = [options.max_rows, settings.max_rows, settings.page_rows if plan.html else None]
    return Asked(
        request,
        plan,
        version,
        None if options.as_known_at is None else version.number,
        options.timeout_s or min(settings.timeout_s, limit_s),
        min((x for x in rows if x is not None), default=None),
        settings.max_bytes,
        base,
        options.query_id or header_id,
        query_hash(request.text),
        is_volatile(request.text),
    )
