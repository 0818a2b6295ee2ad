"""Pairs of codes, read from the warehouse's lookups table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray


@dataclass(frozen=True)
class CodePairs:
    """Which code of one level or vintage goes with which of another. All arrays are of length n, text as objects.

    A name or change code that the lookup does not state is None.
    """

    from_vintage: str
    to_vintage: str
    from_codes: NDArray[np.object_]
    to_codes: NDArray[np.object_]
    from_names: NDArray[np.object_]
    to_names: NDArray[np.object_]
    change_codes: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.from_codes)


def get_pairs(lookups: pa.Table, from_vintage: str, to_vintage: str) -> CodePairs:
    """The distinct pairs of two vintages, ordered by code; none where no such lookup has landed.

    `lookups` has the columns of the warehouse's table of that name. A pair stated by two deliveries is one pair.
    """
    chosen = lookups.filter(
        pc.and_(pc.equal(lookups["from_vintage"], from_vintage), pc.equal(lookups["to_vintage"], to_vintage))
    ).sort_by([("from_code", "ascending"), ("to_code", "ascending"), ("delivery", "ascending")])
    columns = {
        name: chosen[name].to_numpy(zero_copy_only=False).astype(object)
        for name in ("from_code", "to_code", "from_name", "to_name", "change_code")
    }
    first = np.ones(chosen.num_rows, dtype=bool)
    first[1:] = (columns["from_code"][1:] != columns["from_code"][:-1]) | (
        columns["to_code"][1:] != columns["to_code"][:-1]
    )
    return CodePairs(
        from_vintage,
        to_vintage,
        from_codes=columns["from_code"][first],
        to_codes=columns["to_code"][first],
        from_names=columns["from_name"][first],
        to_names=columns["to_name"][first],
        change_codes=columns["change_code"][first],
    )
