"""What is told of a delivery as a whole: departures that were tolerated, and a stated total that is not met."""

from __future__ import annotations

import re
from collections.abc import Iterator

from safeground.engine.feeds.checking.reading import FileLayout
from safeground.engine.feeds.checking.report import Problem, Severity
from safeground.engine.feeds.deliveries import Delivery

_DELIMITERS = {"\t": "tabs", ";": "semicolons", "|": "vertical bars"}


def note_layout(layout: FileLayout) -> Iterator[Problem]:
    """A note for each harmless departure from a plain UTF-8 CSV with the contract's columns."""
    sent = layout.delivery
    if sent.has_bom:
        yield _note("byte_order_mark", "The file begins with a byte order mark, which was left out.")
    if sent.encoding != "utf-8":
        where = f" (line {sent.first_line_not_utf8:,} is the first that is not)" if sent.first_line_not_utf8 else ""
        message = f"The file is not in UTF-8{where}; it was read as {sent.encoding}."
        yield _note("encoding", message, gist="The file is not in UTF-8 and was read in the encoding it is in")
    if sent.newline in ("crlf", "cr", "mixed"):
        how = {"crlf": "as on Windows (CRLF)", "cr": "as on an old Macintosh (CR)", "mixed": "in more than one way"}[
            sent.newline
        ]
        gist = "Lines do not end as usual (LF), which changes nothing"
        yield _note("line_ends", f"Lines end {how}; that changes nothing.", gist=gist)
    if sent.delimiter != ",":
        shown = _DELIMITERS.get(sent.delimiter, repr(sent.delimiter))
        gist = "Cells are not separated by commas; the file was read with what separates them"
        yield _note("delimiter", f"Cells are separated by {shown}, not commas; the file was read so.", gist=gist)
    if sent.records == 0:
        message = "The file has a header and no rows: by its sender's own account nothing happened in its period."
        yield _note("no_rows", message)
    if sent.blank_lines:
        gist = "Blank lines were passed over"
        lines = "1 blank line was" if sent.blank_lines == 1 else f"{sent.blank_lines:,} blank lines were"
        yield _note("blank_lines", f"{lines} passed over.", gist=gist)
    for sentence in sent.sheet.notes if sent.sheet else ():
        yield _note("sheet", sentence, gist=_without_count(sentence))
    for sentence in sent.departures:
        yield _note("as_sent", sentence, gist=_without_count(sentence))
    for name, former in sent.renamed.items():
        yield _note("former_name", f"The column {former!r} was read as {name!r}, its name today.", name)
    if sent.format != "geojson":  # further properties are usual in boundary files
        for name in filter(None, sent.unknown_columns):
            yield _note(
                "unknown_column", f"The contract has no column {name!r}; it was kept as sent and not used.", name
            )
        if nameless := sent.unknown_columns.count(""):
            columns = "A column" if nameless == 1 else f"{nameless:,} columns"
            yield _note("unknown_column", f"{columns} without a name, kept as sent and not used.")


def _without_count(sentence: str) -> str:
    """What a sentence that begins with a number says of any number: '18 cells with a formula' of one file is the same of another."""
    return re.sub(r"^[\d,]+ ", "", sentence).removesuffix(".")


def _note(rule: str, message: str, column: str | None = None, *, gist: str = "") -> Problem:
    return Problem(rule, Severity.NOTE, column, None, None, message, gist=gist or message.removesuffix("."))


def tell_named_partner(delivery: Delivery) -> Iterator[Problem]:
    """A file named for one partner and filled by another: one of the two is wrong, and landing has believed the rows."""
    if delivery.named_partner is not None:
        message = (
            f"The name of the file says {delivery.named_partner} and its rows say {delivery.partner}; the rows were believed, so ask "
            "who sent it which is right."
        )
        gist = "The name of the file says another partner than its rows, which were believed"
        yield Problem("named_partner", Severity.REPORT, None, None, None, message, gist=gist)


def tell_stated_rows(delivery: Delivery) -> Iterator[Problem]:
    """The sender's own total, where one was stated, against the rows received."""
    if delivery.stated_rows is not None and delivery.stated_rows != delivery.records:
        message = f"The sender states {delivery.stated_rows:,} rows, but {delivery.records:,} were received."
        gist = "The sender states more or fewer rows than were received"
        difference = abs(delivery.stated_rows - delivery.records)
        yield Problem("stated_rows", Severity.REPORT, None, difference, None, message, gist=gist)
