"""Counts and the sums that tie them: one table with its margins, a hierarchy, or several tables that share cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(frozen=True)
class Sum:
    """One cell is the sum of others, all by their positions."""

    total: int
    parts: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class CountTable:
    """Whole counts of shape (cells,), and every sum a reader can see among them.

    A margin is a cell like any other, and a cell that several tables show stands here once: so it is told, or withheld, in all of them
    alike. `told_elsewhere`: positions that readers know already, exactly or as the rule tells them, and that cannot be withheld.
    `withheld_elsewhere`: positions withheld for what stands outside this table. `names` (optional) say which cell is which.

    Sums of counts that were rounded to whole ones may miss by half a count a cell; what they miss by is taken to be known to the reader.
    Raises ValueError when a count is negative or not whole, or when a sum does not hold.
    """

    counts: NDArray[np.int64]
    sums: tuple[Sum, ...]
    told_elsewhere: frozenset[int] = frozenset()
    withheld_elsewhere: frozenset[int] = frozenset()
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        given = np.atleast_1d(np.asarray(self.counts, dtype=float))
        if given.ndim != 1 or not np.isfinite(given).all() or (given < 0).any() or (given != given.round()).any():
            raise ValueError(
                "a table of counts needs whole numbers of 0 or more; leave out a cell that was not received"
            )
        object.__setattr__(self, "counts", given.astype(np.int64))
        if self.names and (len(self.names) != len(given) or len(set(self.names)) < len(self.names)):
            raise ValueError("a table of counts needs one name a cell, and no two the same")
        for kind in (
            self.told_elsewhere,
            self.withheld_elsewhere,
            *(frozenset((s.total, *s.parts)) for s in self.sums),
        ):
            if any(not 0 <= place < len(given) for place in kind):
                raise ValueError(f"a table of {len(given)} counts was given a position that it does not have")
        if both := self.told_elsewhere & self.withheld_elsewhere:
            raise ValueError(f"{self.name(min(both))} is both told and withheld elsewhere: it can only be one of them")
        for each, missed in zip(self.sums, self.missed, strict=True):
            if abs(missed) > (len(each.parts) + 1) / 2:
                raise ValueError(f"{self.name(each.total)} is not the sum of its parts: they make {missed:+.0f} more")

    def name(self, place: int) -> str:
        """What a cell is called in a message."""
        return self.names[place] if self.names else f"cell {place}"

    @cached_property
    def matrix(self) -> csr_array:
        """Of shape (sums, cells): 1 for a part, -1 for the total."""
        from scipy.sparse import csr_array

        rows = np.repeat(np.arange(len(self.sums)), [len(each.parts) + 1 for each in self.sums])
        columns = np.array([place for each in self.sums for place in (*each.parts, each.total)], dtype=np.intp)
        signs = np.array([sign for each in self.sums for sign in (*[1.0] * len(each.parts), -1.0)])
        return csr_array((signs, (rows, columns)), shape=(len(self.sums), len(self.counts)))

    @cached_property
    def missed(self) -> NDArray[np.float64]:
        """By how much the parts of each sum make more than its total: 0 unless counts were rounded to whole ones."""
        found: NDArray[np.float64] = self.matrix @ self.counts.astype(float)
        return found


def cross_table(
    counts: ArrayLike, *, groups: Sequence[Sequence[Sequence[int]] | None] | None = None, name: str = ""
) -> tuple[CountTable, NDArray[np.intp]]:
    """A table of any number of dimensions with its margins, and where each of its cells lies.

    counts: the inner cells, one dimension for each variable. groups: for each dimension what is added up: by default all of it, once;
    else lists of positions along it, in which a later list may name an earlier one as the position after the last (a hierarchy), or
    None for no sums along it. Returns the table and the positions in it, of the shape of `counts` lengthened by the groups of each
    dimension.
    """
    inner = np.asarray(counts, dtype=float)
    along: list[list[tuple[int, ...]]] = []
    for axis, length in enumerate(inner.shape):
        wanted = [range(length)] if groups is None else groups[axis] or ()
        along.append([tuple(group) for group in wanted])
    full = inner
    for axis, lists in enumerate(along):
        for group in lists:
            full = np.concatenate([full, full.take(group, axis=axis).sum(axis=axis, keepdims=True)], axis=axis)
    places = np.arange(full.size, dtype=np.intp).reshape(full.shape)
    sums = []
    for axis, lists in enumerate(along):
        lines = np.moveaxis(places, axis, -1).reshape(-1, full.shape[axis])
        for (at, group), line in product(enumerate(lists, start=inner.shape[axis]), lines.tolist()):
            sums.append(Sum(line[at], tuple(line[each] for each in group)))
    names = tuple(f"{name}[{','.join(map(str, at))}]" for at in np.ndindex(full.shape)) if name else ()
    return CountTable(full.ravel(), tuple(sums), names=names), places


def link(*tables: CountTable) -> CountTable:
    """Several tables as one: cells of one name are one cell.

    What any of the tables says is told or withheld elsewhere stays so. Raises ValueError when a table has no names, or when one name
    stands for two counts.
    """
    place_of: dict[str, int] = {}
    counts: list[int] = []
    for table in tables:
        if not table.names:
            raise ValueError("tables are linked by the names of their cells, and one has none: name its cells")
        for name, count in zip(table.names, table.counts.tolist(), strict=True):
            place = place_of.setdefault(name, len(counts))
            if place == len(counts):
                counts.append(count)
            elif counts[place] != count:
                raise ValueError(f"{name} is {counts[place]} in one table and {count} in another: count it once")
    sums: dict[Sum, None] = {}
    told: set[int] = set()
    withheld: set[int] = set()
    for table in tables:
        at = [place_of[name] for name in table.names]
        sums |= {Sum(at[each.total], tuple(at[part] for part in each.parts)): None for each in table.sums}
        told |= {at[place] for place in table.told_elsewhere}
        withheld |= {at[place] for place in table.withheld_elsewhere}
    return CountTable(np.array(counts), tuple(sums), frozenset(told), frozenset(withheld), names=tuple(place_of))
