"""From counts and denominators to estimates, by the unit a measure names. Labels are checked here, so that arrays never slip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from safeground.engine.catalogue import AgeRange, Measure
from safeground.engine.measures.counting import count_monthly
from safeground.engine.measures.locating import PlacedTally
from safeground.engine.measures.matrices import AreaPeriodMatrix, FloatMatrix
from safeground.engine.measures.measurement import Measurement
from safeground.engine.measures.periods import DAYS_IN_A_MONTH, Period
from safeground.engine.measures.populations import EUROPEAN_BANDS, Ages
from safeground.engine.measures.tallies import EventTally
from safeground.engine.statistics import (
    EUROPEAN_STANDARD_POPULATION_2013,
    Estimate,
    estimate_directly_standardised_rate,
    estimate_proportion,
    estimate_rate,
)


def estimate_measure(measure: Measure, counts: AreaPeriodMatrix, denominators: AreaPeriodMatrix | None) -> Estimate:
    """Estimates of a count, a crude rate or a share (in %), shape (areas, periods); NaN where a number is missing.

    A count is given the Poisson interval of a rate over one of itself: how much it might have differed by chance. ValueError where
    labels differ, or for a standardised rate, which needs counts by age (`estimate_standardised`).
    """
    if denominators is not None:
        counts.check_same_labels(denominators)
    confidence = measure.interval.confidence
    if measure.unit.type == "count":
        return estimate_rate(counts.values, 1.0, per=1, confidence=confidence)
    if denominators is None:
        raise ValueError(f"the measure {measure.name} is a {measure.unit.type} and needs a denominator")
    if measure.unit.type == "rate":
        return estimate_rate(counts.values, denominators.values, per=_per(measure), confidence=confidence)
    if measure.unit.type == "share":
        return _as_percent(counts.values, denominators.values, confidence)
    raise ValueError(f"the measure {measure.name} is standardised by age and needs counts by age")


def estimate_standardised(measure: Measure, counts: FloatMatrix, people: FloatMatrix) -> Estimate:
    """Directly standardised rates on the European Standard Population 2013.

    counts: shape (areas, periods, 19 bands); people: (areas, 19 bands). Returns shape (areas, periods), NaN on fewer than 10 events.
    """
    return estimate_directly_standardised_rate(
        counts,
        people[:, np.newaxis, :],
        EUROPEAN_STANDARD_POPULATION_2013,
        per=_per(measure),
        confidence=measure.interval.confidence,
    )


def tell_for_average_month(measure: Measure, monthly: Measurement) -> Measurement:
    """A crude rate's or count's single months, each as if it had 30.4 days: exposure is people times days over 30.4.

    ValueError for a period of several months.
    """
    if any(len(period.months) > 1 for period in monthly.periods):
        raise ValueError(f"{measure.name} is told for an average month; give single months")
    months = np.array([sum(period.days) for period in monthly.periods]) / DAYS_IN_A_MONTH
    definite, confidence = monthly.counts.definite, measure.interval.confidence
    exposure = months if monthly.denominators is None else monthly.denominators.values * months
    upper = estimate_rate(monthly.counts.upper.values, exposure, per=monthly.per or 1, confidence=confidence)
    told = replace(
        monthly,
        unit=f"{monthly.unit} and month of 30.4 days" if monthly.per else f"{monthly.unit} in a month of 30.4 days",
        estimate=estimate_rate(definite.values, exposure, per=monthly.per or 1, confidence=confidence),
        upper_bound=np.asarray(upper.value),
    )
    if monthly.denominators is None:
        return told
    return replace(
        told,
        denominator_label=f"{monthly.denominator_label}, times the days of the month over 30.4",
        denominators=replace(monthly.denominators, values=exposure),
    )


def count_bands(
    tally: EventTally, placed: PlacedTally, *, level: str, areas: Sequence[str], periods: Sequence[Period]
) -> FloatMatrix:
    """Events of a tally by age as shape (areas, periods, 19 bands), NaN where a period is incomplete."""

    def count(band: Ages) -> FloatMatrix:
        events = select_band(tally, band)
        return count_monthly(events, placed, level=level).definite.select_areas(areas).gather(periods).values

    return np.stack([count(band) for band in EUROPEAN_BANDS], axis=-1)


def select_band(tally: EventTally, band: Ages) -> EventTally:
    """The events of a tally by age that lie in one of its bands; none where no event does."""
    known = band.label in tally.categories
    return tally.select_category(band.label) if known else tally.select(np.zeros(0, dtype=np.intp))


def restrict_to_ages(measure: Measure, band: Ages) -> Measure:
    """The measure over residents of a band alone; a count stays as it is."""
    if measure.denominator is None:
        return measure
    ages = AgeRange(at_least=band.first, below=None if band.last is None else band.last + 1)
    return measure.model_copy(update={"denominator": measure.denominator.model_copy(update={"ages": ages})})


def _per(measure: Measure) -> int:
    if measure.unit.per is None:
        raise ValueError(f"the measure {measure.name} is a rate without per; say for how many people it is told")
    return measure.unit.per


def _as_percent(parts: FloatMatrix, wholes: FloatMatrix, confidence: float) -> Estimate:
    # Events shared out over split areas are sums of fractions: a whole can end up a rounding error below its only part.
    share = estimate_proportion(
        np.where(np.isclose(parts, wholes), np.minimum(parts, wholes), parts), wholes, confidence=confidence
    )
    return Estimate(share.value * 100, share.lower * 100, share.upper * 100, share.method, confidence)
