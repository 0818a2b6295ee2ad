"""One small cost-benefit analysis worked by hand, and everything that may be lacking from one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from cost_plans import ESSEX, MADE_UP, make_economics, make_effect, make_plan
from pydantic import ValidationError

from safeground.engine.catalogue import Economics, Multiplier
from safeground.engine.evaluation import (
    CostBenefit,
    DesignKind,
    Effect,
    EvaluationRefused,
    InEvents,
    OffenceCount,
    Scale,
    appraise,
)

EFFECT = "Offences of violence, of those at the comparison's rate"


def run(
    plan_changes: dict[str, Any] | None = None, *, economics: Economics | None = None, effect: Any = None
) -> CostBenefit:
    plan = make_plan(**(plan_changes or {}))
    effects = {"violence": effect or make_effect()}
    return appraise(plan, economics or make_economics(violence=10_000.0), effects, rng=np.random.default_rng(3))


def shares(**changes: Any) -> dict[str, Any]:
    none = {"value": 0, "why": MADE_UP}
    told = {"deadweight": none, "attribution": {"value": 1, "why": MADE_UP}, "displacement": none, "drop_off": none}
    return {"additionality": {**told, **{name: {**none, **change} for name, change in changes.items()}}}


def with_multiplier(value: float) -> Economics:
    made = make_economics(violence=10_000.0)
    multiplier = Multiplier(of="violence", value=value, source=MADE_UP)
    return Economics(
        made.unit_costs.model_copy(update={"multipliers": (multiplier,)}),
        made.discounting,
        made.optimism_bias,
        made.deflators,
    )


def test_one_year_by_hand() -> None:
    """40 expected, half of them prevented at £10,000 each: £200,000 for £100,000."""
    found = run()
    assert found.net is not None and found.ratio is not None
    [benefit] = found.benefits
    assert (benefit.prevented.central, benefit.money.central) == (20, 200_000)
    assert (found.net.central, found.ratio.central, found.payback_years) == (100_000, 2, 1)
    assert benefit.cost_per_one.central == 5_000
    # The effect's interval, 0.25 to 0.9, is that of 30 to 4 prevented: £3,333 to £25,000 each.
    assert benefit.cost_per_one.low == pytest.approx(100_000 / 30, rel=0.05)
    assert benefit.cost_per_one.high == pytest.approx(100_000 / 4, rel=0.15)
    assert found.net.low == pytest.approx(40 * 0.1 * 10_000 - 100_000, abs=12_000)
    assert {switch.title: switch.at for switch in found.switches}[EFFECT] == pytest.approx(0.75)
    assert {switch.title: switch.at for switch in found.switches}["Cost of one: violence"] == pytest.approx(5_000)


def test_each_year_has_its_costs_and_benefits_and_they_add_up() -> None:
    """£100,000 in year 0 and £50,000 in year 1; 40 offences in each of years 0 and 2, half of them prevented at £10,000 each."""
    costs = [
        {"title": "O", "bearer": "fiscal", "price_year": "2015-16", "amounts": [100_000, 50_000], "source": MADE_UP}
    ]
    line = {"title": "V", "outcome": "violence", "unit_cost": "violence", "expected": [40, 0, 40]}
    found = run({"years": 5, "costs": costs, "benefits": [line], "first_year": "2098-99", "price_year": "2015-16"})
    told = [(each.year, each.costs, each.benefits) for each in found.years]
    assert told == [
        ("2098-99", 100_000, pytest.approx(200_000)),
        ("2099-00", pytest.approx(50_000 / 1.035), 0),
        ("2100-01", 0, pytest.approx(200_000 / 1.035**2)),
    ]
    assert found.years[-1].net_so_far == pytest.approx(found.net.central)
    assert sum(each.costs for each in found.years) == pytest.approx(found.total_cost.central)


def test_two_years_with_drop_off_displacement_and_attribution_by_hand() -> None:
    told = {
        "years": 2,
        "benefits": [{"title": "Violence", "outcome": "violence", "unit_cost": "violence", "expected": [40, 40]}],
    }
    found = run({**told, **shares(attribution={"value": 0.5}, displacement={"value": 0.2}, drop_off={"value": 0.25})})
    # 20 x 0.5 x 0.8 = 8 in year 0; 8 x 0.75 = 6 in year 1, worth 6 / 1.035.
    assert found.benefits[0].prevented.central == pytest.approx(8 + 6 / 1.035)
    assert found.total_benefit.central == pytest.approx(10_000 * (8 + 6 / 1.035))


def test_hope_is_taken_off_gains_put_onto_costs_and_never_off_losses() -> None:
    benefit = {"title": "Violence", "outcome": "violence", "unit_cost": "violence", "expected": [40], "grades": [6, 3]}
    cost = {
        "title": "Overtime",
        "bearer": "fiscal",
        "price_year": "2015-16",
        "amounts": [100_000],
        "grade": 5,
        "source": MADE_UP,
    }
    found = run({"benefits": [benefit], "costs": [cost]})
    assert found.total_benefit.central == pytest.approx(200_000 * 0.6 * 0.9)
    assert found.total_cost.central == pytest.approx(125_000)
    harmed = run({"benefits": [benefit], "costs": [cost]}, effect=make_effect(1.5, 1.1, 2.0))
    assert harmed.total_benefit.central == pytest.approx(-200_000)


def test_a_multiplier_is_applied_once() -> None:
    found = run(economics=with_multiplier(3.0))
    assert found.total_benefit.central == 600_000
    assert found.benefits[0].prevented.central == 20, "told as counted"
    everything = {
        "title": "Violence",
        "outcome": "violence",
        "unit_cost": "violence",
        "expected": [40],
        "counted": "all",
    }
    assert run({"benefits": [everything]}, economics=with_multiplier(3.0)).total_benefit.central == 200_000
    count = OffenceCount(np.array([40.0]), "recorded").mark_multiplied()
    with pytest.raises(EvaluationRefused, match="recorded twice"):
        count.mark_multiplied()


def test_without_a_multiplier_only_the_recorded_are_valued_and_that_is_said() -> None:
    assert any("recorded offences alone are valued" in note for note in run().notes)
    assert not any("alone" in note for note in run(economics=with_multiplier(3.0)).notes)


@pytest.mark.parametrize(("lower", "upper"), [(0.4, 1.1), (0.5, 1.0)])
def test_no_cost_of_one_prevented_where_the_interval_includes_none(lower: float, upper: float) -> None:
    [benefit] = run(effect=make_effect(0.7, lower, upper)).benefits
    assert benefit.cost_per_one is None
    assert benefit.why_no_cost_per_one == "the interval of the effect includes no difference"


def test_no_cost_of_one_prevented_where_there_were_more() -> None:
    found = run(effect=make_effect(1.5, 1.2, 2.0))
    assert found.benefits[0].why_no_cost_per_one == "there were more and not fewer"
    assert found.share_above_nought == 0 and found.payback_years is None


def test_a_cost_in_other_prices_without_deflators_leaves_no_net_value() -> None:
    cost = {"title": "Overtime", "bearer": "fiscal", "price_year": "2024-25", "amounts": [100_000], "source": MADE_UP}
    found = run({"costs": [cost]})
    assert found.lacks_a_cost and found.net is None and found.ratio is None and found.switches == ()
    assert found.benefits[0].money is not None and found.benefits[0].why_no_cost_per_one == "a cost is not held"
    [missing] = found.not_computed
    assert missing.what == "Overtime" and "2024-25 cannot be told in those of 2015-16" in missing.why


def test_prices_that_were_moved_say_by_which_edition_of_which_series() -> None:
    cost = {"title": "Overtime", "bearer": "fiscal", "price_year": "2024-25", "amounts": [100_000], "source": MADE_UP}
    held = {
        "index": {"2015-16": 80.0, "2024-25": 100.0},
        "not_held": None,
        "vintage": "30 September 2026",
        "source": MADE_UP,
    }
    moved = replace(ESSEX, deflators=ESSEX.deflators.model_copy(update=held))
    assert (
        run({"costs": [cost]}, economics=replace(moved, unit_costs=with_multiplier(1.0).unit_costs)).notes.count(
            "Prices of other years are told in those of 2015-16 by made-up, as published 30 September 2026."
        )
        == 1
    )
    assert not any("as published" in note for note in run().notes)


def test_an_offence_whose_cost_is_not_held_is_counted_and_not_valued() -> None:
    knife = {"title": "Knife crime", "outcome": "violence", "unit_cost": "knife_crime", "expected": [40]}
    robbery = {"title": "Robbery", "outcome": "violence", "unit_cost": "robbery", "expected": [10]}
    found = run({"benefits": [knife, robbery]}, economics=ESSEX)
    assert [benefit.money is None for benefit in found.benefits] == [True, False]
    assert found.benefits[0].prevented.central == 20 and found.benefits[0].cost_per_one.central == 5_000
    assert found.is_partial and not found.lacks_a_cost
    assert found.total_benefit.central == pytest.approx(5 * 11_320)
    fiscal = next(each for each in found.bearers if each.bearer == "fiscal")
    assert fiscal.benefits == pytest.approx(5 * 11_320 * 4_680 / 11_310)


def test_nothing_valued_is_no_net_value() -> None:
    knife = {"title": "Knife crime", "outcome": "violence", "unit_cost": "knife_crime", "expected": [40]}
    found = run({"benefits": [knife]}, economics=ESSEX)
    assert found.net is None and not found.has_money


@pytest.mark.parametrize(("lower", "upper"), [(0.0, 0.9), (0.2, float("inf"))])
def test_an_interval_without_end_is_not_drawn_from(lower: float, upper: float) -> None:
    found = run(effect=make_effect(0.5, lower, upper))
    assert found.benefits == () and "has no end" in found.not_computed[0].why


def test_what_would_have_been_met_comes_from_the_trial_where_nobody_says_it() -> None:
    line = {"title": "Violence", "outcome": "violence", "unit_cost": "violence"}
    assert run({"benefits": [line]}).benefits[0].prevented.central == pytest.approx(720 * 60 / 1080 / 2)
    found = run({"benefits": [line]}, effect=make_effect(treated=None, other=None))
    assert found.benefits == () and "say it in expected" in found.not_computed[0].why


def make_difference(
    estimate: float, lower: float, upper: float, *, of_one: float = 1.0, expected: float = 400.0
) -> Effect:
    return replace(
        make_effect(), scale=Scale.DIFFERENCE, estimate=estimate, lower=lower, upper=upper, in_events=InEvents(of_one, expected)
    )  # fmt: skip


def test_a_difference_is_priced_by_the_events_that_it_is() -> None:
    """100 fewer, 40 to 160, of 400 to be expected: at £10,000 each, £1,000,000 for £100,000. A rate of 0.5 a month is the same in 200."""
    line = {"title": "Violence", "outcome": "violence", "unit_cost": "violence"}
    for effect in (make_difference(-100, -160, -40), make_difference(-0.5, -0.8, -0.2, of_one=200)):
        found = run({"benefits": [line], "draws": 40_000}, effect=effect)
        [benefit] = found.benefits
        assert (benefit.prevented.central, benefit.money.central) == (pytest.approx(100), pytest.approx(1_000_000))
        assert (benefit.prevented.low, benefit.prevented.high) == (pytest.approx(40, abs=1), pytest.approx(160, abs=1))
        assert benefit.cost_per_one.central == pytest.approx(1_000)
        assert benefit.cost_per_one.high == pytest.approx(100_000 / 40, rel=0.02)
    planned = run({"benefits": [{**line, "expected": [40]}]}, effect=make_difference(-100, -160, -40))
    assert planned.benefits[0].prevented.central == pytest.approx(10)  # a quarter of those that the plan names


def test_a_difference_that_may_be_none_has_no_cost_of_one_and_one_that_is_no_number_of_events_no_price() -> None:
    line = {"title": "Violence", "outcome": "violence", "unit_cost": "violence"}
    open_ended = run({"benefits": [line]}, effect=make_difference(-100, -260, 60))
    assert open_ended.benefits[0].cost_per_one is None
    assert open_ended.benefits[0].why_no_cost_per_one == "the interval of the effect includes no difference"
    assert open_ended.benefits[0].prevented.low < 0 < open_ended.benefits[0].prevented.high
    with pytest.raises(EvaluationRefused, match="no number of events; it has no price"):
        run({"benefits": [line]}, effect=replace(make_difference(-100, -160, -40), in_events=None))
    endless = run({"benefits": [line]}, effect=make_difference(-100, -np.inf, np.inf))
    assert endless.benefits == () and "has no end" in endless.not_computed[0].why
    nothing = run({"benefits": [line]}, effect=make_difference(-100, -160, -40, expected=0.0))
    assert nothing.benefits == () and "no event was to be expected" in nothing.not_computed[0].why


def test_deadweight_is_not_taken_off_what_has_lost_it() -> None:
    with pytest.raises(EvaluationRefused, match="set deadweight to 0"):
        run(shares(deadweight={"value": 0.2}))
    found = run(shares(deadweight={"value": 0.2}), effect=make_effect(kind=DesignKind.BEFORE_AFTER))
    assert found.benefits[0].prevented.central == pytest.approx(16)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"outcome": "theft"}, "there is no effect 'theft'; there are violence"),
        ({"unit_cost": "violense"}, "there is no unit cost 'violense'"),
        ({"grades": [7]}, "there is no grade 7; optimism_bias.yaml has 1 to 6"),
    ],
)
def test_names_that_are_not_there_are_refused(changes: dict[str, Any], says: str) -> None:
    line = {"title": "Violence", "outcome": "violence", "unit_cost": "violence", "expected": [40], **changes}
    with pytest.raises(EvaluationRefused, match=says):
        run({"benefits": [line]})


def test_a_cost_of_each_one_recorded_is_not_of_all() -> None:
    line = {
        "title": "Admissions",
        "outcome": "violence",
        "unit_cost": "violence_admission",
        "expected": [4],
        "counted": "all",
    }
    with pytest.raises(EvaluationRefused, match="count the recorded ones"):
        run({"benefits": [line]}, economics=ESSEX)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"not_monetised": []}, "at least 1"),
        (
            {"years": 1, "benefits": [{"title": "V", "outcome": "v", "unit_cost": "v", "expected": [1, 2]}]},
            "2 years are given and the analysis has 1",
        ),
        ({"benefits": [{"title": "Overtime", "outcome": "v", "unit_cost": "v"}]}, "two lines have the same title"),
        ({"benefits": [{"title": "V", "outcome": "v", "unit_cost": "v", "expected": [-1]}]}, "at nought or above"),
        (
            {"costs": [{"title": "O", "bearer": "fiscal", "price_year": "2015-16", "amounts": [-1], "source": "x y"}]},
            "what comes back is a benefit",
        ),
        (shares(displacement={"value": 0.2, "low": 0.1}), "both limits"),
        (shares(displacement={"value": 0.2, "low": 0.3, "high": 0.4}), "lies between low and high"),
    ],
)
def test_plans_that_cannot_stand(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        make_plan(**changes)


def test_the_same_seed_gives_the_same_analysis() -> None:
    assert run().net == run().net


def test_swings_are_told_widest_first_and_leave_out_what_is_known() -> None:
    found = run(shares(displacement={"value": 0.2, "low": 0.19, "high": 0.21}))
    assert [swing.title for swing in found.swings] == [EFFECT, "What has moved elsewhere"]
    assert found.swings[0].net == pytest.approx((40 * 0.75 * 0.8 * 10_000 - 100_000, 40 * 0.1 * 0.8 * 10_000 - 100_000))
