"""One reading for the check and for the warehouse: what the check keeps is what conforming would make, and of anything else it keeps
nothing."""

from __future__ import annotations

import datetime
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from crashes import make_script
from sharing import as_csv, make_agreement, make_agreements, make_feeds, make_keys

from safeground.engine.build.checking import check_for_warehouse
from safeground.engine.build.destroying import destroy_deliveries
from safeground.engine.feeds import check_deliveries, get_live_deliveries, land_files, make_at_rest_key
from safeground.engine.feeds.checking import plain
from safeground.engine.warehouse import PartKeeper, conform_deliveries, get_generation, plain_events
from safeground.engine.workspace import Workspace, open_workspace

VIOLENCE, BURGLARY, ASB = "Violence and sexual offences", "Burglary", "Anti-social behaviour"
ROWS = [("a", "E01990001", VIOLENCE), ("b", "E01990002", BURGLARY), ("", "E01990003", ASB), ("c", "", VIOLENCE)]
OUTCOMES = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Outcome type\n"
    + "".join(
        f"{number:064x},2024-01,Wrenshire Police,Wrenshire Police,-1.2,52.1,On or near Mill Lane,E0199000{number},Old {number},"
        "Investigation complete; no suspect identified\n"
        for number in (1, 2, 3)
    )
)


def check(bench, workspace: Workspace | None = None) -> tuple:
    """As `land` and `build` check what is large enough to be worth it."""
    workspace = workspace or bench.workspace
    return check_for_warehouse(workspace, bench.feeds, get_live_deliveries(workspace), worth_keeping=0)


def conform(bench, reports) -> None:
    conform_deliveries(bench.workspace, bench.feeds, get_live_deliveries(bench.workspace), reports)


def kept(workspace: Workspace) -> list[Path]:
    return sorted(workspace.checked.rglob("kept-*"))


def staged(workspace: Workspace) -> list[Path]:
    return [path for path in workspace.staging.rglob("*") if path.is_file()]


def parts(workspace: Workspace) -> dict[str, bytes]:
    """Every file of the warehouse in use."""
    generation = get_generation(workspace)
    return {name: (generation.folder / name).read_bytes() for name in generation.keys}


def parts_made_in_two_readings(bench, tmp_path: Path) -> dict[str, bytes]:
    """What the warehouse is where each file is read for its check and then again."""
    root = Path(shutil.copytree(bench.workspace.root, tmp_path / "twice"))
    shutil.rmtree(root / "checked", ignore_errors=True)
    shutil.rmtree(root / "warehouse", ignore_errors=True)
    workspace = open_workspace(root)
    live = get_live_deliveries(workspace)
    conform_deliveries(workspace, bench.feeds, live, check_deliveries(workspace, bench.feeds, live))
    assert kept(workspace) == []
    return parts(workspace)


def forbid_reading_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def read_again(*_: object) -> None:
        raise AssertionError("the warehouse reads a landed file again")

    monkeypatch.setattr(plain_events, "read_plain", read_again)


def test_one_reading_gives_the_warehouse_of_two_byte_for_byte(bench, tmp_path, monkeypatch):
    bench.send_lookup()
    bench.send_month("2024-01", ROWS)
    bench.send_month("2024-02", ROWS, change=lambda text: "\ufeff" + text.replace("\n", "\r\n").replace(",", ";"))
    bench.send_month(
        "2024-03", ROWS, change=lambda text: text.replace("Context\n", "Context,Remark\n").replace(",\n", ",,\n")
    )
    bench.send("2024-01-wrenshire-outcomes.csv", OUTCOMES)
    reports = check(bench)
    assert len(kept(bench.workspace)) == 4 and staged(bench.workspace) == []
    expected = parts_made_in_two_readings(bench, tmp_path)
    forbid_reading_again(monkeypatch)
    conform(bench, reports)
    assert parts(bench.workspace) == expected
    assert {name.split("/")[0] for name in expected} >= {"events", "outcomes", "event_counts"}
    assert kept(bench.workspace) == [], "what the warehouse has taken over lies in checked/ still"


