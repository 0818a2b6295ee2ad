"""Removing for good, so that a kill at any instant leaves either nothing removed or a removal that is completed next time.

The order is what makes it safe. A journal that says all that is to go, and what is to be written of it, comes into being by one
rename: before that nothing has happened, after it everything does, if need be by the next process that opens the workspace. Each step
may be done twice. What is written of a removal is written last, so that it is never said before it is true.
"""

from __future__ import annotations

import datetime
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safeground.engine.workspace.atomic import move_into_place, sync_folder, write_atomically
from safeground.engine.workspace.errors import WorkspaceError
from safeground.engine.workspace.generations import ARRIVING, CURRENT

JOURNAL = "REMOVING"
"""In the workspace's root while a removal is under way."""
COMPLETED = "completed_at"


@dataclass(frozen=True)
class Removal:
    """What is to be removed. Every path is relative to the workspace, with forward slashes."""

    paths: tuple[str, ...]
    """Files and whole folders. Those that are gone already are passed over."""
    records: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """JSON files to be written once all is gone, in this order; each is given `completed_at`. One that exists is kept as it is."""
    marks: Mapping[str, str] = field(default_factory=dict)
    """Text files to be written before anything goes."""
    generation: str | None = None
    """The generation of the warehouse to take into use first, since the one in use is among `paths`."""


def write_journal(root: Path, removal: Removal, *, staging: Path) -> None:
    """The instant from which a removal will be completed, whoever is killed."""
    write_atomically(root / JOURNAL, json.dumps(vars(removal), indent=1, ensure_ascii=False) + "\n", staging=staging)


def read_journal(root: Path) -> Removal | None:
    """The removal under way. Raises WorkspaceError where its journal cannot be read, which no kill brings about."""
    path = root / JOURNAL
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return Removal(tuple(raw["paths"]), raw["records"], raw["marks"], raw["generation"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        raise WorkspaceError(
            f"{path} cannot be read, so that nobody knows what was being destroyed; restore it, or ask who ran it."
        ) from None


def complete_removal(root: Path, *, staging: Path) -> None:
    """Do whatever of a removal under way is not done; nothing where there is none. Call it holding the workspace's lock.

    Raises WorkspaceError where something cannot be removed; the removal then stays under way.
    """
    removal = read_journal(root)
    if removal is None:
        return
    if removal.generation is not None:
        write_atomically(root / "warehouse" / CURRENT, f"{removal.generation}\n", staging=staging)
        (root / "warehouse" / ARRIVING).unlink(missing_ok=True)
    for name, text in removal.marks.items():
        write_atomically(root / name, text, staging=staging)
    for number, name in enumerate(removal.paths):
        _remove(root / name, staging / f"removed-{number}", root=root)
    _remove_for_good(staging, root=root)
    completed = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    for name, content in removal.records.items():
        if not (root / name).exists():
            text = json.dumps({**content, COMPLETED: completed}, indent=1, ensure_ascii=False) + "\n"
            write_atomically(root / name, text)
    (root / JOURNAL).unlink(missing_ok=True)
    sync_folder(root)


def _remove(path: Path, aside: Path, *, root: Path) -> None:
    """Take a file or folder away. It goes aside by one rename first, so that whoever reads meanwhile sees all of it or nothing."""
    if not path.exists():
        return
    aside.parent.mkdir(exist_ok=True)
    _remove_for_good(aside, root=root)
    try:
        move_into_place(path, aside)
    except OSError as error:
        raise _cannot(path, error) from None
    sync_folder(path.parent)
    _remove_for_good(aside, root=root)
    _remove_empty_folders(path.parent, above=root)


def _remove_for_good(path: Path, *, root: Path) -> None:
    try:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise _cannot(path, error) from None


def _cannot(path: Path, error: OSError) -> WorkspaceError:
    return WorkspaceError(
        f"{path} is to be destroyed and cannot be removed ({error.strerror or error}); close whatever has it open and run any "
        "command on the workspace: the destruction then goes on."
    )


def _remove_empty_folders(folder: Path, *, above: Path) -> None:
    """Of a partner or period of which nothing is left, no folder stays. The first level stays."""
    while folder.parent != above and above in folder.parents and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
