"""What was tested is read back for those who may have it, and never what nobody sealed."""

from __future__ import annotations

import datetime
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from safeground.engine.assessment import Tested
from safeground.engine.build import get_status, run_evaluation, seal_evaluation
from safeground.engine.build.editions import edition_key
from safeground.engine.build.tested import read_tested
from safeground.engine.catalogue import Catalogue, definitions_folder, load_catalogue
from safeground.engine.documents import Audience
from safeground.engine.evaluation import EvaluationRefused, enter_result
from safeground.engine.workspace import Workspace, init_workspace, open_workspace
from safeground.synthetic import write_evaluation_example

EXAMPLE = definitions_folder() / "national" / "examples" / "southend_evaluation" / "protocol.yaml"
SEALED, LATER = (datetime.datetime(2025, month, 1, tzinfo=datetime.UTC) for month in (1, 9))


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue("wrenshire")


def write_trial(folder: Path, **changes: Any) -> Path:
    content = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    del content["cost_benefit"]
    write_evaluation_example(folder, protocol=yaml.safe_dump(content | {"runs": 199} | changes, sort_keys=False))
    return folder / "protocol.yaml"


def write_areas(folder: Path) -> Path:
    """Five towns over twenty years, one of them treated; its protocol lets the public have it."""
    folder.mkdir(parents=True)
    towns = ["Ashby", "Birchley", "Corvale", "Dunmere", "Elmstead"]
    rows = [
        f"{town},{year},{100 + 7 * at + (year * (at + 3)) % 11}"
        for at, town in enumerate(towns)
        for year in range(2001, 2021)
    ]
    (folder / "towns.csv").write_text("\n".join(["area,period,offences", *rows]) + "\n", encoding="utf-8")
    content = {
        "schema": 1, "name": "towns", "title": "One town beside others", "design": "synthetic_control", "question": "Did it work?",
        "why_it_matters": "It costs.", "files": {"table": "towns.csv", "disclosure": "open_data"}, "is_made_up": True,
        "readers": ["police", "partnership", "public"], "first": 2001, "last": 2020, "what_was_done": "a team came",
        "treated": [{"areas": ["Ashby"], "starts": 2012}], "outcomes": [{"name": "offences", "title": "offences", "role": "primary"}],
        "confidence": 0.75, "owner": "Analyst", "checked_by": "Lead", "review_by": datetime.date(2027, 4, 30),
    }  # fmt: skip
    (folder / "protocol.yaml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return folder / "protocol.yaml"


@pytest.fixture(scope="module")
def tested(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Path:
    """A workspace in which two evaluations were run."""
    folder = tmp_path_factory.mktemp("tested")
    workspace = init_workspace(folder / "workspace", partnership="wrenshire")
    for protocol in (write_trial(folder / "trial"), write_areas(folder / "areas")):
        seal_evaluation(workspace, catalogue, protocol, now=SEALED)
        run_evaluation(workspace, catalogue, protocol, now=LATER)
    return folder


@pytest.fixture
def copied(tested: Path, tmp_path: Path) -> Workspace:
    return open_workspace(Path(shutil.copytree(tested / "workspace", tmp_path / "workspace")))


def read(workspace: Workspace, catalogue: Catalogue, audience: Audience = Audience.PARTNERSHIP) -> Tested:
    return read_tested(workspace, (), catalogue, audience)


def names(found: Tested) -> list[str]:
    return [each.kept.result.evaluation.protocol.name for each in found.evaluations]


def test_each_audience_gets_what_protocols_say(copied: Workspace, catalogue: Catalogue) -> None:
    assert (
        names(read(copied, catalogue, Audience.POLICE))
        == names(read(copied, catalogue))
        == ["southend_design", "towns"]
    )
    public = read(copied, catalogue, Audience.PUBLIC)
    assert names(public) == ["towns"] and not [name for name in public.files if "southend" in name]
    assert read(copied, catalogue).evaluations[0].approach is not None


def test_an_edition_is_another_only_for_those_who_may_have_what_changed(
    copied: Workspace, catalogue: Catalogue
) -> None:
    before = {audience: edition_key(copied, (), catalogue, audience) for audience in Audience}
    (path,) = copied.root.glob("evaluations/southend_design/*/result.json")
    content = path.read_text(encoding="utf-8") + "\n"
    told, now = hashlib.sha256(content.encode()).hexdigest(), datetime.datetime.now(datetime.UTC)
    enter_result(copied, "southend_design", json.loads(content)["sha256"], told, now=now)
    path.write_text(content, encoding="utf-8")
    after = {audience: edition_key(copied, (), catalogue, audience) for audience in Audience}
    assert {audience for audience in Audience if before[audience] != after[audience]} == {
        Audience.POLICE,
        Audience.PARTNERSHIP,
    }


def test_a_protocol_sealed_again_is_told_until_it_is_run(
    tested: Path, copied: Workspace, catalogue: Catalogue, tmp_path: Path
) -> None:
    again = write_trial(tmp_path / "again", runs=299)
    entry = seal_evaluation(copied, catalogue, again, now=LATER).entry
    (first, _) = read(copied, catalogue).evaluations
    assert first.kept.sealed_again == LATER.date() and first.kept.result.evaluation.protocol.runs == 199  # type: ignore[attr-defined]
    # As if it were run: the file of the first with the hash and the protocol of the second.
    (path,) = copied.root.glob("evaluations/southend_design/*/result.json")
    content = json.loads(path.read_text(encoding="utf-8")) | {"sha256": entry.protocol}
    content["page"]["sha256"], content["protocol"]["runs"] = entry.protocol, 299
    (path.parent.parent / entry.protocol[:12] / "result.json").write_text(json.dumps(content), encoding="utf-8")
    (second, _) = read(copied, catalogue).evaluations
    assert second.kept.sealed_again is None and second.kept.result.evaluation.protocol.runs == 299  # type: ignore[attr-defined]


def test_what_was_sealed_alone_waits_and_what_another_version_wrote_is_to_be_run_again(
    copied: Workspace, catalogue: Catalogue, tmp_path: Path
) -> None:
    seal_evaluation(copied, catalogue, write_trial(tmp_path / "next", name="next_year"), now=SEALED)
    (path,) = copied.root.glob("evaluations/southend_design/*/result.json")
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"schema": 0}), encoding="utf-8")
    found = read(copied, catalogue)
    assert names(found) == ["towns"]
    assert {each.protocol.name: each.was_run for each in found.waiting} == {"next_year": False, "southend_design": True}
    assert {each.protocol.name: each.opened for each in found.waiting} == {
        "next_year": None,
        "southend_design": LATER.date(),
    }
    assert not read(copied, catalogue, Audience.PUBLIC).waiting


