"""That nothing comes in under no name: a column without one is in no agreement.

Spreadsheets save what lies right of a table as columns of nothing, without a name. Those are passed over; a value in one is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from safeground.engine.feeds.reading.guards import Refused
from safeground.engine.feeds.reading.recognition import Recognition
from safeground.engine.feeds.sharing.sender_guard import Record


def watch_nameless(records: Iterable[Record], recognition: Recognition) -> Iterator[Record]:
    """The records as they come. Constant memory. Raises Refused at the first row of sound form with a value under no name."""
    places = [place for place, name in enumerate(recognition.columns) if not name]
    if not places:
        yield from records
        return
    width = len(recognition.columns)
    for row, (cells, fault) in enumerate(records, start=1):
        if fault is None and len(cells) == width and any(cells[place].strip() for place in places):
            raise Refused(
                f"has a value under a column without a name, in row {row:,} below its header, which no agreement can allow: name the "
                "column or delete it; nothing of it was stored."
            )
        yield cells, fault
