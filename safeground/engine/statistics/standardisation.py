"""Rates made comparable between populations of different ages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from safeground.engine.statistics import intervals
from safeground.engine.statistics.inputs import (
    FloatArray,
    align,
    as_counts,
    as_given,
    check_confidence,
    check_per,
    name_by_code,
)
from safeground.engine.statistics.results import Estimate

FEWEST_EVENTS: Final = 10
"""Below this many events a directly standardised rate is not produced (PHEindicatormethods 2.1.0)."""

AGE_BANDS_2013: Final = (
    "0-4", "5-9", "10-14", "15-19", "20-24", "25-29", "30-34", "35-39", "40-44", "45-49",
    "50-54", "55-59", "60-64", "65-69", "70-74", "75-79", "80-84", "85-89", "90+",
)  # fmt: skip
"""The bands of `EUROPEAN_STANDARD_POPULATION_2013`, in order."""

EUROPEAN_STANDARD_POPULATION_2013: Final = (
    5000, 5500, 5500, 5500, 6000, 6000, 6500, 7000, 7000, 7000,
    7000, 6500, 6000, 5500, 5000, 4000, 2500, 1500, 1000,
)  # fmt: skip
"""People in each of the 19 bands, 100,000 in all: Eurostat (2013), Revision of the European Standard Population."""

_METHODS = (
    "direct standardisation (Dobson with Byar's limits)",
    f"not available: fewer than {FEWEST_EVENTS} events",
    "not available: an age band has no population",
    "not available: a count or a population is missing",
)


@dataclass(frozen=True, eq=False)
class StandardisedRateEstimate(Estimate):
    """A directly standardised rate for `per` people; `count` is the events of all ages."""

    per: float
    count: FloatArray


def estimate_directly_standardised_rate(
    counts: ArrayLike,
    populations: ArrayLike,
    standard: ArrayLike,
    *,
    per: float = 100_000,
    confidence: float = 0.95,
) -> StandardisedRateEstimate:
    """The rate an area would have with the ages of the standard population, with Dobson's interval.

    counts, populations: shape (..., age bands); standard: people in each band, same last axis, any total. They broadcast; the result
    has the shape without the last axis. Fewer than 10 events, a band without people or a missing number give NaN, and `method` says
    which; `count` still tells the events. ValueError: a negative number, a standard that does not fit the bands or is empty.

    Do not compare a standardised rate with a crude one, nor two made with different standards. The interval takes events to be
    independent: repeat victims make it too narrow.

    Source: Dobson et al (1991); PHEindicatormethods 2.1.0, calculate_dsr.

    >>> bands = [[10, 40, 10]], [[1_000, 2_000, 3_000]], [2, 1, 1]
    >>> rate = estimate_directly_standardised_rate(*bands, per=1_000)
    >>> print(rate.value.round(2), rate.lower.round(2), rate.upper.round(2), rate.method[0][:8])
    [10.83] [7.55] [14.81] direct s
    """
    confidence, per = check_confidence(confidence), check_per(per)
    weight = _check_standard(as_counts(standard, "standard"))
    count, population, weight = align(
        counts=as_counts(counts, "counts"), populations=as_counts(populations, "populations"), standard=weight
    )
    if count.ndim == 0:
        raise ValueError("counts need a last axis of age bands; give one number for each band")
    share = weight / weight.sum(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        band_rate = count / population
        value = (share * band_rate).sum(axis=-1)
        variance = (share**2 * band_rate / population).sum(axis=-1)
    events = count.sum(axis=-1)
    code = np.zeros(events.shape, dtype=np.intp)
    code[events < FEWEST_EVENTS] = 1
    code[(population == 0).any(axis=-1)] = 2
    code[(np.isnan(count) | np.isnan(population)).any(axis=-1)] = 3
    produced = code == 0
    lower, upper = intervals.dobson(value, variance, events, 1 - confidence)
    return StandardisedRateEstimate(
        value=as_given(np.where(produced, value * per, np.nan)),
        lower=as_given(np.where(produced, lower * per, np.nan)),
        upper=as_given(np.where(produced, upper * per, np.nan)),
        method=name_by_code(_METHODS, code),
        confidence=confidence,
        per=per,
        count=as_given(events),
    )


def _check_standard(weight: FloatArray) -> FloatArray:
    if np.isnan(weight).any() or not (weight.sum(axis=-1) > 0).all():
        raise ValueError("the standard population must hold people in at least one band and no missing number")
    return weight
