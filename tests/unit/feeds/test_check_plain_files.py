"""The quick pass over plain files says what the row-numbered check says, however the file is cut into chunks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from safeground.engine.catalogue import load_feeds
from safeground.engine.feeds import CheckReport, check_deliveries, get_live_deliveries, land_files
from safeground.engine.feeds.checking import plain as check_plain
from safeground.engine.feeds.checking.identifiers import hash_digits, octets_of
from safeground.engine.feeds.checking.store import counts_path, get_identifier_hashes
from safeground.engine.workspace import Workspace, init_workspace

HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,"
    "LSOA name,Crime type,Last outcome category,Context"
)


def make_rows(number: int) -> list[str]:
    """Sound rows of 7 areas and 3 types; one in 5 names no area, and anti-social behaviour has no identifier."""
    rows = []
    for place in range(number):
        kind = ("Burglary", "Anti-social behaviour", "Drugs")[place % 3]
        crime = "" if place % 3 == 1 else f"{place:064x}"
        area = "" if place % 5 == 0 else f"E0102123{place % 7}"
        rows.append(f"{crime},2024-01,Essex Police,Essex Police,0.43,51.6,On or near Mill Lane,{area},,{kind},,")
    return rows


def check_rows_sent(root: Path, rows: list[str]) -> tuple[Workspace, CheckReport]:
    workspace, feeds = init_workspace(root, partnership="essex"), load_feeds()
    path = root.parent / "2024-01-essex-street.csv"
    path.write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")
    assert land_files(workspace, feeds, [path]).refused == ()
    (report,) = check_deliveries(workspace, feeds, get_live_deliveries(workspace))
    return workspace, report


def test_a_file_cut_into_chunks_gives_the_same_counts_and_identifiers(tmp_path, monkeypatch):
    rows = make_rows(400)
    whole, report = check_rows_sent(tmp_path / "whole", rows)
    monkeypatch.setattr(check_plain, "BLOCK", 4096)
    cut, same = check_rows_sent(tmp_path / "cut", rows)
    assert (same.accepted, same.without_location) == (report.accepted, report.without_location) == (400, 80)
    counted = pq.read_table(counts_path(whole, report.delivery))
    assert pq.read_table(counts_path(cut, same.delivery)).equals(counted)
    assert sum(counted["events"].to_pylist()) == 400
    assert (get_identifier_hashes(cut, same.delivery) == get_identifier_hashes(whole, report.delivery)).all()


def read_rows(root: Path, rows: list[str], kinds: dict[str, pa.DataType]) -> list[pa.RecordBatch]:
    workspace, report = check_rows_sent(root, rows)
    (delivery,) = get_live_deliveries(workspace)
    assert report.received == len(rows)
    return list(check_plain.read_plain(delivery, delivery.columns, kinds))


def test_pieces_are_joined_to_a_chunk_in_which_each_value_is_kept_once(tmp_path, monkeypatch):
    kinds = {"Crime ID": check_plain.TEXT, "LSOA code": check_plain.DISTINCT, "Longitude": check_plain.NUMBER}
    rows = make_rows(400)
    (whole,) = read_rows(tmp_path / "whole", rows, kinds)
    monkeypatch.setattr(check_plain, "_PIECE", 4096)
    (joined,) = read_rows(tmp_path / "joined", rows, kinds)
    assert len(joined) == 400
    assert joined.equals(whole)  # values in the order in which they come, too
    assert len(joined["LSOA code"].dictionary) == 7


@pytest.mark.parametrize("kind", [check_plain.TEXT, check_plain.DISTINCT])
def test_a_cell_that_a_disk_has_changed_is_no_text(tmp_path, kind):
    workspace, _ = check_rows_sent(tmp_path / "workspace", make_rows(40))
    (delivery,) = get_live_deliveries(workspace)
    delivery.path.write_bytes(delivery.path.read_bytes().replace(b"Mill", b"M\xffll"))
    with pytest.raises(pa.ArrowInvalid):
        list(check_plain.read_plain(delivery, delivery.columns, {"Location": kind}))


def test_an_identifier_has_one_hash_whichever_check_saw_it(tmp_path):
    rows = make_rows(40)
    sound, report = check_rows_sent(tmp_path / "sound", rows)
    unknown_outcome = (
        rows[0][: -len(",")] + "nobody knows,"
    )  # only reported, but it takes the row-numbered check to say so
    told, other = check_rows_sent(tmp_path / "told", [unknown_outcome, *rows[1:]])
    assert report.problems == ()
    assert [problem.rule for problem in other.problems] == ["code_list"]
    hashes = get_identifier_hashes(sound, report.delivery)
    assert len(np.unique(hashes)) == 27
    assert (get_identifier_hashes(told, other.delivery) == hashes).all()


@pytest.mark.parametrize("cell", ["A" * 8, "12345678a", "1234567", "1234567/", "1234567:", "1234567`", "1234567g", ""])
def test_a_cell_that_is_not_of_its_digits_is_refused(cell):
    with pytest.raises(pa.ArrowInvalid):
        octets_of(pa.array(["01234567", None, cell]), 8)


def test_digits_are_read_where_a_slice_begins():
    column = pa.array(["89abcdef", None, "01234567", "fedcba98"])
    assert octets_of(column[1:], 8).tobytes() == b"01234567fedcba98"
    assert (hash_digits(column.drop_null()[1:]) == hash_digits(pa.array(["01234567", "fedcba98"]))).all()
