"""Definitions compared over what a force would send, held to the slow reading of each crime."""

from __future__ import annotations

import csv
import datetime
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sharing import agree_to, make_agreements, make_keys

from safeground.engine.build import check_release, compare_in_workspace
from safeground.engine.catalogue import Catalogue, definitions_folder, evaluate_rule, load_catalogue
from safeground.engine.disclosure import DisclosureRule, Leak, ToldCell, find_exposures
from safeground.engine.documents import Audience, Table
from safeground.engine.feeds import check_deliveries, get_live_deliveries, land_files
from safeground.engine.measures import (
    IN,
    OUT,
    UNDETERMINED,
    ChosenDefinition,
    Measures,
    Period,
    PeriodKind,
    compare_definitions,
    open_measures,
)
from safeground.engine.publish import read_releases
from safeground.engine.warehouse import conform_deliveries, open_warehouse
from safeground.engine.workspace import WorkspaceError, init_workspace, open_workspace

VALUES = {
    "ho_class": ["8N", "34B", "20A", "4.1", "3B", "4.4", "105A", ""],
    "crime_status": ["recorded", "recorded", "recorded", "cancelled"],
    "location_type": ["street", "dwelling", "online", "unknown", ""],
    "da_flag": ["N", "N", "Y", "U", ""],
    "weapon_type": ["knife", "firearm", "none", "unknown", ""],
    "weapon_use": ["used", "threatened", "none", "unknown", ""],
    "knife_flag_force": ["Y", "N", ""],
    "knife_flag_ndqis": ["Y", "N", "Not assessed", ""],
    "county_lines_flag": ["N", "Y", "Not assessed"],
    "gang_flag": ["N", "N", "Y", ""],
}
FIELDS = {
    "da_flag": "domestic",
    "knife_flag_force": "knife_force",
    "knife_flag_ndqis": "knife_ndqis",
    "county_lines_flag": "county_lines",
    "gang_flag": "gang",
}
WORDS = {"Y": "yes", "N": "no", "U": "unknown", "Not assessed": "not assessed"}
SAID = {"in": IN, "undetermined": UNDETERMINED, "out": OUT}
MONTHS = (datetime.date(2024, 1, 1), datetime.date(2024, 2, 1))


def draw_crimes() -> list[dict[str, str]]:
    rng = np.random.default_rng(4)
    crimes = []
    for number in range(600):
        crime = {column: str(rng.choice(values)) for column, values in VALUES.items()}
        day = datetime.date(2024, 1 + number % 2, 1 + number % 28)
        ages = [str(rng.choice(["15", "24", "25", "60", ""])) for _ in range(rng.integers(0, 3))]
        crimes.append({**crime, "crime_ref": f"WR/{number}", "recorded_date": str(day), "ages": "|".join(ages)})
    return crimes


CRIMES = draw_crimes()


def as_event(crime: dict[str, str]) -> dict[str, object]:
    """The crime as the rules see it."""
    event: dict[str, object] = {
        FIELDS.get(column, column): WORDS.get(crime[column], crime[column]) for column in VALUES
    }
    ages = (
        [int(age) if age else None for age in crime["ages"].split("|")] if crime["ages"] or "|" in crime["ages"] else []
    )
    if any(age is not None and age < 25 for age in ages):
        event["victim_under_25"] = "yes"
    else:
        event["victim_under_25"] = "no" if ages and None not in ages else None
    return event


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue("wrenshire")


