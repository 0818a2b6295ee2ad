"""How surely typed places were read, by who sent them and when: one grouped query."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from safeground.engine.areas import Placement
from safeground.engine.warehouse import check_operators

if TYPE_CHECKING:
    from safeground.engine.warehouse import Warehouse

CONFIDENCES = ("90% or more", "80% to under 90%", "50% to under 80%", "not placed")
"""Classes of how likely the area told is right; below a half a text is not placed."""


def count_placements(
    warehouse: Warehouse,
    place_texts: Callable[[Sequence[str | None]], Sequence[Placement]],
    *,
    feed: str,
    months: Collection[datetime.date],
) -> Mapping[tuple[str, datetime.date, str], int]:
    """Events of a feed by site, month and class of confidence; the sender stands for the site where none is stated.

    Empty where the feed tells no place in words.
    """
    import ibis

    carried = set(warehouse.columns_carried("events", feed))
    if "location" not in carried:
        return {}
    events = warehouse.table("events")
    events = events.filter((events.feed == feed) & events.month.isin(sorted(months)))
    site = ibis.coalesce(events.site, events.partner) if "site" in carried else events.partner
    question = events.group_by(sent_by=site, month=events.month, text=events.location).aggregate(number=events.count())
    check_operators(question)
    rows = question.to_pyarrow().to_pylist()
    found: Counter[tuple[str, datetime.date, str]] = Counter()
    for row, placed in zip(rows, place_texts([row["text"] for row in rows]), strict=True):
        found[row["sent_by"], row["month"], _confidence(placed)] += row["number"]
    return dict(found)


def _confidence(placed: Placement) -> str:
    if placed.precision is None:
        return CONFIDENCES[3]
    return CONFIDENCES[0 if placed.confidence >= 0.9 else 1 if placed.confidence >= 0.8 else 2]
