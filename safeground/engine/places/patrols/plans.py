"""A problem-solving plan for each place: a patrol keeps a place quiet, and a plan is why it may stay so."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from safeground.engine.catalogue import DefinitionModel, DefinitionsError, Words, parse_definition, read_yaml
from safeground.engine.documents import join_words
from safeground.engine.places.patrols.candidates import TrialPlace

STAGES = ("scanning", "analysis", "response", "assessment")
_PROMPTS = {
    "scanning": "What happens here, how often, since when, and who says so besides our records?",
    "analysis": "Why here: who is hurt, who does it, what about the place makes it easy, and at which hours?",
    "response": "What will be done besides patrols, by whom, and from when?",
    "assessment": "How will it be known whether that worked, and when is it looked at?",
}


class ProblemPlan(DefinitionModel):
    """A place's plan. Its owner is a role, and no person stands in it."""

    schema_version: Literal[1] = Field(alias="schema")
    place: Words
    owner: Words
    review_by: datetime.date
    scanning: Words
    analysis: Words
    response: Words
    assessment: Words


@dataclass(frozen=True)
class PlanStatus:
    """Whether a place has its plan: what is lacking, in words; empty where it is whole."""

    place: str
    owner: str
    lacking: str

    @property
    def is_whole(self) -> bool:
        return not self.lacking


def plan_path(folder: Path, place: str) -> Path:
    """Where a place's plan lies."""
    return folder / f"{re.sub(r'[^a-z0-9]+', '_', place.lower()).strip('_') or 'place'}.yaml"


def check_plans(folder: Path, places: Sequence[TrialPlace], *, today: datetime.date) -> tuple[PlanStatus, ...]:
    """Each place's plan as it stands."""
    return tuple(_check(plan_path(folder, place.name), place.name, today) for place in places)


def tell_missing_plans(plans: Sequence[PlanStatus]) -> tuple[str, ...]:
    """A sentence for a design and its sheets; none where every plan is whole."""
    missing = [plan.place for plan in plans if not plan.is_whole]
    if not missing:
        return ()
    if len(missing) == len(plans):
        return ("No place has a problem-solving plan that is filled in; safeground patrol plan writes templates.",)
    verb = "have" if len(missing) > 1 else "has"
    return (f"{join_words(missing)} {verb} no problem-solving plan that is filled in.",)


def make_plan_template(place: str) -> str:
    """A plan to be filled in: every part says what it asks for, and is refused as long as it says no more."""
    lines = [
        "# A problem-solving plan. The owner is a role, never a person's name. Keep names of people out of all of it.",
        "schema: 1",
        f"place: {_quote(place)}",
        "owner: to do",
        "review_by: 2030-01-01",
    ]
    for stage in STAGES:
        lines += [f"# {_PROMPTS[stage]}", f"{stage}: to do"]
    return "\n".join(lines) + "\n"


def _check(path: Path, place: str, today: datetime.date) -> PlanStatus:
    if not path.exists():
        return PlanStatus(place, "", "no plan has been written")
    try:
        plan = parse_definition(ProblemPlan, read_yaml(path, shown_as=path.name), shown_as=path.name)
    except DefinitionsError as error:
        return PlanStatus(
            place, "", f"{join_words([problem.path or 'the file' for problem in error.problems])} not filled in"
        )
    if plan.place != place:
        return PlanStatus(place, plan.owner, f"the plan in {path.name} is of {plan.place}")
    overdue = f"it was to be looked at again by {plan.review_by}" if plan.review_by < today else ""
    return PlanStatus(place, plan.owner, overdue)


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
