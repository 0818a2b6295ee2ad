"""Protocols: what an evaluation asks, of what, by which design, written down before an outcome is opened. One module a design."""

from __future__ import annotations

from safeground.engine.evaluation.protocols.common import NAME, OutcomeOfProtocol, Protocol
from safeground.engine.evaluation.protocols.crossover import CrossoverProtocol, TrialFiles
from safeground.engine.evaluation.protocols.reading import PROTOCOLS, read_protocol

__all__ = ["NAME", "PROTOCOLS", "CrossoverProtocol", "OutcomeOfProtocol", "Protocol", "TrialFiles", "read_protocol"]
