"""The levels above a small area: ward, district, community safety partnership, police force, and others a lookup names."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import scipy.sparse
from numpy.typing import ArrayLike, NDArray

from safeground.engine.areas.lookups import CodePairs, get_pairs
from safeground.engine.areas.vintages import CURRENT


@dataclass(frozen=True)
class Level:
    """One level's k areas: `codes` in order, `names` beside them, and `members`, k x n, sparse, 1 where a base area lies inside.

    `divided` are the base areas that the lookup leads to several areas of the level. They are members of none: some districts merged
    since hold several community safety partnerships, and the published lookup does not say where in the district each lies.
    """

    name: str
    codes: NDArray[np.object_]
    names: NDArray[np.object_]
    members: scipy.sparse.csr_array
    divided: tuple[str, ...]


@dataclass(frozen=True)
class Hierarchy:
    """n base areas and the levels above them. Every area of the lookup is here, so one outside a partnership keeps its own force.

    A base area that a level's lookup does not hold (Wales in an English lookup) or divides belongs to no area of that level.
    """

    base: str
    codes: NDArray[np.object_]
    levels: Mapping[str, Level]
    _row: Mapping[str, int] = field(repr=False, compare=False)

    def level(self, name: str) -> Level:
        """The level of that name; ValueError lists those there are."""
        try:
            return self.levels[name]
        except KeyError:
            known = ", ".join(sorted(self.levels))
            raise ValueError(
                f"no lookup leads from {self.base} to {name}; there are {known}. Land the lookup that joins them"
            ) from None

    def names(self, level: str) -> dict[str, str]:
        """Name of each code of a level; the code itself where the lookup states no name."""
        found = self.level(level)
        return dict(zip(found.codes, found.names, strict=True))

    def parents(self, level: str, codes: ArrayLike | None = None) -> NDArray[np.object_]:
        """The area of a level in which each base area lies, None where it lies in none. codes: all base areas when absent."""
        found = self.level(level)
        columns = self._rows_of(codes)
        parents = np.full(len(self.codes), None, dtype=object)
        members = found.members.tocoo()
        parents[members.coords[1]] = found.codes[members.coords[0]]
        return parents[columns]

    def within(self, level: str, code: str) -> NDArray[np.object_]:
        """The base areas inside one area of a level, in order. ValueError where the level has no such code."""
        found = self.level(level)
        at = np.flatnonzero(found.codes == code)
        if not at.size:
            raise ValueError(f"{code!r} is not a code of {level}")
        return self.codes[np.sort(found.members[[int(at[0])], :].indices)]

    def nest(self, child: str, level: str) -> dict[str, str]:
        """The area of `level` in which each area of a lower level, or each base area, lies whole. One that lies across several of them is
        left out, and so is one in none."""
        if child == self.base:
            pairs = zip(self.codes, self.parents(level), strict=True)
            return {code: parent for code, parent in pairs if parent is not None}
        lower, upper = self.level(child), self.level(level)
        together = (lower.members @ upper.members.T).tocsr()
        sizes = np.diff(lower.members.indptr)
        return {
            lower.codes[row]: upper.codes[column]
            for row, column, shared in zip(*together.nonzero(), together.data, strict=True)
            if shared == sizes[row]
        }

    def roll_up(self, values: ArrayLike, to: str, codes: ArrayLike | None = None) -> Any:
        """Values of base areas summed to a level.

        values: m or m x p, dense or sparse, extensive. codes: the m base codes; all of them in order when absent. Returns k or k x p,
        sparse where the values are, in the order of the level's codes. A value whose area lies in no area of the level is not in the
        result: compare the totals.
        """
        members = self.level(to).members[:, self._rows_of(codes)]
        if not scipy.sparse.issparse(values):
            values = np.asarray(values)
        if values.shape[0] != members.shape[1]:
            raise ValueError(
                f"{values.shape[0]:,} rows of values for {members.shape[1]:,} areas; hand in one row for each code"
            )
        return members @ values

    def _rows_of(self, codes: ArrayLike | None) -> NDArray[np.intp] | slice:
        if codes is None:
            return slice(None)
        wanted = np.asarray(codes, dtype=object).ravel()
        rows = np.array([self._row.get(code, -1) for code in wanted], dtype=np.intp)
        if (unknown := wanted[rows < 0]).size:
            raise ValueError(
                f"{unknown[0]!r} is not a code of {self.base}; bring codes to {self.base} first, leave unknown ones out"
            )
        return rows


def make_hierarchy(lookups: pa.Table, *, base: str = CURRENT) -> Hierarchy:
    """The levels that chains of lookups lead to from `base`, for example LSOA to district to CSP to force.

    `lookups` has the columns of the warehouse's table of that name. Pairs with a change code join vintages of one level and are not
    levels above. Raises ValueError where nothing leads up from `base`.
    """
    edges = _edges_up(lookups)
    if base not in {low for low, _ in edges}:
        raise ValueError(f"no lookup leads up from {base}; land the lookup from {base} to wards and districts")
    codes = np.unique(np.concatenate([get_pairs(lookups, *edge).from_codes for edge in edges if edge[0] == base]))
    everything = scipy.sparse.eye_array(len(codes), format="csr")
    reached: dict[str, _Reached] = {base: _Reached(codes, codes, everything)}
    waiting = deque([base])
    while waiting:
        low = waiting.popleft()
        for high in (high for here, high in edges if here == low and high not in reached):
            reached[high] = _step_up(reached[low], get_pairs(lookups, low, high))
            waiting.append(high)
    del reached[base]
    row = {code: position for position, code in enumerate(codes)}
    return Hierarchy(base, codes, {name: _make_level(name, found, codes) for name, found in reached.items()}, row)


def leads_to(lookups: pa.Table, level: str, *, base: str = CURRENT) -> bool:
    """Whether a chain of these lookups leads from `base` to a level."""
    edges, reached = _edges_up(lookups), {base}
    while further := {high for low, high in edges if low in reached} - reached:
        reached |= further
    return level in reached


def make_flat_hierarchy(level: str, names: Mapping[str, str], *, base: str = CURRENT) -> Hierarchy:
    """Areas of one level, code to name, of which no lookup says what lies in them: they hold no base area."""
    codes = np.array(sorted(names), dtype=object)
    nothing = scipy.sparse.csr_array((len(codes), 0))
    above = Level(level, codes, np.array([names[code] for code in codes], dtype=object), nothing, divided=())
    return Hierarchy(base, np.array([], dtype=object), {level: above}, {})


@dataclass(frozen=True)
class _Reached:
    """The k areas reached at a level, and which base areas lead to them: k x n, positive where one does, perhaps to several."""

    codes: NDArray[np.object_]
    names: NDArray[np.object_]
    leads_to: scipy.sparse.csr_array


def _edges_up(lookups: pa.Table) -> list[tuple[str, str]]:
    joined = lookups.filter(pc.is_null(lookups["change_code"])).select(["from_vintage", "to_vintage"])
    return sorted({tuple(pair.values()) for pair in joined.group_by(joined.column_names).aggregate([]).to_pylist()})


def _step_up(below: _Reached, pairs: CodePairs) -> _Reached:
    """One lookup further. A district with several CSPs leads to each of them, and through them still to its one force."""
    at = {code: position for position, code in enumerate(below.codes)}
    known = np.array([code in at for code in pairs.from_codes])
    codes, first, row = np.unique(pairs.to_codes[known], return_index=True, return_inverse=True)
    names = np.array([n or c for n, c in zip(pairs.to_names[known][first], codes, strict=True)], dtype=object)
    column = np.array([at[code] for code in pairs.from_codes[known]], dtype=np.intp)
    step = scipy.sparse.csr_array((np.ones(len(column)), (row, column)), shape=(len(codes), len(below.codes)))
    return _Reached(codes, names, scipy.sparse.csr_array(step @ below.leads_to))


def _make_level(name: str, found: _Reached, base_codes: NDArray[np.object_]) -> Level:
    leads_to = found.leads_to.tocoo()
    targets = np.bincount(leads_to.coords[1], minlength=len(base_codes))
    is_one = targets[leads_to.coords[1]] == 1
    place = (leads_to.coords[0][is_one], leads_to.coords[1][is_one])
    members = scipy.sparse.csr_array((np.ones(int(is_one.sum())), place), shape=leads_to.shape)
    return Level(name, found.codes, found.names, members, divided=tuple(base_codes[targets > 1]))
