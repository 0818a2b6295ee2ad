"""The points that data.police.uk publishes, and what it calls them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

PREFIX = "On or near "
"""What comes before the name of a point."""

KINDS_OF_PLACE = (
    "Supermarket", "Parking Area", "Petrol Station", "Shopping Area", "Nightclub", "Sports/Recreation Area", "Park/Open Space",
    "Pedestrian Subway", "Hospital", "Further/Higher Educational Building", "Theatre/Concert Hall", "Bus/Coach Station",
    "Conference/Exhibition Centre", "Motorway Service Area", "Airport/Airfield", "Race Track", "Theme/Adventure Park", "Prison",
    "Police Station", "No Location",
)  # fmt: skip
"""Points that are named by what is there, and are no street."""

INSTITUTIONS = ("Hospital", "Prison", "Police Station")
"""Kinds of place where people are treated or held: what happened there calls for the institution's own staff."""


def find_institutions(names: NDArray[Any]) -> NDArray[np.bool_]:
    """Which points, by their published names, are institutions; shape (n,)."""
    known, which = np.unique(np.asarray(names).astype(str), return_inverse=True)
    return np.array([name.strip().endswith(INSTITUTIONS) for name in known], dtype=bool)[which.ravel()]
