"""Axes: round numbers for values, and months, years or an order for periods."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from safeground.months import month_number

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_YEAR = re.compile(r"\d{4}")
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def choose_ticks(low: float, high: float, *, count: int = 5) -> list[float]:
    """Round numbers that enclose `low` to `high`, about `count` steps apart by 1, 2, 2.5 or 5 times a power of ten."""
    if not high > low:
        low, high = (low - 1, low + 1) if low else (0.0, 1.0)
    raw = (high - low) / count
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= raw * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(step * number, 10) for number in range(first, last + 1)]


def choose_tick_format(ticks: Sequence[float]) -> str:
    """A d3 number format with just the decimals the steps need."""
    decimals = next((digits for digits in range(4) if all(abs(tick - round(tick, digits)) < 1e-9 for tick in ticks)), 4)
    return f",.{decimals}f"


@dataclass(frozen=True)
class PeriodScale:
    """Places periods on an axis so that a month without data leaves its space empty."""

    labels: tuple[str, ...]
    step: str
    """'month', 'year' or 'order' (labels as they come, one apart)."""

    def place(self, label: str) -> float:
        if self.step == "month":
            return float(month_number(label))
        if self.step == "year":
            return float(label)
        return float(self.labels.index(label))

    @property
    def domain(self) -> tuple[float, float]:
        places = [self.place(label) for label in self.labels]
        low, high = min(places), max(places)
        return (low, high) if high > low else (low - 0.5, high + 0.5)

    def ticks(self, *, most: int) -> list[tuple[float, str]]:
        """At most about `most` (place, words) pairs: Januaries by their year, or months of a short run by name."""
        low, high = self.domain
        if self.step == "order":
            every = math.ceil(len(self.labels) / most)
            return [(float(place), label) for place, label in enumerate(self.labels) if place % every == 0]
        if self.step == "year":
            every = math.ceil((high - low + 1) / most)
            return [(float(year), str(year)) for year in range(math.ceil(low), math.floor(high) + 1, every)]
        months = range(math.ceil(low), math.floor(high) + 1)
        if len(months) > 18:
            years = [month for month in months if month % 12 == 0]
            every = math.ceil(len(years) / most)
            return [(float(month), str(month // 12)) for month in years[::every]]
        every = next(step for step in (1, 2, 3, 6, 12) if len(months) <= step * most or step == 12)
        return [
            (float(month), f"{MONTH_NAMES[month % 12][:3]} {month // 12}")
            for month in months
            if (month - months[0]) % every == 0
        ]


def make_period_scale(labels: Iterable[str]) -> PeriodScale:
    """Months where every label is 'YYYY-MM', years where every label is 'YYYY', otherwise the order of first appearance."""
    unique = tuple(dict.fromkeys(labels))
    if unique and all(_MONTH.fullmatch(label) for label in unique):
        return PeriodScale(unique, "month")
    if unique and all(_YEAR.fullmatch(label) for label in unique):
        return PeriodScale(unique, "year")
    return PeriodScale(unique, "order")


def describe_period(label: str, *, is_short: bool = False) -> str:
    """'2025-06' as 'June 2025' ('Jun 2025' when short); any other label as it stands."""
    match = _MONTH.fullmatch(label)
    if not match:
        return label
    name = MONTH_NAMES[int(match[2]) - 1]
    return f"{name[:3] if is_short else name} {match[1]}"
