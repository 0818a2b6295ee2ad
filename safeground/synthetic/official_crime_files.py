"""What the Home Office knows of the same crimes: the Homicide Index, knife offences, and open tables by force and partnership."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from safeground.synthetic.assaults import Assaults
from safeground.synthetic.circumstances import RELATIONSHIPS
from safeground.synthetic.county import County
from safeground.synthetic.csv_bytes import write_file
from safeground.synthetic.events import NOWHERE
from safeground.synthetic.feed_files import FeedFiles
from safeground.synthetic.offences import BLADE, FIREARM, HOMICIDE, KNIFE, OFFENCES, OTHER_WEAPON, USED
from safeground.synthetic.streams import random_stream

HOMICIDE_COLUMNS = (
    "homicide_ref", "force", "recorded_date", "ho_class", "victim_age", "victim_sex", "method", "relationship", "suspect_known",
    "domestic", "lsoa21",
)  # fmt: skip
KNIFE_COLUMNS = (
    "financial_year", "quarter", "police_force_area_code", "police_force_area", "knife_offence", "method", "offences",
)  # fmt: skip
FORCE_COLUMNS = (
    "Financial Year", "Financial Quarter", "Force Name", "Offence Description", "Offence Group", "Offence Subgroup", "Offence Code",
    "Number of Offences",
)  # fmt: skip
PARTNERSHIP_COLUMNS = (*FORCE_COLUMNS[:3], "CSP Name", "CSP Code", *FORCE_COLUMNS[3:])
#: The selected offences of the national count of knife crime, and the classes of the county's offences that each takes in.
KNIFE_OFFENCES = {
    "Homicide": HOMICIDE,
    "Attempted murder": ("2",),
    "Assault with injury and assault with intent to cause serious harm": ("5D", "8N", "8P", "8S"),
    "Robbery": ("34A", "34B"),
    "Threats to kill": ("3B",),
    "Rape": ("19C", "19D", "19F"),
    "Sexual assault": ("17A", "20A"),
}
_GROUPS = {
    "Robbery": ("Robbery", "Robbery"),
    "Possession of weapons": ("Possession of weapons offences", "Possession of weapons offences"),
}
_UNARMED_METHODS = ("hitting or kicking", "strangulation", "burning", "other")
_UNARMED_SHARES = (0.55, 0.2, 0.05, 0.2)


def write_homicide_index(county: County, assaults: Assaults, folder: Path) -> FeedFiles:
    """A file a year of recording, one row a victim. Where nobody is suspected, whether it was domestic is unknown."""
    chosen = np.flatnonzero(assaults.is_live & assaults.what.is_homicide)
    year = assaults.recorded[chosen].astype("datetime64[Y]").astype(str)
    rows = _homicides(county, assaults, chosen)
    paths = []
    for each in sorted({month[:4] for month in assaults.months}):
        own = [row for row, when in zip(rows, year.tolist(), strict=True) if when == each]
        if not own:
            continue  # a file without rows would be refused: a force says in a letter that nobody was killed
        numbered = [(f"H-{each}-{number:03d}", *row) for number, row in enumerate(own, 1)]
        content = _table(HOMICIDE_COLUMNS, numbered)
        paths.append(write_file(folder / f"homicide-index-{county.slug}-{each}.csv", content))
    domestic = assaults.what.domestic[chosen]
    known = np.isin(chosen, assaults.suspects.assault)
    years = sorted(set(year.tolist()))
    truth = {
        each: {
            "homicides": int((year == each).sum()),
            "not_domestic": int(((year == each) & ~domestic).sum()),
            "stated_not_domestic": int(((year == each) & ~domestic & known).sum()),
            "suspect_not_known": int(((year == each) & ~known).sum()),
        }
        for each in years
    }
    return FeedFiles(tuple(paths), {"by_year": truth})


def write_knife_offences(county: County, assaults: Assaults, folder: Path) -> FeedFiles:
    """A file a financial year, with the quarters of which the county has every month."""
    force = county.territory.geography.force
    classes = np.array([offence.ho_class for offence in OFFENCES])[assaults.what.offence]
    chosen = assaults.is_live & assaults.what.is_knife
    paths, truth = [], {}
    for (year, quarter), months in _whole_quarters(assaults.months).items():
        in_quarter = chosen & np.isin(assaults.month, months)
        counts = {name: int((in_quarter & np.isin(classes, of)).sum()) for name, of in KNIFE_OFFENCES.items()}
        truth.setdefault(year, {})[str(quarter)] = counts
    for year, quarters in truth.items():
        rows = [
            (year, quarter, force.code, force.name, name, "NDQIS", count)
            for quarter, counts in quarters.items()
            for name, count in counts.items()
        ]
        name = f"knife-offences-{year.replace('/', '-')}.csv"
        paths.append(write_file(folder / name, _table(KNIFE_COLUMNS, rows)))
    return FeedFiles(tuple(paths), truth)


def write_recorded_crime_tables(county: County, assaults: Assaults, folder: Path) -> FeedFiles:
    """A file by force and one by partnership for each financial year, with the whole quarters and the offences of the extract."""
    live = assaults.is_live
    paths, truth = [], {}
    by_force: dict[str, list[Sequence[object]]] = {}
    by_partnership: dict[str, list[Sequence[object]]] = {}
    partnerships = county.territory.geography.community_safety_partnerships
    partnership_of = np.append(county.territory.geography.partnership_of_district, -1)[assaults.district]
    for (year, quarter), months in _whole_quarters(assaults.months).items():
        rows = live & np.isin(assaults.month, months)
        truth.setdefault(year, {})[str(quarter)] = int(rows.sum())
        counts = np.bincount(assaults.what.offence[rows], minlength=len(OFFENCES)).tolist()
        key = (year, quarter, county.name)
        by_force.setdefault(year, []).extend((*key, *_described(i), _printed(n)) for i, n in enumerate(counts))
        for position, area in enumerate(partnerships):
            own = np.bincount(assaults.what.offence[rows & (partnership_of == position)], minlength=len(OFFENCES))
            by_partnership.setdefault(year, []).extend(
                (*key, area.name, area.code, *_described(i), _printed(n)) for i, n in enumerate(own.tolist())
            )
    for kind, columns, years in (("pfa", FORCE_COLUMNS, by_force), ("csp", PARTNERSHIP_COLUMNS, by_partnership)):
        for year, rows in years.items():
            name = f"prc-{kind}-{year.replace('/', '-')}.csv"
            paths.append(write_file(folder / name, _table(columns, rows)))
    return FeedFiles(tuple(paths), truth)


def _homicides(county: County, assaults: Assaults, chosen: np.ndarray) -> list[tuple[str, ...]]:
    """All columns but the reference."""
    rng = random_stream(county.seed, county.territory.name, "homicide index")
    what, geography = assaults.what, county.territory.geography
    method = rng.choice(_UNARMED_METHODS, p=_UNARMED_SHARES, size=len(chosen))
    for weapon, word in (
        (KNIFE, "sharp instrument"), (BLADE, "sharp instrument"), (FIREARM, "shooting"), (OTHER_WEAPON, "blunt instrument"),
    ):  # fmt: skip
        method = np.where((what.weapon[chosen] == weapon) & (what.use[chosen] == USED), word, method)
    suspected = np.isin(chosen, assaults.suspects.assault)
    victim = assaults.first_victim[chosen]
    rows = []
    for i, row in enumerate(chosen.tolist()):
        nowhere = assaults.place[row] == NOWHERE or assaults.piece[row] < 0
        area = "" if nowhere else geography.lsoa21[geography.lsoa21_of[assaults.piece[row]]].code
        known = bool(suspected[i])
        rows.append((
            county.territory.police, str(assaults.recorded[row]), OFFENCES[what.offence[row]].ho_class,
            str(assaults.victims.age[victim[i]]), "F" if assaults.victims.female[victim[i]] else "M", str(method[i]),
            RELATIONSHIPS[what.relationship[row]] if known else "unknown", "Y" if known else "N",
            ("Y" if what.domestic[row] else "N") if known else "U", area,
        ))  # fmt: skip
    return rows


def _whole_quarters(months: Sequence[str]) -> Mapping[tuple[str, int], list[int]]:
    """(financial year, quarter) to the positions of its three months, for the quarters that are all there."""
    quarters: dict[tuple[str, int], list[int]] = {}
    for position, month in enumerate(months):
        year, number = int(month[:4]), int(month[5:])
        first = year if number >= 4 else year - 1
        quarters.setdefault((f"{first}/{(first + 1) % 100:02d}", (number - 4) % 12 // 3 + 1), []).append(position)
    return {key: found for key, found in quarters.items() if len(found) == 3}


def _described(position: int) -> tuple[str, str, str, str]:
    """Description, group, subgroup and code of an offence."""
    offence = OFFENCES[position]
    group, subgroup = _GROUPS.get(offence.kind, ("Violence against the person", "Violence against the person"))
    if offence.ho_class in HOMICIDE:
        subgroup = "Homicide"
    elif offence.kind not in _GROUPS and offence.ho_class[:2] in ("19", "20", "17", "21", "71", "88"):
        group, subgroup = "Sexual offences", "Rape" if offence.ho_class.startswith("19") else "Other sexual offences"
    return offence.title, group, subgroup, offence.ho_class


def _printed(number: int) -> str:
    """As the published table has it: spaces around, and nought as -00."""
    return f" {number} " if number else "-00 "


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    return "\n".join([",".join(columns), *(",".join(map(str, row)) for row in rows), ""]).encode()
