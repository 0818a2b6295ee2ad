"""Holding what is read of a file until it is known whether it may be kept."""

from __future__ import annotations

import io
from pathlib import Path

from safeground.engine.workspace import sync_file


class Keeper:
    """Writes what is read to a file, once it is known that it may be kept; until then it holds it in memory.

    Personal data never touch the workspace as they were sent, so nothing is written before the feed is known.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._held: list[bytes] | None = []
        self._file: io.FileIO | None = None

    def __enter__(self) -> Keeper:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._file is not None:
            if kind is None:
                sync_file(self._file.fileno())
            self._file.close()

    def take(self, chunk: bytes) -> None:
        """The next bytes of the file."""
        if self._file is not None:
            self._file.write(chunk)
        elif self._held is not None:
            self._held.append(chunk)

    def keep(self) -> None:
        """Write what was taken, and all that will be."""
        self._file = self.path.open("wb", buffering=0)
        for chunk in self._held or ():
            self._file.write(chunk)
        self._held = None

    def let_go(self) -> None:
        """Hold and write nothing."""
        self._held = None
