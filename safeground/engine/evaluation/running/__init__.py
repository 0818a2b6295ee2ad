"""Evaluations from a protocol and its data to all that its page shows. One module a design."""

from __future__ import annotations

from safeground.engine.evaluation.running.crossover import evaluate_crossover
from safeground.engine.evaluation.running.table import (
    DESIGNS,
    Design,
    check_protocol,
    evaluate,
    read_evaluation_files,
)

__all__ = ["DESIGNS", "Design", "check_protocol", "evaluate", "evaluate_crossover", "read_evaluation_files"]
