"""What must always hold of three-valued rules."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from safeground.engine.catalogue import (
    All,
    AnyOf,
    Between,
    Is,
    IsIn,
    Not,
    Rule,
    RuleVerdict,
    evaluate_rule,
    rule_fields,
)

FLAGS = ("a", "b", "c")
VALUES = ("yes", "no", "perhaps")

leaves: st.SearchStrategy[Rule] = st.one_of(
    st.builds(Is, st.sampled_from(FLAGS), st.sampled_from(VALUES)),
    st.builds(
        IsIn, st.sampled_from(FLAGS), st.lists(st.sampled_from(VALUES), min_size=1, max_size=2, unique=True).map(tuple)
    ),
    st.builds(Between, st.just("age"), st.integers(0, 30), st.integers(31, 60)),
)


def grow(children: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
    parts = st.lists(children, min_size=1, max_size=3).map(tuple)
    return st.one_of(st.builds(All, parts), st.builds(AnyOf, parts), st.builds(Not, children))


rules = st.recursive(leaves, grow, max_leaves=8)
events = st.fixed_dictionaries(
    {},
    optional={
        **{flag: st.sampled_from((*VALUES, None, "")) for flag in FLAGS},
        "age": st.one_of(st.none(), st.integers(0, 70)),
    },
)
facts = st.fixed_dictionaries({**{flag: st.sampled_from(VALUES) for flag in FLAGS}, "age": st.integers(0, 70)})


def complete(event: Mapping[str, object], known: Mapping[str, object]) -> dict[str, object]:
    return {name: event.get(name) if event.get(name) not in (None, "") else known[name] for name in known}


@given(rules, events, facts)
def test_learning_a_missing_fact_never_overturns_a_verdict(
    rule: Rule, event: dict[str, object], known: dict[str, object]
) -> None:
    before = evaluate_rule(rule, event).verdict
    after = evaluate_rule(rule, complete(event, known)).verdict
    assert after is not RuleVerdict.UNDETERMINED
    assert before in (after, RuleVerdict.UNDETERMINED)


@given(rules, events, facts)
def test_knowing_the_missing_fields_it_names_decides_an_event(
    rule: Rule, event: dict[str, object], known: dict[str, object]
) -> None:
    missing = evaluate_rule(rule, event).missing
    assert (
        evaluate_rule(rule, {**event, **{name: known[name] for name in missing}}).verdict
        is not RuleVerdict.UNDETERMINED
    )


@given(rules, events)
def test_missing_fields_are_named_exactly_where_an_event_is_undetermined(rule: Rule, event: dict[str, object]) -> None:
    result = evaluate_rule(rule, event)
    assert bool(result.missing) == (result.verdict is RuleVerdict.UNDETERMINED)
    assert set(result.missing) <= set(rule_fields(rule))
    assert set(result.not_carried) == set(result.missing) - set(event)


@given(rules, rules, events)
def test_the_laws_of_de_morgan_hold(one: Rule, other: Rule, event: dict[str, object]) -> None:
    assert evaluate_rule(Not(All((one, other))), event) == evaluate_rule(AnyOf((Not(one), Not(other))), event)
    assert evaluate_rule(Not(Not(one)), event) == evaluate_rule(one, event)
    assert evaluate_rule(All((one, other)), event) == evaluate_rule(All((other, one)), event)
