"""A trial is designed from a file and the places' past, and what cannot be is refused in a sentence."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pytest
import yaml

from safeground.engine.build import design_trial
from safeground.engine.catalogue import DefinitionsError, definitions_folder, load_catalogue
from safeground.engine.measures import DatedPlaces
from safeground.engine.places import (
    TrialPlace,
    TrialRefused,
    choose_places,
    count_place_days,
    estimate_design_power,
    load_design,
    make_design,
    plan_capacity,
    read_candidates,
    read_trial_spec,
)
from safeground.engine.places.patrols.capacity import find_far_apart
from safeground.engine.workspace import Workspace, init_workspace

EXAMPLE = definitions_folder() / "national" / "examples" / "southend_patrols" / "trial.yaml"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return init_workspace(tmp_path / "workspace", partnership="wrenshire")


def write_spec(folder: Path, **changes: object) -> Path:
    """The example with some keys changed (None takes one out), its places beside it."""
    content = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8")) | changes
    path = folder / "trial.yaml"
    path.write_text(
        yaml.safe_dump({key: value for key, value in content.items() if value is not None}), encoding="utf-8"
    )
    (folder / "places.csv").write_bytes((EXAMPLE.parent / "places.csv").read_bytes())
    return path


def test_the_example_is_the_published_design(workspace: Workspace) -> None:
    report = design_trial(workspace, load_catalogue("wrenshire"), EXAMPLE, simulations=100)
    design = report.design
    assert (len(design.places), design.spec.days, design.spec.draw.treated) == (20, 90, 8)
    assert design.draw.chances.sum() == pytest.approx(720)
    assert report.can_be_carried
    assert report.power.is_assumption
    said = " ".join(report.lines())
    assert "1,800, of which 720 with a patrol" in said
    assert "An assumption, and no record" in said
    assert "5% is meant" in said
    assert "the very test that safeground evaluate makes" in said
    assert load_design(workspace, "southend_patrols").sha256 == design.sha256


@pytest.mark.parametrize(
    ("draw", "test"),
    [
        (
            {"kind": "parallel", "treated": 8},
            "the very test that safeground evaluate makes (design: parallel) where nothing was counted before",
        ),
        ({"kind": "stepped_wedge", "steps": 4}, "the very test that safeground evaluate makes (design: stepped_wedge)"),
    ],
)
def test_the_design_says_which_evaluation_tells_its_draw(
    workspace: Workspace, tmp_path: Path, draw: dict[str, object], test: str
) -> None:
    path = write_spec(tmp_path, draw=draw)
    said = " ".join(design_trial(workspace, load_catalogue("wrenshire"), path, simulations=60).lines())
    assert test in said and "will refuse" not in said


def test_a_draw_of_too_few_places_to_find_anything_is_told_at_the_design(workspace: Workspace, tmp_path: Path) -> None:
    choice = {"file": "places.csv", "take": 5}
    path = write_spec(tmp_path, places=choice, draw={"kind": "parallel", "treated": 2})
    said = " ".join(design_trial(workspace, load_catalogue("wrenshire"), path, simulations=60).lines())
    assert "will refuse this trial. There are only 10 ways to draw 5 places so" in said and "the very test" not in said


def test_strata_are_told_and_carried_and_change_no_fingerprint_where_there_are_none(tmp_path: Path) -> None:
    spec = read_trial_spec(write_spec(tmp_path, draw={"kind": "parallel", "treated": 1, "stratum": 2}))
    places = choose_places(read_candidates(tmp_path / "places.csv", radius=75), spec.places).places
    design = make_design(spec, places)
    assert {window.asks for window in plan_capacity(design)} == {10}
    assert design.fixed["trial"]["draw"]["stratum"] == 2
    plain = read_trial_spec(write_spec(tmp_path, draw={"kind": "parallel", "treated": 8}))
    assert "stratum" not in plain.model_dump(mode="json")["draw"]


def test_an_outcome_that_patrols_make_themselves_is_told_at_the_design(workspace: Workspace, tmp_path: Path) -> None:
    outcome = {
        "definition": "police_uk_public_space_violence",
        "feed": "recorded_crime",
        "title": "Violence and weapons",
    }
    path = write_spec(tmp_path, outcome=outcome)
    said = " ".join(design_trial(workspace, load_catalogue("wrenshire"), path, simulations=100).lines())
    assert "will refuse this trial. Patrols themselves put offences of this outcome on record" in said
    assert "such as Possession of weapons" in said


def test_the_same_design_is_told_the_same_power(workspace: Workspace) -> None:
    catalogue = load_catalogue("wrenshire")
    told = [design_trial(workspace, catalogue, EXAMPLE, simulations=60).as_data() for _ in range(2)]
    assert told[0] == told[1]


def test_a_time_without_quotation_marks_is_still_a_time(tmp_path: Path) -> None:
    path = write_spec(tmp_path)
    text = path.read_text(encoding="utf-8").replace("'15:00'", "15:00").replace("'06:00'", "06:00")
    path.write_text(text, encoding="utf-8")
    spec = read_trial_spec(path)
    assert (spec.windows[0].starts, spec.day_starts, spec.boundary) == ("15:00", "06:00", 360)


def test_shifts_that_cannot_carry_the_design_are_told(tmp_path: Path) -> None:
    spec = read_trial_spec(
        write_spec(tmp_path, windows=[{"name": "Late", "from": "15:00", "to": "23:00", "teams": 1, "minutes": 120}])
    )
    places = choose_places(read_candidates(tmp_path / "places.csv", radius=75), spec.places).places
    (window,) = plan_capacity(make_design(spec, places))
    assert (window.carries, window.asks, window.is_enough) == (4, 8, False)
    assert "too few" in window.line()
    assert window.officer_hours == pytest.approx(8 * 25 * 2 / 60)


def test_places_too_near_or_left_out_are_passed_over_in_words(tmp_path: Path) -> None:
    spec = read_trial_spec(write_spec(tmp_path))
    candidates = read_candidates(tmp_path / "places.csv", radius=75)
    choice = spec.places.model_copy(update={"leave_out": ("Pier Head",)})
    chosen = choose_places(candidates, choice)
    assert len(chosen.places) == 20
    names = {place.name for place in chosen.places}
    assert not names & {"Pier Head", "Abbey Lane"}
    assert len(chosen.passed_over) == 2


def test_events_count_at_the_nearest_place_on_the_patrols_day() -> None:
    """Two in the morning belongs to the night before; an event without a day or a point is told and not counted."""
    places = [TrialPlace("A", 1000, 1000, 75), TrialPlace("B", 1100, 1000, 75)]
    start = int(np.datetime64("2025-01-01T00:00", "m").astype(int))
    minutes = [2 * 60, 26 * 60, 30 * 60, 30 * 60, 30 * 60, 30 * 60]
    found = DatedPlaces(
        easting=np.array([1000, 1000, 1060, 1040, 2000, np.nan]),
        northing=np.array([1000, 1000, 1000, 1000, 1000, np.nan]),
        moment=start + np.array(minutes),
        has_day=np.array([True, True, True, True, True, False]),
    )
    january = datetime.date(2025, 1, 1)
    history = count_place_days(found, places=places, months=(january, january), boundary=360)
    assert history.counts.shape == (2, 31)
    # The first lies before the first whole day.
    assert np.argwhere(history.counts).tolist() == [[0, 0], [0, 1], [1, 1]]
    assert (history.undated, history.without_point, history.events) == (1, 1, 3)


def test_power_from_a_past_keeps_its_clusters_and_places(tmp_path: Path) -> None:
    from safeground.engine.places import PlaceHistory

    spec = read_trial_spec(write_spec(tmp_path, declared=None))
    rng = np.random.default_rng(1)
    rates = rng.gamma(2, 0.15, (20, 1))
    history = PlaceHistory(rng.poisson(rates, (20, 200)).astype(float), datetime.date(2025, 1, 1), 12, 3)
    power = estimate_design_power(spec, places=20, history=history, simulations=100, redraws=99, rng=rng)
    assert not power.is_assumption
    assert "12 events of the area have no certain day" in power.basis
    assert power.curve.events == pytest.approx(history.rate * 1800, rel=0.1)
    assert power.planned[0] > 0.8 and power.days_needed is not None and power.days_needed <= 90
    short = PlaceHistory(history.counts[:, :40], history.first, 0, 0)
    with pytest.raises(TrialRefused, match="at least 56"):
        estimate_design_power(spec, places=20, history=short, simulations=10, redraws=19, rng=rng)
    empty = PlaceHistory(np.zeros((20, 200)), history.first, 0, 0)
    with pytest.raises(TrialRefused, match="busier places"):
        estimate_design_power(spec, places=20, history=empty, simulations=10, redraws=19, rng=rng)


def test_a_trial_without_a_past_or_a_declared_rate_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    from safeground.engine.workspace import WorkspaceError

    with pytest.raises((TrialRefused, WorkspaceError)):
        design_trial(workspace, load_catalogue("wrenshire"), write_spec(tmp_path, declared=None))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("place,easting\nA,600000\nB,600500\n", "no column northing"),
        ("place,easting,northing\nA,600000,200000\n", "at least two"),
        ("place,easting,northing\nA,,\nB,600000,200000\n", "has no coordinates"),
        ("place,easting,northing\nA,51.5,0.7\nB,600000,2000000\n", "not on the British National Grid"),
        ("place,easting,northing\nA,600000,200000\nA,600500,200000\n", "more than once"),
        ("place,easting,northing,radius\nA,600000,200000,0\nB,600500,200000,\n", "radius"),
    ],
)
def test_a_file_of_places_that_is_wrong_is_refused_in_a_sentence(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "places.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TrialRefused, match=words):
        read_candidates(path, radius=75)


def test_the_hot_spots_own_table_is_taken(tmp_path: Path) -> None:
    """As an edition writes it: with a byte order mark, the place under `name`, and more columns than are needed."""
    path = tmp_path / "hot_spots.csv"
    rows = ("rank,name,easting,northing,events", "1,1. High Street,588124,185608,40", "2,2. Pier Hill,588500,185200,31")
    text = "\ufeff" + "\n".join(rows) + "\n"
    path.write_text(text, encoding="utf-8")
    places = read_candidates(path, radius=75)
    assert [(place.name, place.easting, place.radius) for place in places] == [
        ("1. High Street", 588124, 75),
        ("2. Pier Hill", 588500, 75),
    ]


def test_all_places_at_one_point_are_refused(tmp_path: Path) -> None:
    rows = "".join(f"P{number},600000,200000\n" for number in range(20))
    (tmp_path / "places.csv").write_text(f"place,easting,northing\n{rows}", encoding="utf-8")
    spec = read_trial_spec(EXAMPLE)
    with pytest.raises(TrialRefused, match="Only 1 of 20"):
        choose_places(read_candidates(tmp_path / "places.csv", radius=75), spec.places)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"draw": {"kind": "daily"}}, "how many places are treated"),
        ({"draw": {"kind": "stepped_wedge"}}, "in how many steps"),
        ({"day_starts": "6 o'clock"}, "day_starts"),
        ({"planned_rate_ratio": 1.2}, "less than 1"),
        ({"owner": "tbc"}, "no one"),
        ({"surprise": 1}, "unknown key"),
    ],
)
def test_a_trial_that_is_written_wrongly_is_refused(tmp_path: Path, changes: dict[str, object], words: str) -> None:
    with pytest.raises(DefinitionsError, match=words):
        read_trial_spec(write_spec(tmp_path, **changes))


def test_a_draw_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    spec = read_trial_spec(write_spec(tmp_path, draw={"kind": "daily", "treated": 20}))
    places = choose_places(read_candidates(tmp_path / "places.csv", radius=75), spec.places).places
    with pytest.raises(TrialRefused, match="nothing to compare"):
        make_design(spec, places)


def test_places_too_far_apart_for_the_minutes_between_them_are_told(tmp_path: Path) -> None:
    """Two teams share the places from west to east; ten minutes are about five kilometres."""
    spec = read_trial_spec(write_spec(tmp_path))
    assert (max(window.teams for window in spec.windows), spec.patrol.travel_minutes) == (2, 10)

    def place(name: str, x: float, y: float) -> TrialPlace:
        return TrialPlace(name, x, y, 75.0)

    town = [place(f"{at}", 588_000 + 400 * at, 185_000) for at in range(8)]
    two_towns = [*town[:4], *(place(f"far {at}", 628_000 + 400 * at, 185_000) for at in range(4))]
    assert find_far_apart(town, spec) == find_far_apart(two_towns, spec) == ()
    (said,) = find_far_apart([place(f"{at}", 588_000 + 10_000 * at, 185_000) for at in range(8)], spec)
    assert "17 km apart on average; 10 minutes from one to the next allow about 5 km" in said
