"""A plan, the tables of definitions and the effects, made into one model of money; and what it could not be made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from safeground.engine.catalogue import Bearer, Economics, OptimismBias, UnitCost
from safeground.engine.documents import capitalise
from safeground.engine.evaluation.cost_benefit.discounting import NotHeld, discount_factors, price_ratio
from safeground.engine.evaluation.cost_benefit.model import BenefitFlow, CostFlow, MoneyModel, Parameter
from safeground.engine.evaluation.cost_benefit.plan import BenefitLine, CostBenefitPlan, CostLine, Share
from safeground.engine.evaluation.cost_benefit.uncertain import Uncertain
from safeground.engine.evaluation.effects import Effect, Scale
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.evidence import DesignKind

FloatArray = NDArray[np.float64]
_COMPARED = frozenset({DesignKind.RANDOMISED, DesignKind.MATCHED, DesignKind.COMPARISON})


@dataclass(frozen=True)
class NotComputed:
    """A line that took no part, and why. `is_cost`: without a cost there is no net value to tell."""

    what: str
    why: str
    is_cost: bool


@dataclass(frozen=True)
class Priced:
    """The model, what could not be priced, and sentences that a reader of its numbers needs."""

    model: MoneyModel
    not_computed: tuple[NotComputed, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class OffenceCount:
    """How many offences, by year, and whether these are the recorded ones or all that happen."""

    by_year: FloatArray
    counted: Literal["recorded", "all"]

    def mark_multiplied(self) -> OffenceCount:
        """The same count once a multiplier from recorded to all stands beside it. Raises EvaluationRefused where one did already."""
        if self.counted == "all":
            raise EvaluationRefused(
                "These offences are all that happen, recorded or not: a multiplier would count what was not recorded twice."
            )
        return replace(self, counted="all")


def price_plan(plan: CostBenefitPlan, economics: Economics, effects: Mapping[str, Effect]) -> Priced:
    """The model of a plan. effects: by name, ratios of treated to other, or differences that say what they are in events.

    Raises EvaluationRefused where the plan names an effect, a unit cost or a grade that is not there, or takes off what an effect has
    lost already. What is merely not held leaves its line out and is told.
    """
    check_cost_benefit_plan(plan, economics, {name: effect.kind for name, effect in effects.items()})
    not_computed: list[NotComputed] = []
    notes = [
        f"Unit costs: {economics.unit_costs.title}, version {economics.unit_costs.version}. {economics.unit_costs.caution}",
        f"Rates: {economics.discounting.source}",
        *_say_prices(plan, economics),
    ]
    parameters: dict[str, Parameter] = {
        f"share:{name}": Parameter(
            f"share:{name}", title, _uncertain_share(getattr(plan.additionality, name)), highest=1.0
        )
        for name, title in (
            ("deadweight", "What would have come anyway"),
            ("attribution", "What is owed to this and not to others"),
            ("displacement", "What has moved elsewhere"),
            ("drop_off", "What of the effect is lost each year"),
        )
    }
    costs, benefits = [], []
    for line in plan.costs:
        try:
            costs.append(_price_cost(line, plan, economics, parameters))
        except NotHeld as missing:
            not_computed.append(NotComputed(line.title, str(missing), True))
    for benefit in plan.benefits:
        try:
            flow, lacking = _price_benefit(benefit, plan, economics, effects[benefit.outcome], parameters)
        except NotHeld as missing:
            not_computed.append(NotComputed(benefit.title, str(missing), False))
            continue
        benefits.append(flow)
        not_computed.extend(NotComputed(benefit.title, why, False) for why in lacking)
        notes.extend(_notes_of(benefit, flow, economics.unit_costs.get(benefit.unit_cost)))
    return Priced(
        MoneyModel(tuple(costs), tuple(benefits), tuple(parameters.values()), plan.years),
        tuple(not_computed),
        tuple(notes),
    )


def check_cost_benefit_plan(plan: CostBenefitPlan, economics: Economics, kinds: Mapping[str, DesignKind]) -> None:
    """Whether a plan can stand before any effect is known. kinds: of the effects that there will be, by name.

    Raises EvaluationRefused where it names an effect, a unit cost or a grade that is not there, or takes off what an effect will have
    lost.
    """
    _check_names(plan, economics, kinds)
    _check_deadweight(plan, kinds)


def _price_cost(
    line: CostLine, plan: CostBenefitPlan, economics: Economics, parameters: dict[str, Parameter]
) -> CostFlow:
    ratio = price_ratio(from_year=line.price_year, to_year=plan.price_year, deflators=economics.deflators)
    if line.grade is not None:
        ratio *= 1 + economics.optimism_bias.get(line.grade).costs_percent / 100
    factors = discount_factors(plan.years, economics.discounting.standard)
    name = None
    if line.low_percent or line.high_percent:
        name = f"cost:{line.title}"
        share = Uncertain.limits(1.0, 1 + line.low_percent / 100, 1 + line.high_percent / 100)
        parameters[name] = Parameter(name, f"{line.title}, of what was planned", share)
    return CostFlow(line.title, line.bearer, factors * _by_year(line.amounts, plan.years) * ratio, name)


def _price_benefit(
    line: BenefitLine, plan: CostBenefitPlan, economics: Economics, effect: Effect, parameters: dict[str, Parameter]
) -> tuple[BenefitFlow, tuple[str, ...]]:
    """The flow, and why its offences have no value where they have none."""
    cost = economics.unit_costs.get(line.unit_cost)
    if line.counted == "all" and cost.counts == "recorded":
        raise EvaluationRefused(
            f"{line.title}: {cost.title} is a cost of each one recorded, and 'expected' counts all that happen; count the recorded ones."
        )
    _add_effect(line.outcome, effect, parameters)
    schedule = economics.discounting.health if cost.is_health else economics.discounting.standard
    factors = discount_factors(plan.years, schedule)
    count = OffenceCount(_by_year(line.expected or (_met_without(effect),), plan.years), line.counted)
    flow = BenefitFlow(
        title=line.title,
        unit=cost.unit,
        effect=f"effect:{line.outcome}",
        expected=factors * count.by_year,
        correction=_correction(line, economics.optimism_bias),
        shares={},
        unit_cost=None,
        multiplier=None,
        is_recorded=line.counted == "recorded",
        met=effect.estimate if not line.expected and _is_worked_out_from_what_was_met(effect) else None,
    )
    try:
        parameter, shares = _unit_cost_parameter(cost, plan, economics)
    except NotHeld as missing:
        return flow, (str(missing),)
    parameters[parameter.name] = parameter
    multiplier = economics.unit_costs.multiplier_of(cost.name)
    name = None
    if line.counted == "recorded" and multiplier is not None and multiplier.value is not None:
        count.mark_multiplied()
        name = f"multiplier:{cost.name}"
        held = Uncertain.limits(multiplier.value, multiplier.low, multiplier.high)
        parameters[name] = Parameter(name, f"{cost.title}: all that happen, of those recorded", held)
    return replace(flow, unit_cost=parameter.name, shares=shares, multiplier=name), ()


def _unit_cost_parameter(
    cost: UnitCost, plan: CostBenefitPlan, economics: Economics
) -> tuple[Parameter, Mapping[Bearer, float]]:
    if cost.value is None:
        raise NotHeld(f"its unit cost is not held: {cost.not_held}")
    ratio = price_ratio(from_year=cost.price_year, to_year=plan.price_year, deflators=economics.deflators)
    limits = (None if bound is None else bound * ratio for bound in (cost.low, cost.high))
    value = Uncertain.limits(cost.value * ratio, *limits)
    return Parameter(f"unit_cost:{cost.name}", f"Cost of one: {cost.title}", value, is_money=True), cost.shares()


def _add_effect(name: str, effect: Effect, parameters: dict[str, Parameter]) -> None:
    if effect.scale is not Scale.RATIO and effect.in_events is None:
        raise EvaluationRefused(
            f"The effect {name!r} is a difference of something that is no number of events; it has no price."
        )
    if not effect.is_available:
        raise NotHeld(f"its effect is {effect.method}")
    if effect.in_events is not None and effect.in_events.expected <= 0:
        raise NotHeld("no event was to be expected by the comparison")
    try:
        found = _as_share(effect)
    except ValueError as endless:
        raise NotHeld(f"of its effect {endless}") from None
    key = f"effect:{name}"
    parameters[key] = Parameter(
        key, f"{capitalise(effect.outcome)}, of those at the comparison's rate", found, highest=1.0
    )


def _as_share(effect: Effect) -> Uncertain:
    """What was met as a share of what would have been; of a difference what was met is known."""
    bounds = effect.estimate, effect.lower, effect.upper
    if effect.in_events is None:
        return Uncertain.ratio(*bounds, confidence=effect.confidence)
    estimate, low, high = (effect.in_events.as_share(bound) for bound in bounds)
    return Uncertain.difference(estimate, low, high, confidence=effect.confidence)


def _met_without(effect: Effect) -> float:
    """How many the treated side would have met at the other side's rate."""
    if effect.in_events is not None:
        return effect.in_events.expected
    if _is_worked_out_from_what_was_met(effect) and effect.treated is not None:
        return effect.treated.events / effect.estimate
    if effect.treated is None or effect.other is None or not effect.other.units:
        raise NotHeld("the evaluation has no sides to work out what would have been met; say it in expected")
    return effect.treated.units * effect.other.events / effect.other.units


