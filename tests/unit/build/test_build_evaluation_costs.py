"""The costs of a protocol: looked at before an outcome is opened, and on the page after."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from safeground.engine.build import run_evaluation, seal_evaluation
from safeground.engine.catalogue import DefinitionsError, definitions_folder, load_catalogue
from safeground.engine.evaluation import EvaluationRefused
from safeground.engine.workspace import Workspace, init_workspace
from safeground.synthetic import write_evaluation_example

EXAMPLE = definitions_folder() / "national" / "examples" / "southend_evaluation" / "protocol.yaml"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return init_workspace(tmp_path / "workspace", partnership="wrenshire")


def write_example(folder: Path, change: Callable[[dict[str, Any]], None] = lambda _: None) -> Path:
    """The made-up trial, with its protocol changed and its draws few."""
    content = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    content["runs"] = 199
    content["cost_benefit"]["draws"] = 2000
    change(content)
    write_evaluation_example(folder, protocol=yaml.safe_dump(content, sort_keys=False))
    return folder / "protocol.yaml"


def test_the_page_and_the_numbers_hold_what_it_cost(workspace: Workspace, tmp_path: Path) -> None:
    protocol, catalogue = write_example(tmp_path / "trial"), load_catalogue("wrenshire")
    seal_evaluation(workspace, catalogue, protocol)
    report = run_evaluation(workspace, catalogue, protocol)
    folder = report.folder
    found = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    assert found["cost_benefit"]["total_cost"]["central"] == 61_000
    [benefit] = found["cost_benefit"]["benefits"]
    ratio = next(effect["estimate"] for effect in found["effects"] if effect["name"] == "community_violence")
    assert found["cost_benefit"]["total_benefit"]["central"] == pytest.approx(benefit["prevented"]["central"] * 14_050)
    events = benefit["prevented"]["central"] / 0.9 / (1 - ratio) * 1080 / 720
    assert events == pytest.approx(round(events)), (
        "what would have been met follows from whole events of the other side"
    )
    page = (report.page / "index.html").read_text(encoding="utf-8")
    assert "What it cost, and what fewer offences were worth" in page
    assert "as no costs are in the protocol" not in page
    assert "Whole evaluation to read and print (PDF)" in page and "Whole assessment" not in page


def test_a_protocol_without_costs_says_so(workspace: Workspace, tmp_path: Path) -> None:
    protocol, catalogue = (
        write_example(tmp_path / "trial", lambda told: told.pop("cost_benefit") and None),
        load_catalogue("wrenshire"),
    )
    seal_evaluation(workspace, catalogue, protocol)
    report = run_evaluation(workspace, catalogue, protocol)
    folder = report.folder
    assert json.loads((folder / "result.json").read_text(encoding="utf-8"))["cost_benefit"] is None
    assert "as no costs are in the protocol" in (report.page / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda plan: plan["benefits"][0].update(unit_cost="violense"), "there is no unit cost 'violense'"),
        (lambda plan: plan["benefits"][0].update(outcome="theft"), "there is no effect 'theft'"),
        (lambda plan: plan["benefits"][0].update(outcome="online_fraud"), "there is no effect 'online_fraud'"),
        (lambda plan: plan["costs"][0].update(grade=8), "there is no grade 8"),
        (lambda plan: plan["additionality"]["deadweight"].update(value=0.2), "set deadweight to 0"),
    ],
)
def test_costs_that_cannot_stand_are_refused_before_an_outcome_is_read(
    workspace: Workspace, tmp_path: Path, change: Callable[[dict[str, Any]], None], says: str
) -> None:
    protocol = write_example(tmp_path / "trial", lambda told: change(told["cost_benefit"]))
    # The names of outcomes may be read, and nothing of them: where and when they were is not there to be read.
    (tmp_path / "trial" / "events.csv").write_text("outcome\ncommunity_violence\n", encoding="utf-8")
    with pytest.raises(EvaluationRefused, match=says):
        seal_evaluation(workspace, load_catalogue("wrenshire"), protocol)


def test_a_line_that_claims_a_change_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    protocol = write_example(
        tmp_path / "trial", lambda told: told["cost_benefit"]["benefits"][0].update(title="Violence prevented")
    )
    with pytest.raises(DefinitionsError, match="says 'prevented'"):
        seal_evaluation(workspace, load_catalogue("wrenshire"), protocol)
