"""The analyst's own words: read, held to the findings they quote, and put into the chapters they are for."""

from safeground.engine.assessment.wording.checking import WordingProblem
from safeground.engine.assessment.wording.placing import (
    FOLDER,
    Wording,
    WordingError,
    find_words,
    put_in_words,
    read_wording,
)
from safeground.engine.assessment.wording.protocol_words import check_protocol_words, check_words_withhold

__all__ = [
    "FOLDER",
    "Wording",
    "WordingError",
    "WordingProblem",
    "check_protocol_words",
    "check_words_withhold",
    "find_words",
    "put_in_words",
    "read_wording",
]
