"""The chapter that sets the area's region beside the country, and its force beside all others."""

from safeground.engine.assessment.chapters.the_country.chapter import make_the_country

__all__ = ["make_the_country"]
