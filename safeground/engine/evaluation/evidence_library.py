"""The evidence library as it is asked: which approaches there are, what is known of one, and what speaks against commissioning it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from safeground.engine.catalogue import Approach, Study, nearest
from safeground.engine.documents import count_things, format_number
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.evidence import DesignKind, grade

_WEAK = 2
_STATUS = {
    "read": "its source was read",
    "reported": "as others report it",
    "recalled": "as generally quoted, not yet checked at its source",
}
_GRADED = {
    "randomised": DesignKind.RANDOMISED,
    "matched": DesignKind.MATCHED,
    "comparison": DesignKind.COMPARISON,
    "before_after": DesignKind.BEFORE_AFTER,
    "observed": DesignKind.OBSERVED,
}


class Concern(StrEnum):
    """What speaks against commissioning an approach."""

    HARMFUL = "harmful"
    UNPROVEN = "unproven"
    WEAK = "weakly founded"


@dataclass(frozen=True)
class EvidenceWarning:
    """`concern`: None where nothing speaks against it."""

    approach: Approach
    concern: Concern | None
    sentence: str

    @property
    def stops(self) -> bool:
        return self.concern in (Concern.HARMFUL, Concern.UNPROVEN)


def maryland_of(study: Study) -> int | None:
    """What a study's design can rule out, 1 to 5 (Maryland scale); None of a review, of practice and of how something was done.

    How well a published study was carried out cannot be told from its abstract, so that no security is worked out.
    """
    kind = _GRADED.get(study.design)
    return None if kind is None else grade(kind, ()).maryland


def warn_of(approach: Approach) -> EvidenceWarning:
    """What speaks against commissioning an approach, in a sentence.

    What is harmful or unproven is not for commissioning without a reason; what is weakly founded, or whose rating nobody has looked up,
    needs an evaluation of its own.
    """
    title = approach.title
    if approach.rating == "harmful":
        return EvidenceWarning(
            approach, Concern.HARMFUL, f"{title} is rated harmful: it may make violence worse. Do not commission it."
        )
    if approach.rating == "no effect":
        return EvidenceWarning(
            approach,
            Concern.UNPROVEN,
            f"{title} has been looked at and no effect on violence was found. Say why it is to be different here.",
        )
    if approach.rating == "not enough evidence":
        return EvidenceWarning(
            approach,
            Concern.UNPROVEN,
            f"Too little is known to say whether violence is prevented by {_lower(title)}. Commission it only to evaluate it.",
        )
    if (why := _why_weak(approach)) is not None:
        return EvidenceWarning(
            approach,
            Concern.WEAK,
            f"{title} is rated {approach.rating}, and {why}. Plan an evaluation of your own before you commission it.",
        )
    return EvidenceWarning(approach, None, f"{title} is rated {approach.rating}. Nothing here speaks against it.")


def find_approach(approaches: Sequence[Approach], name: str) -> Approach:
    """Raises EvaluationRefused, with the nearest name, where there is none of that name."""
    found = {each.name: each for each in approaches}
    if name not in found:
        raise EvaluationRefused(
            f"There is no approach {name!r}{nearest(name, found)}; safeground evidence list names them all."
        )
    return found[name]


@dataclass(frozen=True)
class EvidenceList:
    """Every approach, a line each. today: the day by which a review is overdue."""

    approaches: tuple[Approach, ...]
    today: datetime.date

    def lines(self) -> list[str]:
        width = max((len(each.name) for each in self.approaches), default=0)
        told = [
            f"{each.name:<{width}}  {each.rating}{_say_size(each)} ({_STATUS[each.status]})" for each in self.approaches
        ]
        overdue = [each for each in self.approaches if each.review_by < self.today]
        if overdue:
            told.append(f"{count_things(len(overdue), 'approach', 'approaches')} should have been looked at again.")
        return told

    def as_data(self) -> dict[str, Any]:
        return {"approaches": [each.model_dump(mode="json", by_alias=True) for each in self.approaches]}


@dataclass(frozen=True)
class EvidenceCard:
    """All that is held of one approach."""

    approach: Approach

    def lines(self) -> list[str]:
        a = self.approach
        security = (
            f"{a.security} of 5" if a.security else "not held" + (f" ({a.security_said})" if a.security_said else "")
        )
        told = [
            a.title,
            f"  {a.what}",
            f"  On violence: {a.rating}{_say_size(a)}",
            f"  How well founded: {security}",
            f"  Cost band: {f'{a.cost_band} of 3' if a.cost_band else 'not held'}",
            f"  Stage (our own reading): {', '.join(a.stages)}",
            f"  Source: {a.source} ({_STATUS[a.status]}; as of {a.version_date:%d.%m.%Y})",
            *(f"  Take care: {caution}" for caution in a.cautions),
        ]
        for study in a.studies:
            scale = maryland_of(study)
            design = (
                f"{study.design.replace('_', ' and ')}, {scale} of 5 on the Maryland scale" if scale else study.design
            )
            told += ["", f"  {study.title} ({design})", f"    {study.what}", f"    {study.result}"]
            told.append(
                f"    {study.source} ({_STATUS[study.status]}{'; added by this partnership' if study.is_own else ''})"
            )
            if study.warning:
                told.append(f"    Take care: {study.warning}")
        return told

    def as_data(self) -> dict[str, Any]:
        data = self.approach.model_dump(mode="json", by_alias=True)
        for study, shown in zip(self.approach.studies, data["studies"], strict=True):
            shown["maryland"] = maryland_of(study)
        return data


@dataclass(frozen=True)
class EvidenceWarnings:
    """What speaks against some approaches."""

    warnings: tuple[EvidenceWarning, ...]

    @property
    def stops(self) -> bool:
        return any(each.stops for each in self.warnings)

    def lines(self) -> list[str]:
        return [
            line
            for each in self.warnings
            for line in (each.sentence, *(f"  {caution}" for caution in each.approach.cautions))
        ]

    def as_data(self) -> dict[str, Any]:
        return {
            "warnings": [
                {
                    "approach": each.approach.name,
                    "concern": None if each.concern is None else str(each.concern),
                    "sentence": each.sentence,
                    "cautions": list(each.approach.cautions),
                }
                for each in self.warnings
            ]
        }


def _why_weak(approach: Approach) -> str | None:
    if approach.security is not None and approach.security <= _WEAK:
        return f"the rating is weakly founded ({approach.security} of 5)"
    if approach.status == "recalled":
        return "that is generally quoted and not yet checked at its source"
    return "how well that is founded is not held" if approach.security is None else None


def _say_size(approach: Approach) -> str:
    if approach.size is None:
        return ""
    low, high = (format_number(abs(bound)) for bound in (approach.size.low, approach.size.high))
    way = "less" if approach.size.high > 0 else "more"
    return f", about {low if low == high else f'{low} to {high}'}% {way}"


def _lower(title: str) -> str:
    return title[0].lower() + title[1:]
