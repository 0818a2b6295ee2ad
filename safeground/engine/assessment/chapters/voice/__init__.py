"""Voice: what people who live with violence say of it, who was heard and who was not, and what was done about it."""

from safeground.engine.assessment.chapters.voice.chapter import make_voice

__all__ = ["make_voice"]
