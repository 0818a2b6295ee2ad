"""Did it work? Protocols, designs and their checks, effects with what may be said of them, and what they cost."""

from __future__ import annotations

from safeground.engine.evaluation.checks import CheckResult, Verdict
from safeground.engine.evaluation.contrasts import PATROL_DAYS, Contrast, Span
from safeground.engine.evaluation.designs.crossover import estimate_crossover_effect
from safeground.engine.evaluation.designs.crossover_details import (
    CrossoverTrial,
    estimate_as_treated,
    estimate_days_in_a_row,
    estimate_dose_response,
    estimate_harm_effects,
    estimate_lag_effects,
    estimate_prevalence_effect,
)
from safeground.engine.evaluation.effects import Effect, Role, Scale, Side
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.evidence import DesignKind, EvidenceGrade, grade
from safeground.engine.evaluation.wording import say_effect

__all__ = [
    "PATROL_DAYS",
    "CheckResult",
    "Contrast",
    "CrossoverTrial",
    "DesignKind",
    "Effect",
    "EvaluationRefused",
    "EvidenceGrade",
    "Role",
    "Scale",
    "Side",
    "Span",
    "Verdict",
    "estimate_as_treated",
    "estimate_crossover_effect",
    "estimate_days_in_a_row",
    "estimate_dose_response",
    "estimate_harm_effects",
    "estimate_lag_effects",
    "estimate_prevalence_effect",
    "grade",
    "say_effect",
]
