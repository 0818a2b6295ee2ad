"""The agreements we ship: the made-up county lets in every feed that is not open, and no real partnership has one invented."""

from __future__ import annotations

import datetime

import pytest

from safeground.engine.catalogue import (
    DefinitionsError,
    definitions_folder,
    load_agreements,
    load_feeds,
    load_partnership,
    partnership_names,
)
from safeground.engine.feeds import review_agreements

FEEDS = load_feeds()
MADE_UP = load_agreements("wrenshire", feeds=FEEDS.contracts)
GUARDED = sorted(name for name, contract in FEEDS.contracts.items() if contract.sensitivity != "open")


@pytest.mark.parametrize("partnership", partnership_names())
def test_no_shipped_agreement_would_be_refused_at_the_door(partnership: str) -> None:
    agreements = load_agreements(partnership, feeds=FEEDS.contracts)
    report = review_agreements(agreements, FEEDS, today=datetime.date(2026, 1, 31))
    assert report.is_clean, "\n".join(report.lines())


def test_no_agreement_is_invented_for_a_real_partnership() -> None:
    with_agreements = {path.parent.parent.name for path in (definitions_folder() / "local").glob("*/agreements/*.yaml")}
    assert with_agreements <= {"wrenshire"}


@pytest.mark.parametrize("feed", GUARDED)
def test_every_guarded_feed_may_come_from_someone_in_the_made_up_county(feed: str) -> None:
    report = review_agreements(MADE_UP, FEEDS, today=datetime.date(2026, 1, 31))
    (standing,) = [standing for standing in report.feeds if standing.contract.name == feed]
    assert standing.may_send


def test_every_guarded_feed_is_missed_where_nobody_sends_it() -> None:
    """The first page tells which partners are missing by what is expected of them. Visits of patrols come only while a trial runs."""
    expected = {dataset.feed for partner in load_partnership("wrenshire").expected for dataset in partner.datasets}
    assert set(GUARDED) - expected == {"patrol_visits"}


@pytest.mark.parametrize("feed", GUARDED)
def test_an_agreement_of_the_made_up_county_names_the_columns_of_the_contract(feed: str) -> None:
    contract = FEEDS.contracts[feed]
    known = {column.name for variant in contract.variants for column in variant.columns}
    known |= {family.matching for variant in contract.variants for family in variant.families}
    for agreement in MADE_UP.agreements:
        for shared in agreement.feeds:
            if shared.feed == feed:
                assert set(shared.columns) == known


BROKEN = """
schema: 1
name: another
version: 0
title: tbc
status: live
purpose: needs_assessment
purpose_in_words: To test
gateway: pcsc_2022_sec16
parties:
  - {name: Police, partner: essex, role: controller, authority: [specified]}
  - {name: Host, role: controller, authority: [lokal]}
lawful_basis: {regime: UK GDPR, basis: [Article 9(2)(g)]}
identifiers: identifiable
feeds: [{feed: recorded_crim, sent_by: [essex], columns: [crime_ref]}]
frequency: Monthly
method: By hand
retention_months: 0
destruction: By hand
onward_sharing: Nobody else
approvals: [{kind: siro, by: n/a, given: 2025-01-01}]
starts: 2025-01-01
breach_contact: Information governance lead
owner: Information governance lead
checked_by: Data protection officer
review_by: 2027-01-01
"""


def told(folder, text: str) -> str:
    (folder / "agreements").mkdir(exist_ok=True)
    (folder / "agreements" / "sharing.yaml").write_text(text)
    with pytest.raises(DefinitionsError) as error:
        load_agreements("essex", workspace=folder, feeds=FEEDS.contracts)
    return str(error.value)


def test_everything_wrong_with_a_file_is_told_at_once(tmp_path) -> None:
    problems = told(tmp_path, BROKEN)
    for place in ("version", "title", "parties.1.authority.0", "lawful_basis", "retention_months", "approvals.0.by"):
        assert f"workspace/agreements/sharing.yaml: {place}: " in problems
    assert "Article 6(1)(e)" in problems and "'n/a' is no one" in problems


def test_names_that_lead_nowhere_are_told_with_the_nearest(tmp_path) -> None:
    sound = (
        BROKEN.replace("version: 0", "version: 1").replace("tbc", "A title").replace("lokal", "specified")
        .replace("[Article 9(2)(g)]", "[Article 6(1)(e)]").replace("months: 0", "months: 1").replace("n/a", "The officer")
    )  # fmt: skip
    problems = told(tmp_path, sound)
    assert "name: is 'another'; name it as its file" in problems
    assert "there is no gateway 'pcsc_2022_sec16'; did you mean 'pcsc_2022_s16'?" in problems
    assert "there is no feed 'recorded_crim'; did you mean 'recorded_crime'?" in problems


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("starts: 2025-01-01", "starts: 2025-01-01\nends: 2024-12-31"), "ends before it starts"),
        (
            ("approvals: [{kind: siro, by: The officer, given: 2025-01-01}]", ""),
            "is live and names nobody who approved it",
        ),
        (("sent_by: [essex]", "sent_by: [kent]"), "'kent' sends recorded_crime and is the `partner` of no party"),
        (("regime: UK GDPR", "regime: Part 3"), "must be 'UK GDPR' or 'Data Protection Act 2018, Part 3'"),
    ],
)
def test_an_agreement_that_does_not_hold_together_is_told_why(tmp_path, change, words) -> None:
    sound = (
        BROKEN.replace("version: 0", "version: 1").replace("tbc", "A title").replace("lokal", "specified")
        .replace("[Article 9(2)(g)]", "[Article 6(1)(e)]").replace("months: 0", "months: 1").replace("n/a", "The officer")
        .replace("sec16", "s16").replace("crim,", "crime,").replace("name: another", "name: sharing")
    )  # fmt: skip
    assert words in told(tmp_path, sound.replace(*change))
