"""What is counted and how good the data are: definitions, bounds, and a scorecard a feed."""

from __future__ import annotations

from safeground.engine.assessment.definitions import describe_definition
from safeground.engine.assessment.evidence import FORCE, STREET, Evidence
from safeground.engine.assessment.headline import BOUNDS, VIOLENCE, bounds_finding
from safeground.engine.assessment.making import make_table
from safeground.engine.assessment.protecting import protect_count, protect_whole
from safeground.engine.assessment.sentences import name_field
from safeground.engine.assessment.supplied_rows import ROWS_NOTE, may_tell_rows, tell_rows
from safeground.engine.catalogue import ChapterOutline
from safeground.engine.disclosure import State
from safeground.engine.documents import Block, Heading, Paragraph, count_things, format_number
from safeground.engine.feeds import ProblemSummary, ScorecardRow, Severity

_FATES = {
    Severity.REPORT: "reported; the rows are counted",
    Severity.QUARANTINE: "the rows are set aside and not counted",
    Severity.REFUSE: "the delivery is not used",
}
_FATES_OF_RULES = {
    "known_duplicate": "reported; what is repeated is counted once",
    "month_missing": "reported; nothing is filled in",
}
"""Where the severity alone would say that rows are counted which are not, or are not there."""


def make_definition_and_quality(evidence: Evidence, outline: ChapterOutline) -> tuple[Block, ...]:
    notes = outline.plan.notes
    blocks: list[Block] = [Paragraph(outline.intro)]
    for measure in (VIOLENCE, BOUNDS):
        titles = evidence.catalogue.event_fields.titles
        blocks += describe_definition(evidence.measures.definition_of(measure), titles=titles)
    blocks += [
        Heading("What is in, and what cannot be told"),
        Paragraph(notes["bounds"]),
        bounds_finding(evidence, evidence.latest, id="level.public_space_violence.latest"),
        _verdict_table(evidence),
        _gap_table(evidence),
    ]
    blocks += [
        Heading("What was delivered"),
        Paragraph(notes["scorecard"]),
        _scorecard(evidence),
        Paragraph(notes["quarantine"]),
    ]
    blocks += [Heading("What is wrong with what was delivered"), *_problems(evidence)]
    return tuple(blocks)


def _verdict_table(evidence: Evidence) -> Block:
    rows = []
    for measure in (VIOLENCE, BOUNDS):
        measurement = evidence.measures.calculate(measure, level=FORCE, periods=[evidence.latest])
        cell = measurement.cell(evidence.measures.own_area, evidence.latest)
        undetermined = float(measurement.counts.undetermined.values[measurement.areas.index(cell.area_code), 0])
        rows.append(
            (
                evidence.measures.definition_of(measure).title,
                protect_count(cell, evidence.rule),
                protect_whole(undetermined, evidence.rule),
                protect_whole(cell.count + undetermined, evidence.rule),
            )
        )
    return make_table(
        id="definition_verdicts",
        caption=f"Offences by verdict of each definition, {evidence.force_name}, {evidence.latest.label}",
        columns=[
            ("definition", "Definition"),
            ("definite", "In (definite)"),
            ("undetermined", "Undetermined"),
            ("upper", "Upper bound"),
        ],
        rows=rows,
        source=evidence.source_line(STREET),
    )


def _gap_table(evidence: Evidence) -> Block:
    measurement = evidence.measures.calculate(BOUNDS, level=FORCE, periods=[evidence.latest])
    rows = []
    for gap in measurement.counts.gaps:
        number = float(gap.events.values[:, 0].sum())
        missing = ", ".join(name_field(field) for field in gap.fields)
        rows.append((missing, protect_whole(number, evidence.rule)))
    return make_table(
        id="definition_gaps",
        caption=f"Why offences are undetermined, {evidence.force_name}, {evidence.latest.label}",
        columns=[("fields", "Facts that are missing"), ("events", "Offences left undetermined")],
        rows=rows or [("none", "0")],
        source=evidence.source_line(STREET),
        notes=("A fact that a feed does not carry is missing for every event of it.",),
    )


