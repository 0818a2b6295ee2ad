"""Which vintage a small area's code is of.

The Office for National Statistics never reuses a code: of the 34,753 codes of 2011 and the 35,672 of 2021, the 33,647 in both are
exactly those whose area did not change, and no code of a split, merged or irregular area is in the other year. So a code alone
tells its vintage, row by row, even in a delivery that mixes the two. A test proves it on the published lookup.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from safeground.engine.areas.lookups import CodePairs

CURRENT = "lsoa21"
"""The vintage to which everything is brought."""


def get_vintages(pairs: CodePairs) -> dict[str, str]:
    """The vintage of every code of a lookup: the later one where the code is in both, since the area is then the same."""
    vintages = dict.fromkeys(pairs.from_codes, pairs.from_vintage)
    vintages.update(dict.fromkeys(pairs.to_codes, pairs.to_vintage))
    return vintages


def find_vintages(codes: ArrayLike, pairs: CodePairs) -> NDArray[np.object_]:
    """The vintage of each code, as `get_vintages` has it; None for a blank code (None or '') and one the lookup does not hold."""
    vintages = get_vintages(pairs)
    return np.array([vintages.get(code) for code in np.asarray(codes, dtype=object).ravel()], dtype=object)


_LEVELS = {
    "lsoa": "small areas (LSOA)",
    "ward": "wards",
    "ltla": "districts",
    "csp": "community safety partnerships",
    "pfa": "police force areas",
    "icb": "integrated care boards",
    "sicbl": "sub-areas of integrated care boards",
    "ruc": "rural and urban classes",
}


def name_vintage(vintage: str) -> str:
    """A level with its year as a reader knows it: 'pfa24' is 'police force areas of 2024'. What is not known stays as it is."""
    level = vintage.rstrip("0123456789")
    year = vintage.removeprefix(level)
    return f"{_LEVELS[level]} of 20{year}" if level in _LEVELS and len(year) == 2 else vintage
