"""The chapter: districts, wards and neighbourhoods beside those that are most like them, in our force's area and its neighbours'."""

from __future__ import annotations

from safeground.engine.assessment.chapters.areas_like_this.peers import find_peers
from safeground.engine.assessment.chapters.areas_like_this.telling import (
    make_district_figure,
    make_findings,
    make_peer_table,
    say_districts,
    say_groups,
    say_small,
)
from safeground.engine.assessment.evidence import DISTRICT, SMALL_AREA, WARD, Evidence
from safeground.engine.assessment.headline import VIOLENCE
from safeground.engine.catalogue import ChapterOutline
from safeground.engine.documents import Block, Heading, Notice, NoticeKind, Paragraph


def make_areas_like_this(evidence: Evidence, outline: ChapterOutline) -> tuple[Block, ...]:
    notes = outline.plan.notes
    blocks: list[Block] = [Paragraph(outline.intro)]
    with_neighbours = evidence.measures.compare_with_neighbours(VIOLENCE)
    if with_neighbours is None:
        return (*blocks, Notice(NoticeKind.MISSING, notes["no_neighbours"]))
    period = with_neighbours.period
    districts = find_peers(evidence, DISTRICT, period)
    if districts is None:
        return (*blocks, Notice(NoticeKind.MISSING, notes["nothing_known"]))
    blocks += [
        Notice(NoticeKind.WARNING, notes["forces"]),
        Heading("Districts"),
        Paragraph(say_districts(districts)),
        *make_findings(evidence, districts),
        make_district_figure(evidence, districts),
        Heading("How the groups are chosen"),
        Paragraph(notes["method_by_density" if "density" in districts.described_by else "method"]),
        Paragraph(say_groups(districts)),
    ]
    for level, title in ((WARD, "Wards"), (SMALL_AREA, "Neighbourhoods")):
        peers = find_peers(evidence, level, period)
        if peers is not None:
            blocks += [Heading(title), Paragraph(say_small(peers)), make_peer_table(evidence, peers, rows_shown=12)]
    return (*blocks, Paragraph(notes["not_a_league"]))
