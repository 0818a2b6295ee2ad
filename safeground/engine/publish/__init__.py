"""The only writer of an edition: pages, figures, tables, open data and the manifest that says what they were made from."""

from safeground.engine.publish.audience import check_audience
from safeground.engine.publish.brand import Brand
from safeground.engine.publish.comparison import EditionDifference, FindingChange, InputChange, compare_editions
from safeground.engine.publish.edition import Edition, EditionError, load_edition, publish_edition
from safeground.engine.publish.made import link_origin
from safeground.engine.publish.marks import DestroyedSource, mark_path, read_marks, write_marks

__all__ = [
    "Brand",
    "DestroyedSource",
    "Edition",
    "EditionDifference",
    "EditionError",
    "FindingChange",
    "InputChange",
    "check_audience",
    "compare_editions",
    "link_origin",
    "load_edition",
    "mark_path",
    "publish_edition",
    "read_marks",
    "write_marks",
]
