"""A time of day in a file that people write."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, Field

_A_DAY = 24 * 60


def _read_time(value: Any) -> Any:
    """'06:00' as it is. YAML reads 15:00 without quotation marks as 900, a number to the base of sixty."""
    return f"{value // 60:02d}:{value % 60:02d}" if isinstance(value, int) and 0 <= value <= _A_DAY else value


TimeOfDay: TypeAlias = Annotated[str, BeforeValidator(_read_time), Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
"""'06:00'."""


def minutes_of(time: str) -> int:
    """Minutes after midnight: '06:00' as 360."""
    return int(time[:2]) * 60 + int(time[3:])
