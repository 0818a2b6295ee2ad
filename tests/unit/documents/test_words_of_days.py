"""A day is written as people write it."""

from __future__ import annotations

import datetime

import pytest

from safeground.engine.documents import format_day


@pytest.mark.parametrize(("day", "words"), [("2025-06-03", "3 June 2025"), ("2024-12-31", "31 December 2024")])
def test_a_day_in_words_has_no_nought_before_it(day: str, words: str) -> None:
    assert format_day(datetime.date.fromisoformat(day)) == words
