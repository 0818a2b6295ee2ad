"""The chapter of what the police do not see: the made-up county's hidden assaults are found, as ranges, and by nobody's name."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pytest
from partners_county import PartnersCounty, find_finding, find_table, land_county, say

from safeground.engine.assessment import write_assessment
from safeground.engine.assessment.chapters.unseen import under_reporting
from safeground.engine.disclosure import find_exposures
from safeground.engine.documents import Audience, Chapter, Notice, NoticeKind
from safeground.engine.measures import find_links, read_happenings
from safeground.synthetic import make_assaults, make_county

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def county(tmp_path_factory) -> Iterator[PartnersCounty]:
    feeds = ["recorded_crime", "istv", "ambulance", "postcodes", "venues"]
    with land_county(tmp_path_factory.mktemp("unseen"), feeds, months=14) as landed:
        yield landed


@pytest.fixture(scope="module")
def page(county) -> Chapter:
    return county.chapter("unseen")


def latest_year(by_month: dict[str, dict[str, int]], name: str) -> int:
    return sum(by_month[month][name] for month in sorted(by_month)[-12:])


@pytest.fixture(scope="module")
def true_share(county) -> float:
    """Of the latest year's attendances in per cent, those whose assault is in no police record."""
    by_month = county.truth["istv"]["by_month"]
    return 100 * latest_year(by_month, "unknown_to_police") / latest_year(by_month, "attendances")


@pytest.mark.parametrize("finding", ["unseen.not_told.latest", "unseen.unlinked.latest"])
def test_what_patients_said_and_what_fits_no_crime_both_hold_the_truth(page, true_share, finding):
    share = find_finding(page, finding).estimate
    assert share.lower <= true_share <= share.upper
    assert share.upper - share.lower < 25


def test_blanks_are_told_as_bounds(page):
    said = find_finding(page, "unseen.not_told.latest").sentence
    assert "it is not known" in said and "if they were of none" in said


def test_the_range_holds_how_many_assaults_there_were(page):
    """Of a made-up county all is known: whoever was hurt and is in any of the lists."""
    assaults = make_assaults(make_county(seed=2024, small_areas=120, months=14, last_month="2025-06"))
    happened = assaults.what.happened.astype("datetime64[M]")
    is_of_year = (happened >= np.datetime64("2024-07")) & (happened <= np.datetime64("2025-06"))
    hurt = is_of_year & (assaults.what.injury > 0) & (assaults.is_live | assaults.treated | assaults.ambulance)
    said = find_finding(page, "unseen.in_all.latest").sentence
    low, high = (
        float(number.replace(",", "")) for number in re.search(r"from ([\d,]+) to ([\d,]+), and", said).groups()
    )
    assert low <= hurt.sum() <= high and high < 1.6 * low


def test_no_model_is_told_as_the_truth(page):
    finding = find_finding(page, "unseen.in_all.latest")
    assert finding.estimate.lower is None and "cannot be counted" in finding.sentence
    models = find_table(page, "unseen_models").rows
    assert {row[2] for row in models} == {"yes", "no", "not judged"}
    assert all(cell.lower <= cell.value <= cell.upper for _, cell, _ in models if cell.is_published)
    assert "no single number" in say(page.blocks)


def test_chance_links_few_and_the_true_ones_are_found(county):
    hierarchy = county.measures.locator.hierarchy
    police = read_happenings(county.warehouse, feed="recorded_crime", hierarchy=hierarchy)
    treated = read_happenings(
        county.warehouse, feed="istv", hierarchy=hierarchy, place_texts=county.measures.typed_places.place_all
    )
    links = find_links(treated, [police])
    assert links.timeless == 0 and links.events == treated.events
    assert links.by_chance[1] / links.by_chance.sum() < 0.1 < links.found[1] / links.events


def test_every_count_is_rounded_or_withheld_under_the_hospitals_rule(page):
    for table in (
        "unseen_by_month",
        "unseen_by_part_of_week",
        "unseen_by_district",
        "unseen_lists",
        "unseen_places_by_site",
    ):
        cells = [cell for row in find_table(page, table).rows for cell in row[1:] if cell.unit != "%"]
        assert cells and all(cell.value is None or cell.value % 5 == 0 for cell in cells)
        assert not any(cell.count is not None and 0 < cell.count <= 5 for cell in cells)


@pytest.mark.parametrize("most_withheld", [0.0, 1.0])
def test_where_the_police_were_told_less_adds_up_with_the_districts(county, monkeypatch, most_withheld):
    """By ward as by district: what the map withholds is not what the table of districts leaves over."""
    monkeypatch.setattr(under_reporting, "_MOST_WITHHELD", most_withheld)
    evidence = county.evidence(Audience.PARTNERSHIP)
    write_assessment(evidence, Audience.PARTNERSHIP)
    (release,) = (each for each in evidence.releases("edition") if each.cells[0].key.series.measure.startswith("istv/"))
    has_wards = any(cell.key.series.area.startswith("E05") for cell in release.cells)
    assert has_wards == (most_withheld > 0)
    assert [each for each in find_exposures([release]) if each.status == "fail"] == []


def test_the_share_without_a_place_stands_beside_areas_by_site_and_month(page):
    by_month = find_table(page, "unseen_places_by_month")
    assert len(by_month.rows) == 12
    (site,) = find_table(page, "unseen_places_by_site").rows
    assert site[-1].is_published and 20 < site[-1].value < 70


def test_the_public_does_not_get_it(county):
    with pytest.raises(KeyError):
        county.chapter("unseen", Audience.PUBLIC)


def test_without_hospitals_the_page_says_that_it_can_tell_nothing(tmp_path):
    with land_county(tmp_path, ["recorded_crime"], months=3, small_areas=20) as landed:
        page = landed.chapter("unseen")
    missing = [
        block.markdown for block in page.blocks if isinstance(block, Notice) and block.kind is NoticeKind.MISSING
    ]
    assert any("Assault attendances at A&E have not landed" in said for said in missing)
    assert "does not say that the police know of everything" in say(page.blocks)


def test_without_police_or_ambulance_what_patients_said_is_told_alone(tmp_path):
    with land_county(tmp_path, ["istv"], months=14, small_areas=120) as landed:
        page = landed.chapter("unseen")
    assert find_finding(page, "unseen.not_told.latest").estimate.is_published
    assert "cannot be held against crimes" in say(page.blocks)
    with pytest.raises(KeyError):
        find_finding(page, "unseen.unlinked.latest")
