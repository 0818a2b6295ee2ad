"""Priority neighbourhoods: where risk factors of violence come together, how sure that is, and why."""

from safeground.engine.places.priority.choosing import (
    NoPriority,
    OtherChoice,
    OutcomeBeside,
    PriorityNeighbourhoods,
    choose_priority_neighbourhoods,
)
from safeground.engine.places.priority.reading import RiskFactor
from safeground.engine.places.priority.scores import Layout, Membership, draw_membership, normal_scores, score_areas
from safeground.engine.places.priority.stability import BandChange, Stability, compare_bands

__all__ = [
    "BandChange",
    "Layout",
    "Membership",
    "NoPriority",
    "OtherChoice",
    "OutcomeBeside",
    "PriorityNeighbourhoods",
    "RiskFactor",
    "Stability",
    "choose_priority_neighbourhoods",
    "compare_bands",
    "draw_membership",
    "normal_scores",
    "score_areas",
]
