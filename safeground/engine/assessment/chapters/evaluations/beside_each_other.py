"""All evaluations beside each other: a forest of those that are ratios, and a table of every one with its grade and what it was worth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from safeground.engine.assessment.chapters.evaluations.told import ToldEvaluation
from safeground.engine.assessment.making import direction_words, make_table
from safeground.engine.disclosure import Protected, protect_derived
from safeground.engine.documents import (
    Audience,
    Block,
    Direction,
    Figure,
    IntervalChart,
    Point,
    Table,
    count_things,
    format_confidence,
    format_estimate,
    format_interval,
)
from safeground.engine.evaluation import Scale

_ID = "evaluations"
_FEWEST_DRAWN = 2


def set_beside_each_other(told: Sequence[ToldEvaluation]) -> Iterable[Block]:
    """The forest where two or more are told as ratios, else the table alone."""
    drawn = [each for each in told if each.primary.scale is Scale.RATIO]
    table = _make_table(told)
    if len(drawn) < _FEWEST_DRAWN:
        yield table
        return
    yield _make_forest(drawn)
    yield table


def _make_forest(told: Sequence[ToldEvaluation]) -> Figure:
    points = tuple(Point(each.protocol.title, each.estimate) for each in told)
    nothing = protect_derived(1.0, unit="times", rule=told[0].rule, told=())
    levels = sorted({format_confidence(each.protocol.confidence) for each in told})
    return Figure(
        id=f"{_ID}_forest",
        title=_say_clear(told),
        subtitle=f"The primary outcome of each, where treated as a ratio to where not, {' or '.join(levels)} intervals",
        alternative=f"Dots with intervals for {count_things(len(points), 'evaluation')} and a line at no difference; see the table.",
        chart=IntervalChart(points, "times", reference=Point("no difference", nothing)),
        table=make_table(
            id=f"{_ID}_forest",
            caption="The primary outcome of each evaluation",
            columns=[("evaluation", "Evaluation"), ("ratio", "Times where not treated")],
            rows=[(point.label, point.estimate) for point in points],
            source=_source(told),
            readers=_readers(told),
        ),
        source=_source(told),
        notes=(
            "Left of the line there was less where it was done, right of it more. They are of different things: do not rank them.",
            *(
                ("Made-up data and placebos are drawn too, and count for nothing.",)
                if any(each.is_trial_run for each in told)
                else ()
            ),
        ),
        readers=_readers(told),
    )


def _say_clear(told: Sequence[ToldEvaluation]) -> str:
    """Of what was done, and is not made up: neither a placebo nor an example answers anything."""
    told = [each for each in told if not each.is_trial_run]
    if not told:
        return "What was found, each beside a line at no difference"
    clear = sum(each.finding.direction in (Direction.HIGHER, Direction.LOWER) for each in told)
    if not clear:
        return "None of the evaluations is clear of no difference"
    return f"{clear} of {count_things(len(told), 'evaluation')} {'is' if clear == 1 else 'are'} clear of no difference"


def _make_table(told: Sequence[ToldEvaluation]) -> Table:
    rows: list[tuple[str | Protected, ...]] = [
        (
            each.protocol.title + (" (made-up data)" if each.protocol.is_made_up else ""),
            _say_found(each),
            direction_words(each.finding.direction) if each.estimate.is_published else "not told",
            f"{each.grade.maryland} of 5",
            f"{each.grade.security} of 5",
            each.costs.estimate if each.costs is not None else "no costs were named",
        )
        for each in told
    ]
    return make_table(
        id=f"{_ID}_listed",
        caption="Every evaluation, what it found and how much that can bear",
        columns=[
            ("evaluation", "Evaluation"),
            ("found", "What was found"),
            ("direction", "Where it was done"),
            ("maryland", "Maryland scale"),
            ("security", "How securely"),
            ("benefit", "For each £1 paid, £"),
        ],
        rows=rows,
        source=_source(told),
        notes=(
            "Higher or lower stands only where the interval leaves out no difference; the number with its interval is below.",
            "The Maryland scale grades what a design can rule out; one of 2 or less cannot tell what would have come anyway.",
            "How securely it was carried out is worked out from its checks. For each £1 paid: what fewer offences are put at.",
        ),
        readers=_readers(told),
    )


def _say_found(told: ToldEvaluation) -> str:
    """In words: numbers of this column are of different things, and must not be written alike."""
    interval = format_interval(told.estimate)
    return f"{format_estimate(told.estimate)} ({interval})" if interval else format_estimate(told.estimate)


def _source(told: Sequence[ToldEvaluation]) -> str:
    return "; ".join(dict.fromkeys(each.source for each in told))


def _readers(told: Sequence[ToldEvaluation]) -> frozenset[Audience]:
    return frozenset.intersection(*(each.protocol.readers for each in told))
