"""That every row of a file which is not open is of the sender whose agreement lets it land.

The first filled row tells the partner. Rows of another sender further down would land under an agreement they are no part of.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator

from safeground.engine.catalogue import Feeds
from safeground.engine.feeds.reading.guards import Refused
from safeground.engine.feeds.reading.recognition import Recognition

Record = tuple[list[str], str | None]
"""Cells as sent, and the fault of form where there is one."""


def watch_senders(
    records: Iterable[Record], recognition: Recognition, *, partner: str, sent_by: Collection[str], feeds: Feeds
) -> Iterator[Record]:
    """The records as they come, for as long as each may land. Constant memory; a look-up a row.

    Where the contract's code list knows the senders, no row may name another than `partner`; a name the list does not know is left to the
    check. Where there is no list, every row must name one of `sent_by`, whom the agreement names. Blank cells are left to the check too.

    Raises Refused at the first row that may not.
    """
    column = recognition.contract.partner.column
    sent = recognition.renamed.get(column, column) if column is not None else None
    if sent is None or sent not in recognition.columns:
        yield from records
        return
    place, width = recognition.columns.index(sent), len(recognition.columns)
    object_to = _objection(recognition, partner=partner, sent_by=sent_by, feeds=feeds)
    admitted = {"", sent}  # the column's own name, where files that were joined have their header again
    # Of a row with a cell too many or too few nobody knows what stands where: it is taken at its word only where that is a name we know.
    fewest, most = (place + 1, math.inf) if recognition.contract.partner.code_list else (width, width)
    for row, (cells, fault) in enumerate(records, start=1):
        if fault is None and fewest <= len(cells) <= most and cells[place] not in admitted:
            if objection := object_to(cells[place].strip()):
                raise Refused(
                    f"{objection} in row {row:,} below its header, column {sent!r}: send each sender's rows as a file of its own; "
                    "nothing of it was stored."
                )
            admitted.add(cells[place])
        yield cells, fault


def _objection(
    recognition: Recognition, *, partner: str, sent_by: Collection[str], feeds: Feeds
) -> Callable[[str], str | None]:
    """What is to be said against a filled cell. It tells the short name of a known partner, and of no other cell what it holds."""
    code_list = recognition.contract.partner.code_list
    if code_list is None:
        allowed = {"", *sent_by}

        def not_in_agreement(value: str) -> str | None:
            return None if value.casefold() in allowed else "names a sender that the agreement does not"

        return not_in_agreement
    # However it is written: what is no code of the list is quarantined, but would be kept for all that.
    partners = {code.casefold(): known for code, known in feeds.code_lists[code_list].meanings.items()}

    def of_another(value: str) -> str | None:
        known = partners.get(" ".join(value.split()).casefold())
        return f"comes from {partner} and has a row of {known}" if known not in (None, partner) else None

    return of_another
