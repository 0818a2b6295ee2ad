"""An index of harm is read whatever its columns are called, and says nothing that it does not know."""

from __future__ import annotations

import datetime

import openpyxl
import pytest

from safeground.engine.feeds import HarmWeightsError, read_harm_weights

OURS = "code,weight\n8N,180\n34B,800\n"
JOINED = """ONS_SEVERITY_code,ONS_SEVERITY_weight,POLICE_UK_CAT_MAP_category
8N,200,Violence and Sexual Offences
105A,20,Violence and Sexual Offences
34A,800,Robbery
34B,820,Robbery
"1, 4.1/2/10",8000,Violence and Sexual Offences
"""
CAMBRIDGE = (
    "Offence,HO Classification,Athena URN,CCHI score\nABH,8/01,12,10\nABH aggravated,8/01,13,20\nABH other,8/01,14,60\n"
)


def read(tmp_path, text):
    path = tmp_path / "weights.csv"
    path.write_text(text, encoding="utf-8")
    return read_harm_weights(path)


def test_codes_and_weights_are_found_by_their_usual_names(tmp_path):
    assert read(tmp_path, OURS).weigh(["8N", "34B", "99"]) == {"8N": 180, "34B": 800}
    assert read(tmp_path, CAMBRIDGE).weigh(["00801"]) == {"00801": 20}  # the middle of three
    found = read(tmp_path, JOINED)
    assert found.weigh(["4.2", "4.10", "1"]) == {"4.2": 8000, "4.10": 8000, "1": 8000}


def test_a_crime_type_has_a_weight_only_where_its_offences_are_alike_or_counted(tmp_path):
    found = read(tmp_path, JOINED)
    assert found.weigh(["Robbery", "Violence and sexual offences"]) == {"Robbery": 810}
    told = found.weigh(["Violence and sexual offences"], volumes={"8N": 300, "105A": 700})
    assert told == {"Violence and sexual offences": pytest.approx(74)}


def test_an_index_by_crime_type_alone_is_read(tmp_path):
    found = read(tmp_path, "Crime type,weight\nRobbery,800\nBurglary,40\nBurglary,60\nBurglary,55\n,3\n")
    assert found.weigh(["Robbery", "burglary", "Drugs"]) == {"Robbery": 800, "burglary": 55}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("code,name\n8N,x\n", "no column for a weight among code, name; it needs the columns code"),
        ("code,Wieght\n8N,1\n", "no column for a weight; the nearest is 'Wieght': call it weight if"),
        ("name,weight\nx,1\n", "no column for an offence's code or its crime type among name, weight"),
        ("Home Ofice cod,weight\n8N,1\n", "the nearest is 'Home Ofice cod': call it code if"),
        ("crime typ,weight\nRobbery,1\n", "the nearest is 'crime typ': call it crime_type if"),
        ("", "since it names none"),
        ("code,weight\n8N,much\n", "row 2: 'much' is no weight"),
        ("code,weight\n8N,-1\n", "0 or more"),
    ],
)
def test_what_is_no_index_is_refused_with_a_sentence(tmp_path, text, says):
    with pytest.raises(HarmWeightsError, match=says):
        read(tmp_path, text)


TITLED = [
    ["The Cambridge Crime Harm Index"],
    ["Version of a year", None, 2026],
    [None],
    CAMBRIDGE.splitlines()[0].split(","),
]


def write_workbook(path, sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_a_workbook_is_read_with_titles_above_and_other_sheets_before(tmp_path):
    offences = [
        ["ABH", "8/01", 12, 10],
        ["ABH other", "8/01", 14, 60.5],
        ["Robbery", "34B", 15, 365],
        ["Piracy", "99/9", 16, None],
    ]
    path = write_workbook(tmp_path / "index.xlsx", {"Notes": [["Read me"]], "CCHI": TITLED + offences})
    found = read_harm_weights(path)
    assert found.weigh(["00801", "34B"]) == {"00801": 35.25, "34B": 365}
    assert found.weigh(["09909"]) == {}  # without a weight it is not known, and no 0
    assert found.source == "index.xlsx"


def test_a_csv_with_titles_above_and_short_rows_is_read(tmp_path):
    found = read(tmp_path, "# kept by the partnership\nAn index of harm\n\nHO Code,CCHI (days)\n8N,20\n34B\n")
    assert found.weigh(["8N", "34B"]) == {"8N": 20}


def test_what_a_spreadsheet_did_to_a_code_is_told_with_its_place(tmp_path):
    rows = [["code", "weight"], ["8N", 3], [datetime.datetime(2026, 1, 8), 10]]
    with pytest.raises(
        HarmWeightsError, match=r"sheet 'One', row 3: the code is 2026-01-08, a date that a spreadsheet"
    ):
        read_harm_weights(write_workbook(tmp_path / "dates.xlsx", {"One": rows}))


def test_what_is_no_index_in_a_workbook_is_refused_with_a_sentence(tmp_path):
    path = write_workbook(tmp_path / "other.xlsx", {"One": [["Title"], ["Code", "Offence"], ["8N", "x"]]})
    with pytest.raises(HarmWeightsError, match="no column for a weight among Code, Offence; it needs"):
        read_harm_weights(path)
    path.write_bytes(path.read_bytes()[:400])
    with pytest.raises(HarmWeightsError, match="damaged workbook"):
        read_harm_weights(path)
    path.write_bytes("code,weight\n8N,£1\n".encode("cp1252"))
    with pytest.raises(HarmWeightsError, match="neither a workbook nor UTF-8"):
        read_harm_weights(path)
    with pytest.raises(HarmWeightsError, match="cannot be read"):
        read_harm_weights(tmp_path / "nowhere.csv")


@pytest.mark.real_data
def test_the_ons_weights_are_read_as_published(shared_data):
    codes = read_harm_weights(shared_data / "reference" / "ons_crime_severity_weights_codes.csv")
    assert len(codes.by_code) > 125 and codes.by_code["4.10"] > 7_000
    joined = read_harm_weights(shared_data / "reference" / "ons_crime_severity_weights_policeuk_join.csv")
    told = joined.weigh(["Robbery", "Shoplifting", "Violence and sexual offences"])
    assert told["Robbery"] == pytest.approx(799.63, abs=0.01) and "Violence and sexual offences" not in told
