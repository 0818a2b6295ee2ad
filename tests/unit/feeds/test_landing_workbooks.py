"""Workbooks as partners make them land and are checked; the rows have Excel's numbers; no workbook does harm."""

from __future__ import annotations

import datetime
import zipfile

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.table import Table
from workbooks import CRIME_ID, FEEDS, STREET, example_rows, save_sheet, street_row, with_part

from safeground.engine.feeds import ReadingLimits, check_deliveries, get_live_deliveries, land_files
from safeground.engine.feeds.checking.store import quarantine_path
from safeground.engine.workspace import init_workspace

NAME = "2024-01-wrenshire-street.xlsx"
SHEET = "xl/worksheets/sheet1.xml"
MILL_LANE = {"Crime_ID": None, "Crime_type": "Anti-social behaviour", "Last_outcome_category": None}


@pytest.fixture
def workspace(tmp_path):
    return init_workspace(tmp_path / "workspace", partnership="wrenshire")


def check(workspace, path):
    """Land and check one file that shall land."""
    report = land_files(workspace, FEEDS, [path])
    assert not report.refused, report.refused
    (delivery,) = report.landed
    (checked,) = check_deliveries(workspace, FEEDS, get_live_deliveries(workspace))
    return delivery, checked


def refusal(workspace, path, **options):
    (refused,) = land_files(workspace, FEEDS, [path], **options).refused
    assert not list(workspace.landed.rglob("*.xls*"))
    return refused.sentence


def messages(checked):
    return [problem.message for problem in checked.problems]


