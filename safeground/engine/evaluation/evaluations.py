"""What an evaluation found, alike for every design: effects with their checks, and what its page shows as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from safeground.engine.evaluation.effects import Effect
from safeground.engine.evaluation.exhibits import Flow, PageWords, Quantity, Section, Told
from safeground.engine.evaluation.protocols import Protocol


@dataclass(frozen=True)
class Evaluation:
    """What an evaluation found. `primary`: the effect that answers the question, with every check of the design; `others`: all else.

    `words`, `sections`, `flow`: what its page says and shows that other designs do not. `notes`: what could not be told, and why.
    """

    protocol: Protocol
    sha256: str
    primary: Effect
    others: tuple[Effect, ...]
    words: PageWords
    sections: tuple[Section, ...]
    flow: Flow
    notes: tuple[str, ...]
    sources: tuple[str, ...]
    area: tuple[str, str, str] | None = None
    """Code, name and vintage of what was treated, where it is not in the partnership's own area."""

    @property
    def effects(self) -> tuple[Effect, ...]:
        return (self.primary, *self.others)


def as_data(evaluation: Evaluation) -> Mapping[str, Any]:
    """For the analyst's own scripts: every number as estimated, before any rule of disclosure."""
    flow, evidence = evaluation.flow, evaluation.primary.evidence
    return {
        "protocol": evaluation.protocol.model_dump(mode="json", by_alias=True),
        "sha256": evaluation.sha256,
        "flow": [
            {"step": step, **{side.key: _plain(cell) for side, cell in zip(flow.sides, cells, strict=True)}} for step, cells in flow.steps
        ],
        "effects": [_effect_data(effect) for effect in evaluation.effects],
        "checks": [{**vars(check), "verdict": str(check.verdict)} for check in evaluation.primary.checks],
        "evidence": {"maryland": evidence.maryland, "security": evidence.security, "reasons": list(evidence.reasons)},
        "notes": list(evaluation.notes),
        "sources": list(evaluation.sources),
    }  # fmt: skip


def _plain(cell: Told) -> str | float | None:
    return _finite(cell.value) if isinstance(cell, Quantity) else cell


def _effect_data(effect: Effect) -> dict[str, Any]:
    numbers = {name: _finite(getattr(effect, name)) for name in ("estimate", "lower", "upper", "p")}
    return {
        "name": effect.name, "outcome": effect.outcome, "role": str(effect.role), "design": str(effect.kind), "basis": effect.basis,
        "scale": str(effect.scale), **numbers, "confidence": effect.confidence, "direction": str(effect.direction),
        "method": effect.method,
    }  # fmt: skip


def _finite(number: float) -> float | None:
    return number if np.isfinite(number) else None
