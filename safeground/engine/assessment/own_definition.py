"""The partnership's own definition of serious violence: what is certain, what is not and why, and each open question read either way."""

from __future__ import annotations

from safeground.engine.assessment.counted import Counted
from safeground.engine.assessment.rates import Residents, make_rates
from safeground.engine.assessment.readings import tell_readings
from safeground.engine.documents import Block, Finding, Notice, NoticeKind, Table, format_estimate, format_value
from safeground.engine.measures import count_readings


def own_definition_finding(counted: Counted) -> Finding:
    """The level of the partnership's own definition, as its first page tells it too."""
    return counted.level_finding(id="level.serious_violence.latest")


def make_own_definition(counted: Counted) -> list[Block]:
    """Level, bounds, gaps, change, rates of residents, and open questions."""
    change = counted.change_finding(id="change.serious_violence")
    return [
        own_definition_finding(counted),
        Notice(NoticeKind.CANNOT_TELL, _say_bounds(counted)),
        *([change] if change is not None else []),
        *make_rates(counted, Residents(100_000), name="serious_violence"),
        _gap_table(counted),
        *([_readings_table(counted)] if counted.definition.switches else []),
    ]


def _say_bounds(counted: Counted) -> str:
    definite, _, upper = counted.protect_bounds(counted.period)
    if not definite.is_published or not upper.is_published:
        return "How wide the gap is between what is certain and what may be is withheld with the small numbers in it."
    return (
        f"The true number lies between {format_value(definite)}, which are certain, and {format_estimate(upper)}, what it would be "
        "if every crime that cannot be told belonged. A wide gap speaks of what is not written down, and not of violence."
    )


def _gap_table(counted: Counted) -> Table:
    """Which missing fields leave how many undetermined; together they are all of them."""
    gaps = counted.missing_fields(counted.period)
    unsure = "cannot tell"
    numbers = counted.protect_parts(
        [events for _, events in gaps],
        of=counted.protect_bounds(counted.period)[1],
        keys=[counted.key(counted.period, f"not known={said}", of=unsure) for said, _ in gaps],
        total=counted.key(counted.period, of=unsure),
    )
    return counted.table(
        id="own_definition_gaps",
        caption=f"What is missing where it cannot be told, {counted.period.label}",
        columns=[("missing", "Not known"), ("events", "Offences that cannot be told")],
        rows=[(said[:1].upper() + said[1:], number) for (said, _), number in zip(gaps, numbers, strict=True)],
        notes=("An offence that lacks several fields at once has a row of its own.",),
        rows_shown=8,
    )


def _readings_table(counted: Counted) -> Table:
    """Each switch in each reading, all else as chosen."""
    found = count_readings(counted.evidence.measures, counted.definition, period=counted.period)
    rows = tell_readings(counted.definition, found, counted.rule, chosen="as counted here")
    return counted.table(
        id="own_definition_readings",
        caption=f"Open questions of the definition, each read either way, {counted.period.label}",
        columns=[
            ("question", "Question"),
            ("reading", "Read as"),
            ("definite", "Certain"),
            ("undetermined", "Cannot be told"),
            ("upper", "Upper bound"),
        ],
        rows=rows,
        notes=("Each row changes one answer and leaves all others as they are.",),
    )
