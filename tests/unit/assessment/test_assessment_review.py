"""The day of the assessment's review is said, and that it has passed, by the data's own last day."""

from __future__ import annotations

import datetime
from types import SimpleNamespace

import pytest

from safeground.engine.assessment.review import make_review
from safeground.engine.documents import Audience, Notice, NoticeKind, Paragraph

JUNE = datetime.date(2025, 6, 1)


def review(due: datetime.date | None, newest: datetime.date | None = JUNE, audience: Audience = Audience.PARTNERSHIP):
    """The block, of data whose newest month is `newest`."""
    planned = None if due is None else SimpleNamespace(due=due, by="Board", provenance="Made up")
    partnership = SimpleNamespace(assessment_review=planned)
    covered = frozenset() if newest is None else frozenset({newest})
    catalogue = SimpleNamespace(partnership=partnership)
    return make_review(SimpleNamespace(catalogue=catalogue, covered=covered, newest=newest, audience=audience))


@pytest.mark.parametrize(
    ("due", "kind"),
    [
        (datetime.date(2025, 6, 29), NoticeKind.WARNING),
        (datetime.date(2025, 6, 30), None),
        (datetime.date(2026, 3, 31), None),
        (None, NoticeKind.MISSING),
    ],
)
def test_a_day_that_the_data_have_passed_is_a_warning_and_none_at_all_is_missing(due, kind):
    block = review(due)
    assert (block.kind if isinstance(block, Notice) else None) == kind


def test_the_day_is_named_with_whoever_reviews():
    assert review(datetime.date(2026, 3, 31)) == Paragraph("This assessment is to be reviewed by 31 March 2026: Board.")
    assert "29 June 2025" in review(datetime.date(2025, 6, 29)).markdown


def test_without_data_no_day_has_passed():
    assert isinstance(review(datetime.date(2020, 1, 31), newest=None), Paragraph)


def test_only_those_who_can_set_a_day_are_asked_to():
    assert "Set one" in review(None).markdown
    assert "Set one" not in review(None, audience=Audience.PUBLIC).markdown
