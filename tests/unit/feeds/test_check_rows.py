"""Every rule finds what it is for, by row, and nothing sent goes missing."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from safeground.engine.catalogue import Feeds, load_feeds
from safeground.engine.feeds import get_live_deliveries, land_files
from safeground.engine.feeds.checking.check import check_deliveries
from safeground.engine.feeds.checking.report import CheckReport, Problem, Severity, Verdict
from safeground.engine.feeds.checking.store import accepted_path, counts_path, quarantine_path
from safeground.engine.workspace import Workspace, init_workspace

HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,"
    "LSOA name,Crime type,Last outcome category,Context"
)
FORCE = "Essex Police"


def identifier(number: int) -> str:
    return f"{number:064x}"


def row(number: int, **cells: str) -> str:
    """A sound row of a street file; cells by short name replace its own."""
    sound = {
        "id": identifier(number),
        "month": "2024-01",
        "by": FORCE,
        "within": FORCE,
        "longitude": "0.436057",
        "latitude": "51.639952",
        "location": "On or near Coach Mews",
        "area": "E01021237",
        "area_name": "Basildon 001A",
        "type": "Burglary",
        "outcome": "Under investigation",
        "context": "",
    }
    return ",".join((sound | cells).values())


@pytest.fixture(scope="module")
def feeds() -> Feeds:
    return load_feeds()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return init_workspace(tmp_path / "workspace", partnership="essex")


def check_text(
    workspace: Workspace,
    feeds: Feeds,
    content: str | bytes,
    *,
    name: str = "2024-01-essex-street.csv",
    **options: object,
) -> CheckReport:
    """Land one file and check it, by the path every partner's file takes."""
    path = workspace.root.parent / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    landed = land_files(workspace, feeds, [path], **options)
    assert not landed.refused, landed.refused
    (report,) = check_deliveries(workspace, feeds, get_live_deliveries(workspace))
    return report


def street(*rows: str, end: str = "\n") -> str:
    return end.join([HEADER, *rows]) + end


def only(report: CheckReport, rule: str) -> Problem:
    (problem,) = [problem for problem in report.problems if problem.rule == rule]
    return problem


def test_a_sound_file_is_accepted_without_a_word(workspace: Workspace, feeds: Feeds) -> None:
    report = check_text(workspace, feeds, street(row(1), row(2)))
    assert report.problems == ()
    assert (report.verdict, report.received, report.accepted) == (Verdict.ACCEPTED, 2, 2)
    assert not quarantine_path(workspace, report.delivery).exists()
    assert not report.rows_are_rewritten


BAD_CELLS = {
    "required": {"type": ""},
    "type": {"month": "01/2024"},
    "pattern": {"id": "not an identifier"},
    "code_list": {"type": "Burglery"},
    "month_of_file": {"month": "2023-12"},
    "one_coordinate": {"latitude": ""},
    "coordinates_swapped": {"longitude": "51.6", "latitude": "0.4"},
    "coordinates_outside": {"longitude": "12.5"},
}


@pytest.mark.parametrize("rule", BAD_CELLS)
def test_a_row_that_breaks_a_rule_goes_to_quarantine_and_the_others_go_on(
    workspace: Workspace, feeds: Feeds, rule: str
) -> None:
    bad = row(3, **BAD_CELLS[rule])
    report = check_text(workspace, feeds, street(row(1), row(2), bad, row(4), row(5)))
    problem = only(report, rule)
    assert (problem.severity, problem.rows, problem.first_row) == (Severity.QUARANTINE, 1, 3)
    assert "in 1 row (row 3)" in problem.message
    assert (report.received, report.accepted, report.quarantined) == (5, 4, 1)
    with quarantine_path(workspace, report.delivery).open(newline="") as file:
        (kept,) = list(csv.DictReader(file))
    assert kept["row"] == "3" and rule in kept["rules"]
    assert [kept[name] for name in HEADER.split(",")] == bad.split(",")
    assert pq.read_table(accepted_path(workspace, report.delivery)).column("row").to_pylist() == [1, 2, 4, 5]


