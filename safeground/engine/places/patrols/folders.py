"""Where a trial lies in the workspace.

patrols/log.jsonl                       every draw, a line each
patrols/<trial>/design.json             the design, and what was told of it
patrols/<trial>/plans/<place>.yaml      a problem-solving plan for each place
patrols/<trial>/draw-<n>/seed           sealed: whoever reads it knows the schedule
patrols/<trial>/draw-<n>/allocation.csv the whole schedule
patrols/<trial>/draw-<n>/to_land/       the same by month, as the feed patrol_visits takes it in
patrols/<trial>/draw-<n>/sheets/        what officers take with them
patrols/<trial>/dosage/                 what was done, worked out from visits and tracks
"""

from __future__ import annotations

from pathlib import Path

from safeground.engine.workspace import Workspace


def trial_folder(workspace: Workspace, trial: str) -> Path:
    return workspace.root / "patrols" / trial


def design_path(workspace: Workspace, trial: str) -> Path:
    return trial_folder(workspace, trial) / "design.json"


def plans_folder(workspace: Workspace, trial: str) -> Path:
    return trial_folder(workspace, trial) / "plans"


def draw_folder(workspace: Workspace, trial: str, draw: int) -> Path:
    return trial_folder(workspace, trial) / f"draw-{draw}"


def seed_path(workspace: Workspace, trial: str, draw: int) -> Path:
    return draw_folder(workspace, trial, draw) / "seed"


def allocation_path(workspace: Workspace, trial: str, draw: int) -> Path:
    return draw_folder(workspace, trial, draw) / "allocation.csv"


def sheets_folder(workspace: Workspace, trial: str, draw: int) -> Path:
    return draw_folder(workspace, trial, draw) / "sheets"


def dosage_folder(workspace: Workspace, trial: str) -> Path:
    return trial_folder(workspace, trial) / "dosage"
