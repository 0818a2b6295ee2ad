"""Each figure that a partnership's documents print, held against the document's own numbers and against what has landed.

Ours agrees where what is definite lies in the range of numbers that the print may stand for. Where only part of what cannot be told would
bring it there, the figure cannot be checked. Forces revise their records: a hundredth of the printed number either way is agreement.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from safeground.engine.assessment.counted import Counted, say_why_not
from safeground.engine.assessment.evidence import STREET, Evidence
from safeground.engine.assessment.protecting import protect_estimate
from safeground.engine.disclosure import Protected
from safeground.engine.documents import (
    EVERYONE,
    Audience,
    Finding,
    capitalise,
    format_estimate,
    format_interval,
    format_value,
    join_words,
)
from safeground.engine.measures import Period, PeriodKind
from safeground.engine.statistics import estimate_proportion
from safeground.engine.strategy import (
    PeriodReading,
    PublishedFigure,
    Standing,
    Strategy,
    check_arithmetic,
    printed_range,
)
from safeground.months import get_months

REVISION = 0.01
"""How far apart, as a part of the printed number, two counts of the same records may lie: they are revised after they are printed."""


@dataclass(frozen=True)
class CheckedFigure:
    """A printed figure with its standing. `ours`: our number in words, empty where there is none. `readers`: whom the row may be told.

    `by_itself`: whether the document's own numbers decide, and no data.
    """

    figure: PublishedFigure
    standing: Standing
    because: str
    by_itself: bool = False
    ours: str = ""
    finding: Finding | None = None
    readers: frozenset[Audience] = EVERYONE


class _Match(StrEnum):
    """How our number stands to the printed one."""

    AGREES = "agrees"
    DIFFERS = "differs"
    CANNOT_TELL = "cannot tell"
    WITHHELD = "withheld"


@dataclass(frozen=True)
class _Ours:
    """Our number for one reading of a figure's period, and what cannot be told beside it.

    `span`: what is definite, and the least and the most it may be; None where one of them is withheld.
    """

    reading: PeriodReading
    number: Protected
    more: Protected | None
    span: tuple[float, float, float] | None

    def match(self, printed: tuple[float, float]) -> _Match:
        if self.span is None:
            return _Match.WITHHELD
        definite, least, most = self.span
        if printed[0] <= definite <= printed[1]:
            return _Match.AGREES
        return _Match.CANNOT_TELL if least <= printed[1] and most >= printed[0] else _Match.DIFFERS

    @property
    def told(self) -> str:
        """'1,098 offences (95% interval 1,034 to 1,165)'."""
        if not self.number.is_published:
            return str(self.number.state)
        interval = format_interval(self.number)
        return f"{format_estimate(self.number)}{f' ({interval})' if interval else ''}"


def check_published_figures(evidence: Evidence, strategy: Strategy) -> tuple[CheckedFigure, ...]:
    """Every figure of a strategy, in the order of its file."""
    return tuple(_Check(evidence, strategy, figure).result for figure in strategy.figures)


@dataclass(frozen=True, eq=False)
class _Check:
    evidence: Evidence
    strategy: Strategy
    figure: PublishedFigure

    @property
    def result(self) -> CheckedFigure:
        own = check_arithmetic(self.strategy, self.figure)
        standing, because, ours = self._against_data()
        by_itself = own is not None and (
            own.standing is Standing.CONTRADICTED or standing is Standing.CANNOT_BE_CHECKED
        )
        if own is not None and by_itself:
            standing, because = own.standing, f"{own.because} Against what has landed: {because}"
        elif own is not None:
            because = f"{capitalise(because)} {own.because}"
        because = " ".join(part for part in (capitalise(because), self._nearest, self.figure.caveat or "") if part)
        counted = [each for each in (*self.counted, self.nearest_counted) if each is not None and each.is_here]
        own_number = f"{own.ours} by the document's own counts" if own is not None and own.ours else ""
        readers = frozenset.intersection(EVERYONE, *(each.readers for each in counted))
        finding = (
            self._finding(ours, standing) if ours is not None and standing is not Standing.CANNOT_BE_CHECKED else None
        )
        told = ours.told if ours else own_number
        return CheckedFigure(self.figure, standing, because, by_itself, told, finding, readers)

    @cached_property
    def counted(self) -> tuple[Counted, ...]:
        """What counts the figure: one definition, or for a share that of its part and that of its whole. Empty where one is lacking."""
        parts = [self.figure]
        if self.figure.kind == "share" and self.figure.counted_by is None:
            base = self.figure.base.figure if self.figure.base else None
            if self.figure.numerator is None or base is None:
                return ()
            parts = [self.strategy.figure(self.figure.numerator), self.strategy.figure(base)]
        names = [part.counted_by for part in parts if part.counted_by is not None]
        return tuple(self._count(name) for name in names) if len(names) == len(parts) else ()

    @cached_property
    def nearest_counted(self) -> Counted | None:
        return self._count(self.figure.nearest) if self.figure.nearest else None

    def _count(self, name: str) -> Counted:
        return Counted(self.evidence, self.evidence.catalogue.definitions[name], self.figure.what.lower())

    def _against_data(self) -> tuple[Standing, str, _Ours | None]:
        """How it stands against what has landed, why, and our number."""
        why_not = self._why_not_counted()
        if why_not:
            return Standing.CANNOT_BE_CHECKED, f"it {join_words(why_not)}.", None
        readings = self.figure.period.readings if self.figure.period else ()
        found = [ours for reading in readings if (ours := self._read(reading)) is not None]
        if not found:
            return Standing.CANNOT_BE_CHECKED, f"{self._say_missing_months(readings)}.", None
        low, high = printed_range(self.figure)
        by = REVISION * abs(self.figure.value)
        matches = [ours.match((low - by, high + by)) for ours in found]
        if _Match.AGREES in matches:
            ours = found[matches.index(_Match.AGREES)]
            return Standing.REPRODUCED, self._say(ours, found), ours
        if _Match.WITHHELD in matches:
            hidden = found[matches.index(_Match.WITHHELD)].number
            why = say_why_not(hidden) if not hidden.is_published else "told in part only, since some of it is withheld."
            return Standing.CANNOT_BE_CHECKED, f"our number is {why}", None
        said = self._say(found[0], found)
        if _Match.CANNOT_TELL in matches:
            said += " The printed number lies between what is certain and what it would be if all of those belonged."
            return Standing.CANNOT_BE_CHECKED, said, found[0]
        if len(found) < len(readings):
            unread = tuple(reading for reading in readings if reading not in [ours.reading for ours in found])
            return Standing.CANNOT_BE_CHECKED, f"{said} {capitalise(self._say_missing_months(unread))}.", found[0]
        return Standing.CONTRADICTED, said, found[0]

    def _why_not_counted(self) -> list[str]:
        """What stands against counting it, each as the end of a sentence that begins with 'it'."""
        contracts = self.evidence.catalogue.feeds.contracts
        reasons = []
        if self.figure.period is None:
            reasons.append("states no period")
        if self.figure.kind in ("share", "change") and self.figure.base is None:
            reasons.append("states no base")
        if self.counted:
            lacking = dict.fromkeys(each.feed for each in self.counted if not each.covered)
            reasons += [f"needs a feed that has not landed: {contracts[feed].title}" for feed in lacking]
            if not lacking and not all(each.is_here for each in self.counted):
                reasons.append("may not be told to readers of this edition by those who share the data")
            return reasons
        for feed in self.figure.feeds:
            if not self.evidence.is_usable(feed):
                reasons.append(f"needs a feed that has not landed: {contracts[feed].title}")
            elif feed != STREET or self.figure.nearest is None:
                reasons.append(f"is not measured in what has landed of {contracts[feed].title}")
        if self.figure.nearest is not None:
            reasons.append("does not say what it counts, so that no definition of ours counts the same")
        elif not self.figure.feeds and not self._parts_are_counts:
            reasons.append("is held in no feed")
        elif self._parts_are_counts:
            reasons.append(self._say_parts_not_measured)
        return reasons

    @property
    def _say_parts_not_measured(self) -> str:
        """Of a share that is not counted: one of its counts or both have no definition of ours."""
        base = self.figure.base.figure if self.figure.base else None
        parts = {name: self.strategy.figure(name) for name in (self.figure.numerator, base) if name is not None}
        if len(parts) == 1:
            return "is a share of a count that is not measured"
        lacking = sum(part.counted_by is None for part in parts.values())
        return f"is a share of counts of which {'one is not' if lacking == 1 else 'neither is'} measured"

    @property
    def _parts_are_counts(self) -> bool:
        return self.figure.numerator is not None and self.figure.base is not None

    def _read(self, reading: PeriodReading) -> _Ours | None:
        """Our number for a reading; None where a month of it is missing."""
        period = _period_of(reading)
        if not all(set(period.months) <= each.covered for each in self.counted):
            return None
        if len(self.counted) == 2:
            return self._read_share(reading, period)
        counted = self.counted[0]
        level, more, both = counted.protect_bounds(period)
        if level.value is None or both.value is None:
            return _Ours(reading, level, more, None)
        slack = counted.rule.rounding / 2 if counted.rule.rounding > 1 else 0.0
        return _Ours(reading, level, more, (level.value, level.value - slack, both.value + slack))

    def _read_share(self, reading: PeriodReading, period: Period) -> _Ours:
        part, whole = self.counted
        (definite, unsure), (all_definite, all_unsure) = part.total(period), whole.total(period)
        # Of a share of nearly all, it is those outside it who are few.
        fewer = min(definite, all_definite - definite) if all_definite >= definite else definite
        share = protect_estimate(
            estimate_proportion(definite, all_definite), part.rule, unit="%", count=fewer, scale=100.0
        )
        both_told = all(each.protect_bounds(period)[2].is_published for each in self.counted)
        if share.value is None or not both_told:
            return _Ours(reading, share, None, None)
        least, most = 100 * definite / (all_definite + all_unsure), 100 * (definite + unsure) / all_definite
        return _Ours(reading, share, None, (share.value, least, most))

    def _say(self, ours: _Ours, found: list[_Ours]) -> str:
        names = join_words([each.definition.label for each in self.counted])
        told = f"we count {ours.told} in {ours.reading.title}, by {names}"
        if len(self.counted) == 2:
            told = f"we find {ours.told} in {ours.reading.title}, by {names}"
        if ours.more is not None and ours.more.value:
            they = "one belongs" if ours.more.value == 1 else "they belong"
            told += f"; of {format_value(ours.more)} more it cannot be told whether {they}"
        others = [f"{other.told} in {other.reading.title}" for other in found if other is not ours]
        if others:
            told += f"; and {join_words(others)}"
        return f"{told}."

    def _say_missing_months(self, readings: tuple[PeriodReading, ...]) -> str:
        if not readings:
            return "it states no period whose months are known"
        titles = dict.fromkeys(self.evidence.catalogue.feeds.contracts[each.feed].title for each in self.counted)
        return f"of {join_words(list(titles))} we have {_say_months(readings, self.counted)}"

    @property
    def _nearest(self) -> str:
        """What the nearest definition counts, where every month of a reading is here."""
        nearest, period = self.nearest_counted, self.figure.period
        if nearest is None or period is None:
            return ""
        if not nearest.is_here:
            return ""
        told = []
        for reading in period.readings:
            if set(_period_of(reading).months) <= nearest.covered:
                level = nearest.protect_level(_period_of(reading))
                told.append(f"{format_estimate(level) if level.is_published else level.state} in {reading.title}")
        if not told:
            months = _say_months(period.readings, (nearest,))
            return f"Of the nearest that we count, {nearest.definition.label}, we have {months}."
        return f"The nearest that we count is {nearest.definition.label}: {join_words(told)}."

    def _finding(self, ours: _Ours, standing: Standing) -> Finding | None:
        if not ours.number.is_published:
            return None
        where = self.strategy.cite_briefly(self.figure.at)
        verb = "agrees with" if standing is Standing.REPRODUCED else "does not agree with"
        said = (
            f"{capitalise(self.figure.what)}: we find {ours.told} in {ours.reading.title}, which {verb} the {self.figure.printed} "
            f"that the document prints ({where})."
        )
        return self.counted[0].finding(
            id=f"strategy.{self.figure.id}", sentence=said, estimate=ours.number, period=_period_of(ours.reading).label
        )


def _say_months(readings: tuple[PeriodReading, ...], counted: tuple[Counted, ...]) -> str:
    """'no month of the year 2023 and 3 of the 12 months of the financial year 2022/23'."""
    covered = frozenset.intersection(*(each.covered for each in counted))
    parts = []
    for reading in readings:
        months = _period_of(reading).months
        here = len(covered.intersection(months))
        parts.append(
            f"{here} of the {len(months)} months of {reading.title}" if here else f"no month of {reading.title}"
        )
    return join_words(parts)


def _period_of(reading: PeriodReading) -> Period:
    first, last = (datetime.date.fromisoformat(f"{month}-01") for month in (reading.first, reading.last))
    months = tuple(get_months(first, last))
    if len(months) == 12:
        january, april = first.month == 1, first.month == 4
        kind = PeriodKind.CALENDAR_YEAR if january else PeriodKind.FINANCIAL_YEAR if april else PeriodKind.ROLLING_YEAR
        return Period(months, kind)
    return Period(months, PeriodKind.SELECTED_MONTHS)
