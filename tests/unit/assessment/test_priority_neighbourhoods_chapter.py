"""Priority neighbourhoods: chosen by no police record, named to nobody who should not have them, and never surer than they are."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
import pytest
from partners_county import OPEN, PartnersCounty, find_finding, find_table, land_county, say

from safeground.engine.assessment.chapters.priority_neighbourhoods.choice import Choice, make_choice
from safeground.engine.disclosure import Protected
from safeground.engine.documents import Audience, Chapter, Figure, Table
from safeground.engine.measures import read_ethnic_groups
from safeground.engine.places import compare_choices, fairness, make_fairness_sheet

ID = "priority_neighbourhoods"


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PartnersCounty]:
    with land_county(
        tmp_path_factory.mktemp("priority"),
        [],
        months=3,
        small_areas=200,
        open_files=(*OPEN, "imd", "boundaries", "ethnicity"),
    ) as landed:
        yield landed


@pytest.fixture(scope="module")
def chapter(county: PartnersCounty) -> Chapter:
    return county.chapter(ID)


@pytest.fixture(scope="module")
def choice(county: PartnersCounty) -> Choice:
    return make_choice(county.evidence(Audience.PARTNERSHIP))


def test_a_twentieth_is_chosen_and_probabilities_add_up_to_it(choice: Choice) -> None:
    found = choice.found
    assert found.number == round(0.05 * len(found.areas)) == int(found.chosen.sum())
    assert found.membership.probability.sum() == pytest.approx(found.number)
    assert found.membership.probability[found.in_band("always")].min() >= found.plan.bands.always
    assert set(found.bands) <= {"always", "likely", "borderline", "not"}


def test_how_far_chance_is_known_is_said_first_and_nothing_is_certain(chapter: Chapter, choice: Choice) -> None:
    found = choice.found
    assert found.counted == 3 < len(found.factors)
    assert f"is known of 3 of the {len(found.factors)}; the others stand as published" in say(chapter.blocks)
    told = [choice.protect_chance(area).value or 0 for area in range(len(found.areas))]
    assert max(told) <= 99.9 < 100 * found.membership.probability.max() and min(told) >= 0.1


def test_each_share_of_the_score_is_told_and_they_make_the_whole(choice: Choice, chapter: Chapter) -> None:
    rows = find_table(chapter, "priority_risk_factors").rows
    assert sum(int(str(row[2]).rstrip("%")) for row in rows) == pytest.approx(100, abs=4)
    assert np.allclose(np.nansum(choice.found.contributions, axis=1), choice.found.scores)


def test_no_police_record_takes_part(choice: Choice) -> None:
    police = {"recorded_crime", "police_uk_street", "police_uk_outcomes", "knife_offences"}
    assert not police & {factor.indicator.feed for factor in choice.found.factors}
    assert {each.measure for each in choice.found.outcomes} == {"violence_rate", "robbery_rate"}


def test_the_list_gives_reasons_and_does_not_rank_within_a_band(chapter: Chapter, choice: Choice) -> None:
    rows = find_table(chapter, "priority_list").rows
    bands = ["always", "likely", "borderline"]
    order = [bands.index(str(row[3])) for row in rows]
    assert order == sorted(order) and len(rows) > 5
    always = [str(row[0]) for row in rows if row[3] == "always"]
    assert always == [choice.name(area) for area in choice.in_order("always")]
    assert all("%" in str(row[1]) or "none" in str(row[1]) for row in rows)
    chances = [row[2] for row in rows]
    assert all(isinstance(chance, Protected) and 0 < (chance.value or 0) < 100 for chance in chances)
    violence = rows[0][4]
    assert isinstance(violence, Protected) and violence.lower is not None


def test_the_police_are_told_what_partners_are(county: PartnersCounty, chapter: Chapter) -> None:
    theirs = county.chapter(ID, Audience.POLICE)
    assert find_table(theirs, "priority_list").rows == find_table(chapter, "priority_list").rows
    assert "no list of suspects" in say(theirs.blocks)


def test_the_public_is_told_how_many_and_who_but_no_name(county: PartnersCounty, choice: Choice) -> None:
    public = county.chapter(ID, Audience.PUBLIC)
    assert find_finding(public, f"{ID}.residents").estimate.is_published
    names = {choice.name(area) for area in range(len(choice.found.areas))} | set(choice.found.areas)
    told = [say(public.blocks)]
    for block in public.blocks:
        assert not isinstance(block, Figure)
        if isinstance(block, Table):
            assert len(block.rows) < 30
            told += [str(cell) for row in block.rows for cell in row]
    assert not any(name in text for name in names for text in told)
    assert "is not published" in say(public.blocks)


def test_a_named_list_cannot_enter_a_public_document(chapter: Chapter) -> None:
    named = [b for b in chapter.blocks if isinstance(b, Figure | Table) and "area" in _keys(b)]
    assert {block.id for block in named} == {"priority_map", "priority_reasons", "priority_list"}
    for block in named:
        assert Audience.PUBLIC not in block.readers
        if isinstance(block, Figure):
            assert Audience.PUBLIC not in block.table.readers


def _keys(block: Figure | Table) -> set[str]:
    table = block.table if isinstance(block, Figure) else block
    return {column.key for column in table.columns}


def test_double_counting_and_other_ways_are_said(chapter: Chapter, choice: Choice) -> None:
    said = say(chapter.blocks)
    assert "unrelated ones would" in said and "stay in all of them" in said
    assert 1 <= choice.found.effective_number <= len(choice.found.factors)
    rows = find_table(chapter, "priority_other_choices").rows
    assert any("2019" in str(row[0]) for row in rows) and any(str(row[0]).startswith("Without") for row in rows)
    assert all(0 <= int(str(row[1])) <= choice.found.number for row in rows)


def test_what_is_left_out_is_said_with_why(chapter: Chapter) -> None:
    said = say(chapter.blocks)
    assert "the crime domain" in said and "prescribing for mental health: it has not landed" in said


def test_without_its_data_the_chapter_says_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    with land_county(tmp_path_factory.mktemp("bare"), [], months=1, open_files=("lookups", "police_uk")) as bare:
        assert "cannot be chosen until these data are landed" in say(bare.chapter(ID).blocks)


def test_a_fairness_sheet_counts_people_once_and_shares_of_areas_as_shares(county: PartnersCounty) -> None:
    codes = county.measures.areas("lsoa21")
    whole = make_fairness_sheet(county.measures, dict.fromkeys(codes, 1.0))
    assert whole.residents == pytest.approx(whole.residents_of_county)
    assert all(row.ratio == pytest.approx(1.0) or row.people == 0 for row in whole.rows)
    half = make_fairness_sheet(county.measures, {codes[0]: 0.5})
    full = make_fairness_sheet(county.measures, {codes[0]: 1.0})
    assert half.residents == pytest.approx(full.residents / 2)
    ages = [row for row in full.rows if row.kind == "Age"]
    assert sum(row.people for row in ages) == pytest.approx(full.residents)
    assert not full.lacking
    with pytest.raises(ValueError, match="no small area of ours"):
        make_fairness_sheet(county.measures, {"E01999999": 1.0})
    with pytest.raises(ValueError, match="between 0 and 1"):
        make_fairness_sheet(county.measures, {codes[0]: 1.5})


def _groups(county: PartnersCounty) -> dict[str, dict[str, float]]:
    """Of each small area its residents by ethnic group, straight from the figures as they landed."""
    figures = county.warehouse.table("figures")
    found: dict[str, dict[str, float]] = {}
    for row in figures.filter(figures.feed == "ethnicity").to_pyarrow().to_pylist():
        found.setdefault(row["area_code"], {})[row["category"]] = row["value"]
    return found


def test_ethnic_groups_of_a_choice_are_those_a_hand_would_count(county: PartnersCounty) -> None:
    groups = _groups(county)
    codes = county.measures.areas("lsoa21")
    assert set(codes) < set(groups), "the neighbouring forces are counted too, and must not be here"
    sheet = make_fairness_sheet(county.measures, {codes[3]: 1.0, codes[8]: 0.25})
    rows = {row.group: row for row in sheet.rows if row.kind == "Ethnic group"}
    assert list(rows)[-1] == "Other ethnic group" and set(rows) == set(groups[codes[3]])
    everyone = sum(sum(groups[code].values()) for code in codes)
    chosen = sum(groups[codes[3]].values()) + sum(groups[codes[8]].values()) / 4
    for group, row in rows.items():
        here, there = groups[codes[3]][group] + groups[codes[8]][group] / 4, sum(groups[code][group] for code in codes)
        assert (row.people, row.people_in_county) == pytest.approx((here, there)) and row.feed == "ethnicity"
        assert (row.share, row.share_of_county) == pytest.approx((here / chosen, there / everyone))
        assert row.ratio == pytest.approx(here / chosen / (there / everyone))
    assert "changes small counts slightly" in " ".join(sheet.notes)


def test_a_group_that_is_not_counted_somewhere_is_not_none_there(
    county: PartnersCounty, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = county.measures.areas("lsoa21")
    row_of = {code: row for row, code in enumerate(county.measures.locator.hierarchy.codes)}
    counted = read_ethnic_groups(county.measures)
    people = counted.people.copy()
    people[row_of[codes[0]], 1] = np.nan
    monkeypatch.setattr(fairness, "read_ethnic_groups", lambda measures: dataclasses.replace(counted, people=people))
    some = make_fairness_sheet(county.measures, {codes[0]: 1.0, codes[1]: 1.0})
    rows = [row for row in some.rows if row.kind == "Ethnic group"]
    assert [row.people for row in rows] == list(_groups(county)[codes[1]].values())
    assert f"{len(codes) - 1:,} of {len(codes):,} neighbourhoods" in some.lacking["ethnicity"]
    none = make_fairness_sheet(county.measures, {codes[0]: 1.0})
    assert (
        not [row for row in none.rows if row.kind == "Ethnic group"] and "in none of these" in none.lacking["ethnicity"]
    )


def test_the_public_is_told_ethnic_groups_of_all_the_neighbourhoods_together(
    county: PartnersCounty, choice: Choice
) -> None:
    public = county.chapter(ID, Audience.PUBLIC)
    table = find_table(public, "priority_residents")
    kind = "Ethnic group: "
    told = {str(row[0]).removeprefix(kind): row[1] for row in table.rows if str(row[0]).startswith(kind)}
    groups = _groups(county)
    chosen = [code for code, yes in zip(choice.found.areas, choice.found.chosen.tolist(), strict=True) if yes]
    assert len(chosen) > 5
    for group, people in told.items():
        assert isinstance(people, Protected) and people.value == sum(groups[code][group] for code in chosen)
    assert len(told) == 5 and "changes small counts slightly" in " ".join(table.notes)
    others = [b for b in public.blocks if isinstance(b, Table) and b.id != table.id]
    assert not any(group in str(row) for block in others for row in block.rows for group in told)


def test_without_ethnic_groups_the_chapter_says_so_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    with land_county(tmp_path_factory.mktemp("uncounted"), [], months=1, open_files=(*OPEN, "imd")) as landed:
        codes = landed.measures.areas("lsoa21")
        assert "thnic" in make_fairness_sheet(landed.measures, {codes[0]: 1.0}).lacking["ethnicity"]
        said = say(landed.chapter(ID, Audience.PUBLIC).blocks)
        assert said.count("thnic") == 1 and "by age and deprivation alone" in said


def test_two_choices_are_compared_by_place() -> None:
    found = compare_choices(["a", "b", "c"], ["b", "c", "d"])
    assert (found.both, found.first_alone, found.second_alone) == (2, 1, 1)
    assert found.share_kept == pytest.approx(2 / 3)
