"""Ages at which a curve changes its slope: segmented Poisson regression that adds a break only where chance does not make it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from safeground.engine.statistics import segmented_poisson
from safeground.engine.statistics.inputs import FloatArray, align, as_counts, check_confidence

MOST_BREAKS = 4
"""More breaks than this in the fifteen years from 10 to 24 would be a line from point to point."""
FEWEST_PEOPLE = 100
"""Below so many, tests of a break rest on cells of few and no longer hold the error rate that they state."""
_DRAWS = 2_000


@dataclass(frozen=True)
class AgeBreak:
    """An age at which the slope changes. `lower`, `upper`: the whole years that the data allow (profile likelihood).

    `change`: how many times as steep per year of age the curve is behind it as before; above 1 it turns up.
    """

    age: int
    lower: int
    upper: int
    change: float

    @property
    def turns_up(self) -> bool:
        return self.change > 1


@dataclass(frozen=True)
class AgeSegment:
    """A stretch between breaks. `growth`: the number at one age over that at the age before, with its interval."""

    first: int
    last: int
    growth: float
    lower: float
    upper: float


@dataclass(frozen=True, eq=False)
class AgeCurve:
    """A curve of counts or rates over single years of age.

    `fitted`: shape (ages,), as many as the chosen breaks expect. `breaks` in order of age; none where none is supported. `p_values`: of
    the test for each further break in turn; the last is of the one that was not added, unless the most breaks were reached.
    `method` begins with 'not available:' where nothing could be fitted, and says why.
    """

    ages: tuple[int, ...]
    fitted: FloatArray
    breaks: tuple[AgeBreak, ...]
    segments: tuple[AgeSegment, ...]
    p_values: tuple[float, ...]
    dispersion: float
    method: str
    confidence: float

    @property
    def is_fitted(self) -> bool:
        return not self.method.startswith("not available:")


def fit_age_curve(
    counts: ArrayLike,
    *,
    first_age: int,
    rng: np.random.Generator,
    populations: ArrayLike | None = None,
    dispersion: float = 1.0,
    confidence: float = 0.95,
) -> AgeCurve:
    """The curve's breaks with their intervals, and its yearly growth between them.

    counts: shape (ages,), at least six consecutive whole years from `first_age`. populations: residents of each age, for a curve of
    rates; without them it is of counts. dispersion: how many times as much counts vary as if each were of its own (see
    `estimate_cluster_dispersion`), 1 or more. rng: draws the null distribution of each test.

    Breaks are sought at whole years, since ages are told in them, with two ages before the first and one behind the last. Each further
    break (or two at once, which a dip needs) is added where a score test over all places rejects that there is none, at 1 - confidence;
    so a curve with no more breaks gains a false one at that rate. All places are then searched anew. The interval of a break holds the
    years at which it loses no more likelihood than chance explains, whatever the others do.

    Where breaks are few and faint, those that are found at all are found a little beside their place more often than the interval says.

    A missing count or population, and fewer than 100 people in all, fit nothing, and `method` says so. ValueError: fewer than six ages,
    negative numbers, an age without residents, a dispersion below 1.

    Source: Muggeo VMR (2003) Stat Med 22:3055 (segmented regression); Davies RB (1987) Biometrika 74:33 (a break's place is no
    parameter where there is none); Hansen BE (1996) Econometrica 64:413 (simulating the null distribution).

    >>> rng = np.random.default_rng(1)
    >>> curve = fit_age_curve([100, 100, 110, 200, 400, 800, 740, 680, 630, 580], first_age=10, rng=rng)
    >>> [(each.age, each.lower, each.upper, each.turns_up) for each in curve.breaks]
    [(12, 12, 12, True), (15, 15, 15, False)]
    """
    confidence = check_confidence(confidence)
    count, people = align(
        counts=as_counts(counts, "counts"),
        populations=as_counts(1.0 if populations is None else populations, "populations"),
    )
    if count.ndim != 1 or len(count) < 6:
        raise ValueError("an age curve needs counts of at least six ages in a row, one for each year")
    if (people == 0).any():
        raise ValueError("an age has no residents, so that it has no rate; leave the populations out or the age")
    if not dispersion >= 1:
        raise ValueError(f"dispersion is 1 or more, not {dispersion:g}")
    ages = tuple(range(first_age, first_age + len(count)))
    if np.isnan(count).any() or np.isnan(people).any():
        return _nothing(ages, dispersion, confidence, "a count or population is missing")
    if count.sum() < FEWEST_PEOPLE:
        return _nothing(ages, dispersion, confidence, f"fewer than {FEWEST_PEOPLE} people are too few to find a break")
    places, p_values = _choose_breaks(count, people, dispersion, 1 - confidence, rng)
    return _describe(count, people, places, p_values, ages, dispersion, confidence)


def estimate_cluster_dispersion(sizes: ArrayLike) -> float:
    """How many times as much a count varies as if all it counts were independent, where it counts in clusters of these sizes.

    sizes: how often each person (or each event) is in the count, 1 or more; none at all gives 1. The variance of a compound Poisson
    count over its mean: the sum of squares over the sum.

    >>> estimate_cluster_dispersion([1, 1, 1, 3])
    2.0
    """
    size = as_counts(sizes, "sizes")
    return max(1.0, float((size**2).sum() / size.sum())) if size.sum() else 1.0


def _nothing(ages: tuple[int, ...], dispersion: float, confidence: float, why: str) -> AgeCurve:
    return AgeCurve(ages, np.full(len(ages), np.nan), (), (), (), dispersion, f"not available: {why}", confidence)


def _choose_breaks(
    count: FloatArray, people: FloatArray, dispersion: float, level: float, rng: np.random.Generator
) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Positions of the breaks, and the p-value of each step."""
    places: tuple[int, ...] = ()
    p_values: list[float] = []
    while len(places) < MOST_BREAKS:
        one, two = _test_more(count, people, places, dispersion, rng, two_too=len(places) + 2 <= MOST_BREAKS)
        p_values.append(min(1.0, 2 * min(one, two)))
        if p_values[-1] > level:
            break
        places = _best(count, people, len(places) + (1 if one <= two else 2))[0]
    return places, tuple(p_values)