def test_status_tells_what_was_tested_and_what_waits(copied: Workspace, catalogue: Catalogue, tmp_path: Path) -> None:
    seal_evaluation(copied, catalogue, write_trial(tmp_path / "next", name="next_year"), now=SEALED)
    seal_evaluation(copied, catalogue, write_trial(tmp_path / "again", runs=299), now=LATER)
    lines = get_status(copied, catalogue).lines()
    assert "  evaluation towns: run" in lines
    assert "  evaluation southend_design: run, and stale: its protocol was sealed again" in lines
    assert "  evaluation next_year: sealed on 2025-01-01, not run" in lines


def test_what_nobody_sealed_is_not_quoted_and_what_was_exchanged_is_refused(
    copied: Workspace, catalogue: Catalogue
) -> None:
    (trial,) = copied.root.glob("evaluations/southend_design/*")
    (areas,) = copied.root.glob("evaluations/towns/*")
    shutil.copytree(trial, copied.root / "evaluations" / "unsealed" / trial.name)
    assert names(read(copied, catalogue)) == ["southend_design", "towns"]
    shutil.copy(areas / "result.json", trial / "result.json")
    with pytest.raises(EvaluationRefused, match="of another protocol than its folder"):
        read(copied, catalogue)
    (trial / "result.json").write_text("{", encoding="utf-8")
    with pytest.raises(
        EvaluationRefused, match=r"result\.json cannot be read; restore it from a copy, or run its protocol again"
    ):
        read(copied, catalogue)


def test_an_approach_that_is_not_in_the_library_is_refused_before_anything_is_sealed(
    copied: Workspace, catalogue: Catalogue, tmp_path: Path
) -> None:
    protocol = write_trial(tmp_path / "misnamed", name="misnamed", approach="hot_spot_policing")
    with pytest.raises(EvaluationRefused, match="no approach 'hot_spot_policing'; did you mean 'hot_spots_policing'"):
        seal_evaluation(copied, catalogue, protocol)
