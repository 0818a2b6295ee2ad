"""The bounds that sums put on counts: what a reader of them can say of each, from far or few numbers to thousands.

First each sum is read by itself, again and again, until it says nothing new (the shuttle algorithm: Buzzigoli and Giusti 1999). What is
left open is asked of linear programmes, one for some thousand counts that hang together. Their solutions are shared: as soon as two of
them differ in a count, it is not known, and most counts are settled by a handful of solutions that move many at once. Where many
thousands hang together by a few long sums, some are let go while all others are held at one solution: what moves so, moves. Only what is
left is asked of the whole, and only a withheld count that cannot be moved far enough so for its own bounds, two programmes each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

_NEAR = 1e-6
_FAR = 1e7
"""Beyond any count; a solver may call what has no bound infeasible."""
_READINGS = 60
_MOVE = 0.01
"""How far a count is pushed to see whether it moves: the less, the more counts move at once; far above the solver's tolerance."""
_LARGE = 20_000
"""From here on the interior point method takes half the time of the simplex method where few counts have a cost."""
_LONG, _BATCH = 40, 2_000
"""A sum of more terms ties many counts that else have little to do with each other."""
_MANY = 10_000
"""So many that hang together are let go in parts; of fewer the whole is asked as fast."""
_FEW, _AT_ONCE, _WORTH = 50, 4_000, 0.1
"""Of fewer counts, in number or as one part in so many, or once so small a share of them moves, pushing pays no more: it asks a larger
programme. Of many thousands it takes longer than in parts."""
_MOST_WORK = 500_000
"""Unknown counts times programmes, of the counts that hang together: about half a minute. Beyond, their bounds are those of single sums,
which are true but may be wider than what a reader could work out."""


@dataclass(frozen=True, eq=False)
class Bounds:
    """lower, upper: of shape (counts,). broken: the sums that do not hold, which were left out. unasked: counts whose bounds may be
    narrower than is said here, since to ask would have taken too long."""

    lower: Floats
    upper: Floats
    broken: tuple[int, ...]
    unasked: tuple[int, ...]


def infer_bounds(
    lower: Floats,
    upper: Floats,
    sums: Sequence[tuple[int, tuple[int, ...]]],
    *,
    asked: NDArray[np.bool_],
    withheld: NDArray[np.bool_],
    beyond: float,
) -> Bounds:
    """What each count can be, given what is known of each before (`lower`, `upper`, of shape (counts,)) and `sums`: total and parts.

    Of the counts `asked` for it is found whether they can be worked out; of those that are `withheld` too, whether they can lie above
    `beyond`, or anywhere from 1 to it. Where they can, their bounds may be too wide: nothing more is wanted of them.
    """
    rows = np.repeat(np.arange(len(sums)), [len(parts) + 1 for _, parts in sums]).astype(np.intp)
    places = np.array([place for total, parts in sums for place in (total, *parts)], dtype=np.intp)
    signs = np.array([sign for _, parts in sums for sign in (-1.0, *[1.0] * len(parts))])
    lower, upper, broken = _read_sums(lower.copy(), upper.copy(), rows, places, signs, len(sums))
    holds = ~np.isin(rows, broken)
    programme = _make_programme(lower, upper, rows[holds], places[holds], signs[holds], len(sums))
    unasked: list[int] = []
    if programme is not None and (groups := programme.groups(asked)):
        for batch in programme.batches(groups):
            _ask(programme, batch, lower, upper, asked, asked & withheld, beyond, unasked)
    return Bounds(lower, upper, tuple(broken.tolist()), tuple(unasked))


def _read_sums(
    lower: Floats, upper: Floats, rows: Places, places: Places, signs: Floats, number: int
) -> tuple[Floats, Floats, Places]:
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


