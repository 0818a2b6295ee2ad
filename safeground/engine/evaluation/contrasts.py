"""What is set against what, and so which words may be used of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from safeground.engine.evaluation.errors import EvaluationRefused

_OF_CHANGE = re.compile(
    r"\b(dropp?(?:s|ed|ing)?|fall(?:s|en|ing)?|fell|reduc\w+|decreas\w+|declin\w+|cuts?|cutting|rise[ns]?|rising|rose|increas\w+|"
    r"grew|grow(?:s|n|ing|th)?|prevent\w*|sav(?:e|ed|es|ing))\b",
    re.IGNORECASE,
)
"""Words that say that something went down or up. Two sides of one period say nothing of a change over time."""

_OF_CAUSE = re.compile(
    r"\b(caus(?:e[sd]?|ing)|because|thanks to|due to|owing to|led to|brought about|result(?:s|ed)? (?:of|from|in)|prove[sdn]?)\b",
    re.IGNORECASE,
)
"""Words that say what is why. Where nobody drew lots it may be asked, and is not answered."""


OF_ASKED = "of 100 asked who "
"""How the outcome of a survey begins: a share, told of 100 people."""


class Span(StrEnum):
    """What lies between the two sides of a contrast."""

    SAME_PERIOD = "within one period"
    """The same weeks: two kinds of days, or two kinds of places. Nothing has changed over time."""
    OVER_TIME = "over time"
    """Before and after."""


@dataclass(frozen=True)
class Contrast:
    """Two sides in words that stand after the preposition: on 'patrol days' and on 'other days of the same places'.

    `unit`: what lies on either side alike ('day for day'), since fewer events on fewer days would be no news. `is_of_amounts`: what is
    compared is not counted but measured, and so is higher or lower and not more or fewer. `whose`: of an average of people, theirs
    ('those who were helped'). `than`: what stands after 'than' where that is no place or time of its own.
    """

    treated: str
    other: str
    span: Span
    preposition: str = "on"
    unit: str = "day for day"
    is_of_amounts: bool = False
    whose: str = ""
    than: str = ""

    @property
    def at_treated(self) -> str:
        return f"{self.preposition} {self.treated}"

    @property
    def at_other(self) -> str:
        return self.than or f"{self.preposition} {self.other}"

    def check_words(self, text: str, *, where: str) -> None:
        """Raises EvaluationRefused where the text claims a change and the contrast shows none."""
        if self.span is Span.SAME_PERIOD and (found := _OF_CHANGE.search(text)):
            raise EvaluationRefused(
                f"{where} says {found.group(0)!r}: {self.treated} and {self.other} lie in one period, which is a difference and no "
                "change over time; write 'fewer', 'more', 'lower' or 'higher'."
            )


def refuse_causes(text: str, *, where: str) -> None:
    """Raises EvaluationRefused where a title claims a cause that a comparison nobody drew by lot cannot show."""
    if found := _OF_CAUSE.search(text):
        raise EvaluationRefused(
            f"{where} says {found.group(0)!r}: nobody drew lots here, so that something else may be why; say what was compared, and "
            "leave causes to the question."
        )


PATROL_DAYS = Contrast("patrol days", "other days of the same places", Span.SAME_PERIOD)
AS_THE_OTHERS = Contrast(
    "the treated places",
    "the same ones, had they changed by the same share as the others",
    Span.OVER_TIME,
    "in",
    "month for month",
)
AS_THE_CONTROLS = Contrast(
    "the treated places",
    "the same ones, had they changed as the controls did",
    Span.OVER_TIME,
    "in",
    "for periods of one length",
)
BESIDE_A_MIX = Contrast("the treated area", "the mix of other areas that went its way before", Span.OVER_TIME, "in")
HAD_IT_GONE_ON = Contrast(
    "the months after the start",
    "the same months, had what went before gone on",
    Span.OVER_TIME,
    "in",
    "month for month",
)
COME_BACK_BY_ITSELF = Contrast(
    "the chosen areas", "the same areas, had they come back as choice for high counts makes likely", Span.OVER_TIME, "in",
    "for periods of one length",
)  # fmt: skip


def compare_places(treatment: str) -> Contrast:
    """Places drawn to have something ('patrols') and places drawn not to, all along."""
    return Contrast(
        f"places drawn to have {treatment}",
        "the other places of the draw",
        Span.SAME_PERIOD,
        preposition="at",
        unit="place for place",
    )


def compare_starts(treatment: str, *, unit: str = "period") -> Contrast:
    """Places that have started with something and those that have not yet, each allowed its own level, period by period."""
    return Contrast(
        f"places that had started with {treatment}", "places that had not yet", Span.SAME_PERIOD, preposition="at",
        unit=f"place for place and {unit} for {unit}",
    )  # fmt: skip


TREATED_PLACES = compare_places("treatment")
STARTED_PLACES = compare_starts("treatment")
