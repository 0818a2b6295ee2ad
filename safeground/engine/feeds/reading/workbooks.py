"""Opening a workbook a stranger sent: what it is, and whether it can be read without harm.

The reader (calamine) holds a sheet as one rectangle of cells and takes the file's word for its corners, so that a file of two kilobytes
with a cell in the last corner would ask for 17 thousand million cells. Every part of an Excel file is therefore inflated once before,
in blocks, counted, and searched for the corners its cells name. That pass costs about as much as the reading itself; it also finds what
calamine leaves out: errors (it gives blanks for #N/A) and formulas without a stored result.
"""

from __future__ import annotations

import copy
import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from safeground.engine.feeds.reading.guards import (
    MIB,
    PLAIN_BLOCK,
    ZIP_MAGICS,
    ReadingLimits,
    Refused,
    is_office_archive,
)

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""Of Excel 97 files, and of any workbook that is encrypted."""

_DAMAGED = "is a damaged workbook; open it in Excel, save it anew and land that."
_AS_XLSX = "save it as an Excel workbook (.xlsx) or as CSV (UTF-8) and land that."

_PREFIX = rb"(?:[A-Za-z_][\w.-]*:)?"
_COLUMN = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,3})[0-9]""")
_ROW = re.compile(rb"""\br\s*=\s*["'][A-Za-z]{0,3}([0-9]{1,9})""")
_SHEET = re.compile(rb"<" + _PREFIX + rb"sheetData[\s/>]")
_CELL_TAG = re.compile(rb"<" + _PREFIX + rb"c[\s/>]")
_ROW_TAG = re.compile(rb"<" + _PREFIX + rb"row[\s/>]")
_FORMULA = re.compile(rb"<" + _PREFIX + rb"f[\s/>]")
_FORMULA_ALONE = re.compile(
    rb"</" + _PREFIX + rb"f>\s*(?:<" + _PREFIX + rb"v\s*/>|<" + _PREFIX + rb"v>\s*</" + _PREFIX + rb"v>)?\s*</"
)
_CELL = re.compile(rb"<" + _PREFIX + rb"c\s([^>]*[^>/])>(.*?)</" + _PREFIX + rb"c>", re.DOTALL)
_IS_ERROR = re.compile(rb"""\bt\s*=\s*["']e["']""")
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,3})([0-9]{1,7})""")
_VALUE = re.compile(rb"<" + _PREFIX + rb"v[^>]*>([^<]*)<")


@dataclass(frozen=True)
class SheetFacts:
    """What the pass before the reading found in one sheet."""

    errors: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """Row and column, from 0, to the error as Excel shows it: '#N/A'."""
    formulas: int = 0
    formulas_without_result: int = 0


@dataclass(frozen=True)
class Workbook:
    """A workbook that may be read. `sheets` are the visible ones, in their order; hidden ones are not looked at."""

    sheets: tuple[str, ...]
    hidden: tuple[str, ...]
    facts: Mapping[str, SheetFacts]
    _reader: CalamineWorkbook
    _limits: ReadingLimits

    def read_sheet(self, name: str) -> CalamineSheet:
        """Raises Refused where it is damaged or has more cells than can be held."""
        try:
            sheet = self._reader.get_sheet_by_name(name)
        except Exception:
            raise Refused(_DAMAGED) from None
        except BaseException as panic:
            raise _refused_panic(panic) from None
        last_row, last_column = sheet.end or (0, 0)
        if (last_row + 1) * (last_column + 1) > self._limits.cells:
            raise Refused(_too_many_cells(self._limits))
        return sheet


def is_workbook(head: bytes) -> bool:
    """Whether a file may be a workbook by its first bytes: a zip archive or what Excel 97 made."""
    return head.startswith((*ZIP_MAGICS, OLE_MAGIC))


def open_workbook(content: bytes, limits: ReadingLimits) -> Workbook:
    """Open a workbook (.xlsx, .xlsm, .xlsb, .xls, .ods), told by its content and never by its name.

    Raises Refused where it is damaged, encrypted, no workbook, or would take more room than `limits` allow.
    """
    facts: Mapping[str, SheetFacts] = {}
    if content.startswith(OLE_MAGIC):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise Refused("is encrypted with a password; save it without one and land that.")
    else:
        facts = _look_through(content, limits)
    try:
        reader = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = [sheet for sheet in reader.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    except PasswordError:
        raise Refused("is encrypted with a password; save it without one and land that.") from None
    except (CalamineError, OSError, ValueError):
        raise Refused(_DAMAGED) from None
    except Exception:
        raise Refused(_DAMAGED) from None
    except BaseException as panic:
        raise _refused_panic(panic) from None
    visible = tuple(sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible)
    hidden = tuple(sheet.name for sheet in sheets if sheet.visible != SheetVisibleEnum.Visible)
    if not visible:
        raise Refused(
            "is a workbook in which every sheet is hidden or a chart; show the sheet with the rows and save it."
        )
    return Workbook(visible, hidden, facts, reader, limits)


def _refused_panic(panic: BaseException) -> BaseException:
    """calamine is Rust; where it is surprised it panics, which Python sees as a BaseException of its own."""
    return Refused(_DAMAGED) if type(panic).__name__ == "PanicException" else panic


def _too_many_cells(limits: ReadingLimits) -> str:
    return (
        f"has a sheet that reaches over more than {limits.cells:,} cells; delete what stands far below or beside the table, "
        "or send it as CSV."
    )


def _look_through(content: bytes, limits: ReadingLimits) -> Mapping[str, SheetFacts]:
    """Inflate every part once, within limits, and note what each sheet holds."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _look_through_parts(archive, len(content), limits)
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, ElementTree.ParseError, ValueError, KeyError):
        raise Refused(_DAMAGED) from None
    except RuntimeError:  # zipfile's word for a member with a password
        raise Refused("is encrypted with a password; save it without one and land that.") from None
    except zipfile.zlib.error:  # type: ignore[attr-defined]
        raise Refused(_DAMAGED) from None


