"""Forecasts of a made-up town whose true intensity is known: what they find, what they may not see, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from safeground.engine.areas import Grid, make_grid, name_grid_reference
from safeground.engine.places import read_candidates
from safeground.engine.places.forecasts.backtest import BacktestScores, run_backtest
from safeground.engine.places.forecasts.baselines import forecast_simply
from safeground.engine.places.forecasts.count_model import forecast_counts
from safeground.engine.places.forecasts.features import SignReader
from safeground.engine.places.forecasts.history import KINDS_LEARNT, CellHistory, ForecastError, make_history
from safeground.engine.places.forecasts.next_cells import NextCells, choose_next_cells
from safeground.engine.places.forecasts.plan import BacktestPlan, load_backtest_plan
from safeground.engine.places.forecasts.scoring import resample_calibration
from safeground.engine.places.forecasts.windows import TestWindow, as_months, cut_windows
from safeground.engine.places.police_initiated import POLICE_INITIATED_TYPES
from safeground.engine.statistics import measure_calibration

GRID: Grid = make_grid(cell=150, kind="square")
SIDE, MONTHS = 45, 30
FIRST = int(as_months(["2020-01"])[0])
OFFENCES = ("Robbery", "Violence and sexual offences", "Drugs")


def make_area() -> np.ndarray:
    east, north = np.meshgrid(600_075 + 150 * np.arange(SIDE), 200_075 + 150 * np.arange(SIDE), indexing="ij")
    return GRID.locate(east.ravel(), north.ravel())


def make_intensity(rng: np.random.Generator) -> np.ndarray:
    """Robberies of a cell and month: a few busy cells, some streets, and fields in which nothing ever happens."""
    level = rng.gamma(0.25, 1, SIDE**2)
    level[rng.random(SIDE**2) < 0.5] = 0
    return 0.01 * level / level.mean()


def make_events(seed: int = 1) -> dict[str, np.ndarray]:
    """Robbery is rare; violence is 30 times as frequent and, but for noise of its own, where robbery is."""
    rng = np.random.default_rng(seed)
    robbery = make_intensity(rng)
    each = {
        "Robbery": robbery,
        "Violence and sexual offences": 30 * robbery * rng.gamma(3, 1 / 3, SIDE**2),
        "Drugs": rng.permutation(5 * robbery),
    }
    centres = GRID.centres(make_area())
    rows = []
    for offence, intensity in each.items():
        counts = rng.poisson(intensity, (MONTHS, SIDE**2))
        month, cell = np.nonzero(counts)
        rows.append((np.repeat(month, counts[month, cell]), np.repeat(cell, counts[month, cell]), offence))
    cell = np.concatenate([row[1] for row in rows])
    return {
        "easting": centres[cell, 0],
        "northing": centres[cell, 1],
        "month": FIRST + np.concatenate([row[0] for row in rows]),
        "offence": np.concatenate([np.full(len(row[0]), row[2], dtype=object) for row in rows]),
        "location": np.full(len(cell), "On or near High Street", dtype=object),
    }


def read(events: dict[str, np.ndarray], **options: Any) -> CellHistory:
    given: dict[str, Any] = {"grid": GRID, "area": make_area(), "months": FIRST + np.arange(MONTHS)}
    return make_history(**(given | {"leave_out": ("Drugs",)} | events | options))


@pytest.fixture(scope="module")
def plan() -> BacktestPlan:
    """The plan that ships, with as many cells as a town this small can have hot spots."""
    shipped = load_backtest_plan().model_dump(by_alias=True)
    shipped["scored_at"]["cells"] = [20]
    shipped["headline"]["cells"] = 20
    shipped["interval"] |= {"resamples": 499, "block_metres": 1000}
    return BacktestPlan.model_validate(shipped)


@pytest.fixture(scope="module")
def scores(plan: BacktestPlan) -> BacktestScores:
    return run_backtest(read(make_events()), plan, plan.outcome)


def test_ours_finds_more_of_the_true_intensity_than_any_simple_method(plan: BacktestPlan) -> None:
    truth = make_intensity(np.random.default_rng(1))
    window = TestWindow(FIRST + 24, 6)
    history = read(make_events())
    found = {**forecast_simply(history, window, ["Robbery"])}
    found["ours"] = forecast_counts(history, SignReader(history, OFFENCES[:2]), window, ["Robbery"]).expected  # type: ignore[index]
    caught = {name: truth[np.argsort(-forecast, kind="stable")[:60]].sum() for name, forecast in found.items()}
    best = np.sort(truth)[-60:].sum()
    assert caught["ours"] > max(share for name, share in caught.items() if name != "ours")
    assert caught["ours"] > 0.85 * best


def test_scores_margins_and_recommendation_agree(scores: BacktestScores) -> None:
    headline = {row.method: row for row in scores.scores if row.cells == 20}
    for margin in scores.margins:
        apart = headline["ours"].scores["pei"].value - headline[margin.against].scores["pei"].value
        assert margin.value == pytest.approx(apart)
        assert margin.lower <= margin.value <= margin.upper
        assert margin.cautious_upper - margin.cautious_lower > 0
    assert scores.ours_is_better == all(min(margin.lower, margin.cautious_lower) > 0 for margin in scores.margins)
    assert scores.recommended == ("ours" if scores.ours_is_better else scores.best_baseline)
    total = sum(window.hits["ours"] for window in scores.windows)
    assert headline["ours"].hits == pytest.approx(total)
    assert headline["ours"].scores["pei"].value == pytest.approx(total / sum(w.most_hits for w in scores.windows))


def test_what_is_expected_comes_about(scores: BacktestScores) -> None:
    assert sum(w.expected for w in scores.windows) == pytest.approx(sum(w.events for w in scores.windows), rel=0.1)
    assert scores.calibration.expected == pytest.approx(scores.calibration.happened, rel=0.1)
    assert scores.calibration.brier_skill > 0
    assert "windows and" in scores.calibration.method  # resampled as the scores are
    assert scores.came_of_expected.lower < 1 < scores.came_of_expected.upper
    known = np.isfinite(scores.calibration.lower)
    assert (scores.calibration.lower <= scores.calibration.observed)[known].all() and known.any()
    for row in scores.scores:
        for each in row.scores.values():
            assert np.isnan(each.lower) or each.lower <= each.value <= each.upper


def test_where_all_cells_are_alike_the_simple_method_is_recommended(plan: BacktestPlan) -> None:
    events = make_events()
    rng = np.random.default_rng(5)
    cell = rng.integers(SIDE**2, size=len(events["month"]))
    centres = GRID.centres(make_area())
    events |= {"easting": centres[cell, 0], "northing": centres[cell, 1]}
    history = read(events)
    found = run_backtest(history, plan, plan.outcome)
    assert not found.ours_is_better
    assert found.recommended == found.best_baseline != "ours"
    ahead = choose_next_cells(history, plan, found)
    assert ahead.method == found.recommended
    assert (ahead.window.first, ahead.window.months) == (FIRST + MONTHS, 6)
    assert np.isnan(ahead.chance).all()
    assert len(ahead.as_csv().splitlines()) == 1 + len(set(ahead.cells)) == 21


def test_next_cells_are_places_that_a_trial_can_draw_among(tmp_path: Path) -> None:
    cells = make_area()[[3, 700]]
    window = TestWindow(FIRST, 6)
    path = tmp_path / "next.csv"
    path.write_text(
        NextCells(GRID, window, "ours", cells, np.array([0.25, np.nan]), cells[:0]).as_csv(), encoding="utf-8"
    )
    places = read_candidates(path, radius=75.0)
    assert [place.name for place in places] == [
        f"{rank}. {name_grid_reference(*centre)}" for rank, centre in enumerate(GRID.centres(cells), 1)
    ]
    assert GRID.locate([p.easting for p in places], [p.northing for p in places]).tolist() == cells.tolist()


def test_a_police_station_is_no_next_cell_and_is_named_as_left_out(plan: BacktestPlan, scores: BacktestScores) -> None:
    events = make_events()
    before = choose_next_cells(read(events), plan, scores)
    assert not len(before.left_out) and before.line().endswith(".") and "Left out" not in before.line()
    where = GRID.locate(events["easting"], events["northing"])
    at_station, at_both = before.cells[:2]
    robbery = events["offence"] == "Robbery"
    events["location"][where == at_station] = "On or near Police Station"
    some = np.flatnonzero(robbery & (where == at_both))
    events["location"][some[: (len(some) - 1) // 2]] = "On or near Hospital"
    history = read(events)
    after = choose_next_cells(history, plan, scores)
    assert after.left_out.tolist() == [at_station] and at_station not in after.cells
    assert at_both in after.cells, "most of what was recorded there was in the street"
    assert len(after.cells) == len(before.cells)
    assert name_grid_reference(*GRID.centres(after.left_out)[0]) in after.line()
    assert history.counts["Robbery"].sum() == read(make_events()).counts["Robbery"].sum(), "what is scored stays"


def test_the_kinds_learnt_are_those_that_were_tested() -> None:
    """The features' order is part of what was committed; a kind more or less would be another model."""
    assert KINDS_LEARNT == (
        "Supermarket", "Parking Area", "Petrol Station", "Shopping Area", "Nightclub", "Sports/Recreation Area",
        "Park/Open Space", "Pedestrian Subway", "Hospital", "Further/Higher Educational Building",
        "Theatre/Concert Hall", "Bus/Coach Station", "Conference/Exhibition Centre",
    )  # fmt: skip


