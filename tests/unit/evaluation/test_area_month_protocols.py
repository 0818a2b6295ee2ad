"""Designs of areas and months from a protocol and a table beside it: refused before a value is read, run, and told on a page."""

from __future__ import annotations

import csv
import dataclasses
import datetime
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from cost_plans import make_economics, make_effect, make_plan

from safeground.engine.catalogue import DefinitionsError, load_catalogue
from safeground.engine.disclosure import DisclosureRule
from safeground.engine.documents import Audience, Direction, Document, Figure, Finding, Notice, Paragraph, Table
from safeground.engine.evaluation import (
    DESIGNS,
    PROTOCOLS,
    CheckResult,
    DesignKind,
    Evaluation,
    EvaluationRefused,
    MadeFrom,
    Result,
    SealEntry,
    Side,
    Verdict,
    appraise,
    check_cost_benefit_plan,
    check_protocol,
    check_seal,
    evaluate,
    make_evaluation_report,
    read_evaluation_files,
    read_protocol,
    read_result,
    render_result,
)

SEAL = CheckResult("protocol_sealed", "Was it sealed?", Verdict.PASSED, "It was.")
AREAS, MONTHS, START = 26, 60, 36
TREATED = [f"Area {number:02d}" for number in range(1, 6)]
EFFECT = 0.7
DESIGN_OF = {
    "difference_in_differences": {"placebos": 29, "rings": {"the areas next to them": ["Area 06", "Area 07", "Area 08"]}},
    "synthetic_control": {
        "treated": [{"areas": ["Area 01"], "starts": "2023-01"}], "left_out": [{"areas": TREATED[1:], "why": "had the team too"}],
    },
    "interrupted_series": {},
    "weighted_displacement": {
        "control": ["Area 09", "Area 10", "Area 11", "Area 12", "Area 13", "Area 16"], "buffer": ["Area 06", "Area 07"],
        "buffer_control": ["Area 14", "Area 15"],
    },
    "before_after": {},
}  # fmt: skip


