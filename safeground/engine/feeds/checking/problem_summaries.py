"""Problems of many deliveries told together: one line for what is the same thing wrong, however many files have it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from safeground.engine.documents import capitalise, count_things
from safeground.engine.feeds.checking.report import Problem, Severity
from safeground.engine.feeds.deliveries import Delivery

FIRST_PERIODS = 3

_WORST_FIRST = {severity: place for place, severity in enumerate(reversed(Severity))}

# What becomes of the rows, where a report's own words do not say it.
_COUNTED = {
    "identifiers": "both are counted",
    "unique_key": "both are counted",
    "known_duplicate": "each is counted once",
    "padded": "",
}


@dataclass(frozen=True)
class ProblemSummary:
    """One kind of problem of one feed. Holds no row numbers, examples or identifiers, so that it may be published."""

    severity: Severity
    feed: str | None
    """None where the problem is not one feed's."""
    rule: str
    column: str | None
    sentence: str
    files: tuple[str, ...]
    """The names the files were sent under, sorted; empty for what shows only between deliveries."""
    rows: int | None
    """In all files together; None where the problem is not one of rows."""
    periods: tuple[str, ...]
    """The first few, ascending."""
    gist: str = ""
    """What is wrong without any number; empty where the sentence stands alone."""
    became: str = ""
    """What became of the rows, where the gist does not say it."""

    def say_with(self, rows: str) -> str:
        """The sentence with the rows in other words ('about 1,200 rows'), as their owner's rule may ask; only where there is a gist."""
        return _join_sentence(self.gist, f"{rows} in {count_things(len(self.files), 'file')}", self.became)


def summarise_problems(problems: Iterable[Problem], deliveries: Iterable[Delivery]) -> tuple[ProblemSummary, ...]:
    """Problems by severity, feed, rule and column, the worst first; notes are among them, last.

    A problem is one delivery's by its `delivery`. What has no gist, as what shows only between deliveries, stands alone
    in its own words. Raises KeyError for a problem of a delivery that is not among `deliveries`.
    """
    by_id = {delivery.id: delivery for delivery in deliveries}
    groups: dict[tuple[object, ...], list[Problem]] = {}
    for problem in problems:
        feed = problem.feed if problem.delivery is None else by_id[problem.delivery].feed
        # Notes of one kind differ in what they note; of the rest one rule and column say one thing.
        own_words = problem.gist if problem.severity is Severity.NOTE else ""
        alone = own_words if problem.gist else problem.message
        groups.setdefault((problem.severity, feed, problem.rule, problem.column, alone), []).append(problem)
    summaries = (_summarise(group, by_id) for group in groups.values())
    return tuple(sorted(summaries, key=_order))


def _order(summary: ProblemSummary) -> tuple[object, ...]:
    return _WORST_FIRST[summary.severity], summary.feed or "", -(summary.rows or 0), summary.rule, summary.sentence


def _summarise(group: list[Problem], by_id: dict[str, Delivery]) -> ProblemSummary:
    first = group[0]
    own = {problem.delivery: by_id[problem.delivery] for problem in group if problem.delivery is not None}
    told = [problem.rows for problem in group if problem.rows is not None]
    rows = sum(told) if told else None
    return ProblemSummary(
        severity=first.severity,
        feed=next((delivery.feed for delivery in own.values()), first.feed),
        rule=first.rule,
        column=first.column,
        sentence=_sentence(first, rows, len(own)) if first.gist else first.message,
        gist=_say_gist(first),
        became=_became(first),
        files=tuple(sorted(delivery.sent_name for delivery in own.values())),
        rows=rows,
        periods=tuple(sorted({delivery.period for delivery in own.values()})[:FIRST_PERIODS]),
    )


def _sentence(problem: Problem, rows: int | None, files: int) -> str:
    where = count_things(files, "file")
    if rows is not None:
        where = f"{count_things(rows, 'row')} in {where}"
    return _join_sentence(_say_gist(problem), where, _became(problem))


def _say_gist(problem: Problem) -> str:
    return capitalise(problem.gist) if problem.column is None else problem.gist


def _join_sentence(gist: str, where: str, became: str) -> str:
    return f"{gist}: {where}{f'; {became}' if became else ''}."


def _became(problem: Problem) -> str:
    if problem.severity is Severity.QUARANTINE:
        return "set aside in quarantine"
    if problem.severity is Severity.REPORT and problem.first_row is not None:
        return _COUNTED.get(problem.rule, "counted all the same")
    return ""
