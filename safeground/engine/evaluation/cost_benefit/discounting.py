"""A pound of another year: its weight, and its worth in the prices of the base year."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from safeground.engine.catalogue import Deflators, DiscountSchedule

FloatArray = NDArray[np.float64]


class NotHeld(ValueError):
    """A number that a sum needs and no file holds. The message says which, to follow 'because'."""


def discount_factors(years: int, schedule: DiscountSchedule) -> FloatArray:
    """The weight of a pound in each of `years` years, shape (years,); year 0 weighs 1.

    Each year's rate is applied to the weight of the year before, so that the weight does not jump where the rate changes (HM Treasury,
    The Green Book, on long-term discount rates). Raises NotHeld where the schedule ends before.
    """
    rates = np.empty(max(years - 1, 0))
    start = 0
    for band in schedule.bands:
        rates[start : band.until_year] = band.percent / 100
        start = band.until_year
    if years - 1 > start:
        raise NotHeld(schedule.beyond)
    return np.concatenate([[1.0], 1 / np.cumprod(1 + rates)]) if years > 0 else np.empty(0)


def price_ratio(*, from_year: str, to_year: str, deflators: Deflators) -> float:
    """How many pounds of `to_year` a pound of `from_year` is worth. Raises NotHeld where the series lacks one of them."""
    if from_year == to_year:
        return 1.0
    for year in (from_year, to_year):
        if year not in deflators.index:
            why = deflators.not_held or f"the series ({deflators.title}) has no {year}"
            raise NotHeld(f"prices of {from_year} cannot be told in those of {to_year}: {why}")
    return deflators.index[to_year] / deflators.index[from_year]
