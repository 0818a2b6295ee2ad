"""Dated code lists: what a code means on a day, families of codes, a partnership's own list over the nation's, and what is refused."""

from __future__ import annotations

import datetime
from pathlib import Path

import duckdb
import pytest

from safeground.engine.catalogue import CodeList, DefinitionsError, load_feeds
from safeground.engine.catalogue.code_lists import read_code_list
from safeground.engine.feeds import meaning_in_force

LIST = """# A test's own.
code,class,system,valid_from,valid_to
8N,8N,class,,
5A,5A,class,,2013-03-31
00801,8N,ho5,,
00505,5A,ho5,,2013-03-31
00505,5D,ho5,2013-04-01,
001xx,1,ho5,,
00199,99,ho5,2020-04-01,
"""
DAYS = [
    None,
    datetime.date(2010, 1, 1),
    datetime.date(2013, 3, 31),
    datetime.date(2013, 4, 1),
    datetime.date(2024, 1, 1),
]
CODES = ["8N", "5A", "00801", "00505", "00101", "00199", "0019", "001xx", "00806", "", None]


def read(tmp_path: Path, text: str, name: str = "codes") -> CodeList:
    path = tmp_path / f"{name}.csv"
    path.write_text(text, encoding="utf-8")
    return read_code_list(path, shown_as=path.name)


@pytest.mark.parametrize(
    ("code", "day", "meaning"),
    [
        ("00505", "2013-03-31", "5A"),
        ("00505", "2013-04-01", "5D"),
        ("5A", "2024-01-01", None),
        ("00101", "1999-01-01", "1"),
        ("00199", "2019-01-01", None),
        ("00199", "2024-01-01", "99"),
        ("00806", "2024-01-01", None),
    ],
)
def test_a_code_means_what_it_meant_on_the_day(tmp_path: Path, code: str, day: str, meaning: str | None) -> None:
    assert read(tmp_path, LIST).meaning_on(code, datetime.date.fromisoformat(day)) == meaning


def test_the_query_says_the_same_as_the_list(tmp_path: Path) -> None:
    codes = read(tmp_path, LIST)
    sql = f"SELECT {meaning_in_force(codes, 'code', 'day')} FROM (SELECT ?::VARCHAR AS code, ?::TIMESTAMP AS day)"
    for code in CODES:
        for day in DAYS:
            noon = datetime.datetime.combine(day, datetime.time(12)) if day else None
            (found,) = duckdb.connect().execute(sql, [code, noon]).fetchone()
            assert found == (codes.meaning_on(code, day) if code else None), (code, day)


def test_a_force_s_own_list_goes_over_the_nation_s(tmp_path: Path) -> None:
    own = read(tmp_path, "# Our force.\ncode,class,valid_from,valid_to\n00801,8S,,\n00806,8N,,\n", "own")
    laid = own.laid_over(read(tmp_path, LIST))
    day = datetime.date(2024, 1, 1)
    assert [laid.meaning_on(code, day) for code in ("00801", "00806", "00505", "00101")] == ["8S", "8N", "5D", "1"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("00801,8S,ho5,2020-01-01,", "00801: is listed twice for the same day"),
        ("00900,9A,ho5,2020-01-01,2019-01-01", "00900: ends before it begins"),
        ("00900,9A,ho5,01/04/2020,", "00900.valid_from: '01/04/2020' is no day; write it as 2024-04-01"),
        ("0xx01,9A,ho5,,", "0xx01: write out the first 3 characters of a family"),
    ],
)
def test_a_list_that_contradicts_itself_is_refused(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(DefinitionsError, match=message.replace("(", r"\(")):
        read(tmp_path, f"{LIST}{row}\n")


def test_every_offence_code_says_where_it_comes_from_and_leads_to_a_class_of_the_list() -> None:
    codes = load_feeds().code_lists["ho_offences"]
    classes = {row.code for row in codes.dated if row.details["system"] == "class"}
    assert len(classes) > 90
    for row in codes.dated:
        assert row.details["provenance"], row.code
        assert row.details["system"] in ("class", "ho5")
        assert row.meaning in classes
        assert row.code == row.meaning or row.details["system"] == "ho5"


@pytest.mark.parametrize(
    ("code", "day", "meaning"),
    [
        ("00801", "2024-01-01", "8N"),
        ("00410", "2024-01-01", "4.10"),
        ("00101", "2024-01-01", "1"),
        ("00877", "2024-01-01", "+NFS"),
        ("00877", "2022-06-06", None),
        ("00806", "2024-01-01", None),
    ],
)
def test_the_shipped_list_knows_what_the_handbook_gives_and_no_more(code: str, day: str, meaning: str | None) -> None:
    assert load_feeds().code_lists["ho_offences"].meaning_on(code, datetime.date.fromisoformat(day)) == meaning
