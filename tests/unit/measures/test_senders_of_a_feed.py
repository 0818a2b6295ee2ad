"""What several senders send of one area: a month counts where each of them has sent it."""

from __future__ import annotations

import datetime

from safeground.engine.measures.events import find_complete_months


def month(number: int) -> datetime.date:
    return datetime.date(2025, number, 1)


def test_a_sender_who_falls_silent_leaves_a_gap_and_not_a_fall() -> None:
    landed = {"rwx01": {month(1), month(2), month(3)}, "rwx02": {month(1), month(3)}}
    assert find_complete_months(landed) == {month(1), month(3)}


def test_a_sender_is_expected_from_its_first_month_on() -> None:
    landed = {"rwx01": {month(1), month(2), month(3)}, "rwx02": {month(2), month(3)}}
    assert find_complete_months(landed) == {month(1), month(2), month(3)}


def test_nobody_has_sent_anything() -> None:
    assert find_complete_months({}) == frozenset()
    assert find_complete_months({"rwx01": set()}) == frozenset()
