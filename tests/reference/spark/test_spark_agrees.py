"""Every shipped measure says on Spark, with executor processes of its own, what it says on DuckDB: counts exactly, numbers to 1e-12."""

from __future__ import annotations

import datetime
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from safeground.engine.catalogue import (
    All,
    AnyOf,
    Between,
    Is,
    IsIn,
    Not,
    Rule,
    RuleVerdict,
    definitions_folder,
    evaluate_rule,
    load_catalogue,
)
from safeground.engine.measures import (
    EUROPEAN_BANDS,
    EventTally,
    Period,
    PeriodKind,
    compile_rule,
    get_periods,
)
from safeground.engine.measures.events import tally_rule
from safeground.engine.warehouse import TABLES, Engine, check_operators

pytestmark = pytest.mark.spark

CATALOGUE = load_catalogue("essex")
DEFINITIONS, MEASURES = sorted(CATALOGUE.definitions), sorted(CATALOGUE.measures)
FEED = "recorded_crime"
LEVELS = ("lsoa21", "ltla24", "pfa24")


def as_rows(tally: EventTally) -> list[tuple[Any, ...]]:
    """What a tally says, whatever the order in which an engine found it."""
    columns = (tally.partner, tally.month, tally.area, tally.verdict, tally.missing, tally.category, tally.events)
    return sorted(
        (
            tally.partners[partner], tally.months[month], tally.areas[area] or "", verdict,
            tally.gaps[missing], tally.categories[category], events,
        )
        for partner, month, area, verdict, missing, category, events in zip(*(c.tolist() for c in columns), strict=True)
    )  # fmt: skip


def assert_same_numbers(found: Any, expected: Any, name: str) -> None:
    np.testing.assert_allclose(
        np.asarray(found, dtype=float),
        np.asarray(expected, dtype=float),
        rtol=1e-12,
        atol=0,
        equal_nan=True,
        err_msg=name,
    )


def test_the_executors_are_processes_of_their_own(cluster):
    cluster.range(1000).selectExpr("sum(id)").collect()
    commands = [
        path.read_bytes().replace(b"\0", b" ") for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()
    ]
    application = cluster.sparkContext.applicationId.encode()
    executors = [line for line in commands if b"CoarseGrainedExecutorBackend" in line and application in line]
    assert len(executors) == 2


@pytest.mark.parametrize("name", DEFINITIONS)
def test_every_definition_tallies_alike(both_counties, name):
    definition = CATALOGUE.definitions[name]
    feed, shipped = definition.feeds[0], definition.rule_under()
    warehouse = both_counties[Engine.DUCKDB].warehouse
    carried = warehouse.columns_carried("events", feed)
    asked = [{"rule": rule} for rule in definition.every_rule()]
    asked += [{"rule": shipped, "by": by} for by in ("offence", "outcome") if by in carried]
    if "victim_age" in carried or warehouse.columns_carried("persons", feed):
        asked.append({"rule": shipped, "ages": EUROPEAN_BANDS})
    tallies = {
        engine: [as_rows(tally_rule(measures.warehouse, feed=feed, **options)) for options in asked]
        for engine, measures in both_counties.items()
    }
    assert sum(row[-1] for row in tallies[Engine.DUCKDB][0]) > 0, "nothing was counted, so nothing was compared"
    assert tallies[Engine.SPARK] == tallies[Engine.DUCKDB]


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_is_calculated_alike(both_counties, name):
    year = get_periods(PeriodKind.ROLLING_YEAR, [datetime.date(2024, 7, 1), datetime.date(2025, 6, 1)])
    incomplete = (Period((datetime.date(2023, 1, 1), *year[-1].months[1:]), PeriodKind.SELECTED_MONTHS),)
    # So small a county has months without an admission, and so no file of them: a year that lacks one is not known. The months there are
    # together have events enough for a standardised rate.
    months = get_periods(PeriodKind.MONTH, list(year[-1].months))
    counted = both_counties[Engine.DUCKDB].calculate(name, level=LEVELS[-1], periods=months).counts.definite.values
    there = tuple(month.months[0] for month, known in zip(months, np.isfinite(counted).any(0), strict=True) if known)
    periods = (*year, *incomplete, *months, Period(there, PeriodKind.SELECTED_MONTHS))
    for level in LEVELS:
        found, expected = (
            both_counties[engine].calculate(name, level=level, periods=periods)
            for engine in (Engine.SPARK, Engine.DUCKDB)
        )
        assert found.counts.definite.areas == expected.counts.definite.areas
        for part in ("definite", "undetermined"):
            np.testing.assert_array_equal(
                getattr(found.counts, part).values, getattr(expected.counts, part).values, err_msg=f"{level} {part}"
            )
        for part in ("value", "lower", "upper"):
            assert_same_numbers(getattr(found.estimate, part), getattr(expected.estimate, part), f"{level} {part}")
        assert_same_numbers(found.upper_bound, expected.upper_bound, f"{level} upper bound")
        assert found.sources == expected.sources
        assert found.denominator_label == expected.denominator_label
    # The last level is the whole force's.
    assert np.isfinite(expected.counts.definite.values).any(), "nothing was counted, so nothing was compared"
    assert np.isfinite(expected.estimate.value).any(), "nothing was estimated, so nothing was compared"


