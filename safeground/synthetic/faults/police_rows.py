"""Faults of single rows in what the police and the Home Office send under agreements and in open tables."""

from __future__ import annotations

import numpy as np

from safeground.synthetic.faults.street_rows import RowFault
from safeground.synthetic.faults.tables import Table

FEW = 4


def blank(column: str, *filled: str):
    """Blank a column that must be filled."""

    def spoil(table: Table, rng: np.random.Generator) -> int:
        return table.fill(table.choose(rng, FEW, filled=(column, *filled)), column, "")

    return spoil


def put(column: str, value: str, *filled: str, count: int = FEW):
    """Write a value into a column that is filled, in rows in which `filled` are too."""

    def spoil(table: Table, rng: np.random.Generator) -> int:
        chosen = [
            row
            for row in table.choose(rng, len(table.rows), filled=(column, *filled))
            if row[table.place(column)] != value
        ]
        return table.fill([chosen[i] for i in np.sort(rng.permutation(len(chosen))[:count]).tolist()], column, value)

    return spoil


def swap_day_and_month(table: Table, rng: np.random.Generator) -> int:
    """As a spreadsheet with American settings does where both readings are dates: the 3rd of May for the 5th of March."""
    place = table.place("recorded_date")
    able = [row for row in table.rows if int(row[place][8:]) <= 12 and row[place][8:] != row[place][5:7]]
    for row in able[:FEW]:
        year, month, day = row[place].split("-")
        row[place] = f"{year}-{day}-{month}"
    return len(able[:FEW])


def write_dates_the_american_way(table: Table, rng: np.random.Generator) -> int:
    place = table.place("recorded_date")
    able = [row for row in table.rows if int(row[place][8:]) > 12]
    for row in able[:FEW]:
        year, month, day = row[place].split("-")
        row[place] = f"{month}/{day}/{year}"
    return len(able[:FEW])


def lose_leading_noughts(table: Table, rng: np.random.Generator) -> int:
    """As a spreadsheet does to codes that look like numbers."""
    chosen = [row for row in table.rows if row[table.place("ho_code")].startswith("0")]
    picked = [chosen[i] for i in np.sort(rng.permutation(len(chosen))[:FEW]).tolist()]
    return table.fill(picked, "ho_code", lambda code: code.lstrip("0"))


def state_another_class(table: Table, rng: np.random.Generator) -> int:
    assaults = [row for row in table.rows if row[table.place("ho_class")] == "105A"]
    return table.fill(assaults[:FEW], "ho_class", "5D")


def commit_after_recording(table: Table, rng: np.random.Generator) -> int:
    """A crime that happens the year after it is recorded: somebody typed the wrong year."""
    chosen = table.choose(rng, FEW, filled=("committed_from", "committed_to"))
    for column in ("committed_from", "committed_to"):
        table.fill(chosen, column, lambda moment: f"{int(moment[:4]) + 1}{moment[4:]}")
    return len(chosen)


def repeat_crimes(table: Table, rng: np.random.Generator) -> int:
    chosen = table.choose(rng, FEW)
    table.rows += [list(row) for row in chosen]
    return len(chosen)


def reuse_references(table: Table, rng: np.random.Generator) -> int:
    """Give crimes again as cancelled, beside the row that says recorded."""
    live = [row for row in table.rows if row[table.place("crime_status")] == "recorded"]
    again = [list(live[i]) for i in np.sort(rng.permutation(len(live))[:FEW]).tolist()]
    table.fill(again, "crime_status", "cancelled")
    table.rows += again
    return len(again)


def write_degrees(table: Table, rng: np.random.Generator) -> int:
    """Longitude and latitude where metres should be."""
    chosen = table.choose(rng, FEW, filled=("easting", "northing"))
    table.fill(chosen, "easting", "1.204117")
    return table.fill(chosen, "northing", "53.402211")


def repeat_figure(table: Table, rng: np.random.Generator) -> int:
    """A figure twice, with different numbers: neither is known to be right."""
    again = [list(row) for row in table.choose(rng, 1)]
    table.fill(again, "offences", lambda number: str(int(number) + 9))
    table.rows += again
    return 2 * len(again)


