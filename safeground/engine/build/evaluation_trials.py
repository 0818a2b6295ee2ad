"""A trial of this workspace as an evaluation takes it: its schedule and its dose at once, its outcomes only when they are opened."""

from __future__ import annotations

import datetime
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from safeground.engine.build.evaluation_inputs import name_sources
from safeground.engine.build.patrol_dosage import tell_dosage
from safeground.engine.catalogue import Catalogue
from safeground.engine.evaluation import (
    EvaluationRefused,
    OutcomeEvents,
    OutcomeOfProtocol,
    TrialData,
    TrialProtocol,
)
from safeground.engine.measures import DatedPlaces, read_dated_places
from safeground.engine.places import (
    TrialDesign,
    TrialRefused,
    load_design,
    locate_in_places,
    name_police_initiated,
    open_schedule,
    read_log,
)
from safeground.engine.warehouse import Warehouse, open_warehouse
from safeground.engine.workspace import Workspace
from safeground.months import get_months, month_end

_A_DAY = 24 * 60


def read_workspace_trial(workspace: Workspace, catalogue: Catalogue, protocol: TrialProtocol) -> TrialData:
    """The trial a protocol names, with the schedule of its last draw. Raises TrialRefused or EvaluationRefused, in a sentence."""
    name = protocol.trial or ""
    design = load_design(workspace, name)
    entries = read_log(workspace).of_trial(name)
    if not entries:
        raise EvaluationRefused(f"The trial {name} has not been drawn, so that there is nothing to evaluate yet.")
    force = catalogue.partnership.force
    with workspace.exclusive():
        schedule = open_schedule(workspace, design, entries[-1], force=force.name)
    covered, not_landed = None, frozenset(outcome.name for outcome in protocol.outcomes)
    visits = minutes = None
    if workspace.warehouse.current is not None:  # before the first build nothing can have been recorded yet
        with open_warehouse(workspace) as warehouse:
            covered, not_landed = _find_covered(warehouse, catalogue, protocol)
        visits, minutes = _read_dose(workspace, catalogue, name)

    def open_outcomes() -> dict[str, OutcomeEvents]:
        with open_warehouse(workspace) as warehouse:
            return {
                outcome.name: _read_events(
                    warehouse, catalogue, outcome, design, buffer=protocol.buffer_metres, before=protocol.periods_before
                )
                for outcome in protocol.outcomes
            }

    drawn_on = datetime.date.fromisoformat(entries[-1].at[:10])
    return TrialData(
        places=tuple(place.name for place in design.places),
        dates=design.spec.dates,
        treated=schedule.treated,
        left_out=np.zeros(schedule.treated.shape, dtype=bool),
        draw=design.draw,
        fingerprint=entries[-1].sha256,
        open_outcomes=open_outcomes,
        outcomes_known=_find_known(catalogue, protocol),
        visits=visits,
        minutes=minutes,
        points=np.array([(place.easting, place.northing, place.radius) for place in design.places]),
        sealed=drawn_on < design.spec.starts,
        covered=covered,
        not_landed=not_landed,
        police_initiated={
            outcome.name: name_police_initiated(catalogue, outcome.definition or "") for outcome in protocol.outcomes
        },
        sources=name_sources(catalogue, [outcome.feed for outcome in protocol.outcomes if outcome.feed]),
    )


def _find_known(catalogue: Catalogue, protocol: TrialProtocol) -> frozenset[str]:
    """Outcomes that a definition counts in the feed named."""
    found = {outcome.name: catalogue.definitions.get(outcome.definition or "") for outcome in protocol.outcomes}
    return frozenset(
        outcome.name
        for outcome in protocol.outcomes
        if (definition := found[outcome.name]) is not None and outcome.feed in definition.feeds
    )


def _find_covered(
    warehouse: Warehouse, catalogue: Catalogue, protocol: TrialProtocol
) -> tuple[tuple[datetime.date, datetime.date] | None, frozenset[str]]:
    """The days that count for which every outcome has landed without a gap; and the outcomes of which nothing has."""
    partner = catalogue.partnership.force.partner
    needed = get_months(protocol.first_counted.replace(day=1), protocol.dates[-1].replace(day=1))
    spans, lacking = [], set()
    for outcome in protocol.outcomes:
        months = warehouse.coverage(outcome.feed or "").get(partner, frozenset())
        held = [month for month in needed if month in months]
        if not held:
            lacking.add(outcome.name)
            continue
        # A month lacking in the middle ends what is covered: a trial with a hole in it has no outcome there.
        first = needed.index(held[0])
        unbroken = [month for month, there in zip(held, needed[first:], strict=False) if month == there]
        spans.append((unbroken[0], month_end(unbroken[-1])))
    covered = (max(first for first, _ in spans), min(last for _, last in spans)) if spans else None
    return covered, frozenset(lacking)


def _read_dose(
    workspace: Workspace, catalogue: Catalogue, trial: str
) -> tuple[NDArray[np.float64] | None, NDArray[np.float64] | None]:
    """Visits and minutes by place and day; neither where nothing of them has landed."""
    try:
        dosage = tell_dosage(workspace, catalogue, trial).dosage
    except TrialRefused:
        return None, None
    return dosage.visits, None if dosage.of_unknown_length else dosage.minutes


def _read_events(
    warehouse: Warehouse,
    catalogue: Catalogue,
    outcome: OutcomeOfProtocol,
    design: TrialDesign,
    *,
    buffer: float | None,
    before: int,
) -> OutcomeEvents:
    """Events at the trial's places on its days and so many days before, and within the buffer around them on its days. Those without a
    day or a point are in none."""
    spec = design.spec
    first = spec.starts - datetime.timedelta(days=before)
    months = get_months(first.replace(day=1), (spec.last_day + datetime.timedelta(days=1)).replace(day=1))
    found = read_dated_places(
        warehouse,
        catalogue.definitions[outcome.definition or ""].rule_under(),
        feed=outcome.feed or "",
        months=months,
        partner=catalogue.partnership.force.partner,
    )
    place = locate_in_places(found.easting, found.northing, design.places)
    day = (found.moment - spec.boundary) // _A_DAY - (spec.starts - datetime.date(1970, 1, 1)).days
    is_in = found.has_day & (day >= 0) & (day < spec.days)
    at = is_in & (place >= 0)
    early = found.has_day & (day >= -before) & (day < 0) & (place >= 0)
    events = OutcomeEvents(
        place=place[at], day=day[at], before_place=place[early], before_period=(day[early] + before).astype(np.int64)
    )
    return events if buffer is None else _add_around(events, found, place, day, is_in, design, buffer)


def _add_around(
    events: OutcomeEvents,
    found: DatedPlaces,
    place: NDArray[np.int64],
    day: NDArray[np.int64],
    is_in: NDArray[np.bool_],
    design: TrialDesign,
    buffer: float,
) -> OutcomeEvents:
    """Events in the ring around a place, each in that of the nearest centre, none that lies in any place itself."""
    centres = np.array([(each.easting, each.northing) for each in design.places])
    radius = np.array([each.radius for each in design.places])
    points = np.column_stack([found.easting, found.northing])
    apart = np.hypot(*(points[:, np.newaxis] - centres).transpose(2, 0, 1))
    apart = np.where(np.isnan(apart), np.inf, apart)
    nearest = apart.argmin(axis=1)
    distance = apart[np.arange(len(apart)), nearest]
    ring = is_in & (place < 0) & (distance <= radius[nearest] + buffer)
    return replace(events, buffer_place=nearest[ring].astype(np.int64), buffer_day=day[ring])
