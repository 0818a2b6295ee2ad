"""Faults of what hospitals, ambulances and practices send. Files of a small county are short, so some are first made longer."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from safeground.synthetic.faults.street_rows import RowFault
from safeground.synthetic.faults.tables import Table

Spoil = Callable[[Table, np.random.Generator], int]
FEW = 3
ENOUGH = 40
ARRIVAL, ASSAULT = "Arrival date and time at A&E", "Assault date and time"
SITE, METHOD, PLACE, TEXT = (
    "Site code (of treatment)",
    "Assault method",
    "Assault location type",
    "Assault location description",
)


def grow(table: Table, **numbered: str) -> None:
    """Repeat rows until there are ENOUGH, each new one with its number in these columns, so that none repeats another."""
    sound = [list(row) for row in table.rows if len(row) == len(table.header)]  # some texts of places hold a comma
    while len(table.rows) < ENOUGH:
        row = list(sound[len(table.rows) % len(sound)])
        for column, form in numbered.items():
            row[table.place(column)] = form.format(len(table.rows))
        table.rows.append(row)


def in_attendances(spoil: Spoil) -> Spoil:
    def grown(table: Table, rng: np.random.Generator) -> int:
        grow(table, **{TEXT: "place {}"})
        return spoil(table, rng)

    return grown


def in_admissions(spoil: Spoil) -> Spoil:
    def grown(table: Table, rng: np.random.Generator) -> int:
        grow(table, EPIKEY="5990000{:05d}", PSEUDO_HESID="G{:05d}")
        return spoil(table, rng)

    return grown


def put(column: str, value: str | Callable[[str], str], count: int = FEW) -> Spoil:
    """Write a value into some cells that are filled; not in the first row, which says whose file it is."""

    def spoil(table: Table, rng: np.random.Generator) -> int:
        able = [row for row in table.rows[1:] if row[table.place(column)]]
        return table.fill([able[i] for i in np.sort(rng.permutation(len(able))[:count]).tolist()], column, value)

    return spoil


def copy_arrivals(table: Table, rng: np.random.Generator) -> int:
    """Every assault time is the arrival's."""
    for row in table.rows:
        row[table.place(ASSAULT)] = row[table.place(ARRIVAL)]
    return len(table.rows)


def answer_other(table: Table, rng: np.random.Generator) -> int:
    """Nobody asks where: every place is 'other'."""
    return table.fill(table.rows, PLACE, "98")


def repeat(table: Table, rng: np.random.Generator) -> int:
    chosen = [list(row) for row in table.choose(rng, FEW)]
    table.rows += chosen
    return len(chosen)


def move_to_another_hospital(table: Table, rng: np.random.Generator) -> int:
    """The same patient's first episode at the hospital they were moved to."""
    firsts = [row for row in table.rows if row[table.place("EPIORDER")] == "1"]
    again = list(firsts[0])
    again[table.place("EPIKEY")], again[table.place("ADMIMETH")] = "598000000001", "2B"
    table.rows.append(again)
    return 1


def reuse_key(table: Table, rng: np.random.Generator) -> int:
    """One episode's key twice, with other patients."""
    again = list(table.rows[0])
    again[table.place("PSEUDO_HESID")] = "H00001"
    table.rows.append(again)
    return 1


def raise_total(table: Table, rng: np.random.Generator) -> int:
    """England's total is more than its rounded regions can add up to."""
    totals = [row for row in table.rows if row[table.place("region")] == "England"]
    return table.fill(totals[:2], "value", lambda value: str(int(value) + 100))


def repeat_incident(table: Table, rng: np.random.Generator) -> int:
    """A row a vehicle: the same incident with another hospital time."""
    again = list(table.rows[0])
    again[table.place("conveyed")] = "U" if again[table.place("conveyed")] != "U" else "N"
    table.rows.append(again)
    return 1


def repeat_practice(table: Table, rng: np.random.Generator) -> int:
    again = list(table.rows[0])
    again[table.place("NUMBER_OF_PATIENTS")] += "0"
    table.rows.append(again)
    return 2


ATTENDANCE_FAULTS = (
    RowFault("assault_times_copied", "reported", in_attendances(copy_arrivals), "All {rows} assault times are the arrivals'."),
    RowFault("assault_places_all_other", "reported", in_attendances(answer_other), "All {rows} places are 'other'."),
    RowFault(
        "assault_method_not_listed", "reported", in_attendances(put(METHOD, "77")), "{rows} methods are on no list."
    ),
    RowFault("assault_method_blank", "reported", in_attendances(put(METHOD, "")), "{rows} methods are blank."),
    RowFault("attendance_sent_twice", "reported", in_attendances(repeat), "{rows} attendances are sent twice."),
    RowFault(
        "assault_in_the_future",
        "reported",
        in_attendances(put(ASSAULT, "2031-01-01 10:00")),
        "{rows} assaults are in 2031.",
    ),
    RowFault(
        "two_sites_in_a_file", "refused", in_attendances(put(SITE, "RWX09")), "{rows} rows are of another site."
    ),
    RowFault("site_code_malformed", "refused", in_attendances(put(SITE, "R?")), "{rows} site codes are no codes."),
    RowFault(
        "reporting_period_of_another_month",
        "quarantined",
        in_attendances(put("Reporting period start date", "2025-02-01")),
        "{rows} rows are of February's reporting period.",
    ),
)  # fmt: skip
ADMISSION_FAULTS = (
    RowFault("icd_code_with_a_dot", "quarantined", in_admissions(put("CAUSE", "X99.4")), "{rows} causes have a dot."),
    RowFault(
        "patient_moved_counts_twice", "reported", in_admissions(move_to_another_hospital), "{rows} admission is of a patient moved."
    ),
    RowFault("episode_key_reused", "reported", in_admissions(reuse_key), "{rows} key names another episode too."),
    RowFault(
        "admission_method_not_listed", "reported", in_admissions(put("ADMIMETH", "2Z")), "{rows} methods are on no list."
    ),
    RowFault(
        "admitted_after_discharge", "reported", in_admissions(put("ADMIDATE", "2025-07-30")), "{rows} end before they began."
    ),
)  # fmt: skip
TABULATED_FAULTS = (
    RowFault("total_beyond_its_parts", "reported", raise_total, "{rows} totals are more than their parts allow."),
    RowFault("count_with_decimals", "quarantined", put("value", "12.5"), "{rows} counts have decimals."),
    RowFault("region_not_listed", "quarantined", put("region", "Wessex"), "{rows} regions are none."),
)
CALL_FAULTS = (
    RowFault("incident_sent_for_each_vehicle", "reported", repeat_incident, "{rows} incident has another row."),
    RowFault("call_points_in_degrees", "reported", put("easting", "0.85"), "{rows} eastings are degrees."),
)
ITEM_FAULTS = (RowFault("items_suppressed", "quarantined", put("ITEMS", "*"), "{rows} items are asterisks."),)
PATIENT_FAULTS = (
    RowFault("practice_area_given_twice", "quarantined", repeat_practice, "One area of a practice has {rows} rows."),
)
