"""A measurement: a measure's estimates with their labels, and everything a reader needs to judge each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from safeground.engine.measures.counting import DefinitionCounts
from safeground.engine.measures.matrices import AreaPeriodMatrix, BoolMatrix, FloatMatrix
from safeground.engine.measures.periods import Period
from safeground.engine.statistics import Estimate

ESTIMATED = "estimated: an area was split, and its events or residents are shared out over the parts"
POOR_DENOMINATOR = "many more people come here than live here, so the rate per resident says little about living here"


@dataclass(frozen=True)
class Cell:
    """One estimate of a measurement, with its labels. Numbers are NaN where `reason` says why there is none."""

    area_code: str
    area_name: str
    period: Period
    value: float
    lower: float
    upper: float
    count: float
    upper_bound: float
    """The count if every undetermined event belonged."""
    denominator: float
    method: str
    reason: str | None
    is_incomplete: bool
    flags: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Measurement:
    """Estimates by area and period. All matrices and arrays have shape (areas, periods).

    `unit`: what one value is ('per 1,000 residents', 'offences', '%'). `definition`: name and version. `sources`: feeds with partners
    and months. `counts`: what was counted (definite), monthly detail and gaps. `denominators`: people or events; None for a count.
    `estimate`: value, lower, upper, method, confidence, in the unit. `upper_bound`: the value if every undetermined event belonged.
    `has_poor_denominator`: of length areas; empty where it was not looked at.
    """

    measure: str
    title: str
    unit: str
    unit_type: str
    per: int | None
    definition: str
    denominator_label: str
    sources: tuple[str, ...]
    caveats: tuple[str, ...]
    counts: DefinitionCounts
    denominators: AreaPeriodMatrix | None
    estimate: Estimate
    upper_bound: FloatMatrix
    area_names: Mapping[str, str]
    has_poor_denominator: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=bool))
    category: str | None = None

    @property
    def areas(self) -> tuple[str, ...]:
        return self.counts.definite.areas

    @property
    def periods(self) -> tuple[Period, ...]:
        return self.counts.definite.periods

    @property
    def level(self) -> str:
        """The level and vintage of the areas, such as `ltla24`."""
        return self.counts.definite.level

    @property
    def is_incomplete(self) -> BoolMatrix:
        return self.counts.definite.is_incomplete

    @property
    def is_estimated(self) -> BoolMatrix:
        """Events or residents were shared out over the parts of a split area."""
        estimated = self.counts.definite.is_estimated
        return estimated if self.denominators is None else estimated | self.denominators.is_estimated

    @property
    def values(self) -> AreaPeriodMatrix:
        """The values with their labels."""
        return AreaPeriodMatrix(
            np.asarray(self.estimate.value), self.areas, self.periods, self.level, self.is_estimated
        )

    def cell(self, area: str, period: Period) -> Cell:
        """One estimate. KeyError names an area or a period that is not here."""
        if area not in self.areas:
            raise KeyError(f"{self.measure} has no area {area} among {len(self.areas)} of {self.level}")
        if period not in self.periods:
            raise KeyError(f"{self.measure} has no period {period.label}")
        return self._cell(self.areas.index(area), self.periods.index(period))

    def column(self, period: Period) -> tuple[Cell, ...]:
        """Every area's estimate for one period, in the order of `areas`."""
        if period not in self.periods:
            raise KeyError(f"{self.measure} has no period {period.label}")
        place = self.periods.index(period)
        return tuple(self._cell(row, place) for row in range(len(self.areas)))

    def row(self, area: str) -> tuple[Cell, ...]:
        """Every period's estimate for one area, in the order of `periods`."""
        if area not in self.areas:
            raise KeyError(f"{self.measure} has no area {area} among {len(self.areas)} of {self.level}")
        place = self.areas.index(area)
        return tuple(self._cell(place, column) for column in range(len(self.periods)))

    def _cell(self, row: int, column: int) -> Cell:
        at = row, column
        method = str(np.asarray(self.estimate.method)[at])
        is_incomplete = bool(self.is_incomplete[at])
        return Cell(
            area_code=self.areas[row],
            area_name=self.area_names.get(self.areas[row], self.areas[row]),
            period=self.periods[column],
            value=float(np.asarray(self.estimate.value)[at]),
            lower=float(np.asarray(self.estimate.lower)[at]),
            upper=float(np.asarray(self.estimate.upper)[at]),
            count=float(self.counts.definite.values[at]),
            upper_bound=float(self.upper_bound[at]),
            denominator=float(self.denominators.values[at]) if self.denominators is not None else float("nan"),
            method=method,
            reason=self._reason(row, column, method),
            is_incomplete=is_incomplete,
            flags=self._flags(row, column),
        )

    def _reason(self, row: int, column: int, method: str) -> str | None:
        if self.is_incomplete[row, column]:
            return f"{self.periods[column].label} is incomplete: not every month of it has been received"
        return method.removeprefix("not available: ") if method.startswith("not available") else None

    def _flags(self, row: int, column: int) -> tuple[str, ...]:
        found = [ESTIMATED] if self.is_estimated[row, column] else []
        if self.has_poor_denominator.size and self.has_poor_denominator[row]:
            found.append(POOR_DENOMINATOR)
        return tuple(found)
