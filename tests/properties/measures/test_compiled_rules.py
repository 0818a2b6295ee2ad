"""Whatever the rule and the events: the version over tables says what the version over one event says."""

from __future__ import annotations

import ibis
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from safeground.engine.catalogue import All, AnyOf, Between, Is, IsIn, Not, RuleVerdict, evaluate_rule
from safeground.engine.measures import compile_rule

TEXTS = ("Robbery", "Burglary", "unknown", "", "  ", "it's")
SCHEMA = pa.schema([("offence", pa.string()), ("weapon", pa.string()), ("age", pa.float64()), ("row", pa.int64())])

text_fields = st.sampled_from(["offence", "weapon", "not_carried", "row"])
number_fields = st.sampled_from(["age", "not_carried", "offence", "row"])
unknown_words = st.sampled_from([(), ("unknown",)])
atoms = st.one_of(
    st.builds(Is, text_fields, st.sampled_from(TEXTS), unknown_words),
    st.builds(
        lambda field, values, words: IsIn(field, tuple(values), None, words),
        text_fields,
        st.lists(st.sampled_from(TEXTS), max_size=3),
        unknown_words,
    ),
    st.builds(Between, number_fields, st.none() | st.integers(0, 4), st.none() | st.integers(0, 4)),
)
rules = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.builds(lambda parts: All(tuple(parts)), st.lists(inner, max_size=3)),
        st.builds(lambda parts: AnyOf(tuple(parts)), st.lists(inner, max_size=3)),
        st.builds(Not, inner),
    ),
    max_leaves=8,
)
events = st.lists(
    st.fixed_dictionaries(
        {
            "offence": st.none() | st.sampled_from(TEXTS),
            "weapon": st.none() | st.sampled_from(TEXTS),
            "age": st.none() | st.just(float("nan")) | st.integers(0, 5).map(float),
        }
    ),
    min_size=1,
    max_size=12,
)


@pytest.fixture(scope="module")
def connection():
    yield (opened := ibis.duckdb.connect())
    opened.disconnect()


@settings(max_examples=100, deadline=None)
@example(rule=All((Not(Is("offence", "Robbery")),)), events=[{"offence": None, "weapon": None, "age": None}])
@example(
    rule=Not(All((Is("offence", "Robbery"), Not(Is("weapon", "it's"))))),
    events=[{"offence": "Robbery", "weapon": "", "age": None}],
)
@given(rule=rules, events=events)
def test_a_rule_says_the_same_of_a_table_as_of_each_event(connection, rule, events):
    events = [event | {"row": row} for row, event in enumerate(events)]
    table = ibis.memtable(pa.Table.from_pylist(events, schema=SCHEMA))
    compiled = compile_rule(rule, table)
    found = connection.to_pyarrow(
        table.select("row", verdict=compiled.verdict, missing=compiled.missing).order_by("row")
    ).to_pylist()
    words = {True: RuleVerdict.IN, False: RuleVerdict.OUT, None: RuleVerdict.UNDETERMINED}
    for event, row in zip(events, found, strict=True):
        expected = evaluate_rule(rule, event)
        assert words[row["verdict"]] is expected.verdict
        assert compiled.name_fields(row["missing"]) == expected.missing
