"""What the library says of an approach, and what it warns of."""

from __future__ import annotations

import datetime
import json
import re

import pytest

from safeground.cli import main
from safeground.engine.catalogue import Approach, load_evidence
from safeground.engine.evaluation import Concern, EvaluationRefused, EvidenceList, find_approach, maryland_of, warn_of

APPROACHES = load_evidence()


def get(name: str) -> Approach:
    return find_approach(APPROACHES, name)


def test_every_approach_says_where_it_is_from_and_how_it_came_here() -> None:
    assert len(APPROACHES) >= 25
    for approach in APPROACHES:
        assert approach.source and approach.version_date <= datetime.date(2026, 12, 31)
        # What nobody has checked never looks like what was read.
        assert ("not yet checked" in approach.source) == (approach.status == "recalled"), approach.name
        for study in approach.studies:
            assert study.status != "recalled" or "not yet checked" in study.source.lower()


@pytest.mark.parametrize(
    ("name", "concern"),
    [
        ("prison_awareness", Concern.HARMFUL),
        ("boot_camps", Concern.UNPROVEN),
        ("knife_surrender", Concern.UNPROVEN),
        ("mentoring", Concern.WEAK),
        ("sharing_injury_data", Concern.WEAK),
    ],
)
def test_warnings(name: str, concern: Concern) -> None:
    found = warn_of(get(name))
    assert found.concern is concern
    assert found.stops == (concern is not Concern.WEAK)


def test_only_what_was_looked_up_and_is_well_founded_goes_without_a_warning() -> None:
    looked_up = get("mentoring").model_copy(update={"status": "read", "security": 4})
    assert warn_of(looked_up).concern is None
    assert warn_of(looked_up.model_copy(update={"security": 2})).concern is Concern.WEAK
    assert warn_of(looked_up.model_copy(update={"security": None})).concern is Concern.WEAK
    assert warn_of(looked_up.model_copy(update={"status": "recalled"})).concern is Concern.WEAK
    # A study that a partnership has read makes no difference to harm.
    assert (
        warn_of(get("prison_awareness").model_copy(update={"status": "read", "security": 5})).concern is Concern.HARMFUL
    )


def test_a_design_gives_its_place_on_the_maryland_scale() -> None:
    studies = {
        study.title.split(" (")[0].split(",")[0]: maryland_of(study) for study in get("hot_spots_policing").studies
    }
    assert studies["Operation Ark"] == 5
    assert studies["Merseyside since April 2024"] == 2
    assert studies["Braga and others"] is None
    unchecked = ["London bus stops", "Cumbria", "Perth"]  # nobody looked up how their groups were made
    assert [studies[name] for name in unchecked] == [1, 1, 1]


def test_what_the_handbook_says_of_southend_is_said_as_published() -> None:
    """The 88.5% is harm on patrol days against other days, and never told as a change."""
    ark = get("hot_spots_policing").studies[0]
    assert "88.5% lower on patrol days than on other days" in ark.result
    assert "no change over time" in (ark.warning or "")
    assert not re.search(r"\b(drop|fell|fall|reduc|cut)", ark.result)


def test_a_name_that_is_not_there_is_answered_with_the_nearest() -> None:
    with pytest.raises(EvaluationRefused, match="did you mean 'mentoring'"):
        get("mentorin")


def test_overdue_reviews_are_counted() -> None:
    assert "should have been looked at again" in EvidenceList(APPROACHES, datetime.date(2028, 1, 1)).lines()[-1]
    assert "looked at again" not in EvidenceList(APPROACHES, datetime.date(2026, 11, 22)).lines()[-1]


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evidence", "list"]) == 0
    assert "not yet checked at its source" in capsys.readouterr().out
    assert main(["evidence", "show", "hot_spots_policing", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["studies"][0]["maryland"] == 5
    assert main(["evidence", "show", "prison_awareness"]) == 0
    assert "On violence: harmful" in capsys.readouterr().out
    assert main(["evidence", "warn", "mentoring"]) == 0
    assert main(["evidence", "warn", "mentoring", "prison_awareness"]) == 1
    assert "Do not commission it" in capsys.readouterr().out
    assert main(["evidence", "show"]) == 2
    assert main(["evidence", "warn", "prison"]) == 1
