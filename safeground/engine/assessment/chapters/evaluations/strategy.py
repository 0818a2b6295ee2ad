"""From a priority of the strategy to the approach that it names, what is known of that elsewhere, and what was tested here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from safeground.engine.assessment.chapters.evaluations.told import ToldEvaluation
from safeground.engine.assessment.evidence import Evidence
from safeground.engine.assessment.making import make_table
from safeground.engine.documents import Audience, Block, Heading, Notice, NoticeKind, Paragraph, join_words
from safeground.engine.evaluation import warn_of
from safeground.engine.strategy import PriorityStatement, Strategy

_READERS = frozenset({Audience.POLICE, Audience.PARTNERSHIP})


def tell_strategy(evidence: Evidence, told: Sequence[ToldEvaluation], notes: Mapping[str, str]) -> Iterable[Block]:
    """A row for each approach that a priority names; a sentence where none does, and nothing where there is no strategy."""
    strategy = evidence.strategy
    if strategy is None:
        return
    known = {each.name: each for each in evidence.catalogue.approaches}
    named = [
        (priority, known[name])
        for each in strategy.priorities
        for priority in each.items
        for name in priority.approaches
        if name in known
    ]
    yield Heading("What the strategy sets out to do, and what is known of it")
    if not named:
        yield Notice(NoticeKind.MISSING, notes["no_priority_names_one"])
        return
    yield Paragraph(notes["strategy"])
    here = {
        approach.name: [each.protocol.title for each in told if each.protocol.approach == approach.name]
        for _, approach in named
    }
    yield make_table(
        id="priorities_and_evidence",
        caption="Priorities that name an approach",
        columns=[
            ("priority", "Priority"),
            ("approach", "Approach"),
            ("known", "What is known of it elsewhere"),
            ("tested", "Tested here"),
        ],
        rows=[
            (
                f"{_name(priority)} ({strategy.cite_briefly(priority.at)})",
                approach.title,
                warn_of(approach).sentence,
                join_words(here[approach.name]) or "no",
            )
            for priority, approach in named
        ],
        source=_source(strategy, [approach.source for _, approach in named]),
        readers=_READERS,
    )


def _name(priority: PriorityStatement) -> str:
    return f"{priority.printed.rstrip(':') + ': ' if priority.printed else ''}{priority.text}"


def _source(strategy: Strategy, sources: Sequence[str]) -> str:
    documents = join_words([strategy.name_document(document) for document in strategy.documents])
    return "; ".join(dict.fromkeys([documents, *sources]))
