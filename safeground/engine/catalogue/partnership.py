"""A partnership: where it is, who shares with it, how it looks and speaks, and where its public finds help."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from safeground.design import measure_contrast
from safeground.engine.catalogue.contract import AreaLevel
from safeground.engine.catalogue.governance import Governed, Words
from safeground.engine.catalogue.problems import DefinitionModel
from safeground.engine.catalogue.time_of_day import TimeOfDay
from safeground.engine.documents import Audience

# WCAG 2.2 AA, success criterion 1.4.3: normal text against its background.
MINIMUM_CONTRAST = 4.5


def _is_readable_on_white(colour: str) -> str:
    contrast = measure_contrast(colour, "#ffffff")
    if contrast < MINIMUM_CONTRAST:
        raise ValueError(
            f"{colour} on white has a contrast of {contrast:.1f}; text needs {MINIMUM_CONTRAST}: darken it"
        )
    return colour


Colour: TypeAlias = Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$"), AfterValidator(_is_readable_on_white)]
"""'#rrggbb' in lower case, readable as text on white and under white text."""


class BrandColours(DefinitionModel):
    """The partnership's own colours, for headings and bars, links, and the accent of charts."""

    main: Colour
    link: Colour
    accent: Colour


class PartnershipArea(DefinitionModel):
    """The area as the lookups know it: every small area that a lookup leads to this code belongs to the partnership."""

    level: AreaLevel
    code: str = Field(pattern=r"^[EWSNK]\d{8}$")
    name: Words


class Force(DefinitionModel):
    """A police force: `partner` is its short name in deliveries ('essex'), `area` the force area it polices."""

    partner: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    name: Words
    area: PartnershipArea


class Region(DefinitionModel):
    """The region that the area lies in, as national tables name it. `forces`: those in it, as the Home Office names them."""

    code: str = Field(pattern=r"^[EW]\d{8}$")
    name: Words
    forces: tuple[Words, ...] = ()
    provenance: Words


class ExpectedDataset(DefinitionModel):
    """What a partner is expected to share. `feed` is the contract a delivery would come under; none exists yet where it is absent."""

    title: Words
    feed: str | None = None
    partner: str | None = None
    """The partner's short name in deliveries, where one contract serves many partners."""
    why_it_matters: Words


class ExpectedPartner(DefinitionModel):
    """A partner and what it is expected to share. `standing` is its place in the Serious Violence Duty."""

    name: Words
    standing: Literal["specified authority", "relevant authority", "local policing body", "other partner", "open data"]
    sector: Literal["police", "justice", "fire", "health", "local authority", "education", "national statistics"]
    datasets: tuple[ExpectedDataset, ...] = Field(min_length=1)
    provenance: Words


class HelpLine(DefinitionModel):
    """Where a reader finds help: a number, a site, or both."""

    name: Words
    for_what: Words
    phone: str = ""
    url: str = Field(default="", pattern=r"^(https://\S+)?$")
    is_emergency: bool = False
    provenance: Words

    @model_validator(mode="after")
    def _can_be_reached(self) -> HelpLine:
        if not self.phone and not self.url:
            raise ValueError("give a phone number, a url, or both")
        return self


class HelpLines(Governed):
    """Help that is the same everywhere in the country."""

    schema_version: Literal[1] = Field(alias="schema")
    lines: tuple[HelpLine, ...] = Field(min_length=1)


class PlaceWithFewResidents(DefinitionModel):
    """A place where residents are a poor denominator: many more people are there than live there."""

    name: Words
    why: Words
    provenance: Words


class Handling(DefinitionModel):
    """The sentence every page carries, by audience."""

    police: Words
    partnership: Words
    public: Words

    def sentence(self, audience: Audience) -> str:
        return {Audience.POLICE: self.police, Audience.PARTNERSHIP: self.partnership, Audience.PUBLIC: self.public}[
            audience
        ]


class AssessmentReview(DefinitionModel):
    """When the assessment itself is to be looked at again, which most partnerships do every year, and who sees to it."""

    due: datetime.date
    by: Words
    provenance: Words


class Partnership(Governed):
    """A partnership. Its name is the name of its folder."""

    schema_version: Literal[1] = Field(alias="schema")
    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: Words
    short_name: Words
    source: Words
    force: Force
    neighbours: tuple[Force, ...] = ()
    region: Region | None = None
    """What its area is set beside the country with; None where it is not stated."""
    colours: BrandColours
    what_we_do: Words
    """Markdown, for the public page."""
    handling: Handling
    contacts: tuple[HelpLine, ...] = ()
    expected: tuple[ExpectedPartner, ...] = Field(min_length=1)
    assessment_review: AssessmentReview | None = None
    """None where no date has been set, which its pages say."""
    borrows: tuple[str, ...] = ()
    """Definitions of other partnerships to work or compare with, as 'essex/essex_vv': the file stays where it is kept."""
    patrol_day_starts: TimeOfDay = "06:00"
    """When a day of patrols begins, for trials whose design says nothing else: two in the morning belongs to the night before."""
    poor_denominator_note: Words
    places_with_few_residents: tuple[PlaceWithFewResidents, ...] = ()

    @model_validator(mode="after")
    def _forces_differ(self) -> Partnership:
        partners = [force.partner for force in self.forces]
        if len(set(partners)) < len(partners):
            raise ValueError("a neighbour is named twice, or is the partnership's own force")
        return self

    @property
    def area(self) -> PartnershipArea:
        return self.force.area

    @property
    def forces(self) -> tuple[Force, ...]:
        """The partnership's own force, then its neighbours."""
        return (self.force, *self.neighbours)

    @property
    def force_names(self) -> Mapping[str, str]:
        """Force names by the partner's short name."""
        return {force.partner: force.name for force in self.forces}
