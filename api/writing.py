"""Raw writes: one after the other, validated, logged, then answered; or only looked at.

What SPARQL Update and the Graph Store Protocol have in common. A change is worked out against the
head and committed on that very head: should another change come in between, it is worked out
again. A dry run answers what would be changed and what the shapes say, and changes nothing.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from pyoxigraph import Literal, NamedNode

from api.auth import Client
from api.cors import RawHeaders
from api.errors import BadParameter
from api.exchange import Exchange
from api.memory import head_id
from api.negotiation import choose, parse_accept
from api.settings import WritingSettings
from api.threads import in_thread
from graphstore.changeset import Changeset
from graphstore.dataset import Dataset
from graphstore.errors import HeadMoved, NothingToCommit
from graphstore.log import Commit, CommitMeta
from graphstore.patch import write_patch
from graphstore.report import ValidationReport
from graphstore.validation import Shapes
from ontology.namespaces import GRAPH_ONTOLOGY

WorkOut: TypeAlias = Callable[[], Awaitable[Changeset]]
"""Works out a change against the head; called again when the head has moved meanwhile."""

JSON: Final = "application/json"
RDF_PATCH: Final = "application/rdf-patch"
TURTLE: Final = "text/turtle"
MAX_MESSAGE_CHARACTERS: Final = 1000
_ATTEMPTS: Final = 5


@dataclass(frozen=True)
class Preview:
    """What a change would do to the dataset at a commit ("0": the empty one).

    `report` is what the shapes say, None where raw writes are not validated.
    """

    commit: str
    changes: Changeset
    report: ValidationReport | None

    @property
    def conforms(self) -> bool:
        """Whether it would be committed."""
        return self.report is None or self.report.conforms

    def patch(self) -> bytes:
        """Return the changes as RDF Patch, whose header `prev` names the commit."""
        return write_patch(self.changes, {"prev": Literal(self.commit)})

    def to_json(self) -> dict[str, Any]:
        """Return the whole preview as JSON values."""
        return {
            "commit": self.commit,
            "added": len(self.changes.added),
            "removed": len(self.changes.removed),
            "conforms": self.conforms,
            "patch": self.patch().decode(),
            "report": json.loads(self.report.to_json()) if self.report else None,
        }


class Writing:
    """The raw writes of one dataset; to be used in one event loop."""

    def __init__(self, settings: WritingSettings, dataset: Dataset) -> None:
        """Write into that dataset."""
        self.settings = settings
        self._dataset = dataset
        self._lock = asyncio.Lock()
        self._shapes: Shapes | None = None

    async def commit(self, work_out: WorkOut, client: Client, message: str) -> Commit | None:
        """Make a change, after those that came before it.

        Args:
            work_out: works it out; whatever it raises ends the matter.
            client: who writes; the author of the commit.
            message: what the commit says about itself.

        Returns:
            The commit, None when nothing is to be changed.

        Raises:
            DataNotConforming: with the report; nothing was changed.
            HeadMoved: others were faster again and again.
            StorageUnavailable: the log or the engine cannot be written.
        """
        meta = CommitMeta(client.name, message, datetime.now(UTC))
        async with self._lock:
            for attempt in range(1, _ATTEMPTS + 1):
                head = head_id(self._dataset)
                changes = await work_out()
                try:
                    return await self._commit(changes, meta, head) if changes else None
                except NothingToCommit:
                    return None
                except HeadMoved:
                    if attempt == _ATTEMPTS:
                        raise
            return None  # never reached: the last attempt returns or raises

    async def preview(self, work_out: WorkOut) -> Preview:
        """Look at a change and do nothing."""
        head = head_id(self._dataset)
        changes = await work_out()
        report = await in_thread(self._check, changes)
        return Preview(head, changes, report)

    async def _commit(self, changes: Changeset, meta: CommitMeta, head: str) -> Commit:
        """Commit in a thread, and stay until that has ended, whoever stops waiting for it."""

        def commit() -> Commit:
            return self._dataset.commit(changes, meta, shapes=self._validated_by(), expected=head)

        committing = asyncio.ensure_future(in_thread(commit))
        try:
            return await asyncio.shield(committing)
        except asyncio.CancelledError:
            await asyncio.wait([committing])
            raise

    def _check(self, changes: Changeset) -> ValidationReport | None:
        shapes = self._validated_by()
        return None if shapes is None else self._dataset.check(changes, shapes=shapes)

    def _validated_by(self) -> Shapes | None:
        """Return the shapes that raw writes must conform to now, None for none."""
        rule = self.settings.shapes
        ontology = NamedNode(GRAPH_ONTOLOGY)
        ours = next(self._dataset.quads(None, None, None, ontology), None) is not None
        if rule == "never" or (rule == "auto" and not ours):
            return None
        if self._shapes is None:
            self._shapes = Shapes.load()
        return self._shapes


def checked_message(message: str) -> str:
    """Return a commit's message as a client gave it.

    Raises:
        BadParameter: it is too long.
    """
    if len(message) > MAX_MESSAGE_CHARACTERS:
        raise BadParameter("message", f"has at most {MAX_MESSAGE_CHARACTERS} characters")
    return message


async def send_written(
    exchange: Exchange,
    commit: Commit | None,
    head: str,
    *,
    created: bool = False,
    headers: RawHeaders | None = None,
) -> None:
    """Answer a write that was done.

    201 where a graph was created; else 204, or 200 with the commit as JSON where the client asks
    for that.

    Args:
        exchange: where to.
        commit: what was committed, None where nothing had to be changed.
        head: the id of the head commit.
        created: whether a graph came to be.
        headers: further headers.
    """
    about: RawHeaders = [
        (b"dure-commit", (commit.id if commit else head).encode()),
        (b"vary", b"Accept"),
        (b"cache-control", b"no-store"),
        *(headers or []),
    ]
    if _asks_for_json(exchange.header(b"accept")):
        done = {
            "commit": commit.id if commit else None,
            "number": commit.number if commit else None,
            "added": commit.added_count if commit else 0,
            "removed": commit.removed_count if commit else 0,
        }
        about.append((b"content-type", JSON.encode()))
        await exchange.whole(201 if created else 200, about, json.dumps(done).encode())
    elif created:
        await exchange.whole(201, about, b"")
    else:
        await exchange.start(204, about)
        await exchange.write(b"", more=False)


async def send_preview(exchange: Exchange, preview: Preview) -> None:
    """Answer a dry run: as JSON, or only the patch, or only the report.

    Raises:
        NotAcceptable: the client wants neither.
    """
    offers = [(JSON, JSON), (RDF_PATCH, RDF_PATCH), (TURTLE, TURTLE)]
    chosen = choose(exchange.header(b"accept"), offers)
    body = await in_thread(_preview_body, preview, chosen)
    headers: RawHeaders = [
        (b"content-type", chosen.encode()),
        (b"dure-commit", preview.commit.encode()),
        (b"vary", b"Accept"),
        (b"cache-control", b"no-store"),
    ]
    await exchange.whole(200, headers, body)


def _preview_body(preview: Preview, media_type: str) -> bytes:
    if media_type == RDF_PATCH:
        return preview.patch()
    if media_type == TURTLE:
        return (preview.report or ValidationReport()).to_turtle()
    return json.dumps(preview.to_json(), ensure_ascii=False).encode()


def _asks_for_json(accept: str | None) -> bool:
    ranges = parse_accept(accept)
    return any(f"{item.type}/{item.subtype}" == JSON and item.quality > 0 for item in ranges)
