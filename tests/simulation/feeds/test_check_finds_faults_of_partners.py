"""Every fault planted in what partners share is told as what it is and costs no row; a county without faults is not talked about."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sharing import make_keys

from safeground.engine.catalogue import load_agreements, load_catalogue
from safeground.engine.feeds import (
    CheckReport,
    Problem,
    Severity,
    check_deliveries,
    check_workspace,
    get_live_deliveries,
    land_files,
)
from safeground.engine.workspace import Workspace, init_workspace, open_workspace
from safeground.synthetic import Fault, plant_partner_faults

pytestmark = pytest.mark.slow

# Named here so that each is a test of its own; the first test holds the list against what is planted.
RULES = {
    kind: rule
    for line in (Path(__file__).parent / "planted_partner_faults.txt").read_text(encoding="utf-8").splitlines()
    for kind, _, rule in [line.partition(" ")]
}
"""The rule by which each kind is told; empty for a file that is refused."""
TOLD_TOO = {
    # A code of three digits is on no list either, and 2031 is after the outcome.
    "offence_code_without_noughts": {"code_unknown"},
    "offence_code_retired": {"codes_disagree"},
    "offence_code_unknown": {"codes_disagree"},
    "recorded_in_the_future": {"dates_in_order", "code_not_in_force"},
    "day_and_month_swapped": {"dates_in_order"},
    # Without a region's row its nation's total is more than the others add up to.
    "count_with_decimals": {"total_of_rows"},
    "region_not_listed": {"total_of_rows"},
}
"""What else a kind may be told by, in the same rows."""


@pytest.fixture(scope="module", autouse=True)
def keys(tmp_path_factory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAFEGROUND_KEYS", str(make_keys(tmp_path_factory.mktemp("keys") / "keys")))
        yield


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue("wrenshire")


@pytest.fixture(scope="module")
def planted(tmp_path_factory) -> tuple[Path, dict[str, Fault]]:
    folder = tmp_path_factory.mktemp("planted")
    return folder, {fault.kind: fault for fault in plant_partner_faults(folder, seed=11)}


def land(workspace: Workspace, catalogue, files: list[Path]):
    return land_files(workspace, catalogue.feeds, files, agreements=load_agreements("wrenshire"))


@pytest.fixture(scope="module")
def sound(planted, catalogue, tmp_path_factory) -> Workspace:
    """The sound county, landed and checked; a test works on a copy, in which its file supersedes the sound one."""
    spoilt = {Path(file).parts[1] for fault in planted[1].values() for file in fault.leaves_out}
    files = [file for feed in sorted({*spoilt, "lookups"}) for file in sorted((planted[0] / "sound" / feed).iterdir())]
    workspace = init_workspace(tmp_path_factory.mktemp("sound") / "workspace", partnership="wrenshire")
    assert [refusal.sentence for refusal in land(workspace, catalogue, files).refused] == []
    tell_everything(workspace, catalogue)
    return workspace


def tell_everything(workspace: Workspace, catalogue) -> tuple[list[CheckReport], list[Problem]]:
    reports = check_deliveries(workspace, catalogue.feeds, get_live_deliveries(workspace))
    problems = [problem for report in reports for problem in report.problems]
    return list(reports), [*problems, *check_workspace(workspace, catalogue.feeds)]


def test_the_list_of_kinds_is_whole(planted):
    assert sorted(planted[1]) == sorted(RULES)
    assert {kind for kind, rule in RULES.items() if not rule} == {
        kind for kind, fault in planted[1].items() if fault.verdict == "refused"
    }


def test_a_county_without_faults_is_not_talked_about(sound, catalogue):
    reports, problems = tell_everything(sound, catalogue)
    assert [problem.message for problem in problems] == []
    assert all(report.quarantined == report.duplicates == 0 for report in reports)


@pytest.mark.parametrize("kind", RULES)
def test_a_planted_fault_is_found(kind, planted, sound, catalogue, tmp_path):
    folder, faults = planted
    fault = faults[kind]
    assert fault.rows > 0
    workspace = open_workspace(Path(shutil.copytree(sound.root, tmp_path / "workspace")))
    landed = land(workspace, catalogue, [folder / fault.file])
    if fault.verdict == "refused":
        assert landed.refused
        return
    assert not landed.refused, landed.refused
    reports, problems = tell_everything(workspace, catalogue)
    told = f"{fault.sentence} Told: {[problem.message for problem in problems]}"
    harmful = {problem.rule for problem in problems if problem.severity is not Severity.NOTE}
    assert harmful - TOLD_TOO.get(kind, set()) == ({RULES[kind]} if fault.verdict != "noted" else set()), told
    (problem,) = [problem for problem in problems if problem.rule == RULES[kind]]
    assert problem.rows in (None, fault.rows), told
    assert sum(report.quarantined for report in reports) == (fault.rows if fault.verdict == "quarantined" else 0), told
    for report in reports:
        assert report.received == report.accepted + report.quarantined + report.duplicates
