"""Sheets name places and times, give each team its even share, and say which places have no plan."""

from __future__ import annotations

import csv
import datetime
import re
from pathlib import Path

import numpy as np
import pytest

from safeground.engine.catalogue import definitions_folder
from safeground.engine.places import (
    DrawEntry,
    SealedSchedule,
    ShiftSheet,
    check_balance,
    check_plans,
    choose_places,
    make_design,
    make_plan_template,
    make_sheets,
    plan_path,
    read_candidates,
    read_trial_spec,
    render_allocation,
    render_sheets_csv,
    tell_missing_plans,
)

EXAMPLE = definitions_folder() / "national" / "examples" / "southend_patrols" / "trial.yaml"
TODAY = datetime.date(2029, 6, 1)


@pytest.fixture(scope="module")
def schedule() -> SealedSchedule:
    spec = read_trial_spec(EXAMPLE)
    design = make_design(
        spec, choose_places(read_candidates(EXAMPLE.parent / "places.csv", radius=75), spec.places).places
    )
    rng = np.random.default_rng(3)
    entry = DrawEntry(1, spec.name, 1, "2030-06-20", "Hot spot lead", "", design.sha256, "c" * 64, "a" * 64, "0" * 64)
    return SealedSchedule(design, entry, design.draw(rng), rng.random((20, 90)))


@pytest.fixture(scope="module")
def sheets(schedule: SealedSchedule) -> tuple[ShiftSheet, ...]:
    return make_sheets(schedule)


def test_each_sheet_has_the_places_of_its_day_and_no_other(
    schedule: SealedSchedule, sheets: tuple[ShiftSheet, ...]
) -> None:
    assert len(sheets) == 90
    for number, sheet in enumerate(sheets):
        places = {stop.place for team in sheet.teams for stop in team.stops}
        assert places == {schedule.design.places[at].name for at in np.flatnonzero(schedule.treated[:, number])}
        assert [len(team.stops) for team in sheet.teams] == [4, 4]
        assert all("15:00" <= stop.about < "23:00" for team in sheet.teams for stop in team.stops)


def test_the_order_changes_from_day_to_day(sheets: tuple[ShiftSheet, ...]) -> None:
    """Whoever learnt that a place is always first would know when officers come."""
    first = {sheet.teams[0].stops[0].place for sheet in sheets}
    assert len(first) > 6


def test_the_csv_and_the_allocation_say_the_same(schedule: SealedSchedule, sheets: tuple[ShiftSheet, ...]) -> None:
    stops = list(csv.DictReader(render_sheets_csv(sheets).splitlines()))
    rows = list(csv.DictReader(render_allocation(schedule, force="Wrenshire Police").splitlines()))
    assert len(rows) == 1800
    assigned = {(row["patrol_day"], row["place"]) for row in rows if row["assigned"] == "Y"}
    assert {(stop["patrol_day"], stop["place"]) for stop in stops} == assigned
    assert all(re.fullmatch(r"[A-Z]{2} \d{4} \d{4}", stop["grid_reference"]) for stop in stops)


def test_pages_are_files_of_their_own_without_scripts(sheets: tuple[ShiftSheet, ...]) -> None:
    from safeground.engine.publish import Brand, render_patrol_sheets

    files = render_patrol_sheets(sheets[:3], brand=Brand("Wrenshire VRP"), notes=("No place has a plan.",))
    assert set(files) == {"sheets.csv", "sheets.pdf", "index.html", *(f"{sheet.name}.html" for sheet in sheets[:3])}
    assert files["sheets.pdf"].startswith(b"%PDF")
    page = files[f"{sheets[1].name}.html"].decode()
    assert "<script" not in page and "http" not in page and 'rel="stylesheet"' not in page
    assert "Police and partnership only" in page
    for link in re.findall(r'href="([^"]+\.html)"', page):
        assert link in files
    assert "No place has a plan." in files["index.html"].decode()
    with pytest.raises(ValueError, match="no shift"):
        render_patrol_sheets([], brand=Brand("Wrenshire VRP"))


def test_a_name_that_looks_like_markup_is_text(schedule: SealedSchedule) -> None:
    from dataclasses import replace

    from safeground.engine.publish import Brand, render_patrol_sheets

    sheet = make_sheets(schedule)[0]
    stop = replace(sheet.teams[0].stops[0], place="<b>#strong[A] & Co</b>")
    odd = replace(sheet, teams=(replace(sheet.teams[0], stops=(stop,)),))
    files = render_patrol_sheets([odd], brand=Brand("Wrenshire VRP"))
    assert "&lt;b&gt;#strong[A] &amp; Co" in files[f"{odd.name}.html"].decode()
    assert "'=1+1" in render_sheets_csv(
        [replace(odd, teams=(replace(odd.teams[0], stops=(replace(stop, place="=1+1"),)),))]
    )


def test_plans_are_asked_for_until_they_say_something(schedule: SealedSchedule, tmp_path: Path) -> None:
    places = schedule.design.places[:3]
    assert "No place has" in tell_missing_plans(check_plans(tmp_path, places, today=TODAY))[0]
    path = plan_path(tmp_path, places[0].name)
    template = make_plan_template(places[0].name)
    path.write_text(template, encoding="utf-8")
    assert "owner, scanning" in check_plans(tmp_path, places, today=TODAY)[0].lacking
    path.write_text(template.replace(": to do", ": Neighbourhood sergeant, and the words it takes"), encoding="utf-8")
    whole, *others = check_plans(tmp_path, places, today=TODAY)
    assert whole.is_whole and not any(plan.is_whole for plan in others)
    assert tell_missing_plans([whole, *others]) == (
        f"{places[1].name} and {places[2].name} have no problem-solving plan that is filled in.",
    )
    late = check_plans(tmp_path, places, today=datetime.date(2031, 1, 1))[0]
    assert "looked at again" in late.lacking
    plan_path(tmp_path, places[1].name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    assert f"is of {places[0].name}" in check_plans(tmp_path, places, today=TODAY)[1].lacking


def test_the_sheet_names_the_plans_owner_by_role(schedule: SealedSchedule, tmp_path: Path) -> None:
    places = schedule.design.places
    for place in places:
        text = make_plan_template(place.name).replace(": to do", ": Neighbourhood sergeant")
        plan_path(tmp_path, place.name).write_text(text, encoding="utf-8")
    made = make_sheets(schedule, check_plans(tmp_path, places, today=TODAY))
    assert {stop.plan for sheet in made for team in sheet.teams for stop in team.stops} == {
        "Plan: Neighbourhood sergeant"
    }


def test_balance_is_told_beside_what_such_draws_give(schedule: SealedSchedule) -> None:
    checks = check_balance(schedule.design, schedule.treated, np.random.default_rng(1))
    assert len(checks) == 5 and all(check.low <= check.high for check in checks)
    always = np.zeros_like(schedule.treated)
    always[:8] = True
    odd = check_balance(schedule.design, always, np.random.default_rng(1))
    assert not any(check.is_usual for check in odd)
    assert "unusual" in odd[0].line()
    assert [check.value for check in odd][:2] == [0, 90]
