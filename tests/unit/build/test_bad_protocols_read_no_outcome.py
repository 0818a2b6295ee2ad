"""Bad protocols at the door: each is refused with a sentence while its outcomes cannot be read at all, and the log stays empty.

Every cell of an outcome is poisoned (a word where a number has to be, a place and a day that are none), so that whatever reads one
says so in place of the sentence that is asked for.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from safeground.engine.build import run_evaluation, seal_evaluation
from safeground.engine.catalogue import Catalogue, DefinitionsError, load_catalogue
from safeground.engine.documents import Audience
from safeground.engine.evaluation import EvaluationRefused, read_seals
from safeground.engine.workspace import Workspace, init_workspace

AREAS = [f"Area {number:02d}" for number in range(1, 13)]
MONTHS = [f"{year}-{month:02d}" for year in (2023, 2024) for month in range(1, 13)]
PLACES, DAYS = [f"Place {number}" for number in range(1, 7)], 28
STARTS = datetime.date(2025, 3, 1)
NONE = {"value": 0, "why": "made up"}
COSTS = {
    "price_year": "2015-16", "first_year": "2015-16", "years": 1, "draws": 1000,
    "costs": [{"title": "Pay", "bearer": "fiscal", "price_year": "2015-16", "amounts": [1000], "source": "made up"}],
    "benefits": [{"title": "Violence", "outcome": "violence", "unit_cost": "violence_with_injury"}],
    "additionality": {
        "deadweight": NONE, "attribution": {"value": 1, "why": "made up"}, "displacement": NONE, "drop_off": NONE,
    },
    "not_monetised": [{"what": "Fear", "why": "it has no price"}],
}  # fmt: skip
COMMON = {
    "schema": 1, "name": "made_up", "title": "A made-up thing", "question": "Were there fewer offences?", "is_made_up": True,
    "why_it_matters": "It costs money.", "owner": "Analyst", "checked_by": "Another", "review_by": datetime.date(2027, 1, 1),
    "outcomes": [{"name": "violence", "title": "offences of violence", "role": "primary"}],
}  # fmt: skip
SERIES = COMMON | {
    "design": "difference_in_differences", "files": {"table": "counts.csv"}, "first": "2023-01", "last": "2024-12",
    "what_was_done": "a team came", "treated": [{"areas": AREAS[:4], "starts": "2024-01"}], "chosen_for_being_extreme": False,
}  # fmt: skip
DISPLACEMENT = SERIES | {
    "design": "weighted_displacement",
    "control": AREAS[4:8],
    "buffer": [AREAS[8]],
    "buffer_control": [AREAS[9]],
}
CROSSOVER = COMMON | {
    "design": "crossover", "starts": STARTS, "days": DAYS, "planned_ratio": 0.7, "runs": 199, "buffer_metres": 100,
    "files": {
        "schedule": "schedule.csv", "events": "events.csv", "places": "places.csv", "draw": {"kind": "daily", "treated": 2},
    },
}  # fmt: skip


def write_series(folder: Path, content: dict[str, Any]) -> Path:
    rows = [f"{area},{month},secret" for area in AREAS for month in MONTHS]
    (folder / "counts.csv").write_text("\n".join(["area,period,violence", *rows]) + "\n", encoding="utf-8")
    return write(folder, content)


def write_trial(folder: Path, content: dict[str, Any]) -> Path:
    rng = np.random.default_rng(1)
    drawn = np.array([np.isin(np.arange(6), rng.permutation(6)[:2]) for _ in range(DAYS)]).T
    rows = [
        f"{place},{STARTS + datetime.timedelta(days=day)},{'Y' if drawn[at, day] else 'N'},{int(drawn[at, day])}"
        for (at, place), day in itertools.product(enumerate(PLACES), range(DAYS))
    ]
    (folder / "schedule.csv").write_text("\n".join(["place,day,treated,visits", *rows]) + "\n", encoding="utf-8")
    points = [f"{place},{600000 + 1000 * at},200000,75" for at, place in enumerate(PLACES)]
    (folder / "places.csv").write_text("\n".join(["place,easting,northing,radius", *points]) + "\n", encoding="utf-8")
    events = ["secret,some day,violence,much"] * 40
    (folder / "events.csv").write_text("\n".join(["place,day,outcome,harm", *events]) + "\n", encoding="utf-8")
    return write(folder, content)


def write(folder: Path, content: dict[str, Any]) -> Path:
    path = folder / "protocol.yaml"
    path.write_text(
        yaml.safe_dump({key: value for key, value in content.items() if value is not None}), encoding="utf-8"
    )
    return path


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Catalogue]:
    return init_workspace(tmp_path_factory.mktemp("w") / "workspace", partnership="wrenshire"), load_catalogue(
        "wrenshire"
    )


def refuse(held: tuple[Workspace, Catalogue], path: Path, message: str, *, when_run: bool = True) -> None:
    workspace, catalogue = held
    with pytest.raises((EvaluationRefused, DefinitionsError), match=message) as refused:
        seal_evaluation(workspace, catalogue, path)
    if when_run:
        with pytest.raises((EvaluationRefused, DefinitionsError), match=message):
            run_evaluation(workspace, catalogue, path)
    assert "secret" not in str(refused.value)
    assert read_seals(workspace) == ()


def with_costs(**changes: Any) -> dict[str, Any]:
    return {"cost_benefit": COSTS | changes}


SERIES_CASES: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    (SERIES, {"outcomes": [{"name": "arson", "title": "fires", "role": "primary"}]}, "Outcome arson: the table has no column"),
    (SERIES, {"treated": [{"areas": ["Area 99"], "starts": "2024-01"}]}, "There is no area 'Area 99' in the data"),
    (SERIES, {"left_out": [{"areas": ["Nowhere"], "why": "a test"}]}, "There is no area 'Nowhere' in the data"),
    (SERIES, {"treated": [{"areas": AREAS, "starts": "2024-01"}]}, "Every area is treated or left out"),
    (SERIES, {"treated": [{"areas": AREAS[:11], "starts": "2024-01"}]}, "1 area to compare them with, and an interval needs 3"),
    (SERIES, {"treated": [{"areas": AREAS[:4], "starts": "2023-02"}]}, "1 month lies before the start"),
    (SERIES, {"treated": [{"areas": AREAS[:4], "starts": "2025-02"}]}, "February 2025 does not lie within January 2023"),
    (SERIES, {"treated": [{"areas": AREAS[:4], "starts": "2024-01", "ends": "2023-06"}]}, "before it starts"),
    (SERIES, {"first": "2024-12", "last": "2023-01"}, "has to lie before last"),
    (SERIES, {"rings": {"around": AREAS[3:5]}}, "Area 04 is in treated and in ring 'around'"),
    (SERIES, {"rings": {"around": ["Area 77"]}}, "There is no area 'Area 77' in the data"),
    (SERIES, {"touching": True}, "Which areas touch is not known"),
    (SERIES, {"title": "The reduction caused by a team"}, "nobody drew lots here"),
    (SERIES, {"approach": "hot_spot_policing"}, "There is no approach 'hot_spot_policing'.*hot_spots_policing"),
    (SERIES, with_costs(benefits=[COSTS["benefits"][0] | {"outcome": "fear"}]), "there is no effect 'fear'; there are violence"),
    (SERIES, with_costs(benefits=[COSTS["benefits"][0] | {"unit_cost": "woe"}]), "there is no unit cost 'woe'"),
    (SERIES, with_costs(benefits=[COSTS["benefits"][0] | {"grades": [9]}]), "there is no grade 9"),
    (
        SERIES,
        with_costs(additionality=COSTS["additionality"] | {"deadweight": {"value": 0.2, "why": "a test"}}),
        "has lost already what would have come anyway; set deadweight to 0",
    ),
    (DISPLACEMENT, {"buffer": [AREAS[0]]}, "Area 01 is in treated and in buffer"),
    (DISPLACEMENT, {"control": [AREAS[0]]}, "Area 01 is in treated and in control"),
    (DISPLACEMENT, {"buffer_control": None}, "a ring around one side and none around the other"),
    (SERIES, {"design": "synthetic_control"}, "a synthetic control is of one treated area"),
    (SERIES, {"design": "interrupted_series", "first": "2023-06"}, "24 are the least from which trend and season can be told"),
    (SERIES, {"design": "before_after"}, "8 areas not chosen: from fewer than 10"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("base", "changes", "message"), SERIES_CASES, ids=[message[:40] for *_, message in SERIES_CASES]
)
def test_a_bad_protocol_of_areas_is_refused_while_no_outcome_can_be_read(
    held: tuple[Workspace, Catalogue], tmp_path: Path, base: dict[str, Any], changes: dict[str, Any], message: str
) -> None:
    refuse(held, write_series(tmp_path, base | changes), message)


def schedule(edit: Callable[[str], str]) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / "schedule.csv"
        head, *lines = path.read_text("utf-8").splitlines()
        path.write_text("\n".join([head, *(edit(line) for line in lines)]) + "\n", encoding="utf-8")

    return change


def replace_in(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def leave(folder: Path) -> None:
    """As it is."""


TRIAL_CASES: list[tuple[dict[str, Any], Callable[[Path], None], str]] = [
    ({"days": 30}, leave, "The protocol's 30 days from 2025-03-01 are not the schedule's, which has 28 days"),
    ({"starts": datetime.date(2025, 3, 2)}, leave, "from 2025-03-02 are not the schedule's"),
    ({}, schedule(lambda line: line.replace(",Y,", ",N,")), "None of the place-days that count are treated"),
    ({}, schedule(lambda line: line.replace(",N,", ",Y,")), "All of the place-days that count are treated"),
    ({"files": CROSSOVER["files"] | {"draw": {"kind": "daily", "treated": 3}}}, leave, "The draw treats 3 places each day"),
    ({"files": CROSSOVER["files"] | {"draw": {"kind": "parallel", "treated": 3}}}, leave, "write design: parallel"),
    ({"files": CROSSOVER["files"] | {"draw": {"kind": "daily", "treated": 9}}}, leave, "The draw cannot be one of this trial"),
    ({"buffer_metres": 900}, leave, "The buffer of 900 metres around Place 1 reaches into Place 2"),
    ({"files": {key: value for key, value in CROSSOVER["files"].items() if key != "places"}}, leave, "no file gives the places'"),
    ({}, replace_in("schedule.csv", "2025-03-01,", "2025-03-02,"), "(lacks|has twice) Place 1 on 2025-03-0"),
    ({}, replace_in("schedule.csv", "2025-03-01,", "1 March,"), "line 2: '1 March' is no day"),
    ({}, schedule(lambda line: line[:-1] + ("0" if line.endswith("1") else "1")), "does not match the visits.*turned over"),
    ({}, replace_in("places.csv", "Place 6", "Place 7"), "has no row for Place 6"),
    ({"planned_ratio": 1.2}, leave, "less than 1"),
    ({"runs": 20}, leave, "greater than or equal to"),
    ({"trial": "southend"}, leave, "and not both"),
    ({"question": "Did patrols bring a drop in violence?"}, leave, "says 'drop'"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "spoil", "message"), TRIAL_CASES, ids=[message[:40] for *_, message in TRIAL_CASES]
)
def test_a_bad_protocol_of_a_trial_is_refused_while_no_outcome_can_be_read(
    held: tuple[Workspace, Catalogue],
    tmp_path: Path,
    changes: dict[str, Any],
    spoil: Callable[[Path], None],
    message: str,
) -> None:
    path = write_trial(tmp_path, CROSSOVER | changes)
    spoil(tmp_path)
    # Visits come with the trial: of one that is planned they are not looked at.
    if "visits" in message:
        with pytest.raises(EvaluationRefused, match=message):
            run_evaluation(*held, path)
    else:
        refuse(held, path, message)


def test_a_page_that_a_protocol_is_not_for_is_refused_too(held: tuple[Workspace, Catalogue], tmp_path: Path) -> None:
    with pytest.raises(EvaluationRefused, match="is not for the audience public"):
        run_evaluation(*held, write_series(tmp_path, SERIES), audience=Audience.PUBLIC)


def test_an_outcome_that_the_events_do_not_have_is_refused_by_its_name_alone(
    held: tuple[Workspace, Catalogue], tmp_path: Path
) -> None:
    path = write_trial(tmp_path, CROSSOVER)
    replace_in("protocol.yaml", "name: violence", "name: burglary")(tmp_path)
    with pytest.raises(EvaluationRefused, match="Outcome violence: the file of events has it and made_up does not"):
        run_evaluation(*held, path)


@pytest.mark.parametrize(
    "make", [lambda folder: write_series(folder, SERIES), lambda folder: write_trial(folder, CROSSOVER)]
)
def test_the_poison_is_met_by_a_sound_protocol_when_its_outcomes_are_opened(
    tmp_path_factory: pytest.TempPathFactory,
    held: tuple[Workspace, Catalogue],
    tmp_path: Path,
    make: Callable[[Path], Path],
) -> None:
    workspace = init_workspace(tmp_path_factory.mktemp("own") / "workspace", partnership="wrenshire")
    path = make(tmp_path)
    seal_evaluation(workspace, held[1], path)
    with pytest.raises(EvaluationRefused, match=r"secret|some day"):
        run_evaluation(workspace, held[1], path)
