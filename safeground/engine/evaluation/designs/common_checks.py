"""Checks that several designs make alike."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from scipy import special

from safeground.engine.documents import Direction, count_things, format_number, join_words
from safeground.engine.evaluation.checks import HARMFUL_RATIO, CheckResult, judge, not_applicable
from safeground.engine.evaluation.designs.confounding import estimate_e_value
from safeground.engine.evaluation.effects import Effect, Scale

FEWEST_PLACEBOS: Final = 5
_ALPHA: Final = 0.05
_CHOSEN = "Was it chosen because its figures stood out?"


def check_chosen(said: bool | None, *, warning: str) -> CheckResult:
    """Regression to the mean, where nothing but the word of whoever chose can say. `warning`: what it does to this design."""
    if said is None:
        return not_applicable("regression_to_the_mean", _CHOSEN, "Nobody said how it was chosen.")
    return judge(not said, "regression_to_the_mean", _CHOSEN, f"Yes. {warning}" if said else "No, as was stated.")


def check_dispersion(dispersion: float | None) -> CheckResult:
    """Offences come in bursts: their counts vary by more than their number says."""
    question = "Is it allowed for that counts vary by more than chance alone would make them?"
    if dispersion is None:
        return not_applicable(
            "dispersion", question,
            "No: nobody said by how much, and where they do the interval is too narrow and p too small.",
        )  # fmt: skip
    return judge(True, "dispersion", question, f"Yes: the variance is taken for {dispersion:g} times the count.")


def check_placebo_in_space(effect: Effect, placebos: Sequence[Effect]) -> CheckResult:
    """The same method where nothing was done: `placebos` are its effects on untreated areas, or sets of them, taken for treated.

    About one in twenty is called clear by chance; many more, and the method's own p cannot be believed here. Placebos that share areas
    hang together, so that it fails somewhat too rarely with a few areas and never too often by design.
    """
    question = "Does the same method find an effect where nothing was done?"
    known = [placebo for placebo in placebos if not math.isnan(placebo.p) and math.isfinite(placebo.estimate)]
    if len(known) < FEWEST_PLACEBOS:
        return not_applicable(
            "placebo_in_space",
            question,
            f"It could be tried {count_things(len(known), 'time')} on areas where nothing was done, and fewer than {FEWEST_PLACEBOS} say "
            "nothing.",
        )
    clear = sum(placebo.p <= _ALPHA for placebo in known)
    as_far = sum(abs(_distance(placebo)) >= abs(_distance(effect)) for placebo in known)
    sentence = (
        f"Tried {len(known)} times on areas where nothing was done, it would have called {clear} of them clear, where one in twenty is "
        f"to be expected; {as_far} lay as far from no difference as this effect."
    )
    chance = float(special.bdtrc(clear - 1, len(known), _ALPHA)) if clear else 1.0
    return judge(chance > _ALPHA, "placebo_in_space", question, sentence)


def check_window(effect: Effect, windows: Mapping[str, Effect]) -> CheckResult:
    """The same effect from other windows of time, or of distance, each named as it stands after 'with' ('24 months before')."""
    question = "Does the answer hang on the window that was chosen?"
    known = {name: other for name, other in windows.items() if math.isfinite(other.estimate)}
    if not known or not math.isfinite(effect.estimate):
        return not_applicable("window", question, "No other window could be tried.")
    found = [f"{format_number(other.estimate, decimals=2)} with {name}" for name, other in known.items()]
    is_clear = _is_clear(effect)
    if is_clear:
        holds = all(_distance(other) * _distance(effect) > 0 for other in known.values())
        rules = [f"on one side of {'1' if effect.scale is Scale.RATIO else 'nought'}"]
    else:
        # Another estimate on the other side of no difference takes nothing away from one that tells nothing; a window that tells does.
        holds = not any(_is_clear(other) for other in known.values())
        rules = ["where no other window tells a difference either"]
    if effect.scale is Scale.RATIO:
        # Beside a wide interval that holds no difference every ratio would pass, beside a narrow one half as much again says nothing.
        holds &= all(abs(_distance(other) - _distance(effect)) <= math.log(HARMFUL_RATIO) for other in known.values())
        rules.append(f"within {HARMFUL_RATIO:g} times the ratio either way")
    if is_clear or effect.scale is Scale.DIFFERENCE:
        holds &= all(effect.lower <= other.estimate <= effect.upper for other in known.values())
        rules.append("within the interval")
    sentence = (
        f"{format_number(effect.estimate, decimals=2)} becomes {', '.join(found)} (it is passed {join_words(rules)})."
    )
    return judge(holds, "window", question, sentence)


def _is_clear(effect: Effect) -> bool:
    return effect.direction in (Direction.HIGHER, Direction.LOWER)


def check_unseen(effect: Effect) -> CheckResult:
    """How strong something unseen would have to be to explain the effect away. For designs without a lottery."""
    question = "How strong would something unseen have to be to explain this?"
    if effect.scale is not Scale.RATIO or not 0 < effect.estimate < math.inf:
        return not_applicable("unseen_confounding", question, "It can be told of a finite ratio above nought alone.")
    strength = estimate_e_value(effect)
    if strength.of_interval <= 1:
        return not_applicable(
            "unseen_confounding",
            question,
            "The interval holds no difference already, so that there is nothing to explain.",
        )
    of_estimate, of_interval = (format_number(x, decimals=2) for x in (strength.of_estimate, strength.of_interval))
    sentence = (
        f"To bring the interval to no difference it would have to go with both treatment and outcome by a ratio of {of_interval}, and of "
        f"{of_estimate} to explain the estimate whole (it is passed from {HARMFUL_RATIO:g})."
    )
    return judge(strength.of_interval >= HARMFUL_RATIO, "unseen_confounding", question, sentence)


def _distance(effect: Effect) -> float:
    """From no difference, on the scale on which both sides are alike."""
    if effect.scale is Scale.DIFFERENCE:
        return effect.estimate
    return float(np.log(effect.estimate)) if effect.estimate > 0 else -math.inf
