"""Which functions a design has: how its data are read, what is held against them before an outcome is opened, and how it is run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from safeground.engine.evaluation.checks import CheckResult
from safeground.engine.evaluation.evaluations import Evaluation
from safeground.engine.evaluation.people_files import read_people_files
from safeground.engine.evaluation.protocols import Protocol
from safeground.engine.evaluation.running.before_after import check_before_after_protocol, evaluate_before_after
from safeground.engine.evaluation.running.campaign_survey import check_survey_protocol, evaluate_campaign_survey
from safeground.engine.evaluation.running.crossover import evaluate_crossover
from safeground.engine.evaluation.running.differences import check_differences_protocol, evaluate_differences
from safeground.engine.evaluation.running.displacement import (
    check_weighted_displacement_protocol,
    evaluate_weighted_displacement,
)
from safeground.engine.evaluation.running.drawn_places import evaluate_parallel, evaluate_stepped_wedge
from safeground.engine.evaluation.running.interrupted_series import (
    check_interrupted_series_protocol,
    evaluate_interrupted_series,
)
from safeground.engine.evaluation.running.matched_groups import check_matched_protocol, evaluate_matched_groups
from safeground.engine.evaluation.running.outcome_scores import check_scores_protocol, evaluate_outcome_scores
from safeground.engine.evaluation.running.reporting import add_reporting_check
from safeground.engine.evaluation.running.synthetic_control import (
    check_synthetic_control_protocol,
    evaluate_synthetic_control,
)
from safeground.engine.evaluation.score_files import read_score_files
from safeground.engine.evaluation.series_files import read_series_files
from safeground.engine.evaluation.survey_files import read_survey_files
from safeground.engine.evaluation.trial_files import read_trial_files
from safeground.engine.evaluation.validation import check_trial_protocol


@dataclass(frozen=True)
class Design:
    """The functions of one design. Data are of the design's own class, frozen, with a `fingerprint` and closed outcomes.

    read_files(protocol, folder): the data of a protocol's files, no outcome read. check(protocol, data, *, is_planned): raises
    EvaluationRefused with all that is wrong, no outcome read. evaluate(protocol, data, *, sha256, seal): checks again, opens, estimates.
    """

    read_files: Callable[[Any, Path], Any]
    check: Callable[..., None]
    evaluate: Callable[..., Evaluation]


DESIGNS: Final[Mapping[str, Design]] = MappingProxyType({
    "crossover": Design(read_trial_files, check_trial_protocol, evaluate_crossover),
    "difference_in_differences": Design(read_series_files, check_differences_protocol, evaluate_differences),
    "synthetic_control": Design(read_series_files, check_synthetic_control_protocol, evaluate_synthetic_control),
    "interrupted_series": Design(read_series_files, check_interrupted_series_protocol, evaluate_interrupted_series),
    "weighted_displacement": Design(read_series_files, check_weighted_displacement_protocol, evaluate_weighted_displacement),
    "before_after": Design(read_series_files, check_before_after_protocol, evaluate_before_after),
    "matched_groups": Design(read_people_files, check_matched_protocol, evaluate_matched_groups),
    "parallel": Design(read_trial_files, check_trial_protocol, evaluate_parallel),
    "stepped_wedge": Design(read_trial_files, check_trial_protocol, evaluate_stepped_wedge),
    "campaign_survey": Design(read_survey_files, check_survey_protocol, evaluate_campaign_survey),
    "outcome_scores": Design(read_score_files, check_scores_protocol, evaluate_outcome_scores),
})  # fmt: skip
"""By the `design` of the protocol; its class is in `PROTOCOLS`."""


def read_evaluation_files(protocol: Protocol, folder: Path) -> Any:
    """The data of a protocol's files, outcomes closed. Raises EvaluationRefused, in a sentence, for a file that is not one."""
    return DESIGNS[protocol.design].read_files(protocol, folder)


def check_protocol(protocol: Protocol, data: Any, *, is_planned: bool = False) -> None:
    """Raises EvaluationRefused with a sentence, on a line of its own, for everything that is wrong. Reads no outcome.

    is_planned: what is evaluated may still be to come, so that its outcomes need not have landed.
    """
    DESIGNS[protocol.design].check(protocol, data, is_planned=is_planned)


def evaluate(protocol: Protocol, data: Any, *, sha256: str, seal: CheckResult) -> Evaluation:
    """Validate, then open the outcomes, then estimate what the protocol asks and no more.

    sha256: the protocol's hash. seal: whether it was settled before its outcomes could be known (`check_seal`).

    Randomness comes from the protocol's seed. Raises EvaluationRefused before any outcome is read where the protocol cannot stand.
    """
    return add_reporting_check(DESIGNS[protocol.design].evaluate(protocol, data, sha256=sha256, seal=seal))
