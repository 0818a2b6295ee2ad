"""How many there are in all, from lists that each hold a part: two lists, three lists, and a lower bound.

Every method rests on what no list can show. All need that nothing comes or goes while the lists are kept, that the same event is
known for the same in each list, and that all lists could have held any event. Two lists must besides be independent of each other;
where standing in one makes the other likelier, the estimate is too low, and where it makes it less likely, too high. Three lists let
two depend on each other, but not all three in a way of their own. So no estimate here is the truth: tell the range over models.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from safeground.engine.statistics.inputs import FloatArray, as_counts, as_given, check_confidence
from safeground.engine.statistics.intervals import normal_quantile
from safeground.engine.statistics.results import Estimate

_PAIRS = tuple(combinations(range(3), 2))
_STEPS = 100
_SUPPORTED = 10.0
"""A model whose AIC is this much above the least has next to nothing in its favour (Burnham and Anderson 2002, section 2.6)."""
_MISSING = "not available: a count is missing"


@dataclass(frozen=True, eq=False)
class TotalEstimate(Estimate):
    """How many there are in all. `seen`: how many stand in a list at least once; value and interval are never below it."""

    seen: float


@dataclass(frozen=True, eq=False)
class DependenceModel(TotalEstimate):
    """A log-linear model of three lists. `pairs`: which lists (0, 1, 2) it lets depend on each other; none is independence.

    `weight`: its share of the evidence among the models, by AIC. `is_supported`: its AIC is within 10 of the least.
    """

    pairs: tuple[tuple[int, int], ...]
    aic: float
    weight: float
    is_supported: bool


@dataclass(frozen=True, eq=False)
class ThreeLists:
    """What three lists allow to be said. `models`: all eight, from independence to every pair. `averaged`: over them by weight.

    `lower`, `upper`: the least lower and the greatest upper limit of the supported models, the average and the bound: the range to be
    told.
    """

    models: tuple[DependenceModel, ...]
    averaged: TotalEstimate
    lower_bound: TotalEstimate
    lower: float
    upper: float

    @property
    def seen(self) -> float:
        return self.averaged.seen


def estimate_two_lists(first: float, second: float, both: float, *, confidence: float = 0.95) -> TotalEstimate:
    """Chapman's estimate from the sizes of two lists and of what stands in both, with a log-normal interval of what neither holds.

    Fractions are allowed, since links between lists are estimated. NaN in gives NaN, and `method` says so. ValueError: a negative number,
    or more in both than in one.

    Source: Chapman D (1951) Univ Calif Publ Stat 1:131; Seber G (1970) Biometrics 26:313 (variance); Chao A (1987) Biometrics 43:783
    (interval).

    >>> both = estimate_two_lists(135, 122, 49)
    >>> print(f"{both.value:.0f}, {both.lower:.0f} to {both.upper:.0f}")
    334, 289 to 403
    """
    confidence = check_confidence(confidence)
    one, two, common = (float(n) for n in as_counts([first, second, both], "counts"))
    if np.isnan([one, two, common]).any():
        return _missing(_MISSING, confidence)
    if common > min(one, two):
        raise ValueError(f"both hold {common:g} of lists of {one:g} and {two:g}: what is in both is in each")
    seen = one + two - common
    value = (one + 1) * (two + 1) / (common + 1) - 1
    variance = (one + 1) * (two + 1) * (one - common) * (two - common) / ((common + 1) ** 2 * (common + 2))
    return _with_interval(
        value - seen, variance, seen, "Chapman, log-normal interval of what neither list holds", confidence
    )


def bound_from_below(alone: ArrayLike, twice: float, seen: float, *, confidence: float = 0.95) -> TotalEstimate:
    """Chao's lower bound for lists of different length, from how many stand in each list alone and how many in exactly two, of `seen`.

    It holds where some events are easier to list than others, which makes lists depend on each other positively. It is no bound where
    those in one list tend not to be in another: then it may be far too high. Source: Chao A (1989) Biometrics 45:427; the interval is
    log-normal, with Poisson variances by the delta method.

    alone: shape (lists,). ValueError: negative numbers, fewer than two lists, or fewer seen than in one or two lists.
    """
    confidence = check_confidence(confidence)
    singles, (doubles, total) = as_counts(alone, "alone"), (float(n) for n in as_counts([twice, seen], "counts"))
    if singles.ndim != 1 or singles.size < 2:
        raise ValueError("a bound needs at least two lists, with how many stand in each of them alone")
    if np.isnan([*singles, doubles, total]).any():
        return _missing(_MISSING, confidence)
    if singles.sum() + doubles > total * (1 + 1e-9):
        raise ValueError(f"{singles.sum():g} in one list and {doubles:g} in two are more than the {total:g} seen")
    products = float((singles.sum() ** 2 - (singles**2).sum()) / 2)
    unseen = products / (doubles + 1)
    slopes = (singles.sum() - singles) / (doubles + 1)
    variance = float((slopes**2 * singles).sum()) + (unseen / (doubles + 1)) ** 2 * doubles + unseen
    return _with_interval(unseen, variance, total, "Chao's lower bound, log-normal interval", confidence)


def estimate_three_lists(histories: ArrayLike, *, confidence: float = 0.95) -> ThreeLists:
    """Log-linear models of three lists, averaged by AIC, with Chao's bound and the range over all.

    histories: shape (2, 2, 2), how many stand in the first, second and third list (index 1) or not (0); [0, 0, 0] is what nobody knows,
    and is not read. Where another cell is 0 a quarter is added to each, lest a model run off to nothing or without limit. The interval of
    a model is log-normal in what no list holds and allows for that number's own chance. NaN in any cell gives NaN.

    The models cannot see a dependence of all three lists on each other, nor events that no list could hold.

    Source: Fienberg S (1972) Biometrika 59:591; Cormack R (1989) Biometrics 45:395; Evans M, Bonett D (1994) Statistics in Medicine
    13:2229 (the quarter); Buckland S, Burnham K, Augustin N (1997) Biometrics 53:603 (averaging).

    >>> hepatitis = [[[0, 63], [55, 18]], [[69, 17], [21, 28]]]
    >>> found = estimate_three_lists(hepatitis)
    >>> print(f"{found.models[0].value:.0f} if independent, {found.models[-1].value:.0f} if each pair depends; {found.seen:.0f} seen")
    388 if independent, 1313 if each pair depends; 271 seen
    """
    confidence = check_confidence(confidence)
    cells = as_counts(histories, "histories").copy()
    if cells.shape != (2, 2, 2):
        raise ValueError(f"histories of three lists have the shape (2, 2, 2), not {cells.shape}")
    places = np.argwhere(np.ones((2, 2, 2)))[1:]
    counts = cells[tuple(places.T)]
    if np.isnan(counts).any():
        gone = _missing(_MISSING, confidence)
        return ThreeLists((), gone, gone, np.nan, np.nan)
    seen = float(counts.sum())
    fitted = counts + 0.25 if (counts == 0).any() else counts
    subsets = [pairs for size in range(4) for pairs in combinations(_PAIRS, size)]
    fits = [_fit(fitted, places, pairs) for pairs in subsets]
    least = min(aic for *_, aic in fits)
    evidence = np.array([np.exp(-(aic - least) / 2) for *_, aic in fits])
    weights = evidence / evidence.sum()
    models = tuple(
        _model(unseen, spread, aic, seen, pairs, float(weight), aic - least <= _SUPPORTED, confidence)
        for pairs, (unseen, spread, aic), weight in zip(subsets, fits, weights, strict=True)
    )
    averaged = _average(fits, weights, seen, confidence)
    listed = places.sum(axis=1)
    bound = bound_from_below(counts[listed == 1], float(counts[listed == 2].sum()), seen, confidence=confidence)
    told = [*(model for model in models if model.is_supported), averaged, bound]
    known = [each for each in told if not np.isnan(each.value)]
    return ThreeLists(
        models,
        averaged,
        bound,
        min((float(each.lower) for each in known), default=np.nan),
        max((float(each.upper) for each in known), default=np.nan),
    )


def _fit(counts: FloatArray, places: np.ndarray, pairs: tuple[tuple[int, int], ...]) -> tuple[float, float, float]:
    """What no list holds, the standard error of its logarithm, and AIC. Newton steps of a Poisson regression on seven cells.

    The cell of no list has the intercept alone, so that its logarithm is the first coefficient.
    """
    products = [places[:, one] * places[:, two] for one, two in pairs]
    design = np.column_stack([np.ones(len(places)), places, *products]).astype(np.float64)
    fitted = np.maximum(counts, 0.5)
    for _ in range(_STEPS):
        working = np.log(fitted) + (counts - fitted) / fitted
        weighted = design * fitted[:, np.newaxis]
        coefficients = np.linalg.lstsq(design.T @ weighted, weighted.T @ working, rcond=None)[0]
        renewed = np.exp(np.clip(design @ coefficients, -30, 30))
        if np.allclose(renewed, fitted, rtol=1e-10, atol=1e-10):
            break
        fitted = renewed
    covariance = np.linalg.pinv(design.T @ (design * fitted[:, np.newaxis]))
    log_likelihood = float((counts * np.log(fitted) - fitted).sum())
    unseen = float(np.exp(min(coefficients[0], 30.0)))
    return unseen, float(np.sqrt(max(covariance[0, 0], 0.0))), 2 * design.shape[1] - 2 * log_likelihood


def _model(
    unseen: float,
    spread: float,
    aic: float,
    seen: float,
    pairs: tuple[tuple[int, int], ...],
    weight: float,
    is_supported: bool,
    confidence: float,
) -> DependenceModel:
    factor = _factor(spread**2 + 1 / max(unseen, 1e-9), confidence)
    return DependenceModel(
        value=_single(seen + unseen),
        lower=_single(seen + unseen / factor),
        upper=_single(seen + unseen * factor),
        method=_single("log-linear Poisson model of three lists, log-normal interval"),
        confidence=confidence,
        seen=seen,
        pairs=pairs,
        aic=aic,
        weight=weight,
        is_supported=is_supported,
    )


def _average(
    fits: list[tuple[float, float, float]], weights: FloatArray, seen: float, confidence: float
) -> TotalEstimate:
    """Averaged over the models in the logarithm of what no list holds, each model's own spread and its distance from the mean added."""
    logs = np.log(np.maximum([unseen for unseen, *_ in fits], 1e-9))
    spreads = np.array([spread**2 for _, spread, _ in fits]) + np.exp(-logs)
    middle = float(weights @ logs)
    spread = float(weights @ np.sqrt(spreads + (logs - middle) ** 2))
    factor, unseen = _factor(spread**2, confidence), float(np.exp(middle))
    return TotalEstimate(
        value=_single(seen + unseen),
        lower=_single(seen + unseen / factor),
        upper=_single(seen + unseen * factor),
        method=_single("average of eight log-linear models by AIC, log-normal interval"),
        confidence=confidence,
        seen=seen,
    )


def _with_interval(unseen: float, variance: float, seen: float, method: str, confidence: float) -> TotalEstimate:
    if unseen <= 0:
        lower = upper = value = seen
    else:
        factor = _factor(float(np.log1p(variance / unseen**2)), confidence)
        value, lower, upper = seen + unseen, seen + unseen / factor, seen + unseen * factor
    return TotalEstimate(_single(value), _single(lower), _single(upper), _single(method), confidence, seen)


def _factor(variance_of_log: float, confidence: float) -> float:
    spread = float(normal_quantile(1 - confidence)) * np.sqrt(variance_of_log)
    return float(np.exp(min(spread, 30.0)))


def _missing(method: str, confidence: float) -> TotalEstimate:
    gone = _single(np.nan)
    return TotalEstimate(gone, gone, gone, _single(method), confidence, np.nan)


def _single(value: float | str) -> Any:
    return as_given(np.array(value))
