"""What was done in a trial of patrols, worked out from what landed; and the end of the tracks it was worked out from."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from typing import Any

from safeground.engine.build.destroying import DestructionReport, destroy_deliveries
from safeground.engine.catalogue import Catalogue
from safeground.engine.documents import count_things, join_words
from safeground.engine.places import (
    KOPER_MINUTES,
    Dosage,
    PatrolRecords,
    PatrolVisit,
    PlannedDay,
    TrialDesign,
    TrialRefused,
    dosage_folder,
    find_visits,
    load_design,
    open_schedule,
    parse_visits,
    read_log,
    read_patrol_records,
    render_place_days,
    render_visits,
    work_out_dosage,
)
from safeground.engine.statistics import Estimate
from safeground.engine.warehouse import Warehouse, open_warehouse
from safeground.engine.workspace import Workspace, WorkspaceError

REASON = "Dosage of the trial has been worked out; the tracks are not needed any more"
_MOST_MISSED = 5


@dataclass(frozen=True, eq=False)
class DosageReport:
    """The dose of a trial, where its visits came from, and what became of the tracks."""

    dosage: Dosage
    from_records: int
    from_tracks: int
    tracks: tuple[str, ...]
    """Deliveries with fixes that are still there."""
    differs: tuple[str, ...]
    """Where the plan that landed is not the schedule that was drawn, in words."""
    destroyed: DestructionReport | None = None
    deliveries: tuple[str, ...] = ()
    """Ids of all that it was worked out from."""
    why_kept: str = ""
    """Why tracks are still there, as whoever kept them said, or what stands in the way."""

    def lines(self) -> tuple[str, ...]:
        dosage, (low, high) = self.dosage, KOPER_MINUTES
        minutes = f"{_number(dosage.minutes_treated)} with a patrol, {_number(dosage.minutes_control)} without"
        lines = [
            f"{dosage.trial}: {count_things(len(dosage.places), 'place')}, {count_things(len(dosage.days), 'day')}.",
            f"{count_things(self.from_records, 'visit')} recorded, {count_things(self.from_tracks, 'visit')} made of tracks.",
            f"Compliance: {_share(dosage.compliance)} of place-days drawn for a patrol got a visit.",
            f"Contamination: {_share(dosage.contamination)} of the other place-days got one too.",
            f"Minutes a place-day: {minutes}; {self._contrast()}.",
            f"Visits of {low} to {high} minutes: {_share(dosage.in_koper_range)} of those whose length is known.",
        ]
        if dosage.gap_hours.size:
            lines.append(
                f"Between two visits of one place and day: {float(dosage.gap_hours.mean()):.1f} hours on average."
            )
        if dosage.of_unknown_length:
            unknown = count_things(dosage.of_unknown_length, "visit")
            lines.append(f"{unknown} have no end: counted as visits, and their minutes are not known.")
        if dosage.missed:
            named = join_words([f"{place} on {day}" for place, day in dosage.missed[:_MOST_MISSED]])
            lines.append(f"Drawn and not visited: {count_things(len(dosage.missed), 'place-day')}, first {named}.")
        if dosage.elsewhere or dosage.outside:
            elsewhere = count_things(dosage.elsewhere, "visit")
            lines.append(f"Left out: {elsewhere} at places and {dosage.outside} on days that the trial does not have.")
        lines += self.differs
        if self.tracks:
            lines.append(f"Tracks are still there: {join_words(list(self.tracks))}. {self.why_kept}".rstrip())
        return (*lines, *(self.destroyed.lines() if self.destroyed else ()))

    def _contrast(self) -> str:
        contrast = self.dosage.contrast
        if math.isnan(contrast):
            return "how many times as much cannot be told"
        return "the others had none" if math.isinf(contrast) else f"{contrast:.1f} times as much"

    def as_data(self) -> dict[str, Any]:
        dosage = self.dosage
        return {
            "trial": dosage.trial,
            "visits_recorded": self.from_records,
            "visits_from_tracks": self.from_tracks,
            "compliance": _as_data(dosage.compliance),
            "contamination": _as_data(dosage.contamination),
            "in_koper_range": _as_data(dosage.in_koper_range),
            "minutes_treated": _known(dosage.minutes_treated),
            "minutes_control": _known(dosage.minutes_control),
            "contrast": _known(dosage.contrast),
            "of_unknown_length": dosage.of_unknown_length,
            "missed": [[place, day.isoformat()] for place, day in dosage.missed],
            "elsewhere": dosage.elsewhere,
            "outside": dosage.outside,
            "plan_differs": list(self.differs),
            "tracks": list(self.tracks),
            "why_kept": self.why_kept,
            "deliveries": list(self.deliveries),
            "destroyed": self.destroyed.as_data() if self.destroyed else None,
        }


def tell_dosage(
    workspace: Workspace,
    catalogue: Catalogue,
    trial: str,
    *,
    destroy_fixes: bool = False,
    by: str = "",
    why_kept: str | None = None,
) -> DosageReport:
    """Work out a trial's dose from the warehouse, keep it beside the design, and destroy the tracks if asked.

    Visits made of tracks are written down before any track goes. A file that holds another trial's tracks too stays, and the report says
    so. why_kept: the reason where tracks are not to be destroyed. Raises TrialRefused where the trial is not known or nothing of it has
    landed; WorkspaceError, before anything is worked out, where a destruction lacks who orders it.
    """
    design = load_design(workspace, trial)
    with open_warehouse(workspace) as warehouse:
        records = read_patrol_records(warehouse, trial)
        others = _others_in(warehouse, records, trial) if records.fixes else ()
    if destroy_fixes and records.fix_deliveries and not others and not by.strip():
        raise WorkspaceError(
            f"The tracks of {trial} go once its dose is worked out, and a destruction needs somebody who orders it; give --by with a "
            "role, or --keep-fixes with the reason why they stay."
        )
    force = catalogue.partnership.force.name
    with workspace.exclusive():
        kept = _keep_visits_of_tracks(workspace, design, records, force=force)
        planned, differs = _find_plan(workspace, design, records, force=force)
        if not (records.visits or kept):
            raise TrialRefused(
                f"No visit of {trial} has landed; land the force's file in the shape of the feed patrol_visits, and build."
            )
        dosage = work_out_dosage(
            trial,
            planned=planned,
            visits=(*records.visits, *kept),
            boundary=design.spec.boundary,
            places=[place.name for place in design.places],
            days=design.spec.dates,
        )
        report = DosageReport(
            dosage,
            len(records.visits),
            len(kept),
            records.fix_deliveries,
            differs,
            deliveries=records.deliveries,
            why_kept=_say_why_kept(why_kept or "", others) if records.fix_deliveries else "",
        )
        text = json.dumps(report.as_data(), indent=1, ensure_ascii=False) + "\n"
        folder = dosage_folder(workspace, trial)
        workspace.write_atomically(folder / "dosage.json", text)
        # What an evaluation asks for as its schedule, so that intention and dose come to it from one place.
        workspace.write_atomically(folder / "place_days.csv", render_place_days(dosage))
    if not destroy_fixes or not records.fix_deliveries or others:
        return report
    destroyed = destroy_deliveries(workspace, records.fix_deliveries, reason=REASON, by=by)
    return replace(report, tracks=(), destroyed=destroyed, why_kept="")


def _say_why_kept(reason: str, others: tuple[str, ...]) -> str:
    if reason.strip():
        return f"They are kept for this reason: {reason.strip().rstrip('.')}."
    if others:
        return (
            f"They came in one file with those of {join_words(list(others))}; work out the dosage of each, which keeps its visits, then "
            "destroy the delivery with safeground destroy."
        )
    return ""


def _others_in(warehouse: Warehouse, records: PatrolRecords, trial: str) -> tuple[str, ...]:
    """Other trials whose fixes came in the same deliveries."""
    table = warehouse.table("patrol_visits")
    same = table.filter(table.delivery.isin(list(records.fix_deliveries))).select("trial").distinct().to_pyarrow()
    return tuple(sorted(set(same["trial"].to_pylist()) - {trial}))


def _keep_visits_of_tracks(
    workspace: Workspace, design: TrialDesign, records: PatrolRecords, *, force: str
) -> tuple[PatrolVisit, ...]:
    """Visits of every month of tracks there is or was: they are in a file of their own, which outlives the tracks."""
    folder = dosage_folder(workspace, design.spec.name)
    for delivery in records.fix_deliveries:
        found = find_visits([fix for fix in records.fixes if fix.delivery == delivery], design.places)
        # By month: a later file of a month replaces the earlier one, as it does in the warehouse.
        path = folder / f"visits-{delivery.split('/')[-2]}.csv"
        workspace.write_atomically(path, render_visits(found, trial=design.spec.name, force=force))
    kept = {visit for path in folder.glob("visits-*.csv") for visit in parse_visits(path.read_text(encoding="utf-8"))}
    # Such a file may have been landed since.
    return tuple(sorted(kept - set(records.visits), key=lambda visit: (visit.started, visit.place)))


def _find_plan(
    workspace: Workspace, design: TrialDesign, records: PatrolRecords, *, force: str
) -> tuple[tuple[PlannedDay, ...], tuple[str, ...]]:
    """The schedule that was drawn, and where what landed differs from it; what landed where nothing was drawn here."""
    drawn = read_log(workspace).of_trial(design.spec.name)
    if not drawn:
        return records.planned, ()
    schedule = open_schedule(workspace, design, drawn[-1], force=force)
    planned = tuple(
        PlannedDay(place.name, day, bool(schedule.treated[row, column]))
        for row, place in enumerate(design.places)
        for column, day in enumerate(design.spec.dates)
    )
    truth = {(each.place, each.day): each.is_assigned for each in planned}
    wrong = [each for each in records.planned if truth.get((each.place, each.day)) != each.is_assigned]
    if not wrong:
        return planned, ()
    number, first = count_things(len(wrong), "place-day"), f"{wrong[0].place} on {wrong[0].day}"
    said = (
        f"The plan that landed differs from the schedule that was drawn at {number}, first {first}; the draw is used."
    )
    return planned, (said,)


def _share(estimate: Estimate) -> str:
    value, lower, upper = (100 * float(number) for number in (estimate.value, estimate.lower, estimate.upper))
    return "an unknown share" if math.isnan(value) else f"{value:.0f}% ({lower:.0f}% to {upper:.0f}%)"


def _number(value: float) -> str:
    return "not known" if math.isnan(value) else f"{value:.1f}"


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _as_data(estimate: Estimate) -> dict[str, float | None]:
    return {name: _known(float(getattr(estimate, name))) for name in ("value", "lower", "upper")}
