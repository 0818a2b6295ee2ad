"""Who lives in the next cells, beside all residents: printed with the list, so that nobody has to take on trust that it is fair."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from safeground.engine.areas import make_outlines, share_land
from safeground.engine.disclosure import DisclosureRule, protect
from safeground.engine.documents import format_number, format_value
from safeground.engine.measures import Measures
from safeground.engine.places.fairness import FairnessRow, make_fairness_sheet
from safeground.engine.places.forecasts.next_cells import NextCells

_LACKING = (
    "Who lives in the next cells cannot be told, since no count of residents has landed: land the census and build."
)

_ATTENDANCES = "istv"
_UNSEEN = "Hospitals here see violence that the police do not: where fewer tell the police, as bad a place may not be among these."


def tell_residents(
    measures: Measures, next_cells: NextCells, rule_of_feed: Callable[[str], DisclosureRule]
) -> tuple[str, ...]:
    """Lines of a fairness sheet, each number under the rule of the feed whose count of people it is."""
    seen = (_UNSEEN,) if any(each.feed == _ATTENDANCES for each in measures.warehouse.deliveries) else ()
    if not measures.has_residents:
        return (_LACKING, *seen)
    sheet = make_fairness_sheet(measures, share_out_residents(measures, next_cells.grid.polygons(next_cells.cells)))

    def share(row: FairnessRow, value: float, people: float) -> str:
        told = protect(100 * value, unit="%", rule=rule_of_feed(row.feed), count=float(round(people)))
        return format_value(told, decimals=0)

    number = format_number(round(sheet.residents, -2))
    wide = max(len(row.label) for row in sheet.rows)
    return (
        f"About {number} people live in the next cells, if those of a neighbourhood are spread evenly over it.",
        "Who is met there by day may be others.",
        f"  {'Who lives there':<{wide}} {'here':>10} {'of all':>10}",
        *(
            f"  {row.label:<{wide}} {share(row, row.share, row.people):>10} "
            f"{share(row, row.share_of_county, row.people_in_county):>10}"
            for row in sheet.rows
        ),
        *sheet.lacking.values(),
        *sheet.notes,
        *seen,
    )


def share_out_residents(measures: Measures, polygons: NDArray[np.object_]) -> dict[str, float]:
    """The share of each small area's land, by its code, that lies in these polygons (metres), taken for the share of its residents."""
    outlines = make_outlines(measures.warehouse.table("boundaries").to_pyarrow(), measures.locator.base)
    ours = set(measures.areas(measures.locator.base))
    shares = zip(outlines.codes.tolist(), share_land(outlines, polygons).tolist(), strict=True)
    return {code: share for code, share in shares if share > 0 and code in ours}
