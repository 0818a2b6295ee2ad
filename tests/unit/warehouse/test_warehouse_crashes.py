"""Killed at any instant, conforming leaves the old generation or the new one, whole; and the next run completes it."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time

import pytest
from crashes import make_script

from safeground.engine.warehouse import get_generation, open_warehouse

VIOLENCE = "Violence and sexual offences"

CONFORMER = make_script("""
    from pathlib import Path
    from safeground.engine.catalogue import load_feeds
    from safeground.engine.feeds import get_check_report, get_live_deliveries
    from safeground.engine.warehouse import conform_deliveries
    from safeground.engine.workspace import open_workspace

    workspace, feeds = open_workspace(Path(sys.argv[1])), load_feeds()
    live = get_live_deliveries(workspace)
    reports = [get_check_report(workspace, delivery.id) for delivery in live]
    print("ready", flush=True)
    conform_deliveries(workspace, feeds, live, reports)
    print(calls, flush=True)
""")


@pytest.fixture
def grown(bench):
    """A warehouse of one month, and more landed and checked since."""
    bench.send_lookup()
    bench.send_month("2024-01", make_rows("2024-01"))
    bench.conform()
    for month in MONTHS[1:]:
        bench.send_month(month, make_rows(month))
    bench.check()
    return bench


MONTHS = ("2024-01", "2024-02", "2024-03", "2024-04")


def make_rows(month: str) -> list[tuple[str, str, str]]:
    return [(f"{month} {number}", f"E0199000{number % 4 + 1}", VIOLENCE) for number in range(200)]


def start(bench, die_at: int = 0, when: str = "never") -> subprocess.Popen:
    command = [sys.executable, "-c", CONFORMER, str(bench.workspace.root), str(die_at), when]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def expect_whole(bench) -> int:
    """The warehouse in use has all its files, and its events are those of whole months; returns how many months."""
    generation = get_generation(bench.workspace)
    for path in generation.keys:
        assert (generation.folder / path).is_file()
    with open_warehouse(bench.workspace) as warehouse:
        months = len(warehouse.coverage("police_uk_street")["wrenshire"])
        assert warehouse.table("events").count().to_pyarrow().as_py() == 200 * months
        assert warehouse.table("event_counts").events.sum().to_pyarrow().as_py() == 200 * months
    return months


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("die_at", [1, 2, 3, 4])
def test_killed_at_a_rename(grown, die_at, when):
    killed = start(grown, die_at, when)
    killed.communicate(timeout=120)
    assert killed.returncode == -signal.SIGKILL
    assert expect_whole(grown) == (4 if (die_at, when) == (4, "after") else 1)
    grown.conform()
    assert expect_whole(grown) == 4
    assert len(grown.workspace.warehouse.all) <= 2


def test_there_are_four_renames_and_no_more(grown):
    finished, _ = start(grown).communicate(timeout=120)
    assert finished.split() == ["ready", "4"]
    assert expect_whole(grown) == 4


@pytest.mark.slow
def test_killed_at_random_instants(grown):
    rng = random.Random(20241122)
    for _ in range(10):
        killed = start(grown)
        assert killed.stdout.readline() == "ready\n"
        time.sleep(rng.uniform(0, 0.25))
        killed.kill()
        killed.communicate(timeout=120)
        assert expect_whole(grown) in (1, 4)
    grown.conform()
    assert expect_whole(grown) == 4
