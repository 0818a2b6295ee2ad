"""Published figures against a made-up county: what agrees is reproduced, what does not is contradicted, and nothing more is claimed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from partners_county import PartnersCounty, find_table, land_county, say

from safeground.engine.assessment.counted import Counted
from safeground.engine.assessment.published_figures import CheckedFigure, check_published_figures
from safeground.engine.documents import Audience
from safeground.engine.measures import PeriodKind, make_period
from safeground.engine.strategy import FigurePeriod, Standing, Strategy, load_strategy

pytestmark = pytest.mark.slow

YEAR = FigurePeriod.model_validate(
    {
        "printed": "the year ending June 2025",
        "kind": "year to a month",
        "readings": [{"title": "the year ending June 2025", "first": "2024-07", "last": "2025-06"}],
    }
)
CRIME, VIOLENCE, ADMISSIONS = "police_uk_recorded_crime", "police_uk_violence", "sharp_object_admissions"

Check = Callable[..., CheckedFigure]


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PartnersCounty]:
    with land_county(tmp_path_factory.mktemp("figures"), ("recorded_crime", "hospital_admissions")) as landed:
        yield landed


@pytest.fixture(scope="module")
def strategy(county: PartnersCounty) -> Strategy:
    found = load_strategy(county.catalogue)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def check(county: PartnersCounty, strategy: Strategy) -> Check:
    """A printed number, checked: of violence, and as a share of crime, in the year to June 2025 unless said otherwise."""

    def checked(
        value: float, *, name: str = "violence", audience: Audience = Audience.POLICE, **changes: object
    ) -> CheckedFigure:
        base = {"rounded_to": None, "part_of": None, "period": YEAR, "printed": f"{value:,g}", "value": value}
        figures = {figure.id: figure.model_copy(update={"period": YEAR}) for figure in strategy.figures}
        figures[name] = figures[name].model_copy(update={**base, **changes})
        altered = strategy.model_copy(update={"figures": tuple(figures.values())})
        found = check_published_figures(county.evidence(audience), altered)
        return {each.figure.id: each for each in found}[name]

    return checked


def true(county: PartnersCounty, definition: str) -> tuple[float, float]:
    """What is certain and what cannot be told, in the year to June 2025."""
    evidence = county.evidence(Audience.POLICE)
    counted = Counted(evidence, county.catalogue.definitions[definition], definition)
    return counted.total(make_period(PeriodKind.ROLLING_YEAR, evidence.newest))


def test_the_number_itself_is_reproduced_and_told_with_its_interval(check: Check, county: PartnersCounty) -> None:
    certain = true(county, VIOLENCE)[0]
    told = check(certain)
    assert told.standing is Standing.REPRODUCED and not told.by_itself
    assert told.ours.startswith(f"{certain:,.0f} offences (95% interval")
    assert told.finding is not None and told.finding.estimate.value == certain
    assert "which agrees with the" in told.finding.sentence


@pytest.mark.parametrize(("factor", "standing"), [(1.009, Standing.REPRODUCED), (1.03, Standing.CONTRADICTED)])
def test_a_revision_of_a_hundredth_is_agreement_and_more_is_not(
    factor: float, standing: Standing, check: Check, county: PartnersCounty
) -> None:
    told = check(float(round(true(county, VIOLENCE)[0] * factor)) + 0.5)  # half a crime: no trailing nought to round to
    assert told.standing is standing


def test_over_a_number_holds_for_every_larger_one(check: Check, county: PartnersCounty) -> None:
    certain = true(county, VIOLENCE)[0]
    assert check(certain / 2, qualifier="over").standing is Standing.REPRODUCED
    assert check(certain * 2, qualifier="over").standing is Standing.CONTRADICTED


def test_what_only_the_undetermined_could_make_true_cannot_be_checked(check: Check, county: PartnersCounty) -> None:
    certain, unsure = true(county, "essex_vv")
    assert unsure > 0.2 * certain > 0
    between = check(round(certain + unsure / 2) + 0.5, counted_by="essex_vv")
    assert between.standing is Standing.CANNOT_BE_CHECKED
    assert "lies between what is certain and what it would be" in between.because
    assert between.finding is None
    assert check(3 * (certain + unsure) + 0.5, counted_by="essex_vv").standing is Standing.CONTRADICTED


def test_a_missing_month_is_named_and_never_taken_for_none(check: Check) -> None:
    year = FigurePeriod.model_validate(
        {
            "printed": "2023",
            "kind": "not stated",
            "readings": [
                {"title": "the year 2023", "first": "2023-01", "last": "2023-12"},
                {"title": "the year ending June 2024", "first": "2023-07", "last": "2024-06"},
            ],
        }
    )
    told = check(0.0, period=year)
    assert told.standing is Standing.CANNOT_BE_CHECKED and told.ours == ""
    assert "no month of the year 2023 and 2 of the 12 months of the year ending June 2024" in told.because


def test_of_two_readings_one_that_agrees_is_enough_and_one_that_differs_is_not(
    check: Check, county: PartnersCounty
) -> None:
    readings = (
        YEAR.readings[0].model_copy(update={"first": "2022-07", "last": "2023-06", "title": "an earlier year"}),
    )
    both = YEAR.model_copy(update={"readings": (*readings, *YEAR.readings)})
    certain = true(county, VIOLENCE)[0]
    assert check(certain, period=both).standing is Standing.REPRODUCED
    differs = check(2 * certain + 0.5, period=both)
    assert differs.standing is Standing.CANNOT_BE_CHECKED
    assert "no month of an earlier year" in differs.because


def test_a_feed_that_has_not_landed_is_named(check: Check, county: PartnersCounty) -> None:
    told = check(14.0, name="homicides")
    assert told.standing is Standing.CANNOT_BE_CHECKED
    assert county.catalogue.feeds.contracts["homicide_index"].title in told.because


def test_what_names_no_period_or_base_says_so(check: Check) -> None:
    told = check(46.0, name="violence_share", period=None, base=None, numerator=None)
    assert told.standing is Standing.CANNOT_BE_CHECKED
    assert "states no period" in told.because and "states no base" in told.because


def test_a_share_is_held_against_both_counts(check: Check, county: PartnersCounty) -> None:
    share = 100 * true(county, VIOLENCE)[0] / true(county, CRIME)[0]
    told = check(round(share), name="violence_share", printed=f"{share:.0f}%", numerator="violence")
    assert told.ours.startswith(f"{share:.1f}%")
    assert "what we" not in told.ours


def test_a_number_withheld_decides_nothing(check: Check, county: PartnersCounty) -> None:
    """A month of admissions is few: under the hospitals' rule neither the number nor how the print stands to it is told."""
    evidence = county.evidence(Audience.PARTNERSHIP)
    counted = Counted(evidence, county.catalogue.definitions[ADMISSIONS], "admissions")
    totals = {month: counted.total(make_period(PeriodKind.MONTH, month))[0] for month in sorted(counted.covered)}
    first, few = next(
        (f"{month:%Y-%m}", count) for month, count in totals.items() if 0 < count <= counted.rule.threshold
    )
    month = FigurePeriod.model_validate(
        {"printed": first, "kind": "span", "readings": [{"title": first, "first": first, "last": first}]}
    )
    for value in (few, few + 100):
        told = check(
            value,
            name="admissions",
            period=month,
            printed=f"{value:g}",
            rounded_to=None,
            audience=Audience.PARTNERSHIP,
        )
        assert told.standing is Standing.CANNOT_BE_CHECKED
        assert told.ours == "" and told.finding is None
        assert "suppressed" in told.because


def test_the_chapter_lists_every_figure_and_amount(county: PartnersCounty, strategy: Strategy) -> None:
    chapter = county.chapter("strategy_figures")
    rows = find_table(chapter, "published_figures").rows
    assert len(rows) == len(strategy.figures) + len(strategy.money)
    assert {str(row[3]).removesuffix(" by the document itself") for row in rows} <= {
        "Reproduced",
        "Contradicted",
        "Cannot be checked",
    }
    assert f"{len(rows)} figures are printed in Safer together in Wrenshire" in say(chapter.blocks)
    with pytest.raises(KeyError):
        county.chapter("strategy_figures", Audience.PUBLIC)
