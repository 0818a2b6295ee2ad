"""What is not open lands under an agreement or not at all, and as a minimised copy in which nobody is named."""

from __future__ import annotations

import datetime
import hashlib
import json
from pathlib import Path

import pytest
from sharing import (
    PURPOSE,
    agree_to,
    as_csv,
    make_agreement,
    make_agreements,
    make_contract,
    make_feeds,
    make_keys,
)

from safeground.engine.catalogue import definitions_folder
from safeground.engine.feeds import check_deliveries, get_deliveries, land_files, make_at_rest_key, open_landed
from safeground.engine.feeds.checking.store import open_quarantine, quarantine_path
from safeground.engine.workspace import init_workspace

TODAY = datetime.date(2025, 6, 30)
FEEDS = make_feeds()
STREET = (definitions_folder() / "national" / "feeds" / "police_uk_street" / "example.csv").read_bytes()
ROWS = [
    ["WR/25/77001", "2025-05", "E01000001", "assault", "943 476 5919"],
    ["WR/25/77002", "2025-05", "E01000002", "robbery", ""],
    ["WR/25/77003", "2025-05", "", "assault", "9434765919"],
]
SENTINELS = ["77001", "77002", "77003", "943 476 5919", "9434765919"]


@pytest.fixture
def workspace(tmp_path: Path):
    return init_workspace(tmp_path / "wrenshire", partnership="wrenshire")


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make_keys(tmp_path / "keys")
    monkeypatch.setenv("SAFEGROUND_KEYS", str(folder))
    return folder


@pytest.fixture
def land(tmp_path: Path, workspace):
    """Land one file under an agreement (the made-up one, changed) on a day in June 2025."""

    def send(content: str | bytes, *, name: str = "cases.csv", of=FEEDS, agreements=None, today=TODAY, **changes):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        agreed = agreements or make_agreements(make_agreement(**changes))
        return land_files(workspace, of, [path], agreements=agreed, today=today)

    return send


def expect_nobody_named(workspace, *sentinels: str) -> None:
    """No file of the workspace holds one of these, plain or as any of the forms in which it might be found again."""
    for path in workspace.root.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        for sentinel in sentinels:
            assert sentinel.encode() not in content, path
            assert sentinel not in path.name


def the_refusal(report) -> str:
    assert report.landed == ()
    (refusal,) = report.refused
    return refusal.sentence


def test_a_personal_file_lands_as_a_minimised_copy_with_pseudonyms(workspace, land):
    content = as_csv(ROWS)
    (delivery,) = land(content).landed
    assert (delivery.agreement, delivery.agreement_version) == ("wrenshire_police", 2)
    assert delivery.sha256 == hashlib.sha256(content.encode()).hexdigest()
    kept = delivery.path.read_text(encoding="utf-8")
    assert delivery.file_sha256 == hashlib.sha256(kept.encode()).hexdigest() != delivery.sha256
    header, *rows = (line.split(",") for line in kept.splitlines())
    assert header == ["case_ref", "month", "lsoa21", "offence", "victim_nhs"]
    assert [row[1:4] for row in rows] == [row[1:4] for row in ROWS]
    assert [len(row[0]) for row in rows] == [64, 64, 64] and len({row[0] for row in rows}) == 3
    assert (
        rows[0][4] == rows[2][4] != "" and rows[1][4] == ""
    )  # one person, however the number is spaced; blank stays blank
    expect_nobody_named(workspace, *SENTINELS)


def test_a_minimised_copy_is_checked_like_any_other_delivery(workspace, land):
    land(as_csv([*ROWS, ["WR/25/77004", "2025-05", "", "arson", ""]]))
    (report,) = check_deliveries(workspace, FEEDS, get_deliveries(workspace))
    assert (report.received, report.accepted, report.quarantined) == (4, 3, 1)
    (problem,) = [problem for problem in report.problems if problem.rule == "code_list"]
    assert problem.first_row == 4
    expect_nobody_named(workspace, *SENTINELS, "77004")


def test_columns_no_contract_asks_for_are_never_stored(workspace, land):
    content = as_csv(
        [[*ROWS[0], "PC Nameless 4471"]], header=["case_ref", "month", "lsoa21", "offence", "victim_nhs", "officer"]
    )
    (delivery,) = land(content).landed
    assert delivery.left_out_columns == ("officer",) and "officer" not in delivery.columns
    expect_nobody_named(workspace, "PC Nameless", "4471", *SENTINELS)


