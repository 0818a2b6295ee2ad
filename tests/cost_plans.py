"""Plans, costs and effects that are made up, for tests of cost-benefit analysis."""

from __future__ import annotations

from typing import Any

from safeground.engine.catalogue import Economics, UnitCost, load_economics
from safeground.engine.evaluation import PATROL_DAYS, CostBenefitPlan, DesignKind, Effect, Role, Scale, Side

ESSEX = load_economics("essex")
MADE_UP = "made-up"
PATROLLED, OTHER = Side(720, 20), Side(1080, 60)


def make_economics(**costs: float) -> Economics:
    """The shipped tables with unit costs that are made up, in made-up prices of 2015-16, and no multiplier."""
    made = tuple(
        UnitCost(
            name=name, title=name, unit="offence", price_year="2015-16", value=value, source=MADE_UP, status="read"
        )
        for name, value in costs.items()
    )
    return Economics(
        ESSEX.unit_costs.model_copy(update={"costs": made, "multipliers": ()}),
        ESSEX.discounting,
        ESSEX.optimism_bias,
        ESSEX.deflators,
    )


def make_effect(
    estimate: float = 0.5,
    lower: float = 0.25,
    upper: float = 0.9,
    *,
    kind: DesignKind = DesignKind.RANDOMISED,
    treated: Side | None = PATROLLED,
    other: Side | None = OTHER,
) -> Effect:
    return Effect(
        name="violence", outcome="offences of violence", contrast=PATROL_DAYS, role=Role.PRIMARY, kind=kind, scale=Scale.RATIO,
        estimate=estimate, lower=lower, upper=upper, p=0.02, confidence=0.95, method="made-up", basis="as assigned",
        treated=treated, other=other,
    )  # fmt: skip


def make_plan(**changes: Any) -> CostBenefitPlan:
    none = {"value": 0, "why": "made-up"}
    told: dict[str, Any] = {
        "price_year": "2015-16",
        "first_year": "2015-16",
        "years": 1,
        "costs": [
            {"title": "Overtime", "bearer": "fiscal", "price_year": "2015-16", "amounts": [100_000], "source": MADE_UP}
        ],
        "benefits": [{"title": "Violence", "outcome": "violence", "unit_cost": "violence", "expected": [40]}],
        "additionality": {
            "deadweight": none,
            "attribution": {"value": 1, "why": "made-up"},
            "displacement": none,
            "drop_off": none,
        },
        "not_monetised": [{"what": "Fear", "why": "it has no price here"}],
        "draws": 2000,
    }
    return CostBenefitPlan.model_validate({**told, **changes})
