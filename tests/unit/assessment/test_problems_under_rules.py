"""How many rows a check found at fault is told under the rule of the feed's owner, as any number of the feed is."""

from __future__ import annotations

import dataclasses

import pytest

from safeground.engine.assessment.chapters.definition_and_quality import _say_problem
from safeground.engine.assessment.evidence import Evidence
from safeground.engine.catalogue import Catalogue, load_catalogue
from safeground.engine.documents import Audience
from safeground.engine.feeds import ProblemSummary, Severity


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue("essex")


def tell(catalogue: Catalogue, audience: Audience, **parts: object) -> str:
    """As the chapter says it to an audience."""
    filled = {"measures": None, "warehouse": None, "catalogue": catalogue, "audience": audience, "seed": 1}
    names = {each.name for each in dataclasses.fields(Evidence) if each.default is dataclasses.MISSING}
    evidence = Evidence(**{name: filled.get(name, ()) for name in names})
    usual = {
        "severity": Severity.QUARANTINE,
        "feed": "recorded_crime",
        "rule": "required",
        "column": "month",
        "sentence": "month is empty: 1,234 rows in 2 files.",
        "files": ("a.csv", "b.csv"),
        "periods": ("2024-01",),
        "gist": "month is empty",
    }
    return _say_problem(evidence, ProblemSummary(**{**usual, **parts}))


def test_rows_of_a_shared_feed_are_rounded_for_those_its_rule_withholds_from(catalogue: Catalogue) -> None:
    assert tell(catalogue, Audience.PUBLIC, rows=1_234) == "month is empty: about 1,200 rows in 2 files."
    assert tell(catalogue, Audience.PARTNERSHIP, rows=3) == "month is empty: fewer than 100 rows in 2 files."


def test_the_police_read_their_own_rows_as_they_are(catalogue: Catalogue) -> None:
    assert tell(catalogue, Audience.POLICE, rows=1_234) == "month is empty: 1,234 rows in 2 files."


def test_what_became_of_the_rows_is_said_all_the_same(catalogue: Catalogue) -> None:
    told = tell(catalogue, Audience.PUBLIC, rows=3, became="set aside in quarantine")
    assert told == "month is empty: fewer than 100 rows in 2 files; set aside in quarantine."


@pytest.mark.parametrize("rule", ["month_half_empty", "identifiers_across", "something_new"])
def test_words_that_hold_a_count_are_not_repeated(catalogue: Catalogue, rule: str) -> None:
    told = tell(catalogue, Audience.PUBLIC, rule=rule, rows=17, gist="", sentence="Essex: May has 17 rows of 4,321.")
    assert not any(letter.isdigit() for letter in told)


def test_what_is_no_matter_of_rows_is_said_in_its_own_words(catalogue: Catalogue) -> None:
    assert tell(catalogue, Audience.PUBLIC, rows=None, gist="", sentence="May has not landed.") == "May has not landed."


def test_rows_of_open_data_are_told_exactly(catalogue: Catalogue) -> None:
    told = tell(
        catalogue, Audience.PUBLIC, feed="police_uk_street", rows=3, sentence="month is empty: 3 rows in 2 files."
    )
    assert told == "month is empty: 3 rows in 2 files."
