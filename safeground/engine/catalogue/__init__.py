"""Definitions read from files into frozen objects, every problem reported at once."""

from safeground.engine.catalogue.catalogue import (
    Catalogue,
    find_partnership,
    load_catalogue,
    load_outline,
    load_partnership,
    overdue_reviews,
    partnership_names,
)
from safeground.engine.catalogue.code_lists import CodeList
from safeground.engine.catalogue.contract import Contract, OnFailure, Sensitivity, Variant
from safeground.engine.catalogue.disclosure_rules import DisclosureRules
from safeground.engine.catalogue.event_definition import EventDefinition, Switch
from safeground.engine.catalogue.event_fields import EventField, EventFields
from safeground.engine.catalogue.feeds import Feeds, definitions_folder, load_feeds
from safeground.engine.catalogue.measure import AgeRange, Counted, Denominator, Interval, Measure, Unit
from safeground.engine.catalogue.outline import ChapterOutline, ChapterPlan, Outline
from safeground.engine.catalogue.partnership import (
    BrandColours,
    ExpectedDataset,
    ExpectedPartner,
    Force,
    HelpLine,
    Partnership,
    PartnershipArea,
)
from safeground.engine.catalogue.poor_denominator import PoorDenominator
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
    "AgeRange",
    "All",
    "AnyOf",
    "Between",
    "BrandColours",
    "Catalogue",
    "ChapterOutline",
    "ChapterPlan",
    "CodeList",
    "Contract",
    "Counted",
    "DefinitionProblem",
    "DefinitionsError",
    "Denominator",
    "DisclosureRules",
    "EventDefinition",
    "EventField",
    "EventFields",
    "ExpectedDataset",
    "ExpectedPartner",
    "Feeds",
    "Force",
    "HelpLine",
    "Interval",
    "Is",
    "IsIn",
    "Measure",
    "Not",
    "OnFailure",
    "Outline",
    "Partnership",
    "PartnershipArea",
    "PoorDenominator",
    "Rule",
    "RuleError",
    "RuleResult",
    "RuleVocabulary",
    "Sensitivity",
    "Switch",
    "Switched",
    "Unit",
    "Variant",
    "Verdict",
    "choose_readings",
    "definitions_folder",
    "describe_result",
    "describe_rule",
    "evaluate_rule",
    "find_partnership",
    "load_catalogue",
    "load_feeds",
    "load_outline",
    "load_partnership",
    "overdue_reviews",
    "parse_rule",
    "partnership_names",
    "rule_fields",
]
