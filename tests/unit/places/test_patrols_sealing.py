"""A schedule is drawn once, committed to before it is seen, and every change of it afterwards is found."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest

from safeground.engine.catalogue import definitions_folder
from safeground.engine.places import (
    DrawLog,
    SealedSchedule,
    TrialRefused,
    choose_places,
    load_design,
    make_design,
    read_candidates,
    read_log,
    read_trial_spec,
    seal_schedule,
    verify_draws,
)
from safeground.engine.workspace import Workspace, atomic, init_workspace, open_workspace

EXAMPLE = definitions_folder() / "national" / "examples" / "southend_patrols" / "trial.yaml"
NOW = datetime.datetime(2030, 6, 20, 9, 0, tzinfo=datetime.UTC)
TRIAL = "southend_patrols"


def make_example() -> object:
    spec = read_trial_spec(EXAMPLE)
    return make_design(
        spec, choose_places(read_candidates(EXAMPLE.parent / "places.csv", radius=75), spec.places).places
    )


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace in which the example has been designed."""
    made = init_workspace(tmp_path / "workspace", partnership="wrenshire")
    design = make_example()
    folder = made.root / "patrols" / TRIAL
    folder.mkdir(parents=True)
    (folder / "design.json").write_text(
        json.dumps({"design": design.fixed, "design_sha256": design.sha256}), encoding="utf-8"
    )
    return made


def seal(workspace: Workspace, **changes: object) -> SealedSchedule:
    told = {"force": "Wrenshire Police", "by": "Hot spot lead", "now": NOW} | changes
    return seal_schedule(workspace, load_design(workspace, TRIAL), **told)


def test_a_draw_keeps_its_design_and_can_be_worked_out_again(workspace: Workspace) -> None:
    schedule = seal(workspace)
    assert schedule.treated.shape == (20, 90)
    assert (schedule.treated.sum(axis=0) == 8).all()
    report = verify_draws(workspace, commitment=schedule.entry.commitment)
    assert report.is_whole, report.problems
    seed = workspace.root / "patrols" / TRIAL / "draw-1" / "seed"
    assert seed.stat().st_mode & 0o077 == 0


def test_two_workspaces_draw_differently(tmp_path: Path, workspace: Workspace) -> None:
    other = init_workspace(tmp_path / "other", partnership="wrenshire")
    first = seal(workspace)
    second = seal_schedule(other, make_example(), force="Wrenshire Police", by="Hot spot lead", now=NOW)
    assert (first.treated != second.treated).any()
    assert first.entry.commitment != second.entry.commitment


def test_nothing_is_drawn_again_in_silence(workspace: Workspace) -> None:
    first = seal(workspace)
    with pytest.raises(TrialRefused, match="not drawn again in silence"):
        seal(workspace)
    again = seal(workspace, reason="A place closed for building works")
    assert again.entry.draw == 2 and again.entry.previous == first.entry.sha256
    assert (again.treated != first.treated).any()
    report = verify_draws(workspace)
    assert report.is_whole
    assert any("A place closed" in line for line in report.lines())


def test_a_trial_that_has_begun_is_not_drawn(workspace: Workspace) -> None:
    with pytest.raises(TrialRefused, match="has begun"):
        seal(workspace, now=datetime.datetime(2030, 7, 1, 5, 0, tzinfo=datetime.UTC))
    with pytest.raises(TrialRefused, match="role"):
        seal(workspace, by=" ")
    assert read_log(workspace) == DrawLog((), ())


def test_a_changed_allocation_is_detected(workspace: Workspace) -> None:
    seal(workspace)
    path = workspace.root / "patrols" / TRIAL / "draw-1" / "allocation.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if ",N,0,0" in line)
    path.write_text("".join([*lines[:at], lines[at].replace(",N,0,0", ",Y,1,15"), *lines[at + 1 :]]), encoding="utf-8")
    (problem,) = verify_draws(workspace).problems
    assert "differs from the draw at 1 place-day" in problem
    path.write_text("".join(lines[:-1]), encoding="utf-8")
    assert "lost rows" in verify_draws(workspace).problems[0]


@pytest.mark.parametrize("change", ["seed", "design", "entry", "cut", "swapped", "rewritten"])
def test_every_other_change_is_detected_too(workspace: Workspace, change: str) -> None:
    first = seal(workspace)
    seal(workspace, reason="Training draw")
    root = workspace.root / "patrols"
    log = root / "log.jsonl"
    lines = log.read_text(encoding="utf-8").splitlines(keepends=True)
    if change == "seed":
        (root / TRIAL / "draw-1" / "seed").write_text("00" * 32, encoding="ascii")
    elif change == "design":
        path = root / TRIAL / "design.json"
        path.write_text(path.read_text(encoding="utf-8").replace('"treated": 8', '"treated": 9'), encoding="utf-8")
    elif change == "entry":
        log.write_text(lines[0].replace("Hot spot lead", "Somebody else") + lines[1], encoding="utf-8")
    elif change == "cut":
        log.write_text(lines[1], encoding="utf-8")
    elif change == "swapped":
        log.write_text(lines[1] + lines[0], encoding="utf-8")
    else:
        log.write_text("", encoding="utf-8")
    report = verify_draws(workspace, commitment=first.entry.commitment)
    assert not report.is_whole
    if change in ("entry", "cut", "swapped"):
        with pytest.raises(TrialRefused):
            seal(workspace, reason="On a broken log")


class Killed(BaseException):
    """Stands for a kill: nothing in the engine may catch it and tidy up."""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_stopped_at_any_step_the_log_is_whole_and_the_lot_is_the_same(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, at: int, when: str
) -> None:
    """Stopping half way and starting anew must not be a way to draw until one likes what comes."""
    real, calls = atomic.rename, []

    def rename(source: Path, target: Path) -> None:
        calls.append(target)
        if len(calls) == at and when == "before":
            raise Killed
        real(source, target)
        if len(calls) == at:
            raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(atomic, "rename", rename)
        with pytest.raises(Killed):
            seal(workspace)
    here = open_workspace(workspace.root)
    assert verify_draws(here).is_whole
    seed = workspace.root / "patrols" / TRIAL / "draw-1" / "seed"
    before = seed.read_text(encoding="ascii") if seed.exists() else None
    assert (before is None) == ((at, when) == (1, "before"))
    if read_log(here).entries:
        with pytest.raises(TrialRefused, match="silence"):
            seal(here)
    else:
        seal(here)
    assert before is None or seed.read_text(encoding="ascii") == before
    assert len(read_log(here).entries) == 1
    assert verify_draws(here).is_whole


def test_three_renames_make_a_draw(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the test above stops at each of them: the seed, the log, the schedule, in this order."""
    real, names = atomic.rename, []
    monkeypatch.setattr(atomic, "rename", lambda source, target: (names.append(target.name), real(source, target)))
    seal(workspace)
    assert names == ["seed", "log.jsonl", "allocation.csv"]
