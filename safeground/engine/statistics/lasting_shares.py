"""Whether the busiest areas stay the busiest: chosen on some months, counted in others.

A correction from one set of counts (`estimate_concentration`) takes events to be independent. They are not: a quarrel or a series makes
an area busy for some weeks, the correction takes that for lasting risk, and comes out too high. Months that did not choose the areas
know nothing of that luck, so that their share needs no correction and no model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from safeground.engine.statistics import intervals
from safeground.engine.statistics.inputs import FloatArray, as_counts, check_confidence
from safeground.engine.statistics.results import Estimate


@dataclass(frozen=True, eq=False)
class LastingShare(Estimate):
    """Share of the held-out events in the areas that were busiest before. `observed` is the same areas' share of the events that chose
    them: what is lost between the two was luck. `events` are those held out."""

    top_share: float
    top_areas: int
    areas: int
    observed: float
    events: float


def estimate_lasting_share(
    counts_choose: ArrayLike,
    counts_held_out: ArrayLike,
    *,
    top_share: float = 0.05,
    dispersion: float = 1.0,
    confidence: float = 0.95,
) -> LastingShare:
    """Share of the events of some months in the areas that were busiest in others, with Wilson's interval.

    counts_choose, counts_held_out: events, shape (areas,) each, of months that do not overlap; an area with a missing (NaN) count in
    either is left out. top_share: of the areas, at least one area. Areas tied for the last places share them: each counts with the same
    fraction, so that neither the order of the areas nor a lot decides. dispersion: variance of the counts over their mean; with it
    the interval is that of so many fewer events. Without it, it takes held-out events to be independent and is too narrow where
    they cluster, while the value is still right.

    The value holds for months like these: choose and hold out whole years where there are two, lest a season choose. ValueError: no
    events in either, fewer than two areas, negative numbers, shapes that do not fit, top_share outside 0 to 1, a dispersion below 1.

    Source: Hastie T, Tibshirani R, Friedman J (2009) The elements of statistical learning, chapter 7 (choosing and judging on the same
    data); Wilson (1927).

    >>> held = estimate_lasting_share([9, 4, 4, 1, 0], [5, 2, 4, 3, 2], top_share=0.4)
    >>> print(f"{held.observed:.2f} chosen, {held.value:.2f} held out ({held.lower:.2f} to {held.upper:.2f})")
    0.72 chosen, 0.50 held out (0.28 to 0.72)
    """
    confidence = check_confidence(confidence)
    if not 0 < top_share < 1:
        raise ValueError(f"top_share is a share of the areas between 0 and 1, for example 0.05, not {top_share:g}")
    if not 1 <= dispersion < np.inf:
        raise ValueError(
            f"dispersion is 1 or more, not {dispersion:g}: events that cluster vary more than chance, never less"
        )
    chosen_by, held_out = as_counts(counts_choose, "counts_choose"), as_counts(counts_held_out, "counts_held_out")
    if chosen_by.ndim != 1 or chosen_by.shape != held_out.shape:
        raise ValueError(
            f"counts_choose and counts_held_out need one number for each area, not shapes {chosen_by.shape} and {held_out.shape}"
        )
    known = ~np.isnan(chosen_by) & ~np.isnan(held_out)
    chosen_by, held_out = chosen_by[known], held_out[known]
    if chosen_by.size < 2 or not (chosen_by.sum() > 0 and held_out.sum() > 0):
        raise ValueError("a lasting share needs at least two areas, and an event in both sets of months")
    top = max(1, round(top_share * chosen_by.size))
    weight = _weigh_top(chosen_by, top)
    inside, events = (weight * held_out).sum(), held_out.sum()
    lower, upper = intervals.wilson(
        np.array(inside / dispersion), np.array(events / dispersion), intervals.normal_quantile(1 - confidence)
    )
    method = "held-out share (Wilson)" if dispersion == 1 else "held-out share (Wilson, widened for clustering)"
    return LastingShare(
        value=np.float64(inside / events),  # type: ignore[arg-type]
        lower=lower[()],
        upper=upper[()],
        method=np.str_(method),  # type: ignore[arg-type]
        confidence=confidence,
        top_share=top_share,
        top_areas=top,
        areas=chosen_by.size,
        observed=float((weight * chosen_by).sum() / chosen_by.sum()),
        events=float(events),
    )


def _weigh_top(counts: FloatArray, top: int) -> FloatArray:
    """1 for areas among the `top`, 0 for the others, and the fraction of the places left for those tied at the edge."""
    edge = np.sort(counts)[-top]
    above, tied = counts > edge, counts == edge
    return np.asarray(np.where(tied, (top - above.sum()) / tied.sum(), above.astype(np.float64)))
