"""Goals as the source states them."""

from __future__ import annotations

import pytest

from safeground.engine.catalogue import NOT_STATED, Change, load_catalogue


@pytest.mark.parametrize(
    ("percent", "kind", "baseline", "limit"),
    [
        (50, "more than", 20, 9),
        (50, "more than", 21, 10),
        (50, "at least", 20, 10),
        (35, "at least", 20, 13),  # 20 less 35% is 13, whatever binary fractions make of it
        (100 / 3, "more than", 12, 7),
        (100 / 3, "at least", 12, 8),
        (50, "more than", 0, -1),
    ],
)
def test_the_highest_count_that_meets_a_goal(percent: float, kind: str, baseline: float, limit: float) -> None:
    assert Change.model_validate({"percent": percent, "is": kind}).limit(baseline) == limit


def test_essex_states_two_dates_and_no_baseline() -> None:
    goals = load_catalogue("essex").goals
    assert goals is not None
    admissions, homicides, knives = goals.goals
    assert admissions.deadlines == homicides.deadlines == (2030, 2031)
    assert admissions.baseline == homicides.baseline == NOT_STATED
    assert (knives.change, knives.by, knives.deadlines) == (NOT_STATED, NOT_STATED, ())


def test_essex_holds_no_benchmark_that_counts_something_else() -> None:
    goals = load_catalogue("essex").goals
    assert goals is not None
    benchmarks = [benchmark for goal in goals.goals for benchmark in goal.benchmarks]
    assert len(benchmarks) == 2
    assert all(benchmark.refused for benchmark in benchmarks)
    # DOMAIN 5.4: 55% in ten years is 7.7% a year.
    assert benchmarks[0].yearly_change == pytest.approx(-0.077, abs=0.0005)


def test_a_change_of_goals_is_another_version_of_the_definitions(tmp_path: object) -> None:
    import shutil
    from pathlib import Path

    from safeground.engine.catalogue import definitions_folder

    folder = Path(str(tmp_path)) / "definitions"
    shutil.copytree(definitions_folder(), folder)
    before = load_catalogue("essex", folder).version
    path = folder / "local" / "essex" / "goals.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("percent: 50", "percent: 40"), encoding="utf-8")
    assert load_catalogue("essex", folder).version != before
    path.unlink()
    assert load_catalogue("essex", folder).goals is None
