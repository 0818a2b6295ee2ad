"""Whether what was given a chance of one in ten happened one time in ten."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from safeground.engine.statistics import intervals, significance
from safeground.engine.statistics.inputs import FloatArray, as_numbers, check_confidence


@dataclass(frozen=True, eq=False)
class Calibration:
    """Forecast probabilities beside what happened.

    Of shape (groups,), from the lowest probabilities to the highest: `least` probability in the group, `predicted` (mean probability),
    `observed` share that happened, with Wilson's interval `lower` to `upper`, and `cases` in the group. `expected` and `happened` are
    how many were forecast in all and how many there were. `brier` is the mean squared error and `brier_skill` what it is better than
    the overall share as everyone's forecast: 1 perfect, 0 no better, NaN where all or none happened. `log_score` is the mean of minus
    the logarithm of the probability given to what happened: lower is better, infinite where something happened that was given no
    chance. `p_value` is Spiegelhalter's, two-sided: small where the probabilities are not calibrated.
    """

    least: FloatArray
    predicted: FloatArray
    observed: FloatArray
    lower: FloatArray
    upper: FloatArray
    cases: FloatArray
    expected: float
    happened: float
    brier: float
    brier_skill: float
    log_score: float
    p_value: float
    method: str


def measure_calibration(
    probabilities: ArrayLike, happened: ArrayLike, *, groups: int = 10, confidence: float = 0.95
) -> Calibration:
    """Compare forecast probabilities with what happened, in groups that were each expected to see about as many events.

    probabilities: of any shape, between 0 and 1. happened: the same shape, 1 where it happened and 0 where not. A case missing (NaN) in
    either is left out. groups: at most so many; cases of one probability stay together. (Groups of as many cases would put nine tenths
    of a county's cells, in which next to nothing is ever expected, into nine of ten groups.)

    The intervals and the p-value take cases to be independent; where events cluster they are too narrow and too small.
    ValueError: shapes that do not fit, numbers outside their range, no case, nothing ever expected.

    Source: Spiegelhalter D (1986) Statistics in Medicine 5:421; Brier G (1950) Monthly Weather Review 78:1; Wilson (1927).

    >>> found = measure_calibration([0.1] * 20 + [0.5] * 8, [1] + [0] * 19 + [1, 0] * 4, groups=2)
    >>> print(found.predicted, found.observed, f"{found.expected:.0f} expected, {found.happened:.0f} happened, p {found.p_value:.2f}")
    [0.1 0.5] [0.05 0.5 ] 6 expected, 5 happened, p 0.46
    """
    confidence = check_confidence(confidence)
    chance, came = as_numbers(probabilities, "probabilities"), as_numbers(happened, "happened")
    if chance.shape != came.shape:
        raise ValueError(
            f"probabilities and happened need one number for each case, not shapes {chance.shape} and {came.shape}"
        )
    known = ~np.isnan(chance) & ~np.isnan(came)
    chance, came = chance[known], came[known]
    if ((chance < 0) | (chance > 1)).any():
        raise ValueError("probabilities lie between 0 and 1; give one that is missing as NaN")
    if not np.isin(came, (0, 1)).all():
        raise ValueError("happened is 1 where it happened and 0 where not; give one that is missing as NaN")
    if groups < 1:
        raise ValueError(f"groups must be 1 or more, not {groups}")
    if not chance.sum() > 0:
        raise ValueError("probabilities are all 0 or missing: there is nothing to hold them to")
    return _calibrated(chance, came, _group(chance, groups), confidence)


def _calibrated(chance: FloatArray, came: FloatArray, group: NDArray[np.intp], confidence: float) -> Calibration:
    cases = np.bincount(group).astype(np.float64)
    counts = np.bincount(group, weights=came).astype(np.float64)
    lower, upper = intervals.wilson(counts, cases, intervals.normal_quantile(1 - confidence))
    brier = float(np.mean((came - chance) ** 2))
    overall = float(came.mean())
    by_chance = overall * (1 - overall)
    given = np.where(came == 1, chance, 1 - chance)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_score = float(-np.log(given).mean())
        spread = np.sqrt(((1 - 2 * chance) ** 2 * chance * (1 - chance)).sum())
        z = ((came - chance) * (1 - 2 * chance)).sum() / spread
    least = np.full(cases.size, np.inf)
    np.minimum.at(least, group, chance)
    return Calibration(
        least=least,
        predicted=np.bincount(group, weights=chance) / cases,
        observed=counts / cases,
        lower=lower,
        upper=upper,
        cases=cases,
        expected=float(chance.sum()),
        happened=float(came.sum()),
        brier=brier,
        brier_skill=1 - brier / by_chance if by_chance > 0 else np.nan,
        log_score=log_score,
        p_value=float(significance.normal(np.asarray(z if np.isfinite(z) else np.nan))),
        method=f"{cases.size} groups of about the same expected number (Wilson); Spiegelhalter's test",
    )


def _group(chance: FloatArray, groups: int) -> NDArray[np.intp]:
    """A number from 0 for each case: by where the middle of its probability's share lies in the cumulated expectation."""
    values, place, counts = np.unique(chance, return_inverse=True, return_counts=True)
    expected = values * counts
    middle = (np.cumsum(expected) - expected / 2) / expected.sum()
    return np.unique(np.minimum((middle * groups).astype(np.intp), groups - 1), return_inverse=True)[1][place]
