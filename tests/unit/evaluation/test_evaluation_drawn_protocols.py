"""Protocols of parallel and stepped-wedge trials: read, refused before an outcome is read, run from files, told on a page."""

from __future__ import annotations

import csv
import dataclasses
import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from cost_plans import make_economics, make_plan

from safeground.engine.catalogue import DefinitionsError, load_catalogue
from safeground.engine.documents import Audience, Figure, Notice, Table
from safeground.engine.evaluation import (
    CheckResult,
    Evaluation,
    EvaluationRefused,
    Side,
    TrialData,
    Verdict,
    appraise,
    check_protocol,
    evaluate,
    make_evaluation_report,
    read_evaluation_files,
    read_protocol,
)
from safeground.engine.statistics import ParallelDraw, SteppedWedgeDraw, TrialDraw

SEAL = CheckResult("protocol_sealed", "Was it sealed?", Verdict.PASSED, "It was.")
COMMON: dict[str, Any] = {
    "schema": 1, "name": "made_up_trial", "title": "Street lighting at drawn places, made up",
    "question": "Are there fewer thefts at places with new lights?", "why_it_matters": "Lights cost money.", "is_made_up": True,
    "treatment": "new street lighting", "planned_ratio": 0.7, "runs": 399, "seed": 3,
    "outcomes": [
        {"name": "theft", "title": "thefts from people", "role": "primary"},
        {"name": "damage", "title": "offences of criminal damage", "role": "secondary"},
        {"name": "fraud", "title": "reports of fraud", "role": "negative_control"},
    ],
    "owner": "Analyst of the partnership", "checked_by": "Lead of the partnership", "review_by": "2027-04-30",
}  # fmt: skip
PARALLEL = COMMON | {
    "design": "parallel", "starts": "2025-03-01", "months": 12, "before": 12,
    "files": {
        "schedule": "schedule.csv", "events": "events.csv", "places": "places.csv",
        "draw": {"kind": "parallel", "treated": 1, "stratum": 2},
    },
}  # fmt: skip
WEDGE = COMMON | {
    "design": "stepped_wedge", "starts": "2025-03-03", "days": 100, "transition": 3,
    "files": {"schedule": "schedule.csv", "events": "events.csv", "draw": {"kind": "stepped_wedge", "steps": 4}},
}  # fmt: skip


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def make_trial(folder: Path, content: dict[str, Any], draw: TrialDraw, *, ratio: float, mean: float) -> Path:
    """A trial's files with a planted ratio of thefts; places are called so that no order of their names is that of the draw."""
    folder.mkdir(exist_ok=True)
    path = folder / "protocol.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    protocol = read_protocol(path)
    rng = np.random.default_rng(5)
    treated = draw(rng)
    names = [f"Street {chr(90 - number % 26)}{number}" for number in range(draw.places)]
    usual = np.repeat(rng.gamma(6, 1 / 6, draw.places // 2), 2) * mean
    events = []
    for outcome, acts in (("theft", ratio), ("damage", 1.0), ("fraud", 1.0)):
        for day, period in protocol.period_of.items():
            if protocol.unit == "month" and day.day != 10:
                continue
            on = treated[:, max(period, 0)] & (period >= 0)
            for place, number in enumerate(rng.poisson(usual * np.where(on, acts, 1.0))):
                events += [{"place": names[place], "day": day, "outcome": outcome}] * int(number)
    write(folder / "events.csv", events)
    schedule = [
        {"place": name, "day": day, "treated": "Y" if treated[place, number] else "N"}
        for place, name in enumerate(names)
        for number, day in enumerate(protocol.dates)
    ]
    write(folder / "schedule.csv", schedule)
    points = [
        {"place": name, "easting": 600000 + 500 * number, "northing": 200000, "radius": 75}
        for number, name in enumerate(names)
    ]
    write(folder / "places.csv", points)
    return path


@pytest.fixture
def parallel(tmp_path: Path) -> Path:
    return make_trial(tmp_path / "p", PARALLEL, ParallelDraw(24, 12, 1, 2), ratio=0.6, mean=6)


@pytest.fixture
def wedge(tmp_path: Path) -> Path:
    return make_trial(tmp_path / "w", WEDGE, SteppedWedgeDraw(16, 100, 4), ratio=0.6, mean=0.8)


def run(path: Path) -> Evaluation:
    protocol = read_protocol(path)
    return evaluate(protocol, read_evaluation_files(protocol, path.parent), sha256="0" * 64, seal=SEAL)


def texts_of(found: Evaluation) -> tuple[str, list[Any]]:
    rule = load_catalogue("wrenshire").disclosure.rule("police_confidential", Audience.PARTNERSHIP)
    document = make_evaluation_report(
        found, rule=rule, audience=Audience.PARTNERSHIP, partnership="Made up", handling="For the partnership",
        area=("E23000028", "Wrenshire"),
    )  # fmt: skip
    blocks = list(document.chapters[0].blocks)
    return "\n".join(str(getattr(block, "text", getattr(block, "sentence", ""))) for block in blocks), blocks


def test_a_parallel_trial_by_months_runs_from_its_files_to_its_page(parallel: Path) -> None:
    found = run(parallel)
    primary = found.primary
    assert primary.lower < 0.6 < primary.upper < 1 and "allowing for their counts before" in primary.method
    assert (primary.treated.units, primary.other.units) == (144, 144)
    assert [effect.name for effect in found.others] == ["damage", "fraud"]
    verdicts = {check.name: check.verdict for check in primary.checks}
    assert {verdicts[name] for name in ("balance_at_baseline", "negative_control", "contamination")} == {Verdict.PASSED}
    assert verdicts["compliance"] is Verdict.NOT_APPLICABLE
    told, blocks = texts_of(found)
    assert "fewer thefts from people at places drawn to have new street lighting than at the other places" in told
    figures = {block.id: block for block in blocks if isinstance(block, Figure)}
    lines = figures["made_up_trial_both_sides"].chart
    assert [len(series.points) for series in lines.series] == [24, 24]
    flow = next(block for block in blocks if isinstance(block, Table) and block.id == "made_up_trial_flow")
    assert flow.rows[0] == ("Places drawn", "12", "12")
    assert any("in the 12 months before" in str(row[0]) for row in flow.rows)


def test_a_stepped_wedge_by_days_runs_from_its_files_to_its_page(wedge: Path) -> None:
    found = run(wedge)
    primary = found.primary
    assert primary.lower < 0.6 < primary.upper < 1 and "the first 3 days after each start" in primary.method
    told, blocks = texts_of(found)
    assert "at places that had started with new street lighting than at places that had not yet" in told
    notices = "\n".join(block.markdown for block in blocks if isinstance(block, Notice))
    assert "What becomes of it in the long run" in notices
    figures = {block.id for block in blocks if isinstance(block, Figure)}
    assert figures == {"made_up_trial_outcomes", "made_up_trial_since_start"}
    flow = next(block for block in blocks if isinstance(block, Table) and block.id == "made_up_trial_flow")
    assert dict((row[0], row[1]) for row in flow.rows)["On neither side, or left out"] == str(16 * 3)


def weigh(path: Path, *, most: int) -> None:
    """Every event weighs 5 days of harm, one after the start `most`."""
    protocol = read_protocol(path)
    head, *lines = (path.parent / "events.csv").read_text("utf-8").splitlines()
    late = [line for line in lines if line.split(",")[1:] >= [str(protocol.starts), protocol.primary.name]]
    chosen = next(line for line in late if line.endswith(protocol.primary.name))
    lines.remove(chosen)
    told = [f"{head},harm", f"{chosen},{most}", *(f"{line},5" for line in lines)]
    (path.parent / "events.csv").write_text("\n".join(told) + "\n", encoding="utf-8")


@pytest.mark.parametrize("name", ["parallel", "wedge"])
def test_harm_is_told_three_ways_and_withheld_by_how_many_events_there_were(
    name: str, request: pytest.FixtureRequest
) -> None:
    path = request.getfixturevalue(name)
    weigh(path, most=5_475)
    found = run(path)
    harm = {effect.name: effect for effect in found.others if effect.name.startswith("harm")}
    assert list(harm) == ["harm", "harm_without_top", "harm_capped"]
    one_is_all = abs(harm["harm"].estimate - found.primary.estimate)
    for held in ("harm_without_top", "harm_capped"):  # without it harm is as many times the same as events are
        assert harm[held].estimate == pytest.approx(found.primary.estimate, rel=0.03)
        assert abs(harm[held].estimate - found.primary.estimate) < one_is_all
    assert all((each.treated, each.other) == (found.primary.treated, found.primary.other) for each in harm.values())
    few = dataclasses.replace(harm["harm"], treated=Side(100, 2))
    rule = load_catalogue("wrenshire").disclosure.rule("police_confidential", Audience.PARTNERSHIP)
    assert not few.protect(rule).is_published  # of two events however harmful


@pytest.mark.parametrize("name", ["parallel", "wedge"])
def test_what_fewer_events_were_worth_follows_from_what_was_met_and_the_ratio(
    name: str, request: pytest.FixtureRequest
) -> None:
    """The other side's plain rate is of other months, or of places with another level before: it is not what the ratio compares with."""
    primary = run(request.getfixturevalue(name)).primary
    line = {"title": "Thefts", "outcome": primary.name, "unit_cost": "violence"}
    found = appraise(
        make_plan(benefits=[line]),
        make_economics(violence=1_000.0),
        {primary.name: primary},
        rng=np.random.default_rng(1),
    )
    met, plain = primary.treated.events, primary.treated.units * primary.other.events / primary.other.units
    assert found.benefits[0].prevented.central == pytest.approx(met / primary.estimate - met)
    assert plain - met != pytest.approx(met / primary.estimate - met, rel=0.01)
    assert found.benefits[0].cost_per_one is not None


def test_a_second_run_tells_the_same(wedge: Path) -> None:
    assert run(wedge).effects == run(wedge).effects


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"days": 60}, "either in days or in months"),
        ({"months": None}, "either in days or in months"),
        ({"starts": "2025-03-04"}, "starts on the first of one"),
        ({"question": "Did lights bring a fall in thefts?"}, "says 'fall'"),
        ({"title": "Reduction of thefts"}, "says 'Reduction'"),
        ({"before": -1}, "greater than or equal to 0"),
        ({"transition": 2}, "unknown key"),
        ({"files": PARALLEL["files"] | {"draw": {"kind": "daily", "treated": 8, "stratum": 2}}}, "strata are of a parallel draw"),
    ],
)  # fmt: skip
def test_a_protocol_that_cannot_be_is_refused_as_it_is_read(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    path = tmp_path / "protocol.yaml"
    content = {key: value for key, value in (PARALLEL | changes).items() if value is not None}
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(DefinitionsError, match=message):
        read_protocol(path)


def refuse(path: Path, match: str, **changes: object) -> None:
    """Refused before an outcome is read."""

    def never() -> None:
        raise AssertionError("outcomes were read")

    protocol = read_protocol(path)
    data: TrialData = read_evaluation_files(protocol, path.parent)
    with pytest.raises(EvaluationRefused, match=match):
        check_protocol(protocol, dataclasses.replace(data, open_outcomes=never, **changes))


def test_what_does_not_fit_a_parallel_trial_is_refused_before_any_outcome_is_read(parallel: Path) -> None:
    protocol = read_protocol(parallel)
    treated = read_evaluation_files(protocol, parallel.parent).treated
    turned = treated.copy()
    turned[:4] = turned[[0, 0, 3, 3]] if treated[0, 0] != treated[3, 0] else turned[[0, 0, 2, 2]]
    refuse(parallel, "The draw treats 1 of each 2 places, and the schedule", treated=turned)
    changing = treated.copy()
    changing[:2, 6:] = ~changing[:2, 6:]
    refuse(parallel, "Street Z0 is treated in some months and not in others", treated=changing)
    refuse(parallel, "write design: stepped_wedge", draw=SteppedWedgeDraw(24, 12, 4))
    refuse(parallel, "are not the schedule's, which has 10 months", dates=protocol.dates[:10])
    refuse(
        parallel, "Outcomes count from 2024-03-01 to 2026-02-28, and outcomes have landed from 2025-03-01",
        covered=(datetime.date(2025, 3, 1), datetime.date(2026, 2, 28)),
    )  # fmt: skip


def test_what_does_not_fit_a_wedge_is_refused_before_any_outcome_is_read(wedge: Path) -> None:
    treated = read_evaluation_files(read_protocol(wedge), wedge.parent).treated
    stops = treated.copy()
    stops[0, -1] = False
    refuse(wedge, "Street Z0 stops being treated", treated=stops)
    wedge.write_text(wedge.read_text("utf-8").replace("transition: 3", "transition: 90"), encoding="utf-8")
    refuse(wedge, "A transition of 90 days leaves nothing after any start")


def test_so_few_places_that_nothing_could_be_clear_are_refused(tmp_path: Path) -> None:
    content = PARALLEL | {"files": PARALLEL["files"] | {"draw": {"kind": "parallel", "treated": 3}}}
    path = make_trial(tmp_path / "few", content, ParallelDraw(6, 12, 3), ratio=1.0, mean=5)
    refuse(path, "only 20 ways to draw 6 places so, and the least p that 20 draws can give is 0.1")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("Street Z0,2024-02-28,theft", "Street Z0 on 2024-02-28 is not in the trial"),
        ("Street Z0,2026-03-01,theft", "is not in the trial"),
    ],
)
def test_an_event_outside_the_time_that_counts_is_refused(parallel: Path, line: str, message: str) -> None:
    events = parallel.parent / "events.csv"
    events.write_text(events.read_text("utf-8") + line + "\n", encoding="utf-8")
    data = read_evaluation_files(read_protocol(parallel), parallel.parent)
    with pytest.raises(EvaluationRefused, match=message):
        data.open_outcomes()


def test_places_too_close_to_each_other_fail_the_check_of_contamination(parallel: Path) -> None:
    path = parallel.parent / "places.csv"
    path.write_text(path.read_text("utf-8").replace(",600500,", ",600200,"), encoding="utf-8")
    check = next(check for check in run(parallel).primary.checks if check.name == "contamination")
    assert check.verdict is Verdict.FAILED and "2 places lie within 200 metres" in check.sentence
