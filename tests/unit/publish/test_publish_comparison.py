"""What changed between two editions, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sample_document import make_count, make_finding, make_suppressed

from safeground.engine.documents import Audience, Chapter, Document, Marking
from safeground.engine.publish import Brand, compare_editions, publish_edition

INPUTS = {
    "deliveries": [
        {"id": "street/police/2025-05/aaa", "sha256": "a"},
        {"id": "street/police/2025-06/bbb", "sha256": "b"},
    ],
    "definitions": {"violence": "3"},
    "code_version": "0.1.0",
}


@pytest.fixture
def publish(tmp_path):
    def make(name, *findings, audience=Audience.PARTNERSHIP, **inputs):
        document = Document(
            "T", "P", Marking(audience, True, "Draft."), "30 June 2025", (Chapter("start", "Start", "", findings),)
        )
        built_at = datetime(2025, 1, len(list(tmp_path.iterdir())) + 1, tzinfo=UTC)
        return publish_edition(
            document, into=tmp_path / name, brand=Brand("P"), manifest={**INPUTS, **inputs}, built_at=built_at
        )

    return make


def make_level(value, sentence=None):
    return make_finding("level", sentence or f"There were {value}.", make_count(value))


def test_the_same_edition_built_twice_has_not_changed(publish):
    difference = compare_editions(publish("a", make_level(100)), publish("b", make_level(100)))
    assert difference.is_empty
    assert difference.lines() == ("Nothing changed: both editions say the same and were made from the same.",)


def test_a_changed_number_is_told_with_the_delivery_that_changed_it(publish):
    newer = [{"id": "street/police/2025-05/aaa", "sha256": "a"}, {"id": "street/police/2025-06/ccc", "sha256": "c"}]
    difference = compare_editions(publish("a", make_level(100)), publish("b", make_level(140), deliveries=newer))
    (change,) = difference.findings
    assert (change.before, change.after) == (
        "100 offences (95% interval 80 to 120)",
        "140 offences (95% interval 116 to 164)",
    )
    assert {"value", "interval", "sentence"} <= set(change.differs_in)
    assert [(each.name, str(each.change)) for each in difference.inputs] == [
        ("street/police/2025-06/bbb", "removed"),
        ("street/police/2025-06/ccc", "added"),
    ]
    assert difference.lines()[1] == (
        "  Why: what it was made from is not told by itself; of all that the editions were made from, these differ: revised data "
        "(street/police/2025-06/ccc in place of street/police/2025-06/bbb)."
    )


def test_a_number_that_names_its_feed_is_explained_by_that_feed_alone(publish):
    named = replace(make_level(100), definition="Street level crime, version 1 (street)")
    more = {**INPUTS, "deliveries": [*INPUTS["deliveries"], {"id": "other/office/2025/ddd", "sha256": "d"}]}[
        "deliveries"
    ]
    newer = [*more, {"id": "street/police/2025-07/eee", "sha256": "e"}]
    after = replace(make_level(140), definition=named.definition)
    (change,) = compare_editions(publish("a", named), publish("b", after, deliveries=newer)).findings
    assert [reason.names for reason in change.why.reasons] == [("street/police/2025-07/eee",)]


def test_a_number_that_changed_with_nothing_else_is_told_so(publish):
    difference = compare_editions(publish("a", make_level(100)), publish("b", make_level(140)))
    assert difference.lines()[1] == "  Why: nothing that the editions say they were made from differs."


def test_a_number_that_became_suppressed_is_a_change_of_state(publish):
    difference = compare_editions(
        publish("a", make_level(100)), publish("b", make_finding("level", "Too few.", make_suppressed()))
    )
    (change,) = difference.findings
    assert change.after == "suppressed"
    assert "state" in change.differs_in


def test_added_and_removed_findings_are_told(publish):
    gone, new = make_finding("gone", "It was.", make_count(5)), make_finding("new", "It is.", make_count(6))
    difference = compare_editions(publish("a", gone), publish("b", new))
    assert {change.id: str(change.change) for change in difference.findings} == {"gone": "removed", "new": "added"}
    assert "new is new: It is." in difference.lines()


def test_a_change_of_words_alone_is_told(publish):
    difference = compare_editions(publish("a", make_level(100, "One.")), publish("b", make_level(100, "Two.")))
    assert difference.findings[0].differs_in == ("sentence",)
    assert difference.lines()[-1] == "No input, definition or code changed: the manifests do not explain why."


def test_changed_definitions_and_code_are_told(publish):
    difference = compare_editions(
        publish("a", make_level(100)),
        publish("b", make_level(100), definitions={"violence": "4"}, code_version="0.2.0"),
    )
    assert [(each.kind, each.before, each.after) for each in difference.inputs] == [
        ("code_version", "0.1.0", "0.2.0"),
        ("definitions", "3", "4"),
    ]
    assert "Because definition violence changed from 3 to 4." in difference.lines()


def test_the_order_of_deliveries_means_nothing(publish):
    difference = compare_editions(
        publish("a", make_level(1)), publish("b", make_level(1), deliveries=INPUTS["deliveries"][::-1])
    )
    assert difference.is_empty


def test_two_audiences_are_said_to_be_two(publish):
    difference = compare_editions(publish("a", make_level(1)), publish("b", make_level(1), audience=Audience.PUBLIC))
    assert not difference.is_same_audience
    assert difference.as_data()["inputs"][0]["name"] == ""


def test_other_sources_are_no_change_of_a_finding(publish):
    names = ("one", "two")
    before = [make_finding(name, "Some.", make_count(9)) for name in names]
    after = [replace(finding, sources=("street level crime",), caveats=()) for finding in before]
    difference = compare_editions(publish("a", *before), publish("b", *after, code_version="0.2.0"))
    assert not difference.findings and not difference.is_empty
    assert difference.lines() == (
        "No number changed. 2 findings name their sources or caveats differently.",
        "Because of the code alone, which changed from 0.1.0 to 0.2.0: all else it was made from is the same.",
    )
    assert [each["id"] for each in difference.as_data()["references"]] == list(names)


def test_every_changed_number_is_named_with_the_reasons_behind_it(publish):
    def make(offset, sentence):
        shared = [make_finding(f"f{n}", f"{sentence} {n}.", make_count(n + 20)) for n in range(40)]
        moved = [make_finding(f"v{n}", "Some.", make_count(n + 200 + offset)) for n in range(40)]
        return [*shared, *moved]

    newer = [{"id": f"street/police/{year}", "sha256": "c"} for year in range(1990, 2025)]
    more = {f"definition{n}": "1" for n in range(30)}
    difference = compare_editions(
        publish("a", *make(0, "Old")),
        publish("b", *make(50, "New"), deliveries=newer, definitions=more, code_version="2"),
    )
    lines = difference.lines()
    assert [line.split(" ")[0] for line in lines[:40]] == [f"v{n}" for n in range(40)]
    assert (
        lines[40].startswith("  Why: ") and "new data (street/police/1990, street/police/1991 and 33 more)" in lines[40]
    )
    assert "changed code" in lines[40]
    assert lines[41:] == ("40 findings keep their numbers and differ in sentence: f0, f1, f2 and 37 more.",)
    assert len(difference.as_data()["findings"]) == 80


def test_two_audiences_are_said_before_all_else(publish):
    lines = compare_editions(publish("a", make_level(1)), publish("b", make_level(2), audience=Audience.PUBLIC)).lines()
    assert lines[0] == (
        "The two editions are for different audiences (partnership and public), "
        "so a finding may be missing or withheld on purpose."
    )
    assert not any("audience" in line for line in lines[1:])
