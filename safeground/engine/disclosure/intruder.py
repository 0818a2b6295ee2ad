"""What must stay possible, and what the intruder's linear programme says of a choice of cells to withhold.

An intruder sees the numbers told and the sums, and looks for the least and the most that a withheld count can be. A count is protected
when both ends of what is asked can be reached: each end is a `Goal`. Where one cannot be reached, the prices of the programme (its
dual) say which cells would have to be withheld too: that is a `Cut`, after Fischetti and Salazar (Management Science 2001, 47(7),
1008-1027).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from safeground.engine.disclosure.count_table import CountTable
from safeground.engine.disclosure.protected import DisclosureRule
from safeground.engine.disclosure.telling import asked_interval, is_small, least_withheld, round_counts, told_interval

if TYPE_CHECKING:
    from scipy.sparse import csc_array

Floats = NDArray[np.float64]
NEAR = 1e-6


class Goal(NamedTuple):
    """That the count at `place` can be as high (`sign` 1) or as low (-1) as `level`."""

    place: int
    sign: int
    level: float


class Cut(NamedTuple):
    """Of the cells at `places` so many must be withheld that their `weights` make 1 or more."""

    places: NDArray[np.intp]
    weights: Floats


@dataclass(frozen=True, eq=False)
class Intruder:
    """A table as one sees it who reads what is told. All arrays are of shape (cells,).

    told_lower, told_upper: where a count lies if it is told; least: the least it can be if it is withheld. must_go: withheld whatever
    is chosen; may_go: those the choice is about.
    """

    matrix: csc_array
    missed: Floats
    counts: Floats
    told_lower: Floats
    told_upper: Floats
    least: float
    must_go: NDArray[np.bool_]
    may_go: NDArray[np.bool_]
    goals: tuple[Goal, ...]

    @cached_property
    def is_exact(self) -> bool:
        """Whether all that is told is told exactly."""
        return bool((self.told_lower == self.told_upper).all())

    def distance(self, goal: Goal) -> float:
        """How far a goal lies from its count."""
        return float(abs(goal.level - self.counts[goal.place]))

    def limits(self, withheld: Floats, room: float = np.inf) -> tuple[Floats, Floats]:
        """Where each count can lie. withheld: 1 or 0 a cell; a share between gives that share of a room of so many either way."""
        hidden, partly = withheld == 1, np.where(withheld < 1, withheld, 0)
        room = room if partly.any() else 0
        lower = self.told_lower - partly * np.minimum(self.told_lower - self.least, room)
        return np.where(hidden, self.least, lower), np.where(hidden, np.inf, self.told_upper + partly * room)

    def unmet(
        self, withheld: Floats, *, goals: Sequence[Goal] | None = None, first_only: bool = False
    ) -> list[tuple[Goal, Cut]]:
        """The goals that cannot be reached, each with a cut that says what it lacks.

        Where cells are withheld by shares, each share is of the room that the goal needs: the least that makes the cuts true, and so the
        one that finds most.
        """
        goals = self.goals if goals is None else goals
        if ((withheld == 0) | (withheld == 1)).all():
            return self._unmet(goals, *self.limits(withheld), first_only=first_only)
        found = []
        for room in sorted({self.distance(goal) for goal in goals}):
            alike = [goal for goal in goals if self.distance(goal) == room]
            found += self._unmet(alike, *self.limits(withheld, room))
        return found

    def _unmet(
        self, goals: Sequence[Goal], lower: Floats, upper: Floats, *, first_only: bool = False
    ) -> list[tuple[Goal, Cut]]:
        """One programme moves many counts at once, and whatever it moves far enough is proved; only what is left is asked singly."""
        pending = dict.fromkeys(goals)
        together = True
        while pending and together:
            batch = {goal.place: goal for goal in pending}
            counts, _ = self._push(list(batch.values()), lower, upper)
            met = [goal for goal in pending if _reaches(counts, goal)]
            together = len(met) > max(1, len(pending) // 10)
            for goal in met:
                del pending[goal]
        unmet: list[tuple[Goal, Cut]] = []
        while pending and not (first_only and unmet):
            goal = next(iter(pending))
            counts, prices = self._push([goal], lower, upper)
            if not _reaches(counts, goal):
                unmet.append((goal, self.cut(goal, prices)))
            for other in [goal, *(other for other in pending if _reaches(counts, other))]:
                pending.pop(other, None)
        return unmet

    def cut(self, goal: Goal, prices: Floats) -> Cut:
        """The cut that any prices a sum give. prices: of shape (sums,); those of a programme that failed give one that is broken."""
        reduced = -(self.matrix.T @ prices)
        reduced[goal.place] -= goal.sign
        up, down = np.maximum(reduced, 0), np.maximum(-reduced, 0)
        # A withheld count can fall to the least, but rise without end: so it gives in full as soon as its rise counts at all.
        freedom = up * (self.told_lower - self.least) + np.where(down > NEAR, np.inf, 0)
        asked = self.missed @ prices + up @ self.told_lower - down @ self.told_upper + goal.sign * goal.level
        asked -= freedom[self.must_go].sum()
        if asked <= NEAR:
            return Cut(np.empty(0, dtype=np.intp), np.empty(0))
        places = np.flatnonzero(self.may_go & (freedom > NEAR))
        return Cut(places, np.minimum(freedom[places] / asked, 1))

    def cuts_of_single_sums(self) -> list[Cut]:
        """What each sum by itself asks for each goal: a count that is alone in a line needs company."""
        by_place = self.matrix.indptr
        found = []
        for goal in self.goals:
            for at in range(by_place[goal.place], by_place[goal.place + 1]):
                prices = np.zeros(self.matrix.shape[0])
                prices[self.matrix.indices[at]] = -goal.sign / self.matrix.data[at]
                found.append(self.cut(goal, prices))
        return [cut for cut in found if len(cut.places)]

    def furthest(self, goal: Goal, withheld: Floats) -> float:
        """How far towards a goal its count can be moved."""
        return float(self._push([goal], *self.limits(withheld))[0][goal.place])

    def _push(self, goals: Sequence[Goal], lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
        """The counts moved as far towards the goals as they go, all at once, and the prices of the sums."""
        cost, lower, upper = np.zeros(len(lower)), lower.copy(), upper.copy()
        for place, sign, level in goals:
            cost[place] = -sign
            (upper if sign > 0 else lower)[place] = level
        moving = upper > lower
        moved, prices = solve(
            self.matrix, self.missed - self.matrix[:, ~moving] @ lower[~moving], cost, lower, upper, moving
        )
        counts = lower.copy()
        counts[moving] = moved
        return counts, prices


def solve(
    matrix: csc_array, right: Floats, cost: Floats, lower: Floats, upper: Floats, moving: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """The least of cost @ x over the moving columns with matrix @ x = right: x and the prices of all rows.

    Only sums that hold a moving count are handed to the solver: where numbers are told exactly that leaves a small programme of a large
    table.
    """
    from scipy.optimize import linprog

    part = matrix[:, moving]
    rows = np.unique(part.indices)
    found = linprog(  # type: ignore[call-overload]  # its stubs know of no sparse rows
        cost[moving], A_eq=part.tocsr()[rows], b_eq=right[rows],
        bounds=np.column_stack([lower[moving], upper[moving]]), method="highs-ds",
        options={"presolve": False},  # with it these small programmes take longer
    )  # fmt: skip
    if found.x is None:
        raise RuntimeError(f"the linear programme of a table was not solved: {found.message}")
    prices = np.zeros(matrix.shape[0])
    prices[rows] = found.eqlin.marginals
    return found.x, prices


def _reaches(counts: Floats, goal: Goal) -> bool:
    return bool(goal.sign * (counts[goal.place] - goal.level) >= -NEAR)


def make_intruder(table: CountTable, rule: DisclosureRule, *, hide_zeros: bool) -> Intruder:
    """The intruder of a table under a rule, with a goal for each end of what is asked that the count itself does not reach."""
    counts = table.counts.astype(float)
    lower, upper = told_interval(round_counts(counts, rule), rule)
    must_go = is_small(counts, rule)
    must_go[list(table.withheld_elsewhere)] = True
    told = np.zeros(len(counts), dtype=bool)
    told[list(table.told_elsewhere)] = True
    must_go &= ~told
    lower, upper = np.where(must_go, counts, lower), np.where(must_go, counts, upper)
    asked_from, asked_to = asked_interval(counts, rule, hide_zeros=hide_zeros)
    goals = []
    for place in np.flatnonzero(must_go).tolist():
        if counts[place] < asked_to[place]:
            goals.append(Goal(place, 1, float(asked_to[place])))
        if counts[place] > asked_from[place]:
            goals.append(Goal(place, -1, float(asked_from[place])))
    return Intruder(
        matrix=table.matrix.tocsc(),
        missed=table.missed,
        counts=counts,
        told_lower=lower,
        told_upper=upper,
        least=float(least_withheld(rule, hide_zeros=hide_zeros or bool((counts[must_go] == 0).any()))),
        must_go=must_go,
        may_go=~must_go & ~told & ((counts > 0) | hide_zeros),
        goals=tuple(goals),
    )
