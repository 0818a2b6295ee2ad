"""Wider signs: how safe people feel, and what is prescribed for mental health. Neither is a count of violence."""

from safeground.engine.assessment.chapters.wider_signs.chapter import make_wider_signs

__all__ = ["make_wider_signs"]
