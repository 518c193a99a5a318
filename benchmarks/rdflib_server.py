"""rdflib-endpoint on a file of N-Quads; a program of the peers' environment, not of Dure's.

Run: `python rdflib_server.py QUADS PORT`. The file is loaded once; every line on standard input
ends the process that serves and starts another with the same graph, so that a query which was
given up does not go on beside the next one.
"""

# This file runs where only rdflib-endpoint is installed: nothing of Dure's is imported.

import gc
import os
import signal
import sys
import time

import uvicorn
from rdflib import Dataset
from rdflib_endpoint import SparqlEndpoint  # type: ignore[import-not-found, unused-ignore]


def main() -> None:
    """Load, tell how long it took, and serve until standard input ends."""
    file, port = sys.argv[1], int(sys.argv[2])
    begun = time.perf_counter()
    dataset = Dataset(default_union=False)  # the default graph alone, as the other services
    dataset.parse(file, format="nquads")
    gc.collect()
    gc.freeze()
    print(f"loaded in {time.perf_counter() - begun:.1f} s", flush=True)
    child = _serve(dataset, port)
    for _ in sys.stdin:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        child = _serve(dataset, port)
    os.kill(child, signal.SIGKILL)


def _serve(dataset: Dataset, port: int) -> int:
    child = os.fork()
    if child == 0:
        uvicorn.run(SparqlEndpoint(graph=dataset), host="127.0.0.1", port=port, log_level="error")
        os._exit(0)
    return child


if __name__ == "__main__":
    main()
