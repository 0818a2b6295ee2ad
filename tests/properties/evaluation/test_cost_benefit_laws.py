"""What holds of every cost-benefit analysis, whatever its numbers."""

from __future__ import annotations

import numpy as np
import pytest
from cost_plans import MADE_UP, make_economics, make_effect, make_plan
from hypothesis import given, settings
from hypothesis import strategies as st

from safeground.engine.evaluation import CostBenefit, DesignKind, Spread, Uncertain, appraise, price_plan

amounts = st.floats(min_value=1_000, max_value=1_000_000)
unit_costs = st.floats(min_value=100, max_value=50_000)
ratios = st.floats(min_value=0.2, max_value=1.5)
shares = st.floats(min_value=0, max_value=0.9)


def analyse(
    cost: float, unit_cost: float, ratio: float, *, years: int = 3, displaced: float = 0, lost: float = 0
) -> CostBenefit:
    none = {"value": 0, "why": MADE_UP}
    plan = make_plan(
        years=years,
        costs=[
            {
                "title": "Overtime",
                "bearer": "fiscal",
                "price_year": "2015-16",
                "amounts": [cost] * years,
                "source": MADE_UP,
            }
        ],
        benefits=[{"title": "Violence", "outcome": "violence", "unit_cost": "violence", "expected": [40.0] * years}],
        additionality={
            "deadweight": none,
            "attribution": {"value": 0.8, "low": 0.5, "high": 1, "why": MADE_UP},
            "displacement": {"value": displaced, "why": MADE_UP},
            "drop_off": {"value": lost, "why": MADE_UP},
        },
    )
    effects = {"violence": make_effect(ratio, ratio * 0.6, ratio * 1.5)}
    return appraise(plan, make_economics(violence=unit_cost), effects, rng=np.random.default_rng(1))


@settings(max_examples=25, deadline=None)
@given(cost=amounts, unit_cost=unit_costs, ratio=ratios, factor=st.floats(min_value=0.1, max_value=10))
def test_all_in_other_money_is_the_same_in_other_money(
    cost: float, unit_cost: float, ratio: float, factor: float
) -> None:
    one, other = analyse(cost, unit_cost, ratio), analyse(cost * factor, unit_cost * factor, ratio)
    assert one.net is not None and other.net is not None and one.ratio is not None and other.ratio is not None
    assert other.net.central == pytest.approx(one.net.central * factor, rel=1e-9, abs=1e-6)
    assert other.net.low == pytest.approx(one.net.low * factor, rel=1e-9, abs=1e-6)
    assert other.ratio.central == pytest.approx(one.ratio.central, rel=1e-9)
    assert (other.payback_years, other.share_above_nought) == (one.payback_years, one.share_above_nought)


@settings(max_examples=25, deadline=None)
@given(cost=amounts, unit_cost=unit_costs, ratio=ratios, displaced=shares, lost=shares)
def test_net_ratio_and_payback_never_disagree(
    cost: float, unit_cost: float, ratio: float, displaced: float, lost: float
) -> None:
    found = analyse(cost, unit_cost, ratio, displaced=displaced, lost=lost)
    assert found.net is not None and found.ratio is not None
    assert (found.net.central > 0) == (found.ratio.central > 1)
    if found.net.central < -1e-6:
        assert found.payback_years is None
    if found.net.central > 1e-6:
        assert found.payback_years is not None
    assert sum(each.costs for each in found.bearers) == pytest.approx(found.total_cost.central)
    assert sum(each.benefits for each in found.bearers) == pytest.approx(found.total_benefit.central)


