"""A partner who has nothing but Excel: takes a template, is told what is wrong with a file, puts it right, and it lands."""

from __future__ import annotations

import pytest
from openpyxl import load_workbook
from workbooks import STREET, save_sheet, street_row

from safeground.cli import DONE, MISUSE, REFUSED, main

NAME = "2024-01-wrenshire-street.xlsx"
ASB = {"Crime_ID": None, "Crime_type": "Anti-social behaviour", "Last_outcome_category": None}


def test_a_refused_file_comes_back_is_put_right_and_lands(tmp_path, capsys):
    rows = [STREET, street_row(Month="January"), street_row(**ASB), street_row(**ASB, LSOA_code="Harrowmere 001A")]
    sent, back = save_sheet(tmp_path / NAME, rows), tmp_path / "back" / NAME
    back.parent.mkdir()
    assert main(["check", str(sent), "--return-excel", str(back)]) == REFUSED
    out = capsys.readouterr().out
    assert "must be put right: Month is not a month (like 2024-01) in 1 row (row 2), for example 'January'." in out
    assert "must be put right: LSOA code" in out and str(back) in out

    book = load_workbook(back)
    sheet = book["Data"]
    assert "Write a month, like 2024-01." in sheet["A2"].value
    assert sheet["C2"].comment.text == "Month is not a month (like 2024-01). Write a month, like 2024-01."
    sheet["C2"] = "2024-01"
    sheet["I4"] = "E01990001"
    book.save(back)
    assert main(["check", str(back)]) == DONE

    workspace = tmp_path / "workspace"
    assert main(["init", str(workspace), "--partnership", "wrenshire"]) == DONE
    assert main(["land", str(workspace), str(back)]) == DONE
    assert main(["check", str(workspace)]) == DONE
    assert "3 rows received = 3 accepted" in capsys.readouterr().out


def test_a_file_refused_as_a_whole_says_which_columns_to_rename(tmp_path, capsys):
    header = ["Crime Type" if name == "Crime type" else name for name in STREET]
    sent, back = save_sheet(tmp_path / NAME, [["Wrenshire"], header, street_row()]), tmp_path / "back.xlsx"
    assert main(["check", str(sent), "--return-excel", str(back)]) == REFUSED
    assert "no column 'Crime type' (is 'Crime Type' the same, renamed?)" in capsys.readouterr().out
    sheet = load_workbook(back)["Data"]
    heading = next(cell for cell in sheet[2] if cell.value == "Crime Type")
    assert "Rename this column to 'Crime type'." in heading.comment.text
    assert sheet["B1"].value == "Wrenshire" and sheet["B3"].value == street_row()[0]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", b"%PDF-1.7", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_even_of_a_file_that_cannot_be_read_a_sheet_comes_back(tmp_path, capsys, content):
    sent, back = tmp_path / "sent.xlsx", tmp_path / "back.xlsx"
    sent.write_bytes(content)
    assert main(["check", str(sent), "--return-excel", str(back)]) == REFUSED
    assert load_workbook(back).worksheets[0]["C5"].value.startswith("The file ")
    assert "Traceback" not in capsys.readouterr().err


def test_the_senders_own_file_is_never_written_over(tmp_path, capsys):
    sent = save_sheet(tmp_path / NAME, [STREET, street_row()])
    before = sent.read_bytes()
    assert main(["check", str(sent), "--return-excel", str(sent)]) == REFUSED
    assert "is the file to be checked" in capsys.readouterr().err
    assert sent.read_bytes() == before


def test_a_sound_file_a_template_and_misuse(tmp_path, capsys):
    sent = save_sheet(tmp_path / NAME, [STREET, street_row()])
    assert main(["check", str(sent), "--json"]) == DONE
    assert '"quarantined": 0' in capsys.readouterr().out
    assert main(["template", "police_uk_street", str(tmp_path / "t.xlsx")]) == DONE
    assert main(["template", "nothing", str(tmp_path / "t.xlsx")]) == REFUSED
    assert main(["check", str(tmp_path), "--return-excel", "x.xlsx"]) == MISUSE
    assert "is not a file" in capsys.readouterr().err


def test_a_template_whose_heading_was_renamed_says_which_column_it_was(tmp_path, capsys):
    template = tmp_path / "t.xlsx"
    assert main(["template", "police_uk_street", str(template)]) == DONE
    book = load_workbook(template)
    sheet = book[book.sheetnames[-1]]
    heading = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "Crime type")
    heading.value = "Crime Type"
    sheet.append(street_row())
    book.save(template)
    assert main(["check", str(template)]) == REFUSED
    said = capsys.readouterr()
    assert "has no column 'Crime type' (is 'Crime Type' the same, renamed?)" in said.out and said.err == ""


def test_what_somebody_may_have_worked_in_is_never_written_over(tmp_path, capsys):
    sent, back = save_sheet(tmp_path / NAME, [STREET, street_row()]), tmp_path / "back.xlsx"
    back.write_bytes(b"put right by hand")
    for arguments in (["check", str(sent), "--return-excel", str(back)], ["template", "istv", str(back)]):
        assert main(arguments) == REFUSED
        assert capsys.readouterr().err.startswith(f"{back} is there already")
    assert back.read_bytes() == b"put right by hand"
    assert main(["template", "istv", str(tmp_path / "istv.csv")]) == REFUSED
    assert "does not end in .xlsx" in capsys.readouterr().err


def test_a_refusal_is_told_as_one(tmp_path, capsys):
    """Not as something that Safeground did not foresee."""
    assert main(["template", "nothing", str(tmp_path / "t.xlsx")]) == REFUSED
    assert capsys.readouterr().err.startswith("The feed 'nothing' is not one of the feeds: ")
    assert main(["check", str(tmp_path / "mistyped.xlsx")]) == REFUSED
    assert capsys.readouterr().err.endswith("mistyped.xlsx does not exist; name a file to check, or a workspace.\n")
    assert main(["agreements", "list"]) == MISUSE
