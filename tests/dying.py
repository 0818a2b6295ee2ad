"""A command that counts its renames, and dies before or after one of them, or does what no command may do and dies."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safeground.engine.publish import formats, pages
from safeground.engine.workspace import atomic, generations


@dataclass(frozen=True)
class Dying:
    """Called in a process before its command (`warm_processes`). report: the file that says what was seen, where it lives to the end.

    when: before or after the rename `at` (from 1; 0 for none), or a way of being careless with what is in use. Pictures and documents are
    left blank: they are most of a build's time, and no rename happens while they are made.
    """

    root: Path
    report: Path
    at: int = 0
    when: str = "never"

    def __call__(self) -> Callable[[], None]:
        seen: dict[str, Any] = {"through_the_seam": 0, "renames": 0, "written_in_place": []}
        self._watch(seen)
        self._count(seen)
        pages.draw_chart = pages.render_svg = lambda *given, **options: '<svg width="10" height="10"></svg>'
        formats.make_downloads = lambda *given, **options: ()
        if self.when == "careless pointer":
            generations.write_atomically = _careless_pointer
        elif self.when == "pointer before folder":
            generations.move_into_place = _pointer_before_folder
        return lambda: self.report.write_text(json.dumps(seen), encoding="utf-8") and None

    def _watch(self, seen: dict[str, Any]) -> None:
        """Every rename in the workspace, and every file of it outside staging that is opened to be written."""
        root = os.path.realpath(self.root)
        staging, lock = os.path.join(root, ".staging") + os.sep, os.path.join(root, ".lock")

        def watch(event: str, given: tuple[Any, ...]) -> None:
            if event == "os.rename":
                seen["renames"] += str(given[1]).startswith(root + os.sep)
            elif event == "open" and isinstance(given[0], str | bytes):
                path = os.path.realpath(os.fsdecode(given[0]))
                writes = (given[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC)
                if writes and path.startswith(root + os.sep) and not path.startswith(staging) and path != lock:
                    seen["written_in_place"].append(path)

        sys.addaudithook(watch)

    def _count(self, seen: dict[str, Any]) -> None:
        real = atomic.rename

        def rename(source: Path, target: Path) -> None:
            seen["through_the_seam"] += 1
            is_last = seen["through_the_seam"] == self.at
            if is_last and self.when == "before":
                _die()
            real(source, target)
            if is_last and self.when == "after":
                _die()

        atomic.rename = rename


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _careless_pointer(path: Path, data: bytes | str, *, staging: Path | None = None) -> None:
    if path.name != "CURRENT":
        return atomic.write_atomically(path, data, staging=staging)
    path.open("w")
    return _die()


def _pointer_before_folder(written: Path, final: Path) -> None:
    (final.parent / "CURRENT").write_text(final.name)
    _die()
