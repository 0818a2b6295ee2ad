"""Every rule, in the order in which the reference page lists them."""

from __future__ import annotations

from safeground.engine.strategy.lint import (
    arithmetic,
    dates,
    denominators,
    goals,
    identifiers,
    offences,
    references,
    repetition,
)
from safeground.engine.strategy.lint.findings import Finding, Rule
from safeground.engine.strategy.lint.subject import Subject

RULES: tuple[Rule, ...] = (
    *goals.RULES,
    *arithmetic.RULES,
    *repetition.RULES,
    *denominators.RULES,
    *dates.RULES,
    *identifiers.RULES,
    *offences.RULES,
    *references.RULES,
)


def find_defects(subject: Subject) -> tuple[Finding, ...]:
    """Every defect that a rule finds, the gravest first, then in the order of the documents."""
    found = [finding for rule in RULES for finding in rule.check(subject)]
    return tuple(sorted(found, key=lambda finding: (finding.severity, finding.places[0], finding.rule)))
