"""Counts and people of one vintage of small areas brought to another.

An area that did not change, or was merged whole into another, is carried exactly. A split area's counts are shared among its parts
by their population, which is an estimate and is marked. The few irregular changes (three groups in England and Wales, all across
district borders) are shared in the same way and marked as such.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import ArrayLike, NDArray

from safeground.engine.areas.lookups import CodePairs


class Method(StrEnum):
    """How a target area's values come about."""

    EXACT = "exact"
    MERGED = "merged"
    ESTIMATED = "estimated"
    """The area is part of one that was split: its share is that of its population."""
    IRREGULAR = "irregular"


_METHODS = {"U": Method.EXACT, "M": Method.MERGED, "S": Method.ESTIMATED, "X": Method.IRREGULAR}


@dataclass(frozen=True)
class Crosswalk:
    """From m source areas to n target areas.

    `shares` is n x m, sparse; each column sums to 1, so totals are kept to rounding. `methods` and `has_equal_shares` are of length
    n; the latter is true where a population was missing, so that a split was shared equally.
    """

    from_vintage: str
    to_vintage: str
    sources: NDArray[np.object_]
    targets: NDArray[np.object_]
    shares: scipy.sparse.csr_array
    methods: NDArray[np.object_]
    has_equal_shares: NDArray[np.bool_]
    _column: Mapping[str, int] = field(repr=False, compare=False)

    @property
    def is_estimated(self) -> NDArray[np.bool_]:
        """Of length n: true where values are shared out by population (or equally) and so are estimates."""
        return (self.methods == Method.ESTIMATED) | (self.methods == Method.IRREGULAR)

    def shares_of(self, codes: ArrayLike) -> scipy.sparse.csr_array:
        """The columns of `shares` for these source codes, in their order (n x k). ValueError names a code that is not a source."""
        codes = np.asarray(codes, dtype=object).ravel()
        columns = np.array([self._column.get(code, -1) for code in codes], dtype=np.intp)
        if (unknown := codes[columns < 0]).size:
            raise ValueError(
                f"{unknown[0]!r} is not a code of {self.from_vintage}"
                + (f" (nor are {unknown.size - 1:,} others)" if unknown.size > 1 else "")
                + "; leave such codes out and report them as unknown areas"
            )
        return self.shares[:, columns]

    def convert(self, values: ArrayLike, codes: ArrayLike | None = None) -> Any:
        """Values of the sources as values of the targets.

        values: k or k x p, dense or sparse, extensive (counts, people; never rates). codes: the k source codes; all sources in
        order when absent. Returns n or n x p, floats, sparse where the values are: a split gives fractions, which are for the reader
        of the estimate to round.
        """
        shares = self.shares if codes is None else self.shares_of(codes)
        if not scipy.sparse.issparse(values):
            values = np.asarray(values, dtype=float)
        if values.shape[0] != shares.shape[1]:
            raise ValueError(
                f"{values.shape[0]:,} rows of values for {shares.shape[1]:,} areas; hand in one row for each code"
            )
        return shares @ values


def make_crosswalk(pairs: CodePairs, populations: Mapping[str, float] | None = None) -> Crosswalk:
    """A crosswalk from a lookup whose pairs carry a change code (U unchanged, M merged, S split, X irregular).

    populations: people of each target area (the Census of the target's year). Where a part of a split area has none stated, or all
    have nobody, its parts get equal shares and are flagged. Raises ValueError on an unknown change code or an empty lookup.
    """
    if not len(pairs):
        raise ValueError(
            f"no lookup from {pairs.from_vintage} to {pairs.to_vintage} has landed; land the lookup with its change codes"
        )
    if strange := sorted({str(code) for code in pairs.change_codes} - set(_METHODS)):
        raise ValueError(
            f"the lookup from {pairs.from_vintage} to {pairs.to_vintage} has the change code {strange[0]!r}; "
            "known are U (unchanged), M (merged), S (split) and X (irregular)"
        )
    sources, column = np.unique(pairs.from_codes, return_inverse=True)
    targets, row = np.unique(pairs.to_codes, return_inverse=True)
    people = populations or {}
    weights = np.array([people.get(code, np.nan) for code in pairs.to_codes], dtype=float)
    weights, is_equal = _complete(weights, column, len(sources))
    totals = np.bincount(column, weights=weights, minlength=len(sources))
    shares = scipy.sparse.csr_array((weights / totals[column], (row, column)), shape=(len(targets), len(sources)))
    methods = np.empty(len(targets), dtype=object)
    # Should a target ever be fed by changes of two kinds, the less certain one names it: the order of _METHODS.
    for code, method in _METHODS.items():
        methods[row[pairs.change_codes == code]] = method
    has_equal_shares = np.zeros(len(targets), dtype=bool)
    has_equal_shares[row[is_equal]] = True
    return Crosswalk(
        pairs.from_vintage,
        pairs.to_vintage,
        sources,
        targets,
        shares,
        methods,
        has_equal_shares,
        {code: position for position, code in enumerate(sources)},
    )


def _complete(
    weights: NDArray[np.float64], column: NDArray[np.intp], sources: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Weights with every source's parts either all stated or all 1; and which pairs were set to 1 though they share a source."""
    is_missing = ~np.isfinite(weights) | (weights < 0)
    missing = np.bincount(column, weights=is_missing, minlength=sources) > 0
    nobody = np.bincount(column, weights=np.where(is_missing, 0, weights), minlength=sources) == 0
    needs_equal = (missing | nobody)[column]
    parts = np.bincount(column, minlength=sources)[column]
    return np.where(needs_equal, 1.0, weights), needs_equal & (parts > 1)
