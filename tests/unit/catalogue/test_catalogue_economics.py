"""A partnership's own tables of costs and approaches, laid over the nation's; and what ships of each."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pytest
import yaml

from safeground.engine.catalogue import (
    DefinitionsError,
    definitions_folder,
    load_catalogue,
    load_economics,
    load_evidence,
    overdue_reviews,
    partnership_names,
)
from safeground.engine.evaluation import EvidenceCard, price_ratio

NATIONAL = definitions_folder() / "national"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A partnership's own folder, which holds no table of its own yet."""
    folder = tmp_path / "ours"
    shutil.copytree(definitions_folder() / "local" / "wrenshire", folder)
    return folder


@pytest.mark.parametrize("partnership", partnership_names())
def test_every_table_that_ships_is_read(partnership: str) -> None:
    economics = load_economics(partnership)
    assert {path.stem for path in (NATIONAL / "economics").glob("*.yaml")} == {
        "unit_costs", "discounting", "optimism_bias", "deflators",
    }  # fmt: skip
    assert {path.stem for path in (NATIONAL / "evidence").glob("*.yaml")} == {
        each.name for each in load_evidence(partnership)
    }
    # What nobody here has read is not held, and never a nought.
    assert economics.deflators.index == {} and economics.deflators.not_held
    assert all(multiplier.value is None for multiplier in economics.unit_costs.multipliers)
    assert {cost.name for cost in economics.unit_costs.costs if cost.value is None} == {
        "knife_crime", "violence_admission", "emergency_attendance", "school_exclusion",
    }  # fmt: skip


def test_the_home_office_figures_are_those_of_the_handbook() -> None:
    told = {cost.name: cost.value for cost in load_economics("essex").unit_costs.costs if cost.value is not None}
    assert told == {
        "homicide": 3_217_740, "violence_with_injury": 14_050, "violence_without_injury": 5_930, "rape": 39_360,
        "other_sexual_offence": 6_520, "robbery": 11_320, "arson": 8_420, "criminal_damage": 1_350, "vehicle_theft": 10_290,
        "theft_from_vehicle": 870, "domestic_burglary": 5_930, "theft_from_person": 1_380,
    }  # fmt: skip


def test_the_parts_of_a_cost_make_the_whole_by_whom_it_falls_on() -> None:
    homicide = load_economics("essex").unit_costs.get("homicide")
    shares = homicide.shares()
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["fiscal"] * 3_217_740 == pytest.approx(812_940)
    assert load_economics("essex").unit_costs.get("arson").shares() == {"mixed": 1.0}


def test_a_partnership_that_holds_deflators_is_read_with_its_own(own: Path) -> None:
    content = yaml.safe_load((NATIONAL / "economics" / "deflators.yaml").read_text(encoding="utf-8"))
    del content["not_held"]
    (own / "economics").mkdir()
    content["vintage"] = "30 September 2026"
    written = yaml.safe_dump({**content, "title": "made-up", "index": {"2015-16": 80.0, "2024-25": 100.0}})
    (own / "economics" / "deflators.yaml").write_text(written, encoding="utf-8")
    economics = load_economics(own)
    assert economics.deflators.title == "made-up"
    assert economics.unit_costs == load_economics("wrenshire").unit_costs
    (own / "economics" / "discounting.yaml").write_text("schema: 1\n", encoding="utf-8")
    with pytest.raises(DefinitionsError, match=r"ours/economics/discounting.yaml: standard: this key is required"):
        load_economics(own)


def test_an_approach_that_a_partnership_looked_up_takes_the_place_of_the_nations(own: Path) -> None:
    content = yaml.safe_load((NATIONAL / "evidence" / "mentoring.yaml").read_text(encoding="utf-8"))
    (own / "evidence").mkdir()
    looked_up = {**content, "status": "read", "security": 3, "source": "made-up"}
    (own / "evidence" / "mentoring.yaml").write_text(yaml.safe_dump(looked_up), encoding="utf-8")
    found = {each.name: each for each in load_evidence(own)}
    assert (found["mentoring"].status, found["mentoring"].security) == ("read", 3)
    assert len(found) == len(load_evidence())


def write_own(own: Path, name: str, **content: object) -> None:
    governed = {"owner": "Analyst", "checked_by": "Finance lead", "review_by": datetime.date(2027, 4, 30)}
    path = own / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump({"schema": 1, "version": 2, **content, **governed}), encoding="utf-8")


