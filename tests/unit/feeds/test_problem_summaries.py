"""The same thing wrong in many files is told once, and tells nobody's identifier."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from safeground.engine.catalogue import Feeds, load_feeds
from safeground.engine.feeds import (
    Problem,
    ProblemSummary,
    Severity,
    check_deliveries,
    check_workspace,
    get_deliveries,
    land_files,
    summarise_problems,
)
from safeground.engine.workspace import Workspace, init_workspace

HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,"
    "LSOA name,Crime type,Last outcome category,Context"
)


@pytest.fixture(scope="module")
def feeds() -> Feeds:
    return load_feeds()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return init_workspace(tmp_path / "workspace", partnership="essex")


def row(number: int, month: str, *, kind: str = "Burglary", latitude: str = "51.6") -> str:
    outcome = "Under investigation"
    return f"{number:064x},{month},Essex Police,,0.4,{latitude},Place,E01021237,,{kind},{outcome},"


def summarise(workspace: Workspace, feeds: Feeds, files: dict[str, bytes]) -> tuple[ProblemSummary, ...]:
    for name, content in files.items():
        path = workspace.root.parent / name
        path.write_bytes(content)
        assert not land_files(workspace, feeds, [path]).refused
    deliveries = get_deliveries(workspace)
    reports = check_deliveries(workspace, feeds, deliveries)
    problems = [replace(p, delivery=report.delivery) for report in reports for p in report.problems]
    return summarise_problems([*problems, *check_workspace(workspace, feeds)], deliveries)


def month_file(month: str, *, line_end: str = "\n") -> bytes:
    """Two rows share an identifier, two have a point in the sea, and the rest are sound."""
    start = int(month.replace("-", "")) * 1000
    rows = [row(start + place, month) for place in range(50)]
    rows += [
        row(start, month, kind="Robbery"),
        row(start + 60, month, latitude="12"),
        row(start + 61, month, latitude="12"),
    ]
    return line_end.join([HEADER, *rows, ""]).encode()


def test_the_same_problem_in_several_files_is_one_line_the_worst_first(workspace: Workspace, feeds: Feeds) -> None:
    months = ["2024-01", "2024-02", "2024-03", "2024-04"]
    files = {f"{month}-essex-street.csv": month_file(month, line_end="\r\n") for month in months}
    found = summarise(workspace, feeds, files)
    assert [summary.rule for summary in found] == [
        "coordinates_outside",
        "identifiers",
        "area_codes_not_checked",
        "area_codes_not_checked",
        "line_ends",
    ]
    outside, again, *_, ends = found
    assert outside.severity is Severity.QUARANTINE and outside.rows == 8
    assert outside.sentence.endswith("61.5 north: 8 rows in 4 files; set aside in quarantine.")
    assert again.sentence == (
        "Crime ID was given before, to a row with other content: 4 rows in 4 files; both are counted."
    )
    assert (again.feed, again.column, again.files) == ("police_uk_street", "Crime ID", tuple(sorted(files)))
    assert again.periods == tuple(months[:3])
    assert ends.sentence == "Lines do not end as usual (LF), which changes nothing: 4 files."


def test_no_identifier_or_row_number_is_shown(workspace: Workspace, feeds: Feeds) -> None:
    content = month_file("2024-01").replace(b"\n" + b"%064x" % 202401007, b"\nAB-12345/24")
    (wrong, *_) = (s for s in summarise(workspace, feeds, {"2024-01-essex-street.csv": content}) if s.rule == "pattern")
    assert wrong.rows == 1 and "AB-" not in wrong.sentence and "row 8" not in wrong.sentence


def test_what_shows_only_between_deliveries_stands_alone_with_its_feed(workspace: Workspace, feeds: Feeds) -> None:
    files = {f"{month}-essex-street.csv": month_file(month) for month in ("2024-01", "2024-03", "2024-05")}
    gaps = [summary for summary in summarise(workspace, feeds, files) if summary.rule == "month_missing"]
    assert "April 2024 has not landed" in gaps[0].sentence and "February 2024 has not landed" in gaps[1].sentence
    assert {(gap.feed, gap.files, gap.rows) for gap in gaps} == {("police_uk_street", (), None)}


def test_a_problem_of_an_unknown_delivery_is_an_error() -> None:
    problem = Problem("padded", Severity.REPORT, "Month", 1, 1, "Month …", delivery="a/b/c/d")
    with pytest.raises(KeyError):
        summarise_problems([problem], ())
