"""A delivery's accepted rows as something DuckDB reads: the landed file itself, or what the check wrote beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from safeground.engine.feeds import CheckReport, Delivery, accepted_path
from safeground.engine.workspace import Workspace

ROW = "row"
"""The column with the 1-based number of the row as sent."""

PADDING = " \t\r\n\u00a0\ufeff"
"""What the check leaves out around a cell."""


@dataclass(frozen=True)
class Source:
    """Rows with the contract's columns as text, and `row`. `sql` may follow FROM; `columns` are those it has."""

    sql: str
    columns: tuple[str, ...]


def get_source(workspace: Workspace, delivery: Delivery, report: CheckReport) -> Source:
    """Where a delivery's accepted rows are read from.

    A file that DuckDB reads well and of which every row was accepted is read in bulk, as landed. Of any other the check wrote the
    accepted rows out, so that there is one reading of a difficult file and not two.
    """
    names = contract_names(delivery)
    columns = tuple(name for name in names if name is not None)
    if report.rows_are_rewritten:
        return Source(f"read_parquet({quote_text(str(accepted_path(workspace, delivery.id)))})", columns)
    taken = [name if name is not None else f"_unknown_{position}" for position, name in enumerate(names)]
    types = ", ".join(f"{quote_text(name)}: 'VARCHAR'" for name in taken)
    is_padded = any(problem.rule == "padded" for problem in report.problems)
    cells = ", ".join(_trimmed(name) if is_padded else quote_name(name) for name in columns)
    # Everything is stated, so that DuckDB neither sniffs (three times the cost) nor guesses differently for one month of many.
    # No line is refused for its length: landing has measured them all.
    sql = (
        f"(SELECT row_number() OVER () AS {ROW}, {cells} FROM read_csv({quote_text(str(delivery.path))}, "
        f"columns = {{{types}}}, header = true, auto_detect = false, delim = {quote_text(delivery.delimiter)}, "
        f"quote = '\"', escape = '\"', max_line_size = {max(2_097_152, delivery.longest_line + 2)}, "
        f"compression = '{delivery.compression or 'none'}'))"
    )
    return Source(sql, columns)


def _trimmed(name: str) -> str:
    return f"nullif(trim({quote_name(name)}, {quote_text(PADDING)}), '') AS {quote_name(name)}"


def contract_names(delivery: Delivery) -> tuple[str | None, ...]:
    """The contract's name of each column as sent; None for one the contract does not have."""
    today = {former: name for name, former in delivery.renamed.items()}
    unknown = set(delivery.unknown_columns)
    return tuple(None if name in unknown else today.get(name, name) for name in delivery.columns)


def quote_name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def quote_text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def quote_texts(values: Iterable[str]) -> str:
    return "(" + ", ".join(quote_text(value) for value in sorted(values)) + ")"
