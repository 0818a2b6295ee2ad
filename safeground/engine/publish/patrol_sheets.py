"""A trial's sheets as files: a page for a phone each, one PDF with a page each, one CSV of all."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import asdict

from safeground import design
from safeground.engine.places import ShiftSheet, render_sheets_csv
from safeground.engine.publish.brand import Brand

MARKING = "Police and partnership only. Do not publish or forward: whoever reads this knows where patrols will be."


def render_patrol_sheets(sheets: Sequence[ShiftSheet], *, brand: Brand, notes: Sequence[str] = ()) -> dict[str, bytes]:
    """The files of a trial's sheets by name: sheets.csv, sheets.pdf, index.html and a page a shift.

    notes: sentences for the first page, such as which places have no plan. ValueError: no sheet, or a PDF that cannot be made.
    """
    if not sheets:
        raise ValueError("there is no shift to make a sheet for")
    return {
        "sheets.csv": render_sheets_csv(sheets).encode("utf-8"),
        "sheets.pdf": _render_pdf(sheets, brand),
        **_render_pages(sheets, notes),
    }


def _render_pages(sheets: Sequence[ShiftSheet], notes: Sequence[str]) -> dict[str, bytes]:
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(design.TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    css = Markup((design.CSS / "patrol_sheet.css").read_text(encoding="utf-8"))
    page, front = environment.get_template("patrol_sheet.html"), environment.get_template("patrol_shifts.html")
    names = ["", *(sheet.name for sheet in sheets), ""]
    months = [
        {"name": f"{those[0].day:%B %Y}", "sheets": those}
        for those in (
            list(group) for _, group in itertools.groupby(sheets, key=lambda sheet: (sheet.day.year, sheet.day.month))
        )
    ]
    found = {
        f"{sheet.name}.html": page.render(
            sheet=sheet, css=css, marking=MARKING, before=names[number], after=names[number + 2]
        )
        for number, sheet in enumerate(sheets)
    }
    found["index.html"] = front.render(title=sheets[0].title, css=css, marking=MARKING, notes=notes, months=months)
    return {name: text.encode("utf-8") for name, text in found.items()}


def _render_pdf(sheets: Sequence[ShiftSheet], brand: Brand) -> bytes:
    # The typesetter, and the chart library with it: only for whoever writes sheets.
    import typst

    from safeground.engine.publish.formats.pdf import STANDARD, find_fonts

    content = {
        "title": sheets[0].title,
        "partnership": brand.name,
        "colour": brand.colour,
        "marking": MARKING,
        "commitment": sheets[0].commitment[:16],
        "fonts": [design.PRINT_FONT],
        "sheets": [
            {**{key: value for key, value in asdict(sheet).items() if key != "day"}, "day_words": sheet.day_words}
            for sheet in sheets
        ],
    }
    files = {
        "main.typ": (design.PRINT / "patrol_sheets.typ").read_bytes(),
        "document.json": json.dumps(content, ensure_ascii=False).encode("utf-8"),
    }
    try:
        return bytes(
            typst.compile(
                files, format="pdf", pdf_standards=[STANDARD], ignore_system_fonts=True, font_paths=[find_fonts()]
            )
        )
    except typst.TypstError as error:
        raise ValueError(f"the PDF of the sheets cannot be made: {error}") from error
