"""A protocol from its file, of the class that its design has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from safeground.engine.catalogue import DefinitionProblem, DefinitionsError, parse_definition, read_yaml
from safeground.engine.documents import join_words
from safeground.engine.evaluation.protocols.before_after import BeforeAfterProtocol
from safeground.engine.evaluation.protocols.campaign_survey import CampaignSurveyProtocol
from safeground.engine.evaluation.protocols.common import Protocol
from safeground.engine.evaluation.protocols.crossover import CrossoverProtocol
from safeground.engine.evaluation.protocols.differences import DifferenceInDifferencesProtocol
from safeground.engine.evaluation.protocols.displacement import WeightedDisplacementProtocol
from safeground.engine.evaluation.protocols.drawn_places import ParallelProtocol, SteppedWedgeProtocol
from safeground.engine.evaluation.protocols.interrupted_series import InterruptedSeriesProtocol
from safeground.engine.evaluation.protocols.matched_groups import MatchedGroupsProtocol
from safeground.engine.evaluation.protocols.outcome_scores import OutcomeScoresProtocol
from safeground.engine.evaluation.protocols.synthetic_control import SyntheticControlProtocol

PROTOCOLS: Final[Mapping[str, type[Protocol]]] = MappingProxyType({
    "crossover": CrossoverProtocol,
    "difference_in_differences": DifferenceInDifferencesProtocol,
    "synthetic_control": SyntheticControlProtocol,
    "interrupted_series": InterruptedSeriesProtocol,
    "weighted_displacement": WeightedDisplacementProtocol,
    "before_after": BeforeAfterProtocol,
    "matched_groups": MatchedGroupsProtocol,
    "parallel": ParallelProtocol,
    "stepped_wedge": SteppedWedgeProtocol,
    "campaign_survey": CampaignSurveyProtocol,
    "outcome_scores": OutcomeScoresProtocol,
})  # fmt: skip
"""By design, the class of its protocol."""


def read_protocol(path: Path) -> Protocol:
    """A protocol as written down. Raises DefinitionsError with every problem of the file."""
    content = read_yaml(path, shown_as=str(path))
    design = str(content.get("design", "")) if isinstance(content, dict) else ""
    if design not in PROTOCOLS:
        what = f"there is no design {design!r}" if design else "it names no design"
        raise DefinitionsError(
            (DefinitionProblem(str(path), "design", f"{what}; write one of {join_words(sorted(PROTOCOLS))}"),)
        )
    return parse_definition(PROTOCOLS[design], content, shown_as=str(path))
