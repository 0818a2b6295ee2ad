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


PUBLISHED = [
    ("hot_spots_policing", "Operation Ark", "read", "720 place-days", "88.5%"),
    ("hot_spots_policing", "Operation Rowan", "read", "21 small areas, 90 days, 7 of 21", "44% lower"),
    ("hot_spots_policing", "Thames Valley whole-force", "read", "34 hot spots in 67 patrol areas", "No result"),
    ("hot_spots_policing", "Thames Valley, choosing", "read", "145,000 hexagons and 59,000 incidents", "no effect"),
    ("hot_spots_policing", "South Yorkshire", "reported", "60 places, 30 patrolled each day", "less than 2% of places"),
    ("hot_spots_policing", "West Midlands", "read", "150 m radius with a ring of 100 m", "no effect"),
    ("hot_spots_policing", "Merseyside, sweet", "read", "5 matched pairs of places, 12 nights", "£2,380 against £3,977"),
    ("hot_spots_policing", "Merseyside since", "reported", "25 places with patrols of 30 minutes", "48.6% lower than before"),
    ("hot_spots_policing", "London bus stops", "read", "102 bus stops", "25% more"),
    ("hot_spots_policing", "Cumbria", "read", "Three ways of briefing", "attend more"),
    ("hot_spots_policing", "Perth", "reported", "every three to four days", "Less harm"),
    ("hot_spots_policing", "Braga", "reported", "78 tests", "more often than it suffers"),
    ("hot_spots_policing", "Home Office evaluation of Grip", "read", "18 and 2 forces", "could not be read"),
    ("violence_reduction_units", "National evaluation, year to March 2020", "recalled", "set up", "no effect"),
    ("violence_reduction_units", "National evaluation, year to March 2021", "reported", "unit", "49,000 .* £385 million"),
    ("violence_reduction_units", "National evaluation, year to March 2022", "read", "unit", "136,000 .*243 in 100,000"),
    ("violence_reduction_units", "Value for money, third year", "reported", "units", "£4.10 for each £1"),
    ("violence_reduction_units", "National evaluation, year to March 2023", "read", "synthetic control", "3,220 admissions"),
    ("violence_reduction_units", "National evaluation, year to March 2024", "read", "ethnography", "p = 0.06.*10.39 .*p = 0.08"),
    ("violence_reduction_units", "Serious Violence Fund", "read", "April 2013 to December 2022, six outcomes", "admissions for any"),
    ("sharing_injury_data", "Florence and others 2011", "read", "33 months of development and 51 of sharing", "0.58 .*0.49 to 0.69"),
    ("sharing_injury_data", "Florence and others 2014", "read", "pounds of 2003", "£82 .*14.8"),
    ("public_health_scotland", "Emergency admissions", "read", "All of Scotland", "55% lower.*317,000 to 172,000.*37%.*22%"),
    ("public_health_scotland", "Attempted murder", "read", "All of Scotland", "6,472 to 4,189.*89%"),
    ("public_health_scotland", "Admissions with a sharp object", "reported", "All of Scotland", "64% lower, to 517"),
    ("public_health_scotland", "Homicide", "reported", "All of Scotland", "35% lower"),
    ("public_health_scotland", "Weapon handling", "reported", "Scotland", "65% lower"),
    ("public_health_scotland", "Community Initiative", "recalled", "engaged", "mixed"),
]  # fmt: skip
"""The studies of the handbook (4.2, 5.1 to 5.3), whether their source was read, and what stands there."""


@pytest.mark.parametrize(
    ("approach", "title", "status", "what", "result"), PUBLISHED, ids=[row[1] for row in PUBLISHED]
)
def test_each_study_says_what_was_published_and_how_it_came_here(
    approach: str, title: str, status: str, what: str, result: str
) -> None:
    [study] = [each for each in get(approach).studies if each.title.startswith(title)]
    assert study.status == status
    assert what in study.what and re.search(result, study.result)
    assert study.source


def test_the_list_of_published_studies_is_whole() -> None:
    for approach in {row[0] for row in PUBLISHED}:
        assert len(get(approach).studies) == sum(row[0] == approach for row in PUBLISHED)


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
