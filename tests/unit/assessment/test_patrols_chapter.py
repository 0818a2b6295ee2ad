"""The chapter on patrol trials tells what was done of the schedule, to the police and the partnership alone, and no effect."""

from __future__ import annotations

import dataclasses

import pytest
from partners_county import find_finding, find_table, land_county, say

from safeground.engine.assessment import Tested
from safeground.engine.assessment.chapters.patrols import make_patrols
from safeground.engine.documents import Audience, Chapter, Notice, NoticeKind


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    with land_county(tmp_path_factory.mktemp("patrols"), ["patrol_visits"], months=4, small_areas=40) as landed:
        yield landed


@pytest.fixture(scope="module")
def chapter(county):
    return county.chapter("patrols")


def test_the_planted_dose_is_told(county, chapter):
    truth = county.truth["patrol_visits"]
    kept = find_finding(chapter, "patrols.wrenshire_patrols.kept").estimate
    assert kept.value == pytest.approx(100 * truth["treated_and_visited"] / truth["treated"])
    others = find_finding(chapter, "patrols.wrenshire_patrols.other_days").estimate
    assert others.value == pytest.approx(100 * truth["others_visited"] / (truth["place_days"] - truth["treated"]))
    assert kept.lower < kept.value < kept.upper
    table = find_table(chapter, "patrols_wrenshire_patrols")
    assert [row[1].value for row in table.rows] == [truth["treated"], truth["place_days"] - truth["treated"]]
    assert [row[2].value for row in table.rows] == [truth["treated_and_visited"], truth["others_visited"]]
    assert table.rows[0][3].value > 10 > table.rows[1][3].value


def test_visits_without_an_end_are_told_and_no_effect_is(county, chapter):
    said = say(chapter.blocks)
    assert f"{county.truth['patrol_visits']['without_end']} visits came without an end" in said
    assert any(isinstance(block, Notice) and block.kind is NoticeKind.WARNING for block in chapter.blocks)
    assert not {"fewer crimes", "reduction", "fell"} & set(said.lower().split())


def test_a_day_begins_when_the_trial_says_or_else_as_is_usual_in_the_partnership(county, chapter):
    """Visits at night belong to the night before: with days from midnight or from noon others were kept."""
    assert "Days begin at 06:00, as is usual here" in " ".join(find_table(chapter, "patrols_wrenshire_patrols").notes)
    usual = find_finding(chapter, "patrols.wrenshire_patrols.kept").estimate.value
    evidence = county.evidence(Audience.PARTNERSHIP)
    designed = dataclasses.replace(evidence, tested=Tested(day_starts={"wrenshire_patrols": "22:00"}))
    told = Chapter(
        "patrols", "Patrols", "What was done.", make_patrols(designed, county.catalogue.outline.chapter("patrols"))
    )
    assert "Days begin at 22:00, as the trial's design says" in " ".join(
        find_table(told, "patrols_wrenshire_patrols").notes
    )
    assert find_finding(told, "patrols.wrenshire_patrols.kept").estimate.value < usual
    assert designed.tested.fingerprint != evidence.tested.fingerprint  # so that an edition is another one


def test_the_public_has_no_such_chapter(county):
    assert county.chapter("patrols", Audience.POLICE)
    with pytest.raises(KeyError):
        county.chapter("patrols", Audience.PUBLIC)
