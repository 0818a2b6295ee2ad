"""A definition counted over what a partner sent: its level, its bounds, its change and its parts, each under that partner's own rule.

Every chapter that speaks from feeds under agreements takes its numbers here, so that none is told under the rule of another feed.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from safeground.engine.areas import name_vintage
from safeground.engine.assessment.evidence import DISTRICT, FORCE, Evidence
from safeground.engine.assessment.making import make_table
from safeground.engine.assessment.protecting import protect_change, protect_estimate
from safeground.engine.assessment.register import Register
from safeground.engine.assessment.sentences import change_sentence, name_period, say_when
from safeground.engine.assessment.withholding import protect_cells, protect_sum
from safeground.engine.catalogue import EventDefinition
from safeground.engine.disclosure import CellKey, DisclosureRule, Protected, Series, State, protect, rest_of
from safeground.engine.documents import (
    Audience,
    Direction,
    Finding,
    Table,
    capitalise,
    format_estimate,
    format_interval,
    format_value,
    join_words,
)
from safeground.engine.measures import (
    ComparablePeriods,
    DefinitionCounts,
    Period,
    compare_with_year_before,
    find_comparison,
    find_latest_run,
)
from safeground.engine.statistics import compare_rates, estimate_rate

_UNITS = {
    "crime": "offences",
    "incident": "calls",
    "attendance": "attendances",
    "admission": "admissions",
    "person": "victims",
    "entrant": "entrants",
    "disposal": "disposals",
    "episode": "episodes",
    "suspension": "suspensions",
}
_FEW = 30
"""Below so many events in both periods together, months are too empty to show how they cluster: the counts are compared as they are."""


@dataclass(frozen=True, eq=False)
class Counted:
    """A definition over our force area. `what`: lower-case words for the middle of a sentence, 'knife-enabled serious violence'."""

    evidence: Evidence
    definition: EventDefinition
    what: str

    @property
    def feed(self) -> str:
        return self.definition.feeds[0]

    @property
    def unit(self) -> str:
        """What one is, in the plural: offences, admissions, attendances, victims."""
        return _UNITS[self.definition.counting_unit]

    @property
    def rule(self) -> DisclosureRule:
        return self.evidence.rule_of_feed(self.feed)

    @property
    def readers(self) -> frozenset[Audience]:
        return self.evidence.readers_of_feed(self.feed, FORCE)

    @property
    def source(self) -> str:
        """What is named beneath a table: the feed, and the months of the latest period."""
        contract = self.evidence.catalogue.feeds.contracts[self.feed]
        return f"{contract.source.name} ({contract.source.licence})"

    @cached_property
    def monthly(self) -> DefinitionCounts:
        return self.evidence.measures.count_definition(self.definition, level=FORCE)

    @cached_property
    def covered(self) -> frozenset[datetime.date]:
        return self.monthly.coverage.get(self.evidence.measures.own, frozenset())

    @property
    def is_here(self) -> bool:
        """Whether a month of it has landed that may be told to this audience."""
        return bool(self.covered) and self.evidence.audience in self.readers

    @cached_property
    def period(self) -> Period:
        """The latest months in a row, at most twelve. ValueError where nothing has landed."""
        found = find_latest_run(self.covered)
        if found is None:
            raise ValueError(f"nothing of {self.feed} has landed for our own force")
        return found

    @cached_property
    def comparison(self) -> ComparablePeriods | None:
        """The latest months with the same months a year before."""
        return find_comparison(self.covered)

    def total(self, period: Period, *, counts: DefinitionCounts | None = None) -> tuple[float, float]:
        """Definite and undetermined events of a period; NaN where a month of it is missing."""
        gathered = (counts or self.monthly).gather([period])
        return float(gathered.definite.values[0, 0]), float(gathered.undetermined.values[0, 0])

    def split(self, by: str, period: Period, *, values: Sequence[str]) -> dict[str, float]:
        """Definite events of a period by the values of a field, those asked for in their order; all others are 'not known', and so are
        all of them where what landed has no such column."""
        if by not in self.evidence.warehouse.columns_carried("events", self.feed):
            return {**dict.fromkeys(values, 0.0), "not known": self.total(period)[0]}
        found = self.evidence.measures.split_definition(self.definition, by=by, level=FORCE)
        counts = {value: self.total(period, counts=found[value])[0] if value in found else 0.0 for value in values}
        return {**counts, "not known": self.total(period)[0] - sum(counts.values())}

    def key(self, period: Period, part: str = "", *, of: str = "", area: str = "") -> CellKey:
        """What a count is called in all that the edition tells: a part of it ('age=10 to 14'), an area inside ours (its code), or `of`
        something else than what is certain ('cannot tell', 'victims')."""
        measure = "/".join(filter(None, (self.feed, self.definition.name, of)))
        months = tuple(f"{month:%Y-%m}" for month in period.months)
        return CellKey(Series(measure, area or self.evidence.measures.own_area, part), months)

    @property
    def elsewhere(self) -> str:
        """The area, in a key, of what lies in none of our districts or has no usable place."""
        return rest_of(self.evidence.measures.own_area, DISTRICT)

    @property
    def register(self) -> Register:
        return self.evidence.register_of_feed(self.feed)

    def protect_level(self, period: Period) -> Protected:
        """The definite count with its interval."""
        count = self.total(period)[0]
        if np.isnan(count):
            reason = f"{period.label} is incomplete: not every month of it has been received"
            return protect(None, unit=self.unit, rule=self.rule, state=State.INCOMPLETE, reason=reason)
        (told,) = self.protect_parts([count], keys=[self.key(period)])
        if not told.is_published:
            return told
        return protect_estimate(estimate_rate(count, 1.0, per=1), self.rule, unit=self.unit, count=count)

    def protect_bounds(self, period: Period) -> tuple[Protected, Protected, Protected]:
        """Definite, undetermined and both together, the last withheld where it would give one of the others away."""
        definite, undetermined = self.total(period)
        level = self.protect_level(period)
        (more,) = self.protect_parts([undetermined], keys=[self.key(period, of="cannot tell")])
        both = protect_sum([level, more], definite + undetermined, self.rule)
        return level, more, both

    @property
    def is_from_force(self) -> bool:
        """Whether our police force sends it, and not hospitals or services for our area."""
        return self.evidence.catalogue.feeds.contracts[self.feed].kind_of_data in ("published", "police")

    def protect_parts(
        self,
        counts: Sequence[float],
        *,
        of: Protected | None = None,
        unit: str | None = None,
        keys: Sequence[CellKey] | None = None,
        total: CellKey | None = None,
    ) -> list[Protected]:
        """Counts that add up to a total that is told; where that is withheld, so are they. `unit`: of what, where not of events. `keys`,
        `total`: what they and their total are called (see `key`), so that other tables cannot give them away."""
        unit = unit or self.unit
        if of is not None and not of.is_published:
            if keys is not None and of.state is State.SUPPRESSED:
                known = [(round(count), key) for count, key in zip(counts, keys, strict=True) if not np.isnan(count)]
                self.register.withhold([count for count, _ in known], [key for _, key in known])
            reason = of.reason or str(of.state)
            return [protect(None, unit=unit, rule=self.rule, state=of.state, reason=reason) for _ in counts]
        is_sum = len(counts) > 1
        return protect_cells(
            counts,
            [range(len(counts))] if is_sum else [],
            self.rule,
            unit=unit,
            keys=keys,
            totals=[total] if is_sum else [],
            register=None if keys is None else self.register,
        )

    def missing_fields(self, period: Period) -> list[tuple[str, float]]:
        """Sets of missing fields in words with the undetermined events of a period each leaves, the largest first."""
        titles = self.evidence.catalogue.event_fields.titles
        found = [
            (
                join_words([titles.get(field, field) for field in gap.fields]),
                float(gap.events.gather([period]).values.sum()),
            )
            for gap in self.monthly.gaps
        ]
        return sorted(((said, events) for said, events in found if events > 0), key=lambda item: (-item[1], item[0]))

    def level_finding(self, *, id: str, period: Period | None = None) -> Finding:  # noqa: A002
        """How many there were for certain, and of how many more it cannot be told."""
        period = period or self.period
        level, more, _ = self.protect_bounds(period)
        return self.finding(id=id, estimate=level, period=period.label, sentence=self._say_level(level, more, period))

    def name(self, number: Protected | None = None) -> str:
        """'offences of knife-enabled serious violence', 'sharp-object admissions'; of one, 'offence of …'."""
        if self.unit in self.what:
            return self.what
        unit = self.unit[:-1] if number is not None and number.value == 1 else self.unit
        return f"{unit} of {self.what}"

    def _say_level(self, level: Protected, more: Protected, period: Period) -> str:
        when = say_when(period.label)
        if not level.is_published:
            return f"How many {self.name()} there were {when} is {say_why_not(level)}"
        said = f"{format_value(level)} {self.name(level)}"
        sure = "; ".join(part for part in (format_interval(level), *level.flags) if part)
        is_one = level.value == 1
        told = f"{self.evidence.force_name} recorded {said} {when}"
        told = told if self.is_from_force else f"There {'was' if is_one else 'were'} {said} {when}"
        told += f" ({sure})" if sure else ""
        if more.value == 0:
            return f"{told}."
        if not more.is_published:
            return f"{told}. Of how many more it cannot be told whether they belong is {more.state}."
        largest = self.missing_fields(period)[:1]
        why = f", most often for want of {largest[0][0]}" if largest else ""
        they = "it belongs" if more.value == 1 else "they belong"
        return f"{told}. Of {format_value(more)} more it cannot be told whether {they}{why}."

    def change_finding(self, *, id: str) -> Finding | None:  # noqa: A002
        """Whether it rose or fell from the same months a year before; None where there are none.

        Under a rule that rounds, the published counts are compared, as any reader could.
        """
        periods = self.comparison
        if periods is None:
            return None
        latest, before = (self.total(period)[0] for period in (periods.latest, periods.before))
        if self.rule.rounding > 1:
            return self._rounded_change(periods, id=id)
        levels = [self.protect_level(period) for period in (periods.latest, periods.before)]
        hidden = next((level for level in levels if level.state is State.SUPPRESSED), None)
        if hidden is not None:  # the one that is told and the change would give it back
            sentence = f"Whether {self.what} rose or fell cannot be said: {hidden.reason}."
            return self._change(periods, id=id, sentence=sentence, estimate=hidden, direction=Direction.NOT_COMPARED)
        if latest + before < _FEW:
            ratio = compare_rates(latest, sum(periods.latest.days), before, sum(periods.before.days))
            change, direction = protect_change(ratio, 0, self.rule, counts=(latest, before))
        else:
            compared = compare_with_year_before(self.monthly.definite)
            if compared is None:
                return None
            change, direction = protect_change(compared.change, 0, self.rule, counts=(latest, before))
        sentence = change_sentence(
            what=self.what,
            latest=name_period(periods.latest.label),
            before=name_period(periods.before.label),
            change=change,
            direction=direction,
        )
        return self._change(periods, id=id, sentence=sentence, estimate=change, direction=direction)

    def _rounded_change(self, periods: ComparablePeriods, *, id: str) -> Finding:  # noqa: A002
        latest, before = (self.protect_level(period) for period in (periods.latest, periods.before))
        names = name_period(periods.latest.label), name_period(periods.before.label)
        if latest.count is None or before.count is None:
            hidden = latest if latest.count is None else before
            sentence = f"Whether {self.what} rose or fell cannot be said: {hidden.reason}."
            return self._change(periods, id=id, sentence=sentence, estimate=hidden, direction=Direction.NOT_COMPARED)
        ratio = compare_rates(latest.count, sum(periods.latest.days), before.count, sum(periods.before.days))
        direction = Direction(str(np.atleast_1d(ratio.direction)[0]))
        told = f"{format_estimate(latest)} in {names[0]} and {format_estimate(before)} in {names[1]}, both rounded"
        if direction in (Direction.HIGHER, Direction.LOWER):
            sentence = f"{capitalise(self.what)} {'rose' if direction is Direction.HIGHER else 'fell'}: {told}."
        else:
            sentence = f"We cannot tell whether {self.what} rose or fell: {told}, a difference that chance could make."
        return self._change(periods, id=id, sentence=sentence, estimate=latest, direction=direction)

    def _change(
        self,
        periods: ComparablePeriods,
        *,
        id: str,  # noqa: A002
        sentence: str,
        estimate: Protected,
        direction: Direction,
    ) -> Finding:
        caveats = ["Counts are of what is certain to belong; what cannot be told may have changed too."]
        if not periods.is_full_year:
            caveats.insert(0, f"Only the months that both years have are compared: {periods.latest.label}.")
        return self.finding(
            id=id,
            sentence=sentence,
            estimate=estimate,
            period=f"{periods.latest.label} compared with {periods.before.label}",
            direction=direction,
            caveats=caveats,
        )

    def table(self, *, readers: frozenset[Audience] | None = None, level: str = FORCE, **parts: Any) -> Table:
        """A table (see `make_table`) whose CSV says what was counted, from where, and under whose rule. `readers`: of the feed's numbers
        for the force area unless it is of finer areas."""
        about = (("geography", name_vintage(level)), ("definition", self.definition.label), ("rule", self.rule.title))
        return make_table(
            source=self.source, readers=self.readers if readers is None else readers, about=about, **parts
        )

    def finding(
        self,
        *,
        id: str,  # noqa: A002
        sentence: str,
        estimate: Protected,
        period: str,
        direction: Direction = Direction.NOT_COMPARED,
        caveats: Sequence[str] = (),
    ) -> Finding:
        """A finding of the whole force area that carries the definition's source and caveats."""
        contract = self.evidence.catalogue.feeds.contracts[self.feed]
        return Finding(
            id=id,
            sentence=sentence,
            estimate=estimate,
            measure=self.definition.title,
            period=period,
            area_code=self.evidence.measures.own_area,
            area_name=self.evidence.area_name,
            area_vintage=name_vintage(FORCE),
            definition=f"{self.definition.title}, version {self.definition.version} ({self.definition.name})",
            sources=(f"{contract.title}, {period}",),
            caveats=tuple(dict.fromkeys((*caveats, *self.definition.caveats))),
            direction=direction,
            readers=self.readers,
        )


