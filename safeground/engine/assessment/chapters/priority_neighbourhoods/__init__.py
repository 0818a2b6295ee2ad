"""The chapter of priority neighbourhoods."""

from safeground.engine.assessment.chapters.priority_neighbourhoods.chapter import make_priority_neighbourhoods

__all__ = ["make_priority_neighbourhoods"]
