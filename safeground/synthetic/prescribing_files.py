"""What practices prescribe for mental health, and where their patients live."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import shapely

from safeground.synthetic.assaults import Assaults
from safeground.synthetic.county import County
from safeground.synthetic.csv_bytes import write_file
from safeground.synthetic.feed_files import FeedFiles
from safeground.synthetic.streams import random_stream

PIECES_A_PRACTICE = 8
MONTHS_OF_ITEMS = 3
_ITEM_COLUMNS = (
    "YEAR_MONTH", "PRACTICE_NAME", "PRACTICE_CODE", "CHEMICAL_SUBSTANCE_BNF_DESCR", "BNF_CODE", "QUANTITY", "ITEMS", "TOTAL_QUANTITY",
    "ACTUAL_COST", "UNIDENTIFIED",
)  # fmt: skip
_PATIENT_COLUMNS = (
    "PUBLICATION",
    "EXTRACT_DATE",
    "PRACTICE_CODE",
    "PRACTICE_NAME",
    "LSOA_CODE",
    "SEX",
    "NUMBER_OF_PATIENTS",
)
#: Code, substance, items a month for 1,000 patients, pieces in a pack.
_SUBSTANCES = (
    ("0401010Z0AAAAAA", "Zopiclone", 9, 14),
    ("0401020K0AAAHAH", "Diazepam", 10, 28),
    ("0402010ABAAABAB", "Quetiapine", 8, 60),
    ("0403010B0AAAGAG", "Amitriptyline hydrochloride", 24, 28),
    ("0403030D0AAAAAA", "Citalopram hydrobromide", 22, 28),
    ("0403030Q0AAAAAA", "Sertraline hydrochloride", 30, 28),
    ("0404000M0AAAAAA", "Methylphenidate hydrochloride", 3, 30),
)


def write_prescribing(county: County, assaults: Assaults, folder: Path) -> FeedFiles:
    """Items of the last three months, a file each, and one file of patients by small area.

    Items follow deprivation where the practice's patients live. The truth has the items of each practice and of all.
    """
    rng = random_stream(county.seed, county.name, "prescribing")
    land, geography = county.territory, county.territory.geography
    codes = [f"F99{number:03d}" for number in range(1, max(2, len(geography.shapes) // PIECES_A_PRACTICE) + 1)]
    patients = _register(rng, county, len(codes))
    need = 0.75 + 0.05 * (10 - land.deprivation.tenth2025[geography.lsoa21_of])
    by_area = np.zeros((len(codes), len(geography.lsoa21)), dtype=int)
    np.add.at(by_area.T, geography.lsoa21_of, patients.T)
    paths, truth = [], {}
    for month in land.months[-MONTHS_OF_ITEMS:]:
        expected = (patients * need).sum(axis=1)[:, None] * np.array([rate / 1_000 for _, _, rate, _ in _SUBSTANCES])
        items = rng.poisson(expected)
        lines = [
            (
                month.replace("-", ""),
                f"PRACTICE {code}",
                code,
                name,
                bnf,
                pack,
                count,
                pack * count,
                f"{0.04 * pack * count:.2f}",
                "N",
            )
            for code, row in zip(codes, items.tolist(), strict=True)
            for (bnf, name, _, pack), count in zip(_SUBSTANCES, row, strict=True)
            if count
        ]
        paths.append(write_file(folder / f"EPD_{month.replace('-', '')}.csv", _table(_ITEM_COLUMNS, lines)))
        truth[month] = {
            "items": int(items.sum()),
            "by_practice": dict(zip(codes, items.sum(axis=1).tolist(), strict=True)),
        }
    last = land.months[-1]
    lines = [
        ("GP_PRAC_PAT_LIST", f"01{last}", code, f"PRACTICE {code}", area.code, "ALL", count)
        for code, row in zip(codes, by_area.tolist(), strict=True)
        for area, count in zip(geography.lsoa21, row, strict=True)
        if count
    ]
    paths.append(write_file(folder / f"gp-reg-pat-prac-lsoa-all_{last}.csv", _table(_PATIENT_COLUMNS, lines)))
    return FeedFiles(tuple(sorted(paths)), {"by_month": truth, "patients": int(by_area.sum())})


def _register(rng: np.random.Generator, county: County, practices: int) -> np.ndarray:
    """Patients of each practice in each piece: everyone is with one of the three nearest. (practices, pieces)."""
    geography, residents = county.territory.geography, county.territory.people.residents
    centre = shapely.get_coordinates(shapely.centroid(geography.shapes))
    surgery = centre[rng.permutation(len(centre))[:practices]]
    distance = np.hypot(*(centre[None, :, axis] - surgery[:, None, axis] for axis in (0, 1)))
    found = np.zeros(distance.shape, dtype=int)
    nearest = np.argsort(distance, axis=0)[: min(3, practices)]
    shares = np.array([0.6, 0.27, 0.13])[: len(nearest)]
    for piece, people in enumerate(residents.astype(int).tolist()):
        found[nearest[:, piece], piece] = rng.multinomial(people, shares / shares.sum())
    return found


def _table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    return "\n".join([",".join(columns), *(",".join(map(str, row)) for row in rows), ""]).encode()
