"""One writer at a time on a data folder: an advisory lock that the system drops with the process.

Writers hold it alone, readers share it. The lock file stays; only the lock on it counts
([flock](https://man7.org/linux/man-pages/man2/flock.2.html)).
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from graphstore.errors import FolderInUse, StorageUnavailable


class FolderLock:
    """The lock of one data folder, taken when made.

    Raises:
        FolderInUse: another process holds it; the message names the folder, the process and what
            to do.
        StorageUnavailable: the folder cannot be used at all.
    """

    def __init__(self, folder: Path, *, shared: bool) -> None:
        """Take the lock, with other readers or alone."""
        self._folder = folder
        self._path = folder / "lock"
        try:
            self._file = self._path.open("a+", encoding="ascii")
        except OSError as error:
            raise StorageUnavailable(f"cannot use the data folder {folder}: {error}") from error
        try:
            self._take(fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        except StorageUnavailable:
            self._file.close()
            raise
        if not shared:
            self._sign()

    def release(self) -> None:
        """Give the lock back; doing so twice is no error."""
        self._file.close()

    def _take(self, kind: int) -> None:
        try:
            fcntl.flock(self._file, kind | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FolderInUse(self._in_use()) from error
        except OSError as error:
            raise StorageUnavailable(f"cannot lock {self._folder}: {error}") from error

    def _sign(self) -> None:
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def _in_use(self) -> str:
        self._file.seek(0)
        holder = self._file.read(20).strip()
        who = f"process {holder}" if holder.isdigit() else "another process"
        return (
            f"the data folder {self._folder} is in use by {who}; ask the service that runs there "
            "over HTTP, or stop it first, or name another folder with DURE_DATA"
        )
