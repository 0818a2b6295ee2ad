"""One writer at a time.

The lock is the operating system's, on the file `.lock`, so that a writer that is killed leaves nothing to clean up.
The file's contents, the writer's process number, only serve the sentence shown to the second writer. Readers take no
lock: what they read is never changed in place.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from safeground.engine.workspace.errors import WorkspaceBusy

if sys.platform == "win32":
    import msvcrt

    # Windows locks bytes, and a locked byte cannot be read by others: lock one far behind the process number.
    _FAR = 1 << 30

    def _take(file: IO[bytes]) -> None:
        file.seek(_FAR)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(file: IO[bytes]) -> None:
        # flock, not lockf: it belongs to the open file, so that opening and closing the same path elsewhere in this
        # process keeps it.
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@dataclass
class _Held:
    thread: int
    depth: int


_held: dict[Path, _Held] = {}
_guard = threading.Lock()


@contextmanager
def hold_lock(path: Path) -> Iterator[bool]:
    """Hold the lock file at `path`; yields whether this is the outermost holding. The same thread may hold it again
    inside.

    Raises WorkspaceBusy at once, without waiting, where another process or thread holds it.
    """
    key = path.resolve()
    with _guard:
        held = _held.get(key)
        if held and held.thread == threading.get_ident():
            held.depth += 1
        elif held:
            raise WorkspaceBusy(_sentence(path, str(os.getpid())))
        else:
            file = _open(path)
            _held[key] = _Held(threading.get_ident(), 1)
    if held:
        try:
            yield False
        finally:
            held.depth -= 1
        return
    try:
        yield True
    finally:
        with _guard:
            del _held[key]
            file.close()


def _open(path: Path) -> IO[bytes]:
    file = path.open("a+b")
    try:
        _take(file)
    except OSError:
        file.seek(0)
        writer = file.read(20).decode("ascii", "replace").strip()
        file.close()
        raise WorkspaceBusy(_sentence(path, writer)) from None
    file.truncate(0)
    file.write(f"{os.getpid()}\n".encode("ascii"))
    file.flush()
    return file


def _sentence(path: Path, writer: str) -> str:
    process = f" (process {writer})" if writer else ""
    return f"{path.parent} is in use by another run of Safeground{process}; wait until it has finished and try again."
