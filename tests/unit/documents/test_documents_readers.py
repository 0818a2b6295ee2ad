"""What is not for an audience cannot enter its document, whoever made it."""

from __future__ import annotations

import dataclasses

import pytest

from safeground.engine.catalogue import load_feeds
from safeground.engine.disclosure import DisclosureRule, protect
from safeground.engine.documents import (
    Audience,
    Chapter,
    Column,
    Document,
    Finding,
    KeyFigure,
    KeyFigures,
    Marking,
    Table,
)

RULE = DisclosureRule("open_data", "open data", 0, 1, "Publisher", "a licence")
FOR_POLICE = frozenset({Audience.POLICE})


def make_finding(readers: frozenset[Audience]) -> Finding:
    number = protect(7.0, unit="offences", rule=RULE, count=7.0)
    return Finding("f", "Seven.", number, "m", "2024", "E1", "Here", "lsoa21", "d", ("s",), readers=readers)


def make_table(readers: frozenset[Audience]) -> Table:
    return Table("t", "T", (Column("a", "A"),), (("x",),), "s", readers=readers)


def make_document(audience: Audience, *blocks: object) -> Document:
    return Document("T", "P", Marking(audience, True, "."), "30 June 2025", (Chapter("c", "C", "s", blocks),))  # type: ignore[arg-type]


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize(
    "block",
    [make_finding(FOR_POLICE), KeyFigures((KeyFigure("k", make_finding(FOR_POLICE)),)), make_table(FOR_POLICE)],
    ids=["finding", "key figure", "table"],
)
def test_a_block_enters_only_the_documents_of_its_readers(audience: Audience, block: object) -> None:
    if audience is Audience.POLICE:
        make_document(audience, block)
        return
    with pytest.raises(ValueError, match=f"is for police and may not enter a document for the {audience}"):
        make_document(audience, block)


def test_a_copy_for_more_readers_is_another_decision_and_an_empty_set_is_for_nobody() -> None:
    nobody = dataclasses.replace(make_table(FOR_POLICE), readers=frozenset())
    for audience in Audience:
        with pytest.raises(ValueError, match="is for nobody"):
            make_document(audience, nobody)


def test_every_feed_under_an_agreement_says_how_fine_the_public_may_see_it() -> None:
    for contract in load_feeds().contracts.values():
        if contract.sensitivity != "open":
            assert not contract.may_tell(Audience.PUBLIC, "lsoa21"), contract.name
