"""Faults of a file as a whole: what it is called, how it is packed and encoded, whether it is what it says."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from safeground.synthetic.csv_bytes import GZIP_LEVEL
from safeground.synthetic.faults.tables import Table

KIB, MIB = 1 << 10, 1 << 20
LONG_LINE_MIB = 200
BOMB_MIB = 128


@dataclass(frozen=True)
class FormFault:
    """How to spoil a whole street file. suffix: how the file's name ends instead of `.csv`. rows: how many rows are affected, where it
    is rows; None for all of them. The sentence may name {rows}."""

    kind: str
    verdict: str
    suffix: str
    spoil: Callable[[bytes, np.random.Generator], bytes]
    sentence: str
    rows: int | None = None


def drop_column(content: bytes, rng: np.random.Generator) -> bytes:
    table = Table.parse(content)
    place = table.place("LSOA code")
    for row in (table.header, *table.rows):
        del row[place]
    return table.render()


def rename_column(content: bytes, rng: np.random.Generator) -> bytes:
    return content.replace(b"Crime type", b"Crime_Typ", 1)


def name_column_twice(content: bytes, rng: np.random.Generator) -> bytes:
    return content.replace(b"LSOA name", b"LSOA code", 1)


def encode_utf16(content: bytes, rng: np.random.Generator) -> bytes:
    return b"\xff\xfe" + content.decode().encode("utf-16-le")


def encode_latin1(content: bytes, rng: np.random.Generator) -> bytes:
    """Five streets called after a café, in the encoding of old spreadsheets."""
    table = Table.parse(content)
    table.fill(table.choose(rng, 5, filled=("Crime ID", "Longitude")), "Location", "On or near Café Row")
    return table.render().decode().encode("latin-1")


def add_byte_order_mark(content: bytes, rng: np.random.Generator) -> bytes:
    return b"\xef\xbb\xbf" + content


def end_lines_as_windows(content: bytes, rng: np.random.Generator) -> bytes:
    return content.replace(b"\n", b"\r\n")


def separate_by_semicolons(content: bytes, rng: np.random.Generator) -> bytes:
    """As spreadsheets save CSV where the comma is the decimal mark. An outcome with a semicolon of its own is quoted."""
    table = Table.parse(content)
    rows = [[f'"{cell}"' if ";" in cell else cell for cell in row] for row in (table.header, *table.rows)]
    return "".join(";".join(row) + "\n" for row in rows).encode()


def empty(content: bytes, rng: np.random.Generator) -> bytes:
    return b""


def keep_header_only(content: bytes, rng: np.random.Generator) -> bytes:
    return content[: content.index(b"\n") + 1]


def cut_gzip_short(content: bytes, rng: np.random.Generator) -> bytes:
    packed = gzip.compress(content, GZIP_LEVEL, mtime=0)
    return packed[: len(packed) * 2 // 3]


def add_junk_behind(content: bytes, rng: np.random.Generator) -> bytes:
    return gzip.compress(content, GZIP_LEVEL, mtime=0) + b"<html>504 Gateway Time-out</html>\n"


def save_as_workbook(content: bytes, rng: np.random.Generator) -> bytes:
    """A damaged workbook under the name of a CSV: its parts lead nowhere. A sound one would be read as what it is, whatever its name."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        for name in ("[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"):
            book.writestr(zipfile.ZipInfo(name), f'<?xml version="1.0"?><part name="{name}"/>')
    return packed.getvalue()


def send_picture(content: bytes, rng: np.random.Generator) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + rng.bytes(4000)


def name_unknown_force(content: bytes, rng: np.random.Generator) -> bytes:
    return content.replace(b"Wrenshire Police", b"Nowhere Police")


def stretch_line(content: bytes, rng: np.random.Generator) -> bytes:
    """A row of 200 MiB that packs into two: less than a bomb does, so that it is the line that gives it away. Never whole in memory."""
    header = content[: content.index(b"\n") + 1]
    noise = rng.bytes(9 * KIB).hex().encode()
    return _pack(header, [noise + b"x" * (MIB - len(noise))] * LONG_LINE_MIB, b"\n")


def pack_gzip_bomb(content: bytes, rng: np.random.Generator) -> bytes:
    """The first row, over and over: every row is valid, and there is an eighth of a gibibyte of it."""
    end_of_header = content.index(b"\n") + 1
    row = content[end_of_header : content.index(b"\n", end_of_header) + 1]
    block = row * (MIB // len(row))
    return _pack(content[:end_of_header], [block] * BOMB_MIB, b"")


def pack_zip_bomb(content: bytes, rng: np.random.Generator) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=GZIP_LEVEL) as archive:
        member = zipfile.ZipInfo("2025-03/2025-03-wrenshire-street.csv")
        member.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(member, "w") as file:
            file.write(content[: content.index(b"\n") + 1])
            for _ in range(BOMB_MIB):
                file.write(b"0" * (MIB - 1) + b"\n")
    return packed.getvalue()


def _pack(head: bytes, blocks: list[bytes], tail: bytes) -> bytes:
    """A gzip stream of the parts, made piece by piece."""
    stream = zlib.compressobj(6, zlib.DEFLATED, 31)
    parts = [stream.compress(part) for part in (head, *blocks, tail)]
    return b"".join(parts) + stream.flush()


FORM_FAULTS = (
    FormFault("missing_column", "refused", ".csv", drop_column, "The column LSOA code is missing."),
    FormFault("renamed_column", "refused", ".csv", rename_column, "The column Crime type is called Crime_Typ."),
    FormFault("column_named_twice", "refused", ".csv", name_column_twice, "The column LSOA code is there twice."),
    FormFault("utf16", "noted", ".csv", encode_utf16, "The file is in UTF-16."),
    FormFault("latin1", "noted", ".csv", encode_latin1, "The file is in Latin-1, which shows in {rows} rows.", 5),
    FormFault("byte_order_mark", "noted", ".csv", add_byte_order_mark, "The file begins with a byte order mark.", 0),
    FormFault("windows_line_ends", "noted", ".csv", end_lines_as_windows, "Lines end as on Windows.", 0),
    FormFault("semicolons", "noted", ".csv", separate_by_semicolons, "Cells are separated by semicolons.", 0),
    FormFault("empty_file", "refused", ".csv", empty, "The file is empty.", 0),
    FormFault("header_only", "refused", ".csv", keep_header_only, "The file has a header and no rows.", 0),
    FormFault("truncated_gzip", "refused", ".csv.gz", cut_gzip_short, "The compressed stream is cut short."),
    FormFault(
        "junk_behind_gzip", "refused", ".csv.gz", add_junk_behind, "A web page's error follows the compressed stream."
    ),
    FormFault("workbook_named_csv", "refused", ".csv", save_as_workbook, "A damaged workbook was renamed to .csv."),
    FormFault("not_text", "refused", ".csv", send_picture, "A picture was renamed to .csv."),
    FormFault("unknown_force", "refused", ".csv", name_unknown_force, "The rows are of a force that nobody knows."),
    FormFault("very_long_line", "refused", ".csv.gz", stretch_line, "One line is 200 MiB long.", 1),
    FormFault("gzip_bomb", "refused", ".csv.gz", pack_gzip_bomb, "A small file expands to 128 MiB.", 0),
    FormFault("zip_bomb", "refused", ".zip", pack_zip_bomb, "A small archive expands to 128 MiB.", 0),
)
