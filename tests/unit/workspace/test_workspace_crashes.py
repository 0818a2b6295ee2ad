"""Killed before or after any rename, a workspace shows the old generation or the new one, and the next writer starts clean."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from crashes import make_script

from safeground.engine.workspace import Generations, init_workspace

SWAPPER = make_script("""
    from pathlib import Path
    from safeground.engine.workspace import open_workspace

    workspace = open_workspace(Path(sys.argv[1]))
    with workspace.exclusive():
        written = workspace.warehouse.new_generation()
        (written / "events").write_text("new")
        workspace.warehouse.swap_in(written)
        workspace.warehouse.sweep()
    print(calls)
""")


def _swap(root: Path, die_at: int, when: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", SWAPPER, str(root), str(die_at), when]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("die_at", [1, 2, 3, 4])
def test_a_swap_killed_at_a_rename_leaves_a_whole_generation(tmp_path, die_at, when):
    workspace = init_workspace(tmp_path / "w", partnership="essex")
    with workspace.exclusive():
        written = workspace.warehouse.new_generation()
        (written / "events").write_text("old")
        workspace.warehouse.swap_in(written)

    killed = _swap(workspace.root, die_at, when)
    assert killed.returncode == -signal.SIGKILL
    assert (workspace.warehouse.current / "events").read_text() == ("new" if (die_at, when) == (4, "after") else "old")

    finished = _swap(workspace.root, 0, "never")
    assert finished.returncode == 0 and finished.stdout.strip() == "4", "a swap has four renames; kill at every one"
    assert (workspace.warehouse.current / "events").read_text() == "new"
    assert len(workspace.warehouse.all) <= 2
    assert list(workspace.staging.iterdir()) == []


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("die_at", [1, 2, 3])
def test_a_folder_that_was_never_in_use_is_gone_at_the_next_start_and_older_ones_stay(tmp_path, die_at, when):
    """As editions need it, of which every one that was in use is kept."""
    workspace = init_workspace(tmp_path / "w", partnership="essex")
    for _ in range(3):
        with workspace.exclusive():
            workspace.warehouse.swap_in(workspace.warehouse.new_generation())
    _swap(workspace.root, die_at, when)
    with workspace.exclusive():
        pass
    assert [path.name for path in workspace.warehouse.all] == ["000001", "000002", "000003"]


def test_an_edition_that_never_came_into_use_is_gone_at_the_next_start(tmp_path):
    """A kill leaves the folder in place, named in ARRIVING, and CURRENT as it was."""
    workspace = init_workspace(tmp_path / "w", partnership="essex")
    editions = Generations(workspace.editions.folder / "public", workspace.staging)
    with workspace.exclusive():
        editions.swap_in(editions.new_generation(), name="2025-05-old")
        editions.swap_in(editions.new_generation(), name="2025-06-new")
    (editions.folder / "2025-07-orphan").mkdir()
    (editions.folder / "ARRIVING").write_text("2025-07-orphan\n")
    with workspace.exclusive():
        pass
    assert [path.name for path in editions.all] == ["2025-05-old", "2025-06-new"]
    assert editions.current.name == "2025-06-new" and not (editions.folder / "ARRIVING").exists()
