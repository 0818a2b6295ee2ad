"""Comparisons as protected numbers with the one word of direction that their interval allows."""

from __future__ import annotations

import math

import numpy as np

from safeground.engine.disclosure import DisclosureRule, Protected, State, protect
from safeground.engine.documents import Direction
from safeground.engine.measures import Cell
from safeground.engine.statistics import Estimate, RatioComparison


def protect_count(cell: Cell, rule: DisclosureRule, *, unit: str = "offences") -> Protected:
    """How many were recorded. Fractions of events shared out over split areas are rounded to whole ones and stay flagged."""
    if cell.is_incomplete:
        return protect(None, unit=unit, rule=rule, state=State.INCOMPLETE, reason=cell.reason, flags=cell.flags)
    whole = float(round(cell.count))
    return protect(whole, unit=unit, rule=rule, count=whole, flags=cell.flags)


def protect_whole(number: float, rule: DisclosureRule, *, unit: str = "offences") -> Protected:
    """A plain count, rounded to a whole number: offences that reconcile, residents. NaN is not available."""
    if math.isnan(number):
        return protect(
            None, unit=unit, rule=rule, state=State.NOT_AVAILABLE, reason="it was not received for the whole period"
        )
    whole = float(round(number))
    return protect(whole, unit=unit, rule=rule, count=whole)


def protect_ratio(
    comparison: RatioComparison, at: int, rule: DisclosureRule, *, counts: tuple[float, float]
) -> tuple[Protected, Direction]:
    """One of several ratios, and its direction. `counts`: the events on either side."""
    return _protect(comparison, at, rule, unit="times", counts=counts, change=False)


def protect_change(
    comparison: RatioComparison, at: int, rule: DisclosureRule, *, counts: tuple[float, float]
) -> tuple[Protected, Direction]:
    """The same as a change in per cent."""
    return _protect(comparison, at, rule, unit="%", counts=counts, change=True)


def protect_estimate(
    estimate: Estimate, rule: DisclosureRule, *, unit: str, count: float, scale: float = 1.0
) -> Protected:
    """A single estimate (not an array of them)."""
    value, lower, upper = (scale * float(np.asarray(x)) for x in (estimate.value, estimate.lower, estimate.upper))
    method = str(np.asarray(estimate.method))
    if math.isnan(value):
        reason = method.removeprefix("not available: ")
        return protect(None, unit=unit, rule=rule, method=method, state=State.NOT_AVAILABLE, reason=reason)
    return protect(
        value,
        unit=unit,
        rule=rule,
        lower=_known(lower),
        upper=_known(upper),
        count=count,
        method=method,
        confidence=estimate.confidence,
    )


def _protect(
    comparison: RatioComparison, at: int, rule: DisclosureRule, *, unit: str, counts: tuple[float, float], change: bool
) -> tuple[Protected, Direction]:
    value, lower, upper = (float(np.atleast_1d(x)[at]) for x in (comparison.value, comparison.lower, comparison.upper))
    method = str(np.atleast_1d(comparison.method)[at])
    direction = Direction(str(np.atleast_1d(comparison.direction)[at]))
    if not math.isfinite(value):
        # From none to some is no number of times. That it is more follows from the counts, which are told.
        reason = method.removeprefix("not available: ") if math.isnan(value) else "none were recorded to compare with"
        return (
            protect(None, unit=unit, rule=rule, method=method, state=State.NOT_AVAILABLE, reason=reason),
            Direction.NOT_COMPARED,
        )
    if change:
        value, lower, upper = (100 * (number - 1) for number in (value, lower, upper))
    estimate = protect(
        value,
        unit=unit,
        rule=rule,
        lower=_known(lower),
        upper=_known(upper),
        count=min(counts),
        method=method,
        confidence=comparison.confidence,
    )
    # Where the rule withholds the number its direction would give part of it back.
    return estimate, direction if estimate.is_published else Direction.NOT_COMPARED


def _known(number: float) -> float | None:
    return number if math.isfinite(number) else None
