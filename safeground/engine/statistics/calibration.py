"""Whether what was given a chance of one in ten happened one time in ten."""

from __future__ import annotations

from collections.abc import Sequence
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
    chance. `p_value` is Spiegelhalter's, two-sided: small where the probabilities are not calibrated; `test` says what it allows for.
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
    test: str
    method: str


def measure_calibration(
    probabilities: ArrayLike,
    happened: ArrayLike,
    *,
    groups: int = 10,
    confidence: float = 0.95,
    clusters: Sequence[ArrayLike] = (),
) -> Calibration:
    """Compare forecast probabilities with what happened, in groups that were each expected to see about as many events.

    probabilities: of any shape, between 0 and 1. happened: the same shape, 1 where it happened and 0 where not. A case missing (NaN) in
    either is left out. groups: at most so many; cases of one probability stay together. (Groups of as many cases would put nine tenths
    of a county's cells, in which next to nothing is ever expected, into nine of ten groups.)

    clusters: up to two arrays of labels, of the same shape: cases of one label may rise and fall together, as those of a place or of a
    season do. The test's variance is then the largest of those that allow for each, for both at once, and for neither, and Student's
    curve of the fewest labels is read. An array with one label alone cannot tell how much labels differ, and is left out.

    The intervals take cases to be independent, and so does the p-value without clusters; where events cluster they are too narrow and too
    small. ValueError: shapes that do not fit, numbers outside their range, no case, nothing ever expected.

    Source: Spiegelhalter D (1986) Statistics in Medicine 5:421; Brier G (1950) Monthly Weather Review 78:1; Wilson (1927); Cameron A,
    Gelbach J, Miller D (2011) Journal of Business and Economic Statistics 29:238 (clusters of two kinds at once).

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
    labels = _read_clusters(clusters, chance.shape, known)
    chance, came = chance[known], came[known]
    if ((chance < 0) | (chance > 1)).any():
        raise ValueError("probabilities lie between 0 and 1; give one that is missing as NaN")
    if not np.isin(came, (0, 1)).all():
        raise ValueError("happened is 1 where it happened and 0 where not; give one that is missing as NaN")
    if groups < 1:
        raise ValueError(f"groups must be 1 or more, not {groups}")
    if not chance.sum() > 0:
        raise ValueError("probabilities are all 0 or missing: there is nothing to hold them to")
    return _calibrated(chance, came, _group(chance, groups), confidence, labels)


def _calibrated(
    chance: FloatArray, came: FloatArray, group: NDArray[np.intp], confidence: float, labels: list[NDArray[np.intp]]
) -> Calibration:
    cases = np.bincount(group).astype(np.float64)
    counts = np.bincount(group, weights=came).astype(np.float64)
    lower, upper = intervals.wilson(counts, cases, intervals.normal_quantile(1 - confidence))
    brier = float(np.mean((came - chance) ** 2))
    overall = float(came.mean())
    by_chance = overall * (1 - overall)
    given = np.where(came == 1, chance, 1 - chance)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_score = float(-np.log(given).mean())
    p_value, test = _test(chance, came, labels)
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
        p_value=p_value,
        test=test,
        method=f"{cases.size} groups of about the same expected number (Wilson); {test}",
    )


def _test(chance: FloatArray, came: FloatArray, labels: list[NDArray[np.intp]]) -> tuple[float, str]:
    """Spiegelhalter's: what came less what was expected, each weighed by how far its chance lies from a half."""
    away = (came - chance) * (1 - 2 * chance)
    alone = float(((1 - 2 * chance) ** 2 * chance * (1 - chance)).sum())
    variance = max([alone, *_clustered_variances(away, labels)])
    if not variance > 0:
        return np.nan, "Spiegelhalter's test, not available: every chance is 0, a half or 1"
    t = np.asarray(away.sum() / np.sqrt(variance))
    if not labels:
        return float(significance.normal(t)), "Spiegelhalter's test, for which cases are independent"
    sizes = [int(each.max()) + 1 for each in labels]
    test = f"Spiegelhalter's test, allowing for cases that hang together in {' and '.join(map(str, sizes))} clusters"
    return float(significance.student(t, np.asarray(float(min(sizes) - 1)))), test


def _clustered_variances(away: FloatArray, labels: list[NDArray[np.intp]]) -> list[float]:
    """Of the sum, where the cases of a label hang together: for each kind of label, and for two kinds at once."""

    def of(label: NDArray[np.intp]) -> float:
        sums = np.bincount(label, weights=away)
        # About their mean: about 0, a forecast wrong alike in all of few windows would hide in its own variance.
        return float(((sums - sums.mean()) ** 2).sum()) * sums.size / max(sums.size - 1, 1)

    found = [of(label) for label in labels]
    if len(labels) == 2:
        both = np.unique(labels[0] * (int(labels[1].max()) + 1) + labels[1], return_inverse=True)[1]
        found.append(sum(found) - of(both))
    return found


def _read_clusters(
    clusters: Sequence[ArrayLike], shape: tuple[int, ...], known: NDArray[np.bool_]
) -> list[NDArray[np.intp]]:
    """Labels of the known cases as numbers from 0; kinds of which there is one alone are left out."""
    given = [np.asarray(each) for each in clusters]
    if len(given) > 2 or any(each.shape != shape for each in given):
        raise ValueError("clusters are one or two arrays of labels, each with one label for each case")
    numbered = [np.unique(each[known], return_inverse=True)[1].ravel() for each in given]
    return [each for each in numbered if each.size and each.max() > 0]


def _group(chance: FloatArray, groups: int) -> NDArray[np.intp]:
    """A number from 0 for each case: by where the middle of its probability's share lies in the cumulated expectation."""
    values, place, counts = np.unique(chance, return_inverse=True, return_counts=True)
    expected = values * counts
    middle = (np.cumsum(expected) - expected / 2) / expected.sum()
    return np.unique(np.minimum((middle * groups).astype(np.intp), groups - 1), return_inverse=True)[1][place]
