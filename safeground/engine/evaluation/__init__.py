"""Did it work? Protocols, designs and their checks, effects with what may be said of them, and what they cost."""

from __future__ import annotations

from safeground.engine.evaluation.calibration import Coverage, World, calibrate_crossover, simulate_crossover
from safeground.engine.evaluation.checks import CheckResult, Verdict
from safeground.engine.evaluation.contrasts import PATROL_DAYS, Contrast, Span, compare_places, compare_starts
from safeground.engine.evaluation.cost_benefit import (
    Amount,
    BenefitOf,
    CostBenefit,
    CostBenefitPlan,
    CostBenefitSection,
    CostOf,
    NotComputed,
    NotHeld,
    OfBearer,
    OffenceCount,
    Spread,
    Swing,
    Switch,
    Uncertain,
    appraise,
    check_cost_benefit_plan,
    discount_factors,
    price_plan,
    price_ratio,
    tell_cost_benefit,
)
from safeground.engine.evaluation.counts_told import CountOnPage, find_counts, find_withheld, make_releases
from safeground.engine.evaluation.design_calibration import DesignWorld, calibrate_design
from safeground.engine.evaluation.designs.confounding import EValue, estimate_e_value
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
from safeground.engine.evaluation.designs.differences import (
    DifferenceInDifferences,
    EventTime,
    difference_in_differences,
)
from safeground.engine.evaluation.designs.displacement import DisplacementDifference, weighted_displacement_difference
from safeground.engine.evaluation.designs.high_choices import MeanRegression, regression_to_mean
from safeground.engine.evaluation.designs.interrupted_series import InterruptedSeries, interrupted_time_series
from safeground.engine.evaluation.designs.matched_groups import MatchedEffect, estimate_matched_effect, matched_groups
from safeground.engine.evaluation.designs.matched_people import MatchedPeople, match_people
from safeground.engine.evaluation.designs.outcome_scores import (
    ScoreChange,
    compare_score_changes,
    estimate_score_change,
)
from safeground.engine.evaluation.designs.parallel import estimate_parallel_effect
from safeground.engine.evaluation.designs.predictor_mix import PredictorMix, match_on_predictors
from safeground.engine.evaluation.designs.stepped_wedge import (
    SinceStart,
    estimate_average_since_start,
    estimate_stepped_wedge_effect,
    find_effect_since_start,
)
from safeground.engine.evaluation.designs.surveys import (
    compare_same_people,
    compare_surveys,
    compare_with_elsewhere,
    estimate_design_effect,
)
from safeground.engine.evaluation.designs.synthetic_controls import SyntheticControl, synthetic_control
from safeground.engine.evaluation.disclosing import find_readers, find_rule
from safeground.engine.evaluation.draws import Draw, design_of, tell_why_untold
from safeground.engine.evaluation.effects import Effect, InEvents, Role, Scale, Side, read_effects_together
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.evaluations import Evaluation, as_data
from safeground.engine.evaluation.evidence import DesignKind, EvidenceGrade, grade
from safeground.engine.evaluation.evidence_library import (
    Concern,
    EvidenceCard,
    EvidenceList,
    EvidenceWarning,
    EvidenceWarnings,
    find_approach,
    maryland_of,
    warn_of,
)
from safeground.engine.evaluation.exhibits import Flow, PageWords, Quantity, Section
from safeground.engine.evaluation.kept import RESULT, MadeFrom, Result, read_result, render_result
from safeground.engine.evaluation.protocols import (
    PROTOCOLS,
    AreaMonthsProtocol,
    CrossoverProtocol,
    DrawnPlacesProtocol,
    OutcomeOfProtocol,
    ParallelProtocol,
    Protocol,
    SteppedWedgeProtocol,
    TrialProtocol,
    read_protocol,
)
from safeground.engine.evaluation.report import (
    make_evaluation_chapter,
    make_evaluation_report,
    make_finding,
    say_grade,
    tell_checks,
)
from safeground.engine.evaluation.running import (
    DESIGNS,
    check_protocol,
    evaluate,
    evaluate_crossover,
    read_evaluation_files,
)
from safeground.engine.evaluation.runs import EvaluationRuns, KeptEvaluation, WaitingProtocol, read_runs
from safeground.engine.evaluation.sealing import (
    SealEntry,
    check_files,
    check_seal,
    enter_files,
    enter_opening,
    enter_result,
    hash_protocol,
    protocol_folder,
    read_seals,
    seal_protocol,
)
from safeground.engine.evaluation.series_data import SeriesData
from safeground.engine.evaluation.trial_calibration import TrialWorld, calibrate_trial, plan_trial
from safeground.engine.evaluation.trial_data import OutcomeEvents, TrialData
from safeground.engine.evaluation.trial_files import read_trial_files
from safeground.engine.evaluation.wording import say_effect, say_p, say_ratio

