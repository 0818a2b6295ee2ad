"""Whoever pulls the plug while a personal file lands finds nobody named in the workspace, not in what is unfinished either."""

from __future__ import annotations

import datetime
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from crashes import make_script
from sharing import as_csv, make_agreement, make_agreements, make_feeds, make_keys

from safeground.engine.feeds import get_deliveries, land_files
from safeground.engine.workspace import init_workspace

SENTINEL = "NAMELESS"

LANDER = make_script("""
    import datetime
    from pathlib import Path
    sys.path.insert(0, {tests!r})
    from sharing import make_agreement, make_agreements, make_feeds
    from safeground.engine.feeds import land_files
    from safeground.engine.workspace import open_workspace

    agreed = make_agreements(make_agreement())
    feeds = make_feeds()
    print("ready", flush=True)
    land_files(open_workspace(Path(sys.argv[1])), feeds, [Path(sys.argv[2])], agreements=agreed, today=datetime.date(2025, 6, 30))
""").replace("{tests!r}", repr(str(Path(__file__).resolve().parents[2])))


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SAFEGROUND_KEYS", str(make_keys(tmp_path / "keys")))
    return init_workspace(tmp_path / "w", partnership="wrenshire")


def write_months(folder: Path, *, months: int, rows: int) -> Path:
    folder.mkdir()
    for month in range(1, months + 1):
        period = f"2025-{month:02d}"
        content = as_csv([f"{SENTINEL}/{row}", period, "E01000001", "assault", ""] for row in range(rows))
        spoilt = f'{SENTINEL},{period},"{SENTINEL},assault,\n{SENTINEL},{period},,assault,,{SENTINEL}\n'
        (folder / f"{period}.csv").write_text(content + spoilt)
    return folder


def expect_nobody_named(workspace) -> None:
    for path in workspace.root.rglob("*"):
        assert not path.is_file() or SENTINEL.encode() not in path.read_bytes(), path


def start(workspace, sent: Path, die_at: int, when: str) -> list[str]:
    return [sys.executable, "-c", LANDER, str(workspace.root), str(sent), str(die_at), when]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("die_at", [1, 2])
def test_killed_at_a_rename_nobody_is_named(tmp_path, workspace, die_at, when):
    sent = write_months(tmp_path / "sent", months=2, rows=50)
    killed = subprocess.run(start(workspace, sent, die_at, when), capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert len(get_deliveries(workspace)) == (die_at if when == "after" else die_at - 1)
    expect_nobody_named(workspace)


def test_killed_at_any_instant_nobody_is_named_and_landing_again_completes_it(tmp_path, workspace):
    sent = write_months(tmp_path / "sent", months=4, rows=8_000)
    rng = random.Random(20250630)
    for _ in range(5):
        with subprocess.Popen(start(workspace, sent, 0, "never"), stdout=subprocess.PIPE) as child:
            child.stdout.readline()
            time.sleep(rng.uniform(0, 0.6))
            child.kill()
        expect_nobody_named(workspace)
    agreed = make_agreements(make_agreement())
    land_files(workspace, make_feeds(), [sent], agreements=agreed, today=datetime.date(2025, 6, 30))
    assert [delivery.records for delivery in get_deliveries(workspace)] == [8_002] * 4
    assert not list(workspace.staging.iterdir())
    expect_nobody_named(workspace)
