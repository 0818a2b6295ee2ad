"""What is true of the county's violence, for whoever wants to know whether an analysis found it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from safeground.synthetic.assaults import Assaults
from safeground.synthetic.people_truth import truth_of_people
from safeground.synthetic.police_record import UNKNOWN, YES, PoliceRecord, judge_as_recorded


def truth_of_assaults(assaults: Assaults) -> Mapping[str, object]:
    """What no single partner knows: who came to A&E, who of them the police never heard of, who was admitted, who died.

    By month and by district of the county (`elsewhere` for what has no place in it).
    """
    treated, hidden = assaults.treated, assaults.treated & ~assaults.known
    stabbed = assaults.admitted & assaults.what.is_stabbing
    counted = {
        "treated_in_a_and_e": treated,
        "treated_and_unknown_to_police": hidden,
        "admitted": assaults.admitted,
        "admitted_by_sharp_object": stabbed,
        "attended_by_ambulance": assaults.ambulance,
        "homicides": assaults.is_live & assaults.what.is_homicide,
    }
    codes = [area.code for area in assaults.county.territory.geography.districts]
    return {
        "share_unknown_to_police": round(float(hidden.sum() / max(1, treated.sum())), 4),
        "planned_share_unknown_by_district": dict(zip(codes, assaults.unknown_share.round(4).tolist(), strict=True)),
        "by_month": _tables(counted, assaults.month, assaults.months),
        "by_district": _tables(counted, assaults.district, (*codes, "elsewhere")),
    }


def truth_of_extract(assaults: Assaults, record: PoliceRecord) -> Mapping[str, object]:
    """How many recorded crimes there are, and how many are serious by the table "Serious violence (VV)".

    `people`: of the serious ones, by what truly happened (see `truth_of_people`). `in` by what truly happened; `definite` and
    `undetermined` by what is written: in every cell `in` is at least the first and at most both together.
    """
    live, judged = assaults.is_live, judge_as_recorded(assaults, record)
    young = _has_young_victim(assaults)
    serious = live & assaults.what.is_serious_by_table
    counted = {
        "recorded": live,
        "in": serious,
        "definite": judged == YES,
        "undetermined": judged == UNKNOWN,
        "in_with_victim_under_25": serious & young,
        "knife_used_or_threatened": live & assaults.what.is_knife,
        "homicides": live & assaults.what.is_homicide,
        "homicides_not_domestic": live & assaults.what.is_homicide & ~assaults.what.domestic,
    }
    codes = [area.code for area in assaults.county.territory.geography.districts]
    places = (*codes, "elsewhere")
    return {
        "not_live": int((assaults.known & ~live).sum()),
        "victims": int(assaults.known[assaults.victims.assault].sum()),
        "suspects": int(assaults.known[assaults.suspects.assault].sum()),
        "people": truth_of_people(assaults, serious),
        "total": {name: int(chosen.sum()) for name, chosen in counted.items()},
        "by_month": _tables(counted, assaults.month, assaults.months),
        "by_district": _tables(counted, assaults.district, places),
        "by_month_and_district": {
            month: _tables({name: counted[name] & (assaults.month == position) for name in ("in", "definite", "undetermined")},
                           assaults.district, places)
            for position, month in enumerate(assaults.months)
        },
    }  # fmt: skip


def _has_young_victim(assaults: Assaults) -> np.ndarray:
    young = np.zeros(len(assaults), dtype=bool)
    young[assaults.victims.assault[assaults.victims.age < 25]] = True
    return young


def _tables(counted: Mapping[str, np.ndarray], group: np.ndarray, names: tuple[str, ...]) -> dict[str, dict[str, int]]:
    """Counts by the position in `group`; -1 is the last name."""
    columns = {
        name: np.bincount(group[chosen] % len(names), minlength=len(names)).tolist() for name, chosen in counted.items()
    }
    return {label: {name: column[i] for name, column in columns.items()} for i, label in enumerate(names)}
