"""What was tested, and what it showed: the chapter, and a page for each evaluation."""

from safeground.engine.assessment.chapters.evaluations.chapter import make_evaluation_pages, make_evaluations

__all__ = ["make_evaluation_pages", "make_evaluations"]
