"""From estimates to protected estimates: the one way out of this package to a page."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

from safeground.engine.disclosure import DisclosureRule, Protected, State, protect
from safeground.engine.measures.measurement import Cell, Measurement
from safeground.engine.measures.periods import Period


@dataclass(frozen=True, eq=False)
class ProtectedMatrix:
    """Protected estimates with their labels: `cells[row][column]` belongs to `areas[row]` and `periods[column]`."""

    cells: tuple[tuple[Protected, ...], ...]
    areas: tuple[str, ...]
    periods: tuple[Period, ...]
    level: str

    def cell(self, area: str, period: Period) -> Protected:
        """KeyError for an area or a period that is not here."""
        if area not in self.areas or period not in self.periods:
            raise KeyError(f"there is no estimate of {area} for {period.label}")
        return self.cells[self.areas.index(area)][self.periods.index(period)]


def protect_measurement(measurement: Measurement, rule: DisclosureRule) -> ProtectedMatrix:
    """Every estimate of a measurement as what may be published of it under a rule, labels kept.

    An incomplete period stays incomplete and carries no number; an estimate that could not be made is 'not available' with its reason.
    """
    return ProtectedMatrix(
        tuple(
            tuple(protect_cell(cell, measurement, rule) for cell in measurement.row(area)) for area in measurement.areas
        ),
        measurement.areas,
        measurement.periods,
        measurement.level,
    )


def protect_cell(cell: Cell, measurement: Measurement, rule: DisclosureRule) -> Protected:
    """One estimate of a measurement as what may be published of it."""
    make = functools.partial(
        protect,
        unit=measurement.unit,
        rule=rule,
        method=cell.method,
        confidence=measurement.estimate.confidence,
        flags=cell.flags,
    )
    if cell.is_incomplete:
        return make(None, state=State.INCOMPLETE, reason=cell.reason)
    if math.isnan(cell.value):
        return make(None, state=State.NOT_AVAILABLE, reason=cell.reason or "there is no such number")
    return make(
        cell.value,
        lower=_stated(cell.lower),
        upper=_stated(cell.upper),
        count=cell.count,
        denominator=_stated(cell.denominator),
        is_standardised=measurement.unit_type == "directly_standardised_rate",
    )


def _stated(number: float) -> float | None:
    return None if math.isnan(number) else number
