"""Every fault planted in the synthetic county is found and treated as it should be; a county without faults is not talked about."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from safeground.engine.catalogue import Feeds, load_feeds
from safeground.engine.feeds import (
    CheckReport,
    Delivery,
    Problem,
    Severity,
    Verdict,
    check_deliveries,
    check_workspace,
    get_deliveries,
    get_live_deliveries,
    land_files,
)
from safeground.engine.workspace import Workspace, init_workspace, open_workspace
from safeground.synthetic import Fault, plant_faults

# Named here so that each is a test of its own; the first test holds the list against what is planted.
RULES = {
    kind: rule
    for line in (Path(__file__).parent / "planted_faults.txt").read_text(encoding="utf-8").splitlines()
    for kind, _, rule in [line.partition(" ")]
}
"""The rule by which each kind is told; empty for a file that is refused."""


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
def sound_without(
    planted: tuple[Path, dict[str, Fault]], feeds: Feeds, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[tuple[str, ...]], Workspace]:
    """The sound county but for some files, landed and checked once for all faults that leave out the same; a test works on a copy."""

    @cache
    def land(left_out: tuple[str, ...]) -> Workspace:
        workspace = init_workspace(tmp_path_factory.mktemp("sound") / "workspace", partnership="essex")
        paths = {planted[0] / name for name in left_out}
        report = land_files(workspace, feeds, [path for path in sound_files(planted[0]) if path not in paths])
        assert not report.refused
        check_deliveries(workspace, feeds, get_live_deliveries(workspace))
        return workspace

    return land


def everything_told(workspace: Workspace, feeds: Feeds) -> tuple[dict[str, CheckReport], list[Problem]]:
    reports = check_deliveries(workspace, feeds, get_live_deliveries(workspace))
    problems = [problem for report in reports for problem in report.problems]
    return {report.delivery: report for report in reports}, [*problems, *check_workspace(workspace, feeds)]


def test_the_list_of_kinds_is_whole(planted: tuple[Path, dict[str, Fault]]) -> None:
    assert sorted(planted[1]) == sorted(RULES)
    assert {kind for kind, rule in RULES.items() if not rule} == {
        kind for kind, fault in planted[1].items() if fault.verdict == "refused"
    }
    assert len(RULES) >= 25


def test_a_county_without_faults_is_not_talked_about(
    sound_without: Callable[[tuple[str, ...]], Workspace], feeds: Feeds
) -> None:
    reports, problems = everything_told(sound_without(()), feeds)
    assert [problem.message for problem in problems] == []
    assert all(report.verdict is Verdict.ACCEPTED for report in reports.values())


@pytest.mark.slow
@pytest.mark.parametrize("kind", RULES)
def test_a_planted_fault_is_found(
    kind: str,
    planted: tuple[Path, dict[str, Fault]],
    sound_without: Callable[[tuple[str, ...]], Workspace],
    feeds: Feeds,
    tmp_path: Path,
) -> None:
    folder, faults = planted
    fault = faults[kind]
    before = sound_without(fault.leaves_out)
    workspace = open_workspace(Path(shutil.copytree(before.root, tmp_path / "workspace")))
    landed = land_files(workspace, feeds, [folder / fault.file], stated_rows=fault.stated_rows)
    if fault.verdict == "refused":
        assert landed.refused and get_deliveries(workspace) == relocated(before, workspace)
        return
    assert not landed.refused, landed.refused
    reports, problems = everything_told(workspace, feeds)
    told = f"{fault.sentence} Told: {[problem.message for problem in problems]}"
    harmful = {problem.rule for problem in problems if problem.severity is not Severity.NOTE}
    expected_rules = {RULES[kind]} if fault.verdict != "noted" else set()
    if any(report.quarantined > report.received / 2 for report in reports.values()):
        assert kind == "outlines_swapped"  # nothing of the file is sound, so it is refused as well
        expected_rules |= {"too_many_rejected"}
    assert harmful == expected_rules, told
    assert RULES[kind] in {problem.rule for problem in problems}, told
    expected = fault.rows if fault.verdict == "quarantined" else 0
    assert sum(report.quarantined for report in reports.values()) == expected, told
    for report in reports.values():
        assert report.received == report.accepted + report.quarantined + report.duplicates


def relocated(before: Workspace, after: Workspace) -> tuple[Delivery, ...]:
    """The deliveries of a workspace as its copy has them."""
    return tuple(
        replace(delivery, folder=after.root / delivery.folder.relative_to(before.root))
        for delivery in get_deliveries(before)
    )
