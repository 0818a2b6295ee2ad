"""Populations: people by area and age, of the year nearest to the events, brought to the current areas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from safeground.engine.measures.locating import ROUNDING, AreaLocator
from safeground.engine.statistics import AGE_BANDS_2013

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True, order=True)
class Ages:
    """Ages in whole years from `first` to `last`, both included; None is open ended."""

    first: int = 0
    last: int | None = None

    @property
    def label(self) -> str:
        if self.last is None:
            return "all ages" if self.first == 0 else f"{self.first}+"
        return f"{self.first}-{self.last}"

    def holds(self, other: Ages) -> bool:
        """Whether all of the other's ages are among these."""
        return self.first <= other.first and (self.last is None or (other.last is not None and other.last <= self.last))

    def contains(self, age: ir.NumericValue) -> ir.BooleanValue:
        """Whether a column's age is among these; NULL where the age is."""
        return age >= self.first if self.last is None else (age >= self.first) & (age < self.last + 1)

    def overlaps(self, other: Ages) -> bool:
        return (other.last is None or self.first <= other.last) and (self.last is None or other.first <= self.last)


ALL_AGES = (Ages(),)
EUROPEAN_BANDS = tuple(
    Ages(int(label[:-1])) if label.endswith("+") else Ages(*map(int, label.split("-"))) for label in AGE_BANDS_2013
)
"""The 19 bands of the European Standard Population 2013. Only populations by single year of age can be brought to them."""


@dataclass(frozen=True, eq=False)
class Populations:
    """Residents of base areas by age band, from one delivery.

    `people`: shape (base areas, bands), NaN where the delivery states none. `year` and `vintage` are the delivery's; `is_estimated`, of
    length base areas: shared out over the parts of an area that was split since. `is_complete`: every area asked for has people.
    """

    locator: AreaLocator
    people: NDArray[np.float64]
    bands: tuple[Ages, ...]
    year: int
    vintage: str
    delivery: str
    spread: scipy.sparse.csr_array
    is_complete: bool

    @property
    def label(self) -> str:
        """'residents in 2021' or 'residents aged 10-24 in 2020'."""
        ages = "" if self.bands == ALL_AGES else f" aged {', '.join(band.label for band in self.bands)}"
        return f"residents{ages if len(self.bands) == 1 else ' by age'} in {self.year}"

    def at_level(self, level: str, areas: Sequence[str]) -> NDArray[np.float64]:
        """People of areas of a level, shape (areas, bands); NaN where any small area of one has none stated."""
        return np.asarray(self._members(level, areas) @ self.people)

    def is_estimated(self, level: str, areas: Sequence[str]) -> NDArray[np.bool_]:
        """Which of these areas hold only part of an area that was split since the population was counted."""
        by_level = (self.spread @ self._members(level, areas).T).tocoo()
        estimated = np.zeros(len(areas), dtype=bool)
        estimated[by_level.coords[1][by_level.data < 1 - ROUNDING]] = True
        return estimated

    def _members(self, level: str, areas: Sequence[str]) -> scipy.sparse.csr_array:
        codes, members = self.locator.members(level)
        row_of = {code: row for row, code in enumerate(codes)}
        return members[[row_of[area] for area in areas]]


def can_serve(table: ir.Table, locator: AreaLocator, bands: tuple[Ages, ...] = ALL_AGES) -> bool:
    """Whether any population has these ages on areas of a known vintage, so that `choose_populations` finds one."""
    return bool(_usable_sources(table, locator, bands, year=0))


def choose_populations(
    table: ir.Table,
    locator: AreaLocator,
    *,
    year: int,
    bands: tuple[Ages, ...] = ALL_AGES,
    needed: NDArray[np.bool_] | None = None,
) -> Populations:
    """The population nearest in time to `year` that covers every area needed; where two are as near, the one on current areas.

    table: the warehouse's `populations`. bands: ages wanted, which must not overlap; a delivery whose own bands straddle them cannot be
    used. needed: which base areas must have people, all by default. Where no delivery covers them all, the one that covers most.

    ValueError: bands that overlap, or no delivery that has these ages on areas of a known vintage.
    """
    if any(a.overlaps(b) for place, a in enumerate(bands) for b in bands[:place]):
        raise ValueError("two age bands overlap, so that people would be counted twice; give bands that do not")
    needed = np.ones(len(locator.hierarchy.codes), dtype=bool) if needed is None else needed
    best: tuple[Populations, int] | None = None
    for delivery, vintage, counted in _usable_sources(table, locator, bands, year):
        found, covered = _read(table, locator, delivery, vintage, counted, bands, needed)
        if found.is_complete:
            return found
        if best is None or covered > best[1]:
            best = (found, covered)
    if best is None:
        ages = ", ".join(band.label for band in bands)
        raise ValueError(
            f"no population with the ages {ages} has landed for areas of {locator.base}; land one by single year of age"
        )
    return best[0]


def _usable_sources(
    table: ir.Table, locator: AreaLocator, bands: tuple[Ages, ...], year: int
) -> list[tuple[str, str, int]]:
    """Deliveries (id, vintage, year) whose own bands fit, nearest year first, the current vintage first among equals."""
    columns = ["delivery", "vintage", "year", "age_from", "age_to"]
    ages_of: dict[tuple[str, str, int], list[Ages]] = {}
    for row in table.select(columns).distinct().to_pyarrow().to_pylist():
        ages_of.setdefault((row["delivery"], row["vintage"], row["year"]), []).append(
            Ages(row["age_from"], row["age_to"])
        )
    known = {locator.base, *([locator.crosswalk.from_vintage] if locator.crosswalk else [])}
    usable = [source for source, ages in ages_of.items() if source[1] in known and _can_be_gathered(ages, bands)]
    return sorted(usable, key=lambda source: (abs(source[2] - year), source[1] != locator.base, source[0]))


def _can_be_gathered(given: list[Ages], wanted: tuple[Ages, ...]) -> bool:
    """No given band lies half in a wanted one, and none of the wanted is left without any given one."""
    fits = all(band.holds(ages) for ages in given for band in wanted if band.overlaps(ages))
    return fits and all(any(band.holds(ages) for ages in given) for band in wanted)


def _read(
    table: ir.Table,
    locator: AreaLocator,
    delivery: str,
    vintage: str,
    year: int,
    bands: tuple[Ages, ...],
    needed: NDArray[np.bool_],
) -> tuple[Populations, int]:
    import ibis

    rows = table.filter(table.delivery == delivery, table.vintage == vintage, table.year == year)
    # The given bands lie whole in the wanted ones, so that the first age alone tells in which.
    number = ibis.cases(*[(band.contains(rows.age_from), place) for place, band in enumerate(bands)], else_=-1)
    answer = (
        rows.group_by(area_code=rows.area_code, band=number)
        .aggregate(people=rows.people.sum().cast("float64"))
        .to_pyarrow()
    )
    encoded = answer["area_code"].combine_chunks().dictionary_encode()
    codes = encoded.dictionary.to_pylist()
    band = answer["band"].to_numpy()
    inside = band >= 0
    stated = np.full((len(codes), len(bands)), np.nan)
    stated[encoded.indices.to_numpy()[inside], band[inside]] = answer["people"].to_numpy()[inside]
    shares, _ = locator.shares(codes)
    people = np.asarray(shares.T @ stated)
    people[np.asarray(shares.sum(axis=0)).ravel() == 0] = np.nan
    covered = ~np.isnan(people).any(axis=1)
    found = Populations(locator, people, bands, year, vintage, delivery, shares, bool(covered[needed].all()))
    return found, int(covered[needed].sum())
