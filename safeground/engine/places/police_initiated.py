"""Offences that exist on paper because police were there: what must not choose where police go next.

More searches find more knives and more drugs. A method that learns from them sends patrols to where patrols have been, finds more
there, and calls it proof.
"""

from __future__ import annotations

from collections.abc import Iterable

from safeground.engine.catalogue import Catalogue

POLICE_INITIATED_TYPES = frozenset({"Drugs", "Possession of weapons", "Public order", "Other crime"})
"""Crime types of data.police.uk. Together they are the offences against society of the Office for National Statistics: most have
no victim who reports them."""

_GROUPS = frozenset({"Drugs", "Possession of weapons", "Public order", "Miscellaneous crimes against society"})
"""The same as groups of the Home Office's offence classes."""


def find_police_initiated(catalogue: Catalogue, offences: Iterable[str]) -> frozenset[str]:
    """Those of these offences that police record on their own initiative: crime types of data.police.uk or Home Office classes."""
    codes = catalogue.feeds.code_lists.get("ho_offences")
    groups = {} if codes is None else {row.meaning: row.details.get("group", "") for row in codes.dated}
    return frozenset(
        offence for offence in offences if offence in POLICE_INITIATED_TYPES or groups.get(offence) in _GROUPS
    )
