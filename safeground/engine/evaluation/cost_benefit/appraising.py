"""Costs and benefits set against each other, with how sure that is, what it rests on, and what is not in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from safeground.engine.catalogue import Bearer, Economics
from safeground.engine.documents import Direction
from safeground.engine.evaluation.cost_benefit.model import BenefitFlow, MoneyModel, Parameter, Value
from safeground.engine.evaluation.cost_benefit.plan import CostBenefitPlan
from safeground.engine.evaluation.cost_benefit.pricing import NotComputed, price_plan
from safeground.engine.evaluation.effects import Effect

FloatArray = NDArray[np.float64]
BEARERS: tuple[Bearer, ...] = ("fiscal", "economic", "social", "mixed")


@dataclass(frozen=True)
class Amount:
    """A number at the best estimate of everything, and between which bounds its draws lie."""

    central: float
    low: float
    high: float


@dataclass(frozen=True)
class CostOf:
    title: str
    bearer: Bearer
    amount: Amount


@dataclass(frozen=True)
class BenefitOf:
    """Of one kind of offence: how many fewer, what these would have cost (None where no cost is held), and what each one fewer took.

    `prevented`: discounted like the money, as counted (recorded or all). `cost_per_one`: all costs, for each one fewer; None, and
    `why_no_cost_per_one` says why, where the effect's interval includes none.
    """

    title: str
    unit: str
    is_recorded: bool
    prevented: Amount
    money: Amount | None
    cost_per_one: Amount | None
    why_no_cost_per_one: str | None


@dataclass(frozen=True)
class OfBearer:
    """What falls on one: what it pays and what it is spared."""

    bearer: Bearer
    costs: float
    benefits: float


@dataclass(frozen=True)
class OfYear:
    """A financial year at the best estimate of everything, discounted. `net_so_far`: benefits less costs of it and all before."""

    year: str
    costs: float
    benefits: float
    net_so_far: float


@dataclass(frozen=True)
class Swing:
    """The net value with one number at its lowest and at its highest, all others at their best estimates."""

    title: str
    is_money: bool
    value: tuple[float, float, float]
    """Lowest, best, highest value of that number."""
    net: tuple[float, float]
    """Net value at its lowest and at its highest."""

    @property
    def width(self) -> float:
        return abs(self.net[1] - self.net[0])


@dataclass(frozen=True)
class Switch:
    """The value of one number at which benefits equal costs; None where none that it can have does."""

    title: str
    is_money: bool
    now: float
    at: float | None


@dataclass(frozen=True, eq=False)
class CostBenefit:
    """A cost-benefit analysis in present pounds of `plan.price_year`. `years`: each that anything falls in.

    `net`, `ratio` (benefits to costs), `payback_years`, `share_above_nought` (of draws in which benefits exceed costs), `swings` and
    `switches` are None or empty where a cost is lacking: a net value without a cost is none. Where a benefit is lacking they are of
    the others, and `is_partial` says so. `draws`: the net value's, shape (draws,).
    """

    plan: CostBenefitPlan
    costs: tuple[CostOf, ...]
    benefits: tuple[BenefitOf, ...]
    total_cost: Amount
    total_benefit: Amount
    bearers: tuple[OfBearer, ...]
    years: tuple[OfYear, ...]
    net: Amount | None
    ratio: Amount | None
    payback_years: int | None
    share_above_nought: float | None
    swings: tuple[Swing, ...]
    switches: tuple[Switch, ...]
    not_computed: tuple[NotComputed, ...]
    notes: tuple[str, ...]
    draws: FloatArray

    @property
    def is_partial(self) -> bool:
        return bool(self.not_computed)

    @property
    def lacks_a_cost(self) -> bool:
        return any(each.is_cost for each in self.not_computed)

    def as_data(self) -> dict[str, Any]:
        """For the analyst's own scripts: every number as estimated, before any rule of disclosure, and not the draws."""
        left_out = {"draws", "plan"}
        told = {field.name: getattr(self, field.name) for field in fields(self) if field.name not in left_out}
        return {
            "price_year": self.plan.price_year,
            **{name: _as_data(value) for name, value in told.items()},
        }

    @property
    def has_money(self) -> bool:
        """Whether any offence could be valued."""
        return any(each.money is not None for each in self.benefits)


