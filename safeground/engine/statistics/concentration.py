"""How far events are concentrated in few areas, and how much of that is more than chance.

With 2,000 events in 1,000 areas the busiest 5% hold some 13% of events even when every area has the same risk: some areas must be
luckier. A curve of counts therefore overstates concentration, the more the fewer the events. Every figure here stands beside what
chance alone would give, and the value is corrected for having chosen the areas by the same events that are then counted in them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from safeground.engine.statistics import intervals, significance
from safeground.engine.statistics.inputs import FloatArray, as_counts, check_confidence
from safeground.engine.statistics.results import Estimate


@dataclass(frozen=True)
class Chance:
    """What a figure would be if events fell on areas by chance alone: mean and central interval of the simulations."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True, eq=False)
class Concentration(Estimate):
    """How concentrated events are over areas.

    `value`, with `lower` and `upper`: share of events that the busiest `top_share` of areas really hold, corrected for chance (it would
    be their share of new events). `observed`: their share of these very events; `chance`: what that would be by chance alone; `p_value`
    tests the one against the other. `gini` and `areas_for_half` (how many areas hold half the events) are as observed, each with its
    chance. `curve` and `chance_curve` have shape (areas + 1, 2): cumulative share of areas and of events, busiest first.
    """

    top_share: float
    top_areas: int
    observed: float
    chance: Chance
    p_value: float
    gini: float
    gini_by_chance: Chance
    areas_for_half: int
    areas_for_half_by_chance: Chance
    curve: FloatArray
    chance_curve: FloatArray
    events: float
    areas: int


def estimate_concentration(
    counts: ArrayLike,
    populations: ArrayLike | None = None,
    *,
    rng: np.random.Generator,
    top_share: float = 0.05,
    simulations: int = 499,
    confidence: float = 0.95,
) -> Concentration:
    """Share of events in the busiest areas, beside chance, with the curve and the Gini coefficient.

    counts: events, shape (areas,); fractions (apportioned events) are allowed, the total is rounded where chance is drawn. populations:
    chance then gives every person the same risk; by default every area. An area with a missing (NaN) count or population is left
    out. top_share: of the areas, at least one area.

    The corrected share counts an event only where its area would be among the busiest without it. For independent (Poisson) events
    that is an unbiased estimate of the risk those areas hold: with equal risk it comes out at `top_share`, with many events it meets
    the observed share. Its interval is Wilson's, widened for areas near the edge of the top. Events that cluster (series,
    repeat victims) are not independent: then it is still too high and too narrow, and `estimate_lasting_share` is the better witness.

    ValueError: no events, fewer than two areas, negative numbers, shapes that do not fit, top_share outside 0 to 1.

    Source: Robbins H (1956) Proc Third Berkeley Symposium 1:157 (the identity behind the correction); Bernasco W, Steenbeek W (2017)
    J Quant Criminol 33:451 and Chalfin A et al (2021) J Res Crime Delinq 58 (concentration beyond chance).

    >>> rng = np.random.default_rng(1)
    >>> even = estimate_concentration(rng.poisson(2, 1_000), rng=rng)
    >>> print(f"observed {even.observed:.3f}, by chance {even.chance.value:.3f}")
    observed 0.142, by chance 0.137
    >>> print(f"corrected {even.value:.3f} ({even.lower:.3f} to {even.upper:.3f})")
    corrected 0.057 (0.041 to 0.079)
    """
    confidence = check_confidence(confidence)
    if not 0 < top_share < 1:
        raise ValueError(f"top_share is a share of the areas between 0 and 1, for example 0.05, not {top_share:g}")
    if simulations < 19:
        raise ValueError(f"simulations must be 19 or more to say anything at all, not {simulations}")
    count, risk = _known_areas(counts, populations)
    areas, events = count.size, float(count.sum())
    top = max(1, round(top_share * areas))
    observed = _Curve.of(count, top)
    drawn, curve_sum = [], np.zeros(areas)
    for _ in range(simulations):
        # One draw at a time: all at once would hold simulations x areas counts, 140 MB for the nation's small areas.
        draw = _Curve.of(rng.multinomial(round(events), risk).astype(np.float64), top)
        drawn.append((draw.top, draw.gini, draw.areas_for_half))
        curve_sum += draw.cumulative
    draws = np.array(drawn, dtype=np.float64)
    corrected, spread = _corrected_share(count, top)
    lower, upper = intervals.wilson(
        np.array(corrected * events / spread), np.array(events / spread), intervals.normal_quantile(1 - confidence)
    )
    chances = [_chance(draws[:, column], confidence) for column in range(3)]
    return Concentration(
        value=np.float64(corrected),  # type: ignore[arg-type]
        lower=lower[()],
        upper=upper[()],
        method=np.str_("leave-one-event-out share (Wilson, widened)"),  # type: ignore[arg-type]
        confidence=confidence,
        top_share=top_share,
        top_areas=top,
        observed=observed.top,
        chance=chances[0],
        p_value=float(significance.simulated(np.array(observed.top), draws[:, 0])),
        gini=observed.gini,
        gini_by_chance=chances[1],
        areas_for_half=observed.areas_for_half,
        areas_for_half_by_chance=chances[2],
        curve=_points(observed.cumulative),
        chance_curve=_points(curve_sum / simulations),
        events=events,
        areas=areas,
    )


