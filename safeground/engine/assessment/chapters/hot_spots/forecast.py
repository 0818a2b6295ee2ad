"""Which method to expect the next months by: what a back-test kept in the workspace found, or that none was run here."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from safeground.engine.areas import name_vintage
from safeground.engine.assessment.evidence import FORCE, SMALL_AREA, Evidence
from safeground.engine.assessment.making import make_table
from safeground.engine.disclosure import DisclosureRule, Protected, State, protect
from safeground.engine.documents import (
    Audience,
    Block,
    Direction,
    Finding,
    Heading,
    Notice,
    NoticeKind,
    Paragraph,
    Table,
    capitalise,
    count_things,
    format_interval,
    format_number,
    format_value,
    join_words,
)
from safeground.engine.places import KeptBacktest, KeptScore, load_backtest_plan

_POINTS = "percentage points"


def tell_forecast(evidence: Evidence, notes: Mapping[str, str]) -> list[Block]:
    """For the police and the partnership alone: which method is recommended, by how much, over which windows, and whether it is of what
    has landed."""
    blocks: list[Block] = [Heading("Which method for the months to come"), Paragraph(notes["forecast"])]
    kept = evidence.tested.backtest
    if kept is None:
        return [*blocks, Notice(NoticeKind.MISSING, notes["no_backtest"])]
    told = _BacktestTold(evidence, kept)
    if told.changed:
        again = "Until it is run again (safeground places backtest), read it as being of what it used."
        blocks.append(
            Notice(
                NoticeKind.WARNING,
                f"This back-test is of earlier inputs: {join_words(told.changed)}. {again}",
            )
        )
    return [*blocks, told.finding(), told.table(), *([Paragraph(kept.found.caution)] if kept.found.caution else [])]


class _BacktestTold:
    """A kept back-test as protected numbers and their sentences, under the rule of the feed that it forecast."""

    def __init__(self, evidence: Evidence, kept: KeptBacktest) -> None:
        self._evidence, self._kept = evidence, kept
        feed = kept.found.outcome.feed
        self._contract = evidence.catalogue.feeds.contracts[feed]
        self._rule: DisclosureRule = evidence.rule_of_feed(feed)
        self._readers = evidence.readers_of_feed(feed, SMALL_AREA) - {Audience.PUBLIC}
        used = [
            each.id
            for each in evidence.warehouse.deliveries
            if each.feed == feed and each.partner == kept.found.partner
        ]
        self.changed = kept.changed_since(used, load_backtest_plan())

    @property
    def _period(self) -> str:
        windows = self._kept.found.windows
        ends = (windows[0].title.split()[0], windows[-1].title.split()[-1])
        return " to ".join(f"{datetime.date.fromisoformat(f'{month}-01'):%B %Y}" for month in ends)

    @property
    def _windows(self) -> str:
        windows = self._kept.found.windows
        longest = max(each.months for each in windows)
        return f"{count_things(len(windows), 'window')} of up to {longest} months, each forecast from the months received before it."

    @property
    def _cells(self) -> str:
        found = self._kept.found
        return f"{found.plan.headline_cells:,} {found.cells.kind}s of {found.cells.metres:g} metres"

    def finding(self) -> Finding:
        kept, margin = self._kept, self._margin()
        return Finding(
            id="hot_spots.backtest",
            sentence=self._say(margin),
            estimate=margin,
            measure=f"What our count model caught less what the best simple method did, of what any {self._cells} could have caught",
            period=self._period,
            area_code=self._evidence.measures.own_area,
            area_name=self._evidence.area_name,
            area_vintage=name_vintage(FORCE),
            definition=f"back-test {kept.found.id}, plan version {kept.found.plan.version}",
            sources=(f"{self._contract.source.name} ({self._contract.source.licence})",),
            caveats=(
                "The interval is the wider of two: squares of three kilometres drawn anew for each window, and for all windows at once.",
                "It is about where offences are recorded, and says nothing of what a patrol there would do.",
            ),
            direction=self._direction(margin),
            readers=self._readers,
        )

    def _margin(self) -> Protected:
        margin = self._kept.least_margin
        ends = margin.widest
        if ends is None:
            reason = "too little happened in the windows for an interval"
            return protect(None, unit=_POINTS, rule=self._rule, state=State.NOT_AVAILABLE, reason=reason)
        return protect(
            100 * margin.value, unit=_POINTS, rule=self._rule, lower=100 * ends[0], upper=100 * ends[1],
            count=float(round(self._kept.events)), method=margin.method, confidence=self._kept.found.plan.confidence,
        )  # fmt: skip

    def _direction(self, margin: Protected) -> Direction:
        if not margin.is_published:
            return Direction.NOT_COMPARED
        if self._kept.ours_is_better:
            return Direction.HIGHER
        return Direction.LOWER if margin.upper is not None and margin.upper < 0 else Direction.CANNOT_TELL

    def _say(self, margin: Protected) -> str:
        found = self._kept.found
        best = next(row for row in self._kept.headline if row.method == self._kept.least_margin.against)
        what = found.outcome.title[:1].lower() + found.outcome.title[1:]
        if not margin.is_published:
            return f"Which method tells best where {what} will be recorded is not told: {margin.reason}."
        simple = f"the best simple method ({best.title.lower()})"
        tested = f"over {count_things(len(found.windows), 'window')} that no method had seen, {self._period}"
        apart = f"{format_value(margin)} percentage points, {format_interval(margin)}, {tested}"
        direction = self._direction(margin)
        start = f"To say where {what} will be recorded next, use"
        if direction is Direction.CANNOT_TELL:
            return (
                f"{start} {simple}: that our count model does better than every simple one was not shown. Of what any {self._cells} "
                f"could have caught, what ours put first caught, less what this one's did, was {apart}."
            )
        more, use = ("more", "our count model") if direction is Direction.HIGHER else ("less", simple)
        return (
            f"{start} {use}: of what any {self._cells} could have caught, those that our count model put first caught {more} than those "
            f"of {'it' if more == 'less' else simple} ({apart})."
        )

    def table(self) -> Table:
        found = self._kept.found
        rows = [
            (
                f"{capitalise(row.title)}{' (recommended)' if row.method == found.recommended else ''}",
                self._share(row.scores["pei"]),
                self._share(row.scores["hit_rate"]),
            )
            for row in self._kept.headline
        ]
        cells = format_number(100 * found.plan.headline_cells / found.cells.number, decimals=2)
        return make_table(
            id="hot_spots_backtest",
            caption=f"{found.outcome.title} in the {self._cells} that each method put first, {self._period}",
            columns=[
                ("method", "Method"),
                ("pei", "Of what as many cells could have caught"),
                ("hit_rate", "Of all that was recorded"),
            ],
            rows=rows,
            source=f"{self._contract.source.name} ({self._contract.source.licence})",
            notes=(
                f"{self._windows} The cells put first are {cells}% of all {found.cells.number:,}.",
                "Every interval draws windows and squares of three kilometres anew, since offences of one place and time come together.",
                "The methods were tried on the same windows, so that their difference is surer than two intervals side by side suggest.",
            ),
            readers=self._readers,
            about=(("back-test", found.id), ("geography", name_vintage(FORCE)), ("rule", self._rule.title)),
            period=self._period,
        )

    def _share(self, score: KeptScore) -> Protected:
        if score.value is None or score.lower is None or score.upper is None:
            reason = "too little happened in the windows"
            return protect(None, unit="%", rule=self._rule, state=State.NOT_AVAILABLE, reason=reason)
        return protect(
            100 * score.value, unit="%", rule=self._rule, lower=100 * score.lower, upper=100 * score.upper,
            count=float(round(self._kept.events)), confidence=self._kept.found.plan.confidence,
        )  # fmt: skip
