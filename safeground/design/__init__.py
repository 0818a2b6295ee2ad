"""The look both halves share: stylesheets, page templates and the chart palette. No logic but the formula of contrast."""

from pathlib import Path

from safeground.design import palette
from safeground.design.contrast import measure_contrast

CSS = Path(__file__).parent / "css"
"""Our own stylesheets."""

STATIC = Path(__file__).parent / "static"
"""What `python scripts/make_assets.py` makes from npm: git-ignored, and carried by the wheel."""

FONTS = STATIC / "fonts"
"""The type of the printed assessment, from npm like the stylesheet."""

PRINT = Path(__file__).parent / "print"
"""The template of the printed assessment (Typst)."""

PRINT_FONT = "Source Sans 3"

TEMPLATES = Path(__file__).parent / "templates"
"""Page templates and macros (Jinja)."""

__all__ = ["CSS", "FONTS", "PRINT", "PRINT_FONT", "STATIC", "TEMPLATES", "measure_contrast", "palette"]
