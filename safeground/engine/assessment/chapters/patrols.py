"""Patrol trials: whether the places drawn were visited, for how long, and whether the others were left alone. No effect is told here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from safeground.engine.areas import name_vintage
from safeground.engine.assessment.evidence import FORCE, Evidence
from safeground.engine.assessment.making import make_table, name_source
from safeground.engine.assessment.protecting import protect_estimate, protect_whole
from safeground.engine.catalogue import ChapterOutline, minutes_of
from safeground.engine.disclosure import Protected, State, protect
from safeground.engine.documents import (
    Block,
    Finding,
    Heading,
    Notice,
    NoticeKind,
    Paragraph,
    Table,
    count_things,
    format_day,
    format_value,
)
from safeground.engine.places import KOPER_MINUTES, Dosage, read_patrol_records, read_patrol_trials, work_out_dosage
from safeground.engine.statistics import ProportionEstimate

FEED = "patrol_visits"


def make_patrols(evidence: Evidence, outline: ChapterOutline) -> tuple[Block, ...]:
    notes = outline.plan.notes
    blocks: list[Block] = [Paragraph(outline.intro), Notice(NoticeKind.WARNING, notes["no_effect_here"])]
    for trial in read_patrol_trials(evidence.warehouse):
        records = read_patrol_records(evidence.warehouse, trial)
        blocks.append(Heading(_name(trial)))
        if not records.planned or not records.visits:
            missing = "no_plan" if not records.planned else "no_visits"
            blocks.append(Notice(NoticeKind.MISSING, notes[missing]))
            continue
        starts = evidence.tested.day_starts.get(trial, evidence.catalogue.partnership.patrol_day_starts)
        dosage = work_out_dosage(trial, planned=records.planned, visits=records.visits, boundary=minutes_of(starts))
        blocks += _TrialTold(evidence, dosage, starts).blocks()
    return (*blocks, Notice(NoticeKind.METHOD, notes["how"]))


class _TrialTold:
    """A trial's dose as protected numbers and their sentences."""

    def __init__(self, evidence: Evidence, dosage: Dosage, starts: str) -> None:
        self._evidence, self._dosage, self._starts = evidence, dosage, starts
        self._rule = evidence.rule_of_feed(FEED)
        first, last = dosage.days[0], dosage.days[-1]
        self._period = f"{format_day(first)} to {format_day(last)}"

    def blocks(self) -> Sequence[Block]:
        compliance, contamination = self._share(self._dosage.compliance), self._share(self._dosage.contamination)
        lengths = self._share(self._dosage.in_koper_range)
        low, high = KOPER_MINUTES
        told: list[Block] = [
            self._finding("kept", compliance, "of the place-days drawn for a patrol got at least one visit"),
            self._finding("other_days", contamination, "of the other place-days got a visit too"),
            self._finding("length", lengths, f"of the visits whose length is known lasted {low} to {high} minutes"),
            self._table(),
        ]
        if self._dosage.of_unknown_length:
            number = count_things(self._dosage.of_unknown_length, "visit")
            if self._whole(self._dosage.of_unknown_length).is_published:
                told.append(
                    Notice(
                        NoticeKind.MISSING,
                        f"{number} came without an end. They count as visits; how long they were is not known.",
                    )
                )
        return told

    def _share(self, estimate: ProportionEstimate) -> Protected:
        """Per cent, under the number it rests on: what is rare on either side is withheld."""
        count, total = float(estimate.count), float(estimate.total)
        fewest = min(number for number in (count, total - count, total) if number > 0) if total else 0.0
        return protect_estimate(estimate, self._rule, unit="%", count=fewest, scale=100)

    def _whole(self, number: float) -> Protected:
        return protect_whole(number, self._rule, unit="place-days")

    def _minutes(self, average: float, visited: float) -> Protected:
        if np.isnan(average):
            reason = "no place-day of this kind was planned"
            return protect(None, unit="minutes", rule=self._rule, state=State.NOT_AVAILABLE, reason=reason)
        return protect(round(average, 1), unit="minutes", rule=self._rule, count=visited)

    def _finding(self, name: str, share: Protected, words: str) -> Finding:
        evidence, contract = self._evidence, self._evidence.catalogue.feeds.contracts[FEED]
        said = (
            f"{format_value(share)} {words}."
            if share.is_published
            else f"How many {words} is {share.state}: {share.reason}."
        )
        return Finding(
            id=f"patrols.{self._dosage.trial}.{name}",
            sentence=f"{_name(self._dosage.trial)}: {said[:1].lower() + said[1:] if not share.is_published else said}",
            estimate=share,
            measure="Patrols as they were, beside the schedule",
            period=self._period,
            area_code=evidence.measures.own_area,
            area_name=evidence.area_name,
            area_vintage=name_vintage(FORCE),
            definition=f"{contract.title}, version {contract.version} ({FEED})",
            sources=(name_source(evidence, FEED),),
            caveats=contract.caveats,
            readers=evidence.readers_of_feed(FEED, FORCE),
        )

    def _table(self) -> Table:
        dosage, evidence = self._dosage, self._evidence
        contract = evidence.catalogue.feeds.contracts[FEED]
        rows = []
        for title, cells, average in (
            ("Drawn for a patrol", dosage.is_treated, dosage.minutes_treated),
            ("Not drawn", dosage.is_control, dosage.minutes_control),
        ):
            visited = float((dosage.visits[cells] > 0).sum())
            rows.append((title, self._whole(float(cells.sum())), self._whole(visited), self._minutes(average, visited)))
        return make_table(
            id=f"patrols_{dosage.trial}",
            caption=f"What place-days got, {_name(dosage.trial)}, {self._period}",
            columns=[
                ("kind", "Place-days"),
                ("number", "Number"),
                ("visited", "With a visit"),
                ("minutes", "Minutes a place-day, on average"),
            ],
            rows=rows,
            notes=(
                self._say_when_days_start(),
                "Minutes in which two teams were there at once count once; a visit without an end adds none.",
            ),
            source=f"{contract.source.name} ({contract.source.licence})",
            readers=evidence.readers_of_feed(FEED, FORCE),
            about=(("geography", name_vintage(FORCE)), ("feed", contract.title), ("rule", self._rule.title)),
            period=self._period,
        )  # fmt: skip

    def _say_when_days_start(self) -> str:
        """What landed does not say it: the trial's design does, where it was made here."""
        known = self._dosage.trial in self._evidence.tested.day_starts
        why = "as the trial's design says" if known else "as is usual here, since no design of this trial was made here"
        return f"Days begin at {self._starts}, {why}; a visit belongs to the day on which it began."


def _name(trial: str) -> str:
    """'southend_patrols' as people write it."""
    return trial.replace("_", " ").capitalize()
