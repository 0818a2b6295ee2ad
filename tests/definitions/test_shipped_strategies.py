"""The strategies that come with Safeground hold what their documents say, at the lines they name, and all of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pydantic
import pytest

from safeground.engine.catalogue import load_catalogue
from safeground.engine.strategy import Strategy, Where, load_strategy

WORDS = ("text", "printed", "indicator", "change", "by_printed", "called", "especially", "relation", "window", "name")
"""Keys that hold a document's own words."""


@pytest.fixture(scope="module")
def essex() -> Strategy:
    strategy = load_strategy(load_catalogue("essex"))
    assert strategy is not None
    return strategy


@pytest.fixture(scope="module")
def lines(shared_data: Path) -> dict[str, list[str]]:
    """Lines of the documents' text versions, by the id the strategy gives them."""
    found = {}
    for path in sorted((shared_data.parent / "seeds").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        found["strategy" if "Strategy – JANUARY 2024" in text else "release"] = text.split("\n")
    if len(found) < 2:
        pytest.skip("the documents of ../shared/seeds are not beside this checkout")
    return found


def quotations(value: object) -> Iterator[tuple[str, Where]]:
    """Every piece of a document's own words in a part of a strategy, with each place it is said to stand."""
    if isinstance(value, tuple):
        for item in value:
            yield from quotations(item)
    if not isinstance(value, pydantic.BaseModel) or isinstance(value, Where):
        return
    at = getattr(value, "at", ())
    for where in at if isinstance(at, tuple) else (at,):
        said = [getattr(value, key, None) for key in WORDS]
        yield from ((text, where) for text in (*said, *getattr(value, "cells", ())) if isinstance(text, str) and text)
    for name in type(value).model_fields:
        yield from quotations(getattr(value, name))


def plain(text: str) -> str:
    """Words without the text version's marks, its spaces evened out."""
    return re.sub(r"\s+", " ", re.sub(r"</?p>|\*\*(?=\w)", "", text)).lower()


@pytest.mark.real_data
def test_every_quotation_stands_where_it_is_said_to(essex: Strategy, lines: dict[str, list[str]]) -> None:
    quoted = list(quotations(essex))
    wrong = [
        f"{where}: {text}"
        for text, where in quoted
        if plain(text) not in plain(" ".join(lines[where.document][where.first - 1 : where.last]))
    ]
    assert len(quoted) > 200
    assert wrong == []


@pytest.mark.real_data
def test_documents_are_as_long_as_the_file_says(essex: Strategy, lines: dict[str, list[str]]) -> None:
    assert {document.id: document.lines for document in essex.documents} == {
        name: len(text) for name, text in lines.items()
    }


@pytest.mark.real_data
def test_no_percentage_of_a_document_is_left_out(essex: Strategy, lines: dict[str, list[str]]) -> None:
    printed = Counter(
        (document, number, found)
        for document, text in lines.items()
        for number, line in enumerate(text, 1)
        for found in re.findall(r"\d[\d.]*%", line)
        if "nearest" not in line
    )
    held = Counter(
        (figure.at.document, figure.at.first, figure.printed) for figure in essex.figures if "%" in figure.printed
    )
    assert printed - held == Counter()


def test_the_delivery_priorities_are_kept_as_found(essex: Strategy) -> None:
    found = essex.priority_statements("delivery")
    assert len(found) == 22
    numbers = Counter(statement.number for statement in found)
    assert {number for number, times in numbers.items() if times == 2} == {11, 14}
    assert set(range(1, 22)) - set(numbers) == {19}
    assert [statement.id for statement in found if statement.number in (11, 14)] == ["DP11a", "DP14a", "DP14b", "DP11b"]
    assert [statement.id for statement in essex.priority_statements("strategic")] == ["SP1", "SP2", "SP3", "SP4"]
    assert len(essex.priority_statements("other")) == 3


def test_what_the_documents_leave_blank_is_not_stated(essex: Strategy) -> None:
    readiness = [theme for theme in essex.themes if theme.part == "Readiness"]
    assert {theme.id for theme in readiness if theme.target is None} == {"evidence_base", "change_impact"}
    assert essex.workstreams is not None and essex.workstreams.stated is None
    assert all(mention.baseline is None for goal in essex.goals for mention in goal.mentions)
    assert {mention.by for goal in essex.goals for mention in goal.mentions} == {"2030", "2031"}
    assert all(impact.measure is None for impact in essex.impacts)


def test_a_nested_number_names_what_holds_it(essex: Strategy) -> None:
    assert essex.figure("supported_at_risk").part_of == "supported"
    assert [mark.marker for mark in essex.footnotes if mark.note is None] == ["**"]


def test_nobody_is_named(essex: Strategy) -> None:
    assert "Hirst" not in repr(essex)


def test_the_made_up_county_has_a_strategy_of_its_own() -> None:
    strategy = load_strategy(load_catalogue("wrenshire"))
    assert strategy is not None and len(strategy.documents) == 1
    assert all(figure.period is not None for figure in strategy.figures)
