"""What the page of an evaluation shows beside its sentence, as data that a design hands over: no rule of disclosure, no colour.

A design differs from another in these alone; the page is made from them by `report` and asks no design's name.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

from safeground.engine.disclosure import DisclosureRule, Protected, State, protect, protect_derived
from safeground.engine.documents import Column
from safeground.engine.evaluation.effects import Effect


@dataclass(frozen=True)
class Counted:
    """What a count is of, so that it is known again in another table: an outcome by its name, in areas by their codes (of a trial, on a
    side of its draw), over periods ('2024-07', '1970')."""

    outcome: str
    areas: tuple[str, ...]
    periods: tuple[str, ...]


@dataclass(frozen=True)
class Quantity:
    """A number on its way to a page. `count`: the events it rests on, which decide whether it may be told; for a count itself, none.

    `is_amount`: it is measured and rests on no events, so that only a rule that withholds nothing lets it be told. NaN is one that is
    not there; `missing` says why. `of`: what its count is of, where a reader of the page can tell that count.
    """

    value: float
    unit: str
    count: float | None = None
    lower: float | None = None
    upper: float | None = None
    missing: str = "not counted"
    is_amount: bool = False
    of: Counted | None = None

    def protect(self, rule: DisclosureRule, *, confidence: float | None = None) -> Protected:
        if math.isnan(self.value):
            return protect(None, unit=self.unit, rule=rule, state=State.NOT_AVAILABLE, reason=self.missing)
        lower, upper = (
            bound if bound is not None and math.isfinite(bound) else None for bound in (self.lower, self.upper)
        )
        count = None if self.is_amount else self.value if self.count is None else self.count
        confidence = confidence if lower is not None or upper is not None else None
        told = protect(
            self.value, unit=self.unit, rule=rule, lower=lower, upper=upper, count=count, confidence=confidence
        )
        if count is None or count == self.value or not told.is_published:
            return told
        # What it rests on decides whether it is told, and is not told with it.
        return protect_derived(
            self.value, unit=self.unit, rule=rule, told=[told], lower=lower, upper=upper, confidence=confidence
        )


Told: TypeAlias = str | Quantity
"""A cell: words and plain numbers (of places, days, draws) as they stand, or a number of people or offences."""


@dataclass(frozen=True)
class Effects:
    """Effects beneath each other: a table, and where `is_drawn` a forest plot. `labels`: one each. `nothing`: where nothing differs.

    `column`: the head of their numbers ('Times other days'); `caption`: of the table alone, where nothing is drawn.
    """

    key: str
    title: str
    effects: tuple[Effect, ...]
    labels: tuple[str, ...]
    column: str
    subtitle: str = ""
    unit: str = ""
    nothing: float = 1.0
    is_drawn: bool = True
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mark:
    """A labelled number of a picture: of a line the label is a period ('2024-07' or '1970'), else words."""

    label: str
    quantity: Quantity
    is_marked: bool = False


@dataclass(frozen=True)
class Dots:
    """Dots with intervals, a row a label: an event study, placebos, a balance plot. `nothing`: where the line stands, and its words."""

    key: str
    title: str
    subtitle: str
    alternative: str
    unit: str
    marks: tuple[Mark, ...]
    heads: tuple[str, str]
    """Heads of the table: of the labels and of the numbers."""
    nothing: tuple[str, float] | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """A series of a picture; periods that are missing are simply not there."""

    label: str
    marks: tuple[Mark, ...]
    is_main: bool = False


@dataclass(frozen=True)
class Lines:
    """Series over periods: observed and expected, or the gap between them."""

    key: str
    title: str
    subtitle: str
    alternative: str
    unit: str
    lines: tuple[Line, ...]
    starts_at_zero: bool = True
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rows:
    """A plain table."""

    key: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Told, ...], ...]
    notes: tuple[str, ...] = ()


Exhibit: TypeAlias = Effects | Dots | Lines | Rows


@dataclass(frozen=True)
class Section:
    """A heading of the page with what stands under it. `words`: a paragraph before, CommonMark. `says_effect`: whether they say which way
    the effect went, and so are not told where that is withheld."""

    heading: str
    exhibits: tuple[Exhibit, ...]
    words: str = ""
    says_effect: bool = False


@dataclass(frozen=True)
class Flow:
    """From what there was to what was counted, side by side (the idea of the CONSORT diagram): each step a row, each side a column."""

    caption: str
    sides: tuple[Column, ...]
    steps: tuple[tuple[str, tuple[Told, ...]], ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class PageWords:
    """What the page says that differs by design. `what_it_is`: what is set against what. `method`: how chance was reckoned, after the
    method of the effect. `cannot_tell`: a line each. `costs_not_told`: stands among them where the protocol names no costs. `warning`:
    what has to be known before anything else is read.
    """

    what_it_is: str
    method: str
    cannot_tell: tuple[str, ...]
    costs_not_told: str = "What it cost for each one fewer, as no costs are in the protocol."
    warning: str = ""
