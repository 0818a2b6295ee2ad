"""What shows only between deliveries: months, silence, areas, identifiers. And the scorecard that sums it up."""

from __future__ import annotations

from pathlib import Path

import pytest

from safeground.engine.catalogue import Feeds, load_feeds
from safeground.engine.feeds import get_live_deliveries, land_files
from safeground.engine.feeds.checking.check import check_deliveries
from safeground.engine.feeds.checking.cross_checks import check_workspace
from safeground.engine.feeds.months import find_half_empty, find_missing
from safeground.engine.feeds.returning.scorecard import supply_scorecard
from safeground.engine.workspace import Workspace, init_workspace
from safeground.months import month_label

HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,"
    "LSOA name,Crime type,Last outcome category,Context"
)
LOOKUP = "lsoa11_name,lsoa11_code,change_code,lsoa21_name,lsoa21_code,ltla22_name,ltla22_code"
FORCES = {"essex": "Essex Police", "kent": "Kent Police"}


@pytest.fixture(scope="module")
def feeds() -> Feeds:
    return load_feeds()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return init_workspace(tmp_path / "workspace", partnership="essex")


def land_month(
    workspace: Workspace,
    feeds: Feeds,
    month: str,
    *,
    rows: int = 50,
    force: str = "essex",
    area: str = "E01021237",
    first: int = 0,
) -> None:
    start = first or int(month.replace("-", "")) * 1000
    lines = [HEADER]
    for number in range(start, start + rows):
        lines.append(f"{number:064x},{month},{FORCES[force]},,0.4,51.6,Place,{area},,Burglary,Under investigation,")
    path = workspace.root.parent / f"{month}-{force}-street.csv"
    path.write_text("\n".join(lines) + "\n")
    assert not land_files(workspace, feeds, [path]).refused


def land_lookup(workspace: Workspace, feeds: Feeds, *pairs: tuple[str, str]) -> None:
    lines = [LOOKUP, *(f"a,{old},{'U' if old == new else 'S'},b,{new},Basildon,E07000066" for old, new in pairs)]
    path = workspace.root.parent / "lookup.csv"
    path.write_text("\n".join(lines) + "\n")
    assert not land_files(workspace, feeds, [path]).refused


def told(workspace: Workspace, feeds: Feeds) -> dict[str, str]:
    check_deliveries(workspace, feeds, get_live_deliveries(workspace))
    return {problem.rule: problem.message for problem in check_workspace(workspace, feeds)}


def test_without_a_lookup_areas_are_said_not_to_be_checked(workspace: Workspace, feeds: Feeds) -> None:
    land_month(workspace, feeds, "2024-01")
    messages = told(workspace, feeds)
    assert set(messages) == {"area_codes_not_checked"}
    assert "no area lookup" in messages["area_codes_not_checked"]


def test_a_sound_supply_is_not_talked_about(workspace: Workspace, feeds: Feeds) -> None:
    land_lookup(workspace, feeds, ("E01021237", "E01021237"))
    for month in ("2024-01", "2024-02", "2024-03", "2024-04"):
        land_month(workspace, feeds, month)
    assert told(workspace, feeds) == {}


def test_a_missing_and_a_half_empty_month_are_named(workspace: Workspace, feeds: Feeds) -> None:
    land_lookup(workspace, feeds, ("E01021237", "E01021237"))
    for month in ("2024-01", "2024-02", "2024-04", "2024-05", "2024-06"):
        land_month(workspace, feeds, month, rows=24 if month == "2024-05" else 50)
    messages = told(workspace, feeds)
    assert set(messages) == {"month_missing", "month_half_empty"}
    assert "March 2024" in messages["month_missing"] and "May 2024 has 24 rows" in messages["month_half_empty"]


