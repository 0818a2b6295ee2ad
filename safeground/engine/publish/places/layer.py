"""A layer: the rows of a table, each with its outline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from safeground.engine.disclosure import Protected
from safeground.engine.documents import Table

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_MILLIMETRES = 3


@dataclass(frozen=True, eq=False)
class PlaceLayer:
    """Polygons, or points, in metres of the British National Grid (EPSG:27700), one for each row of the table, in its order. ValueError
    where they differ in number, or a column's key is no plain name. `title`: what a reader who is offered its files calls it."""

    table: Table
    polygons: np.ndarray
    title: str = "Places"

    def __post_init__(self) -> None:
        if len(self.polygons) != len(self.table.rows):
            raise ValueError(f"{self.table.id}: {len(self.table.rows)} rows and {len(self.polygons)} outlines")
        names = (self.table.id, *(column.key for column in self.table.columns))
        if any(not _NAME.fullmatch(name) for name in names):
            raise ValueError(
                f"{self.table.id}: its name and the keys of its columns must be small letters, digits and underscores"
            )
        # Corners that cells share are the same number in each, which sums of sines are not.
        rounded = shapely.transform(
            np.asarray(self.polygons, dtype=object), lambda points: np.round(points, _MILLIMETRES)
        )
        object.__setattr__(self, "polygons", rounded)

    @property
    def geometry_type(self) -> str:
        """'POLYGON' or 'POINT', as a GeoPackage calls it; 'POLYGON' of no row."""
        kinds = set(shapely.get_type_id(self.polygons).tolist())
        return "POINT" if kinds == {int(shapely.GeometryType.POINT)} else "POLYGON"

    @property
    def columns(self) -> tuple[tuple[str, bool], ...]:
        """Names of the columns in the files, and whether each holds numbers. Beside a number stands why there is none, where any
        lacks it."""
        found: list[tuple[str, bool]] = []
        for place, column in enumerate(self.table.columns):
            numbers = [row[place] for row in self.table.rows if isinstance(row[place], Protected)]
            found.append((column.key, bool(numbers)))
            if any(not number.is_published for number in numbers):
                found.append((f"{column.key}_withheld", False))
        return tuple(found)

    def rows(self) -> Iterator[dict[str, str | float | None]]:
        """Each row by the names of `columns`. A number that may not be told is None, and the reason is beside it."""
        names = dict(self.columns)
        for row in self.table.rows:
            values: dict[str, str | float | None] = {}
            for column, cell in zip(self.table.columns, row, strict=True):
                if not isinstance(cell, Protected):
                    values[column.key] = cell
                    continue
                values[column.key] = cell.value
                if f"{column.key}_withheld" in names:
                    values[f"{column.key}_withheld"] = "" if cell.is_published else f"{cell.state}: {cell.reason}"
            yield values
