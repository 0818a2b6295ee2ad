"""Everything that comes with Safeground can be read, says what it must, and agrees with the rest."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pytest

from safeground.engine.catalogue import (
    Catalogue,
    DefinitionsError,
    EventDefinition,
    RuleVerdict,
    definitions_folder,
    describe_rule,
    evaluate_rule,
    find_partnership,
    load_catalogue,
    load_partnership,
    overdue_reviews,
    partnership_names,
    rule_fields,
)
from safeground.engine.documents import Audience

PARTNERSHIPS = partnership_names()


@pytest.fixture(scope="module", params=PARTNERSHIPS)
def shipped(request: pytest.FixtureRequest) -> Catalogue:
    return load_catalogue(request.param)


@pytest.fixture(scope="module")
def essex() -> Catalogue:
    return load_catalogue("essex")


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    folder = tmp_path / "definitions"
    shutil.copytree(definitions_folder(), folder)
    return folder


def test_essex_and_the_made_up_county_come_with_safeground() -> None:
    assert PARTNERSHIPS == ("essex", "wrenshire")


def test_every_definition_file_is_read(shipped: Catalogue) -> None:
    """A YAML file no loader reads would be silently ignored. Fetch addresses and schemas belong to other packages."""
    root = definitions_folder()
    read = {path.stem for path in (root / "national" / "measures").glob("*.yaml")}
    assert read == set(shipped.measures)
    own = (root / "local" / shipped.partnership.name / "definitions").glob("*.yaml")
    kept = {path.stem for path in (*(root / "national" / "definitions").glob("*.yaml"), *own)}
    assert kept | {name.split("/")[1] for name in shipped.partnership.borrows} == set(shipped.definitions)
    # Gateways are read with the agreements (test_shipped_agreements), once a file comes that needs one.
    tops = {path.name for path in (root / "national").glob("*.yaml")} - {"fetch.yaml", "gateways.yaml"}
    assert tops == {
        "disclosure.yaml",
        "event_fields.yaml",
        "help.yaml",
        "poor_denominator.yaml",
        "priority_neighbourhoods.yaml",
    }
    assert len(shipped.feeds.contracts) == len(list((root / "national" / "feeds").glob("*/contract.yaml"))) >= 6


def test_what_the_assessment_needs_is_there(shipped: Catalogue) -> None:
    assert [chapter.id for chapter in shipped.outline.chapters] == [
        "public_summary",
        "first_page",
        "aims",
        "goals",
        "definition_and_quality",
        "area_and_population",
        "level_and_trend",
        "signals",
        "where",
        "hot_spots",
        "who",
        "age_curve",
        "repeats",
        "when",
        "where_it_happens",
        "sources_side_by_side",
        "unseen",
        "deprivation",
        "risk_factors",
        "areas_like_this",
        "the_country",
        "priority_neighbourhoods",
        "patrols",
        "evaluations",
        "strategy_figures",
        "children_and_young_people",
        "wider_signs",
        "voice",
        "method",
    ]
    units = {name: measure.unit.title for name, measure in shipped.measures.items()}
    assert units == {
        "violence_rate": "per 1,000 residents",
        "public_space_violence_rate": "per 100,000 residents",
        "violence_share": "%",
        "recorded_crime_by_type": "offences",
        "robbery_rate": "per 100,000 residents",
        "possession_of_weapons_rate": "per 100,000 residents",
        "anti_social_behaviour": "incidents",
        "sharp_object_admissions": "admissions",
        "sharp_object_admissions_rate": "per 100,000 residents",
        "sharp_object_admissions_under_25_rate": "per 100,000 residents",
        "violence_admissions_standardised_rate": "per 100,000 residents, age-standardised",
        "assault_attendances": "attendances",
        "assault_attendances_rate": "per 1,000 residents",
        "assault_attendances_under_25_rate": "per 1,000 residents",
        "knife_attendances": "attendances",
        "ambulance_assaults_rate": "per 1,000 residents",
        "knife_enabled_serious_violence": "offences",
        "non_domestic_homicides": "victims",
        "youth_first_time_entrants_rate": "per 100,000 residents",
        "youth_serious_violence": "disposals",
        "violent_suspensions_rate": "per 1,000 residents",
        "missing_with_exploitation": "episodes",
    }
    assert shipped.measures["recorded_crime_by_type"].by == "offence"


def test_the_public_opens_with_its_own_summary(essex: Catalogue) -> None:
    public = [chapter.id for chapter in essex.outline.for_audience(Audience.PUBLIC)]
    assert public[0] == "public_summary"
    assert "first_page" not in public
    partners = [chapter.id for chapter in essex.outline.for_audience(Audience.PARTNERSHIP)]
    assert partners[0] == "first_page"
    assert "public_summary" not in partners


def test_a_missing_feed_is_named_in_its_chapter(essex: Catalogue) -> None:
    sentence = essex.outline.chapter("deprivation").missing_sentence(("English Indices of Deprivation",))
    assert sentence.endswith("these data are landed: English Indices of Deprivation.")
    with pytest.raises(KeyError):
        essex.outline.chapter("weather")


def test_violence_counts_violence_and_robbery(essex: Catalogue) -> None:
    definition = essex.definitions["police_uk_violence"]
    counted = {
        offence: evaluate_rule(definition.rule_under(), {"offence": offence}).verdict
        for offence in essex.feeds.code_lists["police_uk_crime_types"].codes
    }
    inside = {offence for offence, verdict in counted.items() if verdict is RuleVerdict.IN}
    assert inside == {"Violence and sexual offences", "Robbery"}
    assert set(counted.values()) == {RuleVerdict.IN, RuleVerdict.OUT}


def test_public_space_violence_says_what_it_cannot_tell(essex: Catalogue) -> None:
    definition = essex.definitions["police_uk_public_space_violence"]
    results = {
        offence: evaluate_rule(definition.rule_under(), {"offence": offence})
        for offence in essex.feeds.code_lists["police_uk_crime_types"].codes
    }
    verdicts = {offence: result.verdict for offence, result in results.items()}
    assert {offence for offence, v in verdicts.items() if v is RuleVerdict.IN} == {"Robbery", "Possession of weapons"}
    undetermined = {offence for offence, v in verdicts.items() if v is RuleVerdict.UNDETERMINED}
    assert undetermined == {"Violence and sexual offences"}
    result = results["Violence and sexual offences"]
    assert (result.blank, result.not_carried) == ((), ("domestic", "location_type", "weapon_use"))
    assert "a domestic connection is no" in describe_rule(definition.rule_under(), essex.event_fields.titles)


def test_recorded_crime_is_all_but_anti_social_behaviour(essex: Catalogue) -> None:
    rule = essex.definitions["police_uk_recorded_crime"].rule_under()
    types = essex.feeds.code_lists["police_uk_crime_types"].codes
    out = [offence for offence in types if evaluate_rule(rule, {"offence": offence}).verdict is RuleVerdict.OUT]
    assert out == ["Anti-social behaviour"]


def test_an_offence_group_becomes_a_definition_of_its_own(essex: Catalogue) -> None:
    measure = essex.measures["robbery_rate"]
    definition = essex.numerator_of(measure)
    assert isinstance(definition, EventDefinition)
    assert (definition.label, definition.feeds) == ("robbery_rate version 1", ("police_uk_street",))
    assert evaluate_rule(definition.rule_under(), {"offence": "Robbery"}).verdict is RuleVerdict.IN
    assert rule_fields(definition.rule_under()) == ("offence",)
    assert essex.denominator_of(measure) is None
    incidents = essex.numerator_of(essex.measures["anti_social_behaviour"])
    assert (definition.counting_unit, incidents.counting_unit) == ("crime", "incident")


def test_a_share_has_two_definitions(essex: Catalogue) -> None:
    measure = essex.measures["violence_share"]
    whole = essex.denominator_of(measure)
    assert whole is not None
    assert (essex.numerator_of(measure).name, whole.name) == ("police_uk_violence", "police_uk_recorded_crime")


@pytest.mark.parametrize(
    ("name", "audience", "threshold", "rounding"),
    [
        ("open_data", Audience.PUBLIC, 0, 1),
        ("nhs", Audience.PUBLIC, 7, 5),
        ("nhs", Audience.POLICE, 7, 5),
        ("police_confidential", Audience.PUBLIC, 4, 1),
        ("police_confidential", Audience.PARTNERSHIP, 4, 1),
        ("police_confidential", Audience.POLICE, 0, 1),
        ("council_confidential", Audience.POLICE, 4, 1),
    ],
)
def test_disclosure_rules_are_those_of_their_owners(
    essex: Catalogue, name: str, audience: Audience, threshold: int, rounding: int
) -> None:
    rule = essex.disclosure.rule(name, audience)
    assert (rule.threshold, rule.rounding, rule.zero_is_shown, rule.minimum_for_standardised) == (
        threshold,
        rounding,
        True,
        10,
    )


def test_a_disclosure_rule_there_is_not_is_an_error(essex: Catalogue) -> None:
    with pytest.raises(KeyError):
        essex.disclosure.rule("opendata", Audience.PUBLIC)


def test_essex_is_essex() -> None:
    essex = load_partnership("essex")
    assert (essex.force.partner, essex.area.level, essex.area.code) == ("essex", "pfa24", "E23000028")
    assert [force.partner for force in essex.neighbours] == ["kent", "hertfordshire", "suffolk"]
    assert essex.force_names["hertfordshire"] == "Hertfordshire Constabulary"
    assert essex.handling.sentence(Audience.PUBLIC).startswith("Published by")
    sectors = {partner.sector for partner in essex.expected}
    assert sectors >= {"police", "health", "justice", "fire", "local authority", "education"}


@pytest.mark.real_data
def test_essex_codes_are_those_of_the_lookup(shared_data: Path) -> None:
    lookup = (shared_data / "lookups" / "ltla24_csp24_pfa24.csv").read_text(encoding="utf-8")
    for force in load_partnership("essex").forces:
        name = force.area.name.split(",")[0]
        assert f'"{force.area.code}","{name}"' in lookup


def test_wrenshire_is_the_county_that_is_made_up() -> None:
    from safeground.synthetic import make_county

    county = make_county(seed=1, small_areas=40, months=2)
    made = {t.slug: (t.police, t.geography.force.code) for t in (county.territory, *county.neighbours)}
    defined = {f.partner: (f.name, f.area.code) for f in load_partnership("wrenshire").forces}
    assert defined == made


def test_help_is_the_nations_and_the_partnerships(essex: Catalogue) -> None:
    names = [line.name for line in essex.help_lines]
    assert names[0] == "Police, in an emergency"
    assert names[-1] == "Essex Violence and Vulnerability Partnership"
    assert [line.phone for line in essex.help_lines if line.is_emergency] == ["999"]


def test_nobody_is_named_in_person(shipped: Catalogue) -> None:
    """Owners are roles: a person leaves, the role stays, and no name is published by accident."""
    governed = [
        shipped.partnership,
        shipped.disclosure,
        shipped.priority,
        *shipped.measures.values(),
        *shipped.definitions.values(),
    ]
    for definition in governed:
        for role in (definition.owner, definition.checked_by):
            assert role.split()[0] in {"Analyst", "Data", "Information", "Partnership", "Communications"}, role


def test_an_overdue_review_is_warned_of(essex: Catalogue) -> None:
    assert overdue_reviews(essex, today=datetime.date(2026, 1, 1)) == ()
    due = overdue_reviews(essex, today=datetime.date(2027, 2, 1))
    assert [str(problem) for problem in due if problem.file == "local/essex/partnership.yaml"] == [
        "local/essex/partnership.yaml: review_by: was to be reviewed by 31 January 2027: Partnership manager should look again"
    ]
    everything = {problem.file for problem in overdue_reviews(essex, today=datetime.date(2099, 1, 1))}
    tables = 4  # of economics
    assert len(everything) == 8 + tables + sum(
        len(each) for each in (essex.definitions, essex.measures, essex.feeds.contracts, essex.approaches)
    )
    assert "national/measures/violence_rate.yaml" in everything


def test_the_version_follows_the_files(copied: Path) -> None:
    first = load_catalogue("essex", copied).version
    assert first == load_catalogue("essex", copied).version == load_catalogue("essex").version
    assert first != load_catalogue("wrenshire", copied).version
    path = copied / "national" / "assessment" / "where.md"
    text = path.read_bytes()
    path.write_bytes(text.replace(b"\n", b"\r\n"))
    assert load_catalogue("essex", copied).version == first
    path.write_bytes(text + b"More.\n")
    assert load_catalogue("essex", copied).version != first


def test_a_partnership_lays_its_own_over_the_nations(copied: Path) -> None:
    local = copied / "local" / "essex"
    (local / "measures").mkdir()
    national = (copied / "national" / "measures" / "violence_rate.yaml").read_text(encoding="utf-8")
    own = national.replace("version: 1\n", "version: 7\nreplaces: violence_rate\n")
    (local / "measures" / "violence_rate.yaml").write_text(own, encoding="utf-8")
    (local / "assessment").mkdir()
    (local / "assessment" / "where.md").write_text("---\nreplaces: where\n---\nIn Essex.\n", encoding="utf-8")
    catalogue = load_catalogue("essex", copied)
    assert catalogue.measures["violence_rate"].version == 7
    assert catalogue.files["measures/violence_rate"] == "local/essex/measures/violence_rate.yaml"
    chapter = catalogue.outline.chapter("where")
    assert (chapter.intro, chapter.prose_from) == ("In Essex.", "local/essex/assessment/where.md")
    assert load_catalogue("essex", copied).outline.chapter("where") == chapter
    assert load_catalogue("wrenshire", copied).outline.chapter("where").prose_from == "national/assessment/where.md"


def test_another_partnership_brings_its_own_folder(tmp_path: Path) -> None:
    own = tmp_path / "definitions"
    own.mkdir()
    text = (definitions_folder() / "local" / "essex" / "partnership.yaml").read_text(encoding="utf-8")
    text = text.replace("name: essex\n", "name: kent\n", 1).replace("partner: kent", "partner: norfolk")
    (own / "partnership.yaml").write_text(text, encoding="utf-8")
    assert load_partnership(own).name == "kent"
    catalogue = load_catalogue(str(own))
    assert catalogue.partnership.name == "kent"
    assert catalogue.files["partnership"] == "definitions/partnership.yaml"


def test_a_partnership_there_is_not_is_refused_with_those_there_are() -> None:
    with pytest.raises(
        DefinitionsError, match=r"esex: is no partnership .* \(essex, wrenshire\) .* did you mean 'essex'\?"
    ):
        find_partnership("esex")
