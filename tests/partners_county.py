"""A small made-up county whose partners' files are landed, and the chapters that are written from it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sharing import make_keys

from safeground.engine.assessment import Evidence, write_assessment
from safeground.engine.catalogue import Catalogue, load_agreements, load_catalogue
from safeground.engine.documents import Audience, Block, Chapter, Figure, Finding, Notice, Paragraph, Table
from safeground.engine.feeds import check_deliveries, get_live_deliveries, land_files
from safeground.engine.measures import Measures, open_measures
from safeground.engine.warehouse import Warehouse, conform_deliveries, open_warehouse
from safeground.engine.workspace import init_workspace
from safeground.synthetic import make_county, write_county, write_partner_files
from safeground.synthetic.partner_files import TRUTH_FILE

OPEN = ("lookups", "population", "police_uk")


@dataclass(frozen=True)
class PartnersCounty:
    """What landed, and the truth behind it."""

    warehouse: Warehouse
    catalogue: Catalogue
    measures: Measures
    truth: dict[str, Any]

    def evidence(self, audience: Audience) -> Evidence:
        return Evidence(self.measures, self.warehouse, self.catalogue, (), (), audience, 7)

    def chapter(self, chapter_id: str, audience: Audience = Audience.PARTNERSHIP) -> Chapter:
        """A chapter as its readers get it; KeyError where they get none."""
        document = write_assessment(self.evidence(audience), audience)
        return {chapter.id: chapter for chapter in document.chapters}[chapter_id]


@contextlib.contextmanager
def land_county(
    folder: Path, feeds: Sequence[str], *, months: int = 14, small_areas: int = 120, open_files: Sequence[str] = OPEN
) -> Iterator[PartnersCounty]:
    """Land the open files and these feeds of a made-up county through the production path. Nothing may be refused."""
    county = make_county(seed=2024, small_areas=small_areas, months=months, last_month="2025-06")
    write_county(county, folder / "open")
    files = [path for part in open_files for path in sorted((folder / "open" / part).rglob("*.*"))]
    sent = write_partner_files(county, folder / "sent")
    files += [path for path in sent if path.relative_to(folder / "sent").parts[0] in feeds]
    catalogue = load_catalogue("wrenshire")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAFEGROUND_KEYS", str(make_keys(folder / "keys")))
        workspace = init_workspace(folder / "workspace", partnership="wrenshire")
        landing = land_files(workspace, catalogue.feeds, files, agreements=load_agreements("wrenshire"))
    assert [refusal.sentence for refusal in landing.refused] == []
    live = get_live_deliveries(workspace)
    conform_deliveries(workspace, catalogue.feeds, live, check_deliveries(workspace, catalogue.feeds, live))
    with open_warehouse(workspace) as warehouse:
        truth = json.loads((folder / "sent" / TRUTH_FILE).read_text(encoding="utf-8"))
        yield PartnersCounty(warehouse, catalogue, open_measures(warehouse, catalogue), truth)


def find_table(chapter: Chapter, table_id: str) -> Table:
    """A table of a chapter, beside a figure or alone. KeyError where there is none."""
    tables = {block.id: block for block in chapter.blocks if isinstance(block, Table)}
    tables |= {block.table.id: block.table for block in chapter.blocks if isinstance(block, Figure)}
    return tables[table_id]


def find_finding(chapter: Chapter, finding_id: str) -> Finding:
    """A finding of a chapter. KeyError where there is none."""
    return {block.id: block for block in chapter.blocks if isinstance(block, Finding)}[finding_id]


def say(blocks: Sequence[Block]) -> str:
    """All prose of a page: paragraphs, notices and findings."""
    said = [
        b.markdown if isinstance(b, Paragraph | Notice) else b.sentence
        for b in blocks
        if isinstance(b, Paragraph | Notice | Finding)
    ]
    return "\n".join(said)
