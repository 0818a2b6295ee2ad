"""A partnership's own tables of costs and approaches, laid over the nation's; and what ships of each."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from safeground.engine.catalogue import (
    DefinitionsError,
    definitions_folder,
    load_economics,
    load_evidence,
    partnership_names,
)

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
