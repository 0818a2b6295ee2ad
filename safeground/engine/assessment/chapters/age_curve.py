"""Age: victims and suspects apart by single year, with breaks, and what the strategy says of age held against each."""

from __future__ import annotations

from safeground.engine.assessment.age_curve import AgeClaims, make_age_curve, read_curve
from safeground.engine.assessment.counted import Counted, count_measure, count_own_definition
from safeground.engine.assessment.evidence import Evidence
from safeground.engine.assessment.single_years import FIRST_AGE, count_single_years, link_long
from safeground.engine.catalogue import ChapterOutline
from safeground.engine.documents import Block, Heading, Notice, NoticeKind, Paragraph, capitalise
from safeground.engine.statistics import fit_age_curve

_CLAIMS = AgeClaims(rises_from=12, peaks_at=15, rises_again_at=17)
"""Essex Serious Violence Strategy, January 2024, section 5, beside priority No 1. It says neither of whom nor of which years."""
_ROLES = {"victim": "victims", "suspect": "suspects"}


def make_age_curve_chapter(evidence: Evidence, outline: ChapterOutline) -> tuple[Block, ...]:
    notes = outline.plan.notes
    own = count_own_definition(evidence)
    sources = {} if own is None else {"own": own}
    for measure in outline.plan.measures:
        counted = count_measure(evidence, measure)
        if counted.is_here:
            sources[measure] = counted
    made = [block for name, counted in sources.items() for block in _make_curves(evidence, counted, name)]
    if not made:
        return (Paragraph(outline.intro),)
    return (
        Paragraph(outline.intro),
        Notice(NoticeKind.WARNING, notes["not_a_score"]),
        *made,
        Notice(NoticeKind.METHOD, notes["method"]),
        Notice(NoticeKind.CANNOT_TELL, notes["claims"]),
    )


def _make_curves(evidence: Evidence, counted: Counted, name: str) -> list[Block]:
    """Victims and suspects of one definition; nothing where its feed lists no people."""
    links = link_long(counted)
    if links is None:
        return []
    blocks: list[Block] = [Heading(capitalise(counted.what))]
    for role, plural in _ROLES.items():
        years = count_single_years(counted, links, role, plural)
        if not years.counts.any():
            continue
        curve = fit_age_curve(
            years.counts,
            first_age=FIRST_AGE,
            rng=evidence.random_numbers(),
            populations=years.residents,
            dispersion=years.dispersion,
        )
        blocks += [
            Heading(capitalise(plural), level=3),
            *make_age_curve(read_curve(years, curve, name=f"{name}_{role}s"), _CLAIMS),
        ]
    return blocks
