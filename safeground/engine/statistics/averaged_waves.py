"""The ratio of a stepped wedge whose effect may grow or wear off: one for every time since the start, and their mean.

One ratio for all times is no mean of what happened where an effect grows: places that began early are set against places that began
late, whose effect is younger, and the answer can lie below every effect that there was (Kenny et al. 2022).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from safeground.engine.statistics import significance
from safeground.engine.statistics.absorbed_regression import fit_absorbed_regression
from safeground.engine.statistics.comparisons import RatioComparison
from safeground.engine.statistics.inputs import BoolArray, FloatArray, as_counts
from safeground.engine.statistics.results import read_direction

FEWEST_EVENTS_SINCE: Final = 15
"""After the start, in each stretch of time since it: of fewer the logarithm of its ratio leans to one side."""


def estimate_averaged_ratio(
    counts: ArrayLike, treated: ArrayLike, *, transition: int = 0, confidence: float = 0.95
) -> RatioComparison:
    """Geometric mean, over all treated places and periods, of the rate ratios by time since the start; each field of shape (1,).

    counts: shape (places, periods), NaN where a place was not counted. treated: bool of that shape, from some period on. transition: how
    many periods after each start belong to neither side. Time since the start is cut into stretches as long as the shortest time between
    two starts, late ones with few events joined, each with a ratio of its own, within levels of places and periods; each counts by how
    many places and periods were treated that long. The interval leaves out each place in turn, with Student's t. In made-up wedges whose
    effect grew it held the mean in 94 to 97 of 100, and the interval of one ratio for all in 10 to 41; it is half as wide again.

    NaN, and a method that says why, where a stretch has too few events or the stretches cannot be told apart.

    Source: Kenny A, Voldal E, Xia F, Heagerty P, Hughes J (2022) Statistics in Medicine 41:4311; Maleyeff L, Li F, Haneuse S, Wang R
    (2023) Biometrics 79:2551.

    >>> rng = np.random.default_rng(3)
    >>> since = np.arange(24) - np.repeat([4, 8, 12, 16, 20], 4)[:, np.newaxis]
    >>> counts = rng.poisson(rng.gamma(9, 1, (20, 1)) * 0.95 ** np.maximum(since, 0))
    >>> r = estimate_averaged_ratio(counts, since >= 0)
    >>> print(f"{r.value[0]:.2f} ({r.lower[0]:.2f} to {r.upper[0]:.2f}), where 0.70 is true")
    0.71 (0.62 to 0.81), where 0.70 is true
    """
    table, given = as_counts(counts, "counts"), np.asarray(treated).astype(bool)
    start = np.where(given.any(axis=1), given.argmax(axis=1), np.iinfo(np.int32).max)
    since = np.arange(table.shape[1]) - start[:, np.newaxis]
    starts = np.unique(start[given.any(axis=1)])
    step = int(np.diff(starts).min()) if starts.size > 1 else table.shape[1]
    stretches = _join_few(
        [(since >= low) & (since < low + step) for low in range(transition, int(since.max()) + 1, step)], table
    )
    seen = ~np.isnan(table)
    if not stretches:
        return _unknown(f"fewer than {FEWEST_EVENTS_SINCE} events in a stretch of time since the start", confidence)
    aside = [(since >= 0) & (since < transition)] if transition else []
    place, period = np.indices(table.shape)
    try:
        fit = fit_absorbed_regression(
            table.ravel(), np.column_stack([part.ravel().astype(float) for part in (*stretches, *aside)]), groups=place.ravel(),
            periods=period.ravel(), variance="jackknife", confidence=confidence,
        )  # fmt: skip
    except (ValueError, np.linalg.LinAlgError):
        return _unknown("stretches of time since the start cannot be told apart", confidence)
    if np.isnan(fit.ratio.lower).any():
        return _unknown("there are too few places, or none of the events of a stretch", confidence)
    cells = np.array([float((part & seen).sum()) for part in stretches] + [0.0] * len(aside))
    return _average(cells / cells.sum(), fit.coefficients, fit.covariance, fit.clusters, confidence)


def _join_few(stretches: list[BoolArray], table: FloatArray) -> list[BoolArray]:
    """The latest, which few places reach, taken together with the one before until each has events enough; none where one has not."""
    joined: list[BoolArray] = []
    for part in reversed(stretches):
        if joined and float(np.nansum(table[joined[-1]])) < FEWEST_EVENTS_SINCE:
            joined[-1] = joined[-1] | part
        else:
            joined.append(part)
    return joined if joined and float(np.nansum(table[joined[-1]])) >= FEWEST_EVENTS_SINCE else []


def _average(
    weights: FloatArray, coefficients: FloatArray, covariance: FloatArray, clusters: int, confidence: float
) -> RatioComparison:
    middle, error = weights @ coefficients, np.sqrt(weights @ covariance @ weights)
    if not error > 0:
        return _unknown(
            "all places are alike to the last event, so that nothing shows how far they go by themselves", confidence
        )
    reach = -special.stdtrit(clusters - 1, (1 - confidence) / 2) * error
    value, lower, upper = (np.atleast_1d(np.exp(x)) for x in (middle, middle - reach, middle + reach))
    p_value = np.atleast_1d(significance.student(middle / error, np.asarray(float(clusters - 1))))
    method = "Poisson regression by place and period with a ratio for each time since the start, averaged; leaving out each place"
    return RatioComparison(
        value=value, lower=lower, upper=upper, method=np.array([method]), confidence=confidence, p_value=p_value,
        direction=read_direction(lower, upper, 1.0),
    )  # fmt: skip


def _unknown(why: str, confidence: float) -> RatioComparison:
    nothing = np.full(1, np.nan)
    return RatioComparison(
        value=nothing, lower=nothing, upper=nothing, method=np.array([f"not available: {why}"]), confidence=confidence,
        p_value=nothing, direction=np.array(["cannot tell"]),
    )  # fmt: skip