def _is_worked_out_from_what_was_met(effect: Effect) -> bool:
    """Whether what was to be expected is of the same places, had they not been treated, and no plain rate of another side tells it."""
    has_rate = effect.other is not None and effect.has_plain_rates
    return effect.scale is Scale.RATIO and effect.treated is not None and not has_rate and effect.estimate > 0


def _say_prices(plan: CostBenefitPlan, economics: Economics) -> Iterator[str]:
    """Which series moved prices from one year to another, where one did."""
    years = {line.price_year for line in plan.costs}
    years |= {economics.unit_costs.get(line.unit_cost).price_year for line in plan.benefits}
    deflators = economics.deflators
    if deflators.vintage is not None and years - {plan.price_year}:
        yield f"Prices of other years are told in those of {plan.price_year} by {deflators.source}, as published {deflators.vintage}."


def _notes_of(line: BenefitLine, flow: BenefitFlow, cost: UnitCost) -> list[str]:
    notes = []
    if not line.expected:
        notes.append(
            f"{line.title}: how many would have been met is worked out from the evaluation itself, over all the time after its start, "
            "and stands in the first year."
        )
    if flow.unit_cost is not None and cost.status != "read":
        how = (
            "is quoted as others report it"
            if cost.status == "reported"
            else "is generally quoted and not yet checked at its source"
        )
        notes.append(f"{line.title}: the cost of one {how} ({cost.source}).")
    if line.counted == "recorded" and cost.counts == "all" and flow.multiplier is None and flow.unit_cost is not None:
        notes.append(
            f"{line.title}: recorded offences alone are valued. How many happen for each is not held, and the others are left out."
        )
    return notes