def _look_through_parts(archive: zipfile.ZipFile, size: int, limits: ReadingLimits) -> Mapping[str, SheetFacts]:
    names = [entry.filename for entry in archive.infolist()]
    if not is_office_archive(set(names)):
        raise Refused("is an archive inside an archive; unpack it and land the files.")
    is_ods = "content.xml" in names
    is_binary = "xl/workbook.bin" in names
    if not (is_ods or is_binary or any(name.endswith("workbook.xml") for name in names)):
        raise Refused(f"is an office document but no workbook; put the table in a sheet and {_AS_XLSX}")
    if len(set(names)) < len(names) or len(names) > limits.members:
        raise Refused(_DAMAGED)
    budget = _Budget(size, limits)
    binary_sheets = _binary_sheets(archive) if is_binary else frozenset()
    found: dict[str, SheetFacts] = {}
    for entry in archive.infolist():
        blocks = budget.spend(_inflate(archive, entry))
        if is_ods and entry.filename == "content.xml":
            _measure_ods(b"".join(blocks), limits)
        elif entry.filename in binary_sheets:
            _measure_binary(b"".join(blocks), limits)
        elif entry.filename.endswith(".xml"):
            found[entry.filename] = _look_at_sheet(blocks, limits)
        else:
            for _ in blocks:
                pass
    if is_ods or is_binary:
        return {}
    return {name: found[part] for name, part in _sheet_parts(archive).items() if part in found}