def appraise(
    plan: CostBenefitPlan, economics: Economics, effects: Mapping[str, Effect], *, rng: np.random.Generator
) -> CostBenefit:
    """Costs and benefits of a plan. effects: ratios, or differences in events, by the names that the plan uses.

    Every number that is not known is drawn `plan.draws` times, each by itself, the effect from its own interval; bounds are quantiles
    of the draws at `plan.confidence`. Raises EvaluationRefused where the plan cannot stand.
    """
    priced = price_plan(plan, economics, effects)
    model, central = priced.model, priced.model.central
    values = model.draw(plan.draws, rng=rng)

    def amount(best: Value, drawn: Value) -> Amount:
        return _amount(best, drawn, plan.confidence)

    lacks_a_cost = any(each.is_cost for each in priced.not_computed) or not model.costs
    has_money = any(flow.unit_cost is not None for flow in model.benefits)
    cost, benefit = model.cost(values), model.benefit(values)
    draws = np.broadcast_to(np.asarray(benefit) - cost, (plan.draws,))
    can_net = has_money and not lacks_a_cost
    return CostBenefit(
        plan=plan,
        costs=tuple(
            CostOf(flow.title, flow.bearer, amount(*(_cost_of(model, flow.title, each) for each in (central, values))))
            for flow in model.costs
        ),
        benefits=tuple(
            _benefit_of(flow, model, values, effects, plan, lacks_a_cost=lacks_a_cost) for flow in model.benefits
        ),
        total_cost=amount(model.cost(central), cost),
        total_benefit=amount(model.benefit(central), benefit),
        bearers=tuple(
            OfBearer(bearer, float(model.cost(central, bearer=bearer)), float(model.benefit(central, bearer=bearer)))
            for bearer in BEARERS
        ),
        years=_years(model, plan.first_year),
        net=amount(model.net(central), draws) if can_net else None,
        ratio=amount(_divide(model.benefit(central), model.cost(central)), _divide(benefit, cost))
        if can_net and float(model.cost(central)) > 0
        else None,
        payback_years=_payback(model, central) if can_net else None,
        share_above_nought=float((draws > 0).mean()) if can_net else None,
        swings=_swings(model) if can_net else (),
        switches=_switches(model) if can_net else (),
        not_computed=priced.not_computed,
        notes=priced.notes,
        draws=draws,
    )


def _as_data(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_as_data(each) for each in value]
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def _amount(best: Value, drawn: Value, confidence: float) -> Amount:
    tail = (1 - confidence) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return Amount(float(best), float(low), float(high))


def _cost_of(model: MoneyModel, title: str, values: Mapping[str, Value]) -> Value:
    flow = next(each for each in model.costs if each.title == title)
    found: FloatArray = flow.by_year.sum() * (1.0 if flow.scale is None else np.asarray(values[flow.scale]))
    return found


def _benefit_of(
    flow: BenefitFlow,
    model: MoneyModel,
    values: Mapping[str, Value],
    effects: Mapping[str, Effect],
    plan: CostBenefitPlan,
    *,
    lacks_a_cost: bool,
) -> BenefitOf:
    central = model.central
    best, drawn = flow.prevented(central), flow.prevented(values)
    prevented = _amount(best, drawn, plan.confidence)
    money = None
    if flow.unit_cost is not None:
        money = _amount(flow.money(central), flow.money(values), plan.confidence)
    why = _why_no_cost_per_one(effects[flow.effect.removeprefix("effect:")], prevented, lacks_a_cost=lacks_a_cost)
    each = None
    if why is None and float(model.cost(central)) > 0:
        # How many a pound prevents has no pole where few are prevented; its bounds, turned over, are those of the cost of one.
        per_pound = _amount(_divide(best, model.cost(central)), _divide(drawn, model.cost(values)), plan.confidence)
        each = Amount(1 / per_pound.central, 1 / per_pound.high, 1 / per_pound.low)
    return BenefitOf(flow.title, flow.unit, flow.is_recorded, prevented, money, each, why)


def _why_no_cost_per_one(effect: Effect, prevented: Amount, *, lacks_a_cost: bool) -> str | None:
    if lacks_a_cost:
        return "a cost is not held"
    if effect.direction is Direction.HIGHER:
        return "there were more and not fewer"
    if effect.upper >= effect.scale.nothing:
        return "the interval of the effect includes no difference"
    if effect.direction is Direction.CANNOT_TELL:
        return "the effect does not stand out from the others it is read with"
    if prevented.low <= 0:
        return "none may be owed to it"
    return None


def _years(model: MoneyModel, first_year: str) -> tuple[OfYear, ...]:
    costs, benefits = model.costs_by_year(model.central), model.benefits_by_year(model.central)
    so_far = np.cumsum(benefits - costs)
    first = int(first_year[:4])
    return tuple(
        OfYear(f"{first + at}-{(first + at + 1) % 100:02d}", float(costs[at]), float(benefits[at]), float(so_far[at]))
        for at in np.flatnonzero((costs != 0) | (benefits != 0)).tolist()
    )


def _payback(model: MoneyModel, central: Mapping[str, float]) -> int | None:
    """The number of years after which benefits have made up for costs and stay so; None where they do not within the analysis."""
    total = np.cumsum(model.net_by_year(central))
    below = np.flatnonzero(total < -1e-9)
    first = int(below[-1]) + 1 if below.size else 0
    return first + 1 if first < total.size else None


def _swings(model: MoneyModel) -> tuple[Swing, ...]:
    """Widest first. What is taken as known swings nothing and is left out."""
    central = model.central

    def swing(parameter: Parameter) -> Swing:
        value = parameter.value
        net = tuple(float(model.net({**central, parameter.name: bound})) for bound in (value.low, value.high))
        return Swing(parameter.title, parameter.is_money, (value.low, value.central, value.high), (net[0], net[1]))

    moving = [swing(each) for each in model.parameters if not each.value.is_known]
    return tuple(sorted(moving, key=lambda each: -each.width))


def _switches(model: MoneyModel) -> tuple[Switch, ...]:
    return tuple(Switch(each.title, each.is_money, each.value.central, model.switch(each)) for each in model.parameters)


def _divide(above: Value, below: Value) -> Value:
    found: FloatArray = np.asarray(above) / np.asarray(below)
    return found
