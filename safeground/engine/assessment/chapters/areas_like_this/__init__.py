"""The chapter that sets each area beside areas like it."""

from safeground.engine.assessment.chapters.areas_like_this.chapter import make_areas_like_this

__all__ = ["make_areas_like_this"]
