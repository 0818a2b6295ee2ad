"""Landing killed before or after any rename leaves whole deliveries only, and landing again completes it."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from crashes import make_script

from safeground.engine.catalogue import definitions_folder, load_feeds
from safeground.engine.feeds import get_deliveries, land_files
from safeground.engine.workspace import hash_file, init_workspace

STREET = (definitions_folder() / "national" / "feeds" / "police_uk_street" / "example.csv").read_bytes()
FEEDS = load_feeds()

LANDER = make_script("""
    from pathlib import Path
    from safeground.engine.catalogue import load_feeds
    from safeground.engine.feeds import land_files
    from safeground.engine.workspace import open_workspace

    feeds = load_feeds()
    print("ready", flush=True)
    land_files(open_workspace(Path(sys.argv[1])), feeds, [Path(sys.argv[2])])
""")


def _sent(folder: Path, months: int, repeat: int = 1) -> dict[str, bytes]:
    folder.mkdir()
    header, rows = STREET.split(b"\n", 1)
    sent = {}
    for month in range(1, months + 1):
        content = header + b"\n" + rows.replace(b"2024-01", f"2024-{month:02d}".encode()) * repeat
        sent[f"2024-{month:02d}"] = content
        (folder / f"2024-{month:02d}-wrenshire-street.csv").write_bytes(content)
    return sent


def _expect_whole_deliveries(workspace, sent: dict[str, bytes]) -> int:
    """Every delivery that is there is complete and true; returns how many there are."""
    deliveries = get_deliveries(workspace)
    for delivery in deliveries:
        assert delivery.path.read_bytes() == sent[delivery.period]
        assert hash_file(delivery.path) == delivery.sha256
    assert [delivery.sequence for delivery in deliveries] == list(range(1, len(deliveries) + 1))
    return len(deliveries)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("die_at", [1, 2, 3])
def test_landing_killed_at_a_rename(tmp_path, die_at, when):
    workspace = init_workspace(tmp_path / "w", partnership="wrenshire")
    sent = _sent(tmp_path / "sent", months=3)
    command = [sys.executable, "-c", LANDER, str(workspace.root), str(tmp_path / "sent"), str(die_at), when]
    killed = subprocess.run(command, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert _expect_whole_deliveries(workspace, sent) == (die_at if when == "after" else die_at - 1)
    report = land_files(workspace, FEEDS, [tmp_path / "sent"])
    assert report.refused == ()
    assert _expect_whole_deliveries(workspace, sent) == 3
    assert list(workspace.staging.iterdir()) == []


def test_landing_killed_at_any_instant(tmp_path):
    workspace = init_workspace(tmp_path / "w", partnership="wrenshire")
    sent = _sent(tmp_path / "sent", months=12, repeat=500)
    rng = random.Random(20240101)
    for _ in range(4):
        command = [sys.executable, "-c", LANDER, str(workspace.root), str(tmp_path / "sent"), "0", "never"]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
            child.stdout.readline()
            time.sleep(rng.uniform(0, 0.25))
            child.kill()
        _expect_whole_deliveries(workspace, sent)
    land_files(workspace, FEEDS, [tmp_path / "sent"])
    assert _expect_whole_deliveries(workspace, sent) == 12
