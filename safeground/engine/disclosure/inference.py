"""The bounds that sums put on counts: what a reader of them can say of each, from far or few numbers to thousands.

First each sum is read by itself, again and again, until it says nothing new (the shuttle algorithm: Buzzigoli and Giusti 1999). What is
left open is asked of linear programmes, one for each group of unknown counts that hang together. One solution answers for many counts:
as soon as two solutions differ in a count, and one of them lies beyond what matters, no more is asked of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_NEAR = 1e-6
_FAR = 1e7
"""Beyond any count; a solver may call what has no bound infeasible."""
_READINGS = 60
_MOST_UNKNOWN = 1_000
"""Of one group; beyond, its bounds are those of single sums, which are true but may be wider than what a reader could work out."""


@dataclass(frozen=True, eq=False)
class Bounds:
    """lower, upper: of shape (counts,). broken: the sums that do not hold, which were left out. is_complete: whether every group was
    small enough to be asked in full."""

    lower: Floats
    upper: Floats
    broken: tuple[int, ...]
    is_complete: bool


def infer_bounds(
    lower: Floats,
    upper: Floats,
    sums: Sequence[tuple[int, tuple[int, ...]]],
    *,
    asked: NDArray[np.bool_],
    beyond: float,
) -> Bounds:
    """What each count can be, given what is known of each before (`lower`, `upper`, of shape (counts,)) and `sums`: total and parts.

    Of the counts `asked` for, those that are not settled and can lie above `beyond` need no exact bounds: theirs may be too wide.
    """
    rows = np.repeat(np.arange(len(sums)), [len(parts) + 1 for _, parts in sums]).astype(np.intp)
    places = np.array([place for total, parts in sums for place in (total, *parts)], dtype=np.intp)
    signs = np.array([sign for _, parts in sums for sign in (-1.0, *[1.0] * len(parts))])
    lower, upper, broken = _read_sums(lower.copy(), upper.copy(), rows, places, signs, len(sums))
    holds = ~np.isin(rows, broken)
    rows, places, signs = rows[holds], places[holds], signs[holds]
    is_complete = True
    for members, of_group in _groups(lower, upper, rows, places):
        wanted = members[asked[members]]
        if not len(wanted):
            continue
        if len(members) > _MOST_UNKNOWN:
            is_complete = False
            continue
        _ask(lower, upper, rows[of_group], places[of_group], signs[of_group], members, wanted, beyond)
    return Bounds(lower, upper, tuple(broken.tolist()), is_complete)


def _read_sums(
    lower: Floats, upper: Floats, rows: NDArray[np.intp], places: NDArray[np.intp], signs: Floats, number: int
) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """Bounds by single sums. A sum that cannot hold is left out from then on."""
    broken = np.zeros(number, dtype=bool)
    for _ in range(_READINGS):
        least = np.where(signs > 0, lower[places], -upper[places])  # of each term of a sum that makes 0 in all
        most = np.where(signs > 0, upper[places], -lower[places])
        open_below, open_above = np.isinf(least), np.isinf(most)
        sum_least = np.bincount(rows, np.where(open_below, 0, least), number)
        sum_most = np.bincount(rows, np.where(open_above, 0, most), number)
        inf_least, inf_most = np.bincount(rows, open_below, number), np.bincount(rows, open_above, number)
        wrong = ((inf_least == 0) & (sum_least > _NEAR)) | ((inf_most == 0) & (sum_most < -_NEAR))
        if (wrong & ~broken).any():
            broken |= wrong
            continue
        rest_least = np.where(
            inf_least[rows] - open_below == 0, sum_least[rows] - np.where(open_below, 0, least), -np.inf
        )
        rest_most = np.where(inf_most[rows] - open_above == 0, sum_most[rows] - np.where(open_above, 0, most), np.inf)
        high, low = np.where(signs > 0, -rest_least, rest_most), np.where(signs > 0, -rest_most, rest_least)
        use = ~broken[rows]
        new_lower, new_upper = lower.copy(), upper.copy()
        np.maximum.at(new_lower, places[use], low[use])
        np.minimum.at(new_upper, places[use], high[use])
        crossed = new_lower > new_upper + _NEAR
        if crossed.any():  # two sums that each could hold and together cannot: believe neither
            broken |= np.bincount(rows[crossed[places]], minlength=number) > 0
            continue
        new_lower = np.minimum(new_lower, new_upper)
        if (new_lower <= lower + _NEAR).all() and (new_upper >= upper - _NEAR).all():
            break
        lower, upper = new_lower, new_upper
    return lower, upper, np.flatnonzero(broken)


def _groups(
    lower: Floats, upper: Floats, rows: NDArray[np.intp], places: NDArray[np.intp]
) -> list[tuple[NDArray[np.intp], NDArray[np.bool_]]]:
    """Unknown counts that hang together by sums, each with the terms of those sums."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    unknown = upper - lower > _NEAR
    if not len(rows) or not unknown.any():
        return []
    free = unknown[places]
    number = len(lower)
    shape = (number + int(rows.max()) + 1,) * 2
    links = coo_array((np.ones(free.sum()), (places[free], number + rows[free])), shape=shape)
    _, label = connected_components(links, directed=False)
    group_of_row = label[number + rows]
    found = []
    members_of: dict[int, list[int]] = {}
    for place in np.unique(places[free]).tolist():
        members_of.setdefault(int(label[place]), []).append(place)
    for group, members in members_of.items():
        found.append((np.array(members, dtype=np.intp), group_of_row == group))
    return found


