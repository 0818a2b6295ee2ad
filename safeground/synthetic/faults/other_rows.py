"""Faults of rows in the other tables: populations, deprivation, lookups and boundaries."""

from __future__ import annotations

import json

import numpy as np

from safeground.synthetic.faults.street_rows import RowFault
from safeground.synthetic.faults.tables import Table

#: Enough to be counted, few enough that the rest of the file is sound.
FEW = 3


def make_negative(table: Table, rng: np.random.Generator) -> int:
    """A negative count of three-year-olds, the total put right, so that only one thing is wrong."""
    chosen = table.choose(rng, 1)
    for row in chosen:
        total, age = table.place("total_population"), table.place("3")
        row[total] = str(int(row[total]) - int(row[age]) - 4)
        row[age] = "-4"
    return len(chosen)


def change_total(table: Table, rng: np.random.Generator) -> int:
    return table.fill(table.choose(rng, FEW), "total_population", lambda total: str(int(total) + 100))


def write_thousands(table: Table, rng: np.random.Generator) -> int:
    """A total with a comma for thousands, in quotation marks, as spreadsheets save it."""
    place = table.place("total_population")
    thousands = [row for row in table.rows if int(row[place]) >= 1_000]
    chosen = [thousands[i] for i in rng.permutation(len(thousands))[:FEW].tolist()]
    return table.fill(chosen, "total_population", lambda total: f'"{int(total):,}"')


def repeat_area(table: Table, rng: np.random.Generator) -> int:
    """An area twice with different people: neither row is known to be right."""
    chosen = table.choose(rng, 1)
    again = [list(row) for row in chosen]
    for row in again:
        total, age = table.place("total_population"), table.place("40")
        row[total], row[age] = str(int(row[total]) + 7), str(int(row[age]) + 7)
    table.rows += again
    return 2 * len(chosen)


def raise_decile(table: Table, rng: np.random.Generator) -> int:
    return table.fill(table.choose(rng, 2), "IMD_decile", "11")


def map_twice(table: Table, rng: np.random.Generator) -> int:
    """An unchanged small area of 2011 that leads to two of 2021."""
    place = table.place("change_code")
    unchanged = [row for row in table.rows if row[place] == '"U"']
    one, other = (unchanged[i] for i in rng.permutation(len(unchanged))[:2].tolist())
    new = list(one)
    for column in ("lsoa21_name", "lsoa21_code", "ltla22_name", "ltla22_code"):
        new[table.place(column)] = other[table.place(column)]
    table.rows.append(new)
    return 2


POPULATION_FAULTS = (
    RowFault("negative_population", "quarantined", make_negative, "One area has -4 three-year-olds."),
    RowFault(
        "total_disagrees_with_ages",
        "quarantined",
        change_total,
        "The total of {rows} areas is not the sum of its ages.",
    ),
    RowFault(
        "thousands_separators", "quarantined", write_thousands, "{rows} totals are written with a comma for thousands."
    ),
    RowFault(
        "area_given_twice", "quarantined", repeat_area, "One area is given twice, with different people ({rows} rows)."
    ),
)
DEPRIVATION_FAULTS = (
    RowFault("decile_of_eleven", "quarantined", raise_decile, "{rows} areas are in the eleventh tenth."),
)
LOOKUP_FAULTS = (
    RowFault(
        "code_mapped_twice",
        "reported",
        map_twice,
        "An unchanged area of 2011 leads to two areas of 2021 ({rows} rows).",
    ),
)


def break_outline(content: bytes, rng: np.random.Generator) -> tuple[bytes, int]:
    """One outline becomes a bow tie: its edges cross."""
    lines, chosen = _choose_feature(content, rng)
    feature = json.loads(lines[chosen].rstrip(","))
    ring = np.array(feature["geometry"]["coordinates"][0][0])
    (west, south), (east, north) = ring.min(axis=0).tolist(), ring.max(axis=0).tolist()
    feature["geometry"]["coordinates"] = [[[[west, south], [east, north], [east, south], [west, north], [west, south]]]]
    return _put_back(lines, chosen, feature), 1


def drop_outline(content: bytes, rng: np.random.Generator) -> tuple[bytes, int]:
    lines, chosen = _choose_feature(content, rng)
    feature = json.loads(lines[chosen].rstrip(","))
    feature["geometry"] = None
    return _put_back(lines, chosen, feature), 1


def swap_outlines(content: bytes, rng: np.random.Generator) -> tuple[bytes, int]:
    """Every outline has latitude first, as some programs write it."""
    collection = json.loads(content)
    for feature in collection["features"]:
        feature["geometry"]["coordinates"] = [
            [[[north, east] for east, north in ring] for ring in part] for part in feature["geometry"]["coordinates"]
        ]
    return (json.dumps(collection) + "\n").encode(), len(collection["features"])


BOUNDARY_FAULTS = (
    ("outline_crosses_itself", "quarantined", break_outline, "The outline of one area crosses itself."),
    ("outline_missing", "quarantined", drop_outline, "One area has no outline."),
    ("outlines_swapped", "quarantined", swap_outlines, "Every outline has latitude before longitude ({rows} areas)."),
)


def _choose_feature(content: bytes, rng: np.random.Generator) -> tuple[list[str], int]:
    lines = content.decode().split("\n")
    features = [i for i, line in enumerate(lines) if line.startswith('{ "type": "Feature"')]
    return lines, int(features[int(rng.integers(len(features)))])


def _put_back(lines: list[str], chosen: int, feature: dict[str, object]) -> bytes:
    lines[chosen] = json.dumps(feature) + ("," if lines[chosen].endswith(",") else "")
    return "\n".join(lines).encode()
