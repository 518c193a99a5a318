from __future__ import annotations

import platform
import socket
import subprocess
import sys
import threading

import pytest

linux = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in {"x86_64", "aarch64"},
    reason="the kernel's filter is Linux's",
)
CONFINE = "from graphstore.isolation import confine; print(*confine(1 << 30)); "


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@linux
def test_everything_is_in_force_here() -> None:
    found = run(CONFINE).stdout.split()
    assert found == ["memory", "no-core", "dies-with-parent", "no-sockets", "no-programs"]


@linux
@pytest.mark.parametrize(
    "forbidden",
    [
        "import socket; socket.socket()",
        "import socket; socket.socket(socket.AF_UNIX)",
        "import socket; socket.socketpair()",
        "import os; os.fork()",
        "import os; os.execv('/bin/true', ['true'])",
        "import os; os.posix_spawn('/bin/true', ['true'], {})",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.kill(os.getppid(), 0)",
        "early.connect(('127.0.0.1', 9))",
        "early.bind(('127.0.0.1', 0))",
    ],
)
def test_the_kernel_refuses(forbidden: str) -> None:
    ended = run("import socket; early = socket.socket(); " + CONFINE + forbidden)
    assert ended.returncode == 1
    assert "PermissionError" in ended.stderr or "not permitted" in ended.stderr


@linux
def test_threads_and_files_still_work() -> None:
    program = (
        "import threading, tempfile; thread = threading.Thread(target=print, args=('ran',)); "
        "thread.start(); thread.join(); tempfile.TemporaryFile().write(b'x'); "
        "from pyoxigraph import Store; print(len(Store(tempfile.mkdtemp())))"
    )
    ended = run(CONFINE + program)
    assert ended.stdout.split()[-2:] == ["ran", "0"]
    assert ended.returncode == 0


@linux
def test_a_federated_query_reaches_nobody() -> None:
    """The engine itself would connect: the filter is the second wall behind the refusal."""
    query = "SELECT * { SERVICE <http://127.0.0.1:%s/> { ?s ?p ?o } }"
    program = "import sys; from pyoxigraph import Store; " + "list(Store().query(sys.argv[1]))"
    heard = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def listen() -> None:
            connection, _ = server.accept()
            heard.set()
            connection.close()

        thread = threading.Thread(target=listen)
        thread.start()
        confined = run(CONFINE + program, query % port)
        assert confined.returncode == 1
        assert not heard.is_set()
        run(program, query % port)  # without the filter it does connect
        thread.join(30)
        assert heard.is_set()


@linux
@pytest.mark.parametrize(
    ("greedy", "sign"),
    [
        ("x = bytearray(1 << 31)", "MemoryError"),
        (
            "from pyoxigraph import Store; s = Store(); "
            "s.update('INSERT DATA { ' + ' '.join(f'<urn:{n}> <urn:p> {n} .' "
            "for n in range(3000)) + '}'); "
            "s.query('SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c')",
            "memory allocation",
        ),
    ],
    ids=["python", "engine"],
)
def test_more_memory_than_allowed_is_a_clean_death(greedy: str, sign: str) -> None:
    program = "from graphstore.isolation import confine; confine(256 << 20); " + greedy
    ended = run(program)
    assert ended.returncode in {1, -6}
    assert sign in ended.stderr
