"""Street files at a nation's size, for benchmarks: as many forces as England and Wales have, made up in everything else.

A county is drawn crime by crime from its truth; a nation only has to be as large, as wide and as irregular as the real archive, quickly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from safeground.engine.catalogue import load_feeds
from safeground.synthetic.county import NEIGHBOURS
from safeground.synthetic.crime_types import CRIME_TYPES, LAST_OUTCOMES
from safeground.synthetic.csv_bytes import join_columns, quoted_table, write_file
from safeground.synthetic.months import month_range
from safeground.synthetic.names import make_place_names, make_street_names
from safeground.synthetic.outline import SOUTH_WEST
from safeground.synthetic.police_files import STREET_COLUMNS
from safeground.synthetic.streams import random_stream

SMALL_AREAS = 35_672
POINTS_AN_AREA = 12
AREAS_A_WARD = 5
AREAS_A_DISTRICT = 110
SHARE_WITHOUT_LOCATION = 0.008


@dataclass(frozen=True)
class SmallArea:
    """A row of the lookup from small area to ward and district, in the order of its columns."""

    lsoa21_name: str
    lsoa21_code: str
    ward24_name: str
    ward24_code: str
    ltla24_name: str
    ltla24_code: str


@dataclass(frozen=True)
class NationalForce:
    """One force: where its land is, its small areas, and how many rows it publishes each month."""

    code: str
    slug: str
    police: str
    areas: tuple[SmallArea, ...]
    rows: tuple[int, ...]


def write_nation(
    folder: Path,
    *,
    seed: int,
    forces: int = 43,
    months: int = 36,
    rows: int = 18_000_000,
    last_month: str = "2025-06",
    small_areas: int = SMALL_AREAS,
) -> tuple[Path, ...]:
    """Write exactly `rows` rows of street files as `<month>/<month>-<force>-street.csv`, and the lookups they need under `lookups/`.

    All months carry 2021 codes. 18 million rows are 3.9 GB; memory is that of the largest file, however many the rows. Returns the paths,
    lookups first.
    """
    published = month_range(last_month, months)
    nation = make_nation(seed=seed, forces=forces, months=months, rows=rows, small_areas=small_areas)
    paths = [write_file(folder / "lookups" / name, content) for name, content in _lookups(nation).items()]
    for force in nation:
        writer = _ForceWriter.make(seed, force)
        for month, count in zip(published, force.rows, strict=True):
            paths.append(
                write_file(folder / month / f"{month}-{force.slug}-street.csv", writer.street_file(month, count))
            )
    return tuple(paths)


def make_nation(
    *, seed: int, forces: int, months: int, rows: int, small_areas: int = SMALL_AREAS
) -> tuple[NationalForce, ...]:
    """Share areas and rows among the forces, a few of them large, as they are.

    Forces carry the names of real ones, because only those are in the code list and land; areas and rows are nobody's.
    """
    police = _forces_on_the_list()
    if forces > len(police):
        raise ValueError(f"A nation cannot have {forces} forces: the code list of police forces names {len(police)}.")
    rng = random_stream(seed, "nation")
    weight = 1 / (np.arange(forces) + 4.0)
    areas = _share_out(small_areas, weight)
    files = _share_out(rows, np.outer(weight, rng.uniform(0.9, 1.1, months)).ravel()).reshape(forces, months)
    names = tuple(make_place_names(rng))

    nation = []
    first, districts_before, wards_before = 0, 0, 0
    for number in range(forces):
        numbers = np.arange(areas[number])
        districts, wards = numbers // AREAS_A_DISTRICT + districts_before, numbers // AREAS_A_WARD + wards_before
        nation.append(
            NationalForce(
                code=f"E2398{number + 1:04d}",
                slug=police[number][0],
                police=police[number][1],
                areas=tuple(
                    _name_area(first + i, i % AREAS_A_DISTRICT, district, ward, names)
                    for i, district, ward in zip(numbers.tolist(), districts.tolist(), wards.tolist(), strict=True)
                ),
                rows=tuple(files[number].tolist()),
            )
        )
        first += int(areas[number])
        districts_before, wards_before = int(districts[-1]) + 1, int(wards[-1]) + 1
    return tuple(nation)


def _forces_on_the_list() -> list[tuple[str, str]]:
    """(short name, name in rows) of every territorial force of England and Wales."""
    elsewhere = {"btp", "northern-ireland", "wrenshire"} | {name.lower() for name in NEIGHBOURS}
    named = load_feeds().code_lists["police_forces"].meanings
    return [(slug, police) for police, slug in named.items() if slug not in elsewhere]


def _name_area(number: int, in_district: int, district: int, ward: int, names: Sequence[str]) -> SmallArea:
    middle, letter = divmod(in_district, 5)
    return SmallArea(
        f"{names[district]} {middle + 1:03d}{'ABCDE'[letter]}", f"E01{900_001 + number:06d}",
        names[-1 - ward], f"E0598{ward + 1:04d}", names[district], f"E0798{district + 1:04d}",
    )  # fmt: skip


def _share_out(total: int, weight: np.ndarray) -> np.ndarray:
    """Whole numbers that add up to the total, nearly in proportion to the weights."""
    ends = np.rint(total * np.cumsum(weight) / weight.sum()).astype(int)
    return np.diff(ends, prepend=0)


def _lookups(nation: Sequence[NationalForce]) -> dict[str, bytes]:
    districts = {area.ltla24_code: (area.ltla24_name, force) for force in nation for area in force.areas}
    return {
        "lsoa21_ward24_ltla24_nation.csv.gz": quoted_table(
            SmallArea.__dataclass_fields__, (tuple(vars(area).values()) for force in nation for area in force.areas)
        ),
        "ltla24_csp24_pfa24_nation.csv": quoted_table(
            ("ltla24_code", "ltla24_name", "csp24_code", "csp24_name", "pfa24_code", "pfa24_name"),
            (
                (code, name, f"E22{code[3:]}", name, force.code, force.police)
                for code, (name, force) in districts.items()
            ),
        ),
    }


@dataclass(frozen=True, eq=False)
class _ForceWriter:
    """What a force's rows are put together from. The last fragment is a row without location; cumulative holds shares up to each."""

    seed: int
    force: NationalForce
    fragments: np.ndarray
    cumulative: np.ndarray
    tails: np.ndarray
    tail_shares: np.ndarray

    @classmethod
    def make(cls, seed: int, force: NationalForce) -> _ForceWriter:
        rng = random_stream(seed, "nation", force.slug)
        fragments = _fragments(rng, force)
        weight = np.exp(rng.normal(0, 0.8, len(force.areas))).repeat(POINTS_AN_AREA) * rng.gamma(
            0.8, size=len(fragments) - 1
        )
        shares = weight / weight.sum() * (1 - SHARE_WITHOUT_LOCATION)
        pairs = [(kind, last) for kind in CRIME_TYPES for last in LAST_OUTCOMES]
        tails = [f"{kind.name},{'' if kind is CRIME_TYPES[0] else last},\n".encode() for kind, last in pairs]
        tail_weight = np.array([kind.share * LAST_OUTCOMES[last] for kind, last in pairs])
        return cls(
            seed,
            force,
            fragments,
            np.append(np.cumsum(shares), 1.0),
            np.array(tails, dtype=object),
            np.cumsum(tail_weight) / tail_weight.sum(),
        )

    def street_file(self, month: str, rows: int) -> bytes:
        rng = random_stream(self.seed, "nation", self.force.slug, month)
        place = np.sort(np.searchsorted(self.cumulative, rng.random(rows), side="right"))
        tail = np.searchsorted(self.tail_shares, rng.random(rows), side="right").clip(max=len(self.tails) - 1)
        digits = rng.bytes(32 * rows).hex().encode()
        crime_ids = [digits[i : i + 64] for i in range(0, 64 * rows, 64)]
        for i in np.flatnonzero(tail < len(LAST_OUTCOMES)).tolist():
            crime_ids[i] = b""  # anti-social behaviour has no Crime ID
        dated = f",{month},{self.force.police},{self.force.police},".encode()
        body = join_columns(crime_ids, [dated] * rows, self.fragments[place].tolist(), self.tails[tail].tolist())
        return (",".join(STREET_COLUMNS) + "\n").encode() + body


def _fragments(rng: np.random.Generator, force: NationalForce) -> np.ndarray:
    count = len(force.areas) * POINTS_AN_AREA
    corner = rng.uniform(0, 0.6, 2) + SOUTH_WEST
    places = (np.repeat(rng.uniform(0, 0.25, (len(force.areas), 2)), POINTS_AN_AREA, axis=0) + corner).round(6)
    places += rng.uniform(0, 0.01, (count, 2)).round(6)
    streets = make_street_names(rng, count).tolist()
    areas = [area for area in force.areas for _ in range(POINTS_AN_AREA)]
    rows = [
        f"{longitude:.6f},{latitude:.6f},On or near {street},{area.lsoa21_code},{area.lsoa21_name},".encode()
        for (longitude, latitude), street, area in zip(places.tolist(), streets, areas, strict=True)
    ]
    return np.array([*rows, b",,No Location,,,"], dtype=object)
