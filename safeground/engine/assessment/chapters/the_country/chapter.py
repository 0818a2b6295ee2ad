"""The chapter: hospital admissions of our region and the others, and recorded crime of our force, its region and the country."""

from __future__ import annotations

from safeground.engine.assessment.chapters.the_country.admissions import TABULATED, make_admissions, read_admissions
from safeground.engine.assessment.chapters.the_country.forces import TABLES, make_forces, read_forces
from safeground.engine.assessment.evidence import Evidence
from safeground.engine.catalogue import ChapterOutline
from safeground.engine.documents import Block, Heading, Notice, NoticeKind, Paragraph


def make_the_country(evidence: Evidence, outline: ChapterOutline) -> tuple[Block, ...]:
    notes = outline.plan.notes
    region = evidence.catalogue.partnership.region
    blocks: list[Block] = [Paragraph(outline.intro)]
    if region is None:
        return (*blocks, Notice(NoticeKind.MISSING, notes["no_region"]))
    if evidence.is_usable(TABULATED):
        blocks += [Heading("Admissions for assault with a sharp object"), Paragraph(notes["admissions"])]
        found = read_admissions(evidence, region)
        blocks += (
            make_admissions(evidence, found)
            if found is not None
            else [Notice(NoticeKind.MISSING, notes["no_admissions"])]
        )
    if evidence.is_usable(TABLES):
        blocks += [Heading("Crime that forces recorded"), Paragraph(notes["forces"])]
        forces = read_forces(evidence, region)
        blocks += (
            make_forces(evidence, forces) if forces is not None else [Notice(NoticeKind.MISSING, notes["no_forces"])]
        )
    return tuple(blocks)
