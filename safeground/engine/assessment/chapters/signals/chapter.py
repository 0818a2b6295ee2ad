"""Signals: for each main series what is more than chance, all of them beside each other, and a list of what to check first."""

from __future__ import annotations

from safeground.engine.assessment.chapters.signals.gaps import make_gaps
from safeground.engine.assessment.chapters.signals.listing import make_list
from safeground.engine.assessment.chapters.signals.monthly import MonthlySignals, find_monthly_signals
from safeground.engine.assessment.chapters.signals.telling import make_overview, signal_finding
from safeground.engine.assessment.counted import Counted, count_measure, count_own_definition
from safeground.engine.assessment.evidence import Evidence
from safeground.engine.catalogue import ChapterOutline
from safeground.engine.documents import Block, Heading, Notice, NoticeKind, Paragraph, capitalise

RARE = "non_domestic_homicides"
"""Told by the days between, since most months have none."""


def make_signals(evidence: Evidence, outline: ChapterOutline) -> tuple[Block, ...]:
    notes = outline.plan.notes
    # The share of pages with a false claim is kept to one in twenty, and is divided alike whatever has landed and whoever reads.
    significance = 0.05 / (len(outline.plan.measures) + 1)
    found: list[MonthlySignals] = []
    blocks: list[Block] = []
    why: dict[str, list[str]] = {}
    for name, counted in _choose_series(evidence, outline):
        signals = find_monthly_signals(counted, significance=significance)
        if isinstance(signals, MonthlySignals):
            found.append(signals)
            blocks.append(signal_finding(signals, id=f"signals.{name}"))
        else:
            why.setdefault(signals, []).append(counted.what)
    rare = count_measure(evidence, RARE)
    is_told = RARE in outline.plan.measures and rare.is_here
    gaps: list[Block] = make_gaps(rare, notes, significance=significance) if is_told else []
    blocks += [
        # A series can have an 'and' in its name, so they are told apart by semicolons.
        Notice(NoticeKind.MISSING, f"{capitalise('; '.join(series))}: {reason}")
        for reason, series in why.items()
    ]
    if found:
        blocks += [make_overview(found), Paragraph(notes["method"])]
    if gaps:
        blocks += [Heading("Days between homicides"), *gaps]
    if found:
        blocks += [Heading("What to check first"), Paragraph(notes["check_first"]), make_list(found)]
    warning = Notice(NoticeKind.WARNING, notes["not_a_cause"])
    return (Paragraph(outline.intro), warning, Heading("What is more than chance"), *blocks)


def _choose_series(evidence: Evidence, outline: ChapterOutline) -> list[tuple[str, Counted]]:
    """The series of months that may be told, in the outline's order, the partnership's own definition behind them."""
    series = [
        (name.removesuffix("_rate"), count_measure(evidence, name)) for name in outline.plan.measures if name != RARE
    ]
    own = count_own_definition(evidence)
    series += [("own_definition", own)] if own is not None else []
    return [(name, counted) for name, counted in series if counted.is_here]