def test_nothing_in_or_after_a_window_changes_its_forecast() -> None:
    """The leak test: every method, before and after the future is thrown away, moved about, or made up."""
    window = TestWindow(FIRST + 18, 6)
    events = make_events()
    is_future = events["month"] >= window.first
    moved = {name: part.copy() for name, part in events.items()}
    rng = np.random.default_rng(3)
    future = np.flatnonzero(is_future)
    for name in ("easting", "northing", "offence"):
        moved[name][future] = moved[name][rng.permutation(future)]
    moved["location"][future] = "On or near Nightclub"
    thrown_away = {name: part[~is_future] for name, part in events.items()}
    answers = []
    for given in (events, moved, thrown_away):
        history = read(given)
        ours = forecast_counts(history, SignReader(history, OFFENCES[:2]), window, ["Robbery"])
        answers.append({"ours": ours.expected, "chance": ours.chance, **forecast_simply(history, window, ["Robbery"])})
    for other in answers[1:]:
        for name, forecast in answers[0].items():
            assert np.allclose(forecast, other[name], rtol=1e-6, atol=1e-12), name


def test_the_past_does_change_a_forecast() -> None:
    """So that the leak test can fail."""
    window = TestWindow(FIRST + 18, 6)
    events = make_events()
    history, shorter = read(events), read({name: part[events["month"] != FIRST + 17] for name, part in events.items()})
    for name, forecast in forecast_simply(history, window, ["Robbery"]).items():
        assert not np.allclose(forecast, forecast_simply(shorter, window, ["Robbery"])[name]), name
    ours = [forecast_counts(each, SignReader(each, OFFENCES[:2]), window, ["Robbery"]) for each in (history, shorter)]
    assert not np.allclose(ours[0].expected, ours[1].expected)


