"""The document: the outline's chapters for an audience, in order, each written or saying what it lacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from safeground.engine.assessment.chapters.age_curve import make_age_curve_chapter
from safeground.engine.assessment.chapters.aims import make_aims
from safeground.engine.assessment.chapters.area_and_population import make_area_and_population
from safeground.engine.assessment.chapters.areas_like_this import make_areas_like_this
from safeground.engine.assessment.chapters.children_and_young_people import make_children_and_young_people
from safeground.engine.assessment.chapters.definition_and_quality import make_definition_and_quality
from safeground.engine.assessment.chapters.deprivation import make_deprivation
from safeground.engine.assessment.chapters.evaluations import make_evaluation_pages, make_evaluations
from safeground.engine.assessment.chapters.first_page import make_first_page
from safeground.engine.assessment.chapters.goals import make_goals
from safeground.engine.assessment.chapters.hot_spots import make_hot_spots
from safeground.engine.assessment.chapters.level_and_trend import make_level_and_trend
from safeground.engine.assessment.chapters.method import make_method
from safeground.engine.assessment.chapters.patrols import make_patrols
from safeground.engine.assessment.chapters.priority_neighbourhoods import make_priority_neighbourhoods
from safeground.engine.assessment.chapters.public_summary import make_public_summary
from safeground.engine.assessment.chapters.repeats import make_repeats_chapter
from safeground.engine.assessment.chapters.risk_factors import make_risk_factors
from safeground.engine.assessment.chapters.signals import make_signals
from safeground.engine.assessment.chapters.sources_side_by_side import make_sources_side_by_side
from safeground.engine.assessment.chapters.strategy_figures import make_strategy_figures
from safeground.engine.assessment.chapters.the_country import make_the_country
from safeground.engine.assessment.chapters.unseen import make_unseen
from safeground.engine.assessment.chapters.voice import make_voice
from safeground.engine.assessment.chapters.when import make_when
from safeground.engine.assessment.chapters.where import make_where
from safeground.engine.assessment.chapters.where_it_happens import make_where_it_happens
from safeground.engine.assessment.chapters.who import make_who
from safeground.engine.assessment.chapters.wider_signs import make_wider_signs
from safeground.engine.assessment.evidence import Evidence
from safeground.engine.assessment.origins import trace_numbers
from safeground.engine.catalogue import ChapterOutline
from safeground.engine.documents import (
    Audience,
    Block,
    Chapter,
    Document,
    Marking,
    Notice,
    NoticeKind,
    Paragraph,
    format_day,
)
from safeground.months import month_end

MakeChapter: TypeAlias = Callable[[Evidence, ChapterOutline], tuple[Block, ...]]
_EVALUATIONS = "evaluations"

CHAPTERS: Mapping[str, MakeChapter] = MappingProxyType(
    {
        "public_summary": make_public_summary,
        "first_page": make_first_page,
        "aims": make_aims,
        "goals": make_goals,
        "definition_and_quality": make_definition_and_quality,
        "area_and_population": make_area_and_population,
        "level_and_trend": make_level_and_trend,
        "signals": make_signals,
        "where": make_where,
        "hot_spots": make_hot_spots,
        "who": make_who,
        "age_curve": make_age_curve_chapter,
        "repeats": make_repeats_chapter,
        "when": make_when,
        "where_it_happens": make_where_it_happens,
        "sources_side_by_side": make_sources_side_by_side,
        "unseen": make_unseen,
        "deprivation": make_deprivation,
        "risk_factors": make_risk_factors,
        "areas_like_this": make_areas_like_this,
        "the_country": make_the_country,
        "priority_neighbourhoods": make_priority_neighbourhoods,
        "patrols": make_patrols,
        _EVALUATIONS: make_evaluations,
        "strategy_figures": make_strategy_figures,
        "children_and_young_people": make_children_and_young_people,
        "wider_signs": make_wider_signs,
        "voice": make_voice,
        "method": make_method,
    }
)
"""Every chapter an outline may name. The outline decides which appear, for whom and in which order."""


def write_assessment(evidence: Evidence, audience: Audience, *, is_draft: bool = True) -> Document:
    """The whole assessment for an audience. A chapter whose feeds are missing keeps its place and says so.

    Raises ValueError where the outline names a chapter that nobody writes.
    """
    catalogue = evidence.catalogue
    chapters: list[Chapter] = []
    for outline in catalogue.outline.for_audience(audience):
        if outline.id not in CHAPTERS:
            raise ValueError(f"the outline has a chapter {outline.id!r}; there are {', '.join(sorted(CHAPTERS))}")
        chapters.append(_write_chapter(evidence, outline))
        if outline.id == _EVALUATIONS:
            chapters += make_evaluation_pages(evidence)
    return Document(
        title=f"{catalogue.outline.title}: {catalogue.partnership.area.name}",
        partnership=catalogue.partnership.title,
        marking=Marking(audience, is_draft, catalogue.partnership.handling.sentence(audience)),
        as_at=_last_day(evidence),
        chapters=tuple(chapters),
        origins=trace_numbers(evidence, chapters),
    )


def _write_chapter(evidence: Evidence, outline: ChapterOutline) -> Chapter:
    lacking = [feed for feed in outline.plan.needs if not evidence.is_usable(feed)]
    if lacking:
        titles = tuple(evidence.catalogue.feeds.contracts[feed].title for feed in lacking)
        blocks: tuple[Block, ...] = (
            Paragraph(outline.intro),
            Notice(NoticeKind.MISSING, outline.missing_sentence(titles)),
        )
    else:
        blocks = _say_what_would_be_fuller(evidence, outline, CHAPTERS[outline.id](evidence, outline))
    return Chapter(outline.id, outline.title, outline.plan.summary, blocks, part=outline.plan.part)


def _say_what_would_be_fuller(
    evidence: Evidence, outline: ChapterOutline, blocks: tuple[Block, ...]
) -> tuple[Block, ...]:
    """What is left out for want of a feed that the chapter uses, said behind its opening words, or where the chapter says it itself."""
    told = [block.markdown for block in blocks if isinstance(block, Notice)]
    said = tuple(
        Notice(NoticeKind.MISSING, sentence)
        for feed, sentence in outline.plan.uses.items()
        if not evidence.is_usable(feed) and not any(sentence in words for words in told)
    )
    return (*blocks[:1], *said, *blocks[1:])


def _last_day(evidence: Evidence) -> str:
    if not evidence.covered:
        return "no month received"
    return format_day(month_end(evidence.newest))
