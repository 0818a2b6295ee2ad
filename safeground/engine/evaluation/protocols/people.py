"""What protocols of people have in common: days, files beside them, and the rule of whoever holds the records."""

from __future__ import annotations

import datetime

from pydantic import Field

from safeground.engine.catalogue import DefinitionModel, Words
from safeground.engine.evaluation.protocols.common import NAME, Protocol


class FlowStep(DefinitionModel):
    """How many people came as far as this, before the file of people begins: approached, consented. None where nobody was asked."""

    step: Words
    took_part: int = Field(ge=0)
    others: int | None = Field(default=None, ge=0)


class PeopleProtocol(Protocol):
    """People told by files beside the protocol. `starts`, `ends`: first and last of the days that the design looks at."""

    starts: datetime.date
    ends: datetime.date
    rule: str = Field(default="council_confidential", pattern=NAME)
    """The rule of disclosure of whoever holds the records (disclosure.yaml)."""

    @property
    def span(self) -> tuple[datetime.date, datetime.date]:
        return self.starts, self.ends

    @property
    def is_from_files(self) -> bool:
        return True

    @property
    def rule_of_files(self) -> str:
        return self.rule
