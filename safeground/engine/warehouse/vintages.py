"""Which vintage each delivery's area codes are of, from the lookups that have landed."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from safeground.engine.areas import CURRENT, get_pairs, get_vintages
from safeground.engine.warehouse.selects import vintage_expression
from safeground.engine.warehouse.sources import quote_text

if TYPE_CHECKING:
    import duckdb

BEFORE = "lsoa11"
"""The vintage before the current one; partners' older files use its codes."""


@dataclass(frozen=True)
class CodeVintages:
    """The vintage of every code known. `digest` changes when any of that does, and with it the parts that depend on it."""

    vintages: Mapping[str, str]
    digest: str

    def find_exceptions(self, connection: duckdb.DuckDBPyConnection, codes: str) -> dict[str, str]:
        """For each delivery the SQL of its `area_vintage`. `codes`: a FROM item with columns delivery and area_code.

        One query over all deliveries at once: only the codes that are not of the current vintage come back.
        """
        if not self.vintages:
            return {}
        known = pa.table({"code": list(self.vintages), "vintage": list(self.vintages.values())})
        connection.register("known_codes", known)
        rows = connection.execute(
            f"SELECT DISTINCT delivery, area_code, vintage FROM {codes} LEFT JOIN known_codes ON area_code = code "
            f"WHERE area_code IS NOT NULL AND vintage IS DISTINCT FROM {quote_text(CURRENT)}"
        ).fetchall()
        connection.unregister("known_codes")
        found: dict[str, dict[str | None, list[str]]] = {}
        for delivery, code, vintage in rows:
            found.setdefault(delivery, {}).setdefault(vintage, []).append(code)
        return {delivery: _expression(by_vintage) for delivery, by_vintage in found.items()}

    @property
    def usual(self) -> str:
        """The SQL of `area_vintage` for a delivery without exceptions."""
        return vintage_expression(usual=CURRENT if self.vintages else None, exceptions={}, unknown=())


def _expression(by_vintage: Mapping[str | None, Collection[str]]) -> str:
    exceptions = {vintage: codes for vintage, codes in by_vintage.items() if vintage is not None}
    return vintage_expression(usual=CURRENT, exceptions=exceptions, unknown=by_vintage.get(None, ()))


def read_code_vintages(parts: Iterable[Path]) -> CodeVintages:
    """From the conformed lookups. With no lookup between the vintages every code is unknown, and so of no vintage."""
    tables = [pq.read_table(part) for part in parts]
    vintages = get_vintages(get_pairs(pa.concat_tables(tables), BEFORE, CURRENT)) if tables else {}
    text = "\n".join(f"{code} {vintage}" for code, vintage in sorted(vintages.items()))
    return CodeVintages(vintages, hashlib.sha256(text.encode()).hexdigest())
