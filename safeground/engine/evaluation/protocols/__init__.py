"""Protocols: what an evaluation asks, of what, by which design, written down before an outcome is opened. One module a design."""

from __future__ import annotations

from safeground.engine.evaluation.protocols.area_months import (
    AreaMonthsProtocol,
    FeedCounts,
    LeftOut,
    SeriesFile,
    days_of,
    say_period,
)
from safeground.engine.evaluation.protocols.before_after import BeforeAfterProtocol
from safeground.engine.evaluation.protocols.campaign_survey import CampaignSurveyProtocol
from safeground.engine.evaluation.protocols.common import NAME, OutcomeOfProtocol, Protocol
from safeground.engine.evaluation.protocols.crossover import CrossoverProtocol
from safeground.engine.evaluation.protocols.differences import DifferenceInDifferencesProtocol
from safeground.engine.evaluation.protocols.displacement import WeightedDisplacementProtocol
from safeground.engine.evaluation.protocols.drawn_places import (
    DrawnPlacesProtocol,
    ParallelProtocol,
    SteppedWedgeProtocol,
)
from safeground.engine.evaluation.protocols.interrupted_series import InterruptedSeriesProtocol
from safeground.engine.evaluation.protocols.matched_groups import MatchedGroupsProtocol
from safeground.engine.evaluation.protocols.outcome_scores import OutcomeScoresProtocol
from safeground.engine.evaluation.protocols.reading import PROTOCOLS, read_protocol
from safeground.engine.evaluation.protocols.synthetic_control import Predictor, SyntheticControlProtocol
from safeground.engine.evaluation.protocols.trials import TrialFiles, TrialProtocol

__all__ = [
    "NAME",
    "PROTOCOLS",
    "AreaMonthsProtocol",
    "BeforeAfterProtocol",
    "CampaignSurveyProtocol",
    "CrossoverProtocol",
    "DifferenceInDifferencesProtocol",
    "DrawnPlacesProtocol",
    "FeedCounts",
    "InterruptedSeriesProtocol",
    "LeftOut",
    "MatchedGroupsProtocol",
    "OutcomeOfProtocol",
    "OutcomeScoresProtocol",
    "ParallelProtocol",
    "Predictor",
    "Protocol",
    "SeriesFile",
    "SteppedWedgeProtocol",
    "SyntheticControlProtocol",
    "TrialFiles",
    "TrialProtocol",
    "WeightedDisplacementProtocol",
    "days_of",
    "read_protocol",
    "say_period",
]
