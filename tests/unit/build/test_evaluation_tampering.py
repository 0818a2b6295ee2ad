"""A hostile reader with the files in hand: what was sealed, what was read and what was told, each changed afterwards and seen."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from safeground.engine.build import run_evaluation, seal_evaluation
from safeground.engine.catalogue import Catalogue, definitions_folder, load_catalogue
from safeground.engine.evaluation import EvaluationRefused, read_runs, read_seals
from safeground.engine.workspace import Workspace, init_workspace
from safeground.synthetic import PEOPLE_EXAMPLES, write_evaluation_example, write_people_example

EXAMPLES = definitions_folder() / "national/examples"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return init_workspace(tmp_path / "w", partnership="wrenshire")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue("wrenshire")


@pytest.fixture
def trial(tmp_path: Path, workspace: Workspace, catalogue: Catalogue) -> Path:
    """A trial's protocol, sealed. Nothing of it is estimated here."""
    text = (EXAMPLES / "southend_evaluation/protocol.yaml").read_text(encoding="utf-8")
    write_evaluation_example(tmp_path / "trial", protocol=text)
    seal_evaluation(workspace, catalogue, tmp_path / "trial/protocol.yaml")
    return tmp_path / "trial"


@pytest.fixture
def survey(tmp_path: Path, workspace: Workspace, catalogue: Catalogue) -> Path:
    """A survey's protocol, sealed and run."""
    text = (EXAMPLES / "campaign_survey/protocol.yaml").read_text(encoding="utf-8")
    write_people_example(tmp_path / "survey", PEOPLE_EXAMPLES["campaign_survey"](), protocol=text)
    protocol = tmp_path / "survey/protocol.yaml"
    seal_evaluation(workspace, catalogue, protocol)
    run_evaluation(workspace, catalogue, protocol)
    return protocol


def edit_schedule(folder: Path, change: Callable[[list[dict[str, str]]], None]) -> None:
    path = folder / "schedule.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def swap_two_places(rows: list[dict[str, str]]) -> None:
    one, other = sorted({row["place"] for row in rows})[:2]
    for row in rows:
        row["place"] = {one: other, other: one}.get(row["place"], row["place"])


def swap_on_one_day(rows: list[dict[str, str]]) -> None:
    day = [row for row in rows if row["day"] == rows[0]["day"]]
    one = next(row for row in day if row["treated"] != day[0]["treated"])
    day[0]["treated"], one["treated"] = one["treated"], day[0]["treated"]


def turn_over(rows: list[dict[str, str]]) -> None:
    for row in rows:
        row["treated"] = {"Y": "N", "N": "Y"}[row["treated"]]


@pytest.mark.parametrize("change", [swap_two_places, swap_on_one_day, turn_over])
def test_a_schedule_that_is_another_since_the_seal_opens_nothing(
    trial: Path, workspace: Workspace, catalogue: Catalogue, change: Callable[[list[dict[str, str]]], None]
) -> None:
    edit_schedule(trial, change)
    with pytest.raises(EvaluationRefused):
        run_evaluation(workspace, catalogue, trial / "protocol.yaml")
    assert [entry.what for entry in read_seals(workspace)] == ["sealed"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("seed: 2020", "seed: 2021"),
        ("role: secondary", "role: primary"),
        ("runs: 9999", "runs: 1999"),
        ("schema: 1", "schema: 1  # a word more"),
    ],
)
def test_a_protocol_that_is_another_since_the_seal_opens_nothing(
    trial: Path, workspace: Workspace, catalogue: Catalogue, old: str, new: str
) -> None:
    path = trial / "protocol.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError, match=r"has been changed since it was sealed|exactly one outcome is primary"):
        run_evaluation(workspace, catalogue, path)
    assert [entry.what for entry in read_seals(workspace)] == ["sealed"]


def test_answers_that_are_others_since_they_were_read_are_not_told_under_the_same_seal(
    survey: Path, workspace: Workspace, catalogue: Catalogue
) -> None:
    answers = survey.parent / "answers.csv"
    as_read = answers.read_bytes()
    answers.write_bytes(as_read.replace(b",Y,", b",N,", 1))
    assert answers.read_bytes() != as_read
    with pytest.raises(EvaluationRefused, match=r"from other files \(answers.csv\)"):
        run_evaluation(workspace, catalogue, survey)
    # Corrected openly it runs, and its page says that outcomes had been opened before.
    content = yaml.safe_load(survey.read_text(encoding="utf-8"))
    content["caveats"].append("One answer was typed wrongly and has been put right.")
    survey.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    seal_evaluation(workspace, catalogue, survey)
    seal = next(
        check for check in run_evaluation(workspace, catalogue, survey).checks if check.name == "protocol_sealed"
    )
    assert "after outcomes of an earlier version had been opened" in seal.sentence
    answers.write_bytes(as_read)
    with pytest.raises(EvaluationRefused, match="from other files"):
        run_evaluation(workspace, catalogue, survey)


def test_a_result_that_somebody_changed_is_quoted_nowhere(
    survey: Path, workspace: Workspace, catalogue: Catalogue
) -> None:
    [path] = workspace.root.glob("evaluations/*/*/result.json")
    assert len(read_runs(workspace).kept) == 1
    content = json.loads(path.read_text(encoding="utf-8"))
    content["page"]["primary"]["estimate"] *= 2
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(EvaluationRefused, match="is not as it was written"):
        read_runs(workspace)
    run_evaluation(workspace, catalogue, survey)
    [kept] = read_runs(workspace).kept
    assert kept.result.evaluation.primary.estimate == pytest.approx(content["page"]["primary"]["estimate"] / 2)
