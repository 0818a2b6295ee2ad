"""Populations and deprivation, in the columns of the national files."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from safeground.synthetic.county import County, Territory
from safeground.synthetic.csv_bytes import quoted_table
from safeground.synthetic.deprivation import (
    AREAS_2019,
    AREAS_2025,
    DOMAINS_2019,
    DOMAINS_2025,
    SUBDOMAINS_2025,
    decile,
    deprived_share,
    standard_score,
)
from safeground.synthetic.geography import sum_pieces
from safeground.synthetic.people import AGES, CENSUS_BANDS
from safeground.synthetic.streams import random_stream

_AGE_COLUMNS = tuple("90+" if age == AGES[-1] else str(age) for age in AGES.tolist())


def population_files(county: County) -> dict[str, bytes]:
    """Mid-2020 by single year of age, on LSOA 2011 and on districts, and the Census in six bands on LSOA 2021."""
    lands = county.territories
    return {
        f"population20_lsoa11_syoa_{county.slug}.csv.gz": quoted_table(
            ("lsoa11_name", "lsoa11_code", "total_population", *_AGE_COLUMNS),
            (
                (area.name, area.code, sum(ages), *ages)
                for land in lands
                for area, ages in zip(land.geography.lsoa11, _ages(land, land.geography.lsoa11_of), strict=True)
            ),
        ),
        f"population20_ltla21_syoa_{county.slug}.csv": quoted_table(
            ("ltla21_code", "ltla21_name", "total_population", *_AGE_COLUMNS),
            (
                (area.code, area.name, sum(ages), *ages)
                for land in lands
                for area, ages in zip(land.geography.districts, _ages(land, land.geography.district_of), strict=True)
            ),
        ),
        f"census21_usual_residents_agegroup_lsoa21_{county.slug}.csv.gz": quoted_table(
            ("lsoa21_code", "lsoa21_name", "age_group", "usual_residents"),
            (row for land in lands for row in _census(land)),
        ),
    }


def deprivation_files(county: County) -> dict[str, bytes]:
    """The indices of 2019 on LSOA 2011, and of 2025 on LSOA 2021 with sub-domains and indicators."""
    lands = county.territories
    names19, names25, parts = tuple(DOMAINS_2019), tuple(DOMAINS_2025), tuple(SUBDOMAINS_2025)
    return {
        f"imd2019_{county.slug}_lsoa11.csv.gz": quoted_table(
            ("lsoa11_code", *(f"{n}_decile" for n in names19), *(f"{n}_rank" for n in names19)),
            (row for land in lands for row in _indices2019(land)),
        ),
        f"imd2025_{county.slug}_lsoa21.csv.gz": quoted_table(
            ("lsoa21_code", *(f"{n}_{kind}" for kind in ("decile", "rank", "score") for n in names25)),
            (row for land in lands for row in _indices2025(land)),
        ),
        f"imd2025_{county.slug}_lsoa21_subdomains.csv.gz": quoted_table(
            ("lsoa21_code", *(f"{n}_{kind}" for n in parts for kind in ("score", "rank", "decile"))),
            (row for land in lands for row in _subdomains2025(land)),
        ),
        f"imd2025_{county.slug}_lsoa21_indicators.csv.gz": quoted_table(
            ("lsoa21_code", *INDICATORS), (row for land in lands for row in _indicators2025(county, land))
        ),
    }


def ethnicity_files(county: County) -> dict[str, bytes]:
    """The Census by ethnic group on LSOA 2021, of the very residents that its age bands add up to."""
    return {
        f"census21_ethnicity_lsoa21_{county.slug}.csv": quoted_table(
            ("lsoa21_code", "total_residents", "ethnic_group", "n", "prop"),
            (row for land in county.territories for row in _ethnic_groups(county, land)),
        )
    }


def _ages(land: Territory, area_of: np.ndarray) -> list[list[int]]:
    return sum_pieces(land.people.mid2020, area_of).tolist()


def _census(land: Territory) -> Iterator[tuple[object, ...]]:
    bands = sum_pieces(land.people.census2021, land.geography.lsoa21_of).tolist()
    for area, people in zip(land.geography.lsoa21, bands, strict=True):
        for (_, _, band), count in zip(CENSUS_BANDS, people, strict=True):
            yield area.code, area.name, band, count


#: Shares of the residents of England and Wales (Office for National Statistics, Census 2021).
_ETHNIC_GROUPS = {
    "Asian, Asian British or Asian Welsh": 0.093,
    "Black, Black British, Black Welsh, Caribbean or African": 0.040,
    "Mixed or Multiple ethnic groups": 0.029,
    "White": 0.817,
    "Other ethnic group": 0.021,
}
#: How alike small areas are in who lives there: the concentration of the Dirichlet distribution that their shares come from.
_ALIKE = 30.0


def _ethnic_groups(county: County, land: Territory) -> Iterator[tuple[object, ...]]:
    """Drawn apart from all else: in the made-up county no group lives where more is deprived, or where more happens."""
    rng = random_stream(county.seed, land.name, "ethnicity")
    residents = sum_pieces(land.people.census2021, land.geography.lsoa21_of).sum(axis=1)
    shares = rng.dirichlet(_ALIKE * np.array(list(_ETHNIC_GROUPS.values())), size=len(residents))
    table = rng.multinomial(residents, shares).tolist()
    for area, total, counts in zip(land.geography.lsoa21, residents.tolist(), table, strict=True):
        for group, count in zip(_ETHNIC_GROUPS, counts, strict=True):
            yield area.code, total, group, count, float(f"{count / total:.15g}")  # as R writes it


def _indices2019(land: Territory) -> Iterator[tuple[object, ...]]:
    ranks = list(land.deprivation.ranks2019.values())
    table = np.column_stack([decile(rank, AREAS_2019) for rank in ranks] + ranks).tolist()
    for area, row in zip(land.geography.lsoa11, table, strict=True):
        yield area.code, *row


def _indices2025(land: Territory) -> Iterator[tuple[object, ...]]:
    ranks = land.deprivation.ranks2025
    whole = np.column_stack([decile(rank, AREAS_2025) for rank in ranks.values()] + list(ranks.values())).tolist()
    scores = np.column_stack([_SCORES[name](rank) for name, rank in ranks.items()]).round(3).tolist()
    for area, row, score in zip(land.geography.lsoa21, whole, scores, strict=True):
        yield area.code, *row, *score


def _subdomains2025(land: Territory) -> Iterator[tuple[object, ...]]:
    columns = []
    for name, rank in land.deprivation.subranks2025.items():
        columns += [_SUBSCORES[name](rank).round(3).tolist(), rank.tolist(), decile(rank, AREAS_2025).tolist()]
    for area, *row in zip(land.geography.lsoa21, *columns, strict=True):
        yield area.code, *row


def _normal(spread: float) -> Callable[[np.ndarray], np.ndarray]:
    """A score that is published as a standard normal one, stretched."""
    return lambda rank: spread * standard_score(rank, AREAS_2025)


def _skewed(highest: float, power: float, lowest: float = 0.0) -> Callable[[np.ndarray], np.ndarray]:
    """A score that is published as a share or an exponential one: most are low, few high."""
    return lambda rank: lowest + (highest - lowest) * deprived_share(rank, AREAS_2025) ** power


# Shapes and ranges of the published scores (MHCLG, Indices of Deprivation 2025), so that order and rank agree.
_SCORES = {
    "IMD": _skewed(90.0, 2.6, 0.3), "Income": _skewed(0.85, 2.2, 0.003), "Employment": _skewed(0.5, 2.2, 0.003),
    "Education": _skewed(95.0, 2.8, 0.01), "Health": _normal(0.88), "Crime": _normal(0.83),
    "Housing_and_Services": _skewed(60.0, 1.7, 1.6), "Environment": _skewed(80.0, 2.6, 0.1),
}  # fmt: skip
_SUBSCORES = {
    "children_and_young_people": _normal(0.87), "adult_skills": _skewed(0.7, 1.7, 0.025),
    "geographical_barriers": _skewed(95.0, 1.4, 1.2),
    "wider_barriers": _normal(3.0), "indoors": _normal(0.63), "outdoors": _normal(0.75),
}  # fmt: skip

#: Indicator columns of 2025: median, spread on a log scale, how it follows the hidden surface, decimals. A negative median marks
#: a standard normal indicator, whose spread is minus the median.
INDICATORS: dict[str, tuple[float, float, float, int]] = {
    "income_domain_numerator": (310, 0.65, 0.9, 0),
    "income_deprivation_affecting_children_index_idaci_numerator": (86, 0.8, 0.85, 0),
    "income_deprivation_affecting_older_people_index_idaopi_numerator": (60, 0.55, 0.7, 0),
    "employment_domain_numerator": (115, 0.6, 0.9, 0),
    "adult_skills_and_english_language_proficiency_indicator": (0.223, 0.4, 0.85, 3),
    "entry_to_higher_education_indicator": (0.88, 0.04, 0.5, 3),
    "acute_morbidity_indicator": (101, 0.22, 0.7, 3),
    "comparative_illness_and_disability_ratio_indicator": (101, 0.38, 0.9, 3),
    "mental_health_indicator": (-0.73, 0, 0.8, 3),
    "years_of_potential_life_lost_indicator": (56, 0.22, 0.7, 3),
    "violence_with_injury_rate_per_1_000_at_risk_population": (5.3, 0.65, 0.7, 1),
    "violence_without_injury_rate_per_1_000_at_risk_population": (7.4, 0.6, 0.7, 1),
    "stalking_and_harassment_rate_per_1_000_at_risk_population": (6.3, 0.6, 0.7, 1),
    "burglary_rate_per_1_000_at_risk_properties": (9.3, 0.6, 0.3, 1),
    "theft_rate_per_1_000_at_risk_population": (10, 0.65, 0.3, 1),
    "criminal_damage_rate_per_1_000_at_risk_population": (5.3, 0.6, 0.7, 1),
    "public_order_and_possession_of_weapons_rate_per_1_000_at_risk_population": (4.9, 0.7, 0.7, 1),
    "anti_social_behaviour_rate_per_1_000_at_risk_population": (8.9, 0.8, 0.6, 1),
    "connectivity_score": (65, 0.2, 0.3, 3),
    "owner_occupation_affordability_component_of_housing_affordability_indicator": (0.55, 0.25, 0.3, 3),
    "private_rental_affordability_component_of_housing_affordability_indicator": (0.24, 0.4, 0.3, 3),
    "housing_affordability_indicator": (-0.9, 0, 0.4, 3),
    "digital_connectivity_broadband_download_and_upload_speeds": (-0.88, 0, -0.2, 3),
    "core_homelessness_rate_percent_of_households": (0.93, 0.5, 0.4, 3),
    "patient_to_gp_ratio": (1950, 0.35, 0.2, 3),
    "homelessness_indicator_rate_per_1_000_households": (2.8, 0.4, 0.4, 3),
    "household_overcrowding_indicator_rooms": (0.04, 0.9, 0.5, 3),
    "household_overcrowding_indicator_bedrooms": (0.026, 0.9, 0.5, 3),
}
#: Columns with blanks in the published file: too few people to say.
_SOMETIMES_BLANK = (
    "income_deprivation_affecting_children_index_idaci_numerator",
    "income_deprivation_affecting_older_people_index_idaopi_numerator",
)
_SHARE_BLANK = 0.024


def _indicators2025(county: County, land: Territory) -> Iterator[tuple[object, ...]]:
    rng = random_stream(county.seed, land.name, "indicators")
    level = standard_score(land.deprivation.ranks2025["IMD"], AREAS_2025)
    columns = []
    for name, (median, spread, follows, decimals) in INDICATORS.items():
        score = follows * level + np.sqrt(1 - follows**2) * rng.normal(size=len(level))
        values = -median * score if median < 0 else median * np.exp(np.clip(spread * score, -3, 2.5))
        if name == "entry_to_higher_education_indicator":
            values = np.minimum(values, 0.998)
        column: list[object] = (values.round(decimals) if decimals else (values / 5).round().astype(int) * 5).tolist()
        if name in _SOMETIMES_BLANK:
            column = [
                None if blank else value
                for value, blank in zip(column, rng.random(len(column)) < _SHARE_BLANK, strict=True)
            ]
        columns.append(column)
    for area, *row in zip(land.geography.lsoa21, *columns, strict=True):
        yield area.code, *row
