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
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(sigma > 0, (value - centre) / sigma, np.nan)
    away = value - centre
    fresh = np.concatenate([[True], np.diff(phase) != 0])
    sides = {"above": 1, "below": -1}
    found: list[tuple[int, RunRule, str]] = []
    for side, sign in sides.items():
        found += _name(sign * z > 3, RunRule.BEYOND_LIMIT, side)
        found += _name(_streak(sign * away > 0, fresh) >= RUN_LENGTH, RunRule.RUN, side)
        found += _name(_two_of_three(sign * z > 2, np.isnan(value), fresh), RunRule.TWO_OF_THREE, side)
    step = np.diff(value, prepend=np.nan)
    for side, sign in {"rising": 1, "falling": -1}.items():
        # Six months in a row make five steps; the step into a phase's first month belongs to no trend.
        steps = _streak((sign * step > 0) & ~fresh, fresh)
        found += _name(steps >= TREND_LENGTH - 1, RunRule.TREND, side)
    order = list(RunRule)
    yield from sorted(
        (signal for signal in found if signal[1] in rules), key=lambda signal: (signal[0], order.index(signal[1]))
    )


def _name(fired: BoolArray, rule: RunRule, side: str) -> list[tuple[int, RunRule, str]]:
    return [(int(month), rule, side) for month in np.flatnonzero(fired)]


def _streak(holds: BoolArray, fresh: BoolArray) -> IntArray:
    """How many months in a row, up to and with each, `holds` is true without a phase starting in between."""
    index = np.arange(holds.size)
    last_miss = np.maximum.accumulate(np.where(holds, -1, index))
    phase_start = np.maximum.accumulate(np.where(fresh, index, 0))
    return np.asarray(index - np.maximum(last_miss, phase_start - 1))


def _two_of_three(beyond: BoolArray, missing: BoolArray, fresh: BoolArray) -> BoolArray:
    """Months beyond two sigma that have another within the two months before them, of the same phase and without a gap."""
    fired = np.zeros(beyond.shape, dtype=np.bool_)
    for lag in (1, 2):
        pair = beyond[lag:] & beyond[:-lag]
        for between in range(lag):
            stop = beyond.size - between
            pair = pair & ~fresh[lag - between : stop]
        if lag == 2:
            pair = pair & ~missing[1:-1]
        fired[lag:] |= pair
    return fired
