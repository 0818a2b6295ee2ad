"""The compiled check agrees, row for row, with a slow checker that anyone can read, on files as hostile as Hypothesis can make them."""

from __future__ import annotations

import csv
import re
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from safeground.engine.catalogue import load_feeds
from safeground.engine.feeds import check_deliveries, get_live_deliveries, land_files
from safeground.engine.feeds.checking.store import accepted_path, counts_path, quarantine_path
from safeground.engine.workspace import init_workspace

FEEDS = load_feeds()
HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,"
    "LSOA name,Crime type,Last outcome category,Context"
).split(",")
WHITESPACE = " \t\n\v\f\r\u00a0\ufeff"
TYPES = set(FEEDS.code_lists["police_uk_crime_types"].codes)
FORCES = set(FEEDS.code_lists["police_forces"].codes)
OUTCOMES = set(FEEDS.code_lists["police_uk_outcomes"].codes)


def as_number(cell: str) -> float | None:
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if abs(value) < 1e300 else None


def is_inside(longitude: float, latitude: float) -> bool:
    return -9 <= longitude <= 4 and 49 <= latitude <= 61.5


def obvious_faults(cells: list[str]) -> tuple[set[str], set[str]]:
    """Rules broken by one well-formed row: those that reject it, those that are only reported."""
    bad: set[str] = set()
    told: set[str] = set()
    sent = dict(zip(HEADER, cells, strict=True))
    value = {name: cell.strip(WHITESPACE) for name, cell in sent.items()}
    if [cell.strip(WHITESPACE) for cell in cells] == HEADER:
        return {"header_again"}, set()
    if not any(cells):
        return {"blank_row"}, set()
    for name in ("Month", "Reported by", "Crime type"):
        if not value[name]:
            bad.add("required")
    if value["Crime ID"] and not re.fullmatch("[0-9a-f]{64}", value["Crime ID"]):
        bad.add("pattern")
    if value["LSOA code"] and not re.fullmatch("[EW]01[0-9]{6}", value["LSOA code"]):
        bad.add("pattern")
    if value["Month"] and not re.fullmatch("[1-9][0-9]{3}-(0[1-9]|1[0-2])", value["Month"]):
        bad.add("type")
    elif value["Month"] and value["Month"] != "2024-01":
        bad.add("month_of_file")
    if (value["Reported by"] and value["Reported by"] not in FORCES) or (
        value["Crime type"] and value["Crime type"] not in TYPES
    ):
        bad.add("code_list")
    if value["Last outcome category"] and value["Last outcome category"] not in OUTCOMES:
        told.add("code_list")
    point = [as_number(value[name]) for name in ("Longitude", "Latitude")]
    given_cells = [bool(value[name]) for name in ("Longitude", "Latitude")]
    if any(there and number is None for there, number in zip(given_cells, point, strict=True)):
        bad.add("type")
    if given_cells[0] != given_cells[1]:
        bad.add("one_coordinate")
    if point[0] is not None and point[1] is not None and not is_inside(point[0], point[1]):
        bad.add("coordinates_swapped" if is_inside(point[1], point[0]) else "coordinates_outside")
    if not value["Crime ID"] and value["Crime type"] and value["Crime type"] != "Anti-social behaviour":
        told.add("filled_unless")
    for name in ("Crime ID", "Reported by", "LSOA code", "Crime type", "Last outcome category"):
        if value[name] and value[name] != sent[name]:
            told.add("padded")
    return bad, told


def obvious_check(records: list[list[str]]) -> tuple[dict[int, set[str]], set[int], set[str], Counter]:
    """Rejected rows with their rules, exact repeats, rules reported of any row, and the counts of what is accepted."""
    rejected: dict[int, set[str]] = {}
    reported: set[str] = set()
    seen: dict[str, list[list[str]]] = {}
    repeats: set[int] = set()
    counts: Counter = Counter()
    for number, cells in enumerate(records, start=1):
        bad, told = ({"ragged"}, set()) if len(cells) != len(HEADER) else obvious_faults(cells)
        reported |= told
        if bad:
            rejected[number] = bad
            continue
        trimmed = [cell.strip(WHITESPACE) for cell in cells]
        if trimmed[0]:
            earlier = seen.setdefault(trimmed[0], [])
            if trimmed in earlier:
                repeats.add(number)
                reported.add("known_duplicate")
                continue
            if earlier:
                reported.add("identifiers")
            earlier.append(trimmed)
        counts[trimmed[7] or None, trimmed[9]] += 1
    return rejected, repeats, reported, counts


