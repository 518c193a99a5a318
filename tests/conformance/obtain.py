"""Get the W3C suites: `python -m tests.conformance.obtain [REPOSITORY]`.

REPOSITORY is anything that git can clone, by default the W3C's own; the files of one commit are
written into `suites/` beside this module, which git ignores. The commit is fixed because the
counts in `docs/conformance.md` are those of its manifests.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Final

REPOSITORY: Final = "https://github.com/w3c/rdf-tests"
COMMIT: Final = "ad541a5f0479f0798608c4801369d97b8e08b36f"
PARTS: Final = ("LICENSE.md", "sparql/sparql10", "sparql/sparql11")
VARIABLE: Final = "DURE_W3C_SUITES"
_DEFAULT_FOLDER: Final = Path(__file__).resolve().parent / "suites"


def folder() -> Path | None:
    """Return the folder that holds `sparql/sparql11`; None when the suites are not at hand.

    `DURE_W3C_SUITES` names a checkout of the repository; otherwise it is `suites/` beside this.
    """
    root = Path(os.environ.get(VARIABLE) or _DEFAULT_FOLDER)
    return root if (root / "sparql" / "sparql11" / "manifest-all.ttl").is_file() else None


def obtain(repository: str, into: Path) -> None:
    """Write the suites of `COMMIT` into a folder, with the licence they stand under."""
    with tempfile.TemporaryDirectory() as work:
        git = ("git", "-C", work)
        subprocess.run([*git, "init", "--quiet", "--bare"], check=True)
        subprocess.run([*git, "fetch", "--quiet", "--depth=1", repository, COMMIT], check=True)
        packed = subprocess.run(
            [*git, "archive", COMMIT, *PARTS], check=True, stdout=subprocess.PIPE
        ).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(into, filter="data")


if __name__ == "__main__":
    obtain(sys.argv[1] if len(sys.argv) > 1 else REPOSITORY, _DEFAULT_FOLDER)
