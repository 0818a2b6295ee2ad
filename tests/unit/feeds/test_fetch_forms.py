"""What a publisher has in another form than the contract's (a workbook, pages of outlines, JSON) lands once it is fetched."""

from __future__ import annotations

import csv
import json
import urllib.parse
from pathlib import Path

import openpyxl
import pytest
from publisher import FEEDS

from safeground.engine.catalogue import load_catalogue
from safeground.engine.feeds import check_deliveries, land_files
from safeground.engine.feeds.fetching.sources import load_fetch_sources
from safeground.engine.workspace import init_workspace

SOURCES = load_fetch_sources()
BANDS = (
    "Aged 15 years and under",
    "Aged 16 to 24 years",
    "Aged 25 to 34 years",
    "Aged 35 to 49 years",
    "Aged 50 to 64 years",
    "Aged 65 years and over",
)


def _path(source: str) -> str:
    return urllib.parse.urlsplit(SOURCES[source].url).path


def _workbook(folder: Path, sheets: dict[str, list[list[object]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(folder / "published.xlsx")
    return (folder / "published.xlsx").read_bytes()


def _lands(path: Path, tmp_path: Path):
    """The one delivery of a fetched file: landed, checked, and in use without a row set aside."""
    workspace = init_workspace(tmp_path / "w", partnership="essex")
    landed = land_files(workspace, FEEDS, [path])
    assert landed.refused == ()
    (check,) = check_deliveries(workspace, load_catalogue("essex").feeds, landed.landed)
    assert check.is_used and check.quarantined == 0
    return landed.landed[0]


def _outlines(number: int, code: str, name: str) -> list[dict[str, object]]:
    def outline(at: int) -> dict[str, object]:
        x = 0.5 + at / 1000
        ring = [[x, 51.5], [x + 0.001, 51.5], [x + 0.001, 51.501], [x, 51.5]]
        return {
            "type": "Feature",
            "id": at,
            "properties": {code: f"E01{at:06d}", name: f"Place {at}", "GlobalID": "not ours"},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }

    return [outline(at) for at in range(number)]


def test_outlines_in_pages_become_one_file_that_lands(publisher, fetch, tmp_path):
    publisher.pages = _outlines(1201, "LSOA21CD", "LSOA21NM")
    report = fetch("outlines_lsoa21")
    assert report.problems == ()
    pages = [path for path, _, _ in publisher.asked if "resultOffset" in path]
    assert len(pages) == 3 and all("outSR=4326" in path for path in pages)
    features = json.loads(report.files[0].path.read_text(encoding="utf-8"))["features"]
    assert [feature["properties"] for feature in features[:2]] == [
        {"lsoa21_code": "E01000000", "lsoa21_name": "Place 0"},
        {"lsoa21_code": "E01000001", "lsoa21_name": "Place 1"},
    ]
    delivery = _lands(report.files[0].path, tmp_path)
    assert (delivery.variant, delivery.records) == ("lsoa21", 1201)


def test_outlines_go_on_from_the_last_whole_one(publisher, fetch, tmp_path):
    """Also where the server gives fewer in a page than were asked for, and where the last line was cut off by a kill."""
    publisher.pages = _outlines(700, "LSOA21CD", "LSOA21NM")
    publisher.most_in_a_page = 300
    publisher.faults = [None, None, "unavailable"]
    assert "503" in fetch("outlines_lsoa21", attempts=1).problems[0]
    (part,) = (tmp_path / "fetched").glob("*.part")
    with part.open("a", encoding="utf-8") as file:
        file.write('{"type": "Feature", "proper')
    publisher.asked.clear()
    report = fetch("outlines_lsoa21")
    assert report.problems == ()
    assert "resultOffset=300" in next(path for path, _, _ in publisher.asked if "resultOffset" in path)
    features = json.loads(report.files[0].path.read_text(encoding="utf-8"))["features"]
    assert len({feature["properties"]["lsoa21_code"] for feature in features}) == 700
    assert sorted(path.name for path in (tmp_path / "fetched").iterdir()) == ["lsoa21_EW.geojson"]


def test_a_query_that_gives_fewer_rows_than_it_says_is_not_kept(publisher, fetch):
    publisher.pages = _outlines(3, "LSOA21CD", "LSOA21NM")
    publisher.most_in_a_page = 0
    (sentence,) = fetch("outlines_lsoa21").problems
    assert "gave 0 of the 3 rows" in sentence


@pytest.mark.parametrize(
    ("source", "code", "name", "prefix"),
    [
        ("outlines_ltla24", "LAD24CD", "LAD24NM", "E07"),
        ("outlines_ward22", "WD22CD", "WD22NM", "E05"),
        ("outlines_pfa20", "PFA20CD", "PFA20NM", "E23"),
    ],
)
def test_outlines_of_every_level_land(publisher, fetch, tmp_path, source, code, name, prefix):
    publisher.pages = _outlines(7, code, name)
    for feature in publisher.pages:
        feature["properties"][code] = prefix + feature["properties"][code][3:]
    report = fetch(source)
    assert report.problems == ()
    assert _lands(report.files[0].path, tmp_path).records == 7


def test_mid_year_estimates_of_women_and_men_are_added_up(publisher, fetch, tmp_path):
    ages = range(91)
    header = ["LAD 2023 Code", "LAD 2023 Name", "LSOA 2021 Code", "LSOA 2021 Name", "Total"]
    header += [*(f"F{age}" for age in ages), *(f"M{age}" for age in ages)]
    rows = [
        ["E07000001", "Rushleigh", f"E0100000{at}", f"Rushleigh 00{at}A", 91 * 3, *[1] * 91, *[2] * 91]
        for at in range(1, 4)
    ]
    about = [["Population estimates"], [], ["Source: the publisher"]]
    publisher.files[_path("population_mid2024")] = _workbook(
        tmp_path,
        {"Contents": [["Sheet"]], "Mid-2023 LSOA 2021": [header], "Mid-2024 LSOA 2021": [*about, header, *rows]},
    )
    report = fetch("population_mid2024")
    assert report.problems == ()
    delivery = _lands(report.files[0].path, tmp_path)
    assert (delivery.variant, delivery.period, delivery.records) == ("single_year_lsoa21", "2024", 3)
    with report.files[0].path.open(encoding="utf-8", newline="") as file:
        first = next(csv.DictReader(file))
    assert (first["0"], first["90+"], first["total_population"]) == ("3", "3", "273")
    assert list((tmp_path / "fetched").iterdir()) == [report.files[0].path]


def test_indicators_of_several_sheets_are_joined_by_the_area(publisher, fetch, tmp_path):
    example = [f"Measure {number} rate per 1,000" for number in range(12)]
    other = [f"Kind {number} indicator" for number in range(12)]
    place = ["LSOA code (2021)", "LSOA name (2021)", "Local Authority District code (2024)"]
    publisher.files[_path("imd2025_indicators")] = _workbook(
        tmp_path,
        {
            "Notes": [["about"]],
            "IoD25 Income Domain": [
                [*place, *example],
                ["E01000001", "A", "E07000001", *[0.5] * 12],
                ["E01000002", "B", "E07000001", *[7] * 12],
            ],
            "IoD25 Crime Domain": [[*place, *other], ["E01000002", "B", "E07000001", *[3.25] * 12]],
        },
    )
    report = fetch("imd2025_indicators")
    assert report.problems == ()
    delivery = _lands(report.files[0].path, tmp_path)
    assert (delivery.variant, delivery.records) == ("imd2025_indicators_lsoa21", 2)
    with report.files[0].path.open(encoding="utf-8", newline="") as file:
        rows = {row["lsoa21_code"]: row for row in csv.DictReader(file)}
    assert rows["E01000002"]["measure_3_rate_per_1_000"] == "7"
    assert (rows["E01000001"]["kind_3_indicator"], rows["E01000002"]["kind_3_indicator"]) == ("", "3.25")


@pytest.mark.parametrize(
    ("sheets", "words"),
    [
        ({"Mid-2023 LSOA 2021": [["LAD 2023 Code"]]}, "has no sheet 'Mid-2024 LSOA 2021'; it has Mid-2023 LSOA 2021"),
        ({"Mid-2024 LSOA 2021": [["Area", "People"]]}, "has no column 'LAD 2023 Code'"),
        ({"Mid-2024 LSOA 2021": [["LAD 2023 Code", "LSOA 2021 Code"]]}, "does not have the columns it had"),
    ],
)
def test_a_workbook_that_has_changed_is_said_to_have(publisher, fetch, tmp_path, sheets, words):
    publisher.files[_path("population_mid2024")] = _workbook(tmp_path, sheets)
    report = fetch("population_mid2024")
    assert words in report.problems[0]
    assert list((tmp_path / "fetched").iterdir()) == []


def test_a_page_in_place_of_a_workbook_is_not_kept(publisher, fetch, tmp_path):
    publisher.files[_path("population_mid2024")] = b"<!doctype html><title>Moved</title>"
    assert "is not an Excel workbook" in fetch("population_mid2024").problems[0]
    assert list((tmp_path / "fetched").iterdir()) == []


def _census(areas: int, **more: object) -> bytes:
    observations = [
        {
            "dimensions": [
                {
                    "dimension": "LSOA",
                    "dimension_id": "lsoa",
                    "option": f"Rushleigh {at}",
                    "option_id": f"E0100000{at}",
                },
                {"dimension": "Age", "dimension_id": "resident_age_6a", "option": band, "option_id": str(place)},
            ],
            "observation": 100 * at + place,
        }
        for at in range(1, areas + 1)
        for place, band in enumerate(BANDS)
    ]
    return json.dumps({"observations": observations, "total_observations": len(observations), **more}).encode()


def test_the_census_answer_becomes_a_table_that_lands(publisher, fetch, tmp_path):
    publisher.files[_path("census2021_ages")] = _census(3, blocked_areas=0)
    report = fetch("census2021_ages")
    assert report.problems == ()
    delivery = _lands(report.files[0].path, tmp_path)
    assert (delivery.variant, delivery.records) == ("census_age_bands_lsoa21", 18)
    with report.files[0].path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[-1] == {
        "lsoa21_code": "E01000003", "lsoa21_name": "Rushleigh 3", "age_group": BANDS[-1], "usual_residents": "305",
    }  # fmt: skip


def test_the_census_answer_by_ethnic_group_lands_with_its_row_that_holds_nobody(publisher, fetch, tmp_path):
    contract = FEEDS.contracts["ethnicity"]
    (groups,) = (column.constraints.enum for column in contract.variants[0].columns if column.name == "ethnic_group")
    observations = [
        {
            "dimensions": [
                {"dimension_id": "lsoa", "option": "Rushleigh 1", "option_id": "E01000001"},
                {"dimension_id": "ethnic_group_tb_6a", "option": group, "option_id": str(place)},
            ],
            "observation": 0 if group == "Does not apply" else 7,
        }
        for place, group in enumerate(groups)
    ]
    answer = {"observations": observations, "total_observations": len(observations), "blocked_areas": 0}
    publisher.files[_path("census2021_ethnic_groups")] = json.dumps(answer).encode()
    report = fetch("census2021_ethnic_groups")
    assert report.problems == ()
    delivery = _lands(report.files[0].path, tmp_path)
    assert (delivery.feed, delivery.records) == ("ethnicity", 6)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (_census(2, blocked_areas=5), "withheld 5 areas"),
        (b'{"observations": [{"dimensions": []}]}', "does not answer with numbers by lsoa"),
        (b"not JSON", "does not answer with numbers by lsoa"),
    ],
)
def test_a_census_answer_that_is_not_whole_is_not_kept(publisher, fetch, tmp_path, answer, words):
    publisher.files[_path("census2021_ages")] = answer
    assert words in fetch("census2021_ages").problems[0]
    assert list((tmp_path / "fetched").iterdir()) == []


def _file_7(year: int) -> bytes:
    parts = (
        "Children and Young People",
        "Adult Skills",
        "Geographical Barriers",
        "Wider Barriers",
        "Indoors",
        "Outdoors",
    )
    ends = ("Score", "Rank (where 1 is most deprived)", "Decile (where 1 is most deprived 10% of LSO")
    header = [f"LSOA code ({year})", *(f"{part} Sub-domain {end}" for part in parts for end in ends)]
    rows = [[f"E0100000{at}", *["-0.5", "7", "3"] * 6] for at in range(1, 4)]
    return "\n".join(",".join(row) for row in [header, *rows]).encode()


@pytest.mark.parametrize(
    ("source", "year", "variant"),
    [
        ("imd2019_subdomains", 2011, "imd2019_subdomains_lsoa11"),
        ("imd2025_subdomains", 2021, "imd2025_subdomains_lsoa21"),
    ],
)
def test_sub_domains_come_out_of_file_7_and_land(publisher, fetch, tmp_path, source, year, variant):
    publisher.files[_path(source)] = _file_7(year)
    report = fetch(source)
    assert report.problems == ()
    delivery = _lands(report.files[0].path, tmp_path)
    assert (delivery.variant, len(delivery.columns)) == (variant, 19)


def test_every_source_says_that_it_was_not_called():
    assert [name for name, source in SOURCES.items() if "not called from here" not in source.provenance] == []