@settings(max_examples=25, deadline=None)
@given(
    cost=amounts, unit_cost=unit_costs, ratio=st.floats(min_value=0.2, max_value=0.99), displaced=shares, lost=shares
)
def test_a_switching_value_switches(cost: float, unit_cost: float, ratio: float, displaced: float, lost: float) -> None:
    """At it benefits equal costs, and on its two sides they do not."""
    none = {"value": 0, "why": MADE_UP}
    plan = make_plan(
        years=4,
        costs=[
            {"title": "Overtime", "bearer": "fiscal", "price_year": "2015-16", "amounts": [cost], "source": MADE_UP,
             "low_percent": -10, "high_percent": 20},
        ],
        benefits=[{"title": "Violence", "outcome": "violence", "unit_cost": "violence", "expected": [40.0] * 4}],
        additionality={
            "deadweight": none, "attribution": {"value": 1, "why": MADE_UP},
            "displacement": {"value": displaced, "why": MADE_UP}, "drop_off": {"value": lost, "why": MADE_UP},
        },
    )  # fmt: skip
    model = price_plan(
        plan, make_economics(violence=unit_cost), {"violence": make_effect(ratio, ratio * 0.6, ratio * 1.5)}
    ).model
    scale = cost + 40 * 4 * unit_cost
    for parameter in model.parameters:
        at = model.switch(parameter)
        if at is None:
            continue
        net = [float(model.net({**model.central, parameter.name: value})) for value in (at * 0.99, at, at * 1.01)]
        assert abs(net[1]) < 1e-7 * scale
        if at > 1e-6:
            assert net[0] * net[2] <= 0
    if float(model.net(model.central)) > 0:  # what is worth its money ceases to be when nothing is prevented any more
        effect = next(each for each in model.parameters if each.name.startswith("effect:"))
        assert ratio < (model.switch(effect) or 0) < 1


@settings(max_examples=20, deadline=None)
@given(estimate=st.floats(0.1, 3), below=st.floats(1.05, 3), above=st.floats(1.05, 3), seed=st.integers(0, 2**20))
def test_draws_have_the_interval_and_the_mean_they_are_drawn_from(
    estimate: float, below: float, above: float, seed: int
) -> None:
    told = Uncertain.ratio(estimate, estimate / below, estimate * above, confidence=0.95)
    drawn = np.asarray(told.draw(40_000, rng=np.random.default_rng(seed)))
    assert np.mean(drawn < told.low) == pytest.approx(0.025, abs=0.005)
    assert np.mean(drawn > told.high) == pytest.approx(0.025, abs=0.005)
    assert np.median(drawn) == pytest.approx(estimate, rel=0.03)
    assert drawn.mean() == pytest.approx(told.mean, abs=6 * drawn.std() / 200)


def test_the_mean_of_the_draws_is_the_analytic_one() -> None:
    """Money is a product of numbers that are drawn apart, so that its mean is the product of their means."""
    plan = make_plan(
        years=3,
        costs=[
            {"title": "Overtime", "bearer": "fiscal", "price_year": "2015-16", "amounts": [50_000] * 3, "low_percent": -10,
             "high_percent": 40, "source": MADE_UP},
        ],
        benefits=[{"title": "Violence", "outcome": "violence", "unit_cost": "violence", "expected": [40.0] * 3}],
        additionality={
            "deadweight": {"value": 0.2, "low": 0.1, "high": 0.5, "why": MADE_UP},
            "attribution": {"value": 0.9, "low": 0.4, "high": 1, "why": MADE_UP},
            "displacement": {"value": 0.1, "low": 0, "high": 0.3, "why": MADE_UP},
            "drop_off": {"value": 0, "why": MADE_UP},
        },
        draws=200_000,
    )  # fmt: skip
    ratio = Uncertain.ratio(0.6, 0.4, 1.2, confidence=0.95)
    effect = make_effect(0.6, 0.4, 1.2, kind=DesignKind.BEFORE_AFTER)
    found = appraise(plan, make_economics(violence=10_000.0), {"violence": effect}, rng=np.random.default_rng(7))
    weights = 1 + 1 / 1.035 + 1 / 1.035**2
    spared = (
        10_000 * 40 * weights * (1 - ratio.mean) * (1 - (0.1 + 0.2 + 0.5) / 3) * (0.4 + 0.9 + 1) / 3 * (1 - 0.4 / 3)
    )
    paid = 50_000 * weights * (0.9 + 1 + 1.4) / 3
    error = found.draws.std() / np.sqrt(found.draws.size)
    assert found.draws.mean() == pytest.approx(spared - paid, abs=4 * error)
    assert abs(found.draws.mean() - found.net.central) > 20 * error  # and it is not the value at the best estimates


def test_what_is_known_is_not_drawn() -> None:
    assert Uncertain.limits(3.0, None, None).spread is Spread.KNOWN
    assert Uncertain.known(3.0).draw(10, rng=np.random.default_rng(1)) == 3.0
