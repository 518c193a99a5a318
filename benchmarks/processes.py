"""What the processes of a service hold: memory, file descriptors, descendants. Linux only.

Memory is the [proportional and the unique set size](https://docs.kernel.org/filesystems/proc.html)
of `/proc/<pid>/smaps_rollup`: PSS shares out what several processes map, USS is what would be
free if the process ended.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Memory:
    """Memory of one process, in bytes."""

    pss: int
    uss: int
    rss: int
    anonymous: int
    """What is neither a file nor shared: the process's own data."""

    def __add__(self, other: Memory) -> Memory:
        return Memory(
            self.pss + other.pss,
            self.uss + other.uss,
            self.rss + other.rss,
            self.anonymous + other.anonymous,
        )


def memory(pid: int) -> Memory:
    """Return what a process holds, nothing if it has ended."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return Memory(0, 0, 0, 0)
    sizes: dict[str, int] = {}
    for line in text.splitlines()[1:]:
        name, _, value = line.partition(":")
        sizes[name] = int(value.split()[0]) * 1024
    return Memory(
        sizes["Pss"],
        sizes["Private_Clean"] + sizes["Private_Dirty"],
        sizes["Rss"],
        sizes["Anonymous"],
    )


def descendants(pid: int) -> list[int]:
    """Return the processes that a process started, and those that they started, as they run."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (stat := _stat(int(entry))) is not None and stat[0] != "Z":
            children.setdefault(int(stat[1]), []).append(int(entry))
    found: list[int] = []
    pending = [pid]
    while pending:
        for child in children.get(pending.pop(), []):
            found.append(child)
            pending.append(child)
    return sorted(found)


def zombies(pid: int) -> int:
    """Return how many ended children a process has not taken notice of."""
    count = 0
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (stat := _stat(int(entry))) is not None:
            count += stat[0] == "Z" and int(stat[1]) == pid
    return count


def descriptors(pid: int) -> int:
    """Return how many files and sockets a process has open."""
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return 0


def threads(pid: int) -> int:
    """Return how many threads a process has."""
    try:
        return len(os.listdir(f"/proc/{pid}/task"))
    except OSError:
        return 0


def processor_seconds(pid: int) -> float:
    """Return the processor time a process has used, in seconds."""
    stat = _stat(pid)
    if stat is None:
        return 0.0
    return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str] | None:
    """Return the fields of `/proc/<pid>/stat` after the name: state, parent, …"""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
