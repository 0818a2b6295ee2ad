"""A workspace: the folder in which one partnership's data lie, and its layout."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import yaml

from safeground.engine.workspace.atomic import write_atomically
from safeground.engine.workspace.errors import WorkspaceBusy, WorkspaceError
from safeground.engine.workspace.generations import Generations
from safeground.engine.workspace.lock import hold_lock
from safeground.engine.workspace.removal import JOURNAL, Removal, complete_removal, write_journal

SCHEMA = 1
MARKER = "workspace.yaml"


@dataclass(frozen=True)
class Workspace:
    """A folder with a `workspace.yaml`. Made by `init_workspace`, found by `open_workspace`."""

    root: Path
    partnership: str

    @property
    def landed(self) -> Path:
        return self.root / "landed"

    @property
    def checked(self) -> Path:
        return self.root / "checked"

    @property
    def quarantine(self) -> Path:
        return self.root / "quarantine"

    @property
    def wording(self) -> Path:
        """What the analyst writes into chapters, a file a chapter. Not there before the first is written."""
        return self.root / "wording"

    @property
    def certificates(self) -> Path:
        """What is kept of deliveries that were destroyed."""
        return self.root / "certificates"

    @property
    def staging(self) -> Path:
        """Where everything unfinished is written; on the same disk, so that a rename finishes it."""
        return self.root / ".staging"

    @property
    def warehouse(self) -> Generations:
        return Generations(self.root / "warehouse", self.staging)

    @property
    def editions(self) -> Generations:
        return Generations(self.root / "editions", self.staging)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Be the only writer. May be nested. Raises WorkspaceBusy at once where another process writes.

        On taking it, a removal that an earlier writer began is completed, and whatever else it left unfinished is swept away.
        """
        with hold_lock(self.root / ".lock") as is_outermost:
            if is_outermost:
                complete_removal(self.root, staging=self.staging)
                shutil.rmtree(self.staging, ignore_errors=True)
                for generations in (self.warehouse, *self._editions_by_audience()):
                    generations.remove_interrupted()
            self.staging.mkdir(exist_ok=True)
            yield

    def _editions_by_audience(self) -> Iterator[Generations]:
        folder = self.editions.folder
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.is_dir():
                yield Generations(path, self.staging)

    def remove(self, removal: Removal) -> None:
        """Remove for good, in full even if this process is killed: the next one to open the workspace completes it. Call it while
        holding `exclusive`. Raises WorkspaceError where something cannot be removed yet."""
        write_journal(self.root, removal, staging=self.staging)
        complete_removal(self.root, staging=self.staging)
        self.staging.mkdir(exist_ok=True)

    def stage_folder(self, prefix: str = "") -> Path:
        """A fresh folder for something unfinished. Call it while holding `exclusive`."""
        self.staging.mkdir(exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=prefix, dir=self.staging))

    def write_atomically(self, path: Path, data: bytes | str) -> None:
        """Write a whole file of the workspace, replacing one of that name at once."""
        write_atomically(path, data, staging=self.staging)


def init_workspace(root: Path, *, partnership: str) -> Workspace:
    """Make an empty workspace for a partnership, in a folder that is empty or not there yet.

    On a workspace of the same partnership it changes nothing. Raises WorkspaceError for a folder that holds anything
    else.
    """
    if (root / MARKER).exists():
        workspace = open_workspace(root)
        if workspace.partnership != partnership:
            raise WorkspaceError(
                f"{root} is already the workspace of {workspace.partnership!r}; choose another folder for {partnership!r}."
            )
        return workspace
    if root.exists() and not root.is_dir():
        raise WorkspaceError(f"{root} is a file; choose a folder for the workspace.")
    if root.is_dir() and any(root.iterdir()):
        raise WorkspaceError(f"{root} is not empty; choose a new or empty folder for the workspace.")
    marker = yaml.safe_dump({"schema": SCHEMA, "partnership": partnership}, sort_keys=False)
    write_atomically(root / MARKER, marker)
    return Workspace(root, partnership)


def open_workspace(root: Path) -> Workspace:
    """The workspace in a folder; a removal that was interrupted in it is completed first.

    Raises WorkspaceError, in a sentence, where the folder is none or is of a later version.
    """
    marker = root / MARKER
    if not marker.is_file():
        what = "is not a workspace" if root.exists() else "does not exist"
        raise WorkspaceError(f"{root} {what}; make one with: safeground init {root} --partnership NAME")
    try:
        content = yaml.safe_load(marker.read_text(encoding="utf-8"))
        schema, partnership = content["schema"], content["partnership"]
    except (yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError):
        raise WorkspaceError(f"{marker} cannot be read; it should give a schema and a partnership.") from None
    if schema != SCHEMA:
        raise WorkspaceError(
            f"{root} was made by another version of Safeground (schema {schema}); this one reads {SCHEMA}."
        )
    workspace = Workspace(root, str(partnership))
    if (root / JOURNAL).exists():
        # Whoever else holds the workspace has completed it already, or is about to.
        with suppress(WorkspaceBusy), workspace.exclusive():
            pass
    return workspace
