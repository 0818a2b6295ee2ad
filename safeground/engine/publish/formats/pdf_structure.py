"""The structure of a PDF as assistive technology reads it, where the compiler leaves something out: the head of a row.

Typst tags the head of a column as a header, and knows a header of rows only behind a switch that its binding for Python does not offer
(0.15). So the first cell of each row is made one here, with an id of its own that the other cells of the row name among their headers.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

_ROW_ID = "row-{:06d}"


def name_row_headers(content: bytes) -> bytes:
    """The PDF with the first cell of each row of each table's body as the row's header. Its version and its ids stay as they are."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import ArrayObject, NameObject, TextStringObject

    writer = PdfWriter(clone_from=io.BytesIO(content))
    writer.pdf_header = PdfReader(io.BytesIO(content)).pdf_header
    tree = writer.root_object["/StructTreeRoot"]
    names = tree["/IDTree"]["/Names"] if "/IDTree" in tree else None
    known = {} if names is None else {str(names[at]).encode(): names[at : at + 2] for at in range(0, len(names), 2)}
    for number, (head, *others) in enumerate(_find_rows(tree), 1):
        name = TextStringObject(_ROW_ID.format(number))
        head[NameObject("/S")] = NameObject("/TH")
        head[NameObject("/ID")] = name
        attributes = _table_attributes(head)
        attributes[NameObject("/Scope")] = NameObject("/Row")
        for cell in others:
            headers = _table_attributes(cell)
            headers[NameObject("/Headers")] = ArrayObject([*headers.get("/Headers", ()), name])
        known[str(name).encode()] = [name, head.indirect_reference]
    if names is not None:
        tree["/IDTree"][NameObject("/Names")] = ArrayObject([each for key in sorted(known) for each in known[key]])
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def _find_rows(tree: Any) -> Iterator[list[Any]]:
    """The cells of each row that lies in the body of a table and begins with a cell that is no header yet."""
    pending = [(kid, False) for kid in reversed(_kids(tree))]
    while pending:
        element, is_in_body = pending.pop()
        tag = element.get("/S")
        if tag == "/TR" and is_in_body:
            cells = _kids(element)
            if cells and cells[0].get("/S") == "/TD":
                yield cells
            continue
        pending += [(kid, is_in_body or tag == "/TBody") for kid in reversed(_kids(element))]


def _kids(element: Any) -> list[Any]:
    """The elements below one; what is drawn on the page is none."""
    found = element.get("/K")
    found = found.get_object() if found is not None else []
    each = (kid.get_object() for kid in (found if isinstance(found, list) else [found]))
    return [kid for kid in each if isinstance(kid, dict) and "/S" in kid]


def _table_attributes(cell: Any) -> Any:
    """What a cell says of itself as a part of a table; begun where it says nothing."""
    from pypdf.generic import ArrayObject, DictionaryObject, NameObject

    given = cell.get("/A")
    given = given.get_object() if given is not None else None
    listed = given if isinstance(given, list) else [] if given is None else [given]
    for each in listed:
        if each.get_object().get("/O") == "/Table":
            return each.get_object()
    own = DictionaryObject({NameObject("/O"): NameObject("/Table")})
    cell[NameObject("/A")] = ArrayObject([*listed, own])
    return own