def test_what_police_record_on_their_own_initiative_changes_nothing(plan: BacktestPlan) -> None:
    events = make_events()
    without = {name: part[events["offence"] != "Drugs"] for name, part in events.items()}
    both = [run_backtest(read(given), plan, plan.outcome) for given in (events, without)]
    assert [window.hits for window in both[0].windows] == [window.hits for window in both[1].windows]
    assert read(events).left_out == int((events["offence"] == "Drugs").sum())
    assert "Drugs" not in read(events).counts


def test_an_outcome_of_the_polices_is_no_plan() -> None:
    shipped = load_backtest_plan().model_dump(by_alias=True)
    shipped["outcome"]["offences"] = ["Robbery", "Possession of weapons"]
    with pytest.raises(ValueError, match="which police record on their own initiative"):
        BacktestPlan.model_validate(shipped)


def test_runs_of_months_are_cut_from_their_end(plan: BacktestPlan) -> None:
    """The months of Essex that lie beside the project, and the windows that the rule makes of them."""
    runs = [
        ("2014-01", 11), ("2018-01", 7), ("2018-10", 5), ("2021-03", 13), ("2024-01", 4), ("2025-01", 6),
    ]  # fmt: skip
    months = np.concatenate([as_months([start])[0] + np.arange(length) for start, length in runs])
    assert [window.title for window in cut_windows(months, plan.windows)] == [
        "2018-02 to 2018-07",
        "2018-10 to 2019-02",
        "2021-04 to 2021-09",
        "2021-10 to 2022-03",
        "2024-01 to 2024-04",
        "2025-01 to 2025-06",
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"easting": np.nan}, "no event has coordinates"),
        ({"easting": 600_100.0, "northing": 200_100.0}, "all events lie at one point"),
        ({"easting": 300_000.0}, "no event lies inside the area's outline"),
    ],
)
def test_points_that_no_forecast_can_be_made_of(change: dict[str, float], words: str) -> None:
    events = make_events()
    size = len(events["month"])
    with pytest.raises(ForecastError, match=words):
        read(events | {name: np.full(size, value) for name, value in change.items()})


