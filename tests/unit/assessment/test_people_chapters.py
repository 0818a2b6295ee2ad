"""Age by single year, and who comes again: what is claimed is what the interval carries, and nothing gives a small number back."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
import pytest
from partners_county import PartnersCounty, land_county

from safeground.engine.assessment.age_curve import AgeClaims, make_age_curve, read_curve
from safeground.engine.assessment.chapters.age_curve import make_age_curve_chapter
from safeground.engine.assessment.chapters.repeats import make_repeats_chapter
from safeground.engine.assessment.counted import count_own_definition
from safeground.engine.assessment.people import count_bands
from safeground.engine.assessment.repeats import _protect_share, make_repeats
from safeground.engine.assessment.single_years import AGES, SingleYears, count_single_years, link_long
from safeground.engine.disclosure import State, protect
from safeground.engine.documents import Audience, Block, Figure, Finding
from safeground.engine.measures import Share
from safeground.engine.statistics import fit_age_curve

pytestmark = pytest.mark.slow

CLAIMS = AgeClaims(12, 15, 17)
ROLES = {"victim": "victims", "suspect": "suspects"}
#: By age from 10: as the strategy says; flat from 14; highest at 20 with a steep rise only from 17.
AS_SAID = [100, 104, 108, 216, 432, 864, 480, 700, 660, 620, 580, 545, 510, 480, 450]
FLAT = [20, 24, 30, 60, 100, 100, 101, 100, 99, 101, 100, 100, 99, 101, 100]
LATE = [10, 10, 10, 10, 10, 11, 12, 40, 120, 300, 700, 300, 200, 150, 120]


@pytest.fixture(scope="module")
def county(tmp_path_factory) -> Iterator[PartnersCounty]:
    with land_county(tmp_path_factory.mktemp("people"), ("recorded_crime",), small_areas=240) as landed:
        yield landed


def count_years(county: PartnersCounty, audience: Audience, role: str = "victim") -> SingleYears:
    own = count_own_definition(county.evidence(audience))
    assert own is not None
    links = link_long(own)
    assert links is not None
    return count_single_years(own, links, role, ROLES[role])


def findings(blocks: list[Block] | tuple[Block, ...]) -> dict[str, Finding]:
    return {block.id.rpartition(".")[2]: block for block in blocks if isinstance(block, Finding)}


def read_made_up(county: PartnersCounty, counts: list[int]) -> dict[str, Finding]:
    """What is said of a curve of these counts."""
    years = count_years(county, Audience.PARTNERSHIP)
    rule = years.counted.rule
    told = tuple(protect(float(n), unit="victims", rule=rule, count=float(n)) for n in counts)
    years = dataclasses.replace(years, counts=np.array(counts, dtype=float), told=told, residents=None, dispersion=1.0)
    curve = fit_age_curve(years.counts, first_age=10, rng=np.random.default_rng(1))
    return findings(make_age_curve(read_curve(years, curve, name="own_victims"), CLAIMS))


def test_a_curve_as_the_strategy_says_bears_it_out(county):
    said = read_made_up(county, AS_SAID)
    assert "as the strategy says" in said["claim_rise"].sentence
    assert "“Peaks at 15” is borne out" in said["claim_peak"].sentence
    assert "is borne out" in said["claim_second_rise"].sentence
    assert said["claim_second_rise"].estimate.lower > 1


def test_a_flat_curve_bears_nothing_out(county):
    said = read_made_up(county, FLAT)
    assert "is possible and not shown" in said["claim_peak"].sentence
    assert "cannot be told from chance" in said["claim_second_rise"].sentence


def test_another_curve_contradicts_it(county):
    said = read_made_up(county, LATE)
    assert "cannot be told from chance" in said["claim_rise"].sentence
    assert "“Peaks at 15” is contradicted" in said["claim_peak"].sentence
    assert said["claim_peak"].sentence.endswith("the peak is at 20.")
    first = said["break_1"].estimate
    assert first.lower <= 16 <= first.upper and "turns up" in said["break_1"].sentence


@pytest.mark.parametrize("role", ROLES)
def test_no_withheld_year_can_be_worked_out(county, role):
    full, years = (count_years(county, audience, role) for audience in (Audience.POLICE, Audience.PARTNERSHIP))
    exact = full.counts
    assert [cell.value for cell in full.told] == exact.tolist()
    hidden = np.array([cell.state is State.SUPPRESSED for cell in years.told])
    assert hidden.any() and not hidden.all()
    assert all(cell.value == number for cell, number in zip(years.told, exact, strict=True) if cell.is_published)
    assert not (~hidden & (exact > 0) & (exact <= 4)).any()
    latest = count_bands(years.counted, years.counted.period, role)
    for start, label in ((0, "10-14"), (5, "15-19"), (10, "20-24")):
        band = slice(start, start + 5)
        assert hidden[band].sum() != 1
        added = exact[band].sum() - latest[label]
        assert not hidden[band].any() or not np.array_equal(years.counts[band], exact[band]) or added == 0
        if 0 < added <= 4:
            assert hidden[band].all(), "or the months before the latest year are a small number by subtraction"
    rates = years.protect_rates()
    assert rates is not None
    assert [rate.is_published for rate in rates] == [cell.is_published for cell in years.told]


def test_a_curve_is_fitted_to_no_more_than_is_told(county):
    years = count_years(county, Audience.PARTNERSHIP)
    hidden = np.array([not cell.is_published for cell in years.told])
    for start in (0, 5, 10):
        band = slice(start, start + 5)
        assert len(set(years.counts[band][hidden[band]].tolist())) <= 1 or np.isnan(years.counts[band]).all()


def test_ages_are_told_for_each_definition_and_role(county):
    for audience in (Audience.POLICE, Audience.PARTNERSHIP):
        blocks = make_age_curve_chapter(county.evidence(audience), county.catalogue.outline.chapter("age_curve"))
        figures = {block.id: block for block in blocks if isinstance(block, Figure)}
        assert set(figures) == {
            f"{name}_{role}_by_single_year"
            for name in ("own", "knife_enabled_serious_violence")
            for role in ROLES.values()
        }
        assert all(len(figure.table.rows) == len(AGES) for figure in figures.values())


def test_neither_chapter_is_for_the_public(county):
    told = {chapter.id for chapter in county.catalogue.outline.for_audience(Audience.PUBLIC)}
    assert not told & {"age_curve", "repeats"}


def test_shares_are_of_people_and_each_says_of_how_many(county):
    blocks = make_repeats_chapter(county.evidence(Audience.POLICE), county.catalogue.outline.chapter("repeats"))
    said = {block.id: block for block in blocks if isinstance(block, Finding)}
    told = [finding for finding in said.values() if finding.estimate.is_published]
    assert len(told) >= 8
    for finding in told:
        assert finding.sentence.startswith("Of some ")
        assert finding.estimate.unit == "%" and 0 <= finding.estimate.lower <= finding.estimate.value <= 100
        assert finding.estimate.value == round(finding.estimate.value, 1)
    domestic = said["repeat.knife_enabled_serious_violence.suspects_domestic"]
    assert "victim or suspect of a crime that the police flagged as domestic abuse" in domestic.sentence
    assert any("Roles other than victim and suspect" in caveat for caveat in domestic.caveats)


def test_a_year_that_has_not_landed_is_not_looked_back_into(county):
    own = count_own_definition(county.evidence(Audience.POLICE))
    assert own is not None
    assert "within_a_year" not in findings(make_repeats(own, name="own"))


def test_no_share_gives_a_handful_away(county):
    partners, police = (
        findings(make_repeats(own, name="own"))
        for own in (count_own_definition(county.evidence(a)) for a in (Audience.PARTNERSHIP, Audience.POLICE))
        if own is not None
    )
    assert set(partners) == set(police)
    for name, finding in partners.items():
        if finding.estimate.is_published:
            assert finding.estimate.count > 4
            assert finding.estimate.value == police[name].estimate.value


@pytest.mark.parametrize(("part", "is_told"), [(0, True), (3, False), (5, True), (95, True), (96, False), (100, True)])
def test_a_share_is_withheld_where_those_in_it_or_out_of_it_are_few(county, part, is_told):
    own = count_own_definition(county.evidence(Audience.PARTNERSHIP))
    assert own is not None
    assert _protect_share(own, Share(100, part)).is_published == is_told
    assert _protect_share(own, Share(29, 10)).state is State.NOT_AVAILABLE
