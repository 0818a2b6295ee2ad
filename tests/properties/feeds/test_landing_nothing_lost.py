"""Whatever is accepted is kept byte for byte, and the one pass over it counts what a slow obvious reading counts."""

from __future__ import annotations

import csv
import gzip
import io
import tempfile
import zipfile
from itertools import pairwise
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from safeground.engine.catalogue import definitions_folder, load_feeds
from safeground.engine.feeds import ReadingLimits, land_files
from safeground.engine.feeds.reading.scanning import TextScanner
from safeground.engine.workspace import init_workspace

FEEDS = load_feeds()
HEADER, FIRST, _ = (
    (definitions_folder() / "national" / "feeds" / "police_uk_street" / "example.csv").read_text().split("\n", 2)
)
NAME = "2024-01-wrenshire-street.csv"

cells = st.text(alphabet=st.sampled_from('ab, ;"\n\r\té€Ω\u2028'), max_size=8)
rows = st.lists(st.lists(cells, min_size=1, max_size=14), max_size=12)


def _as_csv(body: list[list[str]], line_end: str) -> bytes:
    text = io.StringIO(newline="")
    # Python 3.11 leaves a bare \r unquoted where lines end in \n, which makes two rows of one.
    has_bare_cr = any("\r" in cell for row in body for cell in row)
    quoting = csv.QUOTE_ALL if has_bare_cr else csv.QUOTE_MINIMAL
    csv.writer(text, lineterminator=line_end, quoting=quoting).writerows(body)
    return (HEADER + line_end + FIRST + line_end + text.getvalue()).encode()


@given(body=rows, line_end=st.sampled_from(["\n", "\r\n"]), sent_as=st.sampled_from(["plain", "gzip", "zip"]))
@settings(max_examples=40, deadline=None)
def test_bytes_kept_are_bytes_sent_and_every_row_is_counted(body, line_end, sent_as):
    content = _as_csv(body, line_end)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / NAME
        if sent_as == "zip":
            path = path.with_suffix(".zip")
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(NAME, content)
        else:
            path.write_bytes(gzip.compress(content) if sent_as == "gzip" else content)
        workspace = init_workspace(Path(folder) / "w", partnership="wrenshire")
        (delivery,) = land_files(workspace, FEEDS, [path]).landed
        kept = delivery.path.read_bytes()
        assert (gzip.decompress(kept) if delivery.compression else kept) == content
        if sent_as != "zip":
            assert kept == path.read_bytes()
        assert delivery.bytes == len(content)
        assert delivery.records == 1 + len(body)


def _obvious(content: bytes) -> dict[str, object]:
    lines = content.split(b"\n")
    ended = lines[:-1]
    last = lines[-1]
    blank = sum(line in (b"", b"\r") for line in ended)
    return {
        "lines": len(ended) - blank + (last not in (b"", b"\r")),
        "blank_lines": blank,
        "longest_line": max(map(len, lines)),
        "quoted lines odd": any(line.count(b'"') % 2 for line in lines),
    }


@given(
    content=st.text(alphabet=st.sampled_from('ab,"\n\r é€'), max_size=60).map(str.encode),
    cuts=st.lists(st.integers(0, 60), max_size=6),
)
@example(content=b"a\r\nb\r\n\r\n", cuts=[2, 5, 7])
@example(content=b"\n", cuts=[])
@settings(max_examples=400)
def test_the_scan_agrees_with_a_slow_reading_wherever_the_blocks_are_cut(content, cuts):
    scanner = TextScanner(encoding="utf-8", has_bom=False, limits=ReadingLimits())
    places = sorted({0, len(content), *(min(cut, len(content)) for cut in cuts)})
    first = content[places[0] : places[1]] if len(places) > 1 else b""
    for start, stop in pairwise(places):
        scanner.feed(content[start:stop])
    facts = scanner.facts()
    assert facts.first_line_not_utf8 is None
    if b"\r" in first and b"\n" not in first:
        return  # taken for a file of bare carriage returns, told from its first block of 256 KiB
    expected = _obvious(content)
    assert facts.lines == expected["lines"]
    assert facts.blank_lines == expected["blank_lines"]
    assert facts.longest_line == expected["longest_line"]
    assert (facts.quoting == "across lines") == expected["quoted lines odd"]
    assert (facts.quoting == "none") == (b'"' not in content)
    assert facts.delimiters == sum(part.count(b",") for part in content.split(b'"')[::2])


@given(content=st.binary(max_size=80).filter(lambda content: b"\0" not in content), cut=st.integers(0, 80))
@settings(max_examples=300)
def test_a_byte_that_is_not_utf8_is_found_wherever_it_stands(content, cut):
    scanner = TextScanner(encoding="utf-8", has_bom=False, limits=ReadingLimits())
    scanner.feed(content[:cut])
    scanner.feed(content[cut:])
    try:
        content.decode("utf-8")
        is_utf8 = True
    except UnicodeDecodeError:
        is_utf8 = False
    assert (scanner.facts().first_line_not_utf8 is None) == is_utf8
