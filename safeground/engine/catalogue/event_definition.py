"""A definition: the rule that says which events count, with its reasons, its switches and what it cannot tell."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, PlainValidator, ValidationError, ValidationInfo, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from safeground.engine.catalogue.governance import Governed, Words
from safeground.engine.catalogue.problems import DefinitionModel
from safeground.engine.catalogue.rule_parsing import RuleError, RuleVocabulary, parse_rule
from safeground.engine.catalogue.rules import Rule, choose_readings, rule_fields

CountingUnit = Literal[
    "crime", "incident", "attendance", "admission", "person", "entrant", "disposal", "episode", "suspension"
]

_AS_SHIPPED: Mapping[str, str] = MappingProxyType({})


def _read_rule(data: object, info: ValidationInfo) -> Rule:
    vocabulary = info.context if isinstance(info.context, RuleVocabulary) else RuleVocabulary()
    switches = frozenset(switch.name for switch in info.data.get("switches", ()))
    try:
        return parse_rule(data, RuleVocabulary(vocabulary.code_lists, vocabulary.unknown_words, switches))
    except RuleError as error:
        raise ValidationError.from_exception_data(
            "rule",
            [
                InitErrorDetails(type=PydanticCustomError("rule", "{words}", {"words": message}), loc=place, input=data)
                for place, message in error.mistakes
            ],
        ) from None


RuleOfFile: TypeAlias = Annotated[Rule, PlainValidator(_read_rule)]
"""A rule read in the vocabulary that is handed over as the validation's context, with the switches declared before it."""


class Reading(DefinitionModel):
    """One way to read an open question: its name, its words, and the fragment it puts into the rule."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Words
    rule: RuleOfFile


class Switch(DefinitionModel):
    """A question a definition leaves open on purpose. It ships with one reading, and the others can be counted beside it."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    question: Words
    shipped: str
    readings: tuple[Reading, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _ships_with_one_of_its_readings(self) -> Switch:
        names = [reading.name for reading in self.readings]
        if len(set(names)) < len(names):
            raise ValueError("two readings have the same name")
        if self.shipped not in names:
            raise ValueError(f"shipped is {self.shipped!r}, which is none of its readings {', '.join(names)}")
        return self

    def fragment(self, reading: str) -> Rule:
        """The fragment of a reading. Raises ValueError for a reading there is not."""
        for candidate in self.readings:
            if candidate.name == reading:
                return candidate.rule
        names = ", ".join(candidate.name for candidate in self.readings)
        raise ValueError(f"the switch {self.name!r} has no reading {reading!r}; it has {names}")


class FourFactors(DefinitionModel):
    """What was considered under each factor of section 13(6) of the Police, Crime, Sentencing and Courts Act 2022."""

    maximum_penalty: Words
    impact_on_victims: Words
    prevalence_in_the_area: Words
    impact_on_the_community: Words


class LeftOut(DefinitionModel):
    """A kind of violence the Act includes and this definition does not count, and who looks after it."""

    kind: Words
    looked_after_by: Words


class EventDefinition(Governed):
    """Which events count. `feeds` are those it can run on; fields they lack are unknown, never no."""

    schema_version: Literal[1] = Field(alias="schema")
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    version: int = Field(ge=1)
    replaces: str | None = None
    """A partnership's own definition names the national one it takes the place of."""
    title: Words
    why_it_matters: Words
    source: Words
    counting_unit: CountingUnit
    count_basis: Literal[
        "recorded_month",
        "recorded_date",
        "committed_date",
        "attended_date",
        "admitted_date",
        "called_date",
        "episode_end_date",
        "disposal_date",
        "excluded_date",
        "missing_from_date",
    ]
    feeds: tuple[str, ...] = Field(min_length=1)
    switches: tuple[Switch, ...] = ()
    rule: RuleOfFile
    caveats: tuple[Words, ...] = ()
    cannot_tell: tuple[Words, ...] = ()
    four_factors: FourFactors | None = None
    left_out: tuple[LeftOut, ...] = ()

    @model_validator(mode="after")
    def _switches_differ(self) -> EventDefinition:
        names = [switch.name for switch in self.switches]
        if len(set(names)) < len(names):
            raise ValueError("two switches have the same name")
        return self

    @property
    def label(self) -> str:
        """Name and version, as every number made by it is labelled."""
        return f"{self.name} version {self.version}"

    def rule_under(self, readings: Mapping[str, str] = _AS_SHIPPED) -> Rule:
        """The rule with each switch read as asked, or as shipped. Raises ValueError for a switch or a reading there is not."""
        names = {switch.name for switch in self.switches}
        for name in readings:
            if name not in names:
                raise ValueError(f"the definition {self.name!r} has no switch {name!r}")
        fragments = {
            switch.name: switch.fragment(readings.get(switch.name, switch.shipped)) for switch in self.switches
        }
        return choose_readings(self.rule, fragments)

    def fields(self, readings: Mapping[str, str] = _AS_SHIPPED) -> tuple[str, ...]:
        """The event fields the rule reads under these readings, sorted."""
        return rule_fields(self.rule_under(readings))

    def every_rule(self) -> tuple[Rule, ...]:
        """The rule as shipped and each reading's fragment: together they name every field and value of the definition."""
        return (self.rule_under(), *(reading.rule for switch in self.switches for reading in switch.readings))
