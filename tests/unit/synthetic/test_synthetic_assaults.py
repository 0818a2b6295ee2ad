"""The truth behind partners' files: its magnitudes, what it is tied to, and that it is the same for the same county."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from safeground.synthetic import Assaults, County, make_assaults, make_county, write_partner_files
from safeground.synthetic.crime_types import ROBBERY, VIOLENCE
from safeground.synthetic.months import month_range
from safeground.synthetic.offences import FATAL, NO_INJURY, OFFENCES
from safeground.synthetic.persons import draw_persons, make_pools
from safeground.synthetic.police_record import UNKNOWN, YES, judge_as_recorded, make_police_record

YEARS = 2


@pytest.fixture(scope="module")
def county() -> County:
    return make_county(seed=7, small_areas=1100, months=12 * YEARS, neighbour_months=1)


@pytest.fixture(scope="module")
def assaults(county) -> Assaults:
    return make_assaults(county)


def a_year(chosen: np.ndarray) -> float:
    return float(chosen.sum()) / YEARS


def test_a_year_has_the_magnitudes_of_the_handbook(assaults):
    """64,115 crimes of violence, 3,200 with a knife, 1,100 serious by the table, 15 to 25 homicides, 60 to 90 stabbed and admitted."""
    what, live = assaults.what, assaults.is_live
    kinds = np.array([offence.kind for offence in OFFENCES])[what.offence]
    assert a_year(live & (kinds == VIOLENCE)) == pytest.approx(64_115, rel=0.08)
    assert a_year(live & (kinds == ROBBERY)) == pytest.approx(1_200, rel=0.15)
    assert a_year(live & (what.weapon <= 1)) == pytest.approx(3_200, rel=0.1)
    assert a_year(live & what.is_serious_by_table) == pytest.approx(1_100, rel=0.1)
    assert 12 <= a_year(live & what.is_homicide) <= 28
    assert 55 <= a_year(assaults.admitted & what.is_stabbing) <= 100


def test_most_assaults_in_a_and_e_are_unknown_to_the_police_and_more_so_in_some_districts(assaults):
    hidden = assaults.treated & ~assaults.known
    share = hidden.sum() / assaults.treated.sum()
    assert share == pytest.approx(0.59, abs=0.025)
    assert np.ptp(assaults.unknown_share) > 0.08
    own = assaults.treated & (assaults.district >= 0)
    number = np.bincount(assaults.district[own])
    found = np.bincount(assaults.district[own], ~assaults.known[own]) / number
    planned = assaults.unknown_share
    scores = (found - planned) / np.sqrt(planned * (1 - planned) / number)
    assert (scores**2).sum() < 36, "14 districts: one county in a thousand would be further off by chance"


def test_who_never_happened_was_hurt_by_nobody(assaults):
    ghost = assaults.known & ~assaults.is_live
    assert ghost.sum() > 1000
    assert not (assaults.treated | assaults.admitted | assaults.ambulance)[ghost].any()
    assert not assaults.what.is_serious_by_table[assaults.what.domestic].any()
    assert (assaults.what.injury[~assaults.known] != NO_INJURY).all(), "nobody comes to A&E unhurt"
    assert assaults.treated[assaults.admitted].all()
    assert (assaults.what.is_homicide == (assaults.what.injury == FATAL)).all()
    assert (assaults.what.happened[assaults.known].astype("datetime64[D]") <= assaults.recorded[assaults.known]).all()
    assert (assaults.what.happened <= assaults.what.until).all()


def test_violence_keeps_its_hours(assaults):
    """Friday and Saturday nights, and after school for the young."""
    what = assaults.what
    hour = what.happened.astype(np.int64) // 60 % 24
    weekday = (what.day + 3) % 7
    night = (hour >= 21) | (hour < 3)
    licensed = assaults.is_live & (what.setting == 3)
    assert night[licensed].mean() > 0.5
    weekend_night = night & np.isin(weekday, (4, 5))
    assert weekend_night[licensed].mean() > 0.22
    robbery = assaults.is_live & np.isin(what.offence, [i for i, o in enumerate(OFFENCES) if o.ho_class == "34B"])
    assert ((hour >= 15) & (hour < 19))[robbery].mean() > 0.2


def test_victims_of_street_violence_peak_at_fifteen_dip_and_rise_at_seventeen(assaults):
    street = assaults.is_live & ~assaults.what.domestic
    young = np.array([offence.victims == "young" for offence in OFFENCES])[assaults.what.offence]
    ages = np.bincount(assaults.victims.age[(street & young)[assaults.victims.assault]], minlength=91)
    assert ages[:11].sum() == 0 < ages[12] < ages[13] < ages[15]
    assert ages[16] < ages[15] and ages[16] < ages[17]


def test_some_are_hurt_again_and_some_who_hurt_were_hurt(assaults):
    repeats = assaults.victims.repeats(assaults.what.day)
    last_year = assaults.month[assaults.victims.assault] >= 12
    assert 0.15 < (repeats[last_year] > 0).mean() < 0.45
    assert np.isin(assaults.suspects.number, assaults.victims.number).mean() > 0.2
    pairs = set(zip(assaults.victims.assault.tolist(), assaults.victims.number.tolist(), strict=True))
    assert len(pairs) == len(assaults.victims.assault), "nobody is twice in one crime"


def test_repeats_are_counted_as_the_obvious_way_counts_them(assaults):
    victims, day = assaults.victims, assaults.what.day
    found = victims.repeats(day)
    busiest = Counter(victims.number.tolist()).most_common(5)
    for number, _ in busiest:
        rows = np.flatnonzero(victims.number == number)
        days = day[victims.assault[rows]]
        for row, when in zip(rows.tolist(), days.tolist(), strict=True):
            assert found[row] == ((days >= when - 365) & (days < when)).sum()


def test_a_person_has_the_age_that_was_drawn(assaults):
    rng = np.random.default_rng(3)
    pools = make_pools(rng, 100_000)
    day = np.full(4000, 20_000)
    drawn = draw_persons(
        rng, pools, assault=np.arange(4000), curve=np.full(4000, "adult"), female=np.full(4000, 0.5), day=day
    )
    for female, pool in enumerate(pools):
        rows = drawn.female == bool(female)
        birth = pool.birth[drawn.number[rows] - pool.first_number]
        age = (20_000 - birth) / 365.25
        assert (np.abs(age - drawn.age[rows] - 0.5) <= 0.51).all()


def test_a_month_is_the_same_whatever_other_months_are_drawn(county, assaults):
    last = make_assaults(county, months=county.territory.months[-1:])
    rows = assaults.month == YEARS * 12 - 1
    assert len(last) == rows.sum()
    assert (last.what.happened == assaults.what.happened[rows]).all()
    assert (last.longitude == assaults.longitude[rows])[~np.isnan(last.longitude)].all()
    whole = make_police_record(assaults).county_lines[rows]
    assert (make_police_record(last).county_lines == whole).all()
    with pytest.raises(ValueError, match="no crime of 2099-01"):
        make_assaults(county, months=["2099-01"])


def test_what_is_written_bounds_what_happened(assaults):
    judged = judge_as_recorded(assaults, make_police_record(assaults))
    truly = assaults.is_live & assaults.what.is_serious_by_table
    assert truly[judged == YES].all() and not truly[judged < UNKNOWN].any()
    assert ((judged == YES) | (judged == UNKNOWN))[truly].all()
    complete = judge_as_recorded(assaults, make_police_record(assaults, is_complete=True))
    assert ((complete == YES) == truly).all() and not (complete == UNKNOWN).any()


def test_the_same_county_writes_the_same_bytes(tmp_path: Path):
    county = make_county(seed=5, small_areas=30, months=2)
    one, other = (
        {path.relative_to(tmp_path / name): path.read_bytes() for path in write_partner_files(county, tmp_path / name)}
        for name in ("one", "other")
    )
    assert one == other
    truths = [(tmp_path / name / "truth_of_violence.json").read_bytes() for name in ("one", "other")]
    assert truths[0] == truths[1]


def test_files_carry_what_the_truth_counts(tmp_path: Path):
    county = make_county(seed=5, small_areas=60, months=4, last_month="2025-06")
    write_partner_files(county, tmp_path)
    truth = json.loads((tmp_path / "truth_of_violence.json").read_text())
    extract = truth["recorded_crime"]
    for month in month_range("2025-06", 4):
        text = gzip.decompress((tmp_path / "recorded_crime" / f"{month}-wrenshire-crimes.csv.gz").read_bytes()).decode()
        header, *rows = (line.split(",") for line in text.splitlines())
        status = Counter(row[header.index("crime_status")] for row in rows)
        assert status["recorded"] == extract["by_month"][month]["recorded"]
    tables = list((tmp_path / "recorded_crime_tables").glob("prc-*-2025-26.csv"))
    assert len(tables) == 2
    quarter = sum(extract["by_month"][month]["recorded"] for month in month_range("2025-06", 3))
    force = (tmp_path / "recorded_crime_tables" / "prc-pfa-2025-26.csv").read_text().splitlines()[1:]
    assert (
        sum(int(line.rsplit(",", 1)[1]) for line in force) == quarter == truth["recorded_crime_tables"]["2025/26"]["1"]
    )
    knives = sum(extract["by_month"][month]["knife_used_or_threatened"] for month in month_range("2025-06", 3))
    counted = sum(truth["knife_offences"]["2025/26"]["1"].values())
    assert 0 < counted <= knives, "the national count takes in selected offences only"
