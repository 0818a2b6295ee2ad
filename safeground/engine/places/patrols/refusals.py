"""Why a trial cannot go on: one sentence."""

from __future__ import annotations


class TrialRefused(ValueError):
    """A trial of patrols cannot be designed, drawn or read as it stands; one sentence says why and what to do."""
