"""What can be wrong with a request, before any room behind this one is asked.

::

    ProtocolError
    ├ BadParameter (name, reason)          a parameter is missing, malformed or repeated
    ├ UnknownParameter (name, known)       a parameter that the address does not have
    ├ EntityNotFound (slug, near)          no entity has that id
    ├ NothingThere (what)                  no document, assertion, concept or problem of that name
    ├ UnknownAlternative (suffix)          a suffix that names no format
    ├ NotAcceptable (offered)              none of the formats on offer suits the client
    ├ UnsupportedMediaType (given, taken)  the body is in a format that is not read here
    ├ NamedGraphGiven (graph)              the document names a graph where one graph is written
    ├ PayloadTooLarge (limit_bytes)        the body is larger than the setting allows
    ├ RequestTooSlow (limit_s)             the body of the request does not come
    ├ BudgetSpent (limit, spent, window)   the client has had its seconds of work
    ├ TooManyAtOnce (limit)                the client has as many queries running as it may
    ├ QueryIdInUse (id)                    a query with the id that the client chose is running
    ├ NoSuchQuery (id)                     no such query is running, or not this client's
    ├ Unauthenticated (reason, shown)      no token, or one that is none, where one is needed
    ├ Forbidden (role, needed)             the token's role is too low for this
    ├ PreconditionFailed (reason)          the graph is not in the state that the client supposes
    └ NotReady (reason)                    the dataset cannot be read
"""

# The names say situations, as the problem types do; a suffix "Error" would add nothing.

from __future__ import annotations

from collections.abc import Sequence


class ProtocolError(Exception):
    """The request cannot be answered as it stands."""


class BadParameter(ProtocolError):
    """A parameter is missing, malformed, repeated, or names what does not exist."""

    def __init__(self, name: str, reason: str) -> None:
        """Keep the parameter's `name` and what is wrong with it."""
        super().__init__(f"parameter '{name}': {reason}")
        self.name = name
        self.reason = reason


class UnknownParameter(ProtocolError):
    """The address does not have this parameter."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        """Keep the parameter's `name` and the names there are."""
        there = f"known: {', '.join(known)}" if known else "this address has none"
        super().__init__(f"no parameter '{name}' here; {there}")
        self.name = name
        self.known = tuple(known)


class EntityNotFound(ProtocolError):
    """No entity has this id."""

    def __init__(self, slug: str, near: Sequence[str]) -> None:
        """Keep the `slug` asked for and the ids that look like it."""
        hint = f"; near: {', '.join(near)}" if near else ""
        super().__init__(f"no entity has the id '{slug}'{hint}")
        self.slug = slug
        self.near = tuple(near)


class NothingThere(ProtocolError):
    """Nothing of this kind and name is in the graph."""

    def __init__(self, what: str, name: str) -> None:
        """Keep the kind of thing and the name asked for."""
        super().__init__(f"no {what} '{name}'")
        self.what = what
        self.name = name


class UnknownAlternative(ProtocolError):
    """The suffix of the address names no format."""

    def __init__(self, suffix: str, known: Sequence[str]) -> None:
        """Keep the `suffix` and those there are."""
        super().__init__(f"no format '.{suffix}'; there are .{', .'.join(known)}")
        self.suffix = suffix
        self.known = tuple(known)


class NotAcceptable(ProtocolError):
    """None of the formats on offer suits what the client accepts."""

    def __init__(self, offered: Sequence[str]) -> None:
        """Keep the media types on offer."""
        super().__init__(f"on offer: {', '.join(offered)}")
        self.offered = tuple(offered)


class UnsupportedMediaType(ProtocolError):
    """The body is in a format that is not read here."""

    def __init__(self, given: str, taken: Sequence[str]) -> None:
        """Keep the media type `given` and those that are `taken`."""
        super().__init__(f"'{given}' is not read here; send {' or '.join(taken)}")
        self.given = given
        self.taken = tuple(taken)


class NamedGraphGiven(ProtocolError):
    """The document names a graph, where the graph to be written stands in the address."""

    def __init__(self, graph: str) -> None:
        """Keep the name of the first graph."""
        super().__init__(f"the document names the graph {graph}; here it may name none")
        self.graph = graph


class PayloadTooLarge(ProtocolError):
    """The request body is larger than the service takes."""

    def __init__(self, limit_bytes: int) -> None:
        """Keep the limit in bytes."""
        super().__init__(f"the body may have {limit_bytes} bytes")
        self.limit_bytes = limit_bytes


class RequestTooSlow(ProtocolError):
    """The body of the request does not come in the time that there is for it."""

    def __init__(self, limit_s: float) -> None:
        """Keep how many seconds there are."""
        super().__init__(f"the body was not there after {limit_s:g} s")
        self.limit_s = limit_s


class BudgetSpent(ProtocolError):
    """The client has had the seconds of work that it may have in a window of time."""

    def __init__(self, limit: float, spent: float, window: float, retry_after_s: float) -> None:
        """Keep the limit, what was spent and the window, all in seconds, and when to come again."""
        super().__init__(
            f"{spent:.3g} of {limit:g} seconds of work in {window:g} seconds are spent; "
            f"there are some again in {retry_after_s:.0f} s"
        )
        self.limit = limit
        self.spent = round(spent, 3)
        self.window = window
        self.retry_after_s = retry_after_s


class TooManyAtOnce(ProtocolError):
    """The client has as many queries running as it may."""

    def __init__(self, limit: int) -> None:
        """Keep how many queries a client may have running."""
        super().__init__(f"{limit} of your queries are running, and no more may at once")
        self.limit = limit
        self.retry_after_s = 1.0


class QueryIdInUse(ProtocolError):
    """A query with the id that the client chose is running."""

    def __init__(self, id: str) -> None:
        """Keep the id."""
        super().__init__(f"a query with the id '{id}' is running")
        self.id = id


class NoSuchQuery(ProtocolError):
    """No query of that id is running, or it is not this client's to cancel."""

    def __init__(self, id: str) -> None:
        """Keep the id."""
        super().__init__(f"no query of yours with the id '{id}' is running")
        self.id = id


class Unauthenticated(ProtocolError):
    """The client shows no token, or one that is none, and may not do this without."""

    def __init__(self, reason: str, *, shown: bool) -> None:
        """Keep the reason, and whether a token was shown at all."""
        super().__init__(reason)
        self.reason = reason
        self.shown = shown


class Forbidden(ProtocolError):
    """The token is good, but its role is too low for this."""

    def __init__(self, role: str, needed: str) -> None:
        """Keep the role of the token and the role that is needed."""
        super().__init__(f"this needs the token of a {needed}; yours is that of a {role}")
        self.role = role
        self.needed = needed


class PreconditionFailed(ProtocolError):
    """The graph is not in the state that the client supposes; nothing was changed."""

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        super().__init__(reason)
        self.reason = reason


class NotReady(ProtocolError):
    """The service cannot answer from the graph now."""

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        super().__init__(reason)
        self.reason = reason