@pytest.fixture(scope="module")
def measures(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Iterator[Measures]:
    folder = tmp_path_factory.mktemp("crimes")
    files = []
    for month in ("2024-01", "2024-02"):
        crimes = [crime for crime in CRIMES if crime["recorded_date"].startswith(month)]
        rows = [
            {**{column: crime[column] for column in VALUES}, "crime_ref": crime["crime_ref"], "ho_code": "99999",
             "recorded_date": crime["recorded_date"], "force": "Wrenshire Police", "easting": "", "northing": "", "lsoa21": ""}
            for crime in crimes
        ]  # fmt: skip
        files.append(write(folder / f"{month}-wrenshire-crimes.csv", rows))
        victims = [
            {"crime_ref": crime["crime_ref"], "force": "Wrenshire Police", "recorded_date": crime["recorded_date"],
             "victim_pid": f"{crime['crime_ref']}/{place}", "age": age, "sex": ""}
            for crime in crimes
            if as_event(crime)["victim_under_25"] or "|" in crime["ages"]
            for place, age in enumerate(crime["ages"].split("|"))
        ]  # fmt: skip
        files.append(write(folder / f"{month}-wrenshire-victims.csv", victims))
    workspace = init_workspace(folder / "workspace", partnership="wrenshire")
    feeds = catalogue.feeds
    agreements = make_agreements(agree_to(feeds.contracts["recorded_crime"], "wrenshire"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAFEGROUND_KEYS", str(make_keys(folder / "keys")))
        report = land_files(workspace, feeds, files, agreements=agreements, today=datetime.date(2024, 3, 1))
    assert not report.refused
    live = get_live_deliveries(workspace)
    conform_deliveries(workspace, feeds, live, check_deliveries(workspace, feeds, live))
    with open_warehouse(workspace) as warehouse:
        yield open_measures(warehouse, catalogue)


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return path


NAMES = (
    "essex_vv",
    "all_serious_violence",
    "knife_enabled_serious_violence",
    "london_minimum",
    "funding_era_serious_violence",
)


def expected_verdicts(catalogue: Catalogue, names: tuple[str, ...]) -> list[tuple[int, ...]]:
    rules = [catalogue.definitions[name].rule_under() for name in names]
    return [
        tuple(SAID[evaluate_rule(rule, {**as_event(crime), "suspect_under_25": None}).verdict] for rule in rules)
        for crime in CRIMES
    ]


def test_every_crime_is_in_the_combination_the_rules_say(measures: Measures, catalogue: Catalogue) -> None:
    chosen = [ChosenDefinition(catalogue.definitions[name]) for name in NAMES]
    compared = compare_definitions(measures, chosen, level="pfa24")
    assert compared.period.months == MONTHS
    assert compared.combinations == Counter(expected_verdicts(catalogue, NAMES))
    assert compared.recorded == 600
    for place in range(len(NAMES)):
        assert compared.count(place, IN) == sum(v[place] == IN for v in expected_verdicts(catalogue, NAMES)) > 0


def test_counts_by_month_are_those_of_the_months(measures: Measures, catalogue: Catalogue) -> None:
    chosen = [ChosenDefinition(catalogue.definitions[name]) for name in NAMES[:2]]
    compared = compare_definitions(measures, chosen, level="pfa24")
    verdicts = expected_verdicts(catalogue, NAMES[:2])
    months = [Period((month,), PeriodKind.MONTH) for month in MONTHS]
    for place in range(2):
        counts = compared.force_counts[place]
        for column, month in enumerate(MONTHS):
            of_month = [
                v[place]
                for v, c in zip(verdicts, CRIMES, strict=True)
                if c["recorded_date"].startswith(f"{month:%Y-%m}")
            ]
            assert counts.definite.gather(months).values[0, column] == of_month.count(IN)
            assert counts.undetermined.gather(months).values[0, column] == of_month.count(UNDETERMINED)


def test_the_split_by_age_has_three_values(measures: Measures, catalogue: Catalogue) -> None:
    chosen = [ChosenDefinition(catalogue.definitions[name]) for name in NAMES[:2]]
    compared = compare_definitions(measures, chosen, level="pfa24")
    verdicts = expected_verdicts(catalogue, NAMES[:2])
    expected = Counter((as_event(crime)["victim_under_25"], v) for crime, v in zip(CRIMES, verdicts, strict=True))
    assert compared.under_25 == expected
    assert {value for value, _ in expected} == {"yes", "no", None}


def test_what_moves_is_told_with_its_reasons(measures: Measures, catalogue: Catalogue) -> None:
    names = ("essex_vv", "knife_enabled_serious_violence")
    compared = compare_definitions(
        measures, [ChosenDefinition(catalogue.definitions[name]) for name in names], level="pfa24"
    )
    rules = [catalogue.definitions[name].rule_under() for name in names]
    expected: Counter[tuple[int, int, int, tuple[str, ...]]] = Counter()
    for crime in CRIMES:
        event = as_event(crime)
        results = [evaluate_rule(rule, event) for rule in rules]
        for one, other in ((0, 1), (1, 0)):
            if results[one].verdict != "in" or results[other].verdict == "in":
                continue
            # The slow way: each part of the other rule on its own.
            failed = {name for part in rules[other].parts for name in fields_if_out(part, event)}
            why = tuple(sorted(failed)) if results[other].verdict == "out" else results[other].missing
            expected[one, other, SAID[results[other].verdict], why] += 1
    found: Counter[tuple[int, int, int, tuple[str, ...]]] = Counter()
    for difference in compared.differences:
        found[difference.counted_by, difference.other, difference.verdict, difference.why] += difference.events
    assert found == expected
    assert {key[:2] for key in found} == {(0, 1), (1, 0)}


def fields_if_out(part, event) -> tuple[str, ...]:
    from safeground.engine.catalogue import rule_fields

    return rule_fields(part) if evaluate_rule(part, event).verdict == "out" else ()


def test_every_reading_of_every_switch_is_counted(measures: Measures, catalogue: Catalogue) -> None:
    chosen = [
        ChosenDefinition(catalogue.definitions["essex_vv"], {"weapon_threatened_counts": "used_or_threatened"}),
        ChosenDefinition(catalogue.definitions["all_serious_violence"]),
    ]
    compared = compare_definitions(measures, chosen, level="pfa24")
    assert len(compared.readings) == 9 + 4
    for counted in compared.readings:
        each = chosen[counted.definition]
        rule = each.definition.rule_under({**each.readings, counted.switch: counted.reading})
        said = Counter(
            evaluate_rule(rule, {**as_event(crime), "is_victims_home": None, "is_suspects_home": None}).verdict
            for crime in CRIMES
        )
        assert (counted.definite, counted.undetermined) == (said["in"], said["undetermined"]), counted
    assert compared.chosen[0].label == "essex_vv version 1 (weapon_threatened_counts=used_or_threatened)"


def test_what_cannot_be_compared_is_refused_in_a_sentence(measures: Measures, catalogue: Catalogue) -> None:
    vv, street = (ChosenDefinition(catalogue.definitions[name]) for name in ("essex_vv", "police_uk_violence"))
    with pytest.raises(ValueError, match="Name two definitions to compare, or up to 12; 1 were named"):
        compare_definitions(measures, [vv], level="pfa24")
    with pytest.raises(ValueError, match=r"run on no feed in common.*essex_vv on recorded_crime"):
        compare_definitions(measures, [vv, street], level="pfa24")
    with pytest.raises(ValueError, match="wrenshire has landed no month of police_uk_street"):
        compare_definitions(measures, [street, street], level="pfa24")
    later = Period((datetime.date(2024, 2, 1), datetime.date(2024, 3, 1)), PeriodKind.SELECTED_MONTHS)
    with pytest.raises(ValueError, match="has not landed all of February to March 2024"):
        compare_definitions(measures, [vv, vv], level="pfa24", period=later)


def test_the_page_withholds_small_numbers_and_the_police_see_them(
    measures: Measures, catalogue: Catalogue, tmp_path: Path
) -> None:
    workspace = open_workspace(measures.warehouse.folder.parents[1])
    names = ("essex_vv", "all_serious_violence")
    out = tmp_path / "compared"
    report = compare_in_workspace(workspace, catalogue, names, out=out)
    assert report.page == out / "index.html"
    verdicts = Counter(expected_verdicts(catalogue, names))
    small = [events for events in verdicts.values() if 0 < events <= 4]
    assert small, "the crimes must hold a number to withhold"
    table = (out / "tables" / "definition_overlap.csv").read_text(encoding="utf-8-sig")
    assert table.count("suppressed") >= 2 * len(small) >= 2
    police = compare_in_workspace(workspace, catalogue, names, audience=Audience.POLICE, out=tmp_path / "police")
    assert not (tmp_path / "police" / "release.json").exists()  # nothing is withheld from the police of their own
    _, (release,) = read_releases(out)
    told = {(str(cell.key.series), cell.key.months): cell.value for cell in release.cells}
    months = tuple(f"{month:%Y-%m}" for month in report.pages.comparison.period.months)
    for name, counts in zip(names, report.pages.counts(), strict=True):
        own = report.pages.comparison.force_counts[0].definite.areas[0]
        for of, number in zip(("", "/cannot tell", "/at most"), counts, strict=True):
            assert told[f"recorded_crime/{name}{of}, {own}", months] == number.value  # as editions call it
    assert any(value is None for value in told.values()) and any(len(when) == 1 for _, when in told)
    assert check_release(workspace, catalogue, out).cells == len(release.cells)
    told = (tmp_path / "police" / "tables" / "definition_overlap.csv").read_text(encoding="utf-8-sig")
    assert "suppressed" not in told
    assert police.as_data()["definitions"][0]["definite"] == sum(n for v, n in verdicts.items() if v[0] == IN)
    with pytest.raises(WorkspaceError, match="is there already; name a folder that is not"):
        compare_in_workspace(workspace, catalogue, names, out=out)


def test_why_crimes_move_is_in_the_register_and_tied_to_what_both_say(
    measures: Measures, catalogue: Catalogue, tmp_path: Path
) -> None:
    workspace = open_workspace(measures.warehouse.folder.parents[1])
    out = tmp_path / "compared"
    compare_in_workspace(workspace, catalogue, ["essex_vv", "all_serious_violence"], out=out)
    _, (release,) = read_releases(out)
    told = {
        cell.key.series.part: cell.value for cell in release.cells if " and not all_serious" in cell.key.series.measure
    }
    with (out / "tables" / "definition_reasons_1_not_2.csv").open(encoding="utf-8-sig", newline="") as file:
        reasons = list(csv.DictReader(file))
    with (out / "tables" / "definition_details_1_not_2.csv").open(encoding="utf-8-sig", newline="") as file:
        details = list(csv.DictReader(file))
    assert reasons and details
    for row in reasons:
        assert told[f"{row['verdict']}={row['fields']}"] == (float(row["events"]) if row["events"] else None)
    for row in details:
        assert told[f"{row['field']}={row['value']}"] == (float(row["events"]) if row["events"] else None)
    assert check_release(workspace, catalogue, out).failures == ()
    # Were the cell that the reasons of a verdict make withheld, and each of them told, the check would name it.
    whole = next(each for each in release.sums if each.parts[0].part.startswith(f"{reasons[0]['verdict']}="))
    known = {each: 7.0 for each in whole.parts} | {whole.total: None}
    cells = [ToldCell(cell.key, known.get(cell.key.series, cell.value)) for cell in release.cells]
    others = {cell.key.series for cell in cells} - set(known)
    leaking = replace(release, cells=tuple(cell for cell in cells if cell.key.series not in others))
    assert [(each.key.series, each.leak) for each in find_exposures([leaking])] == [(whole.total, Leak.EXACT)]


def test_a_draft_in_a_file_is_compared_with_what_is_in_use(
    measures: Measures, catalogue: Catalogue, tmp_path: Path
) -> None:
    kept = definitions_folder() / "local" / "essex" / "definitions" / "essex_vv.yaml"
    draft = tmp_path / "draft.yaml"
    draft.write_text(kept.read_text(encoding="utf-8").replace("in: [34A, 34B]", "in: [34A]"), encoding="utf-8")
    workspace = open_workspace(measures.warehouse.folder.parents[1])
    report = compare_in_workspace(
        workspace, catalogue, ["essex_vv", str(draft)], readings=["weapon_threatened_counts=used_or_threatened"]
    )
    compared = report.pages.comparison
    assert [each.origin for each in compared.chosen] == ["", "draft.yaml"]
    lost = [difference for difference in compared.differences if difference.counted_by == 0]
    assert {difference.details["ho_class"] for difference in lost} == {"34B"}
    assert {difference.why for difference in lost} == {("ho_class",)}
    assert not [difference for difference in compared.differences if difference.counted_by == 1]


def test_months_do_not_give_away_what_a_definition_counts_beyond_one_inside_it(
    measures: Measures, catalogue: Catalogue, tmp_path: Path
) -> None:
    kept = definitions_folder() / "local" / "essex" / "definitions" / "essex_vv.yaml"
    draft = tmp_path / "draft.yaml"
    draft.write_text(kept.read_text(encoding="utf-8").replace("in: [34A, 34B]", "in: [34A]"), encoding="utf-8")
    workspace = open_workspace(measures.warehouse.folder.parents[1])
    pages = compare_in_workspace(workspace, catalogue, ["essex_vv", str(draft)]).pages
    wide, narrow = (
        counts.definite.gather([Period((month,), PeriodKind.MONTH) for month in MONTHS]).values[0]
        for counts in pages.comparison.force_counts
    )
    few = int((wide - narrow).min())
    assert 0 < few < wide.min() and not any(0 < number <= few for number in narrow), "only the difference may be small"
    pages = replace(pages, rule=DisclosureRule(pages.rule.name, "made up", few, 1, "Nobody", "None"))
    tables = [block for chapter in pages.write(Audience.PARTNERSHIP).chapters for block in chapter.blocks]
    (months,) = [block for block in tables if isinstance(block, Table) and block.id == "definition_months"]
    assert [(row[1].value, row[3].value) for row in months.rows] == [(number, None) for number in wide]


@pytest.mark.parametrize(
    ("names", "readings", "says"),
    [
        (
            ("essex_vv", "essex_v"),
            [],
            "There is no definition 'essex_v' and no file of that name; there are all_serious_violence",
        ),
        (
            ("essex_vv", "all_serious_violence"),
            ["homes=any"],
            "None of them has the switch 'homes'; there are domestic_manslaughter",
        ),
        (("essex_vv", "all_serious_violence"), ["outside_home_scope"], "is no reading; write it as switch=reading"),
        (("essex_vv", "all_serious_violence"), ["outside_home_scope=any"], "has no reading 'any'; it has any_dwelling"),
        (("essex_vv",), [], "Name two definitions to compare"),
    ],
)
def test_a_wrong_name_is_refused_in_a_sentence(
    measures: Measures, catalogue: Catalogue, names: tuple[str, ...], readings: list[str], says: str
) -> None:
    workspace = open_workspace(measures.warehouse.folder.parents[1])
    with pytest.raises(WorkspaceError, match=says):
        compare_in_workspace(workspace, catalogue, names, readings=readings)
