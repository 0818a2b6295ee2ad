"""Fetching goes on after every fault of a server, asks politely, and keeps only what is what it should be."""

from __future__ import annotations

import csv
import gzip
import io
import re
import urllib.parse
import zipfile

import pytest
from publisher import FEEDS

from safeground.engine.catalogue import definitions_folder
from safeground.engine.feeds import land_files
from safeground.engine.feeds.fetching.http import Client
from safeground.engine.feeds.fetching.sources import load_fetch_sources
from safeground.engine.workspace import init_workspace

EXAMPLES = definitions_folder() / "national" / "feeds"
STREET = (EXAMPLES / "police_uk_street" / "example.csv").read_bytes().replace(b"Wrenshire", b"Essex")
OUTCOMES = (EXAMPLES / "police_uk_outcomes" / "example.csv").read_bytes().replace(b"Wrenshire", b"Essex")


def _archive(months: list[str], extra: int = 0) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for month in months:
            archive.writestr(f"{month}/{month}-kent-street.csv", b"x" * 1000)
            for kind, example in (("street", STREET), ("outcomes", OUTCOMES)):
                rows = example.replace(b"2024-01", month.encode())
                archive.writestr(f"{month}/{month}-essex-{kind}.csv", rows)
        archive.writestr("filler", bytes(range(256)) * extra, compress_type=zipfile.ZIP_STORED)
    return content.getvalue()


def _months_fetched(report) -> set[str]:
    assert report.problems == ()
    return {file.path.name for file in report.files}


def test_a_force_and_its_months_come_out_of_the_archive_and_land(publisher, fetch, tmp_path):
    archive = _archive(["2024-01", "2024-02", "2024-03"], extra=20_000)
    publisher.files["/data/archive/2024-03.zip"] = archive
    report = fetch("police_uk", forces=["essex"], start="2024-02", end="2024-03")
    assert _months_fetched(report) == {
        f"2024-{month}-essex-{kind}.csv.gz" for month in ("02", "03") for kind in ("street", "outcomes")
    }
    assert gzip.decompress((tmp_path / "fetched" / "2024-02-essex-street.csv.gz").read_bytes()) == STREET.replace(
        b"2024-01", b"2024-02"
    )
    assert all(ranges is not None for _, ranges, _ in publisher.asked), "never the whole archive"
    assert all(agent.startswith("safeground/") for _, _, agent in publisher.asked)
    assert sorted(path.suffix for path in (tmp_path / "fetched").iterdir()) == [".gz"] * 4
    workspace = init_workspace(tmp_path / "w", partnership="essex")
    landed = land_files(workspace, FEEDS, [tmp_path / "fetched"])
    assert landed.refused == () and len(landed.landed) == 4


def test_what_is_here_is_not_asked_for_again(publisher, fetch):
    publisher.files["/data/archive/2024-01.zip"] = _archive(["2024-01"])
    fetch("police_uk", forces=["essex"], start="2024-01", end="2024-01")
    asked = len(publisher.asked)
    report = fetch("police_uk", forces=["essex"], start="2024-01", end="2024-01")
    assert len(publisher.asked) == asked
    assert all(file.was_here for file in report.files) and report.is_complete


def test_the_newest_month_is_asked_for_and_older_months_come_from_older_archives(publisher, fetch):
    publisher.files["/api/crime-last-updated"] = b'{"date": "2024-01-01"}'
    years = [f"{year}-{month:02d}" for year in (2021, 2022, 2023) for month in range(1, 13)]
    publisher.files["/data/archive/2024-01.zip"] = _archive([*years[1:], "2024-01"])
    publisher.files["/data/archive/2021-01.zip"] = _archive(["2020-12", "2021-01"])
    report = fetch("police_uk", forces=["essex"], start="2020-12")
    assert len(_months_fetched(report)) == 2 * 38