def _candidates(ages: int) -> range:
    return range(1, ages - 1)


def _test_more(
    count: FloatArray,
    people: FloatArray,
    places: tuple[int, ...],
    dispersion: float,
    rng: np.random.Generator,
    *,
    two_too: bool,
) -> tuple[float, float]:
    """p-values of one more break, and of two more, wherever they are. The scores under counts drawn from the curve without them give
    their null distribution, skew included; that its slopes were estimated is in the scores, from which they are projected out."""
    fitted, design = segmented_poisson.fit(count, people, places)
    free = [place for place in _candidates(len(count)) if place not in places]
    if not free:
        return 1.0, 1.0
    hinges = segmented_poisson.hinges(len(count), free)
    weighted = design.T * fitted
    hinges = hinges - design @ np.linalg.solve(weighted @ design + 1e-9 * np.eye(design.shape[1]), weighted @ hinges)
    covariance = dispersion * (hinges.T * fitted) @ hinges
    drawn = dispersion * rng.poisson(fitted / dispersion, size=(_DRAWS, len(count)))
    scores = np.vstack([count, drawn]) @ hinges - fitted @ hinges
    one = (scores**2 / np.diag(covariance)).max(axis=1)
    two = _pair_statistics(scores, covariance) if two_too and len(free) > 1 else np.zeros(1)
    return _tail(one), _tail(two)


def _pair_statistics(scores: FloatArray, covariance: FloatArray) -> FloatArray:
    """The largest quadratic form of any two scores: shape (draws,)."""
    first, second = np.triu_indices(len(covariance), 1)
    a, b, c = covariance[first, first], covariance[second, second], covariance[first, second]
    determinant = a * b - c**2
    determinant = np.where(determinant > 1e-8 * a * b, determinant, np.inf)  # two that say the same twice are no pair
    x, y = scores[:, first], scores[:, second]
    return np.asarray(((b * x**2 - 2 * c * x * y + a * y**2) / determinant).max(axis=1))


def _tail(statistics: FloatArray) -> float:
    """Share of what was drawn that is as large as the first, itself among them."""
    return float((statistics >= statistics[0] - 1e-12).mean())


def _best(
    count: FloatArray, people: FloatArray, breaks: int
) -> tuple[tuple[int, ...], list[tuple[int, ...]], FloatArray]:
    """The places of so many breaks that fit best; all places, and the deviance of each."""
    found = list(combinations(_candidates(len(count)), breaks))
    deviance = segmented_poisson.deviances(count, people, found)
    return found[int(deviance.argmin())], found, deviance


def _describe(
    count: FloatArray,
    people: FloatArray,
    places: tuple[int, ...],
    p_values: tuple[float, ...],
    ages: tuple[int, ...],
    dispersion: float,
    confidence: float,
) -> AgeCurve:
    fitted, _ = segmented_poisson.fit(count, people, places)
    slope, error = segmented_poisson.slopes(count, people, places, dispersion)
    quantile = float(stats.norm.isf((1 - confidence) / 2))
    ends = [0, *places, len(ages) - 1]
    growth, lower, upper = (list(map(float, np.exp(slope + side * quantile * error))) for side in (0, -1, 1))
    segments = [
        AgeSegment(ages[ends[at]], ages[ends[at + 1]], growth[at], lower[at], upper[at]) for at in range(len(slope))
    ]
    breaks: list[AgeBreak] = []
    if places:
        _, every, deviance = _best(count, people, len(places))
        near = deviance <= deviance.min() + dispersion * stats.chi2.ppf(confidence, 1)
        for at, place in enumerate(places):
            allowed = [each[at] for each, is_near in zip(every, near, strict=True) if is_near]
            change = growth[at + 1] / growth[at]
            breaks.append(AgeBreak(ages[place], ages[min(allowed)], ages[max(allowed)], change))
    return AgeCurve(
        ages, fitted, tuple(breaks), tuple(segments), p_values, dispersion, _name_method(places, dispersion), confidence
    )


def _name_method(places: Sequence[int], dispersion: float) -> str:
    widened = f", variance {dispersion:.1f} times Poisson's" if dispersion > 1 else ""
    return f"segmented Poisson regression with {len(places)} {'break' if len(places) == 1 else 'breaks'} chosen by score tests{widened}"