def test_rows_that_cannot_be_read_keep_their_place_and_nothing_else(workspace, land):
    lines = as_csv(ROWS).splitlines()
    lines.insert(2, 'WR/25/77008,2025-05,"E01 surplus-secret,assault,9434765919')
    lines.insert(4, "WR/25/77009,2025-05,,assault,9434765919,ragged-secret")
    land("\n".join(lines) + "\n")
    (report,) = check_deliveries(workspace, FEEDS, get_deliveries(workspace))
    assert (report.received, report.accepted, report.quarantined) == (5, 3, 2)
    rules = {problem.rule: problem.first_row for problem in report.problems if problem.severity == "quarantine"}
    assert rules == {"quoting": 2, "ragged": 4}
    expect_nobody_named(workspace, "surplus-secret", "ragged-secret", "77008", "77009", *SENTINELS)


def test_two_rows_left_open_in_a_row_are_two_rows(workspace, land):
    lines = as_csv(ROWS).splitlines()
    lines[1:1] = ['"one,2025-05,,assault,', 'WR"x,2025-05,,assault,"']
    land("\n".join(lines) + "\n")
    (report,) = check_deliveries(workspace, FEEDS, get_deliveries(workspace))
    assert (report.received, report.accepted, report.quarantined) == (5, 3, 2)


def test_a_header_in_the_middle_is_known_for_one(workspace, land):
    header, *rows = as_csv(ROWS).splitlines()
    land("\n".join([header, rows[0], header, *rows[1:]]) + "\n")
    (report,) = check_deliveries(workspace, FEEDS, get_deliveries(workspace))
    assert (report.accepted, [problem.first_row for problem in report.problems if problem.rule == "header_again"]) == (
        3,
        [2],
    )


def test_line_breaks_inside_cells_do_not_move_rows(workspace, land):
    content = as_csv([[*ROWS[0], "first\nsecond\r\nthird"], [*ROWS[1], 'said "no", twice']],
        header=["case_ref", "month", "lsoa21", "offence", "victim_nhs", "remark"])  # fmt: skip
    (delivery,) = land(content).landed
    assert delivery.records == 2 and delivery.columns[-1] == "note"
    with open_landed(delivery) as file:
        lines = file.read().decode().splitlines()
    assert lines[1].endswith(",first second third") and lines[2].endswith(',"said ""no"", twice"')
    (report,) = check_deliveries(workspace, FEEDS, get_deliveries(workspace))
    assert report.accepted == 2


def test_an_identifier_that_is_not_of_its_form_is_not_kept(workspace, land):
    land(as_csv([*ROWS, ["WR/25/77004", "2025-05", "", "assault", "Nameless, John"]]))
    (report,) = check_deliveries(workspace, FEEDS, get_deliveries(workspace))
    assert (report.accepted, report.quarantined) == (3, 1)
    (problem,) = [problem for problem in report.problems if problem.column == "victim_nhs"]
    assert (problem.rule, problem.first_row) == ("pattern", 4)
    assert problem.message.startswith("victim_nhs is not written as its contract asks in 1 row (row 4)")
    expect_nobody_named(workspace, "Nameless", "John", "77004")


def test_a_gzipped_latin_1_file_with_windows_line_ends_lands_the_same(workspace, land):
    import gzip

    plain = as_csv([[*ROWS[0], "Café"]], header=["case_ref", "month", "lsoa21", "offence", "victim_nhs", "note"])
    content = plain.replace("\n", "\r\n").encode("latin-1")
    (delivery,) = land(gzip.compress(content), name="cases.csv.gz").landed
    assert delivery.sha256 == hashlib.sha256(content).hexdigest() and delivery.compression is None
    assert delivery.path.read_bytes().endswith("Café\n".encode())
    assert any("latin-1" in told for told in delivery.departures)
    expect_nobody_named(workspace, *SENTINELS)


def test_a_workbook_lands_minimised_too(workspace, land):
    openpyxl = pytest.importorskip("openpyxl")
    import io

    book = openpyxl.Workbook()
    for row in as_csv(ROWS).splitlines():
        book.active.append(row.split(","))
    book.create_sheet("Another").append(["Nameless 4471"])
    out = io.BytesIO()
    book.save(out)
    (delivery,) = land(out.getvalue(), name="cases.xlsx").landed
    assert delivery.format == "csv" and delivery.records == 3 and delivery.sheet is None
    (report,) = check_deliveries(workspace, FEEDS, get_deliveries(workspace))
    assert report.accepted == 3
    expect_nobody_named(workspace, "Nameless", *SENTINELS)


