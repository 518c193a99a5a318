"""Which edition of the suites is taken, and that what cannot be had leaves nothing behind."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.conformance import obtain
from tests.conformance.obtain import Edition


def packed(archive: Path, *names: str) -> Path:
    """Write an archive of the package with files that hold their own names."""
    with tarfile.open(archive, "w:gz") as written:
        for name in names:
            member = tarfile.TarInfo(f"{obtain.PACKAGE}/{name}")
            member.size = len(name)
            written.addfile(member, io.BytesIO(name.encode()))
    return archive


@pytest.mark.parametrize(
    ("manifests", "expected"),
    [
        ((), None),
        (("manifest-all.ttl",), Edition.PACKAGE),
        (("manifest-all.ttl", "manifest-sparql11-query.ttl"), Edition.COMMIT),
    ],
)
def test_the_edition_is_that_of_the_folder_named(
    manifests: tuple[str, ...],
    expected: Edition | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for manifest in manifests:
        file = tmp_path / "sparql" / "sparql11" / manifest
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    monkeypatch.setenv(obtain.VARIABLE, str(tmp_path))
    assert obtain.edition() is expected
    assert obtain.folder() == (tmp_path if expected else None)


def test_of_the_package_only_the_suites_and_the_licence_are_kept(tmp_path: Path) -> None:
    suites = "test/data/suites/w3c/sparql11"
    archive = packed(tmp_path / "a.tar.gz", "LICENSE", f"{suites}/bind/a.rq", "rdflib/a.py")
    obtain.unpack(archive, tmp_path)
    wanted = tmp_path / "wanted"
    kept = {str(path.relative_to(wanted)) for path in wanted.rglob("*") if path.is_file()}
    assert kept == {"LICENSE", "sparql/sparql11/bind/a.rq"}


def test_another_archive_of_that_name_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed(tmp_path / f"{obtain.PACKAGE}.tar.gz", "LICENSE")
    for name, value in {
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(tmp_path),
        "PIP_CONFIG_FILE": os.devnull,
    }.items():
        monkeypatch.setenv(name, value)
    into = tmp_path / "into"
    into.mkdir()
    with pytest.raises(subprocess.CalledProcessError, match="exit status") as refused:
        obtain.obtain_package(into / "suites")
    assert "HASHES" in refused.value.stderr
    assert list(into.iterdir()) == []
