"""A cell that slipped into its neighbour's column carries a name or a person's number with it: no report and no refusal tells it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from sharing import make_keys

from safeground.engine.catalogue import definitions_folder, load_feeds
from safeground.engine.feeds import LandingReport, Refused, check_deliveries, check_file, get_deliveries, land_files
from safeground.engine.workspace import Workspace, init_workspace

FEEDS = load_feeds()
EXAMPLE = definitions_folder() / "national" / "feeds" / "recorded_crime" / "example_victims.csv"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return init_workspace(tmp_path / "workspace", partnership="wrenshire")


def write_victims(path: Path, **cells: str) -> Path:
    """The example of the feed with cells of its first row changed."""
    with EXAMPLE.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0] |= cells
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def land_victims(tmp_path: Path, workspace: Workspace, **cells: str) -> LandingReport:
    path = write_victims(tmp_path / "2025-03-wrenshire-victims.csv", **cells)
    return land_files(workspace, FEEDS, [path], keys=make_keys(tmp_path / "keys", "needs_assessment"))


@pytest.mark.parametrize("column", ["age", "sex", "ethnicity_self", "injury", "recorded_date"])
@pytest.mark.parametrize("slipped", ["Zebedee Quill", "9434765919"])
def test_a_slipped_cell_is_masked_whatever_column_it_fell_into(
    tmp_path: Path, workspace: Workspace, column: str, slipped: str
) -> None:
    assert land_victims(tmp_path, workspace, **{column: slipped}).refused == ()
    check_deliveries(workspace, FEEDS, get_deliveries(workspace))
    (report,) = workspace.checked.rglob("check.json")
    told = report.read_text(encoding="utf-8")
    assert slipped not in told
    assert f"{slipped[:2]}… ({len(slipped)} characters)" in told


@pytest.mark.parametrize(
    ("column", "wrong"), [("sex", "Femal"), ("age", "140"), ("age", "-1"), ("recorded_date", "2025-02-30")]
)
def test_what_names_nobody_is_told_as_it_is(tmp_path: Path, workspace: Workspace, column: str, wrong: str) -> None:
    land_victims(tmp_path, workspace, **{column: wrong})
    check_deliveries(workspace, FEEDS, get_deliveries(workspace))
    (report,) = workspace.checked.rglob("check.json")
    assert repr(wrong) in report.read_text(encoding="utf-8")


def test_whoever_has_the_file_sees_the_cell(tmp_path: Path) -> None:
    found = check_file(write_victims(tmp_path / "2025-03-wrenshire-victims.csv", sex="Zebedee Quill"), FEEDS)
    assert "Zebedee Quill" in "".join(problem.message for report in found.reports for problem in report.problems)


def test_a_refusal_for_an_unknown_force_names_no_slipped_cell(tmp_path: Path, workspace: Workspace) -> None:
    (refusal,) = land_victims(tmp_path, workspace, force="Zebedee Quill").refused
    assert "Zebedee" not in refusal.sentence and "'Ze… (13 characters)' in its column 'force'" in refusal.sentence


def test_what_goes_back_to_the_sender_is_not_written_into_a_workspace(tmp_path: Path, workspace: Workspace) -> None:
    out = workspace.root / "back.xlsx"
    with pytest.raises(Refused, match="name a place outside it"):
        check_file(write_victims(tmp_path / "2025-03-wrenshire-victims.csv"), FEEDS, return_excel=out)
    assert not out.exists()