@pytest.mark.parametrize(
    ("rule", "cells"),
    [
        ("code_list", {"outcome": "Lost in the post"}),
        ("padded", {"type": "Burglary "}),
        ("filled_unless", {"id": ""}),
    ],
)
def test_a_rule_that_only_reports_lets_the_row_go_on(
    workspace: Workspace, feeds: Feeds, rule: str, cells: dict[str, str]
) -> None:
    report = check_text(workspace, feeds, street(row(1), row(2, **cells)))
    assert only(report, rule).severity is Severity.REPORT
    assert (report.accepted, report.quarantined, report.verdict) == (2, 0, Verdict.WITH_PROBLEMS)


def test_anti_social_behaviour_without_identifier_is_no_duplicate(workspace: Workspace, feeds: Feeds) -> None:
    quiet = {"id": "", "type": "Anti-social behaviour", "outcome": ""}
    report = check_text(workspace, feeds, street(row(1, **quiet), row(2, **quiet)))
    assert (report.accepted, report.duplicates, report.problems) == (2, 0, ())


def test_an_exact_repeat_is_a_known_duplicate_and_another_content_is_reported(
    workspace: Workspace, feeds: Feeds
) -> None:
    report = check_text(workspace, feeds, street(row(1), row(1), row(2), row(2, type="Drugs"), row(2)))
    assert (report.received, report.accepted, report.quarantined, report.duplicates) == (5, 3, 0, 2)
    assert only(report, "known_duplicate").first_row == 2
    assert (only(report, "identifiers").rows, only(report, "identifiers").first_row) == (1, 4)
    counts = pq.read_table(counts_path(workspace, report.delivery)).to_pylist()
    assert {(line["offence"], line["events"]) for line in counts} == {("Burglary", 2), ("Drugs", 1)}


def test_ragged_rows_and_a_header_among_the_rows(workspace: Workspace, feeds: Feeds) -> None:
    short, long = row(2).rsplit(",", 3)[0], row(3) + ",surplus"
    report = check_text(workspace, feeds, street(row(1), short, long, HEADER, row(4), row(5), row(6), row(7)))
    assert (only(report, "ragged").rows, only(report, "ragged").first_row) == (2, 2)
    assert only(report, "header_again").first_row == 4
    assert {problem.rule for problem in report.problems} == {"ragged", "header_again"}
    assert (report.received, report.accepted, report.quarantined) == (8, 5, 3)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("quoted", [False, True], ids=["plain", "quoted"])
def test_a_row_with_a_cell_too_many_is_ragged_though_the_cell_is_empty(
    workspace: Workspace, feeds: Feeds, delimiter: str, quoted: bool
) -> None:
    location = f'"On or near{delimiter} Coach Mews"' if quoted else "On or near Coach Mews"
    rows = [row(number).replace(",", delimiter).replace("On or near Coach Mews", location) for number in range(1, 9)]
    rows[1] += delimiter  # a cell behind the last
    rows[4] = rows[4].replace(f"{delimiter}2024-01", f"{delimiter}{delimiter}2024-01", 1)  # every cell shifted by one
    content = "\n".join([HEADER.replace(",", delimiter), *rows]) + "\n"
    report = check_text(workspace, feeds, content)
    assert (only(report, "ragged").rows, only(report, "ragged").first_row) == (2, 2)
    assert (report.received, report.accepted, report.quarantined) == (8, 6, 2)


def test_every_row_with_a_cell_too_many_refuses_the_delivery(workspace: Workspace, feeds: Feeds) -> None:
    report = check_text(workspace, feeds, street(row(1) + ",", row(2) + ","))
    assert (report.quarantined, report.verdict) == (2, Verdict.REFUSED)


def test_an_empty_last_column_is_none_too_many(workspace: Workspace, feeds: Feeds) -> None:
    report = check_text(workspace, feeds, "\n".join([HEADER + ",", row(1) + ",", row(2) + ",", ""]))
    assert report.accepted == 2 and {problem.rule for problem in report.problems} == {"unknown_column"}


