"""Signals: claims only what chance seldom shows, and tells the date of no single death to readers who may not know it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from partners_county import PartnersCounty, find_finding, find_table, land_county, say

from safeground.engine.assessment.chapters.signals.gaps import make_gaps
from safeground.engine.assessment.chapters.signals.listing import make_list
from safeground.engine.assessment.chapters.signals.monthly import MonthlySignals, _analyse, find_monthly_signals
from safeground.engine.assessment.chapters.signals.telling import make_overview, signal_finding
from safeground.engine.assessment.counted import Counted, count_measure
from safeground.engine.documents import Audience, Direction, Figure, Finding, format_value
from safeground.engine.measures import PeriodKind, get_periods

pytestmark = pytest.mark.slow

NAMES = ("violence", "public_space_violence", "robbery")


@pytest.fixture(scope="module")
def county(tmp_path_factory) -> Iterator[PartnersCounty]:
    with land_county(
        tmp_path_factory.mktemp("signals"), ["homicide_index", "hospital_admissions"], months=30
    ) as landed:
        yield landed


@pytest.fixture(scope="module")
def page(county):
    return county.chapter("signals", Audience.PARTNERSHIP)


@pytest.fixture
def violence(county) -> Counted:
    return count_measure(county.evidence(Audience.POLICE), "violence_rate")


def analyse(counted: Counted, change) -> MonthlySignals:
    """The signals of a series whose counts were changed, each month told as the engine tells it."""
    months = get_periods(PeriodKind.MONTH, counted.covered)
    counts = change(np.array([counted.total(month)[0] for month in months]))
    told = tuple(None if np.isnan(count) else counted.protect_parts([round(count)])[0] for count in counts)
    return _analyse(counted, months, told, counts, 0.01)


def test_every_finding_prints_how_often_chance_alone_would_signal(page):
    for name in NAMES:
        finding = find_finding(page, f"signals.{name}")
        assert f"With no change at all, {finding.estimate.value:.0f}% of series like this one" in finding.sentence
        assert 1 <= finding.estimate.value <= 60


def test_a_planted_change_is_dated_and_sized_within_its_interval(violence):
    signals = analyse(violence, lambda counts: np.where(np.arange(counts.size) >= 14, counts * 1.4, counts).round())
    finding = signal_finding(signals, id="signals.planted")
    assert finding.direction is Direction.HIGHER and "rose to another level" in finding.sentence
    assert finding.estimate.lower < 40 < finding.estimate.upper
    assert signals.changes.steps[0].lower <= 14 <= signals.changes.steps[0].upper
    row = make_list([signals]).rows[0]
    assert row[2] == "a new level, higher" and row[3] == "yes" and "flag" in row[4]
    phases = make_overview([signals]).chart.parts[0].phases
    assert [phase.start for phase in phases][1] == f"{signals.months[signals.changes.starts[0]].first:%Y-%m}"


def test_a_month_that_never_came_is_no_signal_but_the_next_is_asked_about_it(violence):
    def lose(counts):
        counts = counts.copy()
        counts[12], counts[13] = np.nan, counts[13] * 2.5
        return counts.round()

    signals = analyse(violence, lose)
    assert not signals.chart.is_marked()[12] and signals.chart.is_marked()[13]
    asked = [row[4] for row in make_list([signals]).rows if f"{signals.months[13].first:%B %Y}" in row[1]]
    assert asked and all("did its records come with this one?" in text for text in asked)
    drawn = [point.label for point in make_overview([signals]).chart.parts[0].series.points]
    assert f"{signals.months[12].first:%Y-%m}" not in drawn


def test_a_month_marked_by_chance_is_listed_but_not_claimed(violence):
    """Counts of chance alone, of which a run rule marks one month, as it does in one such series of six."""
    signals = analyse(violence, lambda counts: np.random.default_rng(2).poisson(400, counts.size).astype(float))
    assert signals.alarms.marked and not signals.stands_out and not signals.changes.steps
    assert "nothing is claimed of it" in signal_finding(signals, id="x").sentence
    assert {row[3] for row in make_list([signals]).rows} == {"no"}


def test_a_month_far_out_is_claimed(violence):
    def spike(counts):
        counts = np.random.default_rng(2).poisson(400, counts.size).astype(float)
        counts[20] = 900
        return counts

    signals = analyse(violence, spike)
    assert signals.stands_out and "which chance would do in 0" in signal_finding(signals, id="x").sentence


def test_a_series_with_a_withheld_month_is_not_told_to_those_it_is_withheld_from(county):
    counted = count_measure(county.evidence(Audience.PARTNERSHIP), "sharp_object_admissions")
    if all(counted.protect_level(month).is_published for month in get_periods(PeriodKind.MONTH, counted.covered)):
        pytest.skip("no month of this county is small")
    found = find_monthly_signals(counted, significance=0.01)
    assert isinstance(found, str) and "withheld" in found
    assert "withheld" in say(county.chapter("signals", Audience.PARTNERSHIP).blocks)


def gaps_for(county, audience):
    counted = count_measure(county.evidence(audience), "non_domestic_homicides")
    return make_gaps(counted, {"gaps": "Days between."}, significance=0.01)


def test_dates_of_single_deaths_are_for_the_police_alone(county, monkeypatch):
    monkeypatch.setattr("safeground.engine.assessment.chapters.signals.gaps.FEWEST_GAPS", 2)
    figure = next(block for block in gaps_for(county, Audience.POLICE) if isinstance(block, Figure))
    assert figure.readers == figure.table.readers == {Audience.POLICE}
    dates = [row[0] for row in figure.table.rows]
    assert dates
    for audience in (Audience.PARTNERSHIP, Audience.PUBLIC):
        blocks = gaps_for(county, audience)
        assert not any(isinstance(block, Figure) for block in blocks)
        finding = next(block for block in blocks if isinstance(block, Finding))
        assert not finding.estimate.is_published
        assert not any(date in finding.sentence for date in dates)
        assert not any(character.isdigit() for character in finding.sentence)


def test_too_few_deaths_say_so_without_a_number(county, monkeypatch):
    monkeypatch.setattr("safeground.engine.assessment.chapters.signals.gaps.FEWEST_GAPS", 10_000)
    said = say(gaps_for(county, Audience.PUBLIC))
    assert "too few" in said and not any(character.isdigit() for character in said)


def test_the_table_holds_every_month_as_it_is_told(page, county):
    rows = find_table(page, "signals_overview").rows
    counted = count_measure(county.evidence(Audience.PARTNERSHIP), "robbery_rate")
    told = {row[1]: format_value(row[2]) for row in rows if row[0] == "Robbery"}
    months = get_periods(PeriodKind.MONTH, counted.covered)
    assert told == {f"{month.first:%Y-%m}": format_value(counted.protect_level(month)) for month in months}