@pytest.mark.parametrize("fault", ["drop", "too many", "unavailable", "moved", "wrong length"])
@pytest.mark.parametrize("request_number", range(4))
def test_a_fault_at_any_request_is_got_over(publisher, fetch, waits, tmp_path, fault, request_number):
    publisher.files["/data/archive/2024-01.zip"] = _archive(["2024-01"])
    publisher.faults = [None] * request_number + [fault]
    report = fetch("police_uk", forces=["essex"], start="2024-01", end="2024-01")
    assert len(_months_fetched(report)) == 2
    assert gzip.decompress((tmp_path / "fetched" / "2024-01-essex-outcomes.csv.gz").read_bytes()) == OUTCOMES
    if fault == "too many":
        assert waits == [7.0]
    elif fault == "unavailable":
        assert waits == [1.0]


IMD = EXAMPLES / "deprivation" / "example.csv"


def _file_7(rows: int) -> bytes:
    names = [
        "Index of Multiple Deprivation (IMD)",
        "Income",
        "Employment",
        "Education, Skills and Training",
        "Health Deprivation and Disability",
        "Crime",
        "Barriers to Housing and Services",
        "Living Environment",
    ]
    ends = ("Score", "Rank (where 1 is most deprived)", "Decile (where 1 is most deprived 10% of LSOAs)")
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["LSOA code (2011)", "LSOA name (2011)", *(f"{name} {end}" for name in names for end in ends)])
    writer.writerows([f"E01{row:06d}", "Harrowmere", *(["1.5", "7", "3"] * 8)] for row in range(rows))
    return text.getvalue().encode()


PATH_2019 = urllib.parse.urlsplit(load_fetch_sources()["imd2019"].url).path


def test_a_publishers_table_is_fetched_under_the_contracts_names_and_lands(publisher, fetch, tmp_path):
    publisher.files[PATH_2019] = _file_7(50)
    report = fetch("imd2019")
    assert report.problems == ()
    (delivery,) = land_files(init_workspace(tmp_path / "w", partnership="essex"), FEEDS, [report.files[0].path]).landed
    assert (delivery.variant, delivery.records, len(delivery.columns)) == ("imd2019_lsoa11", 50, 17)
    assert delivery.unknown_columns == ()


def test_a_broken_download_goes_on_where_it_stopped_and_in_the_next_run_too(publisher, fetch):
    publisher.files[PATH_2019] = _file_7(20_000)
    publisher.faults = ["drop", "drop"]
    first = fetch("imd2019", attempts=2)
    assert "broke off" in first.problems[0]
    publisher.faults = ["drop"]
    second = fetch("imd2019")
    assert second.problems == ()
    starts = [int(re.match(r"bytes=(\d+)-", ranges)[1]) for _, ranges, _ in publisher.asked if ranges]
    assert len(starts) == 3 and 0 < starts[0] < starts[1] < starts[2]
    assert second.files[0].path.read_text().count("\n") == 20_001


def test_a_file_that_changed_meanwhile_is_begun_anew(publisher, fetch):
    publisher.files[PATH_2019] = _file_7(5000)
    publisher.faults = ["drop"]
    fetch("imd2019", attempts=1)
    publisher.files[PATH_2019] = _file_7(6000)
    publisher.version = '"2"'
    assert fetch("imd2019").files[0].path.read_text().count("\n") == 6001


def test_a_file_that_stays_shorter_than_it_says_is_not_kept(publisher, fetch, tmp_path):
    publisher.files[PATH_2019] = _file_7(10)
    publisher.faults = ["wrong length"] * 9
    report = fetch("imd2019")
    assert not report.is_complete and report.files == ()
    assert not (tmp_path / "fetched" / "imd2019_england_lsoa11.csv").exists()


def test_a_page_in_place_of_a_table_is_not_kept(publisher, fetch, tmp_path):
    publisher.files[PATH_2019] = b"<!doctype html><title>Moved</title>"
    report = fetch("imd2019")
    assert "does not have the columns it had" in report.problems[0]
    assert list((tmp_path / "fetched").iterdir()) == []


def test_a_member_that_is_not_of_its_feed_is_not_kept(publisher, fetch, tmp_path):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("2024-01/2024-01-essex-street.csv", b"a,b\n1,2\n")
        archive.writestr("2024-01/2024-01-essex-outcomes.csv", OUTCOMES)
    publisher.files["/data/archive/2024-01.zip"] = content.getvalue()
    report = fetch("police_uk", forces=["essex"], start="2024-01", end="2024-01")
    assert "is not recognised" in report.problems[0]
    assert [path.name for path in (tmp_path / "fetched").iterdir()] == ["2024-01-essex-outcomes.csv.gz"]


