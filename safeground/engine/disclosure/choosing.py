"""The integer programme over which cells to withhold, and how a choice that falls short is mended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from safeground.engine.disclosure.intruder import NEAR, Cut, Floats, Goal, Intruder, solve


@dataclass
class Master:
    """The least costly choice that satisfies every cut found so far. Grows: each cut is one more row."""

    costs: Floats
    may_go: NDArray[np.bool_]
    rows: list[Cut] = field(default_factory=list)
    atleast: list[float] = field(default_factory=list)
    seen: set[bytes] = field(default_factory=set)

    def add(self, cuts: Iterable[Cut], *, atleast: float = 1.0) -> int:
        """How many of the cuts were new."""
        before = len(self.rows)
        for cut in cuts:
            key = cut.places.tobytes() + np.round(cut.weights, 7).tobytes()
            if key not in self.seen:
                self.seen.add(key)
                self.rows.append(cut)
                self.atleast.append(atleast)
        return len(self.rows) - before

    def choose(self, *, whole: bool, seconds: float, nodes: int) -> tuple[Floats | None, float, bool]:
        """The choice (1 withheld, 0 told; between, if not `whole`), a cost below which none lies, and whether it is proved the least."""
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_array

        column = np.cumsum(self.may_go) - 1
        indptr = np.cumsum([0, *(len(cut.places) for cut in self.rows)])
        columns = np.concatenate([column[cut.places] for cut in self.rows] or [np.empty(0, dtype=int)])
        weights = np.concatenate([cut.weights for cut in self.rows] or [np.empty(0)])
        matrix = csr_array((weights, columns, indptr), shape=(len(self.rows), int(self.may_go.sum())))
        costs = self.costs[self.may_go]
        found = milp(
            costs,
            integrality=np.full(len(costs), int(whole)),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(matrix, np.array(self.atleast), np.inf) if self.rows else None,
            options={"time_limit": max(seconds, 0.01), "node_limit": nodes, "mip_rel_gap": 1e-6},
        )
        if found.x is None:
            return None, 0.0, False
        choice = np.zeros(len(self.costs))
        choice[self.may_go] = np.round(found.x) if whole else np.clip(np.round(found.x, 9), 0, 1)
        bound = found.mip_dual_bound if whole and found.mip_dual_bound is not None else found.fun
        return choice, float(bound), found.status == 0


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


def mend(intruder: Intruder, choice: Floats, goals: Iterable[Goal], costs: Floats) -> Floats:
    """The choice with what it lacks for each goal in turn: the cells whose moving would cost least."""
    from scipy.sparse import hstack

    choice = choice.copy()
    for goal in goals:
        if not intruder.unmet(choice, goals=[goal]):
            continue
        lower, upper = intruder.limits(choice)
        distance = abs(goal.level - intruder.counts[goal.place])
        lower[goal.place] = upper[goal.place] = goal.level
        open_cells = np.flatnonzero(intruder.may_go & (choice == 0))
        extra = intruder.matrix[:, open_cells]
        price = costs[open_cells] / distance
        down = np.minimum(intruder.told_lower[open_cells] - intruder.least, distance)
        wide = hstack([intruder.matrix, extra, -extra], format="csc")
        none = np.zeros(len(open_cells))
        lows = np.concatenate([lower, none, none])
        highs = np.concatenate([upper, none + distance, down])
        moving = highs > lows
        right = intruder.missed - wide[:, ~moving] @ lows[~moving]
        try:
            moved, _ = solve(wide, right, np.concatenate([np.zeros(len(lower)), price, price]), lows, highs, moving)
        except RuntimeError:
            choice[open_cells] = 1
            continue
        used = np.zeros(len(lows))
        used[moving] = moved
        gone = used[len(lower) :].reshape(2, -1).max(axis=0) > NEAR
        choice[open_cells[gone]] = 1
    return choice


def prune(intruder: Intruder, choice: Floats, costs: Floats, *, tries: int) -> Floats:
    """The choice without the cells that turn out not to be needed, dearest first. After so many tries it is left as it is."""
    choice = choice.copy()
    chosen = np.flatnonzero((choice == 1) & intruder.may_go)
    for place in chosen[np.argsort(-costs[chosen], kind="stable")][:tries].tolist():
        choice[place] = 0
        if intruder.unmet(choice):
            choice[place] = 1
    return choice