class TestReading:
    def test_a_workbook_is_accepted_as_the_same_rows_in_csv(self, tmp_path, workspace):
        path = save_sheet(tmp_path / NAME, [STREET, street_row(), street_row(**MILL_LANE)])
        delivery, checked = check(workspace, path)
        assert (delivery.format, delivery.records, delivery.period, delivery.partner) == (
            "xlsx",
            2,
            "2024-01",
            "wrenshire",
        )
        assert delivery.path.read_bytes() == path.read_bytes()
        assert (checked.received, checked.accepted, messages(checked)) == (2, 2, [])

    def test_titles_blank_rows_and_other_sheets_are_passed_over_and_rows_keep_excels_numbers(self, tmp_path, workspace):
        def change(sheet):
            sheet["A1"] = "Wrenshire Police: extract"
            sheet.merge_cells("A1:L1")
            notes = sheet.parent.create_sheet("Notes")
            notes["A1"] = "Ask the data team"

        rows = [[], [], STREET, street_row(), [], street_row(**MILL_LANE), street_row(Crime_type="Anti-social")]
        delivery, checked = check(workspace, save_sheet(tmp_path / NAME, rows, change=change))
        assert delivery.sheet.header_row == 3
        assert (checked.received, checked.accepted, checked.quarantined) == (3, 2, 1)
        assert any("in 1 row (row 7), for example 'Anti-social'" in message for message in messages(checked))
        assert quarantine_path(workspace, delivery.id).read_text().splitlines()[1].startswith("7,")
        assert "The header was found in row 3; what stands above it was passed over." in messages(checked)

    def test_a_header_merged_over_two_rows_is_unfolded(self, tmp_path, workspace):
        def change(sheet):
            for place, name in enumerate(STREET, start=1):
                if name == "Longitude":
                    sheet.cell(1, place, "Where")
                    sheet.merge_cells(start_row=1, end_row=1, start_column=place, end_column=place + 1)
                elif name != "Latitude":
                    sheet.cell(1, place, name)
                    sheet.merge_cells(start_row=1, end_row=2, start_column=place, end_column=place)
            sheet["E2"], sheet["F2"] = "Longitude", "Latitude"

        path = save_sheet(tmp_path / NAME, [[], [], street_row(), street_row(**MILL_LANE)], change=change)
        delivery, checked = check(workspace, path)
        assert delivery.columns == tuple(STREET)
        assert (checked.received, checked.accepted) == (2, 2)

    def test_a_cell_merged_over_rows_counts_for_each(self, tmp_path, workspace):
        rows = [
            STREET,
            street_row(),
            street_row(**MILL_LANE, Reported_by=None),
            street_row(**MILL_LANE, Reported_by=None),
        ]
        _, checked = check(
            workspace, save_sheet(tmp_path / NAME, rows, change=lambda sheet: sheet.merge_cells("C2:C4"))
        )
        assert (checked.received, checked.accepted) == (3, 3 - checked.duplicates)
        assert checked.quarantined == 0

    def test_the_months_excel_makes_dates_of_are_read_as_months(self, tmp_path, workspace):
        def change(sheet):
            sheet["B2"].number_format = "mmm-yy"

        rows = [
            STREET,
            street_row(Month=datetime.date(2024, 1, 1)),
            street_row(**MILL_LANE, Month=datetime.date(2024, 1, 15)),
        ]
        _, checked = check(workspace, save_sheet(tmp_path / "wrenshire-street.xlsx", rows, change=change))
        assert (checked.accepted, checked.quarantined) == (1, 1)
        assert any("for example '2024-01-15'" in message for message in messages(checked))

    def test_errors_are_values_that_break_rules(self, tmp_path, workspace):
        rows = [STREET, street_row(), street_row(**MILL_LANE, Reported_by="#N/A"), ["#REF!"]]
        _, checked = check(workspace, save_sheet(tmp_path / NAME, rows))
        assert (checked.received, checked.quarantined) == (3, 2)
        assert any("(row 3), for example '#N/A'" in message for message in messages(checked))
        assert any("Crime ID is not like 4f0c9e…" in text and "'#REF!'" in text for text in messages(checked))

    def test_formulas_are_read_as_saved_and_told(self, tmp_path, workspace):
        path = save_sheet(tmp_path / NAME, [STREET, street_row(Location="=1+1"), street_row(**MILL_LANE)])
        _, checked = check(workspace, path)
        assert any("1 cell with a formula" in message for message in messages(checked))
        assert any("1 formula without a result saved with it" in message for message in messages(checked))

    def test_a_cell_that_begins_with_an_equals_sign_stays_text(self, tmp_path, workspace):
        def change(sheet):
            sheet["G2"] = "=cmd|'/c calc'!A1"
            sheet["G2"].data_type = "s"

        path = save_sheet(tmp_path / NAME, [STREET, street_row(Crime_type="x"), street_row(**MILL_LANE)], change=change)
        delivery, _ = check(workspace, path)
        assert "=cmd|'/c calc'!A1" in quarantine_path(workspace, delivery.id).read_text()

    def test_numbers_have_no_point_zero_and_booleans_are_yes_and_no(self, tmp_path, workspace):
        rows = [STREET, street_row(Crime_type="x", Location=12345.0, LSOA_name=True, Context=0.1 + 0.2)]
        delivery, _ = check(workspace, save_sheet(tmp_path / NAME, rows))
        cells = quarantine_path(workspace, delivery.id).read_text().splitlines()[1].split(",")
        assert "12345" in cells and "yes" in cells and "0.3" in cells

    def test_what_stands_under_no_heading_is_told_and_not_used(self, tmp_path, workspace):
        rows = [STREET, [*street_row(), None, "see email"], street_row(**MILL_LANE)]
        _, checked = check(workspace, save_sheet(tmp_path / NAME, rows))
        assert "1 cell under no heading, not used." in messages(checked)
        assert checked.accepted == 2

    def test_a_table_that_does_not_begin_in_the_corner(self, tmp_path, workspace):
        shifted = [[None, None, *row] for row in ([], STREET, street_row(), street_row(**MILL_LANE))]
        delivery, checked = check(workspace, save_sheet(tmp_path / NAME, shifted))
        assert delivery.sheet.places[0] == 2
        assert checked.accepted == 2

    def test_every_feed_that_has_columns_lands_from_a_workbook(self, tmp_path, workspace):
        names = {"police_uk_street": NAME, "police_uk_outcomes": "2024-01-wrenshire-outcomes.xlsx"}
        for feed in ("police_uk_street", "police_uk_outcomes", "area_lookup", "population", "deprivation"):
            path = save_sheet(tmp_path / names.get(feed, f"{feed}_2020.xlsx"), example_rows(feed))
            report = land_files(workspace, FEEDS, [path])
            assert [delivery.feed for delivery in report.landed] == [feed], report.refused

    def test_in_an_archive_and_landed_twice(self, tmp_path, workspace):
        path = save_sheet(tmp_path / NAME, [STREET, street_row()])
        with zipfile.ZipFile(tmp_path / "sent.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(path, f"2024-01/{NAME}")
        delivery, checked = check(workspace, tmp_path / "sent.zip")
        assert delivery.compression == "gzip" and checked.accepted == 1
        again = land_files(workspace, FEEDS, [path])
        assert [known.id for known in again.unchanged] == [delivery.id]


class TestRefusals:
    def test_two_sheets_that_could_be_meant(self, tmp_path, workspace):
        def change(sheet):
            again = sheet.parent.create_sheet("Again")
            for row in (STREET, street_row()):
                again.append(row)

        sentence = refusal(workspace, save_sheet(tmp_path / NAME, [STREET, street_row()], change=change))
        assert "more than one sheet that could be meant, 'Data' and 'Again'" in sentence

    def test_a_missing_column_is_named_with_its_likeness(self, tmp_path, workspace):
        header = ["Type of crime" if name == "Crime type" else name for name in STREET]
        header[header.index("LSOA code")] = "LSOA Code"
        sentence = refusal(workspace, save_sheet(tmp_path / NAME, [["Title"], header, street_row()]))
        assert "no column 'LSOA code' (is 'LSOA Code' the same, renamed?)" in sentence

    def test_a_column_given_twice(self, tmp_path, workspace):
        sentence = refusal(workspace, save_sheet(tmp_path / NAME, [[*STREET, "Month"], [*street_row(), "2024-01"]]))
        assert "has the column 'Month' twice" in sentence

    def test_no_rows_a_blank_workbook_and_another_table(self, tmp_path, workspace):
        assert "a header and no rows" in refusal(workspace, save_sheet(tmp_path / NAME, [STREET]))
        assert "holds no table that begins in the first 40 rows" in refusal(workspace, save_sheet(tmp_path / NAME, []))
        assert "covered by no feed" in refusal(workspace, save_sheet(tmp_path / NAME, [["shopping", "list"], ["a", 1]]))

    def test_an_encrypted_workbook(self, tmp_path, workspace):
        path = tmp_path / NAME
        path.write_bytes(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 512
        )
        assert "is encrypted with a password" in refusal(workspace, path)

    @pytest.mark.parametrize("corner", ['r="XFD1048576"', "r='XFD1048576'", 'r = "xfd1048576"'])
    def test_a_cell_in_the_last_corner(self, tmp_path, workspace, corner):
        path = save_sheet(tmp_path / NAME, [STREET, street_row()])
        with_part(path, SHEET, lambda xml: xml.replace(b'r="A2"', corner.encode()))
        assert "reaches over more than 10,000,000 cells" in refusal(workspace, path)

    def test_cells_that_name_no_place_and_a_row_far_below(self, tmp_path, workspace):
        path = save_sheet(tmp_path / NAME, [STREET, street_row()])
        cells = b"<c><v>1</v></c>" * 2_000
        with_part(
            path,
            SHEET,
            lambda xml: xml.replace(b"</sheetData>", b"<row>" + cells + b'</row><row r="9000000"/></sheetData>'),
        )
        assert "reaches over more than" in refusal(workspace, path)

    def test_a_workbook_that_expands_beyond_measure(self, tmp_path, workspace):
        path = save_sheet(tmp_path / NAME, [STREET, street_row()])
        with_part(path, "xl/styles.xml", lambda xml: xml + b" " * 2_000_000)
        limits = ReadingLimits(expansion_counts_from=1_000_000, expansion=50)
        assert "expands to more than 50 times" in refusal(workspace, path, limits=limits)

    def test_a_workbook_too_large_to_be_read_whole(self, tmp_path, workspace):
        path = save_sheet(tmp_path / NAME, [STREET, street_row()])
        assert "is a workbook of more than" in refusal(workspace, path, limits=ReadingLimits(workbook=1_000))

    def test_damage_is_told_in_a_sentence(self, tmp_path, workspace):
        path = save_sheet(tmp_path / NAME, [STREET, street_row()])
        with_part(path, SHEET, lambda xml: xml[:-200])
        assert "is a damaged workbook" in refusal(workspace, path)
        with_part(path, "xl/workbook.xml", lambda xml: b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + xml)
        assert "is a damaged workbook" in refusal(workspace, path)

    def test_every_sheet_hidden(self, tmp_path, workspace):
        book = Workbook()
        book.active.title = "Chart"
        data = book.create_sheet("Data")
        for row in (STREET, street_row()):
            data.append(row)
        data.sheet_state = "hidden"
        book.save(tmp_path / NAME)
        assert "if the table is in one, show that sheet" in refusal(workspace, tmp_path / NAME)


def test_an_excel_table_and_a_crime_id_as_sent(tmp_path, workspace):
    def change(sheet):
        sheet.add_table(Table(displayName="Extract", ref="A1:L2"))

    delivery, checked = check(
        workspace, save_sheet(tmp_path / NAME, [STREET, street_row(Crime_type="x")], change=change)
    )
    assert checked.quarantined == 1
    assert CRIME_ID in quarantine_path(workspace, delivery.id).read_text()
