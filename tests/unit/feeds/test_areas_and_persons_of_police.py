"""What a police record's deliveries tell only together: areas unknown or of two vintages, and persons of crimes never sent."""

from __future__ import annotations

from pathlib import Path

import pytest
from sharing import make_keys

from safeground.engine.catalogue import definitions_folder, load_agreements, load_catalogue
from safeground.engine.feeds import Problem, check_deliveries, check_workspace, get_live_deliveries, land_files
from safeground.engine.workspace import init_workspace

EXAMPLES = definitions_folder() / "national" / "feeds" / "recorded_crime"
CATALOGUE = load_catalogue("wrenshire")
LOOKUP = "lsoa11_name,lsoa11_code,change_code,lsoa21_name,lsoa21_code,ltla22_name,ltla22_code"
CRIMES, VICTIMS = "example.csv", "example_victims.csv"


@pytest.fixture
def tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A function that lands the examples, changed, and gives what is told of them together."""
    monkeypatch.setenv("SAFEGROUND_KEYS", str(make_keys(tmp_path / "keys")))
    workspace = init_workspace(tmp_path / "workspace", partnership="wrenshire")

    def run(files: dict[str, str], areas: list[tuple[str, str]]) -> dict[str, Problem]:
        (tmp_path / "lookup.csv").write_text(
            "\n".join([LOOKUP, *(f"a,{old},U,b,{new},Wrenton,E07990001" for old, new in areas)]) + "\n"
        )
        paths = [tmp_path / "lookup.csv"]
        for name, text in files.items():
            paths.append(tmp_path / f"2025-03-wrenshire-{'victims' if name == VICTIMS else 'crimes'}.csv")
            paths[-1].write_text(text, encoding="utf-8")
        landing = land_files(workspace, CATALOGUE.feeds, paths, agreements=load_agreements("wrenshire"))
        assert [refusal.sentence for refusal in landing.refused] == []
        check_deliveries(workspace, CATALOGUE.feeds, get_live_deliveries(workspace))
        return {problem.rule: problem for problem in check_workspace(workspace, CATALOGUE.feeds)}

    return run


def read(example: str) -> str:
    return (EXAMPLES / example).read_text(encoding="utf-8")


def areas_of(text: str) -> list[str]:
    header, *rows = (line.split(",") for line in text.splitlines())
    return [row[header.index("lsoa21")] for row in rows if row[header.index("lsoa21")]]


def test_a_sound_record_is_not_talked_about(tell):
    areas = [(code, code) for code in sorted(set(areas_of(read(CRIMES))))]
    assert tell({CRIMES: read(CRIMES), VICTIMS: read(VICTIMS)}, areas) == {}


def test_area_codes_of_a_feed_filled_column_by_column_are_judged(tell):
    found = areas_of(read(CRIMES))
    told = tell({CRIMES: read(CRIMES)}, [("E01999998", "E01999998")])
    assert told["area_unknown"].rows == len(found)
    first = next(line for line in read(CRIMES).splitlines() if found[0] in line)
    # One crime more, in an area of 2011 that was split, beside those with codes of 2021.
    more = first.replace(found[0], "E01888888").replace(first.split(",")[0], "WR/25/999999")
    text = read(CRIMES).rstrip("\n") + f"\n{more}\n"
    areas = [("E01888888", "E01999999"), *((f"E0187{n:04}", code) for n, code in enumerate(sorted(set(found))))]
    mixed = tell({CRIMES: text}, areas)
    assert set(mixed) == {"area_vintages_mixed"}
    assert "1 rows of lsoa11 only" in mixed["area_vintages_mixed"].message


def test_victims_of_a_crime_that_nobody_sent_are_told_and_those_of_one_in_quarantine_are_not(tell):
    areas = [(code, code) for code in sorted(set(areas_of(read(CRIMES))))]
    victims = read(VICTIMS)
    reference = victims.splitlines()[1].split(",")[0]
    rows = sum(line.startswith(f"{reference},") for line in victims.splitlines())
    told = tell({CRIMES: read(CRIMES), VICTIMS: victims.replace(f"{reference},", "WR/99/000000,")}, areas)
    assert told.keys() == {"person_of_no_event"}
    assert (told["person_of_no_event"].rows, told["person_of_no_event"].column) == (rows, "crime_ref")
    assert "WR/99" not in told["person_of_no_event"].message, "a reference is nobody else's business"

    day = next(line for line in read(CRIMES).splitlines() if line.startswith(f"{reference},"))
    late = day.replace("2025-03-", "2031-03-")
    assert "person_of_no_event" not in tell({CRIMES: read(CRIMES).replace(day, late), VICTIMS: victims}, areas)


def test_what_is_remembered_of_one_month_is_not_taken_for_another(tmp_path, monkeypatch):
    monkeypatch.setenv("SAFEGROUND_KEYS", str(make_keys(tmp_path / "keys")))
    workspace = init_workspace(tmp_path / "workspace", partnership="wrenshire")
    for month in ("2025-03", "2025-04"):
        (tmp_path / f"{month}-wrenshire-crimes.csv").write_text(
            read(CRIMES), encoding="utf-8"
        )  # March, sent as April too
    files = sorted(tmp_path.glob("*.csv"))
    land_files(workspace, CATALOGUE.feeds, files, agreements=load_agreements("wrenshire"))
    reports = check_deliveries(workspace, CATALOGUE.feeds, get_live_deliveries(workspace))
    told = {report.period: {problem.rule for problem in report.problems} for report in reports}
    assert "date_in_period" not in told["2025-03"]
    assert "date_in_period" in told["2025-04"]
