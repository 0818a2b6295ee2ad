"""What is kept of an evaluation makes its page again, under any rule, and what a rule withholds is in no sentence of it."""

from __future__ import annotations

import dataclasses
import json
import re

import numpy as np
import pytest
import yaml

from safeground.engine.catalogue import definitions_folder, load_economics
from safeground.engine.disclosure import DisclosureRule
from safeground.engine.documents import Audience, Chapter, Direction, Figure, Finding, Notice, Paragraph, Table
from safeground.engine.evaluation import (
    EvaluationRefused,
    MadeFrom,
    Result,
    appraise,
    evaluate,
    make_evaluation_chapter,
    read_evaluation_files,
    read_protocol,
    read_result,
    render_result,
)
from safeground.engine.evaluation.checks import passed
from safeground.engine.evaluation.effects import Side
from safeground.engine.publish.reuse import fingerprint_of
from safeground.synthetic import write_evaluation_example

EXAMPLE = definitions_folder() / "national" / "examples" / "southend_evaluation" / "protocol.yaml"
OPEN = DisclosureRule("open", "all is shown", 0, 1, "Tests", "Tests")
STRICT = DisclosureRule("strict", "few are withheld", 60, 1, "Tests", "Tests")
AREA = ("E23000028", "Wrenshire")


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    folder = tmp_path_factory.mktemp("trial")
    content = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    content["runs"], content["cost_benefit"]["draws"] = 199, 2000
    write_evaluation_example(folder, protocol=yaml.safe_dump(content, sort_keys=False))
    protocol = read_protocol(folder / "protocol.yaml")
    seal = passed("protocol_sealed", "Was it sealed?", "It was.")
    found = evaluate(protocol, read_evaluation_files(protocol, folder), sha256="a1" * 32, seal=seal)
    assert protocol.cost_benefit is not None
    effects = {effect.name: effect for effect in found.effects}
    costs = appraise(protocol.cost_benefit, load_economics("wrenshire"), effects, rng=np.random.default_rng(1))
    return Result(found, costs, MadeFrom(("street/wrenshire/2025-03/0a1b2c3d4e5f",), "b2" * 32, "0.1.0+test", True))


def page(result: Result, rule: DisclosureRule) -> Chapter:
    return make_evaluation_chapter(result.evaluation, rule=rule, area=AREA, cost_benefit=result.cost_benefit)


def reread(result: Result) -> Result:
    found = read_result(render_result(result), shown_as="result.json")
    assert found is not None
    return found


def test_what_is_read_back_makes_the_same_page_under_every_rule(result: Result) -> None:
    kept = reread(result)
    assert kept.made_from == result.made_from
    assert render_result(reread(kept)) == render_result(kept)
    for rule in (OPEN, STRICT):
        assert fingerprint_of(page(kept, rule)) == fingerprint_of(page(result, rule))


def test_numbers_without_end_are_read_back_as_such(result: Result) -> None:
    primary = dataclasses.replace(result.evaluation.primary, lower=0.0, upper=float("inf"), p=float("nan"))
    kept = reread(
        dataclasses.replace(result, evaluation=dataclasses.replace(result.evaluation, primary=primary))
    ).evaluation.primary
    assert kept.upper == float("inf") and np.isnan(kept.p) and kept.lower == 0


def test_a_file_of_another_version_is_passed_over_and_a_broken_one_refused(result: Result) -> None:
    text = render_result(result)
    assert read_result(json.dumps(json.loads(text) | {"schema": 0}), shown_as="result.json") is None
    assert read_result(json.dumps({"effects": []}), shown_as="result.json") is None
    without = json.loads(text)
    del without["page"]["flow"]
    assert read_result(json.dumps(without), shown_as="result.json") is None
    for broken in (text[:-40], "[]"):
        with pytest.raises(EvaluationRefused, match=r"result\.json cannot be read; restore it"):
            read_result(broken, shown_as="result.json")


def test_where_an_effect_is_withheld_no_sentence_gives_it_back(result: Result) -> None:
    """Three events on patrol days: the ratio goes, and with it what the checks saw of the same three."""
    primary = dataclasses.replace(
        result.evaluation.primary, treated=Side(720, 3.0), estimate=0.0317, lower=0.0091, upper=0.0719
    )
    seen = {
        each.name: dataclasses.replace(each, sentence="Without the busiest it is 0.0317.")
        for each in primary.checks
        if each.name == "influence"
    }
    assert seen
    primary = dataclasses.replace(primary, checks=tuple(seen.get(each.name, each) for each in primary.checks))
    few = DisclosureRule("few", "few are withheld", 4, 1, "Tests", "Tests")
    made = page(dataclasses.replace(result, evaluation=dataclasses.replace(result.evaluation, primary=primary)), few)
    finding = made.findings()[0]
    assert finding.estimate.value is None and finding.direction is Direction.NOT_COMPARED
    checks = next(block for block in made.blocks if isinstance(block, Table) and block.id.endswith("_checks"))
    said = [str(row[1]) for row in checks.rows]
    assert sum("is not told, as the effect itself is withheld" in each for each in said) >= 4
    assert any("place-days was left out" in each for each in said), "what says nothing of the outcome stays"
    whole = " ".join(
        block.markdown if isinstance(block, Paragraph | Notice) else block.sentence
        for block in made.blocks
        if isinstance(block, Paragraph | Notice | Finding)
    )
    assert not re.search(r"0\.03\b|0\.0317|97%", " ".join([whole, *said]))


def test_pages_of_a_trial_are_for_those_whom_its_protocol_names(result: Result) -> None:
    made = page(result, OPEN)
    held = [block for block in made.blocks if isinstance(block, Finding | Table | Figure)]
    assert held and all(block.readers == {Audience.POLICE, Audience.PARTNERSHIP} for block in held)


def test_the_file_tells_scripts_what_it_told_them_before(result: Result) -> None:
    found = json.loads(render_result(result))
    assert found["schema"] == 1 and found["evidence"]["maryland"] == 5
    assert {effect["name"] for effect in found["effects"]} >= {"community_violence", "online_fraud"}
    assert found["cost_benefit"]["total_cost"]["central"] == 61_000
