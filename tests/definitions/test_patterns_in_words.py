"""Every form that a contract asks for is told to people by a value of that form, and never by its regular expression."""

from __future__ import annotations

import re

import pytest

from safeground.engine.catalogue import load_feeds

FEEDS = load_feeds()
PATTERNS = [
    (f"{contract.name}/{variant.name}: {column.name}", column)
    for contract in FEEDS.contracts.values()
    for variant in contract.variants
    for column in variant.columns
    if column.constraints.pattern is not None
]


@pytest.mark.parametrize(("label", "column"), PATTERNS, ids=[label for label, _ in PATTERNS])
def test_what_a_pattern_looks_like_is_of_its_form(label, column):
    words = column.constraints.looks_like
    assert words is not None, f"{label} has a pattern; say with looks_like how a value of it looks."
    value = re.split(r", or | \(", words)[0]
    if "…" not in value:  # else only its beginning is shown
        assert re.fullmatch(column.constraints.pattern, value), f"{label}: {value!r} is not of the form it stands for."