def test_landing_the_same_file_again_changes_nothing(land):
    (first,) = land(as_csv(ROWS)).landed
    assert land(as_csv(ROWS)).unchanged == (first,)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"status": "draft"}, "it is a draft"),
        ({"status": "suspended"}, "it is suspended"),
        ({"status": "withdrawn"}, "it was withdrawn"),
        ({"starts": "2025-07-01"}, "it does not start before 1 July 2025"),
        ({"ends": "2025-06-29"}, "it ended on 29 June 2025"),
        ({"data_protection_impact_assessment": None}, "Article 35 of the UK GDPR"),
        ({"gateway": "cda_1998_s17a"}, "Crime and Disorder Act 1998, section 17A, and by section 17A and regulation 2"),
        ({"gateway": "nhs_2006_s251"}, "section 251, and by section 251(1) it is about patient information"),
        ({"identifiers": "aggregate"}, "assault_cases is personal"),
        ({"lawful_basis": {"regime": "UK GDPR", "basis": ["Article 6(1)(e)"]}}, "Article 10 of the UK GDPR"),
        ({"feeds": [{"feed": "assault_cases", "sent_by": ["wrenshire"], "columns": ["case_ref", "month", "lsoa21", "offence"]}]},
         "it does not allow the column 'victim_nhs'"),
    ],
)  # fmt: skip
def test_what_an_agreement_does_not_allow_is_refused_with_its_reason(workspace, land, changes, told):
    sentence = the_refusal(land(as_csv(ROWS), **changes))
    assert (
        told in sentence
        and "wrenshire_police, version 2" in sentence
        and sentence.endswith("nothing of it was stored.")
    )
    assert list(workspace.landed.rglob("*.csv")) == [] and list(workspace.staging.rglob("*.csv")) == []
    expect_nobody_named(workspace, *SENTINELS)


def test_the_last_day_of_an_agreement_is_a_day_of_it(land):
    assert land(as_csv(ROWS), today=datetime.date(2026, 12, 31)).landed


def test_patient_data_are_refused_under_section_16_whatever_their_sender(workspace, land):
    feeds = make_feeds(kind_of_data="patient")
    parties = [
        {"name": "The board", "partner": "wrenshire", "role": "controller", "authority": ["specified", "health"]},
        {"name": "Commissioner", "role": "controller", "authority": ["local_policing_body"]},
    ]
    sentence = the_refusal(land(as_csv(ROWS), of=feeds, parties=parties))
    assert "Police, Crime, Sentencing and Courts Act 2022, section 16, and by section 16(4)(a)" in sentence
    assert "patient information" in sentence
    expect_nobody_named(workspace, *SENTINELS)


def test_identifiable_health_data_need_a_caldicott_guardian(land):
    feeds = make_feeds(kind_of_data="patient")
    agreement = agree_to(feeds.contracts["assault_cases"], "wrenshire")
    assert land(as_csv(ROWS), of=feeds, agreements=make_agreements(agreement)).landed
    without = agreement.model_copy(update={"approvals": agreement.approvals[1:]})
    assert "caldicott" in the_refusal(land(as_csv(ROWS[:2]), of=feeds, agreements=make_agreements(without)))


def test_a_feed_that_no_agreement_names_is_refused(workspace, land):
    agreement = make_agreement(feeds=[{"feed": "another", "sent_by": ["wrenshire"], "columns": ["month"]}])
    sentence = the_refusal(land(as_csv(ROWS), agreements=make_agreements(agreement)))
    assert "no sharing agreement names that feed from wrenshire" in sentence
    expect_nobody_named(workspace, *SENTINELS)


def test_of_several_agreements_the_one_that_allows_it_is_recorded(land):
    over = make_agreement(name="a_police_before", ends="2025-03-31")
    (delivery,) = land(as_csv(ROWS), agreements=make_agreements(over, make_agreement())).landed
    assert delivery.agreement == "wrenshire_police"


def test_an_open_feed_needs_no_agreement_and_lands_as_sent(land):
    (delivery,) = land(STREET, name="2024-01-wrenshire-street.csv", agreements=make_agreements()).landed
    assert delivery.path.read_bytes() == STREET and delivery.agreement is None and not delivery.is_minimised


