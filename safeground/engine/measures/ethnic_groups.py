"""Residents of small areas by ethnic group, as a census counted them. Told of chosen places together; nothing is chosen by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from safeground.engine.measures.calculation import Measures

ETHNICITY: Final = "ethnicity"
"""The feed."""

_NO_GROUP = "Does not apply"
"""A row of the publisher's classifications that holds nobody."""


@dataclass(frozen=True, eq=False)
class EthnicGroups:
    """Residents by ethnic group. `people`: shape (base areas, groups), NaN where no count is stated, which is not a count of none."""

    groups: tuple[str, ...]
    people: NDArray[np.float64]


def read_ethnic_groups(measures: Measures) -> EthnicGroups:
    """Of all base areas, in the order of the hierarchy; groups in the order of their publication. No groups where no count has landed."""
    figures = measures.warehouse.table("figures")
    rows = (
        figures.filter((figures.feed == ETHNICITY) & (figures.category != _NO_GROUP))
        .select("delivery", "row", "area_code", "category", "value")
        .to_pyarrow()
        .sort_by([("delivery", "ascending"), ("row", "ascending")])
    )
    if not rows.num_rows:
        return EthnicGroups((), np.empty((len(measures.locator.hierarchy.codes), 0)))
    area = rows["area_code"].combine_chunks().dictionary_encode()
    group = rows["category"].combine_chunks().dictionary_encode()
    stated = np.full((len(area.dictionary), len(group.dictionary)), np.nan)
    stated[area.indices.to_numpy(), group.indices.to_numpy()] = rows["value"].to_numpy()
    shares, _ = measures.locator.shares(area.dictionary.to_pylist())
    people = np.asarray(shares.T @ stated)
    people[np.asarray(shares.sum(axis=0)).ravel() == 0] = np.nan
    return EthnicGroups(tuple(group.dictionary.to_pylist()), people)
