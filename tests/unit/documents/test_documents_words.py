"""Words around numbers."""

from __future__ import annotations

import pytest

from safeground.engine.documents import capitalise, count_things, join_words


@pytest.mark.parametrize(
    ("words", "said"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_words_in_a_row(words, said):
    assert join_words(words) == said


@pytest.mark.parametrize(
    ("number", "many", "said"),
    [
        (0, None, "0 files"),
        (1, None, "1 file"),
        (1204, None, "1,204 files"),
        (2, "pages", "2 pages"),
        (1, "pages", "1 file"),
    ],
)
def test_how_many_of_what(number, many, said):
    assert count_things(number, "file", many) == said


def test_only_the_first_letter_grows():
    assert (capitalise("a Crime ID"), capitalise("")) == ("A Crime ID", "")