@dataclass(frozen=True, eq=False)
class _Programme:
    """The unknown counts (`members`, by their positions among all) and the sums over them: matrix @ counts = right."""

    members: Places
    matrix: csr_array
    right: Floats
    lower: Floats
    upper: Floats

    def groups(self, asked: NDArray[np.bool_]) -> list[tuple[Places, Places]]:
        """Rows and columns of the counts that hang together by sums, where any of them is asked for."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        number, unknown = self.matrix.shape
        in_rows, in_columns = self.matrix.nonzero()
        links = coo_array((np.ones(len(in_rows)), (in_rows, number + in_columns)), shape=(number + unknown,) * 2)
        _, label = connected_components(links, directed=False)
        of_row, of_column = label[:number], label[number:]
        rows, columns = np.argsort(of_row, kind="stable"), np.argsort(of_column, kind="stable")
        found = []
        for group in np.unique(of_column[asked[self.members]]).tolist():
            row_ends = np.searchsorted(of_row[rows], [group, group + 1])
            column_ends = np.searchsorted(of_column[columns], [group, group + 1])
            found.append((rows[slice(*row_ends)], columns[slice(*column_ends)]))
        return found

    def part(self, groups: Sequence[tuple[Places, Places]]) -> _Programme:
        rows = np.sort(np.concatenate([rows for rows, _ in groups]))
        columns = np.sort(np.concatenate([columns for _, columns in groups]))
        return _Programme(
            self.members[columns],
            self.matrix[rows][:, columns],
            self.right[rows],
            self.lower[columns],
            self.upper[columns],
        )

    def batches(self, groups: Sequence[tuple[Places, Places]]) -> list[list[tuple[Places, Places]]]:
        """The groups in lots of some thousand counts: one of all takes far longer, and one a group is mostly the solver's start."""
        found: list[list[tuple[Places, Places]]] = []
        size = _BATCH
        for group in groups:
            if size >= _BATCH:
                found.append([])
                size = 0
            found[-1].append(group)
            size += len(group[1])
        return found

    def without_long_sums(self) -> _Programme:
        """The programme without what ties many counts that else have little to do with each other; its members are these by position."""
        short = np.flatnonzero(np.diff(self.matrix.indptr) <= _LONG)
        return _Programme(np.arange(len(self.members)), self.matrix[short], self.right[short], self.lower, self.upper)

    def let_go(self, solution: Floats, targets: NDArray[np.bool_]) -> Iterator[tuple[_Programme, Places]]:
        """Programmes of some thousand counts each, all others held at a solution, and where these counts lie among the members: of the
        targets and whatever hangs together with them but for long sums."""
        from scipy.sparse import csr_array

        loose = self.without_long_sums()
        by_column = self.matrix.tocsc()
        for batch in self.batches(loose.groups(targets)):
            free = np.sort(np.concatenate([columns for _, columns in batch]))
            rows = np.unique(by_column[:, free].indices)
            held = solution.copy()
            held[free] = 0
            part = csr_array(self.matrix[rows])
            yield (
                _Programme(
                    self.members[free],
                    part[:, free],
                    self.right[rows] - part @ held,
                    self.lower[free],
                    self.upper[free],
                ),
                free,
            )

    def solve(self, cost: Floats) -> Floats | None:
        """The counts at the least cost; None where there are none."""
        from scipy.optimize import linprog

        found = linprog(  # type: ignore[call-overload]  # its stubs know of no sparse rows
            cost,
            A_eq=self.matrix,
            b_eq=self.right,
            bounds=np.column_stack([self.lower, self.upper]),
            method="highs" if len(self.members) < _LARGE else "highs-ipm",
        )
        return None if found.x is None else np.asarray(found.x, dtype=float)

    def push(self, targets: Places, sign: float, goals: Floats, weights: Floats) -> Floats | None:
        """The counts with the targets together as near to their goals as they go, from below (sign 1) or above (-1), by their weights.
        What passes its goal counts for nothing: else one count would rise far and many not at all."""
        from scipy.optimize import linprog
        from scipy.sparse import block_array, csr_array, eye_array

        number, unknown = len(targets), len(self.members)
        pick = csr_array((np.full(number, -sign), (np.arange(number, dtype=np.intp), targets)), shape=(number, unknown))
        reached = np.column_stack([np.full(number, -np.inf), sign * goals])
        found = linprog(  # type: ignore[call-overload]
            np.concatenate([np.zeros(unknown), -weights]),
            A_eq=block_array([[self.matrix, csr_array((self.matrix.shape[0], number))]], format="csr"),
            b_eq=self.right,
            A_ub=block_array([[pick, eye_array(number)]], format="csr"),
            b_ub=np.zeros(number),
            bounds=np.vstack([np.column_stack([self.lower, self.upper]), reached]),
            method="highs",
        )
        return None if found.x is None else np.asarray(found.x[:unknown], dtype=float)


