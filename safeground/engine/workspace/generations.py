"""Folders made beside the one in use and swapped in: the warehouse's generations, the editions.

`CURRENT` is a file of one line that names the folder in use, replaced by one rename. It is not a symbolic link, which
Windows refuses to users without a privilege.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from safeground.engine.workspace.atomic import move_into_place, write_atomically
from safeground.engine.workspace.errors import WorkspaceError

CURRENT = "CURRENT"
PREVIOUS = "PREVIOUS"
ARRIVING = "ARRIVING"
"""Names the folder that is being swapped in, so that one which a kill left before CURRENT named it can be told from an old one."""


@dataclass(frozen=True)
class Generations:
    """The folders of one kind in a workspace, of which at most one is current."""

    folder: Path
    staging: Path

    @property
    def current(self) -> Path | None:
        """The folder in use, or None before the first. Raises WorkspaceError where CURRENT names a folder that is
        gone."""
        return self._named_in(CURRENT)

    @property
    def all(self) -> tuple[Path, ...]:
        """Every finished folder, in the order of their names."""
        if not self.folder.is_dir():
            return ()
        return tuple(sorted(path for path in self.folder.iterdir() if path.is_dir()))

    def get(self, name: str) -> Path:
        """The finished folder of that name. Raises WorkspaceError where there is none."""
        path = self.folder / name
        if path.parent != self.folder or not path.is_dir():
            known = ", ".join(sorted(folder.name for folder in self.all)) or "none yet"
            raise WorkspaceError(f"{self.folder} holds no {name!r}; it holds: {known}.")
        return path

    def new_generation(self) -> Path:
        """A fresh folder to write the next one in. It is invisible to readers, and swept if this process dies."""
        self.staging.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=f"{self.folder.name}-", dir=self.staging))

    def next_name(self) -> str:
        """A name that sorts behind every one so far: 000001, 000002, …"""
        numbers = [int(path.name) for path in self.all if path.name.isdecimal()]
        return f"{max(numbers, default=0) + 1:06d}"

    def swap_in(self, written: Path, *, name: str | None = None) -> Path:
        """Make a folder from `new_generation` the current one, under `name` (default: the next number); returns its
        final path.

        The folder goes to its place first and the line in CURRENT follows. Dying between the two leaves a finished
        folder that nobody reads, which `remove_interrupted` takes away. Raises WorkspaceError where the name is taken:
        a finished folder is never changed.
        """
        before = _first_line(self.folder / CURRENT)
        final = self.set_beside(written, name=name)
        if before:
            write_atomically(self.folder / PREVIOUS, f"{before}\n", staging=self.staging)
        write_atomically(self.folder / CURRENT, f"{final.name}\n", staging=self.staging)
        (self.folder / ARRIVING).unlink(missing_ok=True)
        return final

    def set_beside(self, written: Path, *, name: str | None = None) -> Path:
        """The first half of `swap_in`: the finished folder is in its place, and not in use until CURRENT names it."""
        name = name or self.next_name()
        final = self.folder / name
        if final.exists():
            raise WorkspaceError(f"{final} exists already, and what is finished is never changed; choose another name.")
        write_atomically(self.folder / ARRIVING, f"{name}\n", staging=self.staging)
        move_into_place(written, final)
        return final

    def remove_interrupted(self) -> None:
        """Remove the folder whose `swap_in` was killed before CURRENT named it. Call it holding the workspace's lock."""
        name = _first_line(self.folder / ARRIVING)
        if name is None:
            return
        if name != _first_line(self.folder / CURRENT):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        (self.folder / ARRIVING).unlink(missing_ok=True)

    def sweep(self) -> tuple[Path, ...]:
        """Remove every finished folder but the current one and the one before it, which a reader may still have open.

        For the warehouse, which can be made again. Editions are kept.
        """
        kept = {_first_line(self.folder / CURRENT), _first_line(self.folder / PREVIOUS)}
        old = tuple(path for path in self.all if path.name not in kept)
        for path in old:
            shutil.rmtree(path, ignore_errors=True)
        return old

    def _named_in(self, pointer: str) -> Path | None:
        name = _first_line(self.folder / pointer)
        if name is None:
            return None
        path = self.folder / name
        if not path.is_dir():
            raise WorkspaceError(f"{self.folder / pointer} names {name!r}, which is gone; build again.")
        return path


def _first_line(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None
