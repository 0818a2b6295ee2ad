"""The chapter of what people say, from the made-up county's sessions: what each reader is told, and what nobody is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from partners_county import PartnersCounty, find_finding, find_table, land_county, say

from safeground.engine.disclosure import State
from safeground.engine.documents import Audience, Chapter, Figure, Table

pytestmark = pytest.mark.slow

EVERYONE = (Audience.POLICE, Audience.PARTNERSHIP, Audience.PUBLIC)


@pytest.fixture(scope="module")
def county(tmp_path_factory) -> Iterator[PartnersCounty]:
    with land_county(tmp_path_factory.mktemp("voice"), ["engagement"]) as landed:
        yield landed


@pytest.fixture(scope="module")
def pages(county) -> dict[Audience, Chapter]:
    return {audience: county.chapter("voice", audience) for audience in EVERYONE}


def of_year(county: PartnersCounty, what: str) -> Counter[str]:
    """What is true of the twelve months to June 2025."""
    counted = Counter[str]()
    for month, numbers in county.truth["engagement"]["by_month"].items():
        if month >= "2024-07":
            counted.update(numbers[what])
    return counted


def test_who_was_heard_is_what_was_planted(county, pages):
    told = {row[0]: row[1] for row in find_table(pages[Audience.PARTNERSHIP], "voice_groups").rows}
    true = of_year(county, "people_by_group")
    assert {*told} == {*true}
    assert all(cell.value == true[group] for group, cell in told.items() if cell.state is State.PUBLISHED)
    assert find_finding(pages[Audience.PARTNERSHIP], "voice.people.latest").estimate.value == true.total()


def test_the_theme_of_most_sessions_is_named_with_both_numbers(county, pages):
    themes = of_year(county, "themes")
    most = max(themes.values())
    sentence = find_finding(pages[Audience.PARTNERSHIP], "voice.theme.most").sentence
    assert all(theme.lower() in sentence.lower() for theme, number in themes.items() if number == most)
    assert f"came up in {most} of 36 sessions" in sentence


def test_who_was_not_heard_is_told_with_how_many_live_there(county, pages):
    (missing,) = county.truth["engagement"]["districts_not_heard"]
    name = county.evidence(Audience.PARTNERSHIP).district_names[missing]
    said = say(pages[Audience.PARTNERSHIP].blocks)
    assert f"No session is known to have heard people of {name}, where " in said
    assert "disabled people" in said and "night-time workers and businesses" in said
    rows = {row[0]: row for row in find_table(pages[Audience.PARTNERSHIP], "voice_districts").rows}
    assert rows[name][1].value == 0 and rows[name][3].value > 0


def test_the_police_are_told_of_no_district(pages):
    with pytest.raises(KeyError):
        find_table(pages[Audience.POLICE], "voice_districts")


@pytest.mark.parametrize(("audience", "smallest"), [(Audience.PARTNERSHIP, 5), (Audience.PUBLIC, 10)])
def test_no_number_of_so_few_people_is_told(audience, smallest, pages):
    told = [
        row[1].value
        for name in ("voice_groups", "voice_ages", "voice_districts")
        for row in find_table(pages[audience], name).rows
        if row[1].is_published
    ]
    assert told and min(number for number in told if number) >= smallest


def test_what_so_few_people_said_is_told_nobody(county):
    """Of words, only those of sessions that may be told; a smaller session's are on no page."""
    from safeground.engine.assessment.chapters.voice.telling import Told
    from safeground.engine.measures import read_engagement

    found = read_engagement(county.warehouse)
    public = Told(county.evidence(Audience.PUBLIC), found)
    kept = [raised for raised in found.raised if public.may_tell_words_of(raised.session)]
    assert 0 < len(kept) < len(found.raised)
    assert min(raised.session.people for raised in kept) == 10


def test_words_are_told_with_group_and_theme_alone(pages):
    for page in pages.values():
        table = find_table(page, "voice_words")
        assert [column.key for column in table.columns] == ["words", "who", "theme"] and table.rows


def test_nothing_is_told_as_a_share_of_the_county(pages):
    for page in pages.values():
        assert "%" not in say(page.blocks)
        tables = [
            block.table if isinstance(block, Figure) else block
            for block in page.blocks
            if isinstance(block, Figure | Table)
        ]
        units = {cell.unit for table in tables for row in table.rows for cell in row if not isinstance(cell, str)}
        assert units == {"people", "sessions", "residents"}
