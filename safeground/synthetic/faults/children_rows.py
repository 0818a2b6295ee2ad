"""Faults of single rows in what services for children, schools and surveys send."""

from __future__ import annotations

import numpy as np

from safeground.synthetic.faults.police_rows import FEW, blank, put, repeat_crimes
from safeground.synthetic.faults.street_rows import RowFault
from safeground.synthetic.faults.tables import Table


def lengthen(column: str, *, by: str):
    """Write something behind a column's values."""

    def spoil(table: Table, rng: np.random.Generator) -> int:
        return table.fill(table.choose(rng, FEW, filled=(column,)), column, lambda value: f"{value}{by}")

    return spoil


def repeat_number(column: str):
    """A row of the table twice, with another number: neither is known to be right."""

    def spoil(table: Table, rng: np.random.Generator) -> int:
        again = [list(row) for row in table.choose(rng, 1, filled=(column,))]
        table.fill(again, column, "77")
        table.rows += again
        return 2 * len(again)

    return spoil


DISPOSAL_FAULTS = (
    RowFault("gravity_out_of_scale", "reported", put("gravity", "12", count=2), "{rows} gravity scores are above 8."),
    RowFault("child_of_8", "reported", put("age", "8", count=2), "{rows} children are 8, below the age of responsibility."),
    RowFault("first_time_flag_not_listed", "reported", put("first_time_entrant", "1st", count=2), "{rows} flags are not on the list."),
    RowFault("disposal_not_listed", "reported", put("disposal", "Told off", count=2), "{rows} disposals are not on the list."),
    RowFault("offence_after_disposal", "reported", put("offence_date", "2027-01-31", count=2), "{rows} offences follow their disposal."),
    RowFault("disposal_of_another_year", "quarantined", put("disposal_date", "2027-02-28", count=1), "{rows} disposal is years away."),
)  # fmt: skip
EPISODE_FAULTS = (
    RowFault("returned_before_missing", "reported", put("returned", "2020-01-01 10:00", count=3), "{rows} children came back too early."),
    RowFault("episode_given_twice", "reported", repeat_crimes, "{rows} episodes are given twice, row for row."),
    RowFault("exploitation_flag_not_listed", "reported", put("cce_flag", "Perhaps"), "{rows} flags of exploitation are not on the list."),
    RowFault("kind_of_home_not_listed", "reported", put("missing_from_type", "Caravan"), "{rows} kinds of home are not on the list."),
    RowFault("episode_without_child", "quarantined", blank("person_pid"), "{rows} episodes are of no child."),
    RowFault("missing_time_in_words", "quarantined", put("missing_from", "last night", count=3), "{rows} times are words."),
)  # fmt: skip
EXCLUSION_FAULTS = (
    RowFault("reason_not_listed", "reported", put("reason", "ZZ"), "{rows} reasons are not on the list."),
    RowFault("kind_of_exclusion_not_listed", "quarantined", put("kind", "SENT HOME"), "{rows} are neither suspensions nor exclusions."),
    RowFault("school_number_too_long", "reported", lengthen("school_urn", by="0"), "{rows} school numbers have seven digits."),
    RowFault("pupil_of_45", "reported", put("age", "45"), "{rows} pupils are 45 years old."),
)  # fmt: skip
SCHOOL_TABLE_FAULTS = (
    RowFault("marker_not_known", "quarantined", put("suspension", "n/a", count=3), "{rows} counts are a marker nobody knows."),
    RowFault("calendar_year_for_school_year", "quarantined", put("time_period", "2023/24", count=2), "{rows} school years have a slash."),
)  # fmt: skip
SURVEY_FAULTS = (
    RowFault("base_too_small", "quarantined", put("base", "12"), "{rows} shares rest on 12 answers."),
    RowFault("share_over_100", "quarantined", put("percent", "140.5", count=2), "{rows} shares are above 100%."),
    RowFault("interval_over_100", "reported", put("upper", "131.0", count=2), "{rows} intervals end above 100%."),
    RowFault("wave_ends_before_it_begins", "reported", put("period_to", "2024-12-31"), "{rows} rows end before they begin."),
    RowFault("answer_given_twice", "quarantined", repeat_number("percent"), "An answer is given twice, differently ({rows} rows)."),
)  # fmt: skip
