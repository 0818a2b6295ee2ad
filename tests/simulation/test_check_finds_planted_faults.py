"""Every fault planted in the synthetic county is found and treated as it should be; a county without faults is not talked about."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from safeground.engine.catalogue import Feeds, load_feeds
from safeground.engine.feeds import (
    CheckReport,
    LandingReport,
    Problem,
    Severity,
    Verdict,
    check_deliveries,
    check_workspace,
    get_live_deliveries,
    land_files,
)
from safeground.engine.workspace import Workspace, init_workspace, open_workspace
from safeground.synthetic import Fault, plant_faults

KINDS = sorted(
    # Named here so that each is a test of its own; the first test holds the list against what is planted.
    line
    for line in (Path(__file__).parent / "planted_faults.txt").read_text(encoding="utf-8").split()
)


@pytest.fixture(scope="module")
def feeds() -> Feeds:
    return load_feeds()


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Fault]]:
    folder = tmp_path_factory.mktemp("planted")
    return folder, {fault.kind: fault for fault in plant_faults(folder, seed=11)}


def sound_files(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "sound").rglob("*") if path.is_file() and path.name != "truth.json")


@pytest.fixture(scope="module")
def sound(planted: tuple[Path, dict[str, Fault]], feeds: Feeds, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The sound county, landed and checked once; a test works on a copy."""
    workspace = init_workspace(tmp_path_factory.mktemp("sound") / "workspace", partnership="essex")
    report = land_files(workspace, feeds, sound_files(planted[0]))
    assert not report.refused
    check_deliveries(workspace, feeds, get_live_deliveries(workspace))
    return workspace


def everything_told(workspace: Workspace, feeds: Feeds) -> tuple[dict[str, CheckReport], list[Problem]]:
    reports = check_deliveries(workspace, feeds, get_live_deliveries(workspace))
    problems = [problem for report in reports for problem in report.problems]
    return {report.delivery: report for report in reports}, [*problems, *check_workspace(workspace, feeds)]


def test_the_list_of_kinds_is_whole(planted: tuple[Path, dict[str, Fault]]) -> None:
    assert sorted(planted[1]) == KINDS
    assert len(KINDS) >= 25


def test_a_county_without_faults_is_not_talked_about(sound: Workspace, feeds: Feeds) -> None:
    reports, problems = everything_told(sound, feeds)
    assert [problem.message for problem in problems] == []
    assert all(report.verdict is Verdict.ACCEPTED for report in reports.values())


def land_with(
    fault: Fault, folder: Path, sound: Workspace, feeds: Feeds, root: Path
) -> tuple[Workspace, LandingReport | None]:
    """The county with one fault: sound files but those it leaves out, then its own."""
    if fault.leaves_out:
        workspace = init_workspace(root, partnership="essex")
        left_out = {folder / name for name in fault.leaves_out}
        land_files(workspace, feeds, [path for path in sound_files(folder) if path not in left_out])
    else:
        shutil.copytree(sound.root, root)
        workspace = open_workspace(root)
    if fault.file.startswith("sound/"):
        return workspace, None  # the fault is that files are missing
    return workspace, land_files(workspace, feeds, [folder / fault.file], stated_rows=fault.stated_rows)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_planted_fault_is_found(
    kind: str, planted: tuple[Path, dict[str, Fault]], sound: Workspace, feeds: Feeds, tmp_path: Path
) -> None:
    folder, faults = planted
    fault = faults[kind]
    before = {path: path.stat().st_mtime_ns for path in sound.landed.rglob("delivery.json")}
    workspace, landed = land_with(fault, folder, sound, feeds, tmp_path / "workspace")
    if fault.verdict == "refused":
        assert landed is not None and landed.refused, f"{kind} was landed"
        return
    assert landed is None or not landed.refused, landed.refused if landed else ""
    reports, problems = everything_told(workspace, feeds)
    own = {report.delivery: report for report in reports.values() if report.problems}
    told = f"{kind}: {fault.sentence} Told: {[problem.message for problem in problems]}"
    if fault.verdict == "quarantined":
        assert sum(report.quarantined for report in own.values()) == fault.rows, told
        for report in own.values():
            assert report.received == report.accepted + report.quarantined + report.duplicates
    elif fault.verdict == "reported":
        assert any(problem.severity is Severity.REPORT for problem in problems), told
        assert sum(report.quarantined for report in own.values()) == 0, told
    else:
        notes = [json.loads(path.read_text())["notes"] for path in workspace.landed.rglob("delivery.json")]
        assert any(notes) or any(problem.severity is Severity.NOTE for problem in problems), told
        assert all(problem.severity is Severity.NOTE for problem in problems), told
    assert before == {path: path.stat().st_mtime_ns for path in sound.landed.rglob("delivery.json")}