def _correction(line: BenefitLine, table: OptimismBias) -> float:
    return float(np.prod([1 + table.get(grade).benefits_percent / 100 for grade in line.grades]))


def _by_year(flow: tuple[float, ...], years: int) -> FloatArray:
    return np.pad(np.asarray(flow, dtype=float), (0, years - len(flow)))


def _uncertain_share(share: Share) -> Uncertain:
    return Uncertain.limits(share.value, share.low, share.high)


def _check_names(plan: CostBenefitPlan, economics: Economics, kinds: Mapping[str, DesignKind]) -> None:
    grades = {grade.grade for grade in economics.optimism_bias.grades}
    costs = {cost.name for cost in economics.unit_costs.costs}
    for line in plan.benefits:
        if line.outcome not in kinds:
            known = ", ".join(kinds) or "none"
            raise EvaluationRefused(f"{line.title}: there is no effect {line.outcome!r}; there are {known}.")
        if line.unit_cost not in costs:
            known = ", ".join(sorted(costs))
            raise EvaluationRefused(f"{line.title}: there is no unit cost {line.unit_cost!r}; there are {known}.")
    for title, named in (
        *((line.title, (line.grade,)) for line in plan.costs if line.grade is not None),
        *((line.title, line.grades) for line in plan.benefits),
    ):
        if wrong := sorted(set(named) - grades):
            raise EvaluationRefused(
                f"{title}: there is no grade {wrong[0]}; optimism_bias.yaml has 1 to {max(grades)}."
            )


def _check_deadweight(plan: CostBenefitPlan, kinds: Mapping[str, DesignKind]) -> None:
    if not plan.additionality.deadweight.may_be_some:
        return
    for line in plan.benefits:
        if kinds[line.outcome] in _COMPARED:
            raise EvaluationRefused(
                f"{line.title}: its effect is measured against a comparison, which has lost already what would have come anyway; "
                "set deadweight to 0."
            )
