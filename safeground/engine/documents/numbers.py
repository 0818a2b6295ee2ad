"""How a protected number is written for a reader. The only module that rounds for show.

The interval decides how many digits are worth reading: a rate known to within one either way gets one decimal, never three. Counts
are whole. A number that is not published is written as its state, never as 0, a dash or nothing.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

from safeground.engine.disclosure import Protected

MINUS = "\N{MINUS SIGN}"
_MOST_DECIMALS = 3
_RATIO = "times"
_MOST_OF_RATIO = 2
_NEAR_ONE = 2.0


def choose_decimals(value: float, lower: float | None = None, upper: float | None = None) -> int:
    """How many decimals `value` deserves (0 to 3), given its interval where there is one.

    A number known to 3 either way or worse gets none, to 0.1 either way one, and one more for each ten times narrower. Without an
    interval a whole number stays whole and any other gets about three significant digits.
    """
    if lower is not None and upper is not None and upper > lower:
        half = (upper - lower) / 2
        # The small factor keeps 0.1 either way at one decimal, whatever its last bit.
        digits = 0 if half >= 3 else max(1, -math.floor(math.log10(half * (1 + 1e-9))))
    elif float(value).is_integer():
        return 0
    else:
        digits = 2 - math.floor(math.log10(abs(value)))
        digits = min(digits, 1) if abs(value) >= 1 else digits
    return max(0, min(_MOST_DECIMALS, digits))


def format_number(value: float, *, decimals: int = 0) -> str:
    """A number with thousands separators and a true minus sign: '12,345', '0.7', '−3.2'."""
    text = f"{value:,.{decimals}f}"
    if text.startswith("-"):
        # A number that rounds to nought is nought: '-0.0' reads as a fall.
        text = text[1:] if not text.strip("-0.,") else MINUS + text[1:]
    return text


def choose_common_decimals(estimates: Iterable[Protected]) -> int | None:
    """The decimals most of `estimates` deserve, for a column or chart that writes all alike; None where none is published.

    More where a ratio of the column would else lose the side of 1 that it lies on.
    """
    published = [estimate for estimate in estimates if estimate.is_published]
    counts = Counter(_decimals(estimate) for estimate in published)
    if not counts:
        return None
    most = min(counts, key=lambda decimals: (-counts[decimals], decimals))
    return max(most, *(_decimals_of_side(estimate) for estimate in published))


def format_value(estimate: Protected, *, decimals: int | None = None) -> str:
    """The bare number without its unit ('13.1', '12%'), or its state in words ('suppressed').

    `decimals` overrides what the interval asks for, where a column or a chart writes all its numbers alike.
    """
    if estimate.value is None:
        return str(estimate.state)
    number = format_number(estimate.value, decimals=_decimals(estimate) if decimals is None else decimals)
    return number + "%" if estimate.unit.startswith("%") else number


def format_estimate(estimate: Protected) -> str:
    """The number with its unit: '13.1 per 1,000 residents', '12% of offences', '4,310 offences'; or its state."""
    if estimate.value is None:
        return str(estimate.state)
    unit = estimate.unit.removeprefix("%").strip()
    return f"{format_value(estimate)} {unit}".strip()


def format_bounds(estimate: Protected, *, decimals: int | None = None) -> str:
    """'12.1 to 14.0', or nothing where there is no interval."""
    if estimate.value is None or estimate.lower is None or estimate.upper is None:
        return ""
    decimals = _decimals(estimate) if decimals is None else decimals
    sign = "%" if estimate.unit.startswith("%") else ""
    lower, upper = (format_number(bound, decimals=decimals) + sign for bound in (estimate.lower, estimate.upper))
    return f"{lower} to {upper}"


def format_interval(estimate: Protected) -> str:
    """'95% interval 12.1 to 14.0', or nothing where there is no interval."""
    bounds = format_bounds(estimate)
    if not bounds:
        return ""
    return f"{format_confidence(estimate.confidence)} interval {bounds}".strip()


def format_confidence(confidence: float | None) -> str:
    """'95%', '99.8%', or nothing."""
    return "" if confidence is None else f"{100 * confidence:.4g}%"


def _decimals(estimate: Protected) -> int:
    if estimate.value is None or estimate.value == estimate.count:
        return 0  # a count is whole, however wide or narrow its interval
    return max(choose_decimals(estimate.value, estimate.lower, estimate.upper), _decimals_of_side(estimate))


def _decimals_of_side(estimate: Protected) -> int:
    """The fewest decimals at which no bound of a ratio is rounded onto 1: '1.0 to 1.2' beside the word higher reads as a mistake. A ratio
    below 2 has two, as fine as the percentages that words tell it in: '0.5 times' beside '45% fewer' does too."""
    if estimate.unit != _RATIO or estimate.value is None or estimate.lower is None or estimate.upper is None:
        return 0
    if estimate.value < _NEAR_ONE:
        return _MOST_OF_RATIO
    bounds = (estimate.lower, estimate.upper)
    enough = (n for n in range(_MOST_OF_RATIO) if all(round(bound, n) != 1 or bound == 1 for bound in bounds))
    return next(enough, _MOST_OF_RATIO)
