"""A trial of patrols in a workspace, step by step: designed, drawn, its sheets written, what was done worked out."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from safeground.engine.catalogue import Catalogue
from safeground.engine.documents import count_things
from safeground.engine.places import (
    BalanceCheck,
    DesignReport,
    PlaceHistory,
    SealedSchedule,
    TrialDesign,
    TrialRefused,
    check_balance,
    check_plans,
    choose_places,
    design_path,
    estimate_design_power,
    load_design,
    make_design,
    make_plan_template,
    make_sheets,
    name_police_initiated,
    open_schedule,
    plan_capacity,
    plan_path,
    plans_folder,
    read_candidates,
    read_log,
    read_place_history,
    read_trial_spec,
    render_allocation,
    seal_schedule,
    sheets_folder,
    tell_missing_plans,
)
from safeground.engine.publish import Brand, render_patrol_sheets
from safeground.engine.warehouse import open_warehouse
from safeground.engine.workspace import Progress, Workspace, no_progress

SIMULATIONS, REDRAWS = 1000, 499


def design_trial(
    workspace: Workspace,
    catalogue: Catalogue,
    spec_path: Path,
    *,
    simulations: int = SIMULATIONS,
    progress: Progress = no_progress,
) -> DesignReport:
    """Read a trial as written down, choose its places, tell its power, and keep the design in the workspace.

    The simulations draw from the design's own fingerprint, so that the same design is told the same power. Raises DefinitionsError for
    a file that is wrong, TrialRefused, in a sentence, for a trial that cannot be.
    """
    spec = read_trial_spec(spec_path)
    candidates = read_candidates(spec_path.parent / spec.places.file, radius=spec.places.radius)
    chosen = choose_places(candidates, spec.places)
    design = make_design(spec, chosen.places)
    drawn = read_log(workspace).of_trial(spec.name)
    if drawn and drawn[-1].design != design.sha256:
        raise TrialRefused(
            f"{spec.name} has been drawn, and its design is not changed after that; give the changed one another name."
        )
    progress(0, 2, "Reading the places' past")
    history, deliveries = (None, ()) if spec.declared is not None else _read_history(workspace, catalogue, design)
    progress(1, 2, "Simulating trials")
    power = estimate_design_power(
        spec,
        places=len(design.places),
        history=history,
        simulations=simulations,
        redraws=REDRAWS,
        rng=np.random.default_rng(int(design.sha256, 16)),
    )
    plans = check_plans(plans_folder(workspace, spec.name), design.places, today=datetime.date.today())
    report = DesignReport(
        design=design,
        chosen=chosen,
        capacity=plan_capacity(design),
        power=power,
        plans_missing=tell_missing_plans(plans),
        police_initiated=name_police_initiated(catalogue, spec.outcome.definition),
        deliveries=deliveries,
    )
    with workspace.exclusive():
        text = json.dumps(report.as_data(), indent=1, ensure_ascii=False) + "\n"
        workspace.write_atomically(design_path(workspace, spec.name), text)
    return report


@dataclass(frozen=True, eq=False)
class ScheduleReport:
    """A schedule that was drawn, or drawn before, and where its files are."""

    schedule: SealedSchedule
    is_new: bool
    folder: Path
    balance: tuple[BalanceCheck, ...]
    plans_missing: tuple[str, ...]

    def lines(self) -> tuple[str, ...]:
        entry = self.schedule.entry
        drawn = "Drawn and entered" if self.is_new else f"Drawn on {entry.at[:10]}"
        return (
            f"{drawn}: {entry.trial}, draw {entry.draw}, line {entry.number} of the log.",
            f"Commitment: {entry.commitment}",
            "Give the commitment to somebody outside before the first day; nothing of the schedule can be read from it.",
            f"The log's last hash: {entry.sha256}",
            *(check.line() for check in self.balance),
            *self.plans_missing,
            f"The schedule and its sheets are in {self.folder}.",
        )

    def as_data(self) -> dict[str, Any]:
        return {
            "entry": vars(self.schedule.entry),
            "is_new": self.is_new,
            "folder": str(self.folder),
            "balance": [{**vars(check), "is_usual": check.is_usual} for check in self.balance],
            "plans_missing": list(self.plans_missing),
        }


def schedule_trial(
    workspace: Workspace,
    catalogue: Catalogue,
    trial: str,
    *,
    seal: bool,
    by: str = "",
    reason: str = "",
    now: datetime.datetime | None = None,
) -> ScheduleReport:
    """Draw a designed trial's schedule (`seal`), or open the one that was drawn. Raises TrialRefused where neither can be."""
    design = load_design(workspace, trial)
    force = catalogue.partnership.force.name
    if seal:
        moment = now or datetime.datetime.now(datetime.UTC)
        schedule = seal_schedule(workspace, design, force=force, by=by, now=moment, reason=reason)
    else:
        drawn = read_log(workspace).of_trial(trial)
        if not drawn:
            raise TrialRefused(f"{trial} has not been drawn; draw it with --seal once the design stands.")
        with workspace.exclusive():
            schedule = open_schedule(workspace, design, drawn[-1], force=force)
    today = (now or datetime.datetime.now(datetime.UTC)).date()
    plans = check_plans(plans_folder(workspace, trial), design.places, today=today)
    missing = tell_missing_plans(plans)
    balance = check_balance(design, schedule.treated, np.random.default_rng(int(design.sha256, 16)))
    folder = sheets_folder(workspace, trial, schedule.entry.draw)
    brand = Brand(catalogue.partnership.title)
    files = render_patrol_sheets(make_sheets(schedule, plans), brand=brand, notes=missing)
    partner = catalogue.partnership.force.partner
    with workspace.exclusive():
        for name, content in files.items():
            workspace.write_atomically(folder / name, content)
        # What landed is kept by month, and so is the plan that is to be landed.
        for year, month in sorted({(day.year, day.month) for day in design.spec.dates}):
            text = render_allocation(schedule, force=force, month=(year, month))
            name = f"planned-{partner}-{year}-{month:02d}.csv"
            workspace.write_atomically(folder.parent / "to_land" / name, text)
    return ScheduleReport(schedule, seal, folder.parent, balance, missing)


