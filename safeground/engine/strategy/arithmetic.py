"""What holds of a printed figure by the document's own numbers, before anything has been counted.

A figure is told rounded. It stands for every number that would be printed so, and a share for every quotient that its two counts may
have had; only where the two have nothing in common does the document contradict itself.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum

from safeground.engine.documents import format_number
from safeground.engine.strategy.figures import PublishedFigure
from safeground.engine.strategy.model import Strategy

_NUMBER = re.compile(r"\d[\d,]*(?:\.(\d+))?")


class Standing(StrEnum):
    """How a published figure stands."""

    REPRODUCED = "reproduced"
    CONTRADICTED = "contradicted"
    CANNOT_BE_CHECKED = "cannot be checked"


@dataclass(frozen=True)
class Checked:
    """A standing and the sentences that give its reason."""

    standing: Standing
    because: str
    ours: str = ""
    """What the document's own counts make of it: '0.70%'."""


def printed_step(figure: PublishedFigure) -> float:
    """The nearest what a figure was rounded to: as its document says, unless the figure itself denies it; else as it is printed.

    '0.6' was rounded to tenths, '3,200' at the coarsest to hundreds, '64,115' to ones.
    """
    if figure.rounded_to is not None and not breaks_rounding(figure):
        return figure.rounded_to
    decimals = _decimals(figure.printed)
    if decimals:
        return float(10**-decimals)
    if "%" in figure.unit or not figure.value:
        return 1.0
    digits = f"{abs(figure.value):.0f}"
    return float(10 ** (len(digits) - len(digits.rstrip("0"))))


def breaks_rounding(figure: PublishedFigure) -> bool:
    """Whether it is no multiple of what the document says it is rounded to."""
    if figure.rounded_to is None:
        return False
    steps = figure.value / figure.rounded_to
    return not math.isclose(steps, round(steps), abs_tol=1e-9)


def printed_range(figure: PublishedFigure) -> tuple[float, float]:
    """The least and the greatest number that a figure may stand for: (0.55, 0.65) for '0.6%', (10,000, infinity) for 'over 10,000'."""
    if figure.qualifier in ("over", "at least"):
        return figure.value, math.inf
    if figure.qualifier in ("under", "at most"):
        return -math.inf, figure.value
    half = printed_step(figure) / 2
    return figure.value - half, figure.value + half


def check_arithmetic(strategy: Strategy, figure: PublishedFigure) -> Checked | None:
    """Whether a figure agrees with the document's other numbers; None where they say nothing of it."""
    if breaks_rounding(figure):
        nearest = _say(figure.rounded_to or 0)
        said = f"{figure.printed} is not rounded to the nearest {nearest}, as the document says of it"
        return Checked(Standing.CONTRADICTED, f"By the document itself: {said}.")
    if figure.part_of is not None:
        whole = strategy.figure(figure.part_of)
        if figure.unit == whole.unit and printed_range(figure)[0] > printed_range(whole)[1]:
            said = f"it is more than the {whole.printed} of which it is a part"
            return Checked(Standing.CONTRADICTED, f"By the document's own numbers: {said}.")
    if figure.kind == "share" and figure.numerator and figure.base and figure.base.figure:
        return _check_share(figure, strategy.figure(figure.numerator), strategy.figure(figure.base.figure))
    return None


def _check_share(figure: PublishedFigure, part: PublishedFigure, whole: PublishedFigure) -> Checked | None:
    if figure.qualifier != "exactly" or not whole.value or part.qualifier != "exactly" or whole.qualifier != "exactly":
        return None
    if part.id == whole.id:
        return Checked(Standing.REPRODUCED, "It is the whole of which the other shares are parts.")
    (least, most), (whole_least, whole_most) = printed_range(part), printed_range(whole)
    low, high = 100 * least / whole_most, 100 * most / whole_least
    decimals = _decimals(figure.printed)
    exact = format_number(100 * part.value / whole.value, decimals=decimals + 1)
    told = f"By the document's own counts: {_say(part.value)} of {_say(whole.value)} is {exact}%"
    printed_low, printed_high = printed_range(figure)
    if low <= printed_high and high >= printed_low:
        return Checked(Standing.REPRODUCED, f"{told}, which is printed as {figure.printed}.", f"{exact}%")
    limits = " and ".join(f"{format_number(limit, decimals=decimals + 2)}%" for limit in (low, high))
    most_of_part = math.ceil(printed_high * whole.value / 100) - 1
    least_of_part = math.ceil(printed_low * whole.value / 100)
    would = (
        f"it would have to be {_say(most_of_part)} or fewer"
        if low > printed_high
        else f"it would have to be {_say(least_of_part)} or more"
    )
    return Checked(
        Standing.CONTRADICTED,
        f"{told}. Whatever the two were before they were rounded, the share lies between {limits}, and none of that rounds to "
        f"{figure.printed}; for {figure.printed} of {_say(whole.value)} {would}.",
        f"{exact}%",
    )


def _decimals(printed: str) -> int:
    """The decimals of the first number in a print."""
    found = _NUMBER.search(printed)
    return len(found.group(1) or "") if found else 0


def _say(number: float) -> str:
    return format_number(number, decimals=0 if float(number).is_integer() else 1)
