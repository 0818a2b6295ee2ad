"""Numbers with their labels: a row an area, a column a period. Operations refuse labels that do not match."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from safeground.engine.measures.periods import Period, PeriodKind

FloatMatrix = NDArray[np.float64]
BoolMatrix = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class AreaPeriodMatrix:
    """A number for each area and period.

    `values`: shape (areas, periods). NaN is a period without all its months (or no such number), never zero; so any sum over an
    incomplete period is incomplete too, without anyone having to remember it.
    `areas`: codes of one level and vintage. `level`: `lsoa21`, `ward24`, `ltla24`, `csp24`, `pfa24`.
    `is_estimated`: same shape; True where the number rests on events apportioned over an area that was split.

    The arrays are read-only. ValueError: shapes that do not fit the labels, or a label twice.
    """

    values: FloatMatrix
    areas: tuple[str, ...]
    periods: tuple[Period, ...]
    level: str
    is_estimated: BoolMatrix

    def __post_init__(self) -> None:
        shape = (len(self.areas), len(self.periods))
        for name in ("values", "is_estimated"):
            array = np.array(getattr(self, name), dtype=np.float64 if name == "values" else np.bool_)
            if array.shape != shape:
                raise ValueError(
                    f"{name} have the shape {array.shape}, but there are {shape[0]} areas and {shape[1]} periods"
                )
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        for name, labels in (("area", self.areas), ("period", self.periods)):
            if len(set(labels)) != len(labels):
                raise ValueError(
                    f"the same {name} is there twice; each may have one {'row' if name == 'area' else 'column'}"
                )

    @property
    def is_incomplete(self) -> BoolMatrix:
        """Cells that have no number because a month is missing."""
        return np.isnan(self.values)

    def __add__(self, other: AreaPeriodMatrix) -> AreaPeriodMatrix:
        return self._combine(other, np.add)

    def __sub__(self, other: AreaPeriodMatrix) -> AreaPeriodMatrix:
        return self._combine(other, np.subtract)

    def _combine(self, other: AreaPeriodMatrix, operation: Callable[..., FloatMatrix]) -> AreaPeriodMatrix:
        self.check_same_labels(other)
        return replace(
            self,
            values=operation(self.values, other.values),
            is_estimated=self.is_estimated | other.is_estimated,
        )

    def check_same_labels(self, other: AreaPeriodMatrix) -> None:
        """Raise ValueError unless the other matrix is of the same level, areas and periods, in the same order."""
        if self.level != other.level:
            raise ValueError(
                f"numbers by {self.level} cannot be combined with numbers by {other.level}; bring both to one level"
            )
        if self.areas != other.areas:
            raise ValueError(
                f"the areas differ{_first_difference(self.areas, other.areas)}; select the same areas in both"
            )
        if self.periods != other.periods:
            labels = [period.label for period in self.periods], [period.label for period in other.periods]
            raise ValueError(f"the periods differ{_first_difference(*labels)}; select the same periods in both")

    def select_areas(self, areas: Sequence[str]) -> AreaPeriodMatrix:
        """The rows of these areas, in this order. KeyError names an area that is not here."""
        row_of = {area: row for row, area in enumerate(self.areas)}
        rows = [_get(row_of, area, "area") for area in areas]
        return replace(self, values=self.values[rows], is_estimated=self.is_estimated[rows], areas=tuple(areas))

    def select_periods(self, periods: Sequence[Period]) -> AreaPeriodMatrix:
        """The columns of these periods, in this order. KeyError names a period that is not here."""
        column_of = {period: column for column, period in enumerate(self.periods)}
        columns = [_get(column_of, period, "period") for period in periods]
        return replace(
            self, values=self.values[:, columns], is_estimated=self.is_estimated[:, columns], periods=tuple(periods)
        )

    def gather(self, periods: Sequence[Period]) -> AreaPeriodMatrix:
        """Months added up to other periods. A period with a month that is missing, or not here at all, is NaN for that area.

        ValueError unless the columns are months.
        """
        row_of = self._columns_by_month()
        belongs = np.zeros((len(self.periods), len(periods)))
        for column, period in enumerate(periods):
            belongs[[row_of[month] for month in period.months if month in row_of], column] = 1
        # One product with the months' membership, not a sum for each period: small areas have a hundred rolling years.
        values = np.nan_to_num(self.values) @ belongs
        values[(self.is_incomplete @ belongs) > 0] = np.nan
        values[:, belongs.sum(axis=0) < [len(period.months) for period in periods]] = np.nan
        estimated = (self.is_estimated @ belongs) > 0 if self.is_estimated.any() else np.zeros(values.shape, dtype=bool)
        return replace(self, values=values, is_estimated=estimated, periods=tuple(periods))

    def covered_months(self, area: str) -> frozenset[datetime.date]:
        """The months an area has a number for. ValueError unless the columns are months."""
        column_of = self._columns_by_month()
        row = self.values[self.areas.index(area)]
        return frozenset(month for month, column in column_of.items() if not np.isnan(row[column]))

    def total(self, areas: Sequence[str] | None = None) -> FloatMatrix:
        """Shape (periods,): the sum over these areas (all by default); NaN where any of them has no number."""
        return (self if areas is None else self.select_areas(areas)).values.sum(axis=0)

    def _columns_by_month(self) -> dict[datetime.date, int]:
        if any(period.kind is not PeriodKind.MONTH for period in self.periods):
            raise ValueError("only months can be gathered into other periods; begin with the monthly numbers")
        return {period.first: column for column, period in enumerate(self.periods)}


def _get(positions: Mapping[Any, int], label: Any, kind: str) -> int:
    try:
        return positions[label]
    except KeyError:
        name = label.label if isinstance(label, Period) else label
        raise KeyError(f"there is no {kind} {name} among these numbers") from None


def _first_difference(ours: Sequence[str], theirs: Sequence[str]) -> str:
    if len(ours) != len(theirs):
        return f" ({len(ours)} here, {len(theirs)} there)"
    mine, other = next((a, b) for a, b in zip(ours, theirs, strict=True) if a != b)
    return f" ({mine} here, {other} there)"
