"""The rule language: three-valued logic, its YAML, its words."""

from __future__ import annotations

import doctest
import math

import pytest

from safeground.engine.catalogue import (
    All,
    AnyOf,
    Between,
    Is,
    IsIn,
    Not,
    RuleError,
    RuleResult,
    RuleVerdict,
    RuleVocabulary,
    Switched,
    choose_readings,
    describe_result,
    describe_rule,
    evaluate_rule,
    parse_rule,
    rule_fields,
    rule_parsing,
    rule_wording,
    rules,
)
from safeground.engine.catalogue.code_lists import CodeList

IN, OUT, UNKNOWN = "in", "out", "undetermined"
TRUTH = {IN: "yes", OUT: "no", UNKNOWN: None}
A, B = Is("a", "yes"), Is("b", "yes")

# Kleene's strong tables: a, b, a and b, a or b.
KLEENE = """
in            in            in            in
in            out           out           in
in            undetermined  undetermined  in
out           in            out           in
out           out           out           out
out           undetermined  out           undetermined
undetermined  in            undetermined  in
undetermined  out           out           undetermined
undetermined  undetermined  undetermined  undetermined
"""


@pytest.mark.parametrize("row", KLEENE.strip().splitlines())
def test_all_and_any_follow_kleenes_tables(row: str) -> None:
    a, b, both, either = row.split()
    event = {"a": TRUTH[a], "b": TRUTH[b]}
    assert evaluate_rule(All((A, B)), event).verdict == both
    assert evaluate_rule(AnyOf((A, B)), event).verdict == either


@pytest.mark.parametrize(("value", "verdict"), [("yes", OUT), ("no", IN), (None, UNKNOWN)])
def test_not_keeps_unknown_unknown(value: str | None, verdict: str) -> None:
    assert evaluate_rule(Not(A), {"a": value}).verdict == verdict


@pytest.mark.parametrize("blank", [None, "", "  ", math.nan])
def test_a_blank_is_unknown_and_never_no(blank: object) -> None:
    assert evaluate_rule(A, {"a": blank}) == RuleResult(RuleVerdict.UNDETERMINED, blank=("a",))


def test_a_field_the_feed_does_not_carry_is_named_apart_from_a_blank_one() -> None:
    result = evaluate_rule(All((A, B)), {"a": ""})
    assert (result.blank, result.not_carried, result.missing) == (("a",), ("b",), ("a", "b"))


def test_only_fields_that_matter_are_named() -> None:
    rule = All((Is("offence", "Robbery"), AnyOf((A, B))))
    assert evaluate_rule(rule, {"offence": "Robbery", "a": "no", "b": None}).missing == ("b",)
    assert evaluate_rule(rule, {"offence": "Drugs"}).missing == ()


def test_words_for_unknown_are_unknown() -> None:
    rule = Is("county_lines", "yes", unknown_words=("not assessed",))
    assert evaluate_rule(rule, {"county_lines": "not assessed"}).blank == ("county_lines",)
    assert evaluate_rule(rule, {"county_lines": "no"}).verdict == OUT


@pytest.mark.parametrize(
    ("age", "verdict"), [(9, OUT), (10, IN), (24.9, IN), (25, OUT), (None, UNKNOWN), ("ten", UNKNOWN), (True, UNKNOWN)]
)
def test_between_holds_its_lower_end_and_not_its_upper(age: object, verdict: str) -> None:
    assert evaluate_rule(Between("age", 10, 25), {"age": age}).verdict == verdict


def test_between_may_be_open() -> None:
    assert evaluate_rule(Between("age", below=25), {"age": -1}).verdict == IN
    assert evaluate_rule(Between("age", at_least=25), {"age": 99}).verdict == IN


def test_a_switch_must_be_chosen_before_use() -> None:
    rule = All((A, Not(Switched("scope"))))
    with pytest.raises(ValueError, match="'scope' has no reading"):
        evaluate_rule(rule, {"a": "yes"})
    with pytest.raises(ValueError, match="'scope' has no reading"):
        choose_readings(rule, {})
    assert choose_readings(rule, {"scope": B}) == All((A, Not(B)))


def test_rule_fields_are_each_named_once() -> None:
    rule = AnyOf((Not(B), All((A, Between("age", 1), IsIn("a", ("x",)))), Switched("s")))
    assert rule_fields(rule) == ("a", "age", "b")


