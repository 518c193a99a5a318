"""The process that runs what a stranger wrote: one query or update at a time, on a snapshot.

Started by the pool (`graphstore.workers`), confined before it reads the first job, killed whenever
the pool likes. It has the snapshots open that it was told of, and nothing else of the dataset.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import threading
from pathlib import Path
from typing import Any, BinaryIO, Final

from pyoxigraph import DefaultGraph, NamedNode, Store

from graphstore.answer import evaluation_error
from graphstore.errors import (
    GraphStoreError,
    QueryCrashed,
    QueryMemoryExceeded,
    QuerySyntaxError,
    UpdateSyntaxError,
)
from graphstore.frames import (
    ERROR,
    JOB_LENGTHS,
    READY,
    STARTED,
    data_frame,
    described,
    end_frame,
    json_frame,
)
from graphstore.isolation import confine
from graphstore.outlet import BLOCK_BYTES, Send
from graphstore.query_job import Job, OpenSnapshot, answer_query

_NO_ANSWER: Final = end_frame(None)


class QueryWorker:
    """Reads jobs from a socket, and answers them there, until it closes.

    Args:
        descriptor: the socket's file descriptor.
        memory_bytes: how much memory the process may have, for the error that says so.
    """

    def __init__(self, descriptor: int, memory_bytes: int) -> None:
        """Take the socket over."""
        self._descriptor = descriptor
        self._memory_bytes = memory_bytes
        self._jobs: BinaryIO = open(descriptor, "rb", closefd=False)  # noqa: SIM115
        self._snapshots: dict[str, OpenSnapshot] = {}

    def serve(self) -> None:
        """Answer jobs until the service closes its end."""
        while lengths := self._jobs.read(JOB_LENGTHS.size):
            head_bytes, text_bytes = JOB_LENGTHS.unpack(lengths)
            job = json.loads(self._jobs.read(head_bytes))
            self._answer(job, self._jobs.read(text_bytes))

    def send(self, frames: bytes) -> None:
        """Write frames into the socket, waiting as long as the service does not read."""
        rest = memoryview(frames)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def _answer(self, job: Job, text: bytes) -> None:
        try:
            self._do(job, text.decode())
        except GraphStoreError as error:
            self._fail(error)
        except UnicodeDecodeError:
            self._fail(QuerySyntaxError("the text is not UTF-8"))
        except MemoryError:
            self._fail(QueryMemoryExceeded(self._memory_bytes))
        except OSError as error:
            self._fail(evaluation_error(error))
        except Exception as error:  # noqa: BLE001 - a fault of ours must not look like an answer
            self._fail(QueryCrashed(f"{type(error).__name__}: {error}"))

    def _fail(self, error: GraphStoreError) -> None:
        self.send(json_frame(ERROR, described(error)))

    def _do(self, job: Job, text: str) -> None:
        for path in job["drop"]:
            self._snapshots.pop(path, None)
        snapshot = self._open(job["store"])
        if job["op"] == "query":
            answer_query(self.send, snapshot, job, text)
        elif job["op"] == "changes":
            send_changes(self.send, snapshot.store, job, text)
        elif job["op"] == "build":
            send_built(self.send, job)
        else:
            self.send(_NO_ANSWER)

    def _open(self, path: str) -> OpenSnapshot:
        snapshot = self._snapshots.get(path)
        if snapshot is None:
            snapshot = self._snapshots[path] = OpenSnapshot(Store.read_only(path))
        return snapshot


def send_changes(send: Send, store: Store, job: Job, text: str) -> None:
    """Work out what an update would change, and send it as an RDF Patch without headers.

    Args:
        send: takes the frames.
        store: the snapshot; where the update needs a store that it may write, a copy of it is
            made in the job's folder "scratch" and removed.
        job: the head of the job.
        text: the update.

    Raises:
        GraphStoreError: the update cannot be done.
    """
    # Read with the first update only: it costs a start that most workers never need.
    from graphstore.patch import write_patch
    from graphstore.update import changeset_of_update, needs_scratch

    scratch = Path(job["scratch"])
    try:
        if needs_scratch(text):
            _copy_database(Path(job["store"]), scratch)
            store = Store(scratch)
        changeset = changeset_of_update(
            store,
            text,
            using_default=job["using_default"],
            using_named=job["using_named"],
            within=_graph(job["within"]),
            base=job["base"],
            max_quads=job["max_quads"],
        )
    except RecursionError as error:
        raise UpdateSyntaxError("the update nests too deep") from error
    finally:
        del store
        shutil.rmtree(scratch, ignore_errors=True)
    document = memoryview(write_patch(changeset, {}))
    send(_started("patch", whole=False))
    for begin in range(0, len(document), BLOCK_BYTES):
        send(data_frame(None, bytes(document[begin : begin + BLOCK_BYTES])))
    send(end_frame(len(changeset)))


def _copy_database(database: Path, target: Path) -> None:
    """Make a database that can be written: links to the tables, which nobody changes, and copies.

    The engine's own copy of a store that was opened for reading lacks what is in its log only.
    """
    target.mkdir()
    for file in database.iterdir():
        if file.suffix == ".sst":
            os.link(file, target / file.name)
        elif file.is_file():
            shutil.copyfile(file, target / file.name)


def _graph(name: str | None) -> NamedNode | DefaultGraph | None:
    """Return the graph that a job names; "" is the default graph."""
    if name is None:
        return None
    return NamedNode(name) if name else DefaultGraph()


def send_built(send: Send, job: Job) -> None:
    """Make the state after a commit, and send the commit's id.

    Raises:
        GraphStoreError: it cannot be made.
    """
    from graphstore.log import CommitLog  # as above
    from graphstore.versions import Base, build_version

    log = CommitLog(Path(job["log"]), read_only=True)
    bases = [Base(Path(path), number, commit) for path, number, commit in job["bases"]]
    commit = build_version(log, job["number"], Path(job["target"]), bases)
    send(_started("text", whole=True) + data_frame(None, commit.encode()) + _NO_ANSWER)


def _started(format: str, *, whole: bool) -> bytes:
    facts: dict[str, Any] = {"kind": "graph", "format": format, "truncated": False, "whole": whole}
    return json_frame(STARTED, facts | {"hints": [], "rewrites": [], "ran": None})


def _die_with_the_service(descriptor: int) -> None:
    """Wait until the service has closed its end of the socket, then end this process."""
    poll = select.poll()
    poll.register(descriptor, 0)
    poll.poll()
    os._exit(0)


def main(descriptor: int, memory_bytes: int) -> None:
    """Serve the socket of that file descriptor with at most that much memory; never returns."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the service decides when its workers end
    os.putenv("RUST_BACKTRACE", "0")  # the engine would spend memory it does not have on it
    in_force = confine(memory_bytes)
    threading.Thread(target=_die_with_the_service, args=(descriptor,), daemon=True).start()
    worker = QueryWorker(descriptor, memory_bytes)
    worker.send(json_frame(READY, {"isolation": in_force}))
    worker.serve()
    os._exit(0)
