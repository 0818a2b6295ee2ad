"""The region beside the country, and the force beside all others: intervals of rounded months, and only what is counted alike."""

from __future__ import annotations

import dataclasses
import datetime
from types import SimpleNamespace

import ibis
import numpy as np
import pytest

from safeground.engine.assessment.chapters.the_country import make_the_country
from safeground.engine.assessment.chapters.the_country.admissions import TABULATED, _change, read_admissions
from safeground.engine.assessment.chapters.the_country.forces import _beside, read_forces
from safeground.engine.assessment.evidence import Evidence
from safeground.engine.catalogue import Catalogue, load_catalogue
from safeground.engine.documents import Audience, Direction, Figure, Finding, Notice, Table

FORCES = (
    "Essex",
    "Suffolk",
    "Norfolk",
    "Kent",
    "Sussex",
    "Dorset",
    "Gwent",
    "Cheshire",
    "Durham",
    "London, City of",
    "Surrey",
    "Cumbria",
)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue("essex")


def month_of(year: int, month: int) -> datetime.date:
    return datetime.date(year, month, 1)


def admissions(region: float, before: float, *, england: float = 300, from_year: int = 2020) -> list[dict]:
    """Two years to March and, of England, exact numbers; a region's months are rounded to 5."""
    rows = []
    for at in range(24):
        when = month_of(from_year + (at + 3) // 12, (at + 3) % 12 + 1)
        number = before if at < 12 else region
        for name, code, low, high in (
            ("East of England", "E12000006", number - 2, number + 2),
            ("London", "E12000007", 78.0, 82.0),
            ("England", "E92000001", england, england),
            ("Unknown", None, 1.0, 7.0),
        ):
            rows.append(
                {"feed": TABULATED, "category": "FAEs", "area_level": "region", "area_code": code, "area_name": name,
                 "period_from": when, "value": None, "lower": float(low), "upper": float(high)}
            )  # fmt: skip
    return rows


def crimes(counts: dict[str, float], *, year: int = 2017, quarters: int = 4, group: str = "Robbery") -> list[dict]:
    return [
        {"feed": "recorded_crime_tables", "category": group, "area_level": "pfa24", "area_code": None, "area_name": name,
         "period_from": month_of(year + (quarter == 4), (1, 4, 7, 10)[quarter % 4]), "value": number / 4, "lower": None, "upper": None}
        for name, number in counts.items()
        for quarter in range(1, quarters + 1)
    ]  # fmt: skip


def evidence_of(catalogue: Catalogue, rows: list[dict]) -> Evidence:
    """The chapter's evidence over a table of published figures and made-up residents, 100,000 a force."""
    codes = {f"E230000{at:02d}": name.replace("London, City of", "City of London") for at, name in enumerate(FORCES)}
    codes["E23000028"] = codes.pop("E23000000")
    people = SimpleNamespace(
        at_level=lambda _level, areas: np.full((len(areas), 1), 100_000.0), label="residents in 2020"
    )
    table = ibis.memtable(
        rows,
        schema={
            "feed": "string", "category": "string", "area_level": "string", "area_code": "string", "area_name": "string",
            "period_from": "date", "value": "float64", "lower": "float64", "upper": "float64",
        },
    )  # fmt: skip
    feeds = {row["feed"] for row in rows}
    given = {
        "measures": SimpleNamespace(
            own_area="E23000028", populations=lambda _year: people, locator=SimpleNamespace(names=lambda _level: codes)
        ),
        "warehouse": SimpleNamespace(
            table=lambda _name: table, deliveries=tuple(SimpleNamespace(feed=feed) for feed in feeds)
        ),
        "catalogue": catalogue,
        "audience": Audience.PUBLIC,
        "seed": 1,
    }
    names = {each.name for each in dataclasses.fields(Evidence) if each.default is dataclasses.MISSING}
    return Evidence(**{name: given.get(name, ()) for name in names})


def test_a_region_lies_between_its_bounds_and_england_is_exact(catalogue: Catalogue) -> None:
    evidence = evidence_of(catalogue, admissions(25, 20))
    found = read_admissions(evidence, catalogue.partnership.region)
    assert found is not None and found.latest.label == "year ending March 2022"
    assert found.bounds("East of England", found.latest) == (12 * 23, 12 * 27)
    assert found.bounds("England", found.latest) == (3600, 3600)
    assert found.regions == ("East of England", "London", "England")  # what has no code is no region


def test_rounding_alone_never_makes_a_rise(catalogue: Catalogue) -> None:
    """Months of 15 and 15 may have moved by any number that rounding hides, and months of 25 after 20 may be 23 after 22."""
    for after, before, expected in (
        (15, 15, Direction.CANNOT_TELL),
        (25, 20, Direction.CANNOT_TELL),
        (60, 20, Direction.HIGHER),
    ):
        evidence = evidence_of(catalogue, admissions(after, before))
        found = read_admissions(evidence, catalogue.partnership.region)
        change, direction = _change(found, "East of England", evidence.rule_of_feed("hospital_admissions_tabulated"))
        assert direction is expected
        surely, surely_not = (100 * ((after - 2) / (before + 2) - 1), 100 * ((after + 2) / (before - 2) - 1))
        assert change.lower < surely and change.upper > surely_not


def test_one_year_is_not_compared(catalogue: Catalogue) -> None:
    rows = [row for row in admissions(25, 20) if row["period_from"] >= month_of(2021, 4)]
    assert read_admissions(evidence_of(catalogue, rows), catalogue.partnership.region) is None


def test_forces_are_compared_over_one_whole_year(catalogue: Catalogue) -> None:
    counts = {name: 100.0 + at for at, name in enumerate(FORCES)}
    rows = crimes(counts) + crimes({name: 500.0 for name in FORCES}, year=2018, quarters=3)
    found = read_forces(evidence_of(catalogue, rows), catalogue.partnership.region)
    assert found is not None and found.label == "year ending March 2018"
    assert found.names[found.ours] == "Essex" and found.counts["Robbery"].sum() == sum(counts.values())
    assert {found.names[at] for at in found.in_region} == {"Norfolk", "Suffolk"}
    assert "London, City of" in found.names


def test_a_force_stands_out_only_beyond_what_forces_differ(catalogue: Catalogue) -> None:
    rule = None
    for ours, expected in ((150.0, Direction.CANNOT_TELL), (2_000.0, Direction.HIGHER), (10.0, Direction.LOWER)):
        spread = {name: 80.0 + 15 * at for at, name in enumerate(FORCES[1:])}
        evidence = evidence_of(catalogue, crimes({"Essex": ours, **spread}))
        rule = rule or evidence.rule_of_feed("recorded_crime_tables")
        found = read_forces(evidence, catalogue.partnership.region)
        told, direction = _beside(found, "Robbery", rule)
        assert direction is expected and (told.lower <= 1 <= told.upper) == (expected is Direction.CANNOT_TELL)


def test_few_forces_are_no_country(catalogue: Catalogue) -> None:
    rows = crimes({name: 100.0 for name in FORCES[:5]})
    assert read_forces(evidence_of(catalogue, rows), catalogue.partnership.region) is None


def test_the_chapter_says_what_it_lacks(catalogue: Catalogue) -> None:
    outline = catalogue.outline.chapter("the_country")
    rows = [row for row in admissions(25, 20) if row["area_name"] != "England"] + crimes({"Essex": 5.0})
    told = [
        block.markdown for block in make_the_country(evidence_of(catalogue, rows), outline) if isinstance(block, Notice)
    ]
    assert told == [outline.plan.notes["no_admissions"], outline.plan.notes["no_forces"]]


def test_no_sentence_gives_a_region_one_number(catalogue: Catalogue) -> None:
    outline = catalogue.outline.chapter("the_country")
    blocks = make_the_country(evidence_of(catalogue, admissions(25, 20)), outline)
    region = next(block for block in blocks if isinstance(block, Finding) and "East of England" in block.sentence)
    assert "between 276 and 324" in region.sentence and "between 216 and 264" in region.sentence
    assert " 300 " not in region.sentence and " 240 " not in region.sentence
    assert any(isinstance(block, Figure) for block in blocks) and any(isinstance(block, Table) for block in blocks)