def _make_programme(
    lower: Floats, upper: Floats, rows: Places, places: Places, signs: Floats, number: int
) -> _Programme | None:
    """None where the sums leave nothing open."""
    from scipy.sparse import csr_array

    unknown = upper - lower > _NEAR
    free = unknown[places]
    if not free.any():
        return None
    members, at = np.unique(places[free], return_inverse=True)
    right: Floats = -np.bincount(rows[~free], signs[~free] * lower[places[~free]], number).astype(float)
    here, row_of = np.unique(rows[free], return_inverse=True)
    matrix = csr_array((signs[free], (row_of, at)), shape=(len(here), len(members)))
    return _Programme(members, matrix, right[here], lower[members], np.minimum(upper[members], _FAR))


def _ask(
    whole: _Programme,
    groups: Sequence[tuple[Places, Places]],
    lower: Floats,
    upper: Floats,
    asked: NDArray[np.bool_],
    withheld: NDArray[np.bool_],
    beyond: float,
    unasked: list[int],
) -> None:
    """Narrow the bounds of what is asked for, in place. Groups whose numbers contradict each other, in a way that no single sum shows,
    are found by halving and left as they are."""
    programme = whole.part(groups)
    seen = _Seen.of(programme)
    if not seen.note(programme.solve(np.zeros(len(programme.members)))):
        if len(groups) > 1:
            middle = len(groups) // 2
            for half in (groups[:middle], groups[middle:]):
                _ask(whole, half, lower, upper, asked, withheld, beyond, unasked)
        return
    targets = np.flatnonzero(asked[programme.members])
    ranged = np.flatnonzero(withheld[programme.members])
    if len(programme.members) > _MANY:
        seen.let_go(targets, ranged, beyond)
    is_spread = seen.spread(ranged, beyond)
    seen.move(targets)
    fixed = targets[~seen.moves(targets)]
    lower[programme.members[fixed]] = upper[programme.members[fixed]] = np.round(seen.low[fixed], 6)
    ranged = ranged[~is_spread & seen.moves(ranged)]
    if not len(ranged):
        return
    left = set(programme.members[ranged].tolist())
    for group in groups:
        part = whole.part([group])
        own = np.array([at for at, member in enumerate(part.members.tolist()) if member in left], dtype=np.intp)
        if 2 * len(own) * len(part.members) > _MOST_WORK:
            unasked.extend(part.members[own].tolist())
            continue
        for target in own.tolist():
            cost = np.zeros(len(part.members))
            cost[target] = 1.0
            ends = part.solve(cost), part.solve(-cost)
            member = part.members[target]
            if ends[0] is not None and ends[1] is not None:
                lower[member] = max(lower[member], ends[0][target])
                upper[member] = min(upper[member], ends[1][target])


