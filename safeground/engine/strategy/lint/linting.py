"""A strategy linted: a file of any kind that is read here, or a strategy kept as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safeground.engine.strategy.lint.extracting import extract
from safeground.engine.strategy.lint.findings import Finding, Severity
from safeground.engine.strategy.lint.layout import read_layout
from safeground.engine.strategy.lint.modelled import from_strategy
from safeground.engine.strategy.lint.reading_documents import DocumentUnreadable, read_lines
from safeground.engine.strategy.lint.register import find_defects
from safeground.engine.strategy.model import Strategy
from safeground.engine.strategy.reading import read_strategy

_MEANING = {
    Severity.A: "change a number or a decision",
    Severity.B: "can be read in more than one way",
    Severity.C: "are editorial",
}


@dataclass(frozen=True)
class LintReport:
    """What was found in one strategy or document. `source` is what the user named."""

    source: str
    findings: tuple[Finding, ...]

    @property
    def is_grave(self) -> bool:
        """Whether a finding changes a number or a decision."""
        return any(finding.severity is Severity.A for finding in self.findings)

    def lines(self) -> Sequence[str]:
        """For a person: every finding with what it was worked out from, the gravest first, and a count of each severity."""
        if not self.findings:
            return [f"{self.source}: no defects found."]
        lines = []
        for severity in Severity:
            found = [finding for finding in self.findings if finding.severity is severity]
            if not found:
                continue
            lines.append(
                f"{self.source}: {len(found)} {'finding' if len(found) == 1 else 'findings'} of {severity}, which "
                f"{_MEANING[severity]}"
            )
            for finding in found:
                lines.append(f"  {'; '.join(map(str, finding.places))}  [{finding.rule}]")
                lines.append(f"    {finding.sentence}")
                lines.extend(f"      from: {text}" for text in finding.worked_from)
        return lines

    def as_data(self) -> dict[str, Any]:
        """For a script, in the shape of strategy_lint.schema.json."""
        return {
            "source": self.source,
            "counts": {
                severity.value: sum(finding.severity is severity for finding in self.findings) for severity in Severity
            },
            "findings": [
                {
                    "rule": finding.rule,
                    "severity": finding.severity.value,
                    "places": [
                        {"document": place.document, "line": place.line or None, "item": place.item or None}
                        for place in finding.places
                    ],
                    "sentence": finding.sentence,
                    "worked_from": list(finding.worked_from),
                }
                for finding in self.findings
            ],
        }


def lint_strategy(strategy: Strategy, *, source: str) -> LintReport:
    """The defects of a strategy kept as data."""
    return LintReport(source, find_defects(from_strategy(strategy)))


def lint_file(path: Path) -> LintReport:
    """The defects of a file: a strategy kept as data (.yaml), or a text, Word or PDF document by the rules that need no structure.

    Raises DocumentUnreadable, or DefinitionsError where a .yaml is no strategy.
    """
    if path.suffix.lower() in (".yaml", ".yml"):
        if not path.is_file():
            raise DocumentUnreadable(f"There is no file {path}; check its name.")
        return lint_strategy(read_strategy(path, shown_as=str(path)), source=str(path))
    return LintReport(str(path), find_defects(extract(read_layout(path.name, read_lines(path)))))
