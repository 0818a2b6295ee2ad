"""What an evaluation refuses, and says so in a sentence."""

from __future__ import annotations


class EvaluationRefused(ValueError):
    """A protocol, a design or a wording that cannot stand. The message is one sentence for whoever wrote it."""