def test_a_file_of_several_chunks_is_kept_whole(bench, tmp_path, monkeypatch):
    monkeypatch.setattr(plain, "BLOCK", 4096)
    bench.send_month("2024-01", [(f"{number}", "E01990001", VIOLENCE) for number in range(200)])
    reports = check(bench)
    (path,) = kept(bench.workspace)
    assert pq.ParquetFile(path).num_row_groups > 2
    expected = parts_made_in_two_readings(bench, tmp_path)
    forbid_reading_again(monkeypatch)
    conform(bench, reports)
    assert parts(bench.workspace) == expected
    assert sorted(row for (row,) in bench.rows("events", "row")) == list(range(1, 201))


@pytest.mark.parametrize(
    ("rows", "change"),
    [
        ([*ROWS, ("d", "E01990001", "Not a crime type")], str),
        ([*ROWS, ROWS[0]], str),
        (ROWS, lambda text: text.replace("E01990001", " E01990001 ")),
        (ROWS, lambda text: text.replace("On or near Mill Lane", '"On or near Mill, Lane"')),
        ([(name, "E01990001", "Not a crime type") for name in "abcd"], str),
    ],
    ids=["a row in quarantine", "a row twice", "padded codes", "quoted cells", "refused"],
)
def test_of_a_file_that_is_not_plain_and_sound_nothing_is_kept(bench, tmp_path, rows, change):
    bench.send_month("2024-01", rows, change=change)
    bench.send_month("2024-02", ROWS)
    reports = check(bench)
    assert [path.parts[-3] for path in kept(bench.workspace)] == ["2024-02"] and staged(bench.workspace) == []
    expected = parts_made_in_two_readings(bench, tmp_path)
    conform(bench, reports)
    assert parts(bench.workspace) == expected


def test_what_was_kept_before_a_lookup_landed_is_not_used(bench, tmp_path):
    bench.send_month("2024-01", ROWS)
    check(bench)
    assert len(kept(bench.workspace)) == 1
    bench.send_lookup()
    conform(bench, check(bench))
    assert bench.rows("events", "row", "area_vintage") == [(1, "lsoa21"), (2, "lsoa11"), (3, "lsoa21"), (4, None)]
    assert parts(bench.workspace) == parts_made_in_two_readings(bench, tmp_path)
    assert kept(bench.workspace) == []


@pytest.mark.parametrize("left", [0, 0.5, 1], ids=["none of it", "half of it", "noughts"])
def test_what_a_power_cut_took_is_read_again(bench, tmp_path, left):
    bench.send_month("2024-01", ROWS)
    reports = check(bench)
    (path,) = kept(bench.workspace)
    content = path.read_bytes()
    path.write_bytes(content[: int(left * len(content))] if left < 1 else bytes(len(content)))
    expected = parts_made_in_two_readings(bench, tmp_path)
    conform(bench, reports)
    assert parts(bench.workspace) == expected


def test_a_check_without_it_leaves_nothing_of_an_earlier_one(bench):
    bench.send_month("2024-01", ROWS)
    check(bench)
    (path,) = kept(bench.workspace)
    (path.parent / "check.json").unlink()
    bench.check()
    assert kept(bench.workspace) == []
    assert bench.conform().made == 2


def test_what_the_warehouse_holds_is_not_kept_again(bench):
    bench.send_month("2024-01", ROWS)
    conform(bench, check(bench))
    shutil.rmtree(bench.workspace.checked)
    check(bench)
    assert kept(bench.workspace) == []


def test_destroying_takes_what_was_kept_and_names_it(bench):
    bench.send_month("2024-01", ROWS)
    check(bench)
    (path,) = kept(bench.workspace)
    (delivery,) = get_live_deliveries(bench.workspace)
    report = destroy_deliveries(bench.workspace, [delivery.id], reason="The sender recalled it", by="Data lead")
    assert not path.exists()
    (certificate,) = report.destroyed
    assert path.relative_to(bench.workspace.root).as_posix() in [
        each["path"] for each in certificate.content["removed"]
    ]


