"""Did it work? Protocols, designs and their checks, effects with what may be said of them, and what they cost."""

from __future__ import annotations

__all__: list[str] = []
