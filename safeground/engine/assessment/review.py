"""When the assessment is to be looked at again, and whether that day has passed."""

from __future__ import annotations

from safeground.engine.assessment.evidence import Evidence
from safeground.engine.documents import Audience, Notice, NoticeKind, Paragraph, format_day
from safeground.months import month_end


def make_review(evidence: Evidence) -> Paragraph | Notice:
    """The day of the next review, or that none is set, or that it has passed.

    It is held against the last day of the data and not against the clock: the same files make the same edition on any day.
    """
    review = evidence.catalogue.partnership.assessment_review
    if review is None:
        said = "No day has been set on which this assessment is reviewed."
        if evidence.audience is not Audience.PUBLIC:  # the public cannot set one
            said += " Set one in the partnership's definitions."
        return Notice(NoticeKind.MISSING, said)
    if evidence.covered and (last := month_end(evidence.newest)) > review.due:
        said = (
            f"This assessment was to be reviewed by {format_day(review.due)} ({review.by}), and its data run to {format_day(last)}. "
            "The day has passed: check that it has been reviewed before you rely on what it recommends."
        )
        return Notice(NoticeKind.WARNING, said)
    return Paragraph(f"This assessment is to be reviewed by {format_day(review.due)}: {review.by}.")