@dataclass(eq=False)
class _Seen:
    """What solutions of a programme have shown: of each count the least and the most. Grows with each solution."""

    programme: _Programme
    low: Floats
    high: Floats
    sum_of_solutions: Floats
    solutions: int = 0
    is_part: bool = False
    """Of a part that was let go, which is not taken apart again."""

    @classmethod
    def of(cls, programme: _Programme) -> _Seen:
        number = len(programme.members)
        return cls(programme, np.full(number, np.inf), np.full(number, -np.inf), np.zeros(number))

    def note(self, solution: Floats | None) -> bool:
        if solution is None:
            return False
        np.minimum(self.low, solution, out=self.low)
        np.maximum(self.high, solution, out=self.high)
        self.sum_of_solutions += solution
        self.solutions += 1
        return True

    def _are_few(self, targets: Places) -> bool:
        return len(targets) <= max(_FEW, len(self.programme.members) // _FEW)

    def moves(self, targets: Places) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = self.high[targets] - self.low[targets] > _NEAR
        return found

    def move(self, targets: Places) -> None:
        """Look for a second value of each target until all that are left are known.

        Pushed a little, many move at once. What is left is known where a sum of it, with weights drawn at random, has the same least and
        most: then none of it can move.
        """
        draw = np.random.default_rng(len(targets))  # the same for the same numbers, so that a check can be repeated
        self._push_a_little(targets, draw)
        takes_apart = len(self.programme.members) > _MANY and not self.is_part
        if takes_apart:
            targets = targets[~self.moves(targets)]
            targets = targets[~self._is_known_by_short_sums(targets)]
        while len(still := targets[~self.moves(targets)]):
            cost = np.zeros(len(self.programme.members))
            cost[still] = draw.uniform(0.5, 1.5, len(still)) * draw.choice([-1.0, 1.0], len(still))
            self.note(self.programme.solve(cost))
            self.note(self.programme.solve(-cost))
            if not self.moves(still).any():
                return
            if takes_apart:
                self._let_go_of(still, np.zeros(0, dtype=np.intp), 0.0)

    def _is_known_by_short_sums(self, targets: Places) -> NDArray[np.bool_]:
        """Which targets cannot move even if all long sums are left out: then they cannot with them."""
        asked = np.zeros(len(self.programme.members), dtype=bool)
        asked[targets] = True
        known = np.zeros(len(self.programme.members), dtype=bool)
        loose = self.programme.without_long_sums()
        for batch in loose.batches(loose.groups(asked)):
            part = loose.part(batch)
            seen, own = _Seen.of(part), np.flatnonzero(asked[part.members])
            seen.is_part = True
            if seen.note(part.solve(np.zeros(len(part.members)))):
                seen.move(own)
                known[part.members[own[~seen.moves(own)]]] = True
        return known[targets]

    def let_go(self, targets: Places, ranged: Places, beyond: float) -> None:
        """Settle what can be settled by letting some thousand counts go at a time, all others held between the solutions seen."""
        moved = ranged if len(ranged) else targets[:: max(1, len(targets) // _AT_ONCE)]
        for sign, goal in ((1.0, beyond + 1.0), (-1.0, 1.0)):  # so that between them there is room
            self.note(self.programme.push(moved, sign, np.full(len(moved), goal), np.ones(len(moved))))
        self._let_go_of(targets, ranged, beyond)

    def _let_go_of(self, targets: Places, ranged: Places, beyond: float) -> None:
        """Few targets are let go beside others that can give what they take."""
        number = len(self.programme.members)
        asked, is_ranged = np.zeros(number, dtype=bool), np.zeros(number, dtype=bool)
        asked[targets], is_ranged[ranged] = True, True
        beside = asked.copy()
        beside[np.random.default_rng(self.solutions).choice(number, min(_FEW, number), replace=False)] = True
        middle = self.sum_of_solutions / self.solutions
        for part, at in self.programme.let_go(middle, beside):
            seen = _Seen(part, self.low[at], self.high[at], middle[at], solutions=1, is_part=True)
            seen.spread(np.flatnonzero(is_ranged[at]), beyond)
            if len(own := np.flatnonzero(asked[at])):
                seen.move(own)
            self.low[at], self.high[at] = seen.low, seen.high

    def _push_a_little(self, targets: Places, draw: np.random.Generator) -> None:
        is_new = True
        while is_new and not self._are_few(still := targets[~self.moves(targets)]):
            some = draw.choice(still, min(len(still), _AT_ONCE), replace=False)
            for sign in (1.0, -1.0):
                goals, weights = self.low[some] + sign * _MOVE, draw.uniform(0.5, 1.5, len(some))
                self.note(self.programme.push(some, sign, goals, weights))
            is_new = bool(self.moves(some).mean() > _WORTH)

    def spread(self, targets: Places, beyond: float) -> NDArray[np.bool_]:
        """Which targets can lie above `beyond`, or at both 1 and `beyond`: asked of many at once, as long as that finds any."""
        for sign, goal in ((1.0, beyond + 1.0), (-1.0, 1.0)):
            while len(open_targets := targets[~self._is_spread(targets, beyond)]):
                before = len(open_targets)
                if self._are_few(open_targets):
                    cost = np.zeros(len(self.programme.members))
                    cost[open_targets] = -sign
                    self.note(self.programme.solve(cost))
                else:
                    self.note(self.programme.push(open_targets, sign, np.full(before, goal), np.ones(before)))
                if (~self._is_spread(targets, beyond)).sum() == before:
                    break
        return self._is_spread(targets, beyond)

    def _is_spread(self, targets: Places, beyond: float) -> NDArray[np.bool_]:
        low, high = self.low[targets], self.high[targets]
        found: NDArray[np.bool_] = (high > beyond + _NEAR) | ((low <= 1 + _NEAR) & (high >= beyond - _NEAR))
        return found