def write_table(folder: Path, *, scale: float = 40.0, effect: float = EFFECT, without: tuple[int, ...] = ()) -> None:
    """Invented: areas of different size that move alike, five of them with fewer offences from 2023 on. without: months left blank."""
    rng = np.random.default_rng(1)
    labels = [f"{2020 + month // 12}-{month % 12 + 1:02d}" for month in range(MONTHS)]
    month = 1 + 0.15 * np.sin(np.arange(MONTHS) * np.pi / 6)
    with (folder / "counts.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["area", "period", "violence", "fraud"])
        for area in range(AREAS):
            mean = scale * (1 + area % 5 / 5) * month
            mean = mean * np.where((area < len(TREATED)) & (np.arange(MONTHS) >= START), effect, 1)
            for at, (violence, fraud) in enumerate(zip(rng.poisson(mean), rng.poisson(scale, MONTHS), strict=True)):
                writer.writerow([f"Area {area + 1:02d}", labels[at], "" if at in without else violence, fraud])


def read_table(folder: Path) -> list[dict[str, str]]:
    with (folder / "counts.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_protocol(folder: Path, design: str, **changes: Any) -> Path:
    content = {
        "schema": 1, "name": "a_team", "title": "A team in five areas", "design": design, "is_made_up": True,
        "question": "Were there fewer offences with a team than was to be expected?", "why_it_matters": "A team costs money.",
        "files": {"table": "counts.csv"}, "first": "2020-01", "last": "2024-12", "what_was_done": "a team worked in five areas",
        "treated": [{"areas": TREATED, "starts": "2023-01"}], "chosen_for_being_extreme": False,
        "outcomes": [
            {"name": "violence", "title": "offences of violence", "role": "primary"},
            {"name": "fraud", "title": "reports of fraud", "role": "negative_control"},
        ],
        "owner": "Analyst", "checked_by": "Another analyst", "review_by": datetime.date(2027, 1, 1),
    } | DESIGN_OF[design] | changes  # fmt: skip
    path = folder / "protocol.yaml"
    path.write_text(
        yaml.safe_dump({key: value for key, value in content.items() if value is not None}), encoding="utf-8"
    )
    return path


def run(path: Path) -> Evaluation:
    protocol = read_protocol(path)
    return evaluate(protocol, read_evaluation_files(protocol, path.parent), sha256="0" * 64, seal=SEAL)


@functools.cache
def rule_of(name: str, audience: Audience = Audience.PARTNERSHIP) -> DisclosureRule:
    return load_catalogue("wrenshire").disclosure.rule(name, audience)


def page_of(found: Evaluation, rule: DisclosureRule) -> Document:
    return make_evaluation_report(
        found,
        rule=rule,
        audience=Audience.PARTNERSHIP,
        partnership="Wrenshire",
        handling="For partners.",
        area=("E23", "Wrenshire"),
    )


def words_of(page: Document) -> str:
    blocks = page.chapters[0].blocks
    return "\n".join(
        block.sentence if isinstance(block, Finding) else block.markdown
        for block in blocks
        if isinstance(block, Finding | Paragraph | Notice)
    )


def test_every_design_that_can_be_read_can_be_run() -> None:
    assert set(PROTOCOLS) == set(DESIGNS) >= {*DESIGN_OF, "crossover"}


@pytest.mark.parametrize("design", DESIGN_OF)
def test_a_design_finds_what_was_planned_and_tells_it_on_a_page(tmp_path: Path, design: str) -> None:
    write_table(tmp_path)
    found = run(write_protocol(tmp_path, design))
    primary = found.primary
    if primary.scale.nothing == 1.0:
        assert primary.lower < EFFECT < primary.upper < 1
    else:
        assert primary.upper < 0
    checks = {check.name: check.verdict for check in primary.checks}
    assert checks["protocol_sealed"] is Verdict.PASSED
    assert set(checks) >= {"negative_control", "placebo_in_time", "window", "influence", "detectable"}
    if design != "synthetic_control":  # whose p is of placebos in space
        assert checks["placebo_in_space"] is Verdict.PASSED and "unseen_confounding" in checks
    assert checks["negative_control"] is not Verdict.FAILED and checks["placebo_in_time"] is not Verdict.FAILED
    assert found.effects[0] is primary and len({effect.name for effect in found.effects}) == len(found.effects)
    page = page_of(found, rule_of("police_confidential"))
    blocks = page.chapters[0].blocks
    figures = [block for block in blocks if isinstance(block, Figure)]
    assert any(figure.id.endswith(("event_study", "gaps", "series", "both_sides")) for figure in figures)
    assert all(figure.table.rows for figure in figures)
    assert any(isinstance(block, Table) and block.id.endswith("_flow") for block in blocks)
    kept = read_result(render_result(Result(found, None, MadeFrom((), "", "", True))), shown_as="result.json")
    assert kept is not None and page_of(kept.evaluation, rule_of("police_confidential")) == page
    words = words_of(page)
    assert "From January 2023 on a team worked in five areas." in words
    assert "Whether what was done is why" in words
    assert not any(word in words for word in ("proves that", "caused", "thanks to"))


def test_a_design_with_nothing_to_find_says_that_it_cannot_tell(tmp_path: Path) -> None:
    write_table(tmp_path, effect=1.0)
    found = run(write_protocol(tmp_path, "difference_in_differences", is_placebo=True, rings=None))
    words = words_of(page_of(found, rule_of("police_confidential")))
    assert (
        words.count("We cannot tell whether") == 1 and "Nothing was done. The start in January 2023 is made up" in words
    )


REFUSALS = [
    ("difference_in_differences", {"first": "2019-01"}, "there are data from January 2020 to December 2024"),
    ("difference_in_differences", {"last": "2025-06"}, "land the rest first, or mend first and last"),
    (
        "difference_in_differences",
        {"treated": [{"areas": ["Area 99"], "starts": "2023-01"}]},
        "There is no area 'Area 99' in the data",
    ),
    (
        "difference_in_differences",
        {"treated": [{"areas": TREATED, "starts": "2020-02"}]},
        "1 month lies before the start",
    ),
    (
        "difference_in_differences",
        {"treated": [{"areas": [f"Area {n:02d}" for n in range(1, 27)], "starts": "2023-01"}], "rings": None},
        "Every area is treated or left out",
    ),
    (
        "difference_in_differences",
        {"treated": [{"areas": ["Area 01"], "starts": "2023-01"}]},
        "There is 1 area under treatment, and an interval needs 3; for one treated area take synthetic_control",
    ),
    (
        "difference_in_differences",
        {"treated": [{"areas": TREATED, "starts": "2026-01"}]},
        "January 2026 does not lie within January 2020 to December 2024",
    ),
    ("difference_in_differences", {"touching": True}, "Which areas touch is not known"),
    (
        "synthetic_control",
        {"left_out": [{"areas": [f"Area {n:02d}" for n in range(3, 27)], "why": "a test"}]},
        "A mix needs at least two other areas",
    ),
    (
        "interrupted_series",
        {"first": "2021-06"},
        "There are 19 months with data before the start, and 24 are the least",
    ),
    ("interrupted_series", {"last": "2023-02"}, "Only 2 months with data lie after the start"),
    (
        "before_after",
        {"left_out": [{"areas": [f"Area {n:02d}" for n in range(6, 22)], "why": "a test"}]},
        "5 areas not chosen: from fewer than 10",
    ),
    (
        "before_after",
        {"outcomes": [{"name": "arson", "title": "fires", "role": "primary"}]},
        "Outcome arson: the table has no column for it",
    ),
]


@pytest.mark.parametrize(("design", "changes", "message"), REFUSALS, ids=[message[:40] for _, _, message in REFUSALS])
def test_what_cannot_stand_is_refused_before_a_value_is_read(
    tmp_path: Path, design: str, changes: dict[str, Any], message: str
) -> None:
    def never() -> None:
        raise AssertionError("outcomes were read")

    write_table(tmp_path)
    protocol = read_protocol(write_protocol(tmp_path, design, **changes))
    data = dataclasses.replace(read_evaluation_files(protocol, tmp_path), open_outcomes=never)
    with pytest.raises(EvaluationRefused, match=message):
        check_protocol(protocol, data)
    with pytest.raises(EvaluationRefused, match=message):
        evaluate(protocol, data, sha256="0" * 64, seal=SEAL)


def test_what_police_record_themselves_is_refused(tmp_path: Path) -> None:
    write_table(tmp_path)
    protocol = read_protocol(write_protocol(tmp_path, "before_after"))
    data = read_evaluation_files(protocol, tmp_path)
    data = dataclasses.replace(data, police_initiated={"violence": ("Drugs", "Possession of weapons")})
    with pytest.raises(
        EvaluationRefused, match=r"such as Drugs and Possession of weapons.*it would tell how much they looked"
    ):
        check_protocol(protocol, data)


@pytest.mark.parametrize(
    ("design", "changes", "message"),
    [
        ("difference_in_differences", {"rings": {"a ring": ["Area 01"]}}, "Area 01 is in treated and in ring 'a ring'"),
        ("weighted_displacement", {"buffer": ["Area 09", "Area 07"]}, "Area 09 is in control and in buffer"),
        ("weighted_displacement", {"buffer": None}, "a ring around one side and none around the other"),
        ("difference_in_differences", {"first": "2024-12", "last": "2020-01"}, "has to lie before last"),
        ("difference_in_differences", {"first": "January"}, "is no month and no year"),
        ("difference_in_differences", {"first": 2019}, "months in one place and years in another"),
        (
            "interrupted_series",
            {"treated": [{"areas": ["Area 01"], "starts": "2023-01"}, {"areas": ["Area 02"], "starts": "2023-06"}]},
            "one start for all treated areas and no end",
        ),
        (
            "synthetic_control",
            {"treated": [{"areas": TREATED, "starts": "2023-01"}], "left_out": None},
            "is of one treated area",
        ),
        ("before_after", {"counts": {"feed": "police_uk_street", "level": "district"}}, "and not both"),
        (
            "before_after",
            {"files": {"table": "counts.csv", "are_counts": False}},
            "cannot be held to a rule of small numbers",
        ),
        ("before_after", {"left_out": [{"areas": ["Area 01"], "why": "a test"}]}, "named more than once"),
    ],
)
def test_a_protocol_that_contradicts_itself_is_refused_as_it_is_read(
    tmp_path: Path, design: str, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(DefinitionsError, match=message):
        read_protocol(write_protocol(tmp_path, design, **changes))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Area 01,2020-01,", "Area 01,2020-02,", "has this period twice"),
        ("Area 01,2020-01,", "Area 01,spring,", "'spring' is no month and no year"),
        ("area,period", "place,period", "has no column 'area'"),
    ],
)
def test_a_table_that_is_wrong_is_refused_with_its_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    write_table(tmp_path)
    path = tmp_path / "counts.csv"
    path.write_text(path.read_text("utf-8").replace(old, new, 1), encoding="utf-8")
    protocol = read_protocol(write_protocol(tmp_path, "before_after"))
    with pytest.raises(EvaluationRefused, match=message):
        read_evaluation_files(protocol, tmp_path)


def test_a_value_that_is_no_count_is_refused_when_it_is_opened(tmp_path: Path) -> None:
    write_table(tmp_path)
    path = tmp_path / "counts.csv"
    lines = path.read_text("utf-8").splitlines()
    lines[1] = "Area 01,2020-01,many,3"
    path.write_text("\n".join(lines), encoding="utf-8")
    data = read_evaluation_files(read_protocol(write_protocol(tmp_path, "before_after")), tmp_path)
    with pytest.raises(EvaluationRefused, match="line 2: violence is 'many'; write a number from 0 on"):
        data.open_outcomes()


def test_a_missing_month_is_missing_and_never_nought(tmp_path: Path) -> None:
    write_table(tmp_path, without=(20, 40))
    path = write_protocol(tmp_path, "difference_in_differences")
    data = read_evaluation_files(read_protocol(path), tmp_path)
    assert not data.has_landed[:, [20, 40]].any() and np.isnan(data.open_outcomes()["violence"][:, [20, 40]]).all()
    found = run(path)
    assert found.primary.lower < EFFECT < found.primary.upper
    assert dict(found.flow.steps)["Area-months without data"] == ("10", "36")
    with pytest.raises(
        EvaluationRefused, match="Area 01 has no data for September 2021, and a before and after needs every period"
    ):
        run(write_protocol(tmp_path, "before_after"))


def test_one_small_month_withholds_the_whole_line_and_open_data_withhold_nothing(tmp_path: Path) -> None:
    write_table(tmp_path, scale=1.5)
    found = run(write_protocol(tmp_path, "difference_in_differences"))

    def both_sides(rule: str) -> Figure:
        blocks = page_of(found, rule_of(rule)).chapters[0].blocks
        return next(block for block in blocks if isinstance(block, Figure) and block.id.endswith("both_sides"))

    held = [point.estimate for series in both_sides("police_confidential").chart.series for point in series.points]
    assert held and not any(estimate.is_published for estimate in held)
    told = [point.estimate for series in both_sides("open_data").chart.series for point in series.points]
    assert all(estimate.is_published for estimate in told)


@pytest.mark.parametrize(
    ("treated_force", "fewer_in_all_of_it", "verdict", "told"),
    [
        (12, False, Verdict.PASSED, "Beside the 7 others of North alone the ratio is 0."),
        (12, True, Verdict.FAILED, "Areas of 2 forces are compared"),
        (6, False, Verdict.FAILED, "Too few others lie in the same force"),
        (AREAS, False, None, ""),
    ],
)
def test_what_changes_in_all_of_a_force_is_not_taken_for_an_effect(
    tmp_path: Path, treated_force: int, fewer_in_all_of_it: bool, verdict: Verdict | None, told: str
) -> None:
    """The treated areas are the first five; of the same force are the first twelve, so that seven others move as they do."""
    write_table(tmp_path, effect=1.0 if fewer_in_all_of_it else 0.6)
    protocol = read_protocol(write_protocol(tmp_path, "difference_in_differences", rings=None))
    data = read_evaluation_files(protocol, tmp_path)

    def opened() -> dict[str, np.ndarray]:
        tables = {name: table.copy() for name, table in data.open_outcomes().items()}
        tables["violence"][:treated_force, START:] *= 0.6 if fewer_in_all_of_it else 1
        return {name: table.round() for name, table in tables.items()}

    forces = tuple("North" if row < treated_force else "South" for row in range(AREAS))
    in_forces = dataclasses.replace(data, forces=forces, open_outcomes=opened)
    found = evaluate(protocol, in_forces, sha256="0" * 64, seal=SEAL)
    assert found.primary.direction is Direction.LOWER
    checks = {check.name: check for check in found.primary.checks}
    assert (checks["one_force"].verdict if verdict else checks.get("one_force")) is verdict
    assert not verdict or told in checks["one_force"].sentence


@pytest.mark.parametrize(("wave", "verdict"), [(0.0, Verdict.PASSED), (1.0, Verdict.FAILED)])
def test_a_series_whose_months_hang_on_each_other_is_told_as_less_sure(
    tmp_path: Path, wave: float, verdict: Verdict
) -> None:
    write_table(tmp_path, effect=1.0, scale=400)
    protocol = read_protocol(write_protocol(tmp_path, "interrupted_series"))
    data = read_evaluation_files(protocol, tmp_path)
    drift = np.exp(wave * np.random.default_rng(4).normal(0, 0.15, MONTHS).cumsum())

    def opened() -> dict[str, np.ndarray]:
        return {name: (table * drift).round() for name, table in data.open_outcomes().items()}

    drifting = dataclasses.replace(data, open_outcomes=opened)
    found = evaluate(protocol, drifting, sha256="0" * 64, seal=SEAL)
    assert next(check.verdict for check in found.primary.checks if check.name == "persistence") is verdict


def test_a_negative_control_is_not_counted_among_what_is_clear(tmp_path: Path) -> None:
    write_table(tmp_path)
    found = run(write_protocol(tmp_path, "difference_in_differences", rings=None))
    (outcomes,) = (exhibit for section in found.sections for exhibit in section.exhibits if exhibit.key == "outcomes")
    assert len(outcomes.effects) == 2 and outcomes.title == "The comparison is clear of no difference"


def test_a_seal_is_held_against_the_start_of_treatment(tmp_path: Path) -> None:
    protocol = read_protocol(write_protocol(tmp_path, "before_after"))

    def seal(day: str) -> CheckResult:
        entry = SealEntry(1, "sealed", "a_team", "1" * 64, f"{day}T09:00:00+00:00", "Analyst", "0" * 64)
        return check_seal((entry,), protocol, "1" * 64)

    assert seal("2022-12-31").verdict is Verdict.PASSED
    assert seal("2023-01-01").verdict is Verdict.NOT_APPLICABLE
    late = seal("2025-01-01")
    assert late.verdict is Verdict.FAILED and "after the time looked at had ended on 31 December 2024" in late.sentence


def test_who_may_read_a_page_is_what_its_protocol_says(tmp_path: Path) -> None:
    write_table(tmp_path)
    found = run(write_protocol(tmp_path, "before_after", readers=["police"]))
    with pytest.raises(ValueError, match="is reported to the police, and not to the partnership"):
        page_of(found, rule_of("police_confidential"))


def test_measured_amounts_are_higher_or_lower_and_never_fewer(tmp_path: Path) -> None:
    write_table(tmp_path)
    files = {"table": "counts.csv", "are_counts": False, "disclosure": "open_data", "multiplied_by": 10}
    outcomes = [{"name": "violence", "title": "a score of fear", "role": "primary"}]
    found = run(write_protocol(tmp_path, "synthetic_control", files=files, outcomes=outcomes))
    sentence = words_of(page_of(found, rule_of("open_data")))
    assert "A score of fear was " in sentence and " lower in Area 01 than in the mix of other areas" in sentence
    assert "fewer" not in sentence.splitlines()[1]


@pytest.mark.parametrize(
    ("name", "make"),
    [
        (
            "staggered",
            lambda: [{"areas": TREATED[:3], "starts": "2023-01"}, {"areas": TREATED[3:], "starts": "2023-07"}],
        ),
        ("ended", lambda: [{"areas": TREATED, "starts": "2023-01", "ends": "2024-03"}]),
    ],
)
def test_treatment_may_begin_late_and_end(tmp_path: Path, name: str, make: Callable[[], list[dict[str, Any]]]) -> None:
    write_table(tmp_path)
    found = run(write_protocol(tmp_path, "difference_in_differences", treated=make(), last="2024-03"))
    assert found.primary.upper < 1
    assert ("Starts differ" in found.words.what_it_is) is (name == "staggered")


def test_a_contrast_over_time_may_be_asked_about_a_fall(tmp_path: Path) -> None:
    asked = "Did violence fall by more where a team worked?"
    assert read_protocol(write_protocol(tmp_path, "difference_in_differences", question=asked)).question == asked
    assert read_protocol(tmp_path / "protocol.yaml").contrast.treated == "the treated places"


def test_offences_fewer_are_those_that_the_same_places_would_have_had() -> None:
    effect = make_effect(0.8, 0.7, 0.9, kind=DesignKind.COMPARISON, treated=Side(60, 400), other=None)
    plan = make_plan(benefits=[{"title": "Violence", "outcome": "violence", "unit_cost": "violence"}])
    found = appraise(plan, make_economics(violence=1_000), {"violence": effect}, rng=np.random.default_rng(1))
    assert found.benefits[0].prevented.central == pytest.approx(400 / 0.8 - 400)


@pytest.mark.parametrize("design", DESIGN_OF)
def test_every_design_of_events_can_be_priced(tmp_path: Path, design: str) -> None:
    write_table(tmp_path)
    plan = make_plan(benefits=[{"title": "Violence", "outcome": "violence", "unit_cost": "violence"}])
    told = plan.model_dump(mode="json", exclude_none=True)
    protocol = read_protocol(write_protocol(tmp_path, design, cost_benefit=told))
    economics = make_economics(violence=1_000)
    check_cost_benefit_plan(plan, economics, protocol.priced)
    primary = run(tmp_path / "protocol.yaml").primary
    found = appraise(plan, economics, {"violence": primary}, rng=np.random.default_rng(1)).benefits[0]
    rows = [
        row
        for row in read_table(tmp_path)
        if row["area"] in (TREATED[:1] if design == "synthetic_control" else TREATED)
    ]
    met = sum(float(row["violence"]) for row in rows if row["period"] >= "2023-01")
    assert found.cost_per_one is not None and found.cost_per_one.low < found.cost_per_one.high
    if primary.in_events is None:  # what was met is known, and what would have been is not
        bounds = [met / bound - met for bound in (primary.upper, primary.estimate, primary.lower)]
    else:
        bounds = [-bound * primary.in_events.of_one for bound in (primary.upper, primary.estimate, primary.lower)]
    told = [found.prevented.low, found.prevented.central, found.prevented.high]
    assert told == pytest.approx(bounds, rel=0.03)


def test_an_amount_has_no_price_and_a_plan_that_names_it_is_refused_beforehand(tmp_path: Path) -> None:
    files = {"table": "counts.csv", "are_counts": False, "disclosure": "open_data"}
    protocol = read_protocol(write_protocol(tmp_path, "synthetic_control", files=files))
    with pytest.raises(EvaluationRefused, match="there is no effect 'violence'; there are none"):
        check_cost_benefit_plan(make_plan(), make_economics(violence=1_000), protocol.priced)


def test_what_moved_into_counted_rings_is_not_taken_off_twice(tmp_path: Path) -> None:
    plan = make_plan().model_dump(mode="json", exclude_none=True)
    plan["additionality"]["displacement"] = {"value": 0.1, "why": "made-up"}
    with pytest.raises(DefinitionsError, match="what moved into the rings is in the effect already"):
        read_protocol(write_protocol(tmp_path, "weighted_displacement", cost_benefit=plan))
    read_protocol(
        write_protocol(tmp_path, "weighted_displacement", cost_benefit=plan, buffer=None, buffer_control=None)
    )


def touch(data: Any, *pairs: tuple[int, int]) -> Any:
    """The same areas with outlines of which these pairs touch, by the numbers in their names."""
    touching = np.zeros((AREAS, AREAS), dtype=bool)
    for one, other in pairs:
        touching[one - 1, other - 1] = touching[other - 1, one - 1] = True
    return dataclasses.replace(data, touching=touching)


def evaluate_with(path: Path, *pairs: tuple[int, int]) -> Evaluation:
    protocol = read_protocol(path)
    data = touch(read_evaluation_files(protocol, path.parent), *pairs)
    check_protocol(protocol, data)
    return evaluate(protocol, data, sha256="0" * 64, seal=SEAL)


def test_rings_of_a_displacement_are_the_areas_that_touch(tmp_path: Path) -> None:
    write_table(tmp_path)
    named = run(write_protocol(tmp_path, "weighted_displacement"))
    found = {"buffer": None, "buffer_control": None, "touching": True}
    path = write_protocol(tmp_path, "weighted_displacement", **found)
    # 06 and 07 touch treated areas, 14 and 15 control ones, and 20 touches both sides: it is in neither ring.
    pairs = ((1, 2), (1, 6), (2, 7), (9, 14), (10, 15), (3, 20), (11, 20))
    touching = evaluate_with(path, *pairs)
    assert touching.primary.estimate == pytest.approx(named.primary.estimate)
    assert touching.primary.lower == pytest.approx(named.primary.lower)
    assert touching.protocol.touching and "Area 20 (touching both treated and control areas)" in touching.flow.notes[-1]
    with pytest.raises(EvaluationRefused, match="No area touches the control areas alone, so that a ring is lacking"):
        evaluate_with(path, (1, 6), (2, 7), (7, 9))
    with pytest.raises(EvaluationRefused, match="Which areas touch is not known"):
        run(path)
    with pytest.raises(DefinitionsError, match=r"rings are named .* or found by what touches"):
        read_protocol(write_protocol(tmp_path, "weighted_displacement", touching=True))


def test_areas_around_one_with_a_mix_are_in_no_mix_and_have_an_effect_of_their_own(tmp_path: Path) -> None:
    write_table(tmp_path)
    rows = read_table(tmp_path)
    for row in rows:  # what went from the treated area came up in the two around it
        if row["area"] in ("Area 06", "Area 07") and row["period"] >= "2023-01":
            row["violence"] = str(int(row["violence"]) + 12)
    with (tmp_path / "counts.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    alone = run(write_protocol(tmp_path, "synthetic_control"))
    checks = {check.name: check for check in alone.primary.checks}
    assert checks["displacement"].verdict is Verdict.NOT_APPLICABLE
    named = run(write_protocol(tmp_path, "synthetic_control", ring=["Area 06", "Area 07"]))
    [ring] = [effect for effect in named.others if effect.name == "ring"]
    assert ring.lower > 0 and ring.contrast.treated == "the areas around Area 01"
    checks = {check.name: check for check in named.primary.checks}
    assert checks["displacement"].verdict is Verdict.FAILED
    assert "Area 06 and Area 07" in named.flow.notes[-1]
    touching = evaluate_with(write_protocol(tmp_path, "synthetic_control", touching=True), (1, 6), (1, 7), (8, 9))
    assert touching.primary.estimate == named.primary.estimate
    assert [effect.estimate for effect in touching.others if effect.name == "ring"] == [ring.estimate]
    assert "The areas around Area 01" in str(page_of(named, rule_of("police_confidential")))
    with pytest.raises(DefinitionsError, match="Area 01 is in treated and in ring"):
        read_protocol(write_protocol(tmp_path, "synthetic_control", ring=["Area 01"]))


@pytest.mark.parametrize("word", ["caused by", "thanks to", "due to"])
def test_a_title_claims_no_cause_where_nobody_drew_lots_and_a_question_may_ask_for_one(
    tmp_path: Path, word: str
) -> None:
    claim = f"Fewer thefts {word} a team"
    with pytest.raises(DefinitionsError, match="nobody drew lots"):
        read_protocol(write_protocol(tmp_path, "difference_in_differences", title=claim))
    read_protocol(write_protocol(tmp_path, "difference_in_differences", question=f"Were there {claim.lower()}?"))
