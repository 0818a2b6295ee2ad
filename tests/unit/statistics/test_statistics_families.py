"""Comparisons read together keep their numbers and lose the words that chance would have given."""

import numpy as np
import pytest

from safeground.engine.statistics import adjust_false_discovery, compare_rates, read_together


def test_one_close_call_among_many_loses_its_word_and_keeps_its_interval():
    alone = compare_rates([136, 100, 96, 104, 101], 1, 100, 1)
    (together,) = read_together([alone])
    assert alone.direction[0] == "higher" and together.direction.tolist() == ["cannot tell"] * 5
    assert together.lower.tolist() == alone.lower.tolist()
    assert together.p_value == pytest.approx(adjust_false_discovery(alone.p_value))


def test_a_clear_difference_keeps_its_word():
    (together,) = read_together([compare_rates([50, 100, 160, np.nan], 1, 100, 1)])
    assert together.direction.tolist() == ["lower", "cannot tell", "higher", "cannot tell"]


def test_the_family_is_all_that_is_handed_in_whatever_its_shape():
    parts = [compare_rates(count, 1, 100, 1) for count in (136, [100, 96], [[104], [101]])]
    found = read_together(parts)
    whole = read_together([compare_rates([136, 100, 96, 104, 101], 1, 100, 1)])[0]
    assert np.concatenate([np.ravel(part.p_value) for part in found]) == pytest.approx(whole.p_value)
    assert [np.shape(part.direction) for part in found] == [(), (2,), (2, 1)]


def test_one_comparison_alone_stays_as_it_is():
    alone = compare_rates(136, 1, 100, 1)
    assert read_together([alone])[0].direction == alone.direction == "higher"
    assert read_together([]) == ()


def test_one_family_has_one_confidence():
    with pytest.raises(ValueError, match="one confidence"):
        read_together([compare_rates(1, 1, 2, 1), compare_rates(1, 1, 2, 1, confidence=0.9)])