def test_too_little_to_test_on_is_said(plan: BacktestPlan) -> None:
    events = make_events()
    one = {name: part[events["month"] == FIRST] for name, part in events.items()}
    with pytest.raises(ForecastError, match="one month was received, which leaves nothing to test on"):
        run_backtest(read(one, months=[FIRST]), plan, plan.outcome)
    violence = {name: part[events["offence"] != "Robbery"] for name, part in events.items()}
    with pytest.raises(ForecastError, match="no robbery was recorded inside the area"):
        run_backtest(read(violence), plan, plan.outcome)
    few = load_backtest_plan()
    with pytest.raises(ForecastError, match="smaller cells or fewer"):
        run_backtest(read(events, area=make_area()[:150]), few, few.outcome)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("headline", "cells"), 77, "not among scored_at.cells"),
        (("windows", "shortest"), 9, "at most its months"),
        (("windows", "months_before"), 0, "greater than or equal to 6"),
        (("cells", "metres"), 5, "greater than or equal to 25"),
        (("baselines",), [], "at least 1 item"),
        (("baselines", 0, "name"), "best_of_all", "Input should be"),
        (("a_key_of_ones_own",), 1, "Extra inputs"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(path: tuple[str | int, ...], value: Any, words: str) -> None:
    shipped: Any = load_backtest_plan().model_dump(by_alias=True, mode="json")
    at = shipped
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    with pytest.raises(ValueError, match=words):
        BacktestPlan.model_validate(shipped)


def test_an_unknown_outcome_is_told_what_there_is(plan: BacktestPlan) -> None:
    with pytest.raises(ValueError, match="there are robbery, robbery_and_possession_of_weapons"):
        plan.find_outcome("burglary")
    assert plan.find_outcome(None) is plan.outcome


def test_acceptance_was_no_part_of_development() -> None:
    shipped = load_backtest_plan()
    assert not {*shipped.development} & {*shipped.acceptance}
    assert POLICE_INITIATED_TYPES == {*shipped.police_initiated.offences}


def test_chances_of_places_that_rise_and_fall_together_have_wider_intervals_than_independent_ones(
    plan: BacktestPlan,
) -> None:
    """40 squares of 50 cells: in a square and window either every cell has an event or none does. Wilson takes 2,000 cells for 2,000."""
    rng, blocks = np.random.default_rng(4), np.repeat(np.arange(40), 50)
    chances = [np.full(2000, 0.2) for _ in range(3)]
    happened = [(rng.random(40) < 0.2)[blocks] for _ in range(3)]
    wilson = measure_calibration(np.concatenate(chances), np.concatenate(happened))
    resampled, ratio = resample_calibration(wilson, chances, happened, blocks, plan)
    np.testing.assert_array_equal(resampled.observed, wilson.observed)
    assert (resampled.upper - resampled.lower)[0] > 4 * (wilson.upper - wilson.lower)[0]
    assert ratio.value == pytest.approx(wilson.observed[0] / 0.2) and ratio.lower < 1 < ratio.upper


def test_a_group_of_chances_in_one_square_has_no_interval(plan: BacktestPlan) -> None:
    """Half of all resamples lack the only square with high chances, so that nothing is told of them."""
    blocks = np.repeat(np.arange(30), 10)
    chance = np.where(np.arange(300) == 299, 0.9, 0.03)
    came = np.arange(300) % 25 == 24
    found, _ = resample_calibration(measure_calibration(chance, came, groups=2), [chance], [came], blocks, plan)
    assert found.cases.tolist() == [299, 1]
    assert np.isfinite([found.lower[0], found.upper[0]]).all() and np.isnan([found.lower[1], found.upper[1]]).all()
