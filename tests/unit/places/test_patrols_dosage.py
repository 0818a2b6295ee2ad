"""What was done: visits on the right day, minutes once, gaps, contamination; tracks become visits and go."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

from safeground.engine.places import (
    Dosage,
    PatrolFix,
    PatrolVisit,
    PlannedDay,
    TrialPlace,
    find_visits,
    parse_visits,
    render_place_days,
    render_visits,
    work_out_dosage,
)
from safeground.synthetic import make_patrol_trial

DAY = datetime.date(2025, 6, 2)
NEXT = datetime.date(2025, 6, 3)


def at(day: int, hour: int, minute: int = 0) -> datetime.datetime:
    return datetime.datetime(2025, 6, day, hour, minute)


def visit(place: str, start: datetime.datetime, minutes: float | None) -> PatrolVisit:
    return PatrolVisit(start, place, None if minutes is None else start + datetime.timedelta(minutes=minutes))


def dose(visits: list[PatrolVisit]) -> Dosage:
    """Place A is drawn on both days, B on the second alone."""
    planned = [
        PlannedDay("A", DAY, True),
        PlannedDay("B", DAY, False),
        PlannedDay("A", NEXT, True),
        PlannedDay("B", NEXT, True),
    ]
    return work_out_dosage("trial", planned=planned, visits=visits, boundary=360)


def test_a_visit_belongs_to_the_patrol_day_in_which_it_began() -> None:
    found = dose([visit("A", at(3, 1), 15), visit("A", at(3, 5, 55), 20), visit("A", at(3, 6), 10)])
    assert found.visits.tolist() == [[2, 1], [0, 0]]
    assert found.minutes.tolist() == [[35, 10], [0, 0]]


def test_two_units_at_once_are_two_visits_and_their_minutes_once() -> None:
    found = dose([visit("A", at(2, 18), 20), visit("A", at(2, 18, 10), 20), visit("A", at(2, 20, 30), 15)])
    assert found.visits[0, 0] == 3
    assert found.minutes[0, 0] == 45
    assert found.gap_hours.tolist() == [2.0]


def test_a_visit_without_an_end_counts_and_has_no_length() -> None:
    found = dose([visit("A", at(2, 18), None), visit("A", at(2, 19), 12), visit("B", at(2, 19), -5)])
    assert (found.visits[0, 0], found.minutes[0, 0]) == (2, 12)
    assert (found.of_unknown_length, found.lengths.tolist()) == (2, [12.0])


def test_the_schedule_is_kept_or_not() -> None:
    found = dose(
        [visit("A", at(2, 18), 16), visit("B", at(2, 18), 4), visit("Z", at(2, 18), 9), visit("A", at(20, 18), 9)]
    )
    assert (found.compliance.count, found.compliance.total) == (1, 3)
    assert (found.contamination.count, found.contamination.total) == (1, 1)
    assert (found.in_koper_range.count, found.in_koper_range.total) == (1, 2)
    assert found.minutes_treated == pytest.approx(16 / 3)
    assert found.contrast == pytest.approx(16 / 3 / 4)
    assert found.missed == (("A", NEXT), ("B", NEXT))
    assert (found.elsewhere, found.outside) == (1, 1)


def test_place_days_are_written_as_an_evaluation_reads_them() -> None:
    rows = render_place_days(dose([visit("A", at(2, 18), 16)])).splitlines()
    assert rows[0] == "place,day,treated,visits,minutes"
    assert rows[1:3] == ["A,2025-06-02,yes,1,16", "A,2025-06-03,yes,0,0"]
    assert rows[3].startswith("B,2025-06-02,no,0")


def test_what_nobody_planned_is_neither_kept_nor_broken() -> None:
    found = work_out_dosage(
        "trial", planned=[], visits=[visit("A", at(2, 18), 16)], boundary=360, places=["A"], days=[DAY]
    )
    assert np.isnan(found.assigned).all()
    assert np.isnan(found.compliance.value) and np.isnan(found.contrast)
    with pytest.raises(ValueError, match="land its plan"):
        work_out_dosage("trial", planned=[], visits=[], boundary=360)


def test_the_made_up_trials_dose_is_recovered() -> None:
    trial = make_patrol_trial(seed=5, compliance=0.9)
    midnight = datetime.datetime.combine(trial.first_day, datetime.time())
    visits = [
        visit(trial.names[place], midnight + datetime.timedelta(minutes=start), minutes)
        for place, start, minutes in zip(
            trial.visit_place, trial.visit_start.tolist(), trial.visit_minutes.tolist(), strict=True
        )
    ]
    planned = [
        PlannedDay(name, day, bool(trial.treated[row, column]))
        for row, name in enumerate(trial.names)
        for column, day in enumerate(trial.dates)
    ]
    found = work_out_dosage("made up", planned=planned, visits=visits, boundary=trial.boundary)
    assert (found.is_treated == trial.treated).all()
    assert found.compliance.total == 720
    assert found.compliance.lower < 0.9 < found.compliance.upper
    assert found.minutes.sum() == trial.visit_minutes.sum()
    assert found.contrast > 10


PLACES = (TrialPlace("A", 1000, 1000, 75), TrialPlace("B", 1400, 1000, 75))


def fixes(unit: str, *seen: tuple[int, float]) -> list[PatrolFix]:
    return [PatrolFix(unit, at(2, 18) + datetime.timedelta(minutes=minute), east, 1000, "d") for minute, east in seen]


def test_fixes_at_a_place_are_a_visit() -> None:
    found = find_visits(fixes("T-1", (0, 1010), (3, 1020), (7, 990), (9, 1200), (12, 1400), (16, 1405)), PLACES)
    assert [(each.place, each.minutes) for each in found] == [("A", 7), ("B", 4)]


def test_a_long_silence_ends_a_visit_and_passing_is_none() -> None:
    track = fixes("T-1", (0, 1000), (4, 1000), (20, 1000), (23, 1000), (30, 1400))
    assert [(each.place, each.minutes) for each in find_visits(track, PLACES)] == [("A", 4), ("A", 3)]


def test_units_are_not_mixed_and_order_does_not_matter() -> None:
    track = fixes("T-1", (0, 1000), (4, 1000)) + fixes("T-2", (2, 1400), (5, 1400))
    assert find_visits(track, PLACES) == find_visits(track[::-1], PLACES)
    assert [(each.place, each.minutes) for each in find_visits(track, PLACES)] == [("A", 4), ("B", 3)]


def test_visits_made_of_tracks_hold_no_unit_and_come_back_as_they_were() -> None:
    found = find_visits(fixes("T-9", (0, 1000), (4, 1000)), PLACES)
    text = render_visits(found, trial="trial", force="Wrenshire Police")
    assert "T-9" not in text
    assert parse_visits(text) == found
