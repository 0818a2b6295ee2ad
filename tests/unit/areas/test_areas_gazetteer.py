"""A gazetteer of a few names: what a text is taken for, and when it is not."""

from __future__ import annotations

import pytest

from safeground.engine.areas import Gazetteer, Place
from safeground.engine.areas.place_words import Vocabulary, allowed_edits, count_edits, make_alike, text_words

GAZETTEER = Gazetteer(
    (
        Place("WQ1 1AA", "postcode", "L1", "W1", "D1"),
        Place("The Crown Inn", "venue", "L1", "W1", "D1"),
        Place("The Crown", "venue", "L4", "W3", "D2"),
        Place("King's Head", "venue", "L2", "W1", "D1"),
        Place("Mill Street", "street", "L1", "W1", "D1"),
        Place("Mill Street", "street", "L3", "W2", "D1"),
        Place("St Marys Road", "street", "L2", "W1", "D1"),
        Place("Thistlewick", "ward", None, "W1", "D1"),
        Place("Harrowholm", "ward", None, "W2", "D1"),
        Place("Castle", "ward", None, "W3", "D2"),
        Place("Wrenmere", "ward", None, "W4", "D1"),
        Place("Wrenmere", "district", None, None, "D1"),
        Place("Saltness-on-Sea", "district", None, None, "D2"),
    )
)


@pytest.mark.parametrize(
    ("text", "precision", "codes", "matched"),
    [
        ("WQ1 1AA", "point", ("L1", "W1", "D1"), "WQ1 1AA"),
        ("alley behind wq11aa, Saltness", "point", ("L1", "W1", "D1"), "WQ1 1AA"),
        ("O/S THE CROWN, THISTLEWICK", "point", ("L1", "W1", "D1"), "The Crown Inn"),
        ("crown pub saltness on sea", "point", ("L4", "W3", "D2"), "The Crown"),
        ("kings head thistelwick", "point", ("L2", "W1", "D1"), "King's Head"),
        ("Mill St, Harrowholm", "point", ("L3", "W2", "D1"), "Mill Street"),
        ("Mill St Wrenmere", "district", (None, None, "D1"), "Mill Street"),
        ("St. Mary's Rd in Thistlewick", "point", ("L2", "W1", "D1"), "St Marys Road"),
        ("Thistlewick", "ward", (None, "W1", "D1"), "Thistlewick"),
        ("near shops Thistlewcik", "ward", (None, "W1", "D1"), "Thistlewick"),
        ("Wrenmere", "district", (None, None, "D1"), "Wrenmere"),
        ("Wrenmere town centre", "district", (None, None, "D1"), "Wrenmere"),
        ("Castle, Saltness-on-Sea", "ward", (None, "W3", "D2"), "Castle"),
        ("King's Head, Harrowholm", "ward", (None, "W2", "D1"), "Harrowholm"),  # the list lacks that King's Head
    ],
)
def test_a_text_is_taken_for_the_most_exact_thing_it_names(text, precision, codes, matched):
    found = GAZETTEER.place(text)
    assert (found.precision, (found.small_area, found.ward, found.district)) == (precision, codes)
    assert found.matched == matched
    assert 0.5 <= found.confidence < 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "blank"),
        ("  ", "blank"),
        ("town centre", "vague"),
        ("outside a pub in the High Street", "vague"),
        ("unknown", "vague"),
        ("Nowhereville", "not known"),
        ("WQ9 9ZZ", "not known"),
        ("Mill Street", "not sure enough"),  # a name every town has
        ("The Crown", "in several places"),
        ("Castle", "not sure enough"),
    ],
)
def test_what_cannot_be_placed_says_why(text, why):
    found = GAZETTEER.place(text)
    assert found.precision is None
    assert found.why_not == why
    assert (found.small_area, found.ward, found.district) == (None, None, None)


def test_each_wrong_letter_makes_it_less_sure():
    confidences = [GAZETTEER.place(text).confidence for text in ("Thistlewick", "Thistlewik", "Thistlwik")]
    assert confidences == sorted(confidences, reverse=True) and len(set(confidences)) == 3


def test_short_words_are_not_corrected_and_long_ones_by_two_letters_at_most():
    assert [allowed_edits(word) for word in ("mill", "crown", "thistlewick", "12345678")] == [0, 1, 2, 0]
    vocabulary = Vocabulary(["mill", "crown", "thistlewick"])
    assert vocabulary.correct("hill") == ((), 0)
    assert vocabulary.correct("corwn") == (("crown",), 1)
    assert vocabulary.correct("thstlewik") == (("thistlewick",), 2)
    assert vocabulary.correct("thstlwik") == ((), 0)


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [("crown", "crown", 0), ("corwn", "crown", 1), ("crwn", "crown", 1), ("brow", "crown", 2), ("", "abc", 3)],
)
def test_edits_are_counted_with_swaps_as_one(one, other, edits):
    assert count_edits(one, other) == count_edits(other, one) == edits


def test_text_is_made_alike():
    assert make_alike("O/S King's Head, High St.") == "os kings head high st"
    assert make_alike("King\x92s Head") == "kings head", "as Windows writes it, read as Latin-1"
    assert text_words("Mill St, Wrenmere").words == ("mill", "street", "wrenmere")
    assert text_words("near St Marys Rd").words == ("st", "marys", "road")
    assert text_words("town centre Wrenmere").is_centre