def test_an_agreement_that_cannot_be_read_stops_no_open_feed(workspace, tmp_path):
    (workspace.root / "agreements").mkdir()
    (workspace.root / "agreements" / "broken.yaml").write_text("schema: 1\nname: broken\n")
    (tmp_path / "2024-01-wrenshire-street.csv").write_bytes(STREET)
    (tmp_path / "cases.csv").write_text(as_csv(ROWS))
    report = land_files(workspace, FEEDS, [tmp_path / "2024-01-wrenshire-street.csv", tmp_path / "cases.csv"])
    assert [delivery.feed for delivery in report.landed] == ["police_uk_street"]
    (refusal,) = report.refused
    assert "workspace/agreements/broken.yaml: gateway: this key is required" in refusal.sentence
    expect_nobody_named(workspace, *SENTINELS)


def test_a_personal_file_that_is_refused_for_its_form_leaves_nothing(workspace, land):
    land(as_csv(ROWS).replace("offence", "offense"))
    land(as_csv([]))
    land(as_csv(ROWS).replace("2025-05", "someday"))
    land(as_csv(ROWS) + "\0")
    assert get_deliveries(workspace) == ()
    expect_nobody_named(workspace, *SENTINELS)


@pytest.mark.parametrize("spoil", ["absent", "short", "open to others", "in the workspace", "not named"])
def test_without_a_proper_key_nothing_lands(workspace, land, keys, monkeypatch, spoil):
    path = keys / f"{PURPOSE}.key"
    told = {
        "absent": "There is no key",
        "short": "too short, 16 bytes of 32",
        "open to others": "chmod 600",
        "in the workspace": "lies in the workspace",
        "not named": "set SAFEGROUND_KEYS",
    }[spoil]
    if spoil == "absent":
        path.unlink()
    elif spoil == "short":
        path.write_text("ab" * 16)
    elif spoil == "open to others":
        path.chmod(0o644)
    elif spoil == "not named":
        monkeypatch.delenv("SAFEGROUND_KEYS")
    else:
        inside = workspace.root / "keys"
        inside.mkdir()
        path.rename(inside / path.name)
        monkeypatch.setenv("SAFEGROUND_KEYS", str(inside))
    assert told in the_refusal(land(as_csv(ROWS)))
    expect_nobody_named(workspace, *SENTINELS)


def test_a_delivery_record_says_under_what_it_landed(workspace, land):
    (delivery,) = land(as_csv(ROWS)).landed
    record = json.loads((delivery.folder / "delivery.json").read_text())
    assert record["agreement"] == "wrenshire_police" and record["agreement_version"] == 2
    assert record["pseudonymised_columns"] == ["case_ref", "victim_nhs"]
    purpose, fingerprint = record["pseudonym_key"].split()
    assert purpose == PURPOSE and len(fingerprint) == 8
    assert get_deliveries(workspace) == (delivery,)


def test_an_agreement_may_ask_for_encryption_at_rest(workspace, land, monkeypatch):
    monkeypatch.setenv("SAFEGROUND_AT_REST_KEY", make_at_rest_key())
    (delivery,) = land(as_csv([*ROWS, ["x", "2025-05", "", "arson", ""]]), encrypt_at_rest=True).landed
    assert b"E01000001" not in delivery.path.read_bytes() and delivery.is_encrypted
    with open_landed(delivery) as file:
        assert file.read().decode().count("2025-05") == 4
    (report,) = check_deliveries(workspace, FEEDS, get_deliveries(workspace))
    assert (report.accepted, report.quarantined) == (3, 1)
    assert b"arson" not in quarantine_path(workspace, delivery.id).read_bytes()
    with open_quarantine(workspace, delivery.id) as rows:
        assert "arson" in rows.read()


def test_encryption_without_a_key_lands_nothing(workspace, land, monkeypatch):
    monkeypatch.delenv("SAFEGROUND_AT_REST_KEY", raising=False)
    assert "SAFEGROUND_AT_REST_KEY is not set" in the_refusal(land(as_csv(ROWS), encrypt_at_rest=True))
    monkeypatch.setenv("SAFEGROUND_AT_REST_KEY", "secret")
    assert "is no key" in the_refusal(land(as_csv(ROWS), encrypt_at_rest=True))
    expect_nobody_named(workspace, *SENTINELS)


def test_a_confidential_file_with_nothing_to_leave_out_is_kept_as_sent(land):
    columns = [column.model_copy(update={"identifies": "no"}) for column in make_contract().variants[0].columns]
    variant = make_contract().variants[0].model_copy(update={"columns": tuple(columns)})
    feeds = make_feeds(sensitivity="confidential", variants=[variant.model_dump(by_alias=True)])
    content = as_csv(ROWS)
    (delivery,) = land(content, of=feeds).landed
    assert (
        delivery.path.read_text() == content and delivery.agreement == "wrenshire_police" and not delivery.is_minimised
    )