def _scorecard(evidence: Evidence) -> Block:
    counted = [delivery for delivery in evidence.warehouse.deliveries if may_tell_rows(evidence, delivery.feed)]
    received, accepted, quarantined, duplicates = (
        sum(getattr(delivery, name) for delivery in counted)
        for name in ("received", "accepted", "quarantined", "duplicates")
    )
    is_all = len(counted) == len(evidence.warehouse.deliveries)
    names = evidence.catalogue.partnership.force_names
    rows = [
        (
            f"{names.get(row.partner, evidence.catalogue.feeds.contracts[row.feed].source.name)}: {row.title}",
            f"{row.periods_landed} of {row.periods_expected}" if row.periods_expected else f"{row.periods_landed}",
            row.newest or "none",
            told := tell_rows(evidence, row.feed, row.rows),
            *(
                _share_words(share) if told.is_published else "not told"
                for share in (row.accepted_share, row.without_location_share)
            ),
            _state_words(row),
            "; ".join(row.used_for) or _say_use(evidence, row),
        )
        for row in evidence.scorecard
    ]
    return make_table(
        id="supply_scorecard",
        caption="Supply scorecard",
        columns=[
            ("supply", "From, and what"),
            ("periods", "Periods received"),
            ("newest", "Newest"),
            ("rows", "Rows received"),
            ("accepted", "Accepted"),
            ("without_location", "Without a place"),
            ("state", "State"),
            ("used_for", "What it is used for"),
        ],
        rows=rows,
        source="Deliveries in this workspace and their checks",
        notes=(
            (
                f"{'' if is_all else 'Of the feeds whose rows are told as they are: '}{received:,} rows received = {accepted:,} accepted "
                f"+ {quarantined:,} quarantined + {duplicates:,} known duplicates."
            ),
            *([] if is_all else [ROWS_NOTE]),
            "Months expected run from the first received to the newest of any partner.",
            "A month is of unusual volume where its rows lie outside the three-sigma limits of all months received from that partner.",
            "Problems are those found in files, and are told below, as are months that were not received.",
        ),
    )


def _share_words(share: float | None) -> str:
    """'99.7%'; 'all' and 'none' only where it is exactly so."""
    if share is None:
        return "does not apply"
    if share in (0, 1):
        return "none" if share == 0 else "all"
    if share > 0.999:
        return "nearly all"
    return f"{100 * max(share, 0.001):.1f}%"


def _say_use(evidence: Evidence, row: ScorecardRow) -> str:
    """What open data are for, whose contracts name no use."""
    if row.feed != STREET:
        return "background to the counts"
    return "the counts" if row.partner == evidence.measures.own else "comparison with neighbours"


def _state_words(row: ScorecardRow) -> str:
    said = ["silent: no recent month"] if row.is_silent else []
    if row.deliveries_refused:
        said.append(f"{row.deliveries_refused} refused")
    if row.months_outside_limits:
        said.append(f"{count_things(len(row.months_outside_limits), 'month')} of unusual volume")
    if row.problems:
        said.append(count_things(len(row.problems), "problem"))
    return "; ".join(said) or "in order"


def _problems(evidence: Evidence) -> list[Block]:
    told = [problem for problem in evidence.problems if problem.severity is not Severity.NOTE]
    if not told:
        return [Paragraph("Every delivery in use kept its contract.")]
    contracts = evidence.catalogue.feeds.contracts
    return [
        make_table(
            id="supply_problems",
            caption="Problems found by the checks",
            columns=[
                ("feed", "Feed"),
                ("problem", "Problem"),
                ("fate", "What became of it"),
                ("periods", "First periods"),
            ],
            rows=[
                (
                    contracts[problem.feed].title if problem.feed else "Several",
                    _say_problem(evidence, problem),
                    _FATES_OF_RULES.get(problem.rule, _FATES[problem.severity]),
                    ", ".join(problem.periods),
                )
                for problem in told
            ],
            source="Checks of the deliveries in this workspace",
            rows_shown=25,
        )
    ]


_WITHOUT_COUNTS = {
    "month_half_empty": "A month has far fewer rows than the months around it.",
    "identifiers_across": "Some identifiers were given in more than one delivery; each is counted wherever it was given.",
}


def _say_problem(evidence: Evidence, problem: ProblemSummary) -> str:
    """What a check found, with a force by its name: checks know partners by their ids, and the row names the feed already.

    How many rows it is about is told under the rule of the feed's owner: the faulty rows of a month lead back to its number.
    """
    if problem.feed and problem.rows is not None and not may_tell_rows(evidence, problem.feed):
        if not problem.gist:
            return _WITHOUT_COUNTS.get(problem.rule, "A check of its numbers found something to ask its sender about.")
        return problem.say_with(_say_rows(evidence, problem.feed, problem.rows))
    if problem.feed:
        title = evidence.catalogue.feeds.contracts[problem.feed].title
        for partner, name in evidence.catalogue.partnership.force_names.items():
            start = f"{title} from {partner}: "
            if problem.sentence.startswith(start):
                return f"{name}: {problem.sentence.removeprefix(start)}"
    return problem.sentence


def _say_rows(evidence: Evidence, feed: str, rows: int) -> str:
    """'about 1,200 rows', 'fewer than 100 rows' or 'rows', as far as these readers may know."""
    told = tell_rows(evidence, feed, rows)
    if told.is_published:
        return f"about {format_number(told.value or 0)} rows"
    return "fewer than 100 rows" if told.state is State.SUPPRESSED else "rows"
