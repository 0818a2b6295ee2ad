"""Risk factors between neighbourhoods: what is told of a made-up county, and what is said where something lacks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from partners_county import OPEN, PartnersCounty, find_finding, find_table, land_county, say

from safeground.engine.disclosure import Protected
from safeground.engine.documents import Audience, Chapter, Direction, Figure


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PartnersCounty]:
    open_files = (*OPEN, "imd", "boundaries")
    with land_county(tmp_path_factory.mktemp("risk"), ["prescribing"], open_files=open_files) as landed:
        yield landed


@pytest.fixture(scope="module")
def chapter(county: PartnersCounty) -> Chapter:
    return county.chapter("risk_factors")


def test_every_ratio_stands_alone_and_beside_deprivation(chapter: Chapter) -> None:
    rows = find_table(chapter, "violence_by_risk_factor").rows
    assert {row[0] for row in rows} == {
        "Mood and anxiety disorders", "Prescribing for mental health", "Deprivation of schooling", "Overcrowded homes",
    }  # fmt: skip
    assert {row[1] for row in rows} >= {"alone", "with income deprivation and ages alike"}
    for row in rows:
        assert isinstance(row[2], Protected)
        assert row[2].lower is not None
        assert row[2].lower < row[2].value < row[2].upper


def test_a_direction_is_never_more_than_the_interval_allows(chapter: Chapter) -> None:
    for name in ("mental_health", "prescribing", "schooling", "crowding"):
        finding = find_finding(chapter, f"risk_factors.violence.{name}")
        lower, upper = finding.estimate.lower, finding.estimate.upper
        if finding.direction is Direction.HIGHER:
            assert lower > 1
        elif finding.direction is Direction.LOWER:
            assert upper < 1
        else:
            assert "cannot tell" in finding.sentence
        assert any("not between people" in caveat for caveat in finding.caveats)


def test_a_factor_is_marked_where_the_title_counts_it(chapter: Chapter) -> None:
    figure = next(block for block in chapter.blocks if isinstance(block, Figure))
    marked = [point for point in figure.chart.points if point.is_marked]
    assert figure.title.startswith(f"{len(marked) or 'No'} ")
    for point in marked:
        assert point.estimate.lower > 1 or point.estimate.upper < 1
    assert len(marked) < len(figure.chart.points) / 2


def test_a_finding_names_all_that_it_rests_on(chapter: Chapter) -> None:
    crowding = find_finding(chapter, "risk_factors.violence.crowding").sources
    assert "English Indices of Deprivation, 2025" in crowding
    prescribing = find_finding(chapter, "risk_factors.violence.prescribing").sources
    assert {"English Indices of Deprivation, 2025"} < set(prescribing)
    assert any("prescri" in source.lower() for source in prescribing)


def test_the_reader_hears_first_that_places_are_not_people(chapter: Chapter) -> None:
    said = say(chapter.blocks)
    assert said.index("differences between places, not between people") < said.index("standard deviation")
    assert "composite" in find_finding(chapter, "risk_factors.violence.mental_health").sentence
    assert "Moran's I" in said


def test_the_public_gets_no_such_page(county: PartnersCounty) -> None:
    with pytest.raises(KeyError):
        county.chapter("risk_factors", Audience.PUBLIC)
