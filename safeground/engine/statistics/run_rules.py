"""The run rules of a control chart, one function each."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from enum import StrEnum
from typing import Final

import numpy as np

from safeground.engine.statistics.inputs import BoolArray, FloatArray, IntArray

RUN_LENGTH: Final = 8
TREND_LENGTH: Final = 6


class RunRule(StrEnum):
    """What counts as more than usual variation. In a stable series of 24 months about one in six shows one of them by chance."""

    BEYOND_LIMIT = "beyond three sigma"
    RUN = "eight in a row on one side"
    TREND = "six in a row rising or falling"
    TWO_OF_THREE = "two of three beyond two sigma"


def find_signals(
    value: FloatArray,
    centre: FloatArray,
    sigma: FloatArray,
    phase: IntArray,
    rules: Collection[RunRule] = tuple(RunRule),
) -> Iterator[tuple[int, RunRule, str]]:
    """(month, rule, side) for every month that completes or goes on with a signal of these rules, in order of time.

    A missing month, a phase's start and, for runs, a month exactly on the centre break what went before. Months without variation
    (sigma of 0 or NaN) have no limits to be beyond.
    """
    order = list(RunRule)
    marked = mark_signals(value, centre, sigma, phase)
    found = [
        (int(month), rule, side)
        for (rule, side), fired in marked.items()
        if rule in rules
        for month in np.flatnonzero(fired)
    ]
    yield from sorted(found, key=lambda signal: (signal[0], order.index(signal[1])))


def mark_signals(
    value: FloatArray, centre: FloatArray, sigma: FloatArray, phase: IntArray
) -> dict[tuple[RunRule, str], BoolArray]:
    """For each rule and side the months at which it fires, of many series at once: shape (..., months); `phase` is (months,)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(sigma > 0, (value - centre) / sigma, np.nan)
    away = value - centre
    fresh = np.concatenate([[True], np.diff(phase) != 0])
    found: dict[tuple[RunRule, str], BoolArray] = {}
    for side, sign in {"above": 1, "below": -1}.items():
        found[RunRule.BEYOND_LIMIT, side] = sign * z > 3
        found[RunRule.RUN, side] = _streak(sign * away > 0, fresh) >= RUN_LENGTH
        found[RunRule.TWO_OF_THREE, side] = _two_of_three(sign * z > 2, np.isnan(value), fresh)
    step = np.diff(value, axis=-1, prepend=np.nan)
    for side, sign in {"rising": 1, "falling": -1}.items():
        # Six months in a row make five steps; the step into a phase's first month belongs to no trend.
        found[RunRule.TREND, side] = _streak((sign * step > 0) & ~fresh, fresh) >= TREND_LENGTH - 1
    return found


def _streak(holds: BoolArray, fresh: BoolArray) -> IntArray:
    """How many months in a row, up to and with each, `holds` is true without a phase starting in between."""
    index = np.arange(holds.shape[-1])
    last_miss = np.maximum.accumulate(np.where(holds, -1, index), axis=-1)
    phase_start = np.maximum.accumulate(np.where(fresh, index, 0))
    return np.asarray(index - np.maximum(last_miss, phase_start - 1))


def _two_of_three(beyond: BoolArray, missing: BoolArray, fresh: BoolArray) -> BoolArray:
    """Months beyond two sigma that have another within the two months before them, of the same phase and without a gap."""
    fired = np.zeros(beyond.shape, dtype=np.bool_)
    for lag in (1, 2):
        pair = beyond[..., lag:] & beyond[..., :-lag]
        for between in range(lag):
            stop = beyond.shape[-1] - between
            pair = pair & ~fresh[lag - between : stop]
        if lag == 2:
            pair = pair & ~missing[..., 1:-1]
        fired[..., lag:] |= pair
    return fired