def say_why_not(number: Protected) -> str:
    """The end of a sentence about a number that is not told: 'suppressed: based on 1 to 4 events (…). It is not zero.'"""
    return f"{number.state}: {number.reason}.{' It is not zero.' if number.state is State.SUPPRESSED else ''}"


def say_missing(counted: Counted, missing: Mapping[str, str]) -> str:
    """Why nothing of it is counted: in the words that a chapter has for a feed that has not landed (`missing`), else by its title."""
    title = counted.evidence.catalogue.feeds.contracts[counted.feed].title
    if counted.evidence.is_usable(counted.feed):
        return f"Nothing of our own force has landed of this: {title}."
    return missing.get(counted.feed, f"This has not landed: {title}.")


def count_measure(evidence: Evidence, measure: str) -> Counted:
    """What a measure counts."""
    return Counted(evidence, evidence.measures.definition_of(measure), evidence.catalogue.measures[measure].short_title)


def count_own_definition(evidence: Evidence) -> Counted | None:
    """What the partnership's own definition counts; None where it has none, or its feed may not be told or has not landed."""
    definition = evidence.own_definition
    if definition is None or definition.feeds[0] not in evidence.feeds:
        return None
    counted = Counted(evidence, definition, "serious violence by the partnership's own definition")
    return counted if counted.is_here else None
