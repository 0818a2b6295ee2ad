"""A partnership's folder: its layout, one writer at a time, and changes that happen at once or not at all."""

from safeground.engine.workspace.atomic import link_or_copy, move_into_place, sync_file, sync_folder, write_atomically
from safeground.engine.workspace.errors import NotEnoughMemory, WorkspaceBusy, WorkspaceError
from safeground.engine.workspace.generations import Generations
from safeground.engine.workspace.hashing import hash_file
from safeground.engine.workspace.memory import get_memory_limit
from safeground.engine.workspace.progress import Progress, no_progress
from safeground.engine.workspace.removal import Removal
from safeground.engine.workspace.workspace import Workspace, init_workspace, open_workspace

__all__ = [
    "Generations",
    "NotEnoughMemory",
    "Progress",
    "Removal",
    "Workspace",
    "WorkspaceBusy",
    "WorkspaceError",
    "get_memory_limit",
    "hash_file",
    "init_workspace",
    "link_or_copy",
    "move_into_place",
    "no_progress",
    "open_workspace",
    "sync_file",
    "sync_folder",
    "write_atomically",
]
