"""An exhibit as blocks of a page: every number of people or offences through the rule, every picture with its table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from safeground.engine.disclosure import DisclosureRule, State, protect
from safeground.engine.documents import (
    Block,
    Cell,
    Column,
    Figure,
    Heading,
    IntervalChart,
    LineChart,
    Paragraph,
    Point,
    Series,
    Table,
    count_things,
)
from safeground.engine.evaluation.effects import Role
from safeground.engine.evaluation.evaluations import Evaluation
from safeground.engine.evaluation.exhibits import (
    Dots,
    Effects,
    Exhibit,
    Line,
    Lines,
    Mark,
    Quantity,
    Rows,
    Section,
    Told,
)
from safeground.engine.evaluation.wording import say_p

_NOTHING_TOLD = "Too few events for anything to be told here"


@dataclass(frozen=True)
class ExhibitBlocks:
    """Makes the blocks of one evaluation's exhibits under one rule."""

    evaluation: Evaluation
    rule: DisclosureRule
    source: str

    def show_section(self, section: Section) -> Iterable[Block]:
        yield Heading(section.heading)
        is_withheld = self.evaluation.primary.protect(self.rule).state is State.SUPPRESSED
        if section.says_effect and is_withheld:
            yield Paragraph("What was seen is not told, as the effect itself is withheld.")
        elif section.words:
            yield Paragraph(section.words)
        for exhibit in section.exhibits:
            yield self.show(exhibit)

    def show(self, exhibit: Exhibit) -> Block:
        if isinstance(exhibit, Effects):
            return self._forest(exhibit) if exhibit.is_drawn else self._effects_table(exhibit, caption=exhibit.title)
        if isinstance(exhibit, Dots):
            return self._dots(exhibit)
        return self._lines(exhibit) if isinstance(exhibit, Lines) else self.show_rows(exhibit)

    def show_flow(self) -> Table:
        flow = self.evaluation.flow
        rows = Rows(
            key="flow",
            caption=flow.caption,
            columns=(Column("step", "Step"), *flow.sides),
            rows=tuple((step, *cells) for step, cells in flow.steps),
            notes=flow.notes,
        )
        return self.show_rows(rows)

    def show_rows(self, rows: Rows) -> Table:
        cells = tuple(tuple(self._tell(cell) for cell in row) for row in rows.rows)
        return self.table(rows.key, rows.caption, rows.columns, cells, rows.notes)

    def table(
        self,
        key: str,
        caption: str,
        columns: tuple[Column, ...],
        rows: tuple[tuple[Cell, ...], ...],
        notes: tuple[str, ...] = (),
    ) -> Table:
        protocol = self.evaluation.protocol
        return Table(f"{protocol.name}_{key}", caption, columns, rows, self.source, notes, readers=protocol.readers)

    def _tell(self, cell: Told) -> Cell:
        return cell.protect(self.rule) if isinstance(cell, Quantity) else cell

    def _forest(self, effects: Effects) -> Figure:
        points = tuple(
            Point(label, effect.protect(self.rule), effect.role is Role.PRIMARY)
            for label, effect in zip(effects.labels, effects.effects, strict=True)
        )
        return self._figure(
            effects.key,
            effects.title,
            effects.subtitle,
            f"Dots with intervals for {count_things(len(points), 'comparison')} and a line at no difference; see the table.",
            IntervalChart(points, effects.unit, reference=self._nothing("no difference", effects.nothing, "times")),
            self._effects_table(effects, caption=f"{effects.title}: numbers"),
            effects.notes,
        )

    def _effects_table(self, effects: Effects, *, caption: str) -> Table:
        rows = []
        for label, effect in zip(effects.labels, effects.effects, strict=True):
            told = effect.protect(self.rule)
            p = say_p(effect.p).removeprefix("p ").removeprefix("= ") if told.is_published else ""
            rows.append((label, told, p, str(effect.role), effect.basis))
        columns = (
            Column("outcome", "Outcome"),
            Column("ratio", effects.column, is_number=True),
            Column("p", "p", is_number=True),
            Column("role", "Role"),
            Column("basis", "How counted"),
        )
        note = "p is of each comparison alone. Where several are read together, one is called clear only if it stays so for their number."
        return self.table(f"{effects.key}_numbers", caption, columns, tuple(rows), (note,))

    def _dots(self, dots: Dots) -> Figure:
        points = tuple(self._point(mark) for mark in dots.marks)
        nothing = None if dots.nothing is None else self._nothing(*dots.nothing, dots.unit)
        columns = (Column("label", dots.heads[0]), Column("value", dots.heads[1], is_number=True))
        table = self.table(
            f"{dots.key}_numbers",
            f"{dots.title}: numbers",
            columns,
            tuple((point.label, point.estimate) for point in points),
        )
        chart = IntervalChart(points, dots.unit, reference=nothing)
        return self._figure(dots.key, dots.title, dots.subtitle, dots.alternative, chart, table, dots.notes)

    def _lines(self, lines: Lines) -> Figure:
        series = self._withhold_together(tuple(self._series(line) for line in lines.lines))
        periods = sorted({point.label for each in series for point in each.points})
        at = [{point.label: point.estimate for point in each.points} for each in series]
        columns = (
            Column("period", "Period"),
            *(Column(f"series_{number}", each.label, is_number=True) for number, each in enumerate(series, start=1)),
        )
        table = self.table(
            f"{lines.key}_numbers",
            f"{lines.title}: numbers",
            columns,
            tuple((period, *(found.get(period, "no data") for found in at)) for period in periods),
        )
        chart = LineChart(series, lines.unit, lines.starts_at_zero)
        return self._figure(lines.key, lines.title, lines.subtitle, lines.alternative, chart, table, lines.notes)

    def _withhold_together(self, series: tuple[Series, ...]) -> tuple[Series, ...]:
        """Where one period is too small to tell all are withheld: its number would follow from the others and their sum."""
        small = next(
            (point.estimate for each in series for point in each.points if point.estimate.state is State.SUPPRESSED),
            None,
        )
        if small is None:
            return series
        hidden = protect(None, unit=small.unit, rule=self.rule, state=State.SUPPRESSED, reason=small.reason)
        return tuple(
            replace(each, points=tuple(replace(point, estimate=hidden) for point in each.points)) for each in series
        )

    def _series(self, line: Line) -> Series:
        return Series(line.label, tuple(self._point(mark) for mark in line.marks), line.is_main)

    def _point(self, mark: Mark) -> Point:
        confidence = self.evaluation.protocol.confidence
        return Point(mark.label, mark.quantity.protect(self.rule, confidence=confidence), mark.is_marked)

    def _nothing(self, label: str, value: float, unit: str) -> Point:
        """A line at a value that is no finding: it is told whatever the rule withholds."""
        return Point(label, protect(value, unit=unit, rule=self.rule, count=float(self.rule.threshold + 1)))

    def _figure(
        self,
        key: str,
        title: str,
        subtitle: str,
        alternative: str,
        chart: IntervalChart | LineChart,
        table: Table,
        notes: tuple[str, ...],
    ) -> Figure:
        protocol = self.evaluation.protocol
        points = (
            chart.points if isinstance(chart, IntervalChart) else [each for one in chart.series for each in one.points]
        )
        if not any(point.estimate.is_published for point in points):
            # A title says what is seen, which is no more to be told than the numbers.
            title, table = _NOTHING_TOLD, replace(table, caption=f"{_NOTHING_TOLD}: numbers")
        return Figure(
            f"{protocol.name}_{key}",
            title,
            subtitle,
            alternative,
            chart,
            table,
            self.source,
            notes,
            readers=protocol.readers,
        )
