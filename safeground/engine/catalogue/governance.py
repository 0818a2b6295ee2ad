"""What every definition carries: words that say something, people who answer for it, and the day it is looked at again."""

from __future__ import annotations

import datetime
import re
from typing import Annotated, TypeAlias

from pydantic import AfterValidator

from safeground.engine.catalogue.problems import DefinitionModel

# Of 86 definitions of a respected project 76 name "n/a" as their author, and all pass its checks.
_PLACEHOLDER = re.compile(
    r"^\W*(n\W?a|tb[acd]|to be (?:confirmed|decided|determined)|to ?do|none|unknown|xx+|fix ?me|me|)\W*$", re.I
)


def _says_something(text: str) -> str:
    if _PLACEHOLDER.match(text):
        raise ValueError(f"{text!r} is a placeholder; write what it stands for")
    return text.strip()


def _is_a_role(text: str) -> str:
    if _PLACEHOLDER.match(text):
        raise ValueError(
            f"{text!r} is no one; name the role that answers for this, for example 'Analyst of the partnership'"
        )
    return text.strip()


Words: TypeAlias = Annotated[str, AfterValidator(_says_something)]
"""A text that is not empty and not a placeholder."""

Role: TypeAlias = Annotated[str, AfterValidator(_is_a_role)]
"""Who answers for a definition. 'n/a', 'tbc' and 'todo' are refused."""


class Governed(DefinitionModel):
    """A definition with its owner, the role that checked it, and the date by which it is to be looked at again."""

    owner: Role
    checked_by: Role
    review_by: datetime.date
