"""What a public edition may not hold. A guard of its own, so that no renderer has to remember it."""

from __future__ import annotations

from safeground.engine.documents import Audience, Document, Figure, Table


def check_audience(document: Document) -> None:
    """Raise ValueError when a public document holds a figure or table of places chosen for patrol.

    A map of small areas from open data is not one: it shows every area alike.
    """
    if document.marking.audience is not Audience.PUBLIC:
        return
    withheld = find_hot_spots(document)
    if withheld:
        raise ValueError(
            f"a public edition may not show places chosen for patrol: take out {', '.join(withheld)}, or publish for partners"
        )


def find_hot_spots(document: Document) -> tuple[str, ...]:
    """The ids of all figures and tables that show hot spots, in reading order."""
    found: list[str] = []
    for chapter in document.chapters:
        for block in chapter.blocks:
            is_marked = isinstance(block, Figure | Table) and block.shows_hot_spots
            if is_marked or (isinstance(block, Figure) and block.table.shows_hot_spots):
                found.append(block.id)  # type: ignore[union-attr]
    return tuple(found)
