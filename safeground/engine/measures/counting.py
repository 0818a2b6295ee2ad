"""Counting: a placed tally as labelled matrices, by level and period, that reconcile with what was recorded.

Which area an event belongs to:

* at force level, the force that recorded it, wherever it happened and even where no area is stated;
* below, the area stated, if it lies in that force's own area. An event a force recorded elsewhere is listed, and is added to nobody's
  area: a neighbour lands other months than we do, and a district's figures must not jump when it does.

So, for every force and month: recorded = inside its area + outside its area + without a usable area.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from safeground.engine.measures.locating import FORCE, ROUNDING, PlacedTally
from safeground.engine.measures.matrices import AreaPeriodMatrix, BoolMatrix, FloatMatrix
from safeground.engine.measures.periods import Period, PeriodKind, get_periods
from safeground.engine.measures.tallies import IN, UNDETERMINED, EventTally

Positions: TypeAlias = NDArray[np.intp]

PARTNER = "partner"
"""The level of matrices whose rows are recording forces."""


@dataclass(frozen=True, eq=False)
class Reconciliation:
    """Where the events a force recorded went. Rows are partners; recorded = inside + outside + unplaced, cell by cell.

    `outside_areas`: (partner, base area, events) of all months together, most events first.
    """

    recorded: AreaPeriodMatrix
    inside: AreaPeriodMatrix
    outside: AreaPeriodMatrix
    unplaced: AreaPeriodMatrix
    outside_areas: tuple[tuple[str, str, float], ...]

    def gather(self, periods: Sequence[Period]) -> Reconciliation:
        return self._each(lambda matrix: matrix.gather(periods))

    def select_partners(self, partners: Sequence[str]) -> Reconciliation:
        listed = tuple(row for row in self.outside_areas if row[0] in partners)
        return replace(self._each(lambda matrix: matrix.select_areas(partners)), outside_areas=listed)

    def _each(self, change: Callable[[AreaPeriodMatrix], AreaPeriodMatrix]) -> Reconciliation:
        names = ("recorded", "inside", "outside", "unplaced")
        return replace(self, **{name: change(getattr(self, name)) for name in names})


@dataclass(frozen=True, eq=False)
class Gap:
    """Events that are undetermined because these fields are missing. Rows of `events` are partners."""

    fields: tuple[str, ...]
    events: AreaPeriodMatrix


@dataclass(frozen=True, eq=False)
class DefinitionCounts:
    """Events a definition counts, by area and period.

    `definite`: events that are in. `undetermined`: events that may be, since a field is missing; `gaps` says which. `upper` is both: the
    true count lies between `definite` and `upper`. `home`: the force area of each partner. `coverage`: the months landed of each.
    """

    definite: AreaPeriodMatrix
    undetermined: AreaPeriodMatrix
    gaps: tuple[Gap, ...]
    reconciliation: Reconciliation
    undetermined_reconciliation: Reconciliation
    home: Mapping[str, str]
    coverage: Mapping[str, frozenset[datetime.date]]
    feed: str
    definition: str = ""

    @property
    def upper(self) -> AreaPeriodMatrix:
        return self.definite + self.undetermined

    @property
    def level(self) -> str:
        return self.definite.level

    def select_areas(self, areas: Sequence[str]) -> DefinitionCounts:
        """The same counts of these areas only, in this order. Gaps and reconciliation stay those of whole partners."""
        return replace(
            self, definite=self.definite.select_areas(areas), undetermined=self.undetermined.select_areas(areas)
        )

    def select_partners(self, partners: Sequence[str]) -> DefinitionCounts:
        """The same counts with the gaps, reconciliation and coverage of these partners only. The areas stay."""
        return replace(
            self,
            gaps=tuple(Gap(gap.fields, gap.events.select_areas(partners)) for gap in self.gaps),
            reconciliation=self.reconciliation.select_partners(partners),
            undetermined_reconciliation=self.undetermined_reconciliation.select_partners(partners),
            home={partner: self.home[partner] for partner in partners if partner in self.home},
            coverage={partner: self.coverage[partner] for partner in partners},
        )

    def gather(self, periods: Sequence[Period]) -> DefinitionCounts:
        """The same counts for other periods, each incomplete where one of its months is. Begins with monthly counts."""
        return replace(
            self,
            definite=self.definite.gather(periods),
            undetermined=self.undetermined.gather(periods),
            gaps=tuple(Gap(gap.fields, gap.events.gather(periods)) for gap in self.gaps),
            reconciliation=self.reconciliation.gather(periods),
            undetermined_reconciliation=self.undetermined_reconciliation.gather(periods),
        )


def count_monthly(tally: EventTally, placed: PlacedTally, *, level: str, definition: str = "") -> DefinitionCounts:
    """Counts by area of a level and month. For several levels of one tally keep a `TallyCounter`."""
    return TallyCounter(tally, placed, definition).count(level)


@dataclass(frozen=True, eq=False)
class TallyCounter:
    """Counts of one placed tally at any level; what does not depend on the level is worked out once."""

    tally: EventTally
    placed: PlacedTally
    definition: str = ""

    def count(self, level: str) -> DefinitionCounts:
        """Counts by area of a level and month.

        Areas are those of the partners' own force areas, each with zero where the month is landed and nothing happened, NaN where it is
        not landed.
        """
        return DefinitionCounts(
            definite=self._by_area(level, IN),
            undetermined=self._by_area(level, UNDETERMINED),
            gaps=self._gaps,
            reconciliation=self._reconciliations[IN],
            undetermined_reconciliation=self._reconciliations[UNDETERMINED],
            home=self.placed.home,
            coverage=self.tally.coverage,
            feed=self.tally.feed,
            definition=self.definition,
        )

    @cached_property
    def _periods(self) -> tuple[Period, ...]:
        """Every month from first to last, gaps included."""
        return get_periods(PeriodKind.MONTH, self.tally.months)

    @cached_property
    def _reconciliations(self) -> dict[int, Reconciliation]:
        return {verdict: self._reconcile(verdict) for verdict in (IN, UNDETERMINED)}

    def _by_area(self, level: str, verdict: int) -> AreaPeriodMatrix:
        if level == FORCE:
            return self._by_force(verdict)
        codes, members = self.placed.locator.members(level)
        rows = np.flatnonzero(members @ (self.placed.home_partner >= 0).astype(float) > 0)
        members = members[rows]
        values = (members @ self._inside(verdict)).toarray()
        values[self._is_uncovered(members)] = np.nan
        return AreaPeriodMatrix(
            values, tuple(codes[row] for row in rows), self._periods, level, self._is_estimated(members, verdict)
        )

    def _reconcile(self, verdict: int) -> Reconciliation:
        spread = self._spread(verdict).tocoo()
        area, column = spread.coords
        partner, month = np.divmod(column, len(self._periods))
        is_own = self.placed.home_partner[area] == partner
        chosen = self.tally.verdict == verdict
        row = self._group(self.tally.partner[chosen], self.tally.events[chosen], self._column(chosen))
        lost = self.tally.events[chosen] * self.placed.unplaced[self.tally.area[chosen]]
        return Reconciliation(
            recorded=self._by_partner(row),
            inside=self._by_partner(self._group(partner[is_own], spread.data[is_own], month[is_own])),
            outside=self._by_partner(self._group(partner[~is_own], spread.data[~is_own], month[~is_own])),
            unplaced=self._by_partner(self._group(self.tally.partner[chosen], lost, self._column(chosen))),
            outside_areas=self._list_outside(partner[~is_own], area[~is_own], spread.data[~is_own]),
        )

    @cached_property
    def _gaps(self) -> tuple[Gap, ...]:
        found = []
        for place, fields in enumerate(self.tally.gaps):
            chosen = (self.tally.missing == place) & (self.tally.verdict == UNDETERMINED)
            if chosen.any():
                values = self._group(self.tally.partner[chosen], self.tally.events[chosen], self._column(chosen))
                found.append(Gap(fields, self._by_partner(values)))
        return tuple(sorted(found, key=lambda gap: gap.fields))

    def _spread(self, verdict: int) -> scipy.sparse.csr_array:
        """Events over base areas, shape (base areas, partners x months), whoever's area it is."""
        chosen = self.tally.verdict == verdict
        width = len(self._periods)
        stated = scipy.sparse.csr_array(
            (
                self.tally.events[chosen].astype(float),
                (self.tally.area[chosen], self.tally.partner[chosen] * width + self._column(chosen)),
            ),
            shape=(len(self.tally.areas), len(self.tally.partners) * width),
        )
        return self.placed.shares.T.tocsr() @ stated

    def _inside(self, verdict: int) -> scipy.sparse.csr_array:
        """Events over base areas, shape (base areas, months), recorded by the force whose area it is."""
        spread = self._spread(verdict).tocoo()
        area, column = spread.coords
        partner, month = np.divmod(column, len(self._periods))
        own = self.placed.home_partner[area] == partner
        shape = (len(self.placed.home_partner), len(self._periods))
        return scipy.sparse.csr_array((spread.data[own], (area[own], month[own])), shape=shape)

    def _is_estimated(self, members: scipy.sparse.csr_array, verdict: int) -> BoolMatrix:
        """Cells that hold part of a code's events: the code was split across this level's borders, or changed irregularly."""
        chosen = (self.tally.verdict == verdict) & (self.placed.code_partner[self.tally.area] == self.tally.partner)
        shape = (len(self.tally.areas), len(self._periods))
        stated = scipy.sparse.csr_array(
            (np.ones(chosen.sum()), (self.tally.area[chosen], self._column(chosen))), shape=shape
        )
        by_level = (self.placed.shares @ members.T).tocoo()
        code, area = by_level.coords
        is_part = (by_level.data < 1 - ROUNDING) | self.placed.is_irregular[code]
        parts = scipy.sparse.csr_array(
            (np.ones(is_part.sum()), (area[is_part], code[is_part])), shape=by_level.shape[::-1]
        )
        return (parts @ stated).toarray() > 0

    def _is_uncovered(self, members: scipy.sparse.csr_array) -> BoolMatrix:
        """An area lacks a month where any of its base areas' forces does, or has landed nothing at all."""
        used = np.unique(members.indices)
        covered = np.vstack([self._covered, np.zeros(len(self._periods), dtype=bool)])
        return np.asarray(members[:, used] @ (~covered[self.placed.home_partner[used]]).astype(float) > 0)

    @cached_property
    def _covered(self) -> BoolMatrix:
        return np.array(
            [
                [period.first in self.tally.coverage[partner] for period in self._periods]
                for partner in self.tally.partners
            ],
            dtype=bool,
        ).reshape(len(self.tally.partners), len(self._periods))

    def _by_force(self, verdict: int) -> AreaPeriodMatrix:
        recorded = self._reconciliations[verdict].recorded
        partners = [partner for partner in self.tally.partners if partner in self.placed.home]
        chosen = recorded.select_areas(partners)
        return replace(chosen, areas=tuple(self.placed.home[partner] for partner in partners), level=FORCE)

    def _by_partner(self, values: FloatMatrix) -> AreaPeriodMatrix:
        values = np.where(self._covered, values, np.nan)
        return AreaPeriodMatrix(values, self.tally.partners, self._periods, PARTNER, np.zeros(values.shape, dtype=bool))

    def _group(self, partner: Positions, events: NDArray[Any], month: Positions) -> FloatMatrix:
        values = np.zeros((len(self.tally.partners), len(self._periods)))
        np.add.at(values, (partner, month), events)
        return values

    def _column(self, chosen: NDArray[np.bool_]) -> Positions:
        """The column of each row of the tally: its months are those landed, ours are all from first to last."""
        place = {period.first: column for column, period in enumerate(self._periods)}
        return np.array([place[month] for month in self.tally.months], dtype=np.intp)[self.tally.month[chosen]]

    def _list_outside(
        self, partner: Positions, area: Positions, events: NDArray[np.float64]
    ) -> tuple[tuple[str, str, float], ...]:
        pairs, place = np.unique(np.stack([partner, area]), axis=1, return_inverse=True)
        totals = np.bincount(place.ravel(), weights=events, minlength=pairs.shape[1])
        codes = self.placed.locator.hierarchy.codes
        listed = [(self.tally.partners[p], str(codes[a]), float(n)) for (p, a), n in zip(pairs.T, totals, strict=True)]
        return tuple(sorted(listed, key=lambda row: (-row[2], row[0], row[1])))
