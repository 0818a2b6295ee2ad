"""From estimates to protected estimates: the one way out of this package to a page."""

from __future__ import annotations

import functools
import math

from safeground.engine.disclosure import DisclosureRule, Protected, State, protect
from safeground.engine.measures.measurement import Cell, Measurement


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