@dataclass(frozen=True)
class _Curve:
    """Cumulative share of events, busiest area first, and what is read off it."""

    cumulative: FloatArray
    top: float
    gini: float
    areas_for_half: int

    @classmethod
    def of(cls, counts: FloatArray, top: int) -> _Curve:
        cumulative = np.cumsum(np.sort(counts)[::-1]) / counts.sum()
        # Twice the area between the curve and the diagonal, by trapezia.
        gini = (2 * cumulative.sum() - 1) / counts.size - 1
        half = int(np.searchsorted(cumulative, 0.5 - 1e-12)) + 1
        return cls(cumulative, float(cumulative[top - 1]), float(gini), half)


def _known_areas(counts: ArrayLike, populations: ArrayLike | None) -> tuple[FloatArray, FloatArray]:
    """Counts, and each area's share of risk if chance alone acts."""
    count = as_counts(counts, "counts")
    people = np.ones(count.shape) if populations is None else as_counts(populations, "populations")
    if count.ndim != 1 or count.shape != people.shape:
        raise ValueError(
            f"counts and populations need one number for each area, not shapes {count.shape} and {people.shape}"
        )
    known = ~np.isnan(count) & ~np.isnan(people)
    count, people = count[known], people[known]
    if count.size < 2 or count.sum() < 1:
        raise ValueError("concentration needs at least two areas and one event")
    if not people.sum() > 0:
        raise ValueError("populations are all 0: chance has nowhere to put events")
    return count, people / people.sum()


def _corrected_share(counts: FloatArray, top: int) -> tuple[float, float]:
    """The share of risk in the busiest `top` areas, and its variance as a multiple of a simple proportion's (not below 1).

    Let f(x) be the chance that an area with count x is among the top, all others as they are. For Poisson counts of mean m,
    E[m f(X)] = E[X f(X - 1)]: the risk held by the chosen areas is estimated without bias by counting X f(X - 1). The same identity,
    used twice, gives the variance of the error, in which areas that one event would move across the edge weigh most.
    """
    once = _chance_of_top(counts, counts - 1, top)
    twice = _chance_of_top(counts, counts - 2, top)
    events = counts.sum()
    held = (counts * once).sum()
    pairs = counts * (counts - 1)
    variance = (counts**2 * once**2 - 2 * pairs * twice * once + pairs * twice**2).sum()
    share = held / events
    plain = events * share * (1 - share)
    if not 0 < share < 1:
        return float(share), 1.0
    return float(share), max(1.0, float((variance - 2 * share * held + share**2 * events) / plain))


def _chance_of_top(counts: FloatArray, instead: FloatArray, top: int) -> FloatArray:
    """For each area, its chance of being among the `top` if its count were the lower one in `instead`; ties are drawn by lot."""
    ordered = np.sort(counts)
    not_above = np.searchsorted(ordered, instead, side="right")
    tied = not_above - np.searchsorted(ordered, instead, side="left")
    # The area itself stands in `counts` with its higher count: it is not among those above it.
    above = counts.size - not_above - 1
    return np.asarray(np.clip((top - above) / (tied + 1), 0.0, 1.0))


def _chance(draws: FloatArray, confidence: float) -> Chance:
    lower, upper = np.quantile(draws, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Chance(float(draws.mean()), float(lower), float(upper))


def _points(cumulative: FloatArray) -> FloatArray:
    share_of_areas = np.arange(cumulative.size + 1) / cumulative.size
    return np.column_stack([share_of_areas, np.concatenate([[0.0], cumulative])])
