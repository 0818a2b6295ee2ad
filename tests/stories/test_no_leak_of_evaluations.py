"""No leak from what was tested: counts that a rule withholds stand in no file of an edition that quotes an evaluation, nor do the ratios
that rest on them. The proof is shown to fail once protection is broken."""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from unpacking import find_numbers

from safeground.engine.assessment import Evidence, QuotedEvaluation, Tested
from safeground.engine.assessment.chapters.evaluations import make_evaluation_pages, make_evaluations, told
from safeground.engine.catalogue import definitions_folder, load_catalogue
from safeground.engine.disclosure import DisclosureRule
from safeground.engine.documents import Audience, Chapter, Document, Marking
from safeground.engine.evaluation import (
    KeptEvaluation,
    MadeFrom,
    Result,
    evaluate,
    read_evaluation_files,
    read_protocol,
    read_result,
    render_result,
)
from safeground.engine.evaluation.checks import passed
from safeground.engine.evaluation.effects import Side
from safeground.engine.evaluation.exhibits import Quantity
from safeground.engine.publish import Brand, publish_edition
from safeground.synthetic import write_evaluation_example

EXAMPLE = definitions_folder() / "national" / "examples" / "southend_evaluation" / "protocol.yaml"
RAISED = DisclosureRule("raised", "a raised threshold", 999_999, 1, "Tests", "Tests")
OPEN = DisclosureRule("open", "all is shown", 0, 1, "Tests", "Tests")
BRAND = Brand(name="A partnership", colour="#1d70b8", contact="", licence="Open Government Licence v3.0")
RATIO = 0.3917
"""Of the primary effect: nobody meets it by chance."""


def plant(value: object, counts: Iterator[int]) -> object:
    """The same tree with every count of events a sentinel."""
    if isinstance(value, Side):
        return dataclasses.replace(value, events=float(next(counts)))
    if isinstance(value, Quantity):
        number = float(next(counts))
        return (
            dataclasses.replace(value, value=number)
            if value.count is None
            else dataclasses.replace(value, count=number)
        )
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changed = {
            field.name: plant(getattr(value, field.name), counts) for field in dataclasses.fields(value) if field.init
        }
        return dataclasses.replace(value, **changed)
    return tuple(plant(part, counts) for part in value) if isinstance(value, tuple) else value


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> KeptEvaluation:
    """An evaluation whose every count is a number of six digits, kept and read back."""
    folder = tmp_path_factory.mktemp("trial")
    content = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    content["runs"] = 199
    del content["cost_benefit"]
    write_evaluation_example(folder, protocol=yaml.safe_dump(content, sort_keys=False))
    protocol = read_protocol(folder / "protocol.yaml")
    seal = passed("protocol_sealed", "Was it sealed?", "It was.")
    found = evaluate(protocol, read_evaluation_files(protocol, folder), sha256="a1" * 32, seal=seal)
    counts = iter(range(100_003, 999_999, 1_013))
    planted = {
        field.name: plant(getattr(found, field.name), counts)
        for field in dataclasses.fields(found)
        if field.name in ("primary", "others", "sections", "flow")
    }
    found = dataclasses.replace(found, **planted)  # type: ignore[arg-type]
    primary = dataclasses.replace(found.primary, estimate=RATIO, lower=RATIO / 2, upper=2 * RATIO)
    result = Result(dataclasses.replace(found, primary=primary), None, MadeFrom((), "b2" * 32, "test", True))
    again = read_result(render_result(result), shown_as="result.json")
    assert again is not None
    return KeptEvaluation(again, "evaluations/southend_design/a1/result.json", "c3" * 32)


def publish(kept: KeptEvaluation, rule: DisclosureRule, into: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(told, "find_rule", lambda *_: rule)
    catalogue = load_catalogue("wrenshire")
    tested = Tested(evaluations=(QuotedEvaluation(kept),))
    evidence = Evidence(None, None, catalogue, (), (), Audience.PARTNERSHIP, 7, tested)  # type: ignore[arg-type]
    outline = catalogue.outline.chapter("evaluations")
    first = Chapter(outline.id, outline.title, outline.plan.summary, make_evaluations(evidence, outline))
    document = Document(
        "An assessment", "A partnership", Marking(Audience.PARTNERSHIP, True, "For partners."), "30 June 2025",
        (first, *make_evaluation_pages(evidence)),
    )  # fmt: skip
    publish_edition(
        document, into=into, brand=BRAND, manifest={"code_version": "test", "tested": dict(tested.files)},
        built_at=datetime.datetime(2025, 7, 1, tzinfo=datetime.UTC),
    )  # fmt: skip
    return into


def find_ratio(edition: Path) -> list[str]:
    """Files of text that hold the ratio or what it makes in per cent."""
    pattern = re.compile(r"0\.39\b|0\.3917|61% fewer")
    texts = [path for path in sorted(edition.rglob("*")) if path.suffix in (".html", ".csv", ".json", ".svg")]
    return [
        path.name for path in texts if path.parent.name != "assets" and pattern.search(path.read_text(encoding="utf-8"))
    ]


def test_no_withheld_number_of_an_evaluation_stands_in_any_file(
    kept: KeptEvaluation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentinels = set(range(100_003, 999_999, 1_013))
    withheld = publish(kept, RAISED, tmp_path / "withheld", monkeypatch)
    assert find_numbers(withheld, sentinels) == {}
    assert find_ratio(withheld) == []
    shown = publish(kept, OPEN, tmp_path / "shown", monkeypatch)
    found = find_numbers(shown, sentinels)
    assert found, "the search finds what is told, so that it would find what is not"
    kinds = {name.partition("!")[0].rpartition(".")[2] for names in found.values() for name in names}
    assert kinds >= {"html", "csv", "pdf", "docx", "xlsx"}
    assert {"index.html", "evaluation_southend_design.html", "findings.json"} <= set(find_ratio(shown))
