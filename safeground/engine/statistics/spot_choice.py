"""Which few places to choose, when no two may lie too close together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import scipy.sparse
from numpy.typing import ArrayLike
from scipy import optimize, spatial

from safeground.engine.statistics.inputs import BoolArray, FloatArray, IntArray, as_numbers

_NODES: Final = 2_000
"""Of the search tree. A limit of time would let the answer depend on how busy the machine is."""
_TOUCH: Final = 1 - 1e-9
"""Places exactly `spacing` apart are far enough, whatever their last digit says."""
_DUST: Final = 1e-9
"""Of the highest score: what is better by less is not better."""
_MILLIMETRE: Final = 1e-3
_SHIFTS: Final = (0.0, 0.25, 0.5, 0.75)


@dataclass(frozen=True, eq=False)
class SpotChoice:
    """The places chosen, and how much better another choice could be.

    `chosen`: their rows, the highest score first; fewer than asked for where no more fit. `total`: of their scores. `upper_bound`: no
    allowed choice adds up to more. `proven`: whether `total` is known to be the most there is. `greedy_total`: what taking the highest
    that fits, again and again, adds up to. `eligible`: places that could be chosen; `excluded`, `missing`: those excluded, and those
    without a score or a place.
    """

    chosen: IntArray
    total: float
    upper_bound: float
    greedy_total: float
    eligible: int
    excluded: int
    missing: int
    method: str

    @property
    def gap(self) -> float:
        """The most that a better choice could add, as a share of `upper_bound`."""
        return 1 - self.total / self.upper_bound if self.upper_bound > 0 else 0.0

    @property
    def proven(self) -> bool:
        return self.gap < 1e-6

    @property
    def greedy_loss(self) -> float:
        """What the greedy choice falls short of this one, as a share of it."""
        return 1 - self.greedy_total / self.total if self.total > 0 else 0.0


def choose_spots(
    scores: ArrayLike,
    x: ArrayLike,
    y: ArrayLike,
    *,
    k: int,
    spacing: float,
    exclude: ArrayLike | None = None,
    method: Literal["greedy", "optimal"] = "greedy",
) -> SpotChoice:
    """At most `k` places with the highest scores in all, each at least `spacing` metres from every other.

    scores: shape (places,), above 0 for a place worth choosing; others are never chosen. x, y: of its centre, metres. exclude: True
    where a place may not be chosen. method: 'greedy' takes the highest score that fits, again and again, ties by their order: anyone
    can check it with a ruler, but a high place can block two that are better together. 'optimal' solves an integer programme, and
    proves how good the answer is or says how far it is from proof.

    ValueError: shapes that do not fit, fewer than one place to choose, a negative spacing, no place that can be chosen.

    The programme says of each group of places that are all too close to each other that at most one is chosen; places that could not
    be in a better choice than the greedy one are left out before. Solved by HiGHS. Bound of the greedy choice: squares whose diagonal
    is the spacing hold one place each. Source: Moon I, Chaudhry S (1984) Management Science 30:290 (anti-covering location).

    >>> found = choose_spots([9, 10, 9, 1], [0, 100, 200, 900], [0, 0, 0, 0], k=3, spacing=150, method="optimal")
    >>> found.chosen.tolist(), found.total, found.greedy_total, found.proven
    ([0, 2, 3], 19.0, 11.0, True)
    """
    score, points, eligible, excluded = _candidates(scores, x, y, exclude)
    if k < 1 or not spacing >= 0:
        raise ValueError(f"choose at least one place at a spacing of 0 metres or more, not {k} at {spacing:g}")
    spacing = spacing if spacing >= _MILLIMETRE else 0.0
    candidates = np.flatnonzero(eligible)
    if not candidates.size:
        raise ValueError("no place can be chosen: each is excluded, without a score above 0 or without coordinates")
    candidates = candidates[np.argsort(-score[candidates], kind="stable")]
    worth, place = score[candidates], points[candidates]
    greedy = _choose_greedily(place, k, spacing)
    chosen, bound, how = greedy, _bound(worth, place, k, spacing), "greedy"
    if method == "optimal":
        chosen, bound, how = _choose_best(worth, place, k, spacing, greedy, bound)
    total = float(worth[chosen].sum())
    return SpotChoice(
        chosen=candidates[chosen],
        total=total,
        upper_bound=max(bound, total),
        greedy_total=float(worth[greedy].sum()),
        eligible=candidates.size,
        excluded=int(excluded.sum()),
        missing=int((np.isnan(score) | np.isnan(points).any(axis=1)).sum()),
        method=f"{how}, at least {spacing:g} m apart",
    )


def _candidates(
    scores: ArrayLike, x: ArrayLike, y: ArrayLike, exclude: ArrayLike | None
) -> tuple[FloatArray, FloatArray, BoolArray, BoolArray]:
    score, eastings, northings = as_numbers(scores, "scores"), as_numbers(x, "x"), as_numbers(y, "y")
    excluded = np.zeros(score.shape, dtype=bool) if exclude is None else np.asarray(exclude)
    if excluded.dtype != bool:
        raise ValueError("exclude holds True or False for each place; give True where it may not be chosen")
    if score.ndim != 1 or not score.shape == eastings.shape == northings.shape == excluded.shape:
        raise ValueError(
            f"shapes do not fit together: scores {score.shape}, x {eastings.shape}, y {northings.shape}, exclude {excluded.shape}; "
            "give one of each for every place"
        )
    points = np.column_stack([eastings, northings])
    return score, points, (score > 0) & ~np.isnan(points).any(axis=1) & ~excluded, excluded


def _choose_greedily(place: FloatArray, k: int, spacing: float) -> IntArray:
    """place: highest score first."""
    if spacing == 0:
        return np.arange(min(k, len(place)))
    tree = spatial.KDTree(place)
    free = np.ones(len(place), dtype=bool)
    chosen: list[int] = []
    for at in range(len(place)):
        if free[at]:
            chosen.append(at)
            if len(chosen) == k:
                break
            free[tree.query_ball_point(place[at], spacing * _TOUCH)] = False
    return np.array(chosen, dtype=np.int64)


def _bound(worth: FloatArray, place: FloatArray, k: int, spacing: float) -> float:
    """No k places that keep the spacing score more: of a square whose diagonal is the spacing, at most one is chosen."""
    if k == 0:
        return 0.0
    if spacing == 0:
        return float(worth[:k].sum())
    side = spacing * _TOUCH / np.sqrt(2)
    bounds = []
    for shift in _SHIFTS:
        squares = np.floor(place / side + shift).astype(np.int64)
        # The first of each square is its highest.
        first = np.unique(squares, axis=0, return_index=True)[1]
        bounds.append(float(worth[np.sort(first)[:k]].sum()))
    return min(bounds)


def _choose_best(
    worth: FloatArray, place: FloatArray, k: int, spacing: float, greedy: IntArray, bound: float
) -> tuple[IntArray, float, str]:
    """The choice, a bound on every choice, and how it was made."""
    reached = float(worth[greedy].sum())
    more = reached + _DUST * worth[0]
    kept = np.flatnonzero(worth + _bound(worth, place, k - 1, spacing) > more)
    if bound > more and kept.size:
        least = worth[greedy[-1]] if greedy.size == k else 0.0
        relaxed, best_with = _relax(worth[kept], place[kept], k, spacing, least)
        bound, kept = min(bound, relaxed), kept[best_with > more]
    if bound <= more or not kept.size:
        return greedy, reached, "optimal (the greedy choice, proven)"
    choices = _choices(place[kept], spacing)
    solved = optimize.milp(
        -worth[kept] / worth[0],
        integrality=np.ones(kept.size, dtype=np.int64),
        bounds=optimize.Bounds(0, 1),
        constraints=optimize.LinearConstraint(choices, -np.inf, _limits(choices, k)),
        options={"node_limit": _NODES, "mip_rel_gap": 0.0},
    )
    if solved.mip_dual_bound is not None:
        bound = min(bound, max(reached, -float(solved.mip_dual_bound) * float(worth[0])))
    chosen = greedy if solved.x is None else kept[np.flatnonzero(solved.x > 0.5)]
    if worth[chosen].sum() < reached:
        chosen = greedy
    return chosen, bound, "optimal by integer programme" if solved.status == 0 else "best of a search cut short"


def _relax(worth: FloatArray, place: FloatArray, k: int, spacing: float, least: float) -> tuple[float, FloatArray]:
    """What no choice exceeds, and what none exceeds that holds a place, shape (places,): highest first, those below left out.

    This is the programme in which places may be chosen in part. Its prices say what a place would have to be worth to be chosen; it is
    solved for the places worth `least` or more, and for all the others too once none of those is worth the price of one of the k choices.
    Of 100,000 cells it leaves some hundreds to the integer programme, which took minutes without it.
    """
    while True:
        among = int(np.searchsorted(-worth, -least, side="right"))
        choices = _choices(place[:among], spacing)
        solved = optimize.linprog(  # type: ignore[call-overload]  # its stubs know no sparse matrices
            -worth[:among], A_ub=choices, b_ub=_limits(choices, k), bounds=(0, 1), method="highs"
        )
        if solved.status != 0:
            return np.inf, np.full(worth.shape, np.inf)
        prices = -solved.ineqlin.marginals
        if among == worth.size or worth[among] <= prices[-1]:
            break
        least = float(prices[-1])
    below_price = np.concatenate([choices.T @ prices - worth[:among], prices[-1] - worth[among:]])
    return -float(solved.fun), -float(solved.fun) - np.maximum(0.0, below_price)


def _choices(place: FloatArray, spacing: float) -> scipy.sparse.csr_array:
    """A row for each group of places of which one can be chosen, and a last one for all, of which k can."""
    groups = [*_groups_too_close(place, spacing), np.arange(len(place))]
    columns = np.concatenate(groups)
    starts = np.cumsum([0, *(group.size for group in groups)])
    return scipy.sparse.csr_array((np.ones(columns.size), columns, starts), shape=(len(groups), len(place)))


def _limits(choices: scipy.sparse.csr_array, k: int) -> FloatArray:
    return np.append(np.ones(choices.shape[0] - 1), float(k))


def _groups_too_close(place: FloatArray, spacing: float) -> list[IntArray]:
    """Groups of which all are too close to each other, each such pair in one of them: few large ones are quicker to solve than pairs."""
    near: list[set[int]] = [set() for _ in place]
    for first, second in spatial.KDTree(place).query_pairs(spacing * _TOUCH):
        near[first].add(second)
        near[second].add(first)
    groups, covered = [], set[tuple[int, int]]()
    for first, around in enumerate(near):
        for second in sorted(around):
            if second < first or (first, second) in covered:
                continue
            group, common = [first, second], around & near[second]
            while common:
                group.append(min(common))
                common = common & near[group[-1]]
            group.sort()
            covered.update((a, b) for at, a in enumerate(group) for b in group[at + 1 :])
            groups.append(np.array(group, dtype=np.int64))
    return groups
