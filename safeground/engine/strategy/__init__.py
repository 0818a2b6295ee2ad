"""The strategy as data: what a partnership's documents say, each statement with its document and line."""

from safeground.engine.strategy.aims import FocusStatement, GoalMention, StatedAim, StatedBenchmark, StatedGoal
from safeground.engine.strategy.arithmetic import (
    Checked,
    Standing,
    breaks_rounding,
    check_arithmetic,
    printed_range,
    printed_step,
)
from safeground.engine.strategy.figures import (
    FigureBase,
    FigurePeriod,
    FootnoteMark,
    MoneyStatement,
    PeriodReading,
    PrintedTable,
    PublishedFigure,
)
from safeground.engine.strategy.lint import (
    RULES,
    DocumentUnreadable,
    Finding,
    LintReport,
    Rule,
    Severity,
    lint_file,
    lint_strategy,
)
from safeground.engine.strategy.model import Strategy, places_in
from safeground.engine.strategy.offence_rule import OffenceRule, RulePart
from safeground.engine.strategy.priorities import ImpactStatement, PriorityList, PriorityStatement, Theme
from safeground.engine.strategy.reading import load_strategy, read_strategy
from safeground.engine.strategy.statements import DatedMention, Document, Passage, Where, first_day, last_day

__all__ = [
    "RULES",
    "Checked",
    "DatedMention",
    "Document",
    "DocumentUnreadable",
    "FigureBase",
    "FigurePeriod",
    "Finding",
    "FocusStatement",
    "FootnoteMark",
    "GoalMention",
    "ImpactStatement",
    "LintReport",
    "MoneyStatement",
    "OffenceRule",
    "Passage",
    "PeriodReading",
    "PrintedTable",
    "PriorityList",
    "PriorityStatement",
    "PublishedFigure",
    "Rule",
    "RulePart",
    "Severity",
    "Standing",
    "StatedAim",
    "StatedBenchmark",
    "StatedGoal",
    "Strategy",
    "Theme",
    "Where",
    "breaks_rounding",
    "check_arithmetic",
    "first_day",
    "last_day",
    "lint_file",
    "lint_strategy",
    "load_strategy",
    "places_in",
    "printed_range",
    "printed_step",
    "read_strategy",
]
