"""The fourteen crime types of police.uk: how common, how seasonal, how tied to deprivation and to town centres.

Shares and outcomes are those of the Essex files of 2025 (Open Government Licence v3.0), rounded.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CrimeType:
    """What makes a crime type behave as it does.

    share: of all rows in the twelve months to June 2025. summer: by how much July exceeds the year's mean. gradient: the power of the
    deprivation rate ratio. centre: how many times the residents' rate holds for each visitor to a town centre. hot: by how much a planted
    hot area exceeds an ordinary one. public: whether it happens in public space, at the busiest points.
    """

    name: str
    share: float
    summer: float
    gradient: float
    centre: float
    hot: float = 1.0
    public: bool = False


ANTI_SOCIAL_BEHAVIOUR = "Anti-social behaviour"
VIOLENCE = "Violence and sexual offences"
ROBBERY = "Robbery"
WEAPONS = "Possession of weapons"

#: In the order of police.uk's files: anti-social behaviour, then the alphabet.
CRIME_TYPES = (
    CrimeType(ANTI_SOCIAL_BEHAVIOUR, 0.0926, 0.20, 0.9, 0.8, 1.8, True),
    CrimeType("Bicycle theft", 0.0066, 0.35, 0.3, 2.0, 1.0, True),
    CrimeType("Burglary", 0.0331, -0.08, 0.6, 0.2),
    CrimeType("Criminal damage and arson", 0.0809, 0.05, 1.0, 0.4, 1.4),
    CrimeType("Drugs", 0.0410, 0.05, 1.2, 0.7, 2.5, True),
    CrimeType("Other crime", 0.0242, 0.02, 0.7, 0.3),
    CrimeType("Other theft", 0.0636, 0.06, 0.3, 0.8),
    CrimeType(WEAPONS, 0.0102, 0.06, 1.4, 2.5, 12.0, True),
    CrimeType("Public order", 0.0686, 0.10, 0.9, 0.7, 1.8, True),
    CrimeType(ROBBERY, 0.0077, 0.04, 1.5, 3.5, 14.0, True),
    CrimeType("Shoplifting", 0.0910, 0.02, 0.2, 6.0),
    CrimeType("Theft from the person", 0.0061, 0.08, 0.2, 6.0, 1.5, True),
    CrimeType("Vehicle crime", 0.0676, -0.04, 0.4, 0.2),
    CrimeType(VIOLENCE, 0.4068, 0.08, 1.0, 0.7, 2.5),
)
NAMES = tuple(kind.name for kind in CRIME_TYPES)

#: A police.uk file says what came of a crime so far; an outcomes file says what was decided in its month.
LAST_OUTCOMES = {
    "Unable to prosecute suspect": 0.400,
    "Investigation complete; no suspect identified": 0.362,
    "Court result unavailable": 0.087,
    "Local resolution": 0.041,
    "Action to be taken by another organisation": 0.039,
    "Status update unavailable": 0.032,
    "Formal action is not in the public interest": 0.018,
    "Offender given a caution": 0.012,
    "Awaiting court outcome": 0.007,
    "Further investigation is not in the public interest": 0.002,
    "Under investigation": 0.020,
}
#: Last outcomes that are no decision, and are in no outcomes file.
NO_DECISION = ("Status update unavailable", "Under investigation")


def outcome_type(last_outcome: str) -> str:
    """What an outcomes file calls the decision behind a street file's last outcome."""
    return "Suspect charged" if last_outcome in ("Court result unavailable", "Awaiting court outcome") else last_outcome
