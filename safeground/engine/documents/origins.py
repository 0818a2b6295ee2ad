"""How numbers were made: what stands on the page behind a finding, and in `findings.json` beside it."""

from __future__ import annotations

from dataclasses import dataclass

from safeground.engine.disclosure import DisclosureRule, Protected


@dataclass(frozen=True)
class SourceDelivery:
    """A delivery that numbers were made from, in rows.

    Its rows are told where its owner's rule withholds nothing: a month's accepted rows may be that month's number, and what was set aside
    leads back to it.
    """

    id: str
    feed: str
    title: str
    sender: str
    period: str
    sha256: str
    contract_version: int
    received: Protected
    accepted: Protected
    quarantined: Protected
    duplicates: Protected


@dataclass(frozen=True)
class MadeMeasure:
    """A measure told of a definition: what one value is, over whom, and how its interval is made, all in words."""

    name: str
    version: int
    title: str
    unit: str
    interval: str


@dataclass(frozen=True)
class Origin:
    """How the numbers that count one definition were made.

    `definition` is what findings name it by, `label` what tables do. `clauses`: its rule in words, all of which must hold. `readings`:
    its open questions, each with the reading that was used. `rows`: of the feed's rows in `rows_period`, those that are in, those that
    are out, and those of which it cannot be told; empty where the feed has no row for each event.
    """

    id: str
    title: str
    definition: str
    label: str
    version: int
    file: str
    """The file that says so, as the definitions folder names it."""
    source: str
    clauses: tuple[str, ...]
    readings: tuple[tuple[str, str], ...]
    counted: str
    measures: tuple[MadeMeasure, ...]
    rows: tuple[tuple[str, Protected], ...]
    rows_period: str
    deliveries: tuple[SourceDelivery, ...]
    rule: DisclosureRule
    rule_note: str
    """The sentence the owner's rule has for a page."""

    def __post_init__(self) -> None:
        for name in ("id", "title", "definition", "label"):
            if not getattr(self, name):
                raise ValueError(f"origin {self.id or '?'}: {name} is empty")
