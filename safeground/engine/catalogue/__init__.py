"""Definitions read from files into frozen objects, every problem reported at once."""

from safeground.engine.catalogue.code_lists import CodeList
from safeground.engine.catalogue.contract import Contract, OnFailure, Sensitivity, Variant
from safeground.engine.catalogue.feeds import Feeds, definitions_folder, load_feeds
from safeground.engine.catalogue.problems import DefinitionProblem, DefinitionsError
from safeground.engine.catalogue.rule_parsing import RuleError, RuleVocabulary, parse_rule
from safeground.engine.catalogue.rule_wording import describe_result, describe_rule
from safeground.engine.catalogue.rules import (
    All,
    AnyOf,
    Between,
    Is,
    IsIn,
    Not,
    Rule,
    RuleResult,
    Switched,
    Verdict,
    choose_readings,
    evaluate_rule,
    rule_fields,
)

__all__ = [
    "All",
    "AnyOf",
    "Between",
    "CodeList",
    "Contract",
    "DefinitionProblem",
    "DefinitionsError",
    "Feeds",
    "Is",
    "IsIn",
    "Not",
    "OnFailure",
    "Rule",
    "RuleError",
    "RuleResult",
    "RuleVocabulary",
    "Sensitivity",
    "Switched",
    "Variant",
    "Verdict",
    "choose_readings",
    "definitions_folder",
    "describe_result",
    "describe_rule",
    "evaluate_rule",
    "load_feeds",
    "parse_rule",
    "rule_fields",
]
