"""A partnership that has street files and little else gets an edition: counts, and in each chapter what is missing."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from safeground.synthetic import make_county, write_county

pytestmark = pytest.mark.slow

VIOLENCE = {"Violence and sexual offences", "Robbery"}
CHAPTERS = (
    "index",
    "definition_and_quality",
    "area_and_population",
    "level_and_trend",
    "where",
    "deprivation",
    "method",
)


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    write_county(make_county(seed=3, small_areas=20, months=14, neighbour_months=2), folder)
    return folder


@pytest.fixture(scope="module")
def sent(files) -> list[dict[str, str]]:
    """The rows of the latest year that the county's own police sent."""
    rows: list[dict[str, str]] = []
    for path in sorted((files / "police_uk" / "wrenshire").glob("*-street.csv.gz"))[-12:]:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            rows += csv.DictReader(file)
    return rows


class Built:
    """Both editions of a workspace in which these folders have landed."""

    def __init__(self, run_safeground: Any, root: Path, *landed: Path) -> None:
        run_safeground.succeed("init", root, "--partnership", "wrenshire")
        run_safeground.succeed("land", root, *landed)
        self.report = run_safeground.succeed("build", root)
        self.status = run_safeground.succeed("status", root, "--json").data
        self.editions = {each["audience"]: Path(each["path"]) for each in self.status["editions"]}

    def text(self, audience: str, page: str) -> str:
        html = (self.editions[audience] / f"{page}.html").read_text(encoding="utf-8")
        return " ".join(re.sub(r"<[^>]+>", " ", html).split())

    def findings(self, audience: str) -> dict[str, Any]:
        found = json.loads((self.editions[audience] / "findings.json").read_text(encoding="utf-8"))["findings"]
        return {finding["id"]: finding for finding in found}

    def table(self, audience: str, name: str) -> list[dict[str, str]]:
        with (self.editions[audience] / "tables" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(line for line in file if not line.startswith("#")))


@pytest.fixture(scope="module")
def street_alone(run_safeground, files, tmp_path_factory) -> Built:
    return Built(run_safeground, tmp_path_factory.mktemp("street") / "w", files / "police_uk")


@pytest.fixture(scope="module")
def street_and_lookups(run_safeground, files, tmp_path_factory) -> Built:
    return Built(run_safeground, tmp_path_factory.mktemp("lookups") / "w", files / "police_uk", files / "lookups")


@pytest.mark.parametrize("built", ["street_alone", "street_and_lookups"])
@pytest.mark.parametrize("audience", ["partnership", "public"])
def test_what_the_force_recorded_is_counted_with_its_interval(built, audience, sent, request):
    """By the force that recorded it, wherever it was: the plain count of the rows as sent."""
    violence = sum(row["Crime type"] in VIOLENCE for row in sent)
    found = request.getfixturevalue(built).findings(audience)["level.violence.latest"]
    estimate = found["estimate"]
    assert (estimate["value"], estimate["count"], estimate["unit"]) == (violence, violence, "offences")
    assert 0 < estimate["lower"] < violence < estimate["upper"]
    assert f" {violence:,} offences of violence in the year ending June 2025 (95% interval" in found["sentence"]


@pytest.mark.parametrize("built", ["street_alone", "street_and_lookups"])
def test_no_rate_is_told_where_there_are_no_residents(built, request):
    here = request.getfixturevalue(built)
    for audience in ("partnership", "public"):
        found = here.findings(audience)
        assert {finding["estimate"]["unit"] for finding in found.values()} <= {"offences", "%"}
        assert not [name for name in found if ".compared_with." in name]
        assert "no rate" in here.text(audience, "level_and_trend")
        assert " residents" not in "".join(finding["sentence"] for finding in found.values())


def test_level_trend_and_types_are_there_without_areas(street_alone, sent):
    months = street_alone.table("partnership", "violence_by_month")
    assert len(months) == 14, "fourteen months of our own force, and none of forces of another size"
    by_type = {row["type"]: float(row["count"]) for row in street_alone.table("partnership", "crime_by_type")}
    sent_types = Counter(row["Crime type"] for row in sent if row["Crime type"] != "Anti-social behaviour")
    assert by_type == sent_types
    for figure in ("violence_by_month", "violence_run_chart"):
        assert (street_alone.editions["partnership"] / "figures" / f"{figure}.svg").is_file()


@pytest.mark.parametrize("chapter", ["area_and_population", "where", "deprivation"])
def test_a_chapter_of_areas_says_what_it_lacks(street_alone, chapter):
    said = street_alone.text("partnership", chapter)
    assert "until these data are landed" in said
    assert "Which area lies in which" in said


def test_a_page_says_once_what_is_missing_and_warns_of_no_numbers_that_are_not_there(street_alone):
    """A chapter whose sections each say what they lack does not say it all before them too."""
    for page in sorted(street_alone.editions["partnership"].glob("*.html")):
        sentences = re.split(r"(?<=[.:]) ", street_alone.text("partnership", page.stem))
        missing = Counter(each for each in sentences if "not landed" in each)
        assert [each for each, times in missing.items() if times > 1] == [], page.name
    goals = street_alone.text("partnership", "goals")
    assert goals.count("Not available: ") == 2 and goals.count("have not landed: the published table stops at") == 1
    assert "These are counts" not in street_alone.text("partnership", "children_and_young_people")


def test_every_chapter_is_there_and_the_next_step_is_nothing(street_alone):
    for chapter in CHAPTERS:
        assert (street_alone.editions["partnership"] / f"{chapter}.html").is_file()
    assert street_alone.status["next"].startswith("nothing")


def test_with_lookups_the_places_are_counted(street_and_lookups, sent):
    """The districts' counts are whole but for what has no usable place or lies in another force's area."""
    rows = street_and_lookups.table("partnership", "violence_by_district")
    assert "rate" not in rows[0]
    violence = sum(row["Crime type"] in VIOLENCE for row in sent)
    placed = sum(float(row["count"]) for row in rows)
    assert 0.95 * violence < placed <= violence
    wards = sum(float(row["count"]) for row in street_and_lookups.table("partnership", "violence_by_ward"))
    assert wards == pytest.approx(placed, abs=len(rows) * 3)
    assert f"recorded {violence:,} offences = {placed:,.0f} inside its area" in street_and_lookups.text(
        "partnership", "where"
    )
    assert "no rate" in street_and_lookups.text("public", "where")
