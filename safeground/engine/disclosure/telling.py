"""How a rule tells counts, and what a reader who knows the rule can say of each from what is told.

Rounding goes to the nearest multiple, halves up, and depends on the count alone: so one count is told as one number in every table and
edition. (Random rounding, seeded or not, would have to remember what it told before.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from safeground.engine.disclosure.protected import DisclosureRule


def round_counts(counts: ArrayLike, rule: DisclosureRule) -> NDArray[np.float64]:
    """Counts as the rule rounds them."""
    rounded: NDArray[np.float64] = rule.rounding * np.floor(np.asarray(counts, dtype=float) / rule.rounding + 0.5)
    return rounded


def is_small(counts: ArrayLike, rule: DisclosureRule) -> NDArray[np.bool_]:
    """Which counts the rule itself withholds."""
    given = np.asarray(counts, dtype=float)
    small: NDArray[np.bool_] = ((given > 0) & (given <= rule.threshold)) | (
        (given == 0) & (rule.threshold > 0) & (not rule.zero_is_shown)
    )
    return small


def told_interval(told: ArrayLike, rule: DisclosureRule) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The least and the most that the true count can be of which the rule tells this number.

    Told 0 is 0 where the rule withholds all small counts. Told 10 by the rule of the NHS is 8 to 12.
    """
    given = np.asarray(told, dtype=float)
    lower, upper = given - rule.rounding // 2, given + (rule.rounding + 1) // 2 - 1
    exact = given == 0 if rule.threshold > 0 else np.zeros(given.shape, dtype=bool)
    lower = np.where(given > rule.threshold, np.maximum(lower, rule.threshold + 1 if rule.threshold > 0 else 0), lower)
    lower = np.where(exact, 0.0, np.maximum(lower, 0))
    return lower, np.where(exact, 0.0, upper)


def least_withheld(rule: DisclosureRule, *, hide_zeros: bool = False) -> int:
    """The least that a withheld count can be: 1 where every 0 is shown."""
    return 0 if hide_zeros or not rule.zero_is_shown else 1


def asked_interval(
    counts: ArrayLike, rule: DisclosureRule, *, hide_zeros: bool = False
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What must stay possible of each count that is withheld for its own sake.

    Of a small count all that the rule's own marker leaves open: 1 up to the threshold (from 0, if the rule withholds zeros). Of a larger
    one, withheld for what stands outside its table, as many on either side as the threshold.
    """
    given = np.asarray(counts, dtype=float)
    least = least_withheld(rule, hide_zeros=hide_zeros)
    small = is_small(given, rule)
    least_asked = 0 if not rule.zero_is_shown else 1
    lower = np.where(small, least_asked, np.maximum(given - rule.threshold, least))
    upper = np.where(small, rule.threshold, given + rule.threshold)
    return lower, upper
