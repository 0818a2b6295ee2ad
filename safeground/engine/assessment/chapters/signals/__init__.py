"""The chapter of signals: which months, gaps and levels are more than chance."""

from safeground.engine.assessment.chapters.signals.chapter import make_signals

__all__ = ["make_signals"]
