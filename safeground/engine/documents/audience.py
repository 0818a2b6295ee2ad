"""Whom a document is for."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Audience(StrEnum):
    """Who an edition is for. A public edition holds no hot spot geometry, schedule, session site or priority neighbourhood name."""

    POLICE = "police"
    PARTNERSHIP = "partnership"
    PUBLIC = "public"


EVERYONE: Final = frozenset(Audience)
