"""Writing so that a reader, or whoever comes after a crash, sees the old or the new and never a mixture.

Everything that becomes visible in a workspace becomes so by one rename, and every rename goes through `rename`. A
crash test replaces that one function in a child process to die before and after each of them.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def rename(source: Path, target: Path) -> None:
    """The one call that makes something visible. Nothing else in the engine renames or replaces."""
    os.replace(source, target)


def move_into_place(source: Path, target: Path, *, durable: bool = True) -> None:
    """Rename a finished file or folder to where it belongs, making the parent folder if there is none.

    A file replaces a file of that name; a folder must not exist yet. With `durable`, the new name survives a power
    cut once this returns; the contents do so only if they were synchronised first (`sync_file`).
    """
    _make_folder(target.parent)
    rename(source, target)
    if durable:
        sync_folder(target.parent)


def write_atomically(path: Path, data: bytes | str, *, staging: Path | None = None) -> None:
    """Write a whole file, replacing one of that name at once.

    `staging` is a folder on the same disk for the unfinished file (a workspace's `.staging`, which is swept); without
    one it lies beside `path`.
    """
    content = data.encode("utf-8") if isinstance(data, str) else data
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = (staging or path.parent) / f".{path.name}.{os.getpid()}.unfinished"
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    with unfinished.open("wb") as file:
        file.write(content)
        sync_file(file.fileno())
    move_into_place(unfinished, path)


def _make_folder(folder: Path) -> None:
    """To look first takes half of the time of being refused, and a nation's folders are there for most of its 10,000 files."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)


def sync_file(descriptor: int) -> None:
    """Have the disk hold what was written to an open file. A killed process loses nothing without it; a power cut
    would."""
    os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Have the disk hold a folder's names. Windows cannot open a folder and keeps its names in a journal instead."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def link_or_copy(source: Path, target: Path) -> None:
    """Give a finished file a second name: a hard link, or a copy where the disk knows none (FAT, some network shares).

    Files shared this way must never be written in place.
    """
    _make_folder(target.parent)
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
