"""Killed before or after any rename, a workspace shows the old generation or the new one, and the next writer starts clean."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from crashes import make_script

from safeground.engine.workspace import init_workspace

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
@pytest.mark.parametrize("die_at", [1, 2, 3])
def test_a_swap_killed_at_a_rename_leaves_a_whole_generation(tmp_path, die_at, when):
    workspace = init_workspace(tmp_path / "w", partnership="essex")
    with workspace.exclusive():
        written = workspace.warehouse.new_generation()
        (written / "events").write_text("old")
        workspace.warehouse.swap_in(written)

    killed = _swap(workspace.root, die_at, when)
    assert killed.returncode == -signal.SIGKILL
    assert (workspace.warehouse.current / "events").read_text() == ("new" if (die_at, when) == (3, "after") else "old")

    finished = _swap(workspace.root, 0, "never")
    assert finished.returncode == 0 and finished.stdout.strip() == "3", "a swap has three renames; kill at every one"
    assert (workspace.warehouse.current / "events").read_text() == "new"
    assert len(workspace.warehouse.all) <= 2
    assert list(workspace.staging.iterdir()) == []
