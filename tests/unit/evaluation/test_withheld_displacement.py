"""Where few events withhold a displacement difference, neither its quotient nor a word or a title tells what was seen."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
import yaml

from safeground.engine.catalogue import load_catalogue
from safeground.engine.disclosure import Protected
from safeground.engine.documents import Audience, Figure, Paragraph, Table
from safeground.engine.evaluation import (
    Evaluation,
    SeriesData,
    evaluate,
    make_evaluation_chapter,
    read_protocol,
)
from safeground.engine.evaluation.checks import passed

CATALOGUE = load_catalogue("wrenshire")
RULE = CATALOGUE.disclosure.rule("police_confidential", Audience.PARTNERSHIP)
OPEN = CATALOGUE.disclosure.rule("open_data", Audience.PARTNERSHIP)
AREAS = tuple(f"E0700000{number}" for number in range(8))
MONTHS = tuple(f"{2023 + at // 12}-{at % 12 + 1:02d}" for at in range(24))


@pytest.fixture(scope="module")
def few_after(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    """36 events in the treated areas before and 3 after, with rings and controls of many."""
    folder = tmp_path_factory.mktemp("few")
    content = {
        "schema": 1, "name": "a_team", "title": "A team and the areas around", "design": "weighted_displacement",
        "question": "Were there fewer thefts with a team than was to be expected?", "why_it_matters": "A team costs money.",
        "counts": {"feed": "recorded_crime", "level": "district"}, "first": MONTHS[0], "last": MONTHS[-1],
        "what_was_done": "a team worked in two districts", "chosen_for_being_extreme": False,
        "treated": [{"areas": list(AREAS[:2]), "starts": "2024-01"}],
        "buffer": list(AREAS[2:4]), "control": list(AREAS[4:6]), "buffer_control": list(AREAS[6:]),
        "outcomes": [{"name": "theft", "title": "thefts", "role": "primary", "definition": "essex_vv"}],
        "owner": "Analyst", "checked_by": "Another analyst", "review_by": datetime.date(2027, 1, 1),
    }  # fmt: skip
    (folder / "protocol.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    counts = np.full((len(AREAS), len(MONTHS)), 20.0)
    counts[:2, :12], counts[:2, 12:] = 1.5, 0.0
    counts[0, [13, 16, 19]] = 1.0
    data = SeriesData(
        AREAS, AREAS, MONTHS, np.ones(counts.shape, dtype=bool), "0" * 64, lambda: {"theft": counts}, frozenset({"theft"})
    )  # fmt: skip
    seal = passed("protocol_sealed", "Was it sealed?", "It was.")
    return evaluate(read_protocol(folder / "protocol.yaml"), data, sha256="0" * 64, seal=seal)


def test_the_quotient_goes_with_the_smallest_of_its_eight_counts(few_after: Evaluation) -> None:
    def tell(open_to_all: bool) -> tuple[list[Protected], str, set[str]]:
        page = make_evaluation_chapter(few_after, rule=OPEN if open_to_all else RULE, area=("E23", "Wrenshire"))
        tables = [block.table if isinstance(block, Figure) else block for block in page.blocks]
        quotient = next(each for each in tables if isinstance(each, Table) and each.id == "a_team_quotient")
        words = " ".join(block.markdown for block in page.blocks if isinstance(block, Paragraph))
        titles = {block.title for block in page.blocks if isinstance(block, Figure)}
        return [cell for row in quotient.rows for cell in row if isinstance(cell, Protected)], words, titles

    numbers, words, titles = tell(open_to_all=True)
    assert all(number.is_published for number in numbers) and "By the counts alone the ring" in words
    assert "Too few events for anything to be told here" not in titles
    numbers, words, titles = tell(open_to_all=False)
    assert numbers and not any(number.is_published for number in numbers), (
        "seven counts and the net effect make the eighth"
    )
    assert "By the counts alone" not in words and "What was seen is not told" in words
    assert "Too few events for anything to be told here" in titles
