"""The integer programme over which cells to withhold, and how a choice that falls short is mended."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from safeground.engine.disclosure.intruder import NEAR, Cut, Floats, Goal, Intruder, solve

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass
class Master:
    """The least costly choice that satisfies every cut found so far. Grows: each cut is one more row; and narrows: see `narrow`."""

    costs: Floats
    columns: NDArray[np.bool_]
    """The cells still in question; all others are told."""
    rows: list[Cut] = field(default_factory=list)
    atleast: list[float] = field(default_factory=list)
    seen: set[bytes] = field(default_factory=set)
    relaxed: float = 0.0
    """The least cost if cells could be withheld by shares."""
    dearer: Floats = field(default_factory=lambda: np.empty(0))
    """How much more than that a choice costs at least which withholds a cell (its reduced cost)."""

    def add(self, cuts: Iterable[Cut], *, atleast: float = 1.0) -> int:
        """How many of the cuts were new."""
        before = len(self.rows)
        for cut in cuts:
            key = cut.places.tobytes() + np.round(cut.weights, 7).tobytes()
            if len(cut.places) and key not in self.seen:
                self.seen.add(key)
                self.rows.append(cut)
                self.atleast.append(atleast)
        return len(self.rows) - before

    def narrow(self, best: float) -> None:
        """Leave out the cells that no choice better than the best so far can withhold."""
        if len(self.dearer):
            self.columns = self.columns & (self.relaxed + self.dearer <= best + NEAR)

    def relax(self) -> Floats:
        """The choice by shares: 1 withheld, 0 told, or between."""
        from scipy.optimize import linprog

        if not self.rows:
            return np.zeros(len(self.costs))
        found = linprog(  # type: ignore[call-overload]  # its stubs know of no sparse rows
            self.costs[self.columns], A_ub=-self._matrix(), b_ub=-np.array(self.atleast), bounds=(0, 1), method="highs"
        )
        if found.x is None:
            raise RuntimeError(f"the linear programme over the cells to withhold was not solved: {found.message}")
        choice, dearer = np.zeros(len(self.costs)), np.full(len(self.costs), np.inf)
        choice[self.columns] = np.clip(np.round(found.x, 9), 0, 1)
        dearer[self.columns] = found.lower.marginals
        self.relaxed, self.dearer = float(found.fun), dearer
        return choice

    def choose(self, *, seconds: float, nodes: int, gap: float) -> tuple[Floats | None, float]:
        """The choice of whole cells, and a cost below which none lies."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        costs = self.costs[self.columns]
        found = milp(
            costs,
            integrality=np.ones(len(costs), dtype=np.int64),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(self._matrix(), np.array(self.atleast), np.inf),
            options={"time_limit": max(seconds, 0.01), "node_limit": nodes, "mip_rel_gap": gap},
        )
        if found.x is None:
            return None, 0.0
        choice = np.zeros(len(self.costs))
        choice[self.columns] = np.round(found.x)
        return choice, float(found.mip_dual_bound)

    def _matrix(self) -> csr_array:
        from scipy.sparse import csr_array

        indptr = np.cumsum([0, *(len(cut.places) for cut in self.rows)])
        places = np.concatenate([cut.places for cut in self.rows])
        weights = np.concatenate([cut.weights for cut in self.rows])
        whole = csr_array((weights, places, indptr), shape=(len(self.rows), len(self.costs)))
        return whole[:, self.columns]


def company(intruder: Intruder, choice: Floats) -> list[Cut]:
    """Rows that a cell withheld for others' sake needs another in each of its sums: alone it could be worked out, and protects nothing.

    Only where all is told exactly. Each says: the others, less the one, make 0 or more.
    """
    by_sum = intruder.matrix.tocsr()
    found = []
    for row in range(by_sum.shape[0]):
        places = by_sum.indices[by_sum.indptr[row] : by_sum.indptr[row + 1]]
        if intruder.must_go[places].any():
            continue
        places = places[intruder.may_go[places]]
        if len(places) and 2 * choice[places].max() > choice[places].sum() + NEAR:
            weights = np.ones(len(places))
            weights[choice[places].argmax()] = -1
            found.append(Cut(np.asarray(places, dtype=np.intp), weights))
    return found


def chain(intruder: Intruder, choice: Floats, unmet: Iterable[tuple[Goal, Cut]], costs: Floats) -> list[Cut]:
    """More cuts for each goal that a choice does not reach: the cheapest cell of its cut goes too, and so on until it is reached.

    A whole programme is dear to solve and a goal cheap to ask, so that it pays to say much of a choice that fails.
    """
    found = []
    for goal, cut in unmet:
        longer = choice.copy()
        left = [(goal, cut)]
        while left and len(left[0][1].places):
            cut = left[0][1]
            found.append(cut)
            still = cut.places[longer[cut.places] == 0]
            if not len(still):
                break
            longer[still[costs[still].argmin()]] = 1
            left = intruder.unmet(longer, goals=[goal])
    return found


def mend(intruder: Intruder, choice: Floats, costs: Floats) -> Floats:
    """The choice with what it lacks for each goal in turn: the cells whose moving would cost least."""
    choice = choice.copy()
    for place, (goal, _) in enumerate(intruder.unmet(choice)):
        if place == 0 or intruder.unmet(choice, goals=[goal]):
            choice[_cheapest_to_move(intruder, choice, goal, costs)] = 1
    return choice


def _cheapest_to_move(intruder: Intruder, choice: Floats, goal: Goal, costs: Floats) -> NDArray[np.intp]:
    """The cells that are told and would have to move, if the goal is reached at the least cost for each event moved."""
    from scipy.sparse import hstack

    lower, upper = intruder.limits(choice)
    lower[goal.place] = upper[goal.place] = goal.level
    told = np.flatnonzero(intruder.may_go & (choice == 0))
    extra = intruder.matrix[:, told]
    lows = np.concatenate([lower, np.zeros(2 * len(told))])
    highs = np.concatenate([upper, np.full(len(told), np.inf), intruder.told_lower[told] - intruder.least])
    price = np.concatenate([np.zeros(len(lower)), costs[told], costs[told]])
    wide = hstack([intruder.matrix, extra, -extra], format="csc")
    moving = highs > lows
    right = intruder.missed - wide[:, ~moving] @ lows[~moving]
    used = np.zeros(len(lows))
    used[moving], _ = solve(wide, right, price, lows, highs, moving)
    moves = used[len(lower) :].reshape(2, -1).max(axis=0) > NEAR
    return np.asarray(told[moves], dtype=np.intp)


def prune(intruder: Intruder, choice: Floats, costs: Floats, *, tries: int, until: float) -> Floats:
    """The choice without the cells that turn out not to be needed, dearest first.

    After so many tries, or once the process has used `until` seconds, it is left as it is.
    """
    choice = choice.copy()
    chosen = np.flatnonzero((choice == 1) & intruder.may_go)
    for place in chosen[np.argsort(-costs[chosen], kind="stable")][:tries].tolist():
        if time.process_time() > until:
            break
        choice[place] = 0
        if intruder.unmet(choice, first_only=True):
            choice[place] = 1
    return choice