@pytest.mark.parametrize("area", ["  ", "E01021237 "])
def test_events_and_counts_agree_where_padding_was_left_out(workspace: Workspace, feeds: Feeds, area: str) -> None:
    report = check_text(workspace, feeds, street(row(1), row(2, area=area)))
    assert report.rows_are_rewritten and report.accepted == 2
    counted = {
        line["area_code"]: line["events"] for line in pq.read_table(counts_path(workspace, report.delivery)).to_pylist()
    }
    written = pq.read_table(accepted_path(workspace, report.delivery)).column("LSOA code").to_pylist()
    assert counted == dict(Counter(written)) == ({"E01021237": 2} if area.strip() else {"E01021237": 1, None: 1})
    assert report.without_location == (0 if area.strip() else 1)


def test_a_name_that_says_another_force_than_the_rows_is_told(workspace: Workspace, feeds: Feeds) -> None:
    report = check_text(workspace, feeds, street(row(1), row(2)), name="2024-01-kent-street.csv")
    assert report.partner == "essex" and only(report, "named_partner").severity is Severity.REPORT
    assert "says kent and its rows say essex" in only(report, "named_partner").message


def test_a_quotation_mark_left_open_spoils_its_own_row_only(workspace: Workspace, feeds: Feeds) -> None:
    open_quote = row(2, location='"On or near Coach Mews')
    report = check_text(workspace, feeds, street(row(1), open_quote, row(3), row(4)))
    assert only(report, "quoting").first_row == 2
    assert (report.received, report.accepted, report.quarantined) == (4, 3, 1)


def test_commas_line_ends_and_quotes_inside_quotes_are_read(workspace: Workspace, feeds: Feeds) -> None:
    odd = row(1, location='"On or near ""The Bell"", High Street\nBasildon"')
    report = check_text(workspace, feeds, street(odd, row(2)))
    assert (report.received, report.accepted, report.problems) == (2, 2, ())
    location = pq.read_table(accepted_path(workspace, report.delivery)).column("Location").to_pylist()[0]
    assert location == 'On or near "The Bell", High Street\nBasildon'


TOLERATED = {
    "byte_order_mark": b"\xef\xbb\xbf" + street(row(1)).encode(),
    "line_ends": street(row(1), end="\r\n").encode(),
    "delimiter": street(row(1)).replace(",", ";").encode(),
    "encoding": street(row(1, location="Café Row")).encode("latin-1"),
    "blank_lines": street(row(1), "", "").encode(),
}


@pytest.mark.parametrize("rule", TOLERATED)
def test_what_is_harmless_is_noted_and_changes_nothing(workspace: Workspace, feeds: Feeds, rule: str) -> None:
    report = check_text(workspace, feeds, TOLERATED[rule])
    assert [problem.rule for problem in report.problems] == [rule]
    assert (report.verdict, report.accepted) == (Verdict.ACCEPTED, 1)


def test_gzip_is_read_like_the_plain_file(workspace: Workspace, feeds: Feeds) -> None:
    content = gzip.compress(street(row(1), row(2, type="")).encode())
    report = check_text(workspace, feeds, content, name="2024-01-essex-street.csv.gz")
    assert (report.accepted, report.quarantined) == (1, 1)


def test_a_stated_total_is_reconciled(workspace: Workspace, feeds: Feeds) -> None:
    report = check_text(workspace, feeds, street(row(1)), stated_rows=3)
    assert only(report, "stated_rows").message == "The sender states 3 rows, but 1 were received."


def test_a_delivery_with_most_rows_in_quarantine_is_refused_and_kept(workspace: Workspace, feeds: Feeds) -> None:
    report = check_text(workspace, feeds, street(row(1, type=""), row(2, type=""), row(3)))
    assert (report.verdict, report.is_used) == (Verdict.REFUSED, False)
    assert report.problems[0].severity is Severity.REFUSE
    assert not counts_path(workspace, report.delivery).exists()
    assert quarantine_path(workspace, report.delivery).exists()