class _Budget:
    """How much all parts together may hold: as for archives, and never more than a workbook may."""

    def __init__(self, size: int, limits: ReadingLimits) -> None:
        self._size = size
        self._limits = limits
        self._spent = 0

    def spend(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        limits = self._limits
        for block in blocks:
            self._spent += len(block)
            if self._spent > limits.expansion_counts_from and self._spent > limits.expansion * self._size:
                raise Refused(
                    f"expands to more than {limits.expansion} times its size, as no honest workbook does; it was not read further, so "
                    "ask who sent it what it is."
                )
            if self._spent > limits.workbook_content:
                raise Refused("holds more than a workbook can be read with; send it as CSV, or in parts.")
            yield block


def _inflate(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """A part to its real end, whatever size its entry claims."""
    unbounded = copy.copy(entry)
    unbounded.file_size = 1 << 40
    with archive.open(unbounded) as part:
        while block := part.read(PLAIN_BLOCK):
            yield block


def _look_at_sheet(blocks: Iterator[bytes], limits: ReadingLimits) -> SheetFacts:
    """One pass over a part, cut between rows. A part that is no sheet has no cells, and costs only its inflating."""
    corner = _Corner()
    formulas = without_result = 0
    errors: dict[tuple[int, int], str] = {}
    is_sheet = False
    for text in _cut_between_rows(blocks):
        if b"\0" in text:
            raise Refused(f"is written in an unusual encoding; open it in Excel, {_AS_XLSX}")
        is_sheet = is_sheet or _SHEET.search(text) is not None
        if not is_sheet:
            continue
        corner.see(text)
        if corner.cells > limits.cells:
            raise Refused(_too_many_cells(limits))
        formulas += len(_FORMULA.findall(text))
        without_result += len(_FORMULA_ALONE.findall(text))
        if _IS_ERROR.search(text):
            errors.update(_find_errors(text))
    return SheetFacts(errors, formulas, without_result)


class _Corner:
    """The last row and column that a sheet's cells name, or come to where they name none."""

    def __init__(self) -> None:
        self._columns: set[bytes] = set()
        self._last_row = self._rows = self._unnamed = 0

    def see(self, text: bytes) -> None:
        named = _COLUMN.findall(text)
        self._columns.update(named)
        self._last_row = max(self._last_row, max(map(int, set(_ROW.findall(text))), default=0))
        self._rows += len(_ROW_TAG.findall(text))
        if len(_CELL_TAG.findall(text)) > len(named):  # cells without a place stand behind the one before
            self._unnamed = max(self._unnamed, *(len(_CELL_TAG.findall(row)) for row in _ROW_TAG.split(text)))

    @property
    def cells(self) -> int:
        width = max((_column_number(letters) for letters in self._columns), default=0) + self._unnamed
        return width * max(self._last_row, self._rows)


def _cut_between_rows(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes, cut behind the end of a row wherever one is near."""
    left = b""
    for block in blocks:
        text = left + block
        end = text.rfind(b"row>")
        if end < 0 and len(text) < 16 * MIB:
            left = text
            continue
        end = end + 4 if end >= 0 else len(text)
        yield text[:end]
        left = text[end:]
    yield left


def _find_errors(text: bytes) -> Iterator[tuple[tuple[int, int], str]]:
    for attributes, inside in _CELL.findall(text):
        place, value = _PLACE.search(attributes), _VALUE.search(inside)
        if place and value and _IS_ERROR.search(attributes):
            yield (int(place[2]) - 1, _column_number(place[1]) - 1), value[1].decode("utf-8", "replace")


def _column_number(letters: bytes) -> int:
    """'A' is 1, 'AA' is 27."""
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - 64
    return number


def _sheet_parts(archive: zipfile.ZipFile) -> Mapping[str, str]:
    """The part of each sheet, by the sheet's name."""
    book = next(name for name in archive.namelist() if name.endswith("workbook.xml"))
    folder, name = posixpath.split(book)
    targets = {
        element.get("Id"): element.get("Target", "")
        for element in _parse(archive.read(f"{folder}/_rels/{name}.rels"))
        if element.get("Id")
    }
    parts = {}
    for element in _parse(archive.read(book)).iter():
        key = next((value for key, value in element.items() if key.endswith("}id")), None)
        if element.tag.endswith("}sheet") and key in targets:
            target = targets[key]
            path = target[1:] if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
            parts[element.get("name", "")] = path
    return parts


def _binary_sheets(archive: zipfile.ZipFile) -> frozenset[str]:
    """The parts that the book of an .xlsb file names, its macros not among them."""
    relations = _parse(archive.read("xl/_rels/workbook.bin.rels"))
    targets = [element.get("Target", "") for element in relations if not element.get("Type", "").endswith("vbaProject")]
    return frozenset(
        target[1:] if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        for target in targets
        if target.endswith(".bin")
    )


def _parse(text: bytes) -> ElementTree.Element:
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise Refused(_DAMAGED)
    return ElementTree.fromstring(text)


def _measure_ods(text: bytes, limits: ReadingLimits) -> None:
    """An OpenDocument sheet says 'the same again, a million times' in one attribute. Blank rows and cells at the end of a table are
    written so by every program; what counts is how far cells that hold something are repeated."""
    if b"\0" in text or b"<!ENTITY" in text:
        raise Refused(_DAMAGED)
    for table in re.split(rb"<table:table[\s>]", text)[1:]:
        height = width = 0
        pending = 0
        for row in re.split(rb"<table:table-row[\s>]", table)[1:]:
            repeats = re.match(rb"""[^>]*?number-rows-repeated\s*=\s*["']([0-9]{1,9})""", row)
            rows = int(repeats[1]) if repeats else 1
            filled = _filled_width(row)
            pending += rows
            if filled:
                height, width = height + pending, max(width, filled)
                pending = 0
        if height * width > limits.cells:
            raise Refused(_too_many_cells(limits))


def _filled_width(row: bytes) -> int:
    """How many cells to the last one that holds something."""
    place = last = 0
    for cell in re.split(rb"<table:(?:covered-)?table-cell", row)[1:]:
        attributes, _, inside = cell.partition(b">")
        repeats = re.search(rb"""number-columns-repeated\s*=\s*["']([0-9]{1,9})""", attributes)
        place += int(repeats[1]) if repeats else 1
        if (
            b"value" in attributes
            or b"formula" in attributes
            or (not attributes.endswith(b"/") and b"<text:" in inside)
        ):
            last = place
    return last


def _measure_binary(part: bytes, limits: ReadingLimits) -> None:
    """A sheet of an .xlsb file: records of a type, a length and a payload; 0 is a row, 1 to 11 are cells."""
    place, last_row, last_column = 0, 0, 0
    view = memoryview(part)
    while place + 2 <= len(view):
        kind, place = _read_varint(view, place, 2)
        length, place = _read_varint(view, place, 4)
        payload = view[place : place + 4]
        if len(payload) == 4:
            number = int.from_bytes(payload, "little")
            if kind == 0:
                last_row = max(last_row, number + 1)
            elif 1 <= kind <= 11:
                last_column = max(last_column, number + 1)
        place += length
    if last_row * last_column > limits.cells:
        raise Refused(_too_many_cells(limits))


def _read_varint(view: memoryview, place: int, longest: int) -> tuple[int, int]:
    value = 0
    for shift in range(longest):
        if place >= len(view):
            break
        byte = view[place]
        place += 1
        value |= (byte & 0x7F) << (7 * shift)
        if not byte & 0x80:
            break
    return value, place
