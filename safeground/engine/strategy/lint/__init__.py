"""The linter: what a strategy says twice and differently, leaves blank, or works out wrongly. Every rule holds for any strategy."""

from safeground.engine.strategy.lint.findings import Finding, Rule, Severity
from safeground.engine.strategy.lint.linting import LintReport, lint_file, lint_strategy
from safeground.engine.strategy.lint.reading_documents import DocumentUnreadable
from safeground.engine.strategy.lint.register import RULES

__all__ = ["RULES", "DocumentUnreadable", "Finding", "LintReport", "Rule", "Severity", "lint_file", "lint_strategy"]
