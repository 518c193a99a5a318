"""The condition of a service over time: memory, files, processes, databases. See `stress`."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.peers import Service
from benchmarks.processes import descendants, descriptors, memory, processor_seconds, zombies


@dataclass(frozen=True)
class Condition:
    """A service at one moment."""

    when: float
    server_bytes: int
    """The server's own memory (anonymous)."""
    whole_bytes: int
    """Memory of all its processes (PSS)."""
    worker_bytes: int
    """The greatest memory of one worker (RSS)."""
    descriptors: int
    processes: int
    zombies: int
    databases: int
    """Folders of databases: the head's, snapshots, old versions, scratch copies."""


def condition(service: Service, places: Sequence[Path]) -> Condition:
    """Look at a service.

    Args:
        service: which.
        places: folders under which it makes databases.
    """
    pid = service.process.pid
    workers = descendants(pid)
    server, others = memory(pid), [memory(worker) for worker in workers]
    return Condition(
        time.monotonic(),
        server.anonymous,
        server.pss + sum(item.pss for item in others),
        max((item.rss for item in others), default=0),
        descriptors(pid),
        len(workers),
        zombies(pid),
        sum(_databases(place) for place in places),
    )


def _databases(place: Path) -> int:
    try:
        return sum(1 for _ in place.rglob("CURRENT"))
    except OSError:  # a folder went while it was read
        return 0


def busy_share(service: Service, seconds: float = 1.0) -> float:
    """Return how much of a processor all processes of a service use now."""
    before = {pid: processor_seconds(pid) for pid in service.pids()}
    time.sleep(seconds)
    after = {pid: processor_seconds(pid) for pid in service.pids()}
    return sum(used - before.get(pid, 0.0) for pid, used in after.items()) / seconds


@dataclass
class Chart:
    """Conditions of a service, one after the other."""

    conditions: list[Condition] = field(default_factory=list)

    def peak(self, name: str) -> int:
        """Return the greatest value seen of something."""
        return max((int(getattr(item, name)) for item in self.conditions), default=0)


@contextmanager
def charted(service: Service, places: Sequence[Path], every_s: float = 1.0) -> Iterator[Chart]:
    """Look at a service every second while the block runs."""
    chart = Chart()
    over = threading.Event()

    def look() -> None:
        while not over.wait(every_s):
            chart.conditions.append(condition(service, places))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield chart
    finally:
        over.set()
        thread.join()
