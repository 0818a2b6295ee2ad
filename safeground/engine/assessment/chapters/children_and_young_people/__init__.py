"""Children and young people: what youth justice, children's services and schools know of them, in numbers alone."""

from safeground.engine.assessment.chapters.children_and_young_people.chapter import make_children_and_young_people

__all__ = ["make_children_and_young_people"]