def write_plan_templates(workspace: Workspace, trial: str) -> tuple[str, ...]:
    """A template of a problem-solving plan for each place that has none; returns in words what was written and what is lacking still."""
    design = load_design(workspace, trial)
    folder = plans_folder(workspace, trial)
    missing = [place.name for place in design.places if not plan_path(folder, place.name).exists()]
    with workspace.exclusive():
        for name in missing:
            workspace.write_atomically(plan_path(folder, name), make_plan_template(name))
    plans = check_plans(folder, design.places, today=datetime.date.today())
    lacking = [f"{plan.place}: {plan.lacking}." for plan in plans if not plan.is_whole]
    return (f"{count_things(len(missing), 'template')} written into {folder}.", *lacking)


def _read_history(
    workspace: Workspace, catalogue: Catalogue, design: TrialDesign
) -> tuple[PlaceHistory, tuple[str, ...]]:
    """The places' past, and the ids of the deliveries that it is read from."""
    spec, partner = design.spec, catalogue.partnership.force.partner
    definition = catalogue.definitions.get(spec.outcome.definition)
    if definition is None:
        raise TrialRefused(
            f"{spec.name}: there is no definition {spec.outcome.definition!r}; safeground definitions list names them."
        )
    if spec.outcome.feed not in definition.feeds:
        raise TrialRefused(
            f"{spec.name}: {definition.name} is counted in {', '.join(definition.feeds)}, not in {spec.outcome.feed}."
        )
    with open_warehouse(workspace) as warehouse:
        history = read_place_history(
            warehouse,
            definition.rule_under(),
            feed=spec.outcome.feed,
            partner=partner,
            places=design.places,
            boundary=spec.boundary,
        )
        read = [each.id for each in warehouse.deliveries if (each.feed, each.partner) == (spec.outcome.feed, partner)]
        return history, tuple(sorted(read))
