"""No leak from what was tested: counts that a rule withholds stand in no file of an edition that quotes an evaluation, nor in any of its
own report, nor do the ratios that rest on them. The proof is shown to fail once protection is broken."""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import yaml
from unpacking import find_numbers

from safeground.engine.assessment import Evidence, QuotedEvaluation, Tested
from safeground.engine.assessment.chapters.evaluations import make_evaluation_pages, make_evaluations, told
from safeground.engine.catalogue import definitions_folder, load_catalogue
from safeground.engine.disclosure import DisclosureRule
from safeground.engine.documents import Audience, Chapter, Document, Marking
from safeground.engine.evaluation import (
    Evaluation,
    KeptEvaluation,
    MadeFrom,
    Result,
    evaluate,
    make_evaluation_report,
    make_releases,
    read_evaluation_files,
    read_protocol,
    read_result,
    render_result,
)
from safeground.engine.evaluation.checks import passed
from safeground.engine.evaluation.effects import Side
from safeground.engine.evaluation.exhibits import Quantity
from safeground.engine.publish import Brand, publish_edition, read_releases
from safeground.synthetic import write_evaluation_example

EXAMPLE = definitions_folder() / "national" / "examples" / "southend_evaluation" / "protocol.yaml"
RAISED = DisclosureRule("raised", "a raised threshold", 999_999, 1, "Tests", "Tests")
OPEN = DisclosureRule("open", "all is shown", 0, 1, "Tests", "Tests")
BRAND = Brand(name="A partnership", colour="#1d70b8", contact="", licence="Open Government Licence v3.0")
FEW = DisclosureRule("few", "one to four are withheld", 4, 1, "Tests", "Tests")
RATIO = 0.3917
"""Of the primary effect: nobody meets it by chance."""


def plant(value: object, counts: Iterator[int]) -> object:
    """The same tree with every count of events a sentinel."""
    if isinstance(value, Side):
        return dataclasses.replace(value, events=float(next(counts)))
    if isinstance(value, Quantity):
        number = float(next(counts))
        if value.count is None:
            return dataclasses.replace(value, value=number)
        is_count = value.value == value.count  # told as it is, under its own name
        return dataclasses.replace(value, count=number, value=number if is_count else value.value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changed = {
            field.name: plant(getattr(value, field.name), counts) for field in dataclasses.fields(value) if field.init
        }
        return dataclasses.replace(value, **changed)
    return tuple(plant(part, counts) for part in value) if isinstance(value, tuple) else value


def plant_all(found: Evaluation) -> Evaluation:
    counts = iter(range(100_003, 999_999, 1_013))
    planted = {
        field.name: plant(getattr(found, field.name), counts)
        for field in dataclasses.fields(found)
        if field.name in ("primary", "others", "sections", "flow")
    }
    found = dataclasses.replace(found, **planted)  # type: ignore[arg-type]
    primary = dataclasses.replace(found.primary, estimate=RATIO, lower=RATIO / 2, upper=2 * RATIO)
    return dataclasses.replace(found, primary=primary)


@pytest.fixture(scope="module")
def in_areas(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    """A team in three of eight areas: lines by month and an event study, every count a number of six digits."""
    folder, areas = tmp_path_factory.mktemp("areas"), [f"Ward {letter}" for letter in "ABCDEFGH"]
    months = [f"{2024 + at // 12}-{at % 12 + 1:02d}" for at in range(18)]
    counts = np.random.default_rng(3).poisson(20, (len(areas), len(months)))
    rows = [f"{area},{month},{counts[at, when]}" for at, area in enumerate(areas) for when, month in enumerate(months)]
    (folder / "counts.csv").write_text("\n".join(["area,period,theft", *rows]), encoding="utf-8")
    content = {
        "schema": 1, "name": "a_team", "title": "A team in three wards", "design": "difference_in_differences",
        "question": "Were there fewer thefts with a team than was to be expected?", "why_it_matters": "A team costs money.",
        "files": {"table": "counts.csv"}, "first": months[0], "last": months[-1], "what_was_done": "a team worked in three wards",
        "treated": [{"areas": areas[:3], "starts": "2025-01"}], "chosen_for_being_extreme": False, "placebos": 19,
        "outcomes": [{"name": "theft", "title": "thefts", "role": "primary"}],
        "owner": "Analyst", "checked_by": "Another analyst", "review_by": datetime.date(2027, 1, 1),
    }  # fmt: skip
    (folder / "protocol.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    protocol = read_protocol(folder / "protocol.yaml")
    seal = passed("protocol_sealed", "Was it sealed?", "It was.")
    return plant_all(evaluate(protocol, read_evaluation_files(protocol, folder), sha256="a1" * 32, seal=seal))


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
    result = Result(plant_all(found), None, MadeFrom((), "b2" * 32, "test", True))
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


def publish_report(evaluation: Evaluation, rule: DisclosureRule, into: Path) -> Path:
    document = make_evaluation_report(
        evaluation, rule=rule, audience=Audience.PARTNERSHIP, partnership="A partnership", handling="For partners.",
        area=("E23", "A county"),
    )  # fmt: skip
    publish_edition(
        document, into=into, brand=BRAND, manifest={"code_version": "test"}, built_at=datetime.datetime(2025, 7, 1, tzinfo=datetime.UTC),
        releases=make_releases(evaluation, rule, name="partnership/a"),
    )  # fmt: skip
    return into


@pytest.mark.parametrize("design", ["crossover", "difference_in_differences"])
def test_no_withheld_number_stands_in_any_file_of_its_own_report(
    design: str, kept: KeptEvaluation, in_areas: Evaluation, tmp_path: Path
) -> None:
    evaluation = kept.result.evaluation if design == "crossover" else in_areas
    sentinels = set(range(100_003, 999_999, 1_013))
    withheld = publish_report(evaluation, RAISED, tmp_path / "withheld")
    assert find_numbers(withheld, sentinels) == {} and find_ratio(withheld) == []
    shown = publish_report(evaluation, FEW, tmp_path / "shown")
    found = find_numbers(shown, sentinels)
    kinds = {name.partition("!")[0].rpartition(".")[2] for names in found.values() for name in names}
    assert kinds >= {"html", "csv", "pdf", "docx", "xlsx", "json"}, "the search finds what is told"
    assert find_ratio(shown)
    told = {int(cell.value or 0) for release in read_releases(shown)[1] for cell in release.cells}
    assert told >= set(found), "what a page tells as a count is in the register"
