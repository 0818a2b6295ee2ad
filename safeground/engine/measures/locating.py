"""Locating: from an area code as a partner stated it to the areas of every level, and whose force it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from safeground.engine.areas import Crosswalk, Hierarchy, Method
from safeground.engine.measures.tallies import EventTally

FORCE = "pfa24"

ROUNDING = 1e-9
"""Shares nearer than this to none or all are none or all: sums of fractions do not come out exact."""


@dataclass(frozen=True, eq=False)
class AreaLocator:
    """Areas of the current vintage with their levels, and the way to them from codes of the vintage before.

    `crosswalk` may be None where no lookup of the older vintage has landed; events with older codes then have no usable area.
    """

    hierarchy: Hierarchy
    crosswalk: Crosswalk | None = None

    @property
    def base(self) -> str:
        return self.hierarchy.base

    def members(self, level: str) -> tuple[tuple[str, ...], scipy.sparse.csr_array]:
        """Codes of a level in order, and which base areas each holds: shape (areas, base areas)."""
        if level == self.base:
            return tuple(self.hierarchy.codes), scipy.sparse.eye_array(len(self.hierarchy.codes), format="csr")
        found = self.hierarchy.level(level)
        return tuple(found.codes), found.members

    def names(self, level: str) -> dict[str, str]:
        """The name of each area of a level; of a base area its code."""
        if level == self.base:
            return {code: code for code in self.hierarchy.codes}
        return self.hierarchy.names(level)

    def shares(self, codes: Sequence[str | None]) -> tuple[scipy.sparse.csr_array, NDArray[np.bool_]]:
        """How stated codes spread over base areas, shape (codes, base areas), and which codes cross irregularly.

        A code of the current vintage is its own area; an older one is carried by the crosswalk (a code is never reused, so the code
        alone tells). The row of a blank or unknown code is empty.
        """
        row_of = {code: row for row, code in enumerate(self.hierarchy.codes)}
        direct = [(row, row_of[code]) for row, code in enumerate(codes) if code in row_of]
        rows, columns = np.array(direct, dtype=np.intp).reshape(-1, 2).T
        shape = (len(codes), len(row_of))
        shares = scipy.sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=shape)
        is_irregular = np.zeros(len(codes), dtype=bool)
        if self.crosswalk is None:
            return shares, is_irregular
        sources = set(self.crosswalk.sources)
        older = [row for row, code in enumerate(codes) if code not in row_of and code in sources]
        spread = self.crosswalk.shares_of([str(codes[row]) for row in older]).tocoo()
        target_row = np.array([row_of.get(code, -1) for code in self.crosswalk.targets], dtype=np.intp)
        source_row = np.array(older, dtype=np.intp)
        target, source = spread.coords
        irregular_target = self.crosswalk.methods == Method.IRREGULAR
        is_irregular[source_row[source[irregular_target[target]]]] = True
        inside = target_row[target] >= 0
        carried = (spread.data[inside], (source_row[source[inside]], target_row[target[inside]]))
        return (shares + scipy.sparse.csr_array(carried, shape=shape)).tocsr(), is_irregular


def find_home_forces(tally: EventTally, locator: AreaLocator) -> dict[str, str]:
    """The force area of each partner: the one where more than half of its placed events lie.

    Read from the events themselves, because no published lookup joins the name a force reports under with its area. A partner without
    such an area (a transport police) has none, and its events are counted at no level of area.
    """
    codes, members = locator.members(FORCE)
    shares, _ = locator.shares(tally.areas)
    by_partner = scipy.sparse.csr_array(
        (tally.events, (tally.partner, tally.area)), shape=(len(tally.partners), len(tally.areas)), dtype=float
    )
    events = (by_partner @ shares @ members.T).toarray()
    return {
        partner: codes[int(row.argmax())]
        for partner, row in zip(tally.partners, events, strict=True)
        if row.sum() > 0 and row.max() > row.sum() / 2
    }


@dataclass(frozen=True, eq=False)
class PlacedTally:
    """A tally's codes spread over base areas, worked out once for all verdicts, levels and categories.

    `home`: partner to force area. `home_partner`: for each base area the position of the partner whose area it is, -1 for none.
    `code_partner`: the same for each stated code. `unplaced`: the share of each stated code that lies in no base area.
    """

    locator: AreaLocator
    home: Mapping[str, str]
    shares: scipy.sparse.csr_array
    is_irregular: NDArray[np.bool_]
    home_partner: NDArray[np.intp]
    code_partner: NDArray[np.intp]
    unplaced: NDArray[np.float64]


def place_tally(tally: EventTally, locator: AreaLocator, home: Mapping[str, str] | None = None) -> PlacedTally:
    """Place a tally's codes. home: the force area of each partner; found from the events when absent.

    ValueError where two partners have one force area: whose events its areas hold would then not be known.
    """
    home = (
        find_home_forces(tally, locator)
        if home is None
        else {p: code for p, code in home.items() if p in tally.partners}
    )
    if len(set(home.values())) != len(home):
        raise ValueError(
            f"two partners have the same force area ({', '.join(sorted(home))}); name one partner for each area"
        )
    shares, is_irregular = locator.shares(tally.areas)
    position = {home[partner]: place for place, partner in enumerate(tally.partners) if partner in home}
    parents = locator.hierarchy.parents(FORCE)
    home_partner = np.array([position.get(code, -1) for code in parents], dtype=np.intp)
    placed_share = np.asarray(shares.sum(axis=1)).ravel()
    largest = np.full(len(tally.areas), -1, dtype=np.intp)
    for row in np.flatnonzero(placed_share > 0):
        part = slice(shares.indptr[row], shares.indptr[row + 1])
        largest[row] = shares.indices[part][shares.data[part].argmax()]
    return PlacedTally(
        locator=locator,
        home=home,
        shares=shares,
        is_irregular=is_irregular,
        home_partner=home_partner,
        code_partner=_partner_of(largest, home_partner),
        unplaced=np.where(1 - placed_share > ROUNDING, 1 - placed_share, 0.0),
    )


def _partner_of(largest: NDArray[np.intp], home_partner: NDArray[np.intp]) -> NDArray[np.intp]:
    """The partner of the base area that holds most of each code; -1 for a code that lies in none."""
    found = np.full(len(largest), -1, dtype=np.intp)
    found[largest >= 0] = home_partner[largest[largest >= 0]]
    return found