__all__ = [
    "DESIGNS",
    "PATROL_DAYS",
    "PROTOCOLS",
    "RESULT",
    "Amount",
    "AreaMonthsProtocol",
    "BenefitOf",
    "CheckResult",
    "Concern",
    "Contrast",
    "CostBenefit",
    "CostBenefitPlan",
    "CostBenefitSection",
    "CostOf",
    "CountOnPage",
    "Coverage",
    "CrossoverProtocol",
    "CrossoverTrial",
    "DesignKind",
    "DesignWorld",
    "DifferenceInDifferences",
    "DisplacementDifference",
    "Draw",
    "DrawnPlacesProtocol",
    "EValue",
    "Effect",
    "Evaluation",
    "EvaluationRefused",
    "EvaluationRuns",
    "EventTime",
    "EvidenceCard",
    "EvidenceGrade",
    "EvidenceList",
    "EvidenceWarning",
    "EvidenceWarnings",
    "Flow",
    "InEvents",
    "InterruptedSeries",
    "KeptEvaluation",
    "MadeFrom",
    "MatchedEffect",
    "MatchedPeople",
    "MeanRegression",
    "NotComputed",
    "NotHeld",
    "OfBearer",
    "OffenceCount",
    "OutcomeEvents",
    "OutcomeOfProtocol",
    "PageWords",
    "ParallelProtocol",
    "PredictorMix",
    "Protocol",
    "Quantity",
    "Result",
    "Role",
    "Scale",
    "ScoreChange",
    "SealEntry",
    "Section",
    "SeriesData",
    "Side",
    "SinceStart",
    "Span",
    "Spread",
    "SteppedWedgeProtocol",
    "Swing",
    "Switch",
    "SyntheticControl",
    "TrialData",
    "TrialProtocol",
    "TrialWorld",
    "Uncertain",
    "Verdict",
    "WaitingProtocol",
    "World",
    "appraise",
    "as_data",
    "calibrate_crossover",
    "calibrate_design",
    "calibrate_trial",
    "check_cost_benefit_plan",
    "check_files",
    "check_protocol",
    "check_seal",
    "compare_places",
    "compare_same_people",
    "compare_score_changes",
    "compare_starts",
    "compare_surveys",
    "compare_with_elsewhere",
    "design_of",
    "difference_in_differences",
    "discount_factors",
    "enter_files",
    "enter_opening",
    "enter_result",
    "estimate_as_treated",
    "estimate_average_since_start",
    "estimate_crossover_effect",
    "estimate_days_in_a_row",
    "estimate_design_effect",
    "estimate_dose_response",
    "estimate_e_value",
    "estimate_harm_effects",
    "estimate_lag_effects",
    "estimate_matched_effect",
    "estimate_parallel_effect",
    "estimate_prevalence_effect",
    "estimate_score_change",
    "estimate_stepped_wedge_effect",
    "evaluate",
    "evaluate_crossover",
    "find_approach",
    "find_counts",
    "find_effect_since_start",
    "find_readers",
    "find_rule",
    "find_withheld",
    "grade",
    "hash_protocol",
    "interrupted_time_series",
    "make_evaluation_chapter",
    "make_evaluation_report",
    "make_finding",
    "make_releases",
    "maryland_of",
    "match_on_predictors",
    "match_people",
    "matched_groups",
    "plan_trial",
    "price_plan",
    "price_ratio",
    "protocol_folder",
    "read_effects_together",
    "read_evaluation_files",
    "read_protocol",
    "read_result",
    "read_runs",
    "read_seals",
    "read_trial_files",
    "regression_to_mean",
    "render_result",
    "say_effect",
    "say_grade",
    "say_p",
    "say_ratio",
    "seal_protocol",
    "simulate_crossover",
    "synthetic_control",
    "tell_checks",
    "tell_cost_benefit",
    "tell_why_untold",
    "warn_of",
    "weighted_displacement_difference",
]
