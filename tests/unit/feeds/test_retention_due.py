"""Retention: what is due, from when it counts, and which clause says so."""

from __future__ import annotations

import datetime

import pytest
from sharing import make_agreement, make_agreements, make_feeds

from safeground.engine.catalogue import definitions_folder
from safeground.engine.feeds import find_due, get_deliveries, land_files, make_key
from safeground.engine.feeds.retention import _months_later
from safeground.engine.workspace import init_workspace

STREET = definitions_folder() / "national" / "feeds" / "police_uk_street" / "example.csv"
HEADER = "case_ref,month,lsoa21,offence,victim_nhs,note\n"
SENDING_DAY = datetime.date(2025, 6, 1)


@pytest.fixture
def workspace(tmp_path):
    """An open file, and a personal one sent twice."""
    workspace = init_workspace(tmp_path / "w", partnership="wrenshire")
    keys = make_key("needs_assessment", tmp_path / "keys", secret=bytes(32)).parent
    sent = tmp_path / "cases.csv"
    for number in (1, 2):
        sent.write_text(f"{HEADER}C{number},2025-03,E01990001,assault,943 476 5919,\n")
        agreements = make_agreements(make_agreement())
        options = {"agreements": agreements, "keys": keys, "today": SENDING_DAY}
        assert land_files(workspace, make_feeds(), [sent], **options).refused == ()
    street = tmp_path / "2024-01-wrenshire-street.csv"
    street.write_bytes(STREET.read_bytes())
    assert land_files(workspace, make_feeds(), [street]).refused == ()
    return workspace


def due(workspace, *, by, feed_months=84, **agreement):
    feeds = make_feeds(retention_months=feed_months)
    return find_due(workspace, feeds, make_agreements(make_agreement(**agreement)), by=by)


def test_the_shorter_clause_wins_and_is_named_and_open_data_are_never_due(workspace):
    old, new, _ = get_deliveries(workspace)
    landed = old.landed_at.date()
    last_day = _months_later(landed, 60)
    report = due(workspace, by=last_day)
    assert [(each.delivery, each.is_superseded) for each in report.due] == sorted([(old.id, True), (new.id, False)])
    assert {(each.months, each.clause, each.landed_on) for each in report.due} == {
        (60, "the agreement wrenshire_police, version 2", landed)
    }
    assert "safeground destroy" in report.lines()[-1]
    before = due(workspace, by=last_day - datetime.timedelta(days=1))
    assert before.due == () and before.next_due_on == last_day
    assert before.lines() == (f"Nothing is due by {before.on}.", f"The next is due on {last_day}.")
    by_feed = due(workspace, by=last_day, feed_months=24)
    assert {each.clause for each in by_feed.due} == {"the contract of assault_cases, version 1"}
    assert due(workspace, by=datetime.date(2300, 1, 1)).as_data()["due"][0]["due_on"] == last_day.isoformat()
    assert len(due(workspace, by=datetime.date(2300, 1, 1)).due) == 2


def test_an_agreement_that_is_gone_leaves_the_contract_and_is_told(workspace):
    report = find_due(workspace, make_feeds(), make_agreements(), by=datetime.date(2300, 1, 1))
    assert {(each.months, each.missing_agreement) for each in report.due} == {(84, "wrenshire_police")}
    assert "the agreement wrenshire_police is not on file" in report.lines()[0]


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [("2024-01-31", 1, "2024-02-29"), ("2023-12-15", 1, "2024-01-15"), ("2024-11-30", 3, "2025-02-28"), ("2024-02-29", 84, "2031-02-28")],
)  # fmt: skip
def test_months_are_calendar_months(day, months, later):
    assert _months_later(datetime.date.fromisoformat(day), months) == datetime.date.fromisoformat(later)
