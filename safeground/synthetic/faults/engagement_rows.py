"""Faults of single rows in what is sent of sessions of engagement."""

from __future__ import annotations

import numpy as np

from safeground.synthetic.faults.police_rows import blank, put
from safeground.synthetic.faults.street_rows import RowFault
from safeground.synthetic.faults.tables import Table


def count_twice_in_one_session(table: Table, rng: np.random.Generator) -> int:
    """One more person in the second row of a session than in its first."""
    session, people = table.place("session_id"), table.place("people")
    first, second = next(
        (one, other) for one, other in zip(table.rows, table.rows[1:], strict=False) if one[session] == other[session]
    )
    second[people] = str(int(first[people]) + 1)
    return sum(row[session] == first[session] for row in table.rows)


ENGAGEMENT_FAULTS = (
    RowFault("telephone_number_in_words", "quarantined", put("heard", "Ring 01632 960000", count=2), "{rows} hold a telephone number."),
    RowFault("nobody_was_there", "quarantined", put("people", "0", count=1), "In {rows} session nobody was heard."),
    RowFault("theme_is_blank", "reported", blank("theme"), "{rows} rows have no theme."),
    RowFault("theme_not_listed", "reported", put("theme", "Parking", count=2), "{rows} themes are not on the list."),
    RowFault("session_of_two_sizes", "reported", count_twice_in_one_session, "A session is said to be of two sizes ({rows} rows)."),
)  # fmt: skip
