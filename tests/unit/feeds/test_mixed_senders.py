"""A file of one sender with rows of another: refused where an agreement is asked for, reported where the feed is open."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from sharing import agree_to, make_agreements, make_keys

from safeground.engine.catalogue import definitions_folder, load_feeds
from safeground.engine.feeds import LandingReport, check_deliveries, get_deliveries, land_files
from safeground.engine.feeds.checking.report import Severity
from safeground.engine.workspace import Workspace, init_workspace

TODAY = datetime.date(2025, 6, 30)
FEEDS = load_feeds()
FOLDER = definitions_folder() / "national" / "feeds"

VICTIMS = "crime_ref,force,recorded_date,victim_pid,age,sex,ethnicity_self,ethnicity_officer,injury,repeat_count\n"
HOMICIDES = "homicide_ref,force,recorded_date,ho_class,victim_age,victim_sex,method,relationship,suspect_known,domestic,lsoa21\n"


def victims(force: str, rows: int, *, first: int = 0) -> str:
    return "".join(f"X/{first + n},{force},2025-03-18,P{first + n:07d},17,M,W1,IC1,none,0\n" for n in range(rows))


def homicides(force: str, rows: int, *, first: int = 0, tail: str = "") -> str:
    return "".join(
        f"H-{first + n},{force},2025-02-03,1,19,M,sharp instrument,stranger,Y,N,{tail}\n" for n in range(rows)
    )


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("SAFEGROUND_KEYS", str(make_keys(tmp_path / "keys")))
    return init_workspace(tmp_path / "workspace", partnership="wrenshire")


@pytest.fixture
def land(tmp_path: Path, workspace: Workspace) -> Callable[..., LandingReport]:
    """Land a file whose feed these partners may send; by default Wrenshire's force alone."""

    def send(
        content: str | bytes, *, name: str = "sent.csv", feed: str = "recorded_crime", sent_by=("wrenshire",), **stated
    ) -> LandingReport:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        agreements = make_agreements(agree_to(FEEDS.contracts[feed], *sent_by))
        return land_files(workspace, FEEDS, [path], agreements=agreements, today=TODAY, **stated)

    return send


def expect_refused(report: LandingReport, workspace: Workspace, *words: str) -> str:
    assert report.landed == ()
    (refusal,) = report.refused
    for word in words:
        assert word in refusal.sentence
    kept = [path for folder in (workspace.landed, workspace.staging) for path in folder.rglob("*") if path.is_file()]
    assert kept == []
    return refusal.sentence


def test_victims_of_two_forces_do_not_land_under_the_agreement_of_the_first(land, workspace) -> None:
    mixed = VICTIMS + victims("Wrenshire Police", 60) + victims("Harland Police", 340, first=60)
    sentence = expect_refused(land(mixed), workspace, "row 61 below its header, column 'force'", "a row of harland")
    assert "X/60" not in sentence and "P0000060" not in sentence


def test_an_agreement_with_both_forces_does_not_make_them_one_sender(land, workspace) -> None:
    mixed = VICTIMS + victims("Wrenshire Police", 2) + victims("Harland Police", 1, first=2)
    expect_refused(land(mixed, sent_by=("wrenshire", "harland")), workspace, "row 3 below its header")


def test_another_force_is_known_however_it_is_written(land, workspace) -> None:
    mixed = VICTIMS + victims("Wrenshire Police", 2) + victims(" HARLAND  POLICE", 1, first=2)
    expect_refused(land(mixed), workspace, "a row of harland")


def test_a_workbook_of_two_forces_is_refused(land, workspace) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for line in (VICTIMS + victims("Wrenshire Police", 2) + victims("Harland Police", 1, first=2)).splitlines():
        book.active.append(line.split(","))
    out = io.BytesIO()
    book.save(out)
    expect_refused(land(out.getvalue(), name="sent.xlsx"), workspace, "a row of harland")


def test_a_name_that_no_list_knows_is_left_to_the_check(land, workspace) -> None:
    (delivery,) = land(VICTIMS + victims("Wrenshire Police", 3) + victims("Wrenshyre Police", 1, first=3)).landed
    (report,) = check_deliveries(workspace, FEEDS, [delivery])
    assert (report.accepted, report.quarantined) == (3, 1)


@pytest.mark.parametrize("tail", ["", ",one cell too many"])
def test_what_would_land_as_sent_is_refused_before_a_byte_is_written(land, workspace, tail: str) -> None:
    mixed = HOMICIDES + homicides("Wrenshire Police", 60) + homicides("Harland Police", 1, first=60, tail=tail)
    expect_refused(land(mixed, feed="homicide_index", period="2025"), workspace, "row 61", "a row of harland")


def test_a_header_again_and_blank_cells_name_no_sender(land, workspace) -> None:
    sent = HOMICIDES + homicides("Wrenshire Police", 2) + HOMICIDES + homicides("", 1, first=2)
    assert len(land(sent, feed="homicide_index", period="2025").landed) == 1


def attendances(*sites: str) -> str:
    header, row, *_ = (FOLDER / "istv" / "example.csv").read_text(encoding="utf-8").splitlines()
    return "\n".join([header, *(row.replace("RWX01", site) for site in sites)]) + "\n"


def test_every_site_must_be_in_the_agreement(land, workspace) -> None:
    sent = attendances("RWX01", "RWX02", "RQQ09")
    sentence = expect_refused(
        land(sent, feed="istv", sent_by=("rwx01", "rwx02")), workspace, "row 3 below its header", "that the agreement"
    )
    assert "RQQ09" not in sentence


def test_sites_of_one_agreement_may_come_together_and_are_reported(land, workspace) -> None:
    (delivery,) = land(attendances("RWX01", "RWX02"), feed="istv", sent_by=("rwx01", "rwx02")).landed
    (report,) = check_deliveries(workspace, FEEDS, [delivery])
    assert "one_value" in {problem.rule for problem in report.problems}


@pytest.mark.parametrize("feed", ["police_uk_street", "police_uk_outcomes"])
@pytest.mark.parametrize("rows", [1, 3])
def test_rows_of_another_force_in_an_open_file_are_reported(land, workspace, feed: str, rows: int) -> None:
    header, row, *_ = (FOLDER / feed / "example.csv").read_text(encoding="utf-8").splitlines()
    own = [row.replace(row[:8], f"{n:08x}", 1) for n in range(5)]
    other = [
        row.replace(row[:8], f"{n:08x}", 1).replace("Wrenshire Police", "Harland Police") for n in range(9, 9 + rows)
    ]
    name = "2024-01-wrenshire-street.csv" if feed == "police_uk_street" else "2024-01-wrenshire-outcomes.csv"
    path = workspace.root.parent / name
    path.write_text("\n".join([header, *own, *other]) + "\n", encoding="utf-8")
    assert land_files(workspace, FEEDS, [path]).landed
    (report,) = check_deliveries(workspace, FEEDS, get_deliveries(workspace))
    (problem,) = [problem for problem in report.problems if problem.rule == "one_value"]
    assert (problem.severity, problem.column, problem.rows) == (Severity.REPORT, "Reported by", rows)
    assert "Harland Police" in problem.message
