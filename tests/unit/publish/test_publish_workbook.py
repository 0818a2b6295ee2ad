"""The workbook: numbers are numbers, what is withheld is said in words, and nothing runs."""

from __future__ import annotations

import io
import re
import zipfile

import openpyxl
import pytest
from sample_document import HOSTILE, make_count, make_document, make_estimate, make_suppressed, make_table

from safeground.engine.documents import Column, Table
from safeground.engine.publish.formats import render_workbook
from safeground.engine.publish.formats.workbook import name_sheets

TABLES = (make_table("long", rows=40, rows_shown=10), make_table("short"))


@pytest.fixture(scope="module")
def content() -> bytes:
    return render_workbook(make_document(), TABLES)


@pytest.fixture(scope="module")
def book(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def read_sheet(sheet) -> tuple[dict[str, str], list[dict[str, object]]]:
    """What is said above the table, and the table's rows by their headers."""
    (area,) = [table.ref for table in sheet.tables.values()]
    start, end = re.findall(r"\d+", area)
    head = [cell.value for cell in sheet[int(start)] if cell.value is not None]
    rows = [
        dict(zip(head, (cell.value for cell in row), strict=False)) for row in sheet.iter_rows(int(start) + 1, int(end))
    ]
    about = {row[0].value: row[1].value for row in sheet.iter_rows(3, int(start) - 1) if row[0].value}
    return about, rows


def test_the_first_sheet_lists_every_table_and_leads_to_it(book):
    sheet = book["Contents"]
    assert book.sheetnames == ["Contents", "long", "short"]
    links = {cell.value: cell.hyperlink.location for row in sheet.iter_rows() for cell in row if cell.hyperlink}
    assert links == {"long": "'long'!A1", "short": "'short'!A1"}
    said = " ".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value)
    assert "Draft. For the partnership." in said and "30 June 2025" in said and TABLES[0].caption in said


def test_a_sheet_has_all_rows_with_numbers_as_numbers_and_their_intervals(book):
    _, rows = read_sheet(book["long"])
    assert len(rows) == 40
    assert [row["Offences"] for row in rows] == [1234 + number for number in range(40)]
    tenth = rows[10]
    assert tenth["Rate"] == pytest.approx(22.34568) and tenth["Rate, 95% interval, lower end"] == pytest.approx(
        21.44568
    )


def test_what_is_withheld_is_its_state_in_words_in_every_column_with_the_reason_beside(book):
    _, rows = read_sheet(book["long"])
    states = [
        (row["Rate"], row["Rate, 95% interval, lower end"], row["Rate, 95% interval, upper end"]) for row in rows[:3]
    ]
    assert states == [(state,) * 3 for state in ("suppressed", "incomplete", "not available")]
    assert rows[0]["Rate, why there is no number"] == "based on 1 to 4 events (police counts below 5)"
    assert rows[4]["Rate, cautions"] == "estimated across boundaries"


def test_a_sheet_says_its_unit_its_marking_its_notes_and_its_source(book):
    about, _ = read_sheet(book["long"])
    sheet = book["long"]
    lines = [(row[0].value, row[1].value) for row in sheet.iter_rows(3, 12) if row[0].value]
    assert about["Source"] == "Made-up counts" and about["Note"] == "A note."
    assert ("Unit", "Rate: per 1,000 residents") in lines and ("Unit", "Offences: offences") in lines
    assert about["Marking"].startswith("Draft. For the partnership.")
    assert sheet["A1"].value == TABLES[0].caption and HOSTILE in sheet["A1"].value


def test_nothing_is_a_formula_or_an_outside_link(content, book):
    columns = tuple(
        Column(f"c{number}", text) for number, text in enumerate(("=1+1", "+1", "-1", "@SUM(A1)", "http://example.org"))
    )
    table = Table(
        "=evil'name[1]", "=HYPERLINK(1)", columns, (tuple(column.title for column in columns),), "=now()", ("=1+1",)
    )
    for made in (content, render_workbook(make_document(), (table,))):
        with zipfile.ZipFile(io.BytesIO(made)) as archive:
            assert not [
                name
                for name in archive.namelist()
                if b"<f>" in archive.read(name) or b"TargetMode" in archive.read(name)
            ]
    cells = openpyxl.load_workbook(io.BytesIO(render_workbook(make_document(), (table,)))).worksheets[1]
    assert {cell.data_type for row in cells.iter_rows() for cell in row if cell.value is not None} == {"s"}
    assert "=HYPERLINK(1)" in {cell.value for cell in book["long"]["A"]}


def test_long_and_like_names_of_sheets_are_shortened_apart():
    long = "assault_attendances_by_kind_of_place"
    names = name_sheets([long, long + "_and_hour", "Contents", "a/b", "A?B"])
    assert all(len(name) <= 31 for name in names.values())
    assert len({name.lower() for name in names.values()} | {"contents"}) == 6


def test_a_suppressed_number_is_nowhere_and_two_renderings_are_the_same(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert not [name for name in archive.namelist() if b"0.731" in archive.read(name)]
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
    assert render_workbook(make_document(), TABLES) == content


def test_an_empty_table_and_columns_of_one_name_are_written():
    columns = (Column("a", "Rate", True), Column("b", "rate", True), Column("c", "", False))
    empty = Table("none", "Nothing", columns, (), "")
    full = Table("some", "Something", columns, ((make_count(3), make_suppressed(), "x"),), "")
    book = openpyxl.load_workbook(io.BytesIO(render_workbook(make_document(), (empty, full))))
    _, rows = read_sheet(book["some"])
    assert rows[0]["Rate"] == 3 and rows[0]["rate (2)"] == "suppressed"


def test_a_column_of_two_units_says_the_unit_of_each_row():
    columns = (Column("what", "What"), Column("number", "Number", True))
    table = Table("mixed", "Two units", columns, (("a", make_count(3)), ("b", make_estimate(2.5, 0.1))), "")
    _, rows = read_sheet(openpyxl.load_workbook(io.BytesIO(render_workbook(make_document(), (table,))))["mixed"])
    assert [row["Number, unit"] for row in rows] == ["offences", "per 1,000 residents"]