def test_a_check_is_not_repeated_until_something_changes(workspace: Workspace, feeds: Feeds) -> None:
    report = check_text(workspace, feeds, street(row(1), row(2, type="")))
    path = workspace.checked / report.delivery / "check.json"
    first = path.stat().st_mtime_ns
    (again,) = check_deliveries(workspace, feeds, get_live_deliveries(workspace))
    assert again == report and path.stat().st_mtime_ns == first
    street_feed = feeds.contracts["police_uk_street"]
    changed = Feeds(
        {**feeds.contracts, street_feed.name: street_feed.model_copy(update={"refused_above": 0.1})}, feeds.code_lists
    )
    (rechecked,) = check_deliveries(workspace, changed, get_live_deliveries(workspace))
    assert rechecked.verdict is Verdict.REFUSED and rechecked.key != report.key
    assert json.loads(path.read_text())["verdict"] == "refused"


def test_identifiers_of_a_feed_that_is_not_open_are_masked(workspace: Workspace, feeds: Feeds) -> None:
    from safeground.engine.catalogue import Sensitivity

    street_feed = feeds.contracts["police_uk_street"]
    confidential = street_feed.model_copy(update={"sensitivity": Sensitivity.CONFIDENTIAL})
    guarded = Feeds({**feeds.contracts, street_feed.name: confidential}, feeds.code_lists)
    # Landed as an open feed: what is asked at the door of a confidential one is not looked at here.
    check_text(workspace, feeds, street(row(1), row(2, id="SMITH-JOHN-1990"), row(3, type="Burglery")))
    (report,) = check_deliveries(workspace, guarded, get_live_deliveries(workspace))
    told = "".join(problem.message + "".join(problem.examples) for problem in report.problems)
    assert "SMITH" not in told and "SM… (15 characters)" in told
    assert "'Burglery'" in told


def test_a_fault_in_one_file_of_a_batch_is_found_whatever_the_others_hold(workspace: Workspace, feeds: Feeds) -> None:
    """The sieve looks at identifiers of many files together: one of another length must not hide one with a wrong digit."""
    spoilt = {
        "2024-01": {},
        "2024-02": {"id": "short"},
        "2024-03": {"id": f"{7:063x}g"},
        "2024-04": {"id": f"{0xA:064X}"},
    }
    for month, cells in spoilt.items():
        path = workspace.root.parent / f"{month}-essex-street.csv"
        path.write_text(street(row(1, month=month), row(2, month=month), row(3, month=month, **cells)))
        assert not land_files(workspace, feeds, [path]).refused
    reports = check_deliveries(workspace, feeds, get_live_deliveries(workspace))
    assert {report.period: report.quarantined for report in reports} == {
        month: int(bool(cells)) for month, cells in spoilt.items()
    }


def test_a_sieve_without_a_cell_of_odd_length_sees_a_wrong_digit(workspace: Workspace, feeds: Feeds) -> None:
    for month, identifier_of_last in (
        ("2024-01", identifier(3)),
        ("2024-02", f"{7:063x}g"),
        ("2024-03", f"{0xA:064X}"),
    ):
        path = workspace.root.parent / f"{month}-essex-street.csv"
        path.write_text(street(row(1, month=month), row(2, month=month), row(3, month=month, id=identifier_of_last)))
        land_files(workspace, feeds, [path])
    reports = check_deliveries(workspace, feeds, get_live_deliveries(workspace))
    assert [report.quarantined for report in reports] == [0, 1, 1]


def test_numbers_stay_right_in_a_file_longer_than_a_buffer(workspace: Workspace, feeds: Feeds) -> None:
    rows = [row(number) for number in range(1, 160_001)]
    rows[150_000] = row(150_001, type="")
    report = check_text(workspace, feeds, street(*rows))
    assert only(report, "required").first_row == 150_001
    assert (report.received, report.accepted) == (160_000, 159_999)