def test_superseded_deliveries_leave_nothing_behind(bench):
    bench.send_month("2024-01", ROWS)
    check(bench)
    bench.send_month("2024-01", ROWS[:2])
    conform(bench, check(bench))
    assert len(bench.rows("events", "row")) == 2
    assert kept(bench.workspace) == []


@pytest.mark.parametrize("is_encrypted", [False, True], ids=["in clear", "encrypted"])
def test_nothing_is_kept_of_a_delivery_that_is_encrypted(bench, tmp_path, monkeypatch, is_encrypted):
    monkeypatch.setenv("SAFEGROUND_AT_REST_KEY", make_at_rest_key())
    bench.feeds = make_feeds()
    path = tmp_path / "cases.csv"
    path.write_text(as_csv([["WR/1", "2025-05", "E01990001", "assault", ""], ["WR/2", "2025-05", "", "robbery", ""]]))
    agreed = make_agreements(make_agreement(encrypt_at_rest=is_encrypted))
    landed = land_files(
        bench.workspace,
        bench.feeds,
        [path],
        agreements=agreed,
        keys=make_keys(tmp_path / "keys"),
        today=datetime.date(2025, 6, 30),
    )
    assert [each.is_encrypted for each in landed.landed] == [is_encrypted]
    reports = check(bench)
    assert len(kept(bench.workspace)) == (0 if is_encrypted else 1) and staged(bench.workspace) == []
    conform(bench, reports)
    assert bench.rows("events", "row", "offence") == [(1, "assault"), (2, "robbery")]


def test_a_keeper_is_asked_for_nothing_where_nothing_can_be_kept(bench):
    """A workbook, a refused file or a lookup that lands costs no look at the lookups."""
    keeper = PartKeeper(bench.workspace, bench.feeds)
    bench.send_lookup()
    check_deliveries(bench.workspace, bench.feeds, get_live_deliveries(bench.workspace), keeper=keeper)
    assert "_vintages" not in vars(keeper)


def test_of_a_new_month_nothing_is_kept_since_reading_the_lookups_would_take_longer(bench):
    bench.send_month("2024-01", ROWS)
    check_for_warehouse(bench.workspace, bench.feeds, get_live_deliveries(bench.workspace))
    assert kept(bench.workspace) == []


CHECKER = make_script("""
    from pathlib import Path
    from safeground.engine.build.checking import check_for_warehouse
    from safeground.engine.catalogue import load_feeds
    from safeground.engine.feeds import get_live_deliveries
    from safeground.engine.workspace import open_workspace

    workspace = open_workspace(Path(sys.argv[1]))
    check_for_warehouse(workspace, load_feeds(), get_live_deliveries(workspace), worth_keeping=0)
    print(calls, flush=True)
""")


@pytest.mark.parametrize(("die_at", "when"), [(3, "before"), (3, "after"), (4, "before"), (4, "after"), (9, "never")])
def test_killed_at_a_rename_a_check_leaves_nothing_that_is_taken_for_whole(bench, tmp_path, die_at, when):
    """Of each month four files come by a rename: counts, hashes, what is kept, and last the report."""
    bench.send_lookup()
    for month in ("2024-01", "2024-02"):
        bench.send_month(month, ROWS)
    check_deliveries(bench.workspace, bench.feeds, get_live_deliveries(bench.workspace, feed="area_lookup"))
    command = [sys.executable, "-c", CHECKER, str(bench.workspace.root), str(die_at), when]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    reported = len(list(bench.workspace.checked.glob("police_uk_street/*/*/*/check.json")))
    if when == "never":
        assert ended.stdout.strip() == "8", "four files of two months"
    else:
        assert ended.returncode == -signal.SIGKILL, ended.stderr
        assert reported == ((die_at, when) == (4, "after"))
    reports = check(bench)
    assert len(kept(bench.workspace)) == 2 and staged(bench.workspace) == []
    expected = parts_made_in_two_readings(bench, tmp_path)
    conform(bench, reports)
    assert parts(bench.workspace) == expected
