"""The assessment: an outline and protected estimates become findings, figures and chapters, and those a document. It renders nothing."""

from safeground.engine.assessment.chapters.hot_spots import (
    ToldSpots,
    tell_chosen,
    tell_hot_spots,
    write_hot_spot_pack,
)
from safeground.engine.assessment.definition_comparison import ComparisonPages
from safeground.engine.assessment.evidence import Evidence
from safeground.engine.assessment.supplied_rows import may_tell_feed, may_tell_rows
from safeground.engine.assessment.tested import QuotedEvaluation, Tested
from safeground.engine.assessment.wording import (
    Wording,
    WordingError,
    check_protocol_words,
    check_words_withhold,
    find_words,
    put_in_words,
    read_wording,
)
from safeground.engine.assessment.writing import write_assessment

__all__ = [
    "ComparisonPages",
    "Evidence",
    "QuotedEvaluation",
    "Tested",
    "ToldSpots",
    "Wording",
    "WordingError",
    "check_protocol_words",
    "check_words_withhold",
    "find_words",
    "may_tell_feed",
    "may_tell_rows",
    "put_in_words",
    "read_wording",
    "tell_chosen",
    "tell_hot_spots",
    "write_assessment",
    "write_hot_spot_pack",
]
