"""What `status` says of the day of review, and a file checked with a partnership's own code lists before it is sent."""

from __future__ import annotations

import csv
import datetime

import pytest

from safeground.engine.build import check_one_file, get_status, open_with_catalogue
from safeground.engine.catalogue import definitions_folder
from safeground.engine.workspace import init_workspace


@pytest.mark.parametrize(("day", "is_overdue"), [(31, False), (1, True)])
def test_status_says_that_the_assessment_is_to_be_reviewed(tmp_path, day, is_overdue):
    init_workspace(tmp_path / "w", partnership="wrenshire")
    status = get_status(*open_with_catalogue(tmp_path / "w"), today=datetime.date(2026, 3 if day == 31 else 4, day))
    assert status.is_review_overdue is is_overdue
    assert ("review it" in "\n".join(status.lines())) is is_overdue
    assert status.as_data()["review_due"] == "2026-03-31"


def test_status_of_a_partnership_without_a_day_of_review_warns_of_none(tmp_path):
    init_workspace(tmp_path / "w", partnership="essex")
    status = get_status(*open_with_catalogue(tmp_path / "w"))
    assert (status.review_due, status.is_review_overdue) == (None, False)


def test_a_file_is_held_to_the_code_lists_of_its_partnership(tmp_path):
    """A code that the county's own list has and the nation's has not."""
    example = definitions_folder() / "national" / "feeds" / "recorded_crime" / "example.csv"
    with example.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    path = tmp_path / "2025-03-wrenshire-crimes.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows({**row, "ho_code": "00302", "ho_class": "3B"} for row in rows[:3])

    def found(**options: str) -> set[str]:
        (report,) = check_one_file(path, partner="wrenshire", period="2025-03", **options).found.reports
        return {problem.rule for problem in report.problems if problem.column == "ho_code"}

    assert found() - found(partnership="wrenshire") == {"code_unknown"}
