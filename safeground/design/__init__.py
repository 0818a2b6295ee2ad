"""The look both halves share: stylesheets, page templates and the chart palette. No logic but the formula of contrast."""

from pathlib import Path

from safeground.design import palette
from safeground.design.contrast import measure_contrast

CSS = Path(__file__).parent / "css"
"""Our own stylesheets."""

STATIC = Path(__file__).parent / "static"
"""What `python scripts/make_assets.py` makes from npm: git-ignored, and carried by the wheel."""

TEMPLATES = Path(__file__).parent / "templates"
"""Page templates and macros (Jinja)."""

__all__ = ["CSS", "STATIC", "TEMPLATES", "measure_contrast", "palette"]
