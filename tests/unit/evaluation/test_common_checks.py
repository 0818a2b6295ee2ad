"""Checks that every design can make: each can pass, fail, and say that it could not be made."""

from __future__ import annotations

from dataclasses import replace

import pytest

from safeground.engine.evaluation import DesignKind, Effect, Verdict, grade, weighted_displacement_difference
from safeground.engine.evaluation.checks import failed, judge, passed
from safeground.engine.evaluation.designs.common_checks import check_placebo_in_space, check_unseen, check_window

FOUND = weighted_displacement_difference((207, 110), (308, 318))


def ratio(estimate: float, lower: float, upper: float, p: float = 0.01) -> Effect:
    return replace(FOUND.relative, estimate=estimate, lower=lower, upper=upper, p=p)


def difference(estimate: float, lower: float, upper: float) -> Effect:
    return replace(FOUND.effect, estimate=estimate, lower=lower, upper=upper)


def placebos(clear: int, of: int) -> list[Effect]:
    return [ratio(0.6, 0.4, 0.9, 0.01)] * clear + [ratio(1.1, 0.8, 1.5, 0.5)] * (of - clear)


@pytest.mark.parametrize(
    ("clear", "of", "verdict"),
    [(1, 20, Verdict.PASSED), (2, 20, Verdict.PASSED), (4, 20, Verdict.FAILED), (0, 4, Verdict.NOT_APPLICABLE)],
)
def test_a_method_that_finds_effects_where_nothing_was_done_fails(clear: int, of: int, verdict: Verdict) -> None:
    check = check_placebo_in_space(ratio(0.7, 0.5, 0.9), placebos(clear, of))
    assert check.verdict is verdict
    if verdict is not Verdict.NOT_APPLICABLE:
        assert f"called {clear} of them clear" in check.sentence
        assert f"{clear} lay as far from no difference" in check.sentence


def test_a_placebo_above_one_is_as_far_as_its_mirror_below() -> None:
    check = check_placebo_in_space(ratio(0.5, 0.3, 0.8), [ratio(2.0, 0.9, 4.0, 0.1)] * 5)
    assert "5 lay as far" in check.sentence


@pytest.mark.parametrize(
    ("other", "verdict"),
    [(0.8, Verdict.PASSED), (0.55, Verdict.PASSED), (1.05, Verdict.FAILED), (0.4, Verdict.FAILED)],
)
def test_a_ratio_that_hangs_on_its_window_fails(other: float, verdict: Verdict) -> None:
    check = check_window(ratio(0.7, 0.3, 1.4), {"24 months before": ratio(other, 0.1, 2.0)})
    assert check.verdict is verdict and f"{other:.2f} with 24 months before" in check.sentence


@pytest.mark.parametrize(
    ("other", "verdict"), [(-12.0, Verdict.PASSED), (-60.0, Verdict.FAILED), (3.0, Verdict.FAILED)]
)
def test_a_difference_is_held_against_its_interval(other: float, verdict: Verdict) -> None:
    found = check_window(difference(-20.0, -40.0, 0.5), {"another ring": difference(other, -90.0, 9.0)})
    assert found.verdict is verdict


@pytest.mark.parametrize(
    ("told", "other", "verdict"),
    [
        (ratio(1.01, 0.98, 1.04), ratio(1.02, 0.98, 1.06), Verdict.PASSED),
        (ratio(1.01, 0.98, 1.04), ratio(1.06, 1.02, 1.1), Verdict.FAILED),  # the page says that nothing can be told
        (ratio(0.9, 0.87, 0.93), ratio(0.92, 0.89, 0.95), Verdict.PASSED),
        (ratio(0.9, 0.87, 0.93), ratio(0.97, 0.94, 0.99), Verdict.FAILED),  # 1.5 times would hold it
        (ratio(0.6, 0.3, 0.95), ratio(0.92, 0.8, 1.1), Verdict.FAILED),  # the interval would hold it
        (difference(-900.0, -3900.0, 2100.0), difference(-1500.0, -2500.0, -500.0), Verdict.FAILED),
    ],
)
def test_a_window_that_tells_another_story_is_seen(told: Effect, other: Effect, verdict: Verdict) -> None:
    assert check_window(told, {"another window": other}).verdict is verdict


def test_without_another_window_nothing_was_looked_at() -> None:
    assert check_window(ratio(0.7, 0.5, 0.9), {}).verdict is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("effect", "verdict"),
    [
        (ratio(0.5, 0.4, 0.6), Verdict.PASSED),
        (ratio(0.8, 0.7, 0.97), Verdict.FAILED),
        (ratio(0.8, 0.6, 1.1), Verdict.NOT_APPLICABLE),
        (difference(-20.0, -40.0, -1.0), Verdict.NOT_APPLICABLE),
    ],
)
def test_what_little_could_explain_fails(effect: Effect, verdict: Verdict) -> None:
    assert check_unseen(effect).verdict is verdict


@pytest.mark.parametrize(
    ("kind", "check", "maryland"),
    [
        (DesignKind.MATCHED, "pre_fit", 3),
        (DesignKind.MATCHED, "balance", 3),
        (DesignKind.COMPARISON, "parallel_trends", 2),
        (DesignKind.RANDOMISED, "balance", 5),
        (DesignKind.COMPARISON, "influence", 3),
    ],
)
def test_sides_that_are_not_alike_are_a_lesser_design_unless_lots_were_drawn(
    kind: DesignKind, check: str, maryland: int
) -> None:
    assert grade(kind, [failed(check, "Were they?", "They were not.")]).maryland == maryland
    assert grade(kind, [passed(check, "Were they?", "They were.")]).maryland == grade(kind, ()).maryland


@pytest.mark.parametrize("name", ["placebo_in_space", "window", "contamination"])
def test_what_fails_across_designs_takes_from_how_secure_the_evidence_is(name: str) -> None:
    checks = [judge(True, "protocol_sealed", "Sealed?", "It was."), judge(False, name, "Was it?", "It was not.")]
    assert grade(DesignKind.COMPARISON, checks).security == grade(DesignKind.COMPARISON, checks[:1]).security - 1
