"""Definitions compared, as a document of its own: what each counts, what they share, and what enters and leaves, with the reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, permutations
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from safeground.engine.assessment.definition_moves import VERDICT_WORDS, VERDICTS, Moves
from safeground.engine.assessment.definitions import describe_definition
from safeground.engine.assessment.making import make_table
from safeground.engine.assessment.readings import tell_readings
from safeground.engine.assessment.withholding import (
    protect_cells,
    protect_nested,
    protect_parts,
    protect_table,
)
from safeground.engine.catalogue import Catalogue
from safeground.engine.disclosure import (
    CellKey,
    DisclosureRule,
    Protected,
    Release,
    Series,
    SeriesSum,
    State,
    ToldCell,
)
from safeground.engine.documents import (
    Audience,
    Block,
    Chapter,
    Document,
    Heading,
    Marking,
    Notice,
    NoticeKind,
    Paragraph,
    Table,
    format_day,
)
from safeground.engine.measures import IN, OUT, UNDETERMINED, DefinitionComparison, Period, PeriodKind
from safeground.months import month_end

_VERDICT_OF = {word: verdict for verdict, word in VERDICT_WORDS.items()}
_PARTS = ("", "/cannot tell", "/at most")
"""What a definition's three numbers are called in all that editions tell."""
_Told: TypeAlias = list[list[tuple[Protected, Protected, Protected]]]
"""For each definition, for each area or month, what is definite, what cannot be told, and both."""
_YOUNG = {"yes": "under 25", "no": "25 and over", None: "not known"}


