"""What a reader can work out of a published table: the interval in which each withheld count must lie.

This judges what is told and knows nothing of how it was chosen: it starts from the published numbers, the rule and the sums. It shares no
code with `suppression`, so that a mistake there shows here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from safeground.engine.disclosure.count_table import CountTable
from safeground.engine.disclosure.protected import DisclosureRule
from safeground.engine.disclosure.telling import asked_interval, is_small, least_withheld, told_interval

_NEAR = 1e-6
"""The solver's own tolerance is a tenth of this."""


@dataclass(frozen=True)
class Interval:
    """The least and the most that a count can be. `upper` is infinite where nothing bounds it."""

    lower: float
    upper: float


@dataclass(frozen=True)
class CellAudit:
    """One withheld count: what a reader can say of it, and what the rule asks that they cannot say.

    `asked` is None for a count withheld for the sake of others: of it we ask only that it cannot be worked out. `is_limited`: what the
    rule asks is more than the table allows even with every count withheld that may be, and `asked` is what it does allow.
    """

    place: int
    known: Interval
    asked: Interval | None
    is_limited: bool
    is_protected: bool


@dataclass(frozen=True)
class Audit:
    """Every withheld count of a table, and whether each is protected."""

    cells: tuple[CellAudit, ...]

    @property
    def exposed(self) -> tuple[CellAudit, ...]:
        return tuple(cell for cell in self.cells if not cell.is_protected)

    @property
    def is_safe(self) -> bool:
        return not self.exposed


def feasible_interval(
    table: CountTable,
    published: Sequence[float] | NDArray[np.float64],
    rule: DisclosureRule,
    place: int,
    *,
    known: Collection[int] = (),
    hide_zeros: bool = False,
    whole: bool = False,
) -> Interval:
    """The interval in which the count at `place` must lie for one who reads the published table and knows the rule.

    published: of shape (cells,), the numbers as told, NaN where withheld. known: positions whose true count the reader knows besides,
    such as the only person in a cell knows of their own. hide_zeros: whether a withheld count may be 0. whole: use that counts are
    whole as well; in tables of two dimensions that makes no difference, elsewhere the interval may be narrower, and it costs more time.

    Raises ValueError when no counts at all agree with the published numbers.
    """
    lower, upper = _limits(table, published, rule, known, hide_zeros)
    return _extremes(table, lower, upper, place, whole=whole)


def audit(
    table: CountTable,
    published: Sequence[float] | NDArray[np.float64],
    rule: DisclosureRule,
    *,
    known: Collection[int] = (),
    hide_zeros: bool = False,
    whole: bool = False,
) -> Audit:
    """Every withheld count held against what the rule asks, two linear programmes each. Arguments as of `feasible_interval`."""
    lower, upper = _limits(table, published, rule, known, hide_zeros)
    wanted_from, wanted_to = asked_interval(table.counts, rule, hide_zeros=hide_zeros)
    own = is_small(table.counts, rule)
    own[list(table.withheld_elsewhere)] = True
    withheld = np.isnan(np.asarray(published, dtype=float))
    cells = []
    for place in np.flatnonzero(withheld).tolist():
        if place in known:
            continue
        found = _extremes(table, lower, upper, place, whole=whole)
        if not own[place]:
            cells.append(CellAudit(place, found, None, False, found.upper - found.lower > _NEAR))
            continue
        asked, limited = Interval(float(wanted_from[place]), float(wanted_to[place])), False
        if not _covers(found, asked):
            asked, limited = _allowed(table, rule, place, asked, known, hide_zeros, whole)
        cells.append(CellAudit(place, found, asked, limited, _covers(found, asked)))
    # A count that the rule withholds and that was told all the same is the plainest leak of all.
    for place in np.flatnonzero(own & ~withheld).tolist():
        told = Interval(float(lower[place]), float(upper[place]))
        asked = Interval(float(wanted_from[place]), float(wanted_to[place]))
        cells.append(CellAudit(place, told, asked, False, False))
    return Audit(tuple(sorted(cells, key=lambda cell: cell.place)))


def _covers(found: Interval, asked: Interval) -> bool:
    return found.lower <= asked.lower + _NEAR and found.upper >= asked.upper - _NEAR


def _allowed(
    table: CountTable,
    rule: DisclosureRule,
    place: int,
    asked: Interval,
    known: Collection[int],
    hide_zeros: bool,
    whole: bool,
) -> tuple[Interval, bool]:
    """What is asked, cut down to what is left open when all is withheld that may be: the marker of a total of three parts says 3."""
    barest = np.full(len(table.counts), np.nan)
    stays = [each for each, count in enumerate(table.counts) if count == 0 and not hide_zeros and rule.zero_is_shown]
    barest[stays] = 0
    for each in table.told_elsewhere:
        barest[each] = rule.rounding * np.floor(table.counts[each] / rule.rounding + 0.5)
    widest = feasible_interval(table, barest, rule, place, known=known, hide_zeros=hide_zeros, whole=whole)
    cut = Interval(max(asked.lower, widest.lower), min(asked.upper, widest.upper))
    return cut, cut != asked


def _limits(
    table: CountTable,
    published: Sequence[float] | NDArray[np.float64],
    rule: DisclosureRule,
    known: Collection[int],
    hide_zeros: bool,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    told = np.asarray(published, dtype=float)
    if told.shape != table.counts.shape:
        raise ValueError(
            f"{told.size} numbers were published of a table of {len(table.counts)}: give one for each cell"
        )
    withheld = np.isnan(told)
    lower, upper = told_interval(np.where(withheld, 0, told), rule)
    hide_zeros = hide_zeros or bool((table.counts[list(table.withheld_elsewhere)] == 0).any())
    lower[withheld], upper[withheld] = least_withheld(rule, hide_zeros=hide_zeros), np.inf
    at = list(known)
    lower[at] = upper[at] = table.counts[at]
    return lower, upper


def _extremes(
    table: CountTable, lower: NDArray[np.float64], upper: NDArray[np.float64], place: int, *, whole: bool
) -> Interval:
    from scipy.optimize import Bounds, LinearConstraint, milp

    if lower[place] == upper[place]:
        return Interval(float(lower[place]), float(upper[place]))
    # A solver may call what has no bound infeasible; a bound far beyond every count avoids the question.
    far = 4.0 * table.counts.sum() + 1_000_000
    moving = lower < upper  # a count told exactly is no unknown, and most are
    unknown = table.matrix[:, moving]
    right = table.missed - table.matrix[:, ~moving] @ lower[~moving]
    rows = np.diff(unknown.indptr) > 0
    if np.abs(right[~rows]).max(initial=0) > _NEAR:
        raise ValueError("no counts agree with the published numbers: a sum of counts told exactly does not hold")
    ends = []
    for sign in (1.0, -1.0):
        cost = np.where(np.flatnonzero(moving) == place, sign, 0.0)
        found = milp(
            cost,
            integrality=np.full(len(cost), int(whole)),
            bounds=Bounds(lower[moving], np.minimum(upper[moving], far)),
            constraints=LinearConstraint(unknown[rows], right[rows], right[rows]),
        )
        if found.x is None:
            raise ValueError(
                f"no counts agree with the published numbers: look for a sum that does not hold ({found.message})"
            )
        end = sign * float(found.fun)
        ends.append(end if end < far - 1 else np.inf)
    return Interval(ends[0], ends[1])
