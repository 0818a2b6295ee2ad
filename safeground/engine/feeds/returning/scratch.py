"""The folder in which one file is checked: gone afterwards, and swept by the next check where this one was killed.

It holds the file as it was sent, persons' names and numbers too, so that it must not outlive its use. No process can clean up after being
killed, so each begins by sweeping what the ones before it left: the system's lock tells which are still at work.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from safeground.engine.workspace import Workspace, WorkspaceBusy, WorkspaceError, init_workspace, open_workspace

PREFIX = "safeground-check-"
_JUST_MADE_S = 60
"""A folder younger than this may belong to a process that has not locked it yet."""


@contextmanager
def scratch_workspace() -> Iterator[Workspace]:
    """An empty workspace in the system's folder for temporary files, held for as long as it is used, and then removed."""
    sweep_scratch()
    with tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as folder:
        workspace = init_workspace(_workspace_in(Path(folder)), partnership="nobody")
        with workspace.exclusive():
            yield workspace


def sweep_scratch() -> None:
    """Remove the folders of checks that were killed, our own user's alone."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            if _is_ours(folder) and time.time() - folder.lstat().st_mtime > _JUST_MADE_S and not _is_in_use(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    is_our_users = os.name != "posix" or folder.lstat().st_uid == os.getuid()
    return is_our_users and folder.is_dir() and not folder.is_symlink()


def _is_in_use(folder: Path) -> bool:
    try:
        with open_workspace(_workspace_in(folder)).exclusive():
            return False
    except WorkspaceBusy:
        return True
    except WorkspaceError:  # killed before it was a workspace
        return False


def _workspace_in(folder: Path) -> Path:
    return folder / "workspace"
