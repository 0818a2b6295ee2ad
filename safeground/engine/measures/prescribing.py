"""Prescribing by area: what practices prescribe, given to the areas where their patients live."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from safeground.engine.warehouse import Warehouse

MENTAL_HEALTH = ("0401", "0402", "0403", "0404")
"""Sections of the British National Formulary: sleep and anxiety, psychosis, depression, attention."""

CAVEATS = (
    "Prescribing is counted by practice. Items are given to areas as if all patients of a practice were prescribed alike.",
    "Antidepressants are also prescribed for pain, sleep and other conditions.",
)


@dataclass(frozen=True, eq=False)
class AllocatedItems:
    """Items of each area and month; arrays (areas, months) and (areas,).

    items: fractional, as practices' items are shared out. patients: registered patients of all practices in each area. `unallocated`:
    (months,) items of practices of which no patients are known, which are in no area: prescribed = allocated + unallocated.
    """

    areas: tuple[str, ...]
    months: tuple[datetime.date, ...]
    items: NDArray[np.float64]
    patients: NDArray[np.float64]
    unallocated: NDArray[np.float64]

    @property
    def per_1000_patients(self) -> NDArray[np.float64]:
        """(areas, months); NaN where nobody is registered."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.patients[:, None] > 0, 1000 * self.items / self.patients[:, None], np.nan)


def allocate_items(warehouse: Warehouse, *, sections: Sequence[str] = MENTAL_HEALTH) -> AllocatedItems:
    """Sum over practices of their items times the share of their patients who live in an area.

    sections: beginnings of BNF codes. Patients are those of the newest list that has landed. Patients with no small area known (codes
    that are no area's) take their share of the items with them, into `unallocated`.
    """
    import ibis

    table = warehouse.table("practice_items")
    chosen = table.filter(ibis.or_(*(table.bnf_code.startswith(section) for section in sections)))
    items = chosen.group_by("practice_code", "month").aggregate(items=chosen["items"].sum()).to_pyarrow()
    registered = warehouse.table("practice_patients")
    newest = registered.delivery.max().to_pyarrow().as_py()
    patients = (
        registered.filter(registered.delivery == newest)
        .group_by("practice_code", "area_code")
        .aggregate(patients=registered.patients.sum())
        .to_pyarrow()
    )
    practices = sorted({*items["practice_code"].to_pylist(), *patients["practice_code"].to_pylist()})
    codes = sorted(set(patients["area_code"].to_pylist()))
    months = tuple(sorted(set(items["month"].to_pylist())))
    prescribed = _matrix(practices, months, items, "practice_code", "month", "items")
    living = _matrix(practices, codes, patients, "practice_code", "area_code", "patients")
    totals = living.sum(axis=1, keepdims=True)
    shares = np.divide(living, totals, out=np.zeros_like(living), where=totals > 0)
    is_area = np.array([code[:1] in "EW" and code[1:].isdigit() for code in codes], dtype=bool)
    allocated = shares[:, is_area].T @ prescribed
    return AllocatedItems(
        areas=tuple(code for code, yes in zip(codes, is_area.tolist(), strict=True) if yes),
        months=months,
        items=allocated,
        patients=living.sum(axis=0)[is_area],
        unallocated=prescribed.sum(axis=0) - allocated.sum(axis=0),
    )


def _matrix(
    rows: Sequence[object], columns: Sequence[object], table: object, row: str, column: str, value: str
) -> NDArray[np.float64]:
    row_of, column_of = ({label: at for at, label in enumerate(labels)} for labels in (rows, columns))
    matrix = np.zeros((len(rows), len(columns)))
    cells = table.to_pydict()
    for r, c, v in zip(cells[row], cells[column], cells[value], strict=True):
        matrix[row_of[r], column_of[c]] += v or 0
    return matrix
