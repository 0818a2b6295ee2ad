"""A build from part of what is wanted: it says what is missing, where it is missed, and never fills a gap."""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path

import pytest

from safeground.engine.build import build_editions, get_status, land_and_check, open_with_catalogue
from safeground.engine.workspace import init_workspace
from safeground.synthetic import make_county, write_county

pytestmark = pytest.mark.slow

NOW = datetime.datetime(2025, 9, 1, tzinfo=datetime.UTC)
MISSING = "2025-01"


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    write_county(make_county(seed=3, small_areas=20, months=7, neighbour_months=1), folder)
    return folder


def _land(root: Path, *paths: Path):
    init_workspace(root, partnership="wrenshire")
    workspace, catalogue = open_with_catalogue(root)
    assert land_and_check(workspace, catalogue, paths).is_clean
    return workspace, catalogue


def _street(files: Path, *, without: str | None = None) -> list[Path]:
    own = sorted((files / "police_uk" / "wrenshire").glob("*-street.csv.gz"))
    return [path for path in own if without is None or without not in path.name]


@pytest.fixture(scope="module")
def gaps(files, tmp_path_factory) -> dict[str, Path]:
    """Editions of seven months but one, with nobody's deprivation, outlines, neighbours or outcomes."""
    root = tmp_path_factory.mktemp("gaps") / "workspace"
    landed = _land(root, files / "lookups", files / "population", *_street(files, without=MISSING))
    report = build_editions(*landed, now=NOW)
    return {edition.audience.value: edition.path for edition in report.editions}


def _text(edition: Path, page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", (edition / f"{page}.html").read_text(encoding="utf-8")).split())


@pytest.mark.parametrize("audience", ["partnership", "public"])
def test_a_chapter_without_its_data_says_which_are_missing(gaps, audience):
    said = _text(gaps[audience], "deprivation")
    assert "cannot be set beside each other until these data are landed" in said
    assert "95% interval" not in said.split("About this edition")[0].split("until these data are landed")[1]


def test_places_are_compared_without_a_map_and_no_map_is_drawn(gaps):
    said = _text(gaps["partnership"], "where")
    assert "No outlines of small areas have landed, so there is no map." in said
    assert "Violence by small area, February to June 2025" in said
    assert not [path for path in (gaps["partnership"] / "figures").glob("*map*")]


@pytest.mark.parametrize(("audience", "page"), [("partnership", "index"), ("public", "index")])
def test_a_missing_month_is_named_and_not_made_up(gaps, audience, page):
    said = _text(gaps[audience], page)
    assert "January 2025" in said
    assert "not scaled up" in said


def test_findings_speak_of_the_latest_months_in_a_row(gaps):
    """February to June, the five after the gap; never a year, and nothing compared that has no match a year before."""
    findings = json.loads((gaps["partnership"] / "findings.json").read_text(encoding="utf-8"))["findings"]
    found = {finding["id"]: finding for finding in findings}
    level = found["level.violence.latest"]
    assert level["period"] == "February to June 2025"
    assert any("not a year" in caveat for caveat in level["caveats"])
    assert not [name for name in found if name.startswith("change.")]
    assert not re.search(r"\b(rose|fell)\b(?! or)", " ".join(finding["sentence"] for finding in findings))


def test_what_is_missing_stands_in_the_manifest_too(gaps):
    deliveries = json.loads((gaps["public"] / "manifest.json").read_text(encoding="utf-8"))["deliveries"]
    assert not [delivery for delivery in deliveries if delivery["period"] == MISSING]
    assert {delivery["feed"] for delivery in deliveries} == {"area_lookup", "population", "police_uk_street"}


def test_no_street_file_is_an_assessment_that_says_so(files, tmp_path):
    given = _land(tmp_path / "w", files / "lookups", files / "population")
    report = build_editions(*given, now=NOW)
    for edition in report.editions:
        assert edition.path.name.startswith("no-month-")
        assert json.loads((edition.path / "findings.json").read_text(encoding="utf-8"))["findings"] == []
        assert "until these data are landed" in _text(edition.path, "index") or "not been landed" in _text(
            edition.path, "index"
        )
    assert [edition.is_stale for edition in get_status(*given).editions] == [False, False]