def _ask(
    lower: Floats,
    upper: Floats,
    rows: NDArray[np.intp],
    places: NDArray[np.intp],
    signs: Floats,
    members: NDArray[np.intp],
    wanted: NDArray[np.intp],
    beyond: float,
) -> None:
    """Narrow the bounds of what is wanted of one group, in place."""
    from scipy.optimize import linprog
    from scipy.sparse import block_array, csr_array, eye_array

    here, row_of = np.unique(rows, return_inverse=True)
    at = np.searchsorted(members, places)
    inside = (at < len(members)) & (members[np.minimum(at, len(members) - 1)] == places)
    right = -np.bincount(row_of[~inside], signs[~inside] * lower[places[~inside]], len(here))
    matrix = csr_array((signs[inside], (row_of[inside], at[inside])), shape=(len(here), len(members)))
    bounds = np.column_stack([lower[members], np.minimum(upper[members], _FAR)])
    seen_low, seen_high = np.full(len(members), np.inf), np.full(len(members), -np.inf)

    def note(solution: Floats) -> Floats:
        np.minimum(seen_low, solution, out=seen_low)
        np.maximum(seen_high, solution, out=seen_high)
        return solution

    def solve(cost: Floats) -> Floats | None:
        found = linprog(  # type: ignore[call-overload]  # its stubs know of no sparse rows
            cost, A_eq=matrix, b_eq=right, bounds=bounds, method="highs"
        )
        return None if found.x is None else note(np.asarray(found.x, dtype=float))

    def lift(open_targets: NDArray[np.intp]) -> bool:
        """Whether there is a solution; one in which as many of these as can together lie above `beyond`. A vertex alone moves few counts
        of a long sum: of 2,000 parts each would have asked for a programme of its own."""
        number = len(members)
        pick = csr_array(eye_array(number))[open_targets]
        found = linprog(  # type: ignore[call-overload]
            np.concatenate([np.zeros(number), -np.ones(len(open_targets))]),
            A_eq=block_array([[matrix, csr_array((len(here), len(open_targets)))]], format="csr"),
            b_eq=right,
            A_ub=block_array(
                [[-pick, eye_array(len(open_targets))]], format="csr"
            ),  # each is counted up to the cap, and no higher
            b_ub=np.zeros(len(open_targets)),
            bounds=np.vstack([bounds, np.tile([0.0, beyond + 1.0], (len(open_targets), 1))]),
            method="highs",
        )
        if found.x is None:
            return False
        note(np.asarray(found.x[:number], dtype=float))
        return True

    def is_settled(target: int) -> bool:
        return bool(seen_high[target] > beyond + _NEAR and seen_high[target] - seen_low[target] > _NEAR)

    targets = np.searchsorted(members, wanted)
    together = np.zeros(len(members))
    together[targets] = 1.0
    if solve(together) is None or solve(-together) is None:
        return  # the numbers contradict each other in a way that no single sum shows
    while (
        len(unsettled := np.array([target for target in targets.tolist() if not is_settled(target)], dtype=np.intp)) > 1
    ):
        if not lift(unsettled) or not any(is_settled(target) for target in unsettled.tolist()):
            break
    for target in targets.tolist():
        if is_settled(target):
            continue
        for sign in (-1.0, 1.0):
            cost = np.zeros(len(members))
            cost[target] = sign
            moved = solve(cost)
            if moved is not None and sign < 0:
                upper[members[target]] = min(upper[members[target]], moved[target])
                if is_settled(target):
                    break
            elif moved is not None:
                lower[members[target]] = max(lower[members[target]], moved[target])
