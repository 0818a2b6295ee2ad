"""What every design runs alike."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from scipy import special

from safeground.engine.documents import Direction, count_things
from safeground.engine.evaluation.checks import CheckResult, judge, judge_absence, not_applicable
from safeground.engine.evaluation.effects import Effect, Scale
from safeground.engine.evaluation.protocols import Protocol

_ALPHA = 0.05
_POWER = 0.8
_WORTH_FINDING = 0.7


def say_how_many_clear(effects: Sequence[Effect], protocol: Protocol) -> str:
    """The title of a forest plot: how many of its comparisons are clear of no difference, negative controls apart."""
    effects = [effect for effect in effects if effect.name not in protocol.negative_controls]
    clear = sum(effect.direction in (Direction.HIGHER, Direction.LOWER) for effect in effects)
    if len(effects) == 1:
        return f"The comparison is {'' if clear else 'not '}clear of no difference"
    if not clear:
        return "None of these comparisons is clear of no difference"
    number = f"{clear} of {count_things(len(effects), 'comparison')}"
    return f"{number} {'is' if clear == 1 else 'are'} clear of no difference"


def check_negative_controls(controls: Sequence[Effect], levels: Mapping[str, float] | None = None) -> CheckResult:
    """Where treatment seems to act on what it cannot, the two sides differ in something else.

    levels: of effects that are differences, by name, the level that a difference is told as a share of.
    """
    question = "Does treatment seem to act on an outcome that it cannot?"
    if not controls:
        return not_applicable("negative_control", question, "The protocol names no such outcome.")
    acting = [effect.outcome for effect in controls if effect.p <= _ALPHA]
    if acting:
        named = ", ".join(acting)
        return judge(
            False, "negative_control", question, f"It seems to, on {named}: the two sides may differ in something else."
        )
    named = ", ".join(effect.outcome for effect in controls)
    bounds = [_as_ratio(effect, (levels or {}).get(effect.name, math.nan)) for effect in controls]
    least, most = min(lower for lower, _ in bounds), max(upper for _, upper in bounds)
    return judge_absence("negative_control", question, least, most, seen=f"No sign of it in {named}")


def _as_ratio(effect: Effect, level: float) -> tuple[float, float]:
    if effect.scale is Scale.RATIO:
        return effect.lower, effect.upper
    return (max(0.0, 1 + effect.lower / level), 1 + effect.upper / level) if level > 0 else (math.nan, math.nan)


def check_detectable(effect: Effect, level: float = math.nan) -> CheckResult:
    """The ratio that would usually be found with an interval of this width. Power at the effect that was found would say no more than p.

    level: of an effect that is a difference, what it is told as a share of.
    """
    question = "How large a difference would usually have been found?"
    lower, upper = _as_ratio(effect, level)
    if not (lower > 0 and math.isfinite(upper)):
        return not_applicable("detectable", question, "There is no interval with two ends to tell it by.")
    per_error = float(special.ndtri((1 + effect.confidence) / 2))
    reach = math.log(upper / lower) / 2
    ratio = math.exp(-reach / per_error * (per_error + float(special.ndtri(_POWER))))
    sentence = (
        f"One of {100 * (1 - ratio):.0f}% fewer is found in {100 * _POWER:.0f}% of evaluations with an interval of this width, and a "
        f"smaller one may well be missed (it is passed up to {100 * (1 - _WORTH_FINDING):.0f}%). Power at the effect that was found "
        "is not given, as it would only repeat the p-value."
    )
    return judge(ratio >= _WORTH_FINDING, "detectable", question, sentence)
