"""Parallel and stepped-wedge trials with planted effects: what is found, what the checks catch, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from safeground.engine.disclosure import DisclosureRule
from safeground.engine.documents import Direction
from safeground.engine.evaluation import (
    EvaluationRefused,
    Verdict,
    compare_places,
    compare_starts,
    estimate_average_since_start,
    estimate_parallel_effect,
    estimate_stepped_wedge_effect,
    find_effect_since_start,
    say_effect,
)
from safeground.engine.statistics import DailyDraw, ParallelDraw, SteppedWedgeDraw

OPEN = DisclosureRule("open", "open data", 0, 1, "publisher", "made up")
GROUPS = ParallelDraw(places=24, days=12, treated=12)
WEDGE = SteppedWedgeDraw(places=18, days=20, steps=4)
Numbers = np.ndarray


def groups(seed: int, *, ratio: float = 0.6, early: float = 1.0) -> tuple[Numbers, Numbers, Numbers]:
    """Counts, schedule, counts before; `early`: what treatment seems to do in the later half of the time before."""
    rng = np.random.default_rng(seed)
    treated, usual = GROUPS(rng), rng.gamma(6, 1, (24, 1))
    acts = np.where(treated & (np.arange(12) >= 6), early, 1.0)
    return (
        rng.poisson(usual * np.where(treated, ratio, 1.0)).astype(float),
        treated,
        rng.poisson(usual * acts).astype(float),
    )


def parallel(counts: Numbers, treated: Numbers, before: Numbers | None = None, **told):
    place, month = np.indices(counts.shape)
    return estimate_parallel_effect(
        counts.ravel(), treated.ravel(), place=place.ravel(), period=month.ravel(), before=before, unit="month",
        **{"draw_schedule": GROUPS, "runs": 399, "rng": np.random.default_rng(1), **told},
    )  # fmt: skip


def wedge(seed: int, *, ratio: float = 0.6, later: float | None = None, lead: float = 1.0) -> tuple[Numbers, Numbers]:
    """Counts and schedule; `later`: the ratio from four months after the start on; `lead`: in the two months before it."""
    rng = np.random.default_rng(seed)
    treated = WEDGE(rng)
    since = np.arange(20) - treated.argmax(axis=1)[:, np.newaxis]
    acts = np.select([since >= 4, since >= 0, since >= -2], [ratio if later is None else later, ratio, lead], 1.0)
    level = rng.gamma(20, 1, (18, 1)) * np.exp(0.2 * np.sin(np.arange(20)))
    return rng.poisson(level * acts).astype(float), treated


def stepped(counts: Numbers, treated: Numbers, **told):
    place, month = np.indices(counts.shape)
    return estimate_stepped_wedge_effect(
        counts.ravel(), treated.ravel(), place=place.ravel(), period=month.ravel(), unit="month",
        **{"draw_schedule": WEDGE, "runs": 399, "rng": np.random.default_rng(1), **told},
    )  # fmt: skip


def checks_of(effect) -> dict[str, Verdict]:
    return {check.name: check.verdict for check in effect.checks}


def test_a_planted_effect_of_a_parallel_trial_is_found_and_told_as_a_difference_between_places() -> None:
    effect = parallel(*groups(1), contrast=compare_places("patrols"), outcome="offences of violence")
    assert effect.lower < 0.6 < effect.upper < 1
    assert (effect.treated.units, effect.other.units) == (144, 144)
    assert set(checks_of(effect).values()) == {Verdict.PASSED} and effect.evidence.maryland == 5
    assert say_effect(effect, effect.protect(OPEN)).startswith("Place for place there were ")
    assert "fewer offences of violence at places drawn to have patrols than at the other places of the draw" in (
        say_effect(effect, effect.protect(OPEN))
    )


def test_without_counts_before_balance_and_placebo_could_not_be_looked_at() -> None:
    counts, treated, _ = groups(2)
    checks = checks_of(parallel(counts, treated))
    assert checks["balance_at_baseline"] is checks["placebo_in_time"] is Verdict.NOT_APPLICABLE


def test_sides_that_differed_before_fail_the_check_of_balance_and_do_not_move_the_ratio() -> None:
    counts, treated, before = groups(3, ratio=1.0)
    effect = parallel(counts * np.where(treated, 2, 1), treated, before * np.where(treated, 2, 1))
    assert checks_of(effect)["balance_at_baseline"] is Verdict.FAILED
    assert effect.direction is Direction.CANNOT_TELL and 0.8 < effect.estimate < 1.25


def test_treatment_that_acts_before_its_start_fails_the_placebo() -> None:
    assert checks_of(parallel(*groups(4, early=0.5)))["placebo_in_time"] is Verdict.FAILED


def test_one_place_that_decides_is_named() -> None:
    counts, treated, _ = groups(5, ratio=1.0)
    busy = int(np.flatnonzero(treated[:, 0])[0])
    counts[busy] *= 12
    influence = next(check for check in parallel(counts, treated).checks if check.name == "influence")
    assert influence.verdict is Verdict.FAILED and f"; {busy} moves it most" in influence.sentence


def test_a_place_that_was_lost_is_told() -> None:
    counts, treated, before = groups(6)
    counts[3] = np.nan
    left_out = next(check for check in parallel(counts, treated, before).checks if check.name == "left_out")
    assert left_out.verdict is Verdict.FAILED and "1 place was lost altogether" in left_out.sentence


def test_a_place_that_was_not_counted_before_is_left_out_where_its_level_is_needed() -> None:
    counts, treated, before = groups(10)
    before[5] = np.nan
    before[7, :6] = np.nan
    effect = parallel(counts, treated, before)
    assert effect.lower < 0.6 < effect.upper
    assert checks_of(effect)["balance_at_baseline"] is Verdict.PASSED
    without = np.arange(24) != 5
    alone = parallel(
        counts[without], treated[without], before[without],
        draw_schedule=lambda rng: GROUPS(rng)[without], has_checks=False,
    )  # fmt: skip
    assert effect.estimate == pytest.approx(alone.estimate)


def test_an_effect_of_one_month_alone_hangs_on_its_window() -> None:
    counts, treated, before = groups(7, ratio=1.0)
    counts[:, 0] += np.where(treated[:, 0], 200, 0)
    assert checks_of(parallel(counts, treated, before))["window"] is Verdict.FAILED


def test_pairs_are_drawn_anew_as_pairs() -> None:
    """Pairs as unlike as day and night: only a test that draws within them finds anything."""
    rng = np.random.default_rng(8)
    pairs = ParallelDraw(places=24, days=12, treated=1, stratum=2)
    treated = pairs(rng)
    level = np.repeat(np.geomspace(1, 60, 12), 2)[:, np.newaxis]
    counts = rng.poisson(level * np.where(treated, 0.7, 1.0)).astype(float)
    within = parallel(counts, treated, draw_schedule=pairs, has_checks=False)
    assert within.p < 0.02 and within.upper < 1
    across = parallel(counts, treated, has_checks=False)
    assert across.p > 0.2


def test_a_planted_effect_of_a_wedge_is_found_and_its_checks_pass() -> None:
    effect = stepped(*wedge(11), contrast=compare_starts("street lighting"), outcome="thefts")
    assert effect.lower < 0.6 < effect.upper < 1 and effect.evidence.maryland == 5
    assert set(checks_of(effect).values()) == {Verdict.PASSED}
    assert "fewer thefts at places that had started with street lighting than at places that had not yet" in (
        say_effect(effect, effect.protect(OPEN))
    )


def test_an_effect_that_wears_off_fails_the_check_of_later_months_and_shows() -> None:
    counts, treated = wedge(12, ratio=0.5, later=1.1)
    assert checks_of(stepped(counts, treated))["constant_effect"] is Verdict.FAILED
    before, first, *_, last = find_effect_since_start(counts, treated, stretches=4)
    assert before.last == -1 and first.first == 0 and first.upper < 0.8 < last.lower


def test_an_effect_that_grows_is_led_astray_by_one_ratio_and_not_by_the_mean_over_time() -> None:
    """Five per cent more of it each month: the interval of the one ratio leaves out what there was on average."""
    rng = np.random.default_rng(31)
    treated = WEDGE(rng)
    since = np.arange(20) - treated.argmax(axis=1)[:, np.newaxis]
    counts = rng.poisson(200 * np.where(treated, 0.95 ** np.maximum(since, 0), 1.0)).astype(float)
    truth = np.exp(np.log(0.95) * since[treated].mean())
    one = stepped(counts, treated)
    mean = estimate_average_since_start(counts, treated, unit="month", outcome="thefts")
    assert one.lower > truth + 0.05 and checks_of(one)["constant_effect"] is Verdict.FAILED
    assert mean.lower < truth < mean.upper < 1 and mean.estimate == pytest.approx(truth, abs=0.03)
    assert "thefts (mean over the months since the start)" in say_effect(mean, mean.protect(OPEN))


def test_the_mean_over_time_needs_events_after_the_start() -> None:
    counts, treated = wedge(12)
    found = estimate_average_since_start(np.where(treated, 0.0, counts), treated)
    assert not found.is_available and "fewer than 15 events" in found.method


def test_late_times_with_few_events_are_joined_to_those_before() -> None:
    counts, treated = wedge(12)
    since = np.arange(20) - treated.argmax(axis=1)[:, np.newaxis]
    found = estimate_average_since_start(np.where(since >= 12, np.minimum(counts, 1), counts), treated)
    assert found.is_available and found.lower < found.estimate < found.upper


def test_places_that_change_before_their_start_fail_the_placebo() -> None:
    assert checks_of(stepped(*wedge(13, lead=0.4)))["placebo_in_time"] is Verdict.FAILED


def test_months_of_transition_are_on_neither_side() -> None:
    counts, treated = wedge(14)
    effect = stepped(counts, treated, transition=1, has_checks=False)
    assert effect.treated.units == int(treated.sum()) - 18
    assert "for the first month after each start" in effect.method


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"before": np.ones((3, 4))}, "give a row for each of the 24 places"),
        ({"before": -np.ones((24, 4))}, "negative"),
        ({"draw_schedule": DailyDraw(places=24, days=12, treated=12)}, "Whole places|whole places"),
        ({"draw_schedule": ParallelDraw(places=24, days=12, treated=5)}, "none that its mechanism draws"),
        ({"runs": 20}, "too few"),
    ],
)
def test_what_is_no_parallel_trial_is_refused(change: dict, message: str) -> None:
    counts, treated, _ = groups(9)
    with pytest.raises(EvaluationRefused, match=message):
        parallel(counts, treated, **change)


def test_a_wedge_with_a_transition_to_the_end_is_refused() -> None:
    with pytest.raises(EvaluationRefused, match="leaves no period"):
        stepped(*wedge(15), transition=19)
    with pytest.raises(EvaluationRefused, match="nought or more months"):
        stepped(*wedge(15), transition=-1)
