"""What it cost and what it was worth, with what is not known of either."""

from safeground.engine.evaluation.cost_benefit.appraising import (
    Amount,
    BenefitOf,
    CostBenefit,
    CostOf,
    OfBearer,
    Swing,
    Switch,
    appraise,
)
from safeground.engine.evaluation.cost_benefit.discounting import NotHeld, discount_factors, price_ratio
from safeground.engine.evaluation.cost_benefit.plan import CostBenefitPlan
from safeground.engine.evaluation.cost_benefit.pricing import (
    NotComputed,
    OffenceCount,
    check_cost_benefit_plan,
    price_plan,
)
from safeground.engine.evaluation.cost_benefit.telling import CostBenefitSection, tell_cost_benefit
from safeground.engine.evaluation.cost_benefit.uncertain import Spread, Uncertain

__all__ = [
    "Amount",
    "BenefitOf",
    "CostBenefit",
    "CostBenefitPlan",
    "CostBenefitSection",
    "CostOf",
    "NotComputed",
    "NotHeld",
    "OfBearer",
    "OffenceCount",
    "Spread",
    "Swing",
    "Switch",
    "Uncertain",
    "appraise",
    "check_cost_benefit_plan",
    "discount_factors",
    "price_plan",
    "price_ratio",
    "tell_cost_benefit",
]
