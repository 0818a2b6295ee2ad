"""The chapter of risk factors between areas."""

from safeground.engine.assessment.chapters.risk_factors.chapter import make_risk_factors

__all__ = ["make_risk_factors"]
