"""Places: priority neighbourhoods, hot spots, forecasts that are tested, and patrols.

Places may be ranked; people never are. No record that police make on their own initiative chooses a place.
"""

from __future__ import annotations

__all__: list[str] = []