@dataclass(frozen=True, eq=False)
class ComparisonPages:
    """Writes the pages. `rule`: the disclosure rule of the feed for the audience. `area_names`: of the areas compared."""

    comparison: DefinitionComparison
    catalogue: Catalogue
    rule: DisclosureRule
    area_names: Mapping[str, str]

    def write(self, audience: Audience) -> Document:
        """The whole document; a draft, since nobody releases a comparison."""
        partnership, last = self.catalogue.partnership, self.comparison.period.last
        return Document(
            title=f"Definitions compared: {partnership.area.name}",
            partnership=partnership.title,
            marking=Marking(audience, True, partnership.handling.sentence(audience)),
            as_at=format_day(month_end(last)),
            chapters=(self._overview(), self._where_and_when(), self._definitions()),
            kind="comparison",
        )

    @cached_property
    def labels(self) -> tuple[str, ...]:
        return tuple(each.label for each in self.comparison.chosen)

    @cached_property
    def source(self) -> str:
        contract = self.catalogue.feeds.contracts[self.comparison.feed]
        return f"{contract.title}: {self.catalogue.partnership.force.name}, {self.comparison.period.label}"

    @property
    def _disclosure_note(self) -> str:
        return self.catalogue.disclosure.of_owner(self.rule.name).note

    def counts(self) -> tuple[tuple[Protected, Protected, Protected], ...]:
        """For each definition what is definite, what cannot be told, and the upper bound."""
        totals = [
            np.array([[self.comparison.count(place, verdict) for verdict in (IN, UNDETERMINED)]], dtype=float)
            for place in range(len(self.labels))
        ]
        return tuple(row for (row,) in protect_nested(totals, self._nested, self.rule))

    def _nested(self, one: int, other: int) -> tuple[bool, bool, bool]:
        """Whether one of two definitions counts no event that the other does not: for certain, perhaps, and either."""
        crossed = [verdicts for verdicts, events in self.comparison.cross(one, other).items() if events]

        def lies_within(*counted: int) -> bool:
            apart = {(ours in counted, theirs in counted) for ours, theirs in crossed}
            return (True, False) not in apart or (False, True) not in apart

        return lies_within(IN), lies_within(UNDETERMINED), lies_within(IN, UNDETERMINED)

    def releases(self) -> tuple[Release, ...]:
        """What the pages tell of each definition, in all, by area and by month, of what all say at once, and of why crimes move between
        them, for a check of releases. Nothing where the rule withholds nothing."""
        if self.rule.threshold == 0:
            return ()
        months = tuple(f"{month:%Y-%m}" for month in self.comparison.period.months)
        own = self.comparison.force_counts[0].definite.areas[0]
        areas, counted = self._by_area
        periods, monthly = self._by_month
        told: list[tuple[str, str, tuple[str, ...], tuple[Protected, Protected, Protected]]] = []
        for place, measure in enumerate(self._measures):
            told.append((measure, own, months, self.counts()[place]))
            told += [(measure, area, months, number) for area, number in zip(areas, counted[place], strict=True)]
            told += [
                (measure, own, (f"{period.first:%Y-%m}",), number)
                for period, number in zip(periods, monthly[place], strict=True)
            ]
        cells = [
            ToldCell(CellKey(Series(f"{measure}{of}", area), when), number.value, 0)
            for measure, area, when, numbers in told
            for of, number in zip(_PARTS, numbers, strict=True)
            if number.state in (State.PUBLISHED, State.SUPPRESSED)
        ]
        series = dict.fromkeys((measure, area) for measure, area, _, _ in told)
        sums = tuple(
            SeriesSum(Series(f"{measure}{_PARTS[2]}", area), tuple(Series(f"{measure}{of}", area) for of in _PARTS[:2]))
            for measure, area in series
        )
        moved, moved_sums = self._moved_cells(own, months)
        cells += [*self._combined_cells(own, months), *moved]
        return (Release("", self.rule, tuple(cells), (*sums, *moved_sums)),)

    @property
    def _together(self) -> str:
        """What a release calls the count of what all say at once."""
        return f"{self.comparison.feed}/{' and '.join(self.labels)}"

    def _combined_cells(self, own: str, months: tuple[str, ...]) -> list[ToldCell]:
        """What the definitions say at once, as the table of it tells."""
        told = ((Series(self._together, own, _name_verdicts(said)), number) for said, number in self._said_together)
        return _tell_cells(told, months)

    @cached_property
    def _said_together(self) -> list[tuple[tuple[int, ...], Protected]]:
        """What all say at once, as the table of it tells: of two definitions every pair of what they say."""
        return [(said, number) for said, number in (self._crossed() if len(self.labels) == 2 else self._combined())]

    def _moved_cells(self, own: str, months: tuple[str, ...]) -> tuple[list[ToldCell], list[SeriesSum]]:
        """What one counts and another does not, by why and by what the record says. Of two definitions the reasons of a verdict make a
        cell of the table of both, and either table makes all that moves."""
        told: list[tuple[Series, Protected]] = []
        sums: list[SeriesSum] = []
        for ours, theirs in permutations(range(len(self.labels)), 2):
            moves = self._moves(ours, theirs)
            if moves is None:
                continue
            measure = f"{self.comparison.feed}/{self.labels[ours]} and not {self.labels[theirs]}"
            every = Series(measure, own)
            told.append((every, moves.total))
            for verdict, group in groupby(sorted(moves.by_reason(), key=lambda row: row[0]), key=lambda row: row[0]):
                parts = [(Series(measure, own, f"{verdict}={fields}"), number) for _, fields, number in group]
                told += parts
                if len(self.labels) == 2:
                    pair = (IN, _VERDICT_OF[verdict]) if ours < theirs else (_VERDICT_OF[verdict], IN)
                    whole = Series(self._together, own, _name_verdicts(pair))
                    sums.append(SeriesSum(whole, tuple(each for each, _ in parts)))
            if len(self.labels) == 2:
                pairs = [(IN, other) if ours < theirs else (other, IN) for other in (UNDETERMINED, OUT)]
                sums.append(
                    SeriesSum(every, tuple(Series(self._together, own, _name_verdicts(pair)) for pair in pairs))
                )
            for field, rows in groupby(moves.by_detail(), key=lambda row: row[0]):
                parts = [(Series(measure, own, f"{field}={value}"), number) for _, value, number in rows]
                told += parts
                sums.append(SeriesSum(every, tuple(each for each, _ in parts)))
        return _tell_cells(told, months), sums

    @cached_property
    def _measures(self) -> tuple[str, ...]:
        """What the definitions are called in all that editions tell: by their names, unless they are read otherwise than shipped."""
        return tuple(
            f"{self.comparison.feed}/{each.label if each.readings or each.origin else each.definition.name}"
            for each in self.comparison.chosen
        )

    def _overview(self) -> Chapter:
        period = self.comparison.period.label
        blocks: list[Block] = [
            Paragraph(
                f"Each definition is run over every crime that {self.catalogue.partnership.force.name} recorded in {period}. "
                "A crime counts for certain (definite), or it may count, since a field is blank or was not assessed (cannot tell). "
                "The true count lies between the definite count and the upper bound."
            ),
            self._counts_table(),
            Notice(NoticeKind.METHOD, f"Counts are of {self.source}. {self._disclosure_note}"),
            Heading("What they share"),
            self._crosswalk() if len(self.labels) > 2 else self._cross_table(),
        ]
        for other in range(1, len(self.labels)):
            blocks += self._what_moves(0, other)
            blocks += self._what_moves(other, 0)
        if self.comparison.readings:
            blocks += [
                Heading("If open questions are read otherwise"),
                Paragraph("Each row changes one answer and leaves all others as chosen."),
                self._readings_table(),
            ]
        if self.comparison.under_25:
            blocks += [Heading("Victims under 25"), self._under_25_table()]
        return Chapter(
            "overview", "What each counts", "Counts, overlap and what moves between definitions", tuple(blocks)
        )

    def _counts_table(self) -> Table:
        return make_table(
            id="definition_counts",
            caption=f"Crimes under each definition, {self.comparison.period.label}",
            columns=[
                ("definition", "Definition"),
                ("definite", "Definite"),
                ("undetermined", "Cannot tell"),
                ("upper", "Upper bound"),
            ],
            rows=[(label, *counts) for label, counts in zip(self.labels, self.counts(), strict=True)],
            source=self.source,
        )

    def _cross_table(self) -> Table:
        protected = [number for _, number in self._crossed()]
        width = len(VERDICTS)
        return make_table(
            id="definition_overlap",
            caption=f"Crimes by what {self.labels[0]} (rows) and {self.labels[1]} (columns) say",
            columns=[
                ("first", self.labels[0]),
                *((f"second_{word.replace(' ', '_')}", f"{self.labels[1]}: {word}") for word in VERDICT_WORDS.values()),
            ],
            rows=[(VERDICT_WORDS[one], *protected[width * at : width * at + width]) for at, one in enumerate(VERDICTS)],
            source=self.source,
        )

    def _crossed(self) -> list[tuple[tuple[int, int], Protected]]:
        """What the first two say of each crime, row by row."""
        crossed = self.comparison.cross(0, 1)
        counts = np.array([[crossed.get((one, other), 0) for other in VERDICTS] for one in VERDICTS], dtype=float)
        told = protect_table(counts, self.rule, has_row_totals=True)
        return [
            ((one, other), number)
            for one, row in zip(VERDICTS, told, strict=True)
            for other, number in zip(VERDICTS, row, strict=True)
        ]

    def _crosswalk(self) -> Table:
        """What every definition says at once, the most frequent first; what all leave out comes last."""
        return make_table(
            id="definition_crosswalk",
            caption="Crimes by what every definition says",
            columns=[
                *((f"definition_{place + 1}", label) for place, label in enumerate(self.labels)),
                ("events", "Crimes"),
            ],
            rows=[(*(VERDICT_WORDS[verdict] for verdict in verdicts), number) for verdicts, number in self._combined()],
            source=self.source,
        )

    def _combined(self) -> list[tuple[tuple[int, ...], Protected]]:
        ordered = sorted(
            self.comparison.combinations.items(), key=lambda item: (all(v == OUT for v in item[0]), -item[1])
        )
        names = [verdicts for verdicts, _ in ordered]
        return list(zip(names, self._protect_combinations(names, [events for _, events in ordered]), strict=True))

    def _protect_combinations(self, combinations: list[tuple[int, ...]], events: list[int]) -> list[Protected]:
        """Each definition's own three totals are told: of the events it counts, cannot tell, and leaves out."""
        lines = [
            [row for row, verdicts in enumerate(combinations) if verdicts[place] == verdict]
            for place in range(len(self.labels))
            for verdict in VERDICTS
        ]
        return protect_cells(events, lines, self.rule)

    def _what_moves(self, counted_by: int, other: int) -> list[Block]:
        moves = self._moves(counted_by, other)
        if moves is None:
            return []
        ours, theirs = self.labels[counted_by], self.labels[other]
        key = f"{counted_by + 1}_not_{other + 1}"
        return [
            Heading(f"Counted by {ours} and not by {theirs}", level=3),
            self._reasons_table(moves, key, f"Why {theirs} does not count for certain what {ours} counts"),
            self._details_table(moves, key, f"Crimes that {ours} counts and {theirs} does not count for certain"),
        ]

    def _moves(self, counted_by: int, other: int) -> Moves | None:
        """None where one counts nothing that the other does not."""
        moved = tuple(d for d in self.comparison.differences if (d.counted_by, d.other) == (counted_by, other))
        return Moves(moved, self._said_together, self.catalogue, self.rule) if moved else None

    def _reasons_table(self, moves: Moves, key: str, caption: str) -> Table:
        return make_table(
            id=f"definition_reasons_{key}",
            caption=caption,
            columns=[("verdict", "It says"), ("fields", "For what is said, or not, of"), ("events", "Crimes")],
            rows=moves.by_reason(),
            source=self.source,
            rows_shown=12,
        )

    def _details_table(self, moves: Moves, key: str, caption: str) -> Table:
        return make_table(
            id=f"definition_details_{key}",
            caption=caption,
            columns=[("field", "Field"), ("value", "What it says"), ("events", "Crimes")],
            rows=moves.by_detail(),
            source=self.source,
            rows_shown=25,
        )

    def _readings_table(self) -> Table:
        rows: list[tuple[str | Protected, ...]] = []
        for place, group in groupby(self.comparison.readings, key=lambda counted: counted.definition):
            definition = self.comparison.chosen[place].definition
            rows += [(definition.name, *row) for row in tell_readings(definition, group, self.rule, chosen="chosen")]
        return make_table(
            id="definition_readings",
            caption="Crimes under each reading of each open question",
            columns=[
                ("definition", "Definition"),
                ("question", "Question"),
                ("reading", "Read as"),
                ("definite", "Definite"),
                ("undetermined", "Cannot tell"),
                ("upper", "Upper bound"),
            ],
            rows=rows,
            source=self.source,
        )

    def _under_25_table(self) -> Table:
        rows: list[tuple[str | Protected, ...]] = []
        for place, label in enumerate(self.labels):
            numbers = {value: 0 for value in _YOUNG}
            for (value, verdicts), events in self.comparison.under_25.items():
                if verdicts[place] == IN:
                    numbers[value if value in _YOUNG else None] += events
            rows.append((label, *protect_parts(list(numbers.values()), self.rule)))
        return make_table(
            id="definition_under_25",
            caption="Crimes that definitely count, by the age of the youngest victim",
            columns=[
                ("definition", "Definition"),
                *((title.replace(" ", "_"), title.capitalize()) for title in _YOUNG.values()),
            ],
            rows=rows,
            source=self.source,
            notes=(
                "Not known: no victim is stated to be under 25, and the age of one is not stated, or no victim is.",
            ),
        )

    def _where_and_when(self) -> Chapter:
        areas, counted = self._by_area
        months, monthly = self._by_month
        names = [self.area_names.get(area, area) for area in areas]
        blocks: list[Block] = [
            Paragraph(
                "An area holds what happened in it. Crimes without a usable place are in no area, so that areas may add up to less than "
                "the force."
            ),
            self._table_of("definition_areas", "Crimes by area", ("area", "Area"), names, counted),
            self._table_of(
                "definition_months", "Crimes by month", ("month", "Month"), [m.label for m in months], monthly
            ),
        ]
        return Chapter("where_and_when", "Where and when", "The same counts by area and by month", tuple(blocks))

    @cached_property
    def _by_area(self) -> tuple[tuple[str, ...], _Told]:
        period = self.comparison.period
        counts = [
            (
                np.nan_to_num(counts.definite.gather([period]).values[:, 0]),
                counts.undetermined.gather([period]).values[:, 0],
            )
            for counts in self.comparison.counts
        ]
        return self.comparison.counts[0].definite.areas, self._protect_pairs(counts)

    @cached_property
    def _by_month(self) -> tuple[tuple[Period, ...], _Told]:
        months = tuple(Period((month,), PeriodKind.MONTH) for month in self.comparison.period.months)
        counts = [
            (counts.definite.gather(months).values[0], counts.undetermined.gather(months).values[0])
            for counts in self.comparison.force_counts
        ]
        return months, self._protect_pairs(counts)

    def _protect_pairs(self, counts: list[tuple[NDArray[np.float64], NDArray[np.float64]]]) -> _Told:
        return protect_nested([np.stack(pair, axis=-1) for pair in counts], self._nested, self.rule)

    def _table_of(
        self,
        id: str,  # noqa: A002 - the document model's word
        caption: str,
        head: tuple[str, str],
        names: list[str],
        protected: _Told,
    ) -> Table:
        columns = [head]
        rows: list[list[str | Protected]] = [[name] for name in names]
        for place, (label, numbers) in enumerate(zip(self.labels, protected, strict=True)):
            columns += [
                (f"definite_{place + 1}", f"{label}: definite"),
                (f"upper_{place + 1}", f"{label}: upper bound"),
            ]
            for row, (definite, _, upper) in zip(rows, numbers, strict=True):
                row += [definite, upper]
        return make_table(
            id=id,
            caption=f"{caption}, {self.comparison.period.label}",
            columns=columns,
            rows=rows,
            source=self.source,
        )

    def _definitions(self) -> Chapter:
        blocks: list[Block] = []
        described: set[str] = set()
        for each in self.comparison.chosen:
            if each.definition.name in described:
                continue
            described.add(each.definition.name)
            blocks += describe_definition(
                each.definition, readings=each.readings, titles=self.catalogue.event_fields.titles
            )
        return Chapter(
            "definitions", "The definitions", "Rules, open questions and what each leaves out", tuple(blocks)
        )


def _name_verdicts(verdicts: Sequence[int]) -> str:
    """The part of a series that several definitions say this of."""
    return f"says={', '.join(VERDICT_WORDS[verdict] for verdict in verdicts)}"


def _tell_cells(told: Iterable[tuple[Series, Protected]], months: tuple[str, ...]) -> list[ToldCell]:
    return [
        ToldCell(CellKey(series, months), number.value, 0)
        for series, number in told
        if number.state in (State.PUBLISHED, State.SUPPRESSED)
    ]