def test_yaml_shapes_become_the_tree() -> None:
    lists = {"knives": CodeList("knives", "made up", {"k1": "knife", "k2": "blade"})}
    vocabulary = RuleVocabulary(lists, {"a": ("unknown",), "b": ()}, frozenset({"scope"}))
    data = {
        "all": [
            {"any": [{"field": "a", "is": True}, {"field": "b", "in": ["4.10", False]}]},
            {"not": {"field": "b", "in_code_list": "knives"}},
            {"field": "b", "at_least": 10, "below": 25},
            {"switch": "scope"},
        ]
    }
    assert parse_rule(data, vocabulary) == All(
        (
            AnyOf((Is("a", "yes", ("unknown",)), IsIn("b", ("4.10", "no")))),
            Not(IsIn("b", ("k1", "k2"), "knives")),
            Between("b", 10, 25),
            Switched("scope"),
        )
    )


MISTAKES = [
    ("Robbery", "", "is not a rule"),
    ({"al": []}, "", "is not a rule"),
    ({"all": [], "any": []}, "", "is not a rule"),
    ({"all": []}, "all", "at least one rule"),
    ({"any": {"field": "a"}}, "any", "at least one rule"),
    ({"not": {"all": [7]}}, "not.all.0", "is not a rule"),
    ({"field": "a"}, "", "is not a rule"),
    ({"field": "a", "is": "x", "in": ["y"]}, "", "is not a rule"),
    ({"field": "a", "is": 4.1}, "is", "4.1 is not a text: put it in quotation marks"),
    ({"field": "a", "is": ""}, "is", "is not a text"),
    ({"field": "a", "is": "unknown"}, "is", "'unknown' means that the field is not known"),
    ({"field": "a", "in": []}, "in", "at least one value"),
    ({"field": "a", "in": ["x", "x"]}, "in", "holds a value twice"),
    ({"field": "a", "in": ["x", 1]}, "in.1", "1 is not a text"),
    ({"field": "a", "in_code_list": "knifes"}, "in_code_list", "no code list 'knifes'; did you mean 'knives'?"),
    ({"field": "aa", "is": "x"}, "field", "no event field 'aa' in event_fields.yaml"),
    ({"field": "a", "below": "ten"}, "below", "'ten' is not a number"),
    ({"field": "a", "below": None}, "", "give at_least, below, or both"),
    ({"field": "a", "at_least": 25, "below": 10}, "", "no number is at least 25 and below 10"),
    ({"switch": "scop"}, "switch", "no switch 'scop' in this definition; did you mean 'scope'?"),
]


@pytest.mark.parametrize(("data", "place", "message"), MISTAKES)
def test_each_mistake_is_told_at_its_place(data: object, place: str, message: str) -> None:
    lists = {"knives": CodeList("knives", "made up", {"k1": "knife"})}
    with pytest.raises(RuleError) as error:
        parse_rule(data, RuleVocabulary(lists, {"a": ("unknown",)}, frozenset({"scope"})))
    [(found, words)] = error.value.mistakes
    assert ".".join(map(str, found)) == place
    assert message in words


def test_all_mistakes_come_at_once() -> None:
    with pytest.raises(RuleError) as error:
        parse_rule({"all": [{"field": "a", "is": 1}, {"not": 3}, {"field": "b", "in": []}]})
    assert [place for place, _ in error.value.mistakes] == [("all", 0, "is"), ("all", 1, "not"), ("all", 2, "in")]


def test_rules_in_words() -> None:
    rule = All(
        (
            IsIn("offence", ("Robbery", "Burglary")),
            AnyOf((Not(A), Not(IsIn("b", ("x", "y"))), Not(Between("age", below=18)))),
            IsIn("code", ("k1",), "knives"),
        )
    )
    assert describe_rule(rule, {"offence": "the crime type"}) == (
        "the crime type is Robbery or Burglary, and (a is not yes, or b is none of x or y, or it is not so that (age is below 18)), "
        "and code is in the list knives"
    )
    assert describe_rule(Switched("online_offences")) == "as the reading of “online offences” says"


def test_results_in_words() -> None:
    assert describe_result(evaluate_rule(A, {"a": "yes"})) == "This event counts."
    assert describe_result(evaluate_rule(A, {"a": "no"})) == "This event does not count."
    result = RuleResult(RuleVerdict.UNDETERMINED, blank=("a", "b"), not_carried=("x", "y", "z"))
    assert describe_result(result) == (
        "It cannot be told whether this event counts: a and b are not stated; the feed does not carry x, y and z."
    )


@pytest.mark.parametrize("module", [rules, rule_parsing, rule_wording])
def test_examples_in_docstrings_run(module: object) -> None:
    outcome = doctest.testmod(module)  # type: ignore[arg-type]
    assert outcome.attempted > 0
    assert outcome.failed == 0