def test_a_feed_that_fell_silent_is_told_against_the_newest_month_of_others(workspace: Workspace, feeds: Feeds) -> None:
    land_lookup(workspace, feeds, ("E01021237", "E01021237"))
    land_month(workspace, feeds, "2024-01", force="kent")
    land_month(workspace, feeds, "2024-04", force="essex")
    assert told(workspace, feeds) == {}
    land_month(workspace, feeds, "2024-05", force="essex")
    messages = told(workspace, feeds)
    assert set(messages) == {"feed_silent"} and "kent" in messages["feed_silent"]
    rows = {row.partner: row for row in supply_scorecard(workspace, feeds) if row.is_monthly}
    assert (rows["kent"].is_silent, rows["kent"].periods_landed, rows["kent"].periods_expected) == (True, 1, 5)
    assert (rows["essex"].is_silent, rows["essex"].rows, rows["essex"].accepted_share) == (False, 100, 1.0)


def test_nobody_is_chased_who_is_not_expected(workspace: Workspace, feeds: Feeds) -> None:
    land_lookup(workspace, feeds, ("E01021237", "E01021237"))
    for month in ("2023-01", "2023-03", "2023-04", "2023-05", "2023-06"):
        land_month(workspace, feeds, month, force="kent", rows=24 if month == "2023-05" else 50)
    land_month(workspace, feeds, "2024-05", force="essex")
    told(workspace, feeds)

    def rules(*expected: str) -> set[str]:
        return {p.rule for p in check_workspace(workspace, feeds, partners={"police_uk_street": expected})}

    assert rules("essex") == set()
    assert rules("essex", "kent") == {"month_missing", "month_half_empty", "feed_silent"}
    assert rules("kent") == {"month_missing", "month_half_empty"}  # the newest month anyone owed is Kent's own
    rows = {row.partner: row for row in supply_scorecard(workspace, feeds, partners={"police_uk_street": ["essex"]})}
    assert (rows["kent"].is_silent, rows["kent"].periods_expected, rows["kent"].periods_landed) == (False, None, 5)
    assert rows["essex"].periods_expected == 1


def test_unknown_areas_and_mixed_vintages_are_told_apart(workspace: Workspace, feeds: Feeds) -> None:
    land_lookup(workspace, feeds, ("E01021237", "E01021237"), ("E01021238", "E01033001"))
    land_month(workspace, feeds, "2024-01", area="E01099999")
    assert "E01099999" in told(workspace, feeds)["area_unknown"]
    land_month(workspace, feeds, "2024-01", area="E01021238")
    assert told(workspace, feeds) == {}
    path = workspace.root.parent / "2024-01-essex-street.csv"
    text = path.read_text()
    path.write_text(text + text.splitlines()[1].replace("E01021238", "E01033001").replace("202401000", "fff", 1) + "\n")
    land_files(workspace, feeds, [path])
    assert set(told(workspace, feeds)) == {"area_vintages_mixed"}


def test_identifiers_given_in_two_months_are_counted(workspace: Workspace, feeds: Feeds) -> None:
    land_lookup(workspace, feeds, ("E01021237", "E01021237"))
    land_month(workspace, feeds, "2024-01", first=1)
    land_month(workspace, feeds, "2024-02", first=41)
    land_month(workspace, feeds, "2024-02", first=41, force="kent")
    messages = told(workspace, feeds)
    assert set(messages) == {"identifiers_across"} and "10 identifiers were" in messages["identifiers_across"]


def test_a_step_from_one_era_to_the_next_is_no_half_empty_month() -> None:
    rows = {month_label(24000 + place): 1000 for place in range(12)}
    rows |= {month_label(24048 + place): 400 for place in range(12)}
    assert list(find_half_empty(rows)) == []
    assert list(find_missing(rows)) == [("2001-01", "2003-12")]


@pytest.mark.real_data
@pytest.mark.slow
def test_every_real_file_is_accepted_and_only_true_things_are_said(
    shared_data: Path, workspace: Workspace, feeds: Feeds
) -> None:
    paths = [
        path
        for folder in ("police_uk/essex", "police_uk/neighbours", "lookups")
        for path in sorted((shared_data / folder).iterdir())
    ]
    land_files(workspace, feeds, paths)
    reports = check_deliveries(workspace, feeds, get_live_deliveries(workspace))
    assert len(reports) == 46 + 57 + 6
    assert sum(report.quarantined for report in reports) == 0
    assert {problem.rule for report in reports for problem in report.problems} <= {
        "line_ends",
        "identifiers",
        "known_duplicate",
    }
    assert {problem.rule for problem in check_workspace(workspace, feeds)} == {"month_missing"}
