"""Whichever reader a file gets, the check says the same of it; and it says it of the right row."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from safeground.engine.catalogue import DatesInOrder, Feeds, UniqueKey, load_feeds
from safeground.engine.feeds import check_deliveries, get_live_deliveries, land_files
from safeground.engine.feeds.checking import plain as check_plain
from safeground.engine.feeds.checking import rows as check_rows
from safeground.engine.feeds.checking.counts import add_up, count_groups
from safeground.engine.feeds.checking.judging import _suspects
from safeground.engine.feeds.checking.report import CheckReport
from safeground.engine.feeds.checking.sieve import can_sift
from safeground.engine.feeds.checking.store import accepted_path, counts_path, get_identifier_hashes, quarantine_path
from safeground.engine.workspace import Workspace, init_workspace

HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,"
    "LSOA name,Crime type,Last outcome category,Context"
)
ROWS = 700


@pytest.fixture(scope="module")
def feeds() -> Feeds:
    return load_feeds()


def make_rows(*, with_ragged: bool) -> list[str]:
    """Rows with faults of every kind that a plain file may have, far enough apart that chunks of any size hold some."""
    rows = []
    for place in range(1, ROWS + 1):
        row = [f"{place:064x}", "2024-01", "Essex Police", "Essex Police", "0.43", "51.6", f"On or near Street {place}"]
        row += [f"E0102{place % 40:04}", "", ("Burglary", "Drugs")[place % 2], "Under investigation", ""]
        match place % 29:
            case 1:
                row[4:6] = ["51.6", "0.43"]
            case 3:
                row[0] = "nobody's"
            case 5:
                row[9] = " Burglary\u00a0"
            case 7:
                row[0], row[9] = "", "Burglery"
            case 9:
                row[6] = "  "
            case 11:
                row[:] = HEADER.split(",")
            case 13:
                row[:] = rows[place - 2].split(",")  # exactly what the row before it says
            case 15 if with_ragged:
                row.insert(3, "")
            case 17 if with_ragged:
                del row[8:]
        rows.append(",".join(row))
    return rows


def check_sent(root: Path, feeds: Feeds, rows: list[str]) -> tuple[Workspace, CheckReport]:
    workspace = init_workspace(root, partnership="essex")
    path = root.parent / "2024-01-essex-street.csv"
    path.write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")
    assert land_files(workspace, feeds, [path]).refused == ()
    (report,) = check_deliveries(workspace, feeds, get_live_deliveries(workspace))
    return workspace, report


def everything_written(workspace: Workspace, report: CheckReport) -> tuple[object, ...]:
    return (
        report.problems,
        (report.accepted, report.quarantined, report.duplicates, report.without_location),
        quarantine_path(workspace, report.delivery).read_text(encoding="utf-8"),
        pq.read_table(accepted_path(workspace, report.delivery)).to_pylist(),
        pq.read_table(counts_path(workspace, report.delivery)).to_pylist(),
        get_identifier_hashes(workspace, report.delivery).tolist(),
    )


@pytest.mark.parametrize("with_ragged", [False, True])
def test_three_readers_and_any_chunks_say_the_same(
    tmp_path: Path, feeds: Feeds, monkeypatch: pytest.MonkeyPatch, with_ragged: bool
) -> None:
    rows = make_rows(with_ragged=with_ragged)
    told = everything_written(*check_sent(tmp_path / "whole", feeds, rows))
    readers_used: list[str] = []
    for reader in ("plain_chunks", "duckdb_chunks", "python_chunks"):
        read = getattr(check_rows, reader)

        def noted(*given: object, read=read, reader=reader) -> Iterator[pa.RecordBatch]:
            readers_used.append(reader)
            return read(*given)

        monkeypatch.setattr(check_rows, reader, noted)
    monkeypatch.setattr(check_plain, "BLOCK", 6_000)
    assert everything_written(*check_sent(tmp_path / "cut", feeds, rows)) == told
    monkeypatch.setattr(check_rows, "has_plain_lines", lambda delivery: False)
    assert everything_written(*check_sent(tmp_path / "duckdb", feeds, rows)) == told
    monkeypatch.setattr(check_rows, "_quick_readers", lambda *given: [])
    assert everything_written(*check_sent(tmp_path / "python", feeds, rows)) == told
    # A line with a cell too many is none of DuckDB's, which may leave it out without a word.
    assert readers_used == ["plain_chunks", "python_chunks" if with_ragged else "duckdb_chunks", "python_chunks"]


def test_a_row_is_told_by_its_number_in_the_file_whatever_lies_before_it(tmp_path: Path, feeds: Feeds) -> None:
    rows = make_rows(with_ragged=True)
    workspace, report = check_sent(tmp_path / "workspace", feeds, rows)
    with quarantine_path(workspace, report.delivery).open(newline="", encoding="utf-8") as file:
        kept = list(csv.reader(file))[1:]
    assert len(kept) == report.quarantined > 100
    assert [line[4:] for line in kept] == [rows[int(line[0]) - 1].split(",") for line in kept]
    by_rule = {
        "coordinates_swapped": 1, "pattern": 3, "code_list": 7, "header_again": 11, "ragged": 15,
    }  # fmt: skip
    for rule, place in by_rule.items():
        assert next(int(line[0]) for line in kept if rule in line[1]) == place
    (repeats,) = (problem for problem in report.problems if problem.rule == "known_duplicate")
    assert (repeats.rows, repeats.first_row) == (report.duplicates, 13)
    assert report.duplicates == sum(place % 29 == 13 for place in range(1, ROWS + 1))


def test_a_column_of_more_distinct_values_than_are_remembered_is_judged_like_any_other(
    tmp_path: Path, feeds: Feeds, monkeypatch: pytest.MonkeyPatch
) -> None:
    from safeground.engine.feeds.checking import judging as check_judging

    rows = make_rows(with_ragged=False)
    told = everything_written(*check_sent(tmp_path / "few", feeds, rows))
    monkeypatch.setattr(check_judging, "_MOST_REMEMBERED", 1)
    assert everything_written(*check_sent(tmp_path / "many", feeds, rows)) == told


@pytest.mark.parametrize("cell", [" a", "a\t", "\u00a0a", "a\u00a0", "\ufeffa", "a\ufeff", "", " ", "\x0b"])
def test_a_cell_that_may_be_padded_is_looked_at(cell: str) -> None:
    column = pa.array(["a", None, "b c", cell, "d", None])
    assert _suspects(column).tolist() == [3]
    assert _suspects(column[2:5]).tolist() == [1]


def test_plain_cells_and_blanks_are_not_looked_at() -> None:
    for column in (pa.array(["a", "b c", "d"]), pa.array([None, None], pa.string()), pa.array([], pa.string())):
        assert _suspects(column).tolist() == []
    assert np.array_equal(_suspects(pa.array([None, "é", "ab"])), [])


def test_the_sieve_is_not_for_a_check_it_does_not_know(feeds: Feeds) -> None:
    (street,) = feeds.contracts["police_uk_street"].variants
    columns = tuple(HEADER.split(","))
    assert can_sift(columns, street)
    for check in (
        UniqueKey(rule="unique_key", columns=("Location",)),
        DatesInOrder(rule="dates_in_order", column="Month", not_after="Month"),
    ):
        assert not can_sift(columns, street.model_copy(update={"checks": (*street.checks, check)}))


def test_counts_of_chunks_add_up_to_the_counts_of_the_whole() -> None:
    rng = np.random.default_rng(3)
    months, areas, offences = (
        [[None, *"abcdefgh"][place] for place in rng.integers(0, 9, 400)],
        [[None, "E02", "E01"][place] for place in rng.integers(0, 3, 400)],
        [["y", "x"][place] for place in rng.integers(0, 2, 400)],
    )
    months = [month and f"2024-0{ord(month) - ord('a') + 1}" for month in months]
    keys = [pa.array(column, pa.string()) for column in (months, areas, offences)]
    whole = count_groups([key.dictionary_encode() for key in keys], "d")
    parts = [
        count_groups([key[start : start + 57].dictionary_encode() for key in keys], "d") for start in range(0, 400, 57)
    ]
    assert add_up(parts).to_pylist() == whole.to_pylist()
    assert add_up([]).num_rows == 0
    counted = Counter(zip(months, areas, offences, strict=True))
    assert {
        (line["month"] and f"{line['month']:%Y-%m}", line["area_code"], line["offence"]): line["events"]
        for line in whole.to_pylist()
    } == counted
