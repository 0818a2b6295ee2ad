"""What the strategy says in figures: each reproduced, contradicted, or such that it cannot be checked, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from safeground.engine.assessment.evidence import Evidence
from safeground.engine.assessment.making import make_table
from safeground.engine.assessment.published_figures import CheckedFigure, check_published_figures
from safeground.engine.catalogue import ChapterOutline
from safeground.engine.documents import (
    EVERYONE,
    Block,
    Heading,
    Notice,
    NoticeKind,
    Paragraph,
    Table,
    capitalise,
    join_words,
)
from safeground.engine.strategy import MoneyStatement, PublishedFigure, Standing, Strategy

_ORDER = (Standing.CONTRADICTED, Standing.REPRODUCED, Standing.CANNOT_BE_CHECKED)
_NO_LEDGER = "It is held in no feed: what funders paid."


def make_strategy_figures(evidence: Evidence, outline: ChapterOutline) -> tuple[Block, ...]:
    notes, strategy = outline.plan.notes, evidence.strategy
    if strategy is None:
        return Paragraph(outline.intro), Notice(NoticeKind.MISSING, outline.plan.missing)
    checked = sorted(check_published_figures(evidence, strategy), key=lambda each: _ORDER.index(each.standing))
    findings = [each.finding for each in checked if each.finding is not None]
    held: list[Block] = [Heading("Figures held against what has landed"), *findings] if findings else []
    return (
        Paragraph(outline.intro),
        Paragraph(_summarise(strategy, checked)),
        *held,
        Heading("Every figure"),
        Paragraph(notes["marks"]),
        Notice(NoticeKind.WARNING, notes["not_proof"]),
        _table(strategy, checked),
    )


def _summarise(strategy: Strategy, checked: Sequence[CheckedFigure]) -> str:
    """'Two documents print 41 figures. One is reproduced, two are contradicted and 38 cannot be checked.'"""
    number = Counter(each.standing for each in checked)
    number[Standing.CANNOT_BE_CHECKED] += len(strategy.money)
    names = join_words([strategy.name_document(document) for document in strategy.documents])
    total = number.total()
    parts = [
        f"{number[standing]} cannot be checked"
        if standing is Standing.CANNOT_BE_CHECKED
        else f"{number[standing]} {'is' if number[standing] == 1 else 'are'} {standing}"
        for standing in _ORDER
        if number[standing]
    ]
    return f"{total} figures are printed in {names}: {join_words(parts)}."


def _table(strategy: Strategy, checked: Sequence[CheckedFigure]) -> Table:
    rows = [
        (
            _name_figure(each.figure, strategy),
            _say_print(each.figure),
            strategy.cite_briefly(each.figure.at),
            f"{capitalise(str(each.standing))}{' by the document itself' if each.by_itself else ''}",
            each.ours or "none",
            each.because,
        )
        for each in checked
    ]
    rows += [
        (_name_money(amount), amount.printed, strategy.cite_briefly(amount.at), "Cannot be checked", "none", _NO_LEDGER)
        for amount in strategy.money
    ]
    return make_table(
        id="published_figures",
        caption="Figures the documents print, and how each stands",
        columns=[
            ("figure", "What it is of"),
            ("printed", "As printed"),
            ("where", "Where"),
            ("standing", "How it stands"),
            ("ours", "Our number"),
            ("why", "Why"),
        ],
        rows=rows,
        source=join_words([strategy.name_document(document) for document in strategy.documents]),
        readers=frozenset.intersection(EVERYONE, *(each.readers for each in checked)),
    )


def _name_figure(figure: PublishedFigure, strategy: Strategy) -> str:
    """What it is of; with its area where another figure is of the same elsewhere."""
    alike = [other for other in strategy.figures if other.what == figure.what]
    return capitalise(f"{figure.what}: {figure.area}" if len(alike) > 1 and figure.area else figure.what)


def _say_print(figure: PublishedFigure) -> str:
    """The number with what the document calls it: 'over 2,000', '73% (drop)'. Without the word a fall reads as a share."""
    over = "over " if figure.qualifier == "over" else ""
    return f"{over}{figure.printed}{f' ({figure.called})' if figure.called else ''}"


def _name_money(amount: MoneyStatement) -> str:
    funder, recipient = amount.funder or "a funder not stated", amount.recipient or "a recipient not stated"
    period = f", {_continue(amount.period)}" if amount.period else ""
    return f"Money from {_continue(funder)} to {_continue(recipient)}{period}"


def _continue(words: str) -> str:
    """Words that opened a sentence of the document, in the middle of ours."""
    first, _, rest = words.partition(" ")
    return f"{first.lower()} {rest}" if first in ("Across", "Since", "The", "This") else words
