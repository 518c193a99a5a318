"""What can go wrong while the graph is changed.

::

    CurationError
    ├ AuthoringError (file, where, reason)     an authored data file cannot be compiled
    ├ PassageUnknown (document, range)         a passage has no hash and the document is not at hand
    ├ UnsourcedFact (quads)                    a fact stands in no evidence graph
    ├ IncompleteAssertion (assertions)         evidence without its record, or a record without any
    ├ DerivedWrite (graph)                     a graph that only rules write
    ├ StrayGraph (graph)                       a graph that holds neither evidence nor editing
    ├ PassageMismatch (passage, hashes)        a passage is not what the archived document has
    └ CopiedText (findings)                    a literal repeats eight words of a source in a row
"""

from __future__ import annotations


class CurationError(Exception):
    """The graph cannot be changed as asked."""


class AuthoringError(CurationError):
    """An authored data file says something that cannot be compiled."""

    def __init__(self, file: str, where: str, reason: str) -> None:
        """Keep the place: `file` name, `where` in it (entry and range), and the `reason`."""
        super().__init__(f"{file}, {where}: {reason}")
        self.file = file
        self.where = where
        self.reason = reason


class PassageUnknown(CurationError):
    """The hash of a passage is not known and its document is not at hand."""

    def __init__(self, document: str, start: int, end: int) -> None:
        """Name the `document` and the code-point range `start`-`end`."""
        super().__init__(
            f"{document}: the passage {start}-{end} is new; its hash needs the document. "
            "Give the folder that holds it (--documents)."
        )


class CopiedText(CurationError):
    """A literal repeats eight or more consecutive words of a source document."""

    def __init__(self, findings: list[str]) -> None:
        """Keep one line per offending literal."""
        super().__init__("; ".join(findings))
        self.findings = findings


class UnsourcedFact(CurationError):
    """A fact stands in the default graph and no evidence graph holds it."""

    def __init__(self, quads: list[str]) -> None:
        """Keep the offending quads, as N-Quads lines."""
        shown = "; ".join(quads[:3])
        super().__init__(
            f"{len(quads)} fact(s) without a source: {shown}. Put each into the named graph of an "
            "assertion that cites a passage."
        )
        self.quads = quads


class IncompleteAssertion(CurationError):
    """An evidence graph has no record that says where it comes from, or a record has no graph."""

    def __init__(self, assertions: list[str]) -> None:
        """Keep the IRIs of the assertions."""
        super().__init__(
            f"{len(assertions)} assertion(s) with a graph but no record, or a record but no graph: "
            f"{', '.join(assertions[:3])}. Give each its triples in a graph of its name, and in "
            "the default graph a record: type dure:Assertion, rank, submission, time, passages."
        )
        self.assertions = assertions


class DerivedWrite(CurationError):
    """A submission writes a graph that only rules write."""

    def __init__(self, graph: str) -> None:
        """Name the `graph`."""
        super().__init__(f"{graph} is written by rules alone: leave it out of the submission")
        self.graph = graph


class StrayGraph(CurationError):
    """A submission writes a graph in which nobody would look for a source."""

    def __init__(self, graph: str) -> None:
        """Name the `graph`."""
        super().__init__(
            f"{graph} is no graph of an assertion: put each fact into the named graph of an "
            "assertion that cites a passage, and what editors add into the editorial graph"
        )
        self.graph = graph


class PassageMismatch(CurationError):
    """The hash of a passage is not that of the archived document at that range."""

    def __init__(self, passage: str, *, expected: str, actual: str) -> None:
        """Name the `passage` and both hashes."""
        super().__init__(
            f"{passage}: the hash given is {expected or 'missing'}, the document has {actual}. "
            "Check start and end (code points, end-exclusive) and that the snapshot is this one."
        )
        self.passage = passage
        self.expected = expected
        self.actual = actual
