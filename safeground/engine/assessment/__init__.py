"""The assessment: an outline and protected estimates become findings, figures and chapters, and those a document. It renders nothing."""

from safeground.engine.assessment.evidence import Evidence
from safeground.engine.assessment.writing import write_assessment

__all__ = ["Evidence", "write_assessment"]
