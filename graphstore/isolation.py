"""What a query worker takes away from itself before it sees the first query.

A query of a stranger runs in a process of its own. Whatever a mistake of the parser or the engine
lets it do there, it opens no connection, starts no program, takes no more memory than it may and
does not outlive the service. On Linux (x86-64 and AArch64) the kernel sees to it: a
[seccomp filter](https://www.kernel.org/doc/html/latest/userspace-api/seccomp_filter.html) for the
system calls, resource limits for the memory. Elsewhere only the limits that the system knows are
in force, and `confine` says so.
"""

from __future__ import annotations

import ctypes
import platform
import resource
import signal
import struct
import sys
from dataclasses import dataclass
from typing import Final

_ENGINE_BYTES: Final = 192 << 20
"""What interpreter and engine reserve for themselves, stacks of threads mostly, hardly used: with
less the engine cannot start its threads (measured: between 160 and 200 MiB)."""

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_SET_SECCOMP: Final = 22
_SECCOMP_MODE_FILTER: Final = 2

_ALLOW: Final = 0x7FFF0000
_KILL_PROCESS: Final = 0x80000000
_FAIL: Final = 0x00050000
_EPERM: Final = 1
_ENOSYS: Final = 38

_LOAD: Final = 0x20  # BPF_LD | BPF_W | BPF_ABS
_EQUAL: Final = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_AT_LEAST: Final = 0x35  # BPF_JMP | BPF_JGE | BPF_K
_ANY_BIT: Final = 0x45  # BPF_JMP | BPF_JSET | BPF_K
_RETURN: Final = 0x06  # BPF_RET | BPF_K

_NUMBER_AT: Final = 0  # offsets in struct seccomp_data
_ARCHITECTURE_AT: Final = 4
_FIRST_ARGUMENT_AT: Final = 16
_CLONE_THREAD: Final = 0x00010000
_X32: Final = 0x40000000  # system calls of another binary interface of x86-64


@dataclass(frozen=True)
class _Machine:
    """How a processor's system calls are numbered."""

    architecture: int
    clone: int
    clone3: int
    refused: dict[str, int]


_SAME_EVERYWHERE: Final = {
    "pidfd_send_signal": 424,
    "io_uring_setup": 425,  # its operations open sockets past any filter
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "pidfd_getfd": 438,
}
_MACHINES: Final = {
    "x86_64": _Machine(
        architecture=0xC000003E,
        clone=56,
        clone3=435,
        refused=_SAME_EVERYWHERE
        | {"socket": 41, "connect": 42, "accept": 43, "sendmsg": 46, "bind": 49, "listen": 50}
        | {"socketpair": 53, "accept4": 288, "sendmmsg": 307}
        | {"fork": 57, "vfork": 58, "execve": 59, "execveat": 322}
        | {"kill": 62, "tkill": 200, "ptrace": 101}
        | {"process_vm_readv": 310, "process_vm_writev": 311},
    ),
    "aarch64": _Machine(
        architecture=0xC00000B7,
        clone=220,
        clone3=435,
        refused=_SAME_EVERYWHERE
        | {"socket": 198, "socketpair": 199, "bind": 200, "listen": 201, "accept": 202}
        | {"connect": 203, "sendmsg": 211, "accept4": 242, "sendmmsg": 269}
        | {"execve": 221, "execveat": 281}
        | {"kill": 129, "tkill": 130, "ptrace": 117}
        | {"process_vm_readv": 270, "process_vm_writev": 271},
    ),
}


def confine(memory_bytes: int) -> tuple[str, ...]:
    """Confine this process for good; to be called before it starts a thread.

    Args:
        memory_bytes: how much private memory queries may have; an allocation far beyond it fails,
            which ends the process. What interpreter and engine reserve for themselves comes on
            top.

    Returns:
        What is in force: "memory" (the limit), "no-core" (no dump of the memory on a crash),
        "dies-with-parent", "no-sockets", "no-programs" (no other process is started or signalled).
        What the system does not offer is missing.
    """
    most = memory_bytes + _ENGINE_BYTES
    limits = {"memory": (_memory_limit(), most), "no-core": (resource.RLIMIT_CORE, 0)}
    in_force = [name for name, limit in limits.items() if _limited(*limit)]
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) == 0:
            in_force.append("dies-with-parent")
        if _filtered(libc):
            in_force += ["no-sockets", "no-programs"]
    return tuple(in_force)


def _memory_limit() -> int | None:
    """Return the limit for private memory that can be written to, where it means that (Linux)."""
    return resource.RLIMIT_DATA if sys.platform == "linux" else None


def _limited(kind: int | None, amount: int) -> bool:
    if kind is None:
        return False
    _, most = resource.getrlimit(kind)
    allowed = amount if most == resource.RLIM_INFINITY else min(amount, most)
    try:
        resource.setrlimit(kind, (allowed, allowed))
    except (OSError, ValueError):
        return False
    return True


class _Program(ctypes.Structure):
    """A filter program, `struct sock_fprog`."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def _filtered(libc: ctypes.CDLL) -> bool:
    machine = _MACHINES.get(platform.machine())
    if machine is None or sys.byteorder != "little":
        return False
    instructions = filter_program(machine)
    program = _Program(len(instructions) // 8, instructions)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    done = libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)
    return bool(done == 0)


def filter_program(machine: _Machine) -> bytes:
    """Return the filter as instructions of the Berkeley Packet Filter.

    Refused calls fail with EPERM; `clone3`, whose flags a filter cannot see, with ENOSYS, after
    which the C library makes its threads with `clone`; `clone` passes for threads only.
    """
    refuse, unknown = _instruction(_RETURN, _FAIL | _EPERM), _instruction(_RETURN, _FAIL | _ENOSYS)
    allow = _instruction(_RETURN, _ALLOW)
    parts = [
        _instruction(_LOAD, _ARCHITECTURE_AT),
        _instruction(_EQUAL, machine.architecture, 1, 0),
        _instruction(_RETURN, _KILL_PROCESS),
        _instruction(_LOAD, _NUMBER_AT),
        _instruction(_AT_LEAST, _X32, 0, 1),
        refuse,
    ]
    for number in sorted(machine.refused.values()):
        parts += [_instruction(_EQUAL, number, 0, 1), refuse]
    parts += [
        _instruction(_EQUAL, machine.clone3, 0, 1),
        unknown,
        _instruction(_EQUAL, machine.clone, 0, 3),
        _instruction(_LOAD, _FIRST_ARGUMENT_AT),
        _instruction(_ANY_BIT, _CLONE_THREAD, 1, 0),
        refuse,
        allow,
    ]
    return b"".join(parts)


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
