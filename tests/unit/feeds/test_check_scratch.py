"""A check that was killed leaves nothing for long: the next one sweeps it, and leaves alone what is in use or another's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

import safeground
from safeground.engine.catalogue import definitions_folder, load_feeds
from safeground.engine.feeds import check_file
from safeground.engine.feeds.returning.scratch import scratch_workspace, sweep_scratch

VICTIMS = definitions_folder() / "national" / "feeds" / "recorded_crime" / "example_victims.csv"
HOLDING = """
import sys, time
from safeground.engine.feeds.returning.scratch import scratch_workspace
with scratch_workspace() as workspace:
    (workspace.root / "names.csv").write_text("Zebedee Quill")
    print(workspace.root.parent, flush=True)
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def make_older(folder: Path) -> None:
    hour_ago = time.time() - 3600
    os.utime(folder, (hour_ago, hour_ago))


@pytest.mark.skipif(os.name != "posix", reason="a process is killed by a signal")
def test_what_a_killed_check_left_is_swept_by_the_next(temporary):
    environment = {**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": str(Path(safeground.__file__).parents[1])}
    with subprocess.Popen([sys.executable, "-c", HOLDING], stdout=subprocess.PIPE, text=True, env=environment) as child:
        left = Path(child.stdout.readline().strip())
        make_older(left)
        sweep_scratch()
        assert (left / "workspace" / "names.csv").exists(), "a check that is still at work was swept"
        child.send_signal(signal.SIGKILL)
    assert left.exists()
    check_file(VICTIMS, load_feeds())
    assert list(temporary.iterdir()) == []


def test_a_folder_just_made_and_anything_else_stay(temporary):
    young, other = temporary / "safeground-check-young", temporary / "holiday-pictures"
    young.mkdir()
    other.mkdir()
    make_older(other)
    link = temporary / "safeground-check-link"
    link.symlink_to(other)
    sweep_scratch()
    assert young.exists() and other.exists() and link.is_symlink()
    make_older(young)
    sweep_scratch()
    assert not young.exists() and other.exists()


def test_a_check_that_fails_leaves_nothing(temporary):
    with pytest.raises(RuntimeError), scratch_workspace():
        raise RuntimeError
    assert list(temporary.iterdir()) == []
