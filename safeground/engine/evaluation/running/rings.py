"""Areas around others, found by what touches: where something may have moved to, or spilt over."""

from __future__ import annotations

import math

from safeground.engine.documents import join_words
from safeground.engine.evaluation.checks import CheckResult, failed, judge_absence, not_applicable
from safeground.engine.evaluation.effects import Effect
from safeground.engine.evaluation.protocols import LeftOut, WeightedDisplacementProtocol
from safeground.engine.evaluation.series_data import SeriesData
from safeground.engine.evaluation.series_validation import refuse

_NO_OUTLINES = "Which areas touch is not known, as not all have an outline; land boundaries, or name the areas around."


def find_touching(data: SeriesData, areas: tuple[str, ...], *, apart_from: frozenset[str]) -> tuple[str, ...]:
    """Areas that touch any of these and are neither of them nor of those to be apart from. Raises EvaluationRefused where nobody knows
    which touch."""
    if data.touching is None:
        refuse([_NO_OUTLINES])
        return ()
    near = data.touching[data.rows_of(areas)].sum(axis=0) > 0
    return tuple(
        area for row, area in enumerate(data.areas) if near[row] and area not in areas and area not in apart_from
    )


def check_ring(ring: Effect | None, level: float) -> CheckResult:
    """ring: of areas around one that a mix stands for. level: of their own mix, what a difference is told as a share of."""
    question = "Did something spill over into the areas around?"
    if ring is None:
        return not_applicable("displacement", question, "No area was named into which something could have spilt over.")
    if ring.lower > 0 or ring.upper < 0:
        return failed(
            "displacement", question, "It seems so: they are in no mix; what lies farther out was not looked at."
        )
    bounds = (max(0.0, 1 + ring.lower / level), 1 + ring.upper / level) if level > 0 else (math.nan, math.nan)
    return judge_absence("displacement", question, *bounds, seen="Not clearly")


def find_rings(protocol: WeightedDisplacementProtocol, data: SeriesData) -> WeightedDisplacementProtocol:
    """The protocol with the rings that `touching` asks for. An area that touches both sides is in neither ring and is left out.

    Raises EvaluationRefused where one side has no such area: the difference would hold the ring of the other alone.
    """
    if not protocol.touching:
        return protocol
    inside = frozenset((*protocol.treated_areas, *protocol.control))
    around = find_touching(data, protocol.treated_areas, apart_from=inside)
    around_control = find_touching(data, protocol.control, apart_from=inside)
    both = tuple(area for area in around if area in around_control)
    ring, ring_control = (tuple(area for area in side if area not in both) for side in (around, around_control))
    lacking = [f"the {name} areas" for name, side in (("treated", ring), ("control", ring_control)) if not side]
    if lacking:
        told = f"No area touches {join_words(lacking)} alone, so that a ring is lacking"
        refuse([f"{told}; name control areas that lie farther off, or do without rings."])
    left_out = (LeftOut(areas=both, why="touching both treated and control areas"),) if both else ()
    return protocol.model_copy(
        update={"buffer": ring, "buffer_control": ring_control, "left_out": (*protocol.left_out, *left_out)}
    )