CRIME_FAULTS = (
    RowFault("status_not_stated", "reported", blank("crime_status"), "{rows} crimes do not say whether they were cancelled."),
    RowFault("status_not_listed", "reported", put("crime_status", "no-crimed"), "{rows} crimes have a status that is not on the list."),
    RowFault("domestic_flag_not_listed", "reported", put("da_flag", "Maybe"), "{rows} domestic flags are neither yes, no nor unknown."),
    RowFault("weapon_not_listed", "reported", put("weapon_type", "Samurai sword"), "{rows} weapons are not on the list."),
    RowFault("place_kind_not_listed", "reported", put("location_type", "Zoo"), "{rows} kinds of place are not on the list."),
    RowFault("offence_code_retired", "reported", put("ho_code", "00812"), "{rows} offence codes were retired by then."),
    RowFault("offence_code_unknown", "reported", put("ho_code", "99999"), "{rows} offence codes are on no list."),
    RowFault("offence_code_without_noughts", "reported", lose_leading_noughts, "{rows} offence codes lost the noughts in front."),
    RowFault("class_and_code_disagree", "reported", state_another_class, "{rows} crimes have a class that is not the one of their code."),
    RowFault("recorded_in_the_future", "quarantined", put("recorded_date", "2031-03-14"), "{rows} crimes were recorded years from now."),
    RowFault("day_and_month_swapped", "quarantined", swap_day_and_month, "Day and month are swapped in {rows} dates of recording."),
    RowFault("american_dates", "quarantined", write_dates_the_american_way, "{rows} dates have the month first, and no such month."),
    RowFault("committed_after_recording", "reported", commit_after_recording, "{rows} crimes happen a year after recording."),
    RowFault("outcome_before_recording", "reported", put("outcome_date", "2019-01-31"), "{rows} outcomes are too early."),
    RowFault("crime_given_twice", "reported", repeat_crimes, "{rows} crimes are given twice, row for row."),
    RowFault("crime_reference_reused", "reported", reuse_references, "{rows} crimes are given again as cancelled."),
    RowFault("degrees_for_metres", "reported", write_degrees, "{rows} grid references are degrees of longitude and latitude."),
    RowFault("northing_missing", "reported", blank("northing", "easting"), "{rows} grid references have an easting and no northing."),
    RowFault("county_lines_flag_not_listed", "reported", put("county_lines_flag", "Possible"), "{rows} flags are not on the list."),
    RowFault("crime_in_an_unknown_area", "reported", put("lsoa21", "E01999999"), "{rows} crimes lie in an area that no lookup knows."),
)  # fmt: skip
VICTIM_FAULTS = (
    RowFault("victim_of_170", "reported", put("age", "170"), "{rows} victims are 170 years old."),
    RowFault("victim_age_in_words", "reported", put("age", "under 25"), "The age of {rows} victims is given in words."),
    RowFault("victim_sex_not_listed", "reported", put("sex", "Z"), "The sex of {rows} victims is not on the list."),
    RowFault("victim_without_crime", "quarantined", blank("crime_ref"), "{rows} victims have no crime reference."),
    RowFault("victim_of_no_crime", "reported", put("crime_ref", "WR/99/000000"), "{rows} victims are of a crime that was never sent."),
)  # fmt: skip
KNIFE_FAULTS = (
    RowFault("knife_figure_twice", "quarantined", repeat_figure, "One figure is given twice, with different numbers ({rows} rows)."),
    RowFault("knife_figure_in_words", "quarantined", put("offences", "about 20", count=2), "{rows} figures are words."),
)  # fmt: skip
TABLE_FAULTS = (
    RowFault("fifth_quarter", "quarantined", put("Financial Quarter", "5"), "{rows} rows are of a fifth quarter."),
    RowFault("number_not_available", "quarantined", put("Number of Offences", "n/a"), "{rows} numbers of offences are n/a."),
)  # fmt: skip