def _lookup_rows(number: int) -> list[dict[str, object]]:
    columns = load_fetch_sources()["lsoa11_lsoa21_ltla22"].columns
    return [{name: "U" if name == "CHGIND" else f"E{row:08d}" for name in columns} for row in range(number)]


def test_a_table_that_comes_in_pages_is_whole_and_goes_on_after_a_fault(publisher, fetch, tmp_path):
    publisher.pages = _lookup_rows(2500)
    publisher.faults = [None, None, "unavailable", "unavailable"]
    first = fetch("lsoa11_lsoa21_ltla22", attempts=2)
    assert first.files == () and "503" in first.problems[0]
    publisher.asked.clear()
    second = fetch("lsoa11_lsoa21_ltla22")
    assert second.problems == ()
    offsets = [re.search(r"resultOffset=(\d+)", path)[1] for path, _, _ in publisher.asked if "resultOffset" in path]
    assert offsets == ["1000", "2000"]
    (delivery,) = land_files(init_workspace(tmp_path / "w", partnership="essex"), FEEDS, [second.files[0].path]).landed
    assert (delivery.variant, delivery.records) == ("lsoa11_lsoa21_ltla22", 2500)


@pytest.mark.parametrize(
    ("source", "options", "words"),
    [
        ("weather", {}, "There is no source 'weather'. The sources are census2021_ages"),
        ("imd2024", {}, "Did you mean 'imd2025'?"),
        ("police_uk", {}, "Name a force"),
        ("police_uk", {"forces": ["atlantis"]}, "There is no force 'atlantis'. The forces are avon-and-somerset"),
        ("police_uk", {"forces": ["Esex"]}, "There is no force 'Esex'. Did you mean 'essex'?"),
        ("police_uk", {"forces": ["City of London"]}, "Did you mean 'city-of-london'?"),
        ("police_uk", {"forces": ["wrenshire"]}, "There is no force 'wrenshire'."),
        ("police_uk", {"forces": ["essex"], "start": "January", "end": "2024-01"}, "is no month"),
        ("police_uk", {"forces": ["essex"], "start": "2024-02", "end": "2024-01"}, "There is no month from"),
        ("police_uk", {"forces": ["essex"], "start": "2024-01", "end": "2024-01"}, "answered 404"),
    ],
)
def test_a_request_that_cannot_be_met_is_answered_in_a_sentence(fetch, source, options, words):
    report = fetch(source, **options)
    assert len(report.problems) == 1 and words in report.problems[0]
    assert not report.is_complete and report.lines() == ()


def test_forces_that_are_made_up_are_not_offered(fetch):
    (sentence,) = fetch("police_uk", forces=["atlantis"]).problems
    offered = set(sentence.split("The forces are ")[1].rstrip(".").split(", "))
    assert offered < set(FEEDS.code_lists["police_forces"].meanings.values())
    assert len(offered) >= 43 and not offered & {"wrenshire", "harland", "mereshire", "saltmarsh"}


def test_a_month_or_force_that_is_not_in_the_archive_is_named(publisher, fetch):
    publisher.files["/data/archive/2024-01.zip"] = _archive(["2024-01"])
    report = fetch("police_uk", forces=["suffolk"], start="2024-01", end="2024-01")
    assert "holds no 2024-01/2024-01-suffolk-street.csv" in report.problems[0]


def test_a_server_that_gives_no_parts_is_not_asked_for_the_whole_archive(publisher, fetch):
    publisher.files["/data/archive/2024-01.zip"] = _archive(["2024-01"])
    publisher.gives_parts = False
    report = fetch("police_uk", forces=["essex"], start="2024-01", end="2024-01")
    assert "gives only the whole file; download it with a browser" in report.problems[0]


def test_requests_keep_their_distance(publisher):
    publisher.files["/a"] = b"{}"
    now, waits = [0.0], []
    client = Client(pause_s=1.5, sleep=waits.append, clock=lambda: now[0])
    client.read_json(publisher.url + "/a")
    now[0] = 0.5
    client.read_json(publisher.url + "/a")
    assert waits == [1.0]
