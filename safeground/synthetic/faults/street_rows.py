"""Faults of single rows in a street file: each function spoils a table and returns how many rows it touched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from safeground.months import shift_month
from safeground.synthetic.crime_types import ANTI_SOCIAL_BEHAVIOUR, ROBBERY, VIOLENCE
from safeground.synthetic.faults.tables import Table

LOCATED = ("Crime ID", "Longitude", "LSOA code")


@dataclass(frozen=True)
class RowFault:
    """How to spoil rows of one file. verdict: what intake should do with what is spoilt. The sentence may name {rows}."""

    kind: str
    verdict: str
    spoil: Callable[[Table, np.random.Generator], int]
    sentence: str


def swap_coordinates(table: Table, rng: np.random.Generator) -> int:
    east, north = table.place("Longitude"), table.place("Latitude")
    chosen = table.choose(rng, 6, filled=LOCATED)
    for row in chosen:
        row[east], row[north] = row[north], row[east]
    return len(chosen)


def move_outside(table: Table, rng: np.random.Generator) -> int:
    """To the point where the equator meets the meridian of Greenwich, where so many maps have put what they could not place."""
    chosen = table.choose(rng, 5, filled=LOCATED)
    table.fill(chosen, "Longitude", "0.000000")
    return table.fill(chosen, "Latitude", "0.000000")


def drop_latitude(table: Table, rng: np.random.Generator) -> int:
    return table.fill(table.choose(rng, 3, filled=LOCATED), "Latitude", "")


def name_unknown_area(table: Table, rng: np.random.Generator) -> int:
    chosen = table.choose(rng, 4, filled=LOCATED)
    table.fill(chosen, "LSOA name", "Nowhere 001A")
    return table.fill(chosen, "LSOA code", "E01999999")


def malform_area_code(table: Table, rng: np.random.Generator) -> int:
    return table.fill(table.choose(rng, 3, filled=LOCATED), "LSOA code", lambda code: code.replace("E01", "EO1"))


def repeat_rows(table: Table, rng: np.random.Generator) -> int:
    chosen = table.choose(rng, 7, filled=LOCATED)
    table.rows += [list(row) for row in chosen]
    return len(chosen)


def reuse_crime_ids(table: Table, rng: np.random.Generator) -> int:
    """Give some crimes again with another type; every repeat is one row too many of unknown truth."""
    chosen = [list(row) for row in table.choose(rng, 4, filled=LOCATED)]
    table.fill(chosen, "Crime type", lambda kind: ROBBERY if kind != ROBBERY else VIOLENCE)
    table.rows += chosen
    return len(chosen)


def slip_in_another_month(table: Table, rng: np.random.Generator) -> int:
    return table.fill(table.choose(rng, 8, filled=LOCATED), "Month", lambda month: shift_month(month, -1))


def invent_month(table: Table, rng: np.random.Generator) -> int:
    return table.fill(table.choose(rng, 3, filled=LOCATED), "Month", "2025-13")


def blank_crime_type(table: Table, rng: np.random.Generator) -> int:
    return table.fill(table.choose(rng, 5, filled=LOCATED), "Crime type", "")


def invent_crime_type(table: Table, rng: np.random.Generator) -> int:
    return table.fill(table.choose(rng, 4, filled=LOCATED), "Crime type", "Violent crime")


def invent_outcome(table: Table, rng: np.random.Generator) -> int:
    return table.fill(table.choose(rng, 4, filled=LOCATED), "Last outcome category", "Sent for review")


def blank_crime_id(table: Table, rng: np.random.Generator) -> int:
    return table.fill(table.choose(rng, 6, filled=LOCATED), "Crime ID", "")


def shorten_crime_id(table: Table, rng: np.random.Generator) -> int:
    """As a spreadsheet does to long numbers: part is left, and it looks whole."""
    return table.fill(table.choose(rng, 4, filled=LOCATED), "Crime ID", lambda crime_id: crime_id[:15])


def pad_values(table: Table, rng: np.random.Generator) -> int:
    return table.fill(table.choose(rng, 9, filled=LOCATED), "Crime type", lambda kind: f"  {kind} ")


def repeat_header(table: Table, rng: np.random.Generator) -> int:
    table.rows.insert(len(table.rows) // 2, list(table.header))
    return 1


def make_ragged(table: Table, rng: np.random.Generator) -> int:
    """Some rows lose a cell and some gain one, as where a comma was typed into a street's name."""
    chosen = table.choose(rng, 5, filled=LOCATED)
    for row in chosen[:3]:
        row[table.place("Location")] = "On or near Mill Lane, North"
    for row in chosen[3:]:
        row.pop()
    return len(chosen)


def open_quotation(table: Table, rng: np.random.Generator) -> int:
    """A quotation mark that is never closed: a careless reader takes the rest of the file for one cell."""
    return table.fill(table.choose(rng, 1, filled=LOCATED), "Location", '"On or near Mill Lane')


STREET_ROW_FAULTS = (
    RowFault(
        "coordinates_swapped", "quarantined", swap_coordinates, "Longitude and Latitude are swapped in {rows} rows."
    ),
    RowFault("coordinates_outside", "quarantined", move_outside, "{rows} rows lie in the Gulf of Guinea, at 0, 0."),
    RowFault("one_coordinate", "quarantined", drop_latitude, "{rows} rows have a Longitude but no Latitude."),
    RowFault(
        "unknown_area_code", "reported", name_unknown_area, "{rows} rows carry an LSOA code that no lookup knows."
    ),
    RowFault(
        "malformed_area_code", "quarantined", malform_area_code, "{rows} LSOA codes have a letter O for a nought."
    ),
    RowFault("repeated_rows", "reported", repeat_rows, "{rows} rows repeat an earlier row exactly."),
    RowFault(
        "reused_crime_id", "reported", reuse_crime_ids, "{rows} rows carry the Crime ID of a row with other content."
    ),
    RowFault("another_month", "quarantined", slip_in_another_month, "{rows} rows are of the month before the file's."),
    RowFault("impossible_month", "quarantined", invent_month, "{rows} rows are of a thirteenth month."),
    RowFault("blank_crime_type", "quarantined", blank_crime_type, "{rows} rows have no Crime type."),
    RowFault(
        "unknown_crime_type", "quarantined", invent_crime_type, "{rows} rows have a Crime type that is not on the list."
    ),
    RowFault("unknown_outcome", "reported", invent_outcome, "{rows} rows have a last outcome that is not on the list."),
    RowFault(
        "blank_crime_id",
        "reported",
        blank_crime_id,
        f"{{rows}} rows have no Crime ID though they are not {ANTI_SOCIAL_BEHAVIOUR}.",
    ),
    RowFault("shortened_crime_id", "quarantined", shorten_crime_id, "{rows} Crime IDs were cut to 15 characters."),
    RowFault("padded_values", "reported", pad_values, "{rows} Crime types have spaces around them."),
    RowFault(
        "repeated_header", "quarantined", repeat_header, "The header stands again in the middle: files were joined."
    ),
    RowFault("ragged_rows", "quarantined", make_ragged, "{rows} rows have a cell too many or too few."),
    RowFault(
        "broken_quoting", "quarantined", open_quotation, "A quotation mark is opened in one row and never closed."
    ),
)