identifiers = st.sampled_from(["", f"{1:064x}", f"{2:064x}", f"{0xABC:064x}", f"{0xABC:064X}", "short", f" {1:064x}"])
odd_text = st.text(alphabet='abé"", \n\t;\u00a0_', max_size=8)
cell = {
    "Crime ID": identifiers,
    "Month": st.sampled_from(["2024-01"] * 6 + ["2024-02", "01/2024", "", " 2024-01", "2024-13", "0000-01"]),
    "Reported by": st.sampled_from(["Essex Police"] * 5 + ["essex police", "", "Essex Police "]),
    "Falls within": odd_text,
    "Longitude": st.sampled_from(
        ["0.43"] * 4 + ["", "51.6", "12.5", "x", " 0.43", "nan", "inf", "1e999", "-9", "4.0000001", "  "]
    ),
    "Latitude": st.sampled_from(["51.6"] * 4 + ["", "0.43", "48.9", "61.5", "51,6", "51.6 ", "\u00a0"]),
    "Location": odd_text,
    "LSOA code": st.sampled_from(
        ["E01021237"] * 4 + ["", "W01000001", "E02000001", "E01021237 ", "e01021237", "E0102123"]
    ),
    "LSOA name": odd_text,
    "Crime type": st.sampled_from(
        ["Burglary"] * 3 + ["Anti-social behaviour", "Drugs", "burglary", "", "Drugs ", "Crime type"]
    ),
    "Last outcome category": st.sampled_from(
        ["", "Under investigation", "under investigation", " Under investigation", "?"]
    ),
    "Context": odd_text,
}
sound = {
    name: st.just(value)
    for name, value in zip(
        HEADER,
        ["", "2024-01", "Essex Police", "", "0.43", "51.6", "Place", "E01021237", "", "Burglary", "", ""],
        strict=True,
    )
}
sound["Crime ID"] = st.integers(1, 6).map(lambda number: f"{number:064x}")
whole_row = st.fixed_dictionaries(sound).map(lambda row: list(row.values()))


@st.composite
def damaged_row(draw: st.DrawFn) -> list[str]:
    """A sound row with one to three cells that may be anything."""
    row = dict(zip(HEADER, draw(whole_row), strict=True))
    for name in draw(st.lists(st.sampled_from(HEADER), min_size=1, max_size=3, unique=True)):
        row[name] = draw(cell[name])
    return list(row.values())


ragged_row = st.builds(lambda row, width: (row + ["extra"] * 3)[:width], whole_row, st.integers(2, 15))
any_row = st.one_of(whole_row, whole_row, damaged_row(), damaged_row(), ragged_row, st.just(HEADER))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    rows=st.lists(any_row, min_size=0, max_size=12),
    line_end=st.sampled_from(["\n", "\r\n"]),
    delimiter=st.sampled_from([",", ";"]),
    bom=st.booleans(),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_agrees_with_the_obvious_checker(
    rows: list[list[str]], line_end: str, delimiter: str, bom: bool, quoting: int
) -> None:
    first = [f"{99:064x}", "2024-01", "Essex Police", "", "0.43", "51.6", "Place", "E01021237", "", "Burglary", "", ""]
    records = [first, *rows]  # landing reads the partner and the month from the first rows
    folder = Path(tempfile.mkdtemp())
    try:
        path = folder / "2024-01-essex-street.csv"
        with path.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as file:
            csv.writer(file, lineterminator=line_end, delimiter=delimiter, quoting=quoting).writerows(
                [HEADER, *records]
            )
        workspace = init_workspace(folder / "workspace", partnership="essex")
        assert not land_files(
            workspace, FEEDS, [path], feed="police_uk_street", partner="essex", period="2024-01"
        ).refused
        (delivery,) = get_live_deliveries(workspace)
        (report,) = check_deliveries(workspace, FEEDS, [delivery])

        rejected, repeats, reported, counts = obvious_check(records)
        assert (report.received, report.quarantined, report.duplicates) == (len(records), len(rejected), len(repeats))
        kept: dict[int, set[str]] = {}
        if rejected:
            with quarantine_path(workspace, delivery.id).open(newline="", encoding="utf-8") as file:
                lines = list(csv.reader(file))[1:]
            kept = {int(line[0]): set(line[1].split("; ")) for line in lines}
            assert [line[4:] for line in lines] == [records[number - 1] for number in sorted(rejected)]
        assert kept == rejected
        quiet = {"byte_order_mark", "line_ends", "delimiter", "blank_lines", "too_many_rejected"}
        told = {problem.rule for problem in report.problems} - quiet
        assert told == reported | {rule for rules in rejected.values() for rule in rules}
        if report.is_used:
            found = pq.read_table(counts_path(workspace, delivery.id)).to_pylist()
            assert {(line["area_code"], line["offence"]): line["events"] for line in found} == counts
            if report.rows_are_rewritten:
                numbers = pq.read_table(accepted_path(workspace, delivery.id)).column("row").to_pylist()
                assert numbers == [n for n in range(1, len(records) + 1) if n not in rejected and n not in repeats]
    finally:
        shutil.rmtree(folder)
