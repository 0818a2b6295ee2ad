"""Words around numbers: how many of what, several in a row, the first letter of a sentence, a day."""

from __future__ import annotations

import datetime
from collections.abc import Sequence


def join_words(words: Sequence[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    if not words:
        return ""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def count_things(number: int, one: str, many: str | None = None) -> str:
    """'1 file', '1,204 files', '3 deliveries'; `many` where it takes more than an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def capitalise(text: str) -> str:
    """The first letter large, the rest as it was."""
    return text[:1].upper() + text[1:]


def format_day(day: datetime.date) -> str:
    """'3 June 2025'."""
    return f"{day.day} {day:%B %Y}"
