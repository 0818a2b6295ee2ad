"""Test windows: runs of months received, cut by a rule that knows no result."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from safeground.engine.places.forecasts.plan import WindowPlan

Months = NDArray[np.int64]
"""Months as numbers: whole months since January 1970, so that one less the other is how far apart they are."""


@dataclass(frozen=True, order=True)
class TestWindow:
    """Consecutive months that are forecast from all months received before `first`."""

    __test__ = False  # pytest takes what begins with Test for its own

    first: int
    months: int

    @property
    def last(self) -> int:
        return self.first + self.months - 1

    @property
    def title(self) -> str:
        """'2021-10 to 2022-03'."""
        return name_month(self.first) if self.months == 1 else f"{name_month(self.first)} to {name_month(self.last)}"


def name_month(month: int) -> str:
    """'2025-06'."""
    return str(np.datetime64(int(month), "M"))


def as_months(days: ArrayLike) -> Months:
    """Numbers of the months in which days (or months) lie."""
    return np.asarray(days, dtype="datetime64[M]").astype(np.int64)


def cut_windows(months: ArrayLike, plan: WindowPlan) -> tuple[TestWindow, ...]:
    """The windows of the months received, in order of time. months: numbers of months, in any order.

    Each run of consecutive months is cut from its end back into windows of `plan.months`; what is left at its front is one too where it
    has at least `plan.shortest`. Those with fewer than `plan.months_before` months received before them are left out.
    """
    received = np.unique(np.asarray(months, dtype=np.int64))
    found = []
    for run in np.split(received, np.flatnonzero(np.diff(received) > 1) + 1):
        while len(run) >= plan.shortest:
            window, run = run[-plan.months :], run[: -plan.months]
            if int((received < window[0]).sum()) >= plan.months_before:
                found.append(TestWindow(int(window[0]), len(window)))
    return tuple(sorted(found))