def test_every_shipped_measure_is_among_those_compared():
    """Of every partnership that ships, its own and the nation's: what is compared is Essex's, whose definitions the others' are among."""
    shipped = [load_catalogue(path.parent.name) for path in (definitions_folder() / "local").glob("*/partnership.yaml")]
    assert len(shipped) > 1
    assert {name for catalogue in shipped for name in catalogue.measures} == set(MEASURES)
    assert {name for catalogue in shipped for name in catalogue.definitions} == set(DEFINITIONS)
    assert all(len(definition.feeds) == 1 for catalogue in shipped for definition in catalogue.definitions.values())


@pytest.mark.parametrize("name", sorted(set(TABLES) - {"deliveries"}))
def test_every_table_has_the_same_rows_and_types(both_counties, both_warehouses, name):
    opened = [{engine: m.warehouse for engine, m in both_counties.items()}, both_warehouses]
    for warehouses in opened:
        found, expected = (warehouses[engine].table(name).to_pyarrow() for engine in (Engine.SPARK, Engine.DUCKDB))
        assert found.schema.equals(expected.schema)
        assert sorted(map(repr, found.to_pylist())) == sorted(map(repr, expected.to_pylist()))


def test_ages_and_what_follows_from_persons_tally_alike(both_warehouses):
    under_25 = All((Is("victim_under_25", "yes"), Not(Is("domestic", "yes", ("unknown",)))))
    asked = {
        "ages": {"rule": Is("offence", "Robbery"), "ages": EUROPEAN_BANDS},
        "victims": {"rule": under_25, "by": "victim_sex"},
        "suspects": {"rule": Not(Is("suspect_under_25", "no")), "by": "offence"},
    }
    for name, options in asked.items():
        tallies = {
            engine: as_rows(tally_rule(warehouse, feed=FEED, **options))
            for engine, warehouse in both_warehouses.items()
        }
        assert len({row[3] for row in tallies[Engine.DUCKDB]}) > 1, f"{name}: one verdict only compares little"
        assert tallies[Engine.SPARK] == tallies[Engine.DUCKDB], name


def make_rule(rng: random.Random, depth: int = 3) -> Rule:
    if depth == 0 or rng.random() < 0.25:
        words = rng.choice(((), ("unknown", "not assessed")))
        field = rng.choice(("offence", "domestic", "weapon_use", "severity", "not_carried"))
        numbers = rng.choice(("victim_age", "severity", "offence", "not_carried"))
        return rng.choice(
            (
                Is(field, rng.choice(("Robbery", "it's", "yes", "used")), words),
                IsIn(
                    field, tuple(rng.sample(("Robbery", "Ångström", "no", "possessed"), rng.randrange(4))), None, words
                ),
                Between(numbers, rng.choice((None, 10)), rng.choice((None, 25))),
            )
        )
    if rng.random() < 0.25:
        return Not(make_rule(rng, depth - 1))
    parts = tuple(make_rule(rng, depth - 1) for _ in range(rng.randrange(4)))
    return rng.choice((All, AnyOf))(parts)


def test_rules_say_of_null_nan_and_blank_what_they_say_of_each_event(both_warehouses):
    rng = random.Random(20240131)
    rules = [make_rule(rng) for _ in range(60)]
    answers = {}
    for engine, warehouse in both_warehouses.items():
        events = warehouse.table("events")
        compiled = [compile_rule(rule, events) for rule in rules]
        said = {f"verdict_{number}": rule.verdict for number, rule in enumerate(compiled)}
        missing = {f"missing_{number}": rule.missing for number, rule in enumerate(compiled)}
        question = events.select(*events.columns, **said, **missing)
        check_operators(question)
        answers[engine] = sorted(question.to_pyarrow().to_pylist(), key=lambda row: (row["partner"], row["row"]))
    words = {True: RuleVerdict.IN, False: RuleVerdict.OUT, None: RuleVerdict.UNDETERMINED}
    seen = set()
    for row in answers[Engine.SPARK]:
        event = {name: row[name] for name in TABLES["events"]}
        for number, rule in enumerate(rules):
            expected = evaluate_rule(rule, event)
            assert words[row[f"verdict_{number}"]] is expected.verdict, (rule, event)
            assert compiled[number].name_fields(row[f"missing_{number}"]) == expected.missing, (rule, event)
            seen.add((number, expected.verdict))
    assert len(seen) > 1.5 * len(rules), "too few of the rules say different things of different events"
    assert repr(answers[Engine.SPARK]) == repr(answers[Engine.DUCKDB])
