"""An author's words in a protocol: they ask and describe, claim nothing, and repeat no count that is withheld."""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from safeground.engine.assessment import check_protocol_words, check_words_withhold
from safeground.engine.catalogue import definitions_folder, load_catalogue
from safeground.engine.documents import Audience
from safeground.engine.evaluation import (
    Evaluation,
    EvaluationRefused,
    SeriesData,
    evaluate,
    find_withheld,
    read_protocol,
)
from safeground.engine.evaluation.checks import passed

CATALOGUE = load_catalogue("wrenshire")
RULE = CATALOGUE.disclosure.rule("police_confidential", Audience.PARTNERSHIP)
OPEN = CATALOGUE.disclosure.rule("open_data", Audience.PARTNERSHIP)
EXAMPLES = sorted((definitions_folder() / "national/examples").glob("*/protocol.yaml"))
AREAS = tuple(f"E0700000{number}" for number in range(10))
MONTHS = tuple(f"{2023 + at // 12}-{at % 12 + 1:02d}" for at in range(24))


def write(folder: Path, **changes: Any) -> Path:
    content = {
        "schema": 1, "name": "a_team", "title": "A team in three districts", "design": "difference_in_differences",
        "question": "Were there fewer thefts with a team than was to be expected?", "why_it_matters": "Thefts fell by half.",
        "counts": {"feed": "recorded_crime", "level": "district"}, "first": MONTHS[0], "last": MONTHS[-1],
        "what_was_done": "a team worked in three districts", "chosen_for_being_extreme": False,
        "treated": [{"areas": list(AREAS[:3]), "starts": "2024-01"}],
        "outcomes": [{"name": "theft", "title": "thefts from shops", "role": "primary", "definition": "essex_vv"}],
        "owner": "Analyst", "checked_by": "Another analyst", "review_by": datetime.date(2027, 1, 1),
    } | changes  # fmt: skip
    (folder / "protocol.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    return folder / "protocol.yaml"


def run(folder: Path, treated: int, **changes: Any) -> Evaluation:
    """Three districts of ten, with so many events in the time before in all, among districts with many."""
    counts = np.random.default_rng(2).poisson(30, (len(AREAS), len(MONTHS))).astype(float)
    counts[:3, :12] = 0
    counts[0, :treated] = 1
    data = SeriesData(
        AREAS, AREAS, MONTHS, np.ones(counts.shape, dtype=bool), "0" * 64, lambda: {"theft": counts}, frozenset({"theft"})
    )  # fmt: skip
    seal = passed("protocol_sealed", "Was it sealed?", "It was.")
    return evaluate(read_protocol(write(folder, **changes)), data, sha256="0" * 64, seal=seal)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_the_ready_examples_claim_nothing(path: Path) -> None:
    check_protocol_words(read_protocol(path))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"title": "Fewer thefts where the team worked"}, "title: .*“Fewer” is a claim"),
        ({"title": "How the team halved thefts"}, "“halved” is a claim"),
        ({"question": "Thefts fell in Harlow: did the team do it?"}, "“fell” is a claim"),
        ({"question": "Thefts have fallen in the three districts."}, "“fallen” is a claim"),
        ({"caveats": ["Thefts rose elsewhere."]}, "caveats: .*“rose” is a claim"),
        ({"caveats": ["It stayed much the same elsewhere."]}, "is a claim"),
        ({"what_was_done": "a team reduced thefts in Harlow"}, "“reduced” is a claim"),
        ({"caveats": ["There were 17 thefts before it."]}, "The number in “17 thefts” cannot be traced"),
        (
            {"caveats": ["Before it there were four known offences."]},
            "The number in “four known offences” cannot be traced",
        ),
        ({"left_out": [{"areas": ["E07000009"], "why": "it had 3 thefts in all"}]}, "left_out.why: .*“3 thefts”"),
    ],
)
def test_a_claim_and_a_number_of_nowhere_are_refused_before_an_outcome_is_read(
    tmp_path: Path, changes: dict[str, Any], says: str
) -> None:
    with pytest.raises(EvaluationRefused, match=says):
        check_protocol_words(read_protocol(write(tmp_path, **changes)))


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Did thefts fall where the team worked?"},
        {"question": "Among shops, were there fewer thefts; and did they come back?"},
        {"what_was_done": "opening hours of 14 shops were reduced for 6 weeks"},
        {"caveats": ["Thefts fell by 4% in the country [source: Office for National Statistics, year to June 2024]."]},
        {"caveats": ["We cannot tell whether thefts rose elsewhere."]},
        {"caveats": ["The team had 12 officers, and 3 districts are few."]},
        {"published": ["The press release says that thefts fell by 40%, from 50 thefts to 30."]},
    ],
)
def test_what_asks_describes_or_names_its_source_may_stand(tmp_path: Path, changes: dict[str, Any]) -> None:
    check_protocol_words(read_protocol(write(tmp_path, **changes)))


@pytest.mark.parametrize(
    ("changes", "typed"),
    [
        ({"caveats": ["Before it we saw 3 in all [source: our own list]."]}, "caveats says “3”"),
        ({"title": "A team where it was 3 before"}, "title says “3”"),
        ({"published": ["The newsletter spoke of three offences."]}, "published says “three offences”"),
        ({"what_was_done": "after 3 the team came"}, "what_was_done says “3”"),
    ],
)
def test_a_typed_number_that_a_withheld_count_has_is_refused(
    tmp_path: Path, changes: dict[str, Any], typed: str
) -> None:
    found = run(tmp_path, 3, **changes)
    assert 3 in find_withheld(found, RULE)
    with pytest.raises(EvaluationRefused, match=typed):
        check_words_withhold(found, RULE)
    check_words_withhold(found, OPEN)  # nothing is withheld there
    many = dataclasses.replace(run(tmp_path, 12, **changes), flow=dataclasses.replace(found.flow, steps=()))
    assert 3 not in find_withheld(dataclasses.replace(many, sections=()), RULE)


def test_numbers_of_the_design_are_nobodys_count(tmp_path: Path) -> None:
    words = "3 districts, 3 months of 3 officers, 3 to 4 visits a day, on 3 March 2024, ages 3 to 4, version 3"
    check_words_withhold(run(tmp_path, 3, caveats=[words]), RULE)
