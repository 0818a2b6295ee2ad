"""A number that quotes what was tested is explained by the file it quotes, whatever else differs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sample_document import make_count, make_finding

from safeground.engine.documents import Audience, Chapter, Document, Marking
from safeground.engine.publish import Brand, compare_editions, publish_edition

EVALUATION, OTHER = "evaluations/mentors/0a1b2c3d4e5f/result.json", "evaluations/patrols/0a1b2c3d4e5f/result.json"
BACKTEST = "places/backtests/robbery-2025-06-0a1b2c3d4e5f.json"


@pytest.fixture
def publish(tmp_path):
    def make(name, value, definition, tested, code="0.1.0"):
        finding = replace(make_finding("tested", f"There were {value}.", make_count(value)), definition=definition)
        marking = Marking(Audience.PARTNERSHIP, True, "Draft.")
        document = Document("T", "P", marking, "30 June 2025", (Chapter("start", "Start", "", (finding,)),))
        inputs = {"deliveries": [], "definitions": {}, "code_version": code, "tested": tested}
        built_at = datetime(2025, 1, 1, tzinfo=UTC)
        return publish_edition(document, into=tmp_path / name, brand=Brand("P"), manifest=inputs, built_at=built_at)

    return make


@pytest.mark.parametrize(
    ("definition", "quoted"),
    [
        ("evaluation mentors 0a1b2c3d4e5f", EVALUATION),
        ("back-test robbery-2025-06-0a1b2c3d4e5f, plan version 1", BACKTEST),
    ],
)
def test_it_is_the_file_that_it_quotes(publish, definition, quoted):
    before = publish("a", 100, definition, {quoted: "a", OTHER: "a"})
    after = publish("b", 140, definition, {quoted: "b", OTHER: "b"}, code="0.2.0")
    assert f"  Why: another result of a test ({quoted})." in compare_editions(before, after).lines()


def test_a_file_of_the_same_content_is_no_reason(publish):
    definition = "evaluation mentors 0a1b2c3d4e5f"
    before = publish("a", 100, definition, {EVALUATION: "a", OTHER: "a"})
    after = publish("b", 140, definition, {EVALUATION: "a", OTHER: "b"}, code="0.2.0")
    said = " ".join(compare_editions(before, after).lines())
    assert "another result of a test" not in said and "changed code" in said