def test_deflators_may_lie_in_a_file_with_their_edition(own: Path) -> None:
    write_own(
        own, "economics/deflators.yaml", title="made-up", source="made-up", vintage="30 September 2026", file="gdp.csv"
    )
    (own / "economics" / "gdp.csv").write_text("year,index\n2015-16,80\n2024-25,100\n", encoding="utf-8")
    found = load_economics(own).deflators
    assert found.index == {"2015-16": 80.0, "2024-25": 100.0} and found.vintage == "30 September 2026"
    assert price_ratio(from_year="2015-16", to_year="2024-25", deflators=found) == 1.25


def test_a_partnership_adds_costs_and_fills_in_what_is_not_held(own: Path) -> None:
    cost = {"unit": "attendance", "price_year": "2024-25", "source": "made-up", "status": "read", "counts": "recorded"}
    costs = [
        {"name": "emergency_attendance", "title": "Attendance", "value": 250, **cost},
        {"name": "mentor_year", "title": "A year of a mentor", "value": 3000, **cost},
        {"name": "robbery", "title": "Robbery of a person", "value": 12000, **cost, "counts": "all"},
    ]
    write_own(own, "economics/added_costs.yaml", caution="Our own accounts.", costs=costs, replaces=["robbery"])
    ours, theirs = load_economics(own).unit_costs, load_economics("wrenshire").unit_costs
    assert (ours.get("emergency_attendance").value, ours.get("mentor_year").value) == (250, 3000)
    assert ours.get("robbery").value == 12000 and ours.get("homicide") == theirs.get("homicide")
    assert len(ours.costs) == len(theirs.costs) + 1
    assert ours.caution.endswith("The partnership's own (version 2): Our own accounts.")


def test_a_partnership_adds_its_own_studies_to_an_approach(own: Path) -> None:
    study = {"title": "Ours", "design": "matched", "what": "w", "result": "r", "status": "read", "source": "made-up"}
    write_own(own, "evidence/studies/ours.yaml", of="mentoring", studies=[study])
    mentoring = next(each for each in load_evidence(own) if each.name == "mentoring")
    theirs = next(each for each in load_evidence() if each.name == "mentoring")
    assert mentoring.studies[-1].is_own and mentoring.studies[:-1] == theirs.studies
    assert mentoring.rating == theirs.rating
    assert "made-up (its source was read; added by this partnership)" in "\n".join(EvidenceCard(mentoring).lines())


@pytest.mark.parametrize("change", ["unit_cost", "study", "series"])
def test_a_cost_a_study_and_a_series_of_prices_mark_the_edition_and_fall_due(own: Path, change: str) -> None:
    """A number of a page must not change without the version of its definitions."""
    before = load_catalogue(own)
    if change == "unit_cost":
        cost = {"name": "a", "title": "A", "unit": "a", "price_year": "2024-25", "value": 1, "source": "made-up"}
        write_own(own, "economics/added_costs.yaml", caution="c", costs=[cost])
    elif change == "study":
        study = {"title": "Ours", "design": "matched", "what": "w", "result": "r", "status": "read", "source": "s"}
        write_own(own, "evidence/studies/ours.yaml", of="mentoring", studies=[study])
    else:
        write_own(own, "economics/deflators.yaml", title="t", source="s", vintage="v", file="gdp.csv")
        (own / "economics" / "gdp.csv").write_text("year,index\n2015-16,80\n", encoding="utf-8")
    after = load_catalogue(own)
    assert after.version != before.version
    assert after.economics == load_economics(own) and after.approaches == load_evidence(own)
    if change == "series":
        (own / "economics" / "gdp.csv").write_text("year,index\n2015-16,81\n", encoding="utf-8")
        assert load_catalogue(own).version != after.version
    late = {problem.file for problem in overdue_reviews(after, today=datetime.date(2028, 1, 1))}
    assert "national/economics/unit_costs.yaml" in late and "national/evidence/mentoring.yaml" in late
    own_file = {"unit_cost": "added_costs.yaml", "study": "ours.yaml", "series": "deflators.yaml"}[change]
    assert any(file.endswith(own_file) and file.startswith("ours/") for file in late)
