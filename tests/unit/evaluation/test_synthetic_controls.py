"""The mix of other areas: its weights by other programmes, its placebos by a slow and obvious way, and what it may say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import nnls

from safeground.engine.disclosure import DisclosureRule
from safeground.engine.documents import Direction
from safeground.engine.evaluation import EvaluationRefused, Verdict, say_effect, synthetic_control
from safeground.engine.evaluation.designs.simplex_weights import find_simplex_weights

OPEN = DisclosureRule("open", "open data", 0, 1, "publisher", "made up")


def make_areas(seed: int, *, donors: int = 24, periods: int = 40, start: int = 30, effect: float = 0.0):
    """Invented: areas between two extremes of how they move, the first in the middle of them."""
    rng = np.random.default_rng(seed)
    waves = rng.normal(size=(2, periods)).cumsum(axis=1)
    share = np.r_[0.5, rng.random(donors)]
    table = 20 + np.outer(share, waves[0]) + np.outer(1 - share, waves[1]) + rng.normal(0, 0.5, (donors + 1, periods))
    table[0, start:] += effect
    return table[0], table[1:], start


def verdicts(found) -> dict[str, Verdict]:
    return {check.name: check.verdict for check in found.effect.checks}


@pytest.mark.parametrize(("rows", "columns"), [(5, 3), (8, 41), (60, 41), (200, 20)])
def test_weights_are_the_least_squares_ones_on_the_simplex(rows: int, columns: int) -> None:
    rng = np.random.default_rng(rows)
    mixed, target = rng.normal(size=(rows, columns)), rng.normal(size=rows)
    found = find_simplex_weights(target, mixed)
    heavy = 1e5  # a row that makes non-negative least squares keep the sum at 1
    other = nnls(np.vstack([mixed, np.full(columns, heavy)]), np.r_[target, heavy])[0]
    assert found.loss == pytest.approx(((mixed @ found.weights - target) ** 2).sum(), rel=1e-9)
    assert found.loss <= ((mixed @ (other / other.sum()) - target) ** 2).sum() * (1 + 1e-9)
    assert found.weights.min() >= 0 and found.weights.sum() == pytest.approx(1, abs=1e-12)
    assert found.gap < 1e-9


def test_one_area_that_is_the_same_gets_all_the_weight() -> None:
    rng = np.random.default_rng(1)
    mixed = rng.normal(size=(12, 6))
    found = find_simplex_weights(mixed[:, 3], mixed)
    assert found.weights.round(9).tolist() == [0, 0, 0, 1, 0, 0]


def test_placebos_and_interval_by_the_slow_way() -> None:
    ours, others, start = make_areas(5, effect=-3)
    found = synthetic_control(ours, others, pre_periods=start)
    table = np.vstack([ours, others])

    def statistic(row: int) -> float:
        rest = [other for other in range(1, len(table)) if other != row]

        def gap(fitted_to: list[int]) -> np.ndarray:
            return (
                table[row]
                - find_simplex_weights(table[row, fitted_to], table[np.ix_(rest, fitted_to)].T).weights @ table[rest]
            )

        before = list(range(start))
        thirds = [third.tolist() for third in np.array_split(before, 3)]
        missed = [gap([period for period in before if period not in third])[third] for third in thirds]
        return float(gap(before)[start:].mean() / np.sqrt((np.concatenate(missed) ** 2).mean()))

    statistics = np.array([statistic(row) for row in range(len(table))])
    assert found.effect.p == pytest.approx((np.abs(statistics) >= abs(statistics[0])).mean())
    for constant in (
        found.effect.lower - 1e-6,
        found.effect.lower + 1e-6,
        found.effect.upper - 1e-6,
        found.effect.upper + 1e-6,
    ):
        moved = (found.effect.estimate - constant) / found.held_out_error
        p = (1 + (np.abs(statistics[1:]) >= abs(moved)).sum()) / len(table)
        assert (p > 0.05) == (found.effect.lower <= constant <= found.effect.upper)


def test_a_planted_effect_is_found_and_told_with_its_interval() -> None:
    ours, others, start = make_areas(5, effect=-3)
    found = synthetic_control(
        ours,
        others,
        pre_periods=start,
        area="Northtown",
        outcome="offences a month",
        was_chosen_for_being_extreme=False,
    )
    assert found.effect.lower < -3 < found.effect.upper < 0 and found.effect.p == pytest.approx(1 / 25)
    assert set(verdicts(found).values()) == {Verdict.PASSED}
    assert found.effect.evidence.maryland == 4
    sentence = say_effect(found.effect, found.effect.protect(OPEN))
    assert (
        " fewer offences a month in Northtown than in the mix of other areas" in sentence and "95% interval" in sentence
    )


def test_the_smallest_p_counts_the_treated_area_among_its_own_kind() -> None:
    ours, others, start = make_areas(2, donors=16, effect=-30)
    found = synthetic_control(ours, others, pre_periods=start)
    assert found.effect.p == found.ratio_p == pytest.approx(1 / 17)
    assert found.effect.direction is Direction.CANNOT_TELL and np.isinf(found.effect.lower)
    assert verdicts(found)["precision"] is Verdict.FAILED
    assert say_effect(found.effect, found.effect.protect(OPEN)).startswith("We cannot tell")


def test_an_area_that_lies_beyond_all_others_is_warned_of() -> None:
    ours, others, start = make_areas(3)
    checks = {check.name: check for check in synthetic_control(ours + 40, others, pre_periods=start).effect.checks}
    assert checks["regression_to_the_mean"].verdict is Verdict.FAILED
    assert "does not allow for it" in checks["regression_to_the_mean"].sentence
    said = synthetic_control(ours, others, pre_periods=start, was_chosen_for_being_extreme=True)
    assert verdicts(said)["regression_to_the_mean"] is Verdict.FAILED
    assert checks["pre_fit"].verdict is Verdict.FAILED


def test_an_effect_before_the_start_is_seen() -> None:
    ours, others, start = make_areas(4)
    ours[15:] -= 6
    assert verdicts(synthetic_control(ours, others, pre_periods=start))["placebo_in_time"] is Verdict.FAILED


def test_a_mix_of_one_area_hangs_on_it() -> None:
    ours, others, start = make_areas(6, effect=-3)
    others[0, :start], others[0, start:] = ours[:start], ours[start:] + 3
    found = synthetic_control(ours + np.random.default_rng(0).normal(0, 0.05, ours.size), others, pre_periods=start)
    assert found.without and found.without[0][0] == "other area 1"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (dict(pre_periods=1), "every mix fits"),
        (dict(pre_periods=40), "nothing is left to compare"),
        (dict(names=["one"]), "give each its own"),
    ],
)
def test_what_cannot_stand_is_refused(change: dict, sentence: str) -> None:
    ours, others, start = make_areas(1)
    with pytest.raises(EvaluationRefused, match=sentence):
        synthetic_control(ours, others, **{"pre_periods": start, **change})


def test_a_missing_month_is_refused_by_name_and_not_taken_for_nought() -> None:
    ours, others, start = make_areas(1)
    others[2, 7] = np.nan
    with pytest.raises(EvaluationRefused, match="Other area 3 has no number in period 8"):
        synthetic_control(ours, others, pre_periods=start)
    with pytest.raises(EvaluationRefused, match="shape"):
        synthetic_control(ours[:-1], others, pre_periods=start)
    with pytest.raises(EvaluationRefused, match="at least two"):
        synthetic_control(ours, others[:1], pre_periods=start)


@pytest.mark.real_data
def test_the_basque_country_as_another_programme_weighs_it(shared_data: Path) -> None:
    """Weights of pysyncon 1.7.0 (Synth.w_optimize, every year 1955 to 1969 alike), run once and written down."""
    import csv

    with (shared_data / "worked_examples" / "basque.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if not row["regionname"].startswith("Spain")]
    regions = sorted({row["regionname"] for row in rows})
    output = {name: [float(row["gdpcap"]) for row in rows if row["regionname"] == name] for name in regions}
    ours = next(name for name in regions if name.startswith("Basque"))
    others = [name for name in regions if name != ours]
    found = synthetic_control(
        output[ours], [output[name] for name in others], pre_periods=15, names=others, area="the Basque Country",
        outcome="thousand dollars of output a head",
    )  # fmt: skip
    weights = {
        name.split()[0]: round(weight, 4)
        for name, weight in zip(others, found.weights.tolist(), strict=True)
        if weight > 1e-6
    }
    assert weights == {"Baleares": 0.3111, "Madrid": 0.4831, "Rioja": 0.2058}
    assert found.effect.estimate < 0  # as published: terror cost output
    assert found.effect.direction is Direction.CANNOT_TELL  # 16 regions cannot tell anything at 95%


@pytest.mark.parametrize(("own_noise", "verdict"), [(0.5, Verdict.FAILED), (4.0, Verdict.PASSED)])
def test_an_area_far_steadier_than_the_others_is_told(own_noise: float, verdict: Verdict) -> None:
    rng = np.random.default_rng(8)
    table = np.linspace(20, 40, 30)[:, np.newaxis] + rng.normal(0, 1, 24) + rng.normal(0, 4, (30, 24))
    ours = 30 + table[:, :].mean(axis=0) - table.mean() + rng.normal(0, own_noise, 24)
    checks = synthetic_control(ours, table, pre_periods=12).effect.checks
    assert next(check.verdict for check in checks if check.name == "like_others") is verdict


def test_what_is_held_out_is_missed_by_as_much_as_what_comes_after() -> None:
    """With more areas than periods many mixes fit alike, and one of them knows what is held out."""
    rng = np.random.default_rng(9)
    missed = []
    for _ in range(30):
        table = 20 + np.r_[1.0, np.full(29, 4.0)][:, np.newaxis] * rng.normal(0, 1, (30, 24))
        found = synthetic_control(table[0], table[1:], pre_periods=12)
        missed.append((found.pre_error, found.held_out_error, np.sqrt((found.gaps[12:] ** 2).mean())))
    fitted, held_out, after = np.mean(missed, axis=0)
    assert fitted < after / 2, "a mix follows what it is fitted to"
    assert held_out == pytest.approx(after, rel=0.15)
