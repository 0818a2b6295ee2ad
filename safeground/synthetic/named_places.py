"""The places that people name: streets, pubs and postcodes of the made-up county, and what is typed about them in A&E."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from safeground.synthetic.county import County
from safeground.synthetic.names import VENUES
from safeground.synthetic.points import POINTS_A_PIECE
from safeground.synthetic.streams import random_stream

#: The first letters of the county's postcodes; Royal Mail has no such area.
POSTCODE_AREA = "WQ"
_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"  # those the second half of a postcode uses
_PUBS = (
    "The Crown", "Red Lion", "The Kings Head", "White Hart", "The Anchor Inn", "The Plough", "Railway Tavern", "The George", "Ship Inn",
    "The Bell", "Royal Oak", "The Swan", "Rose & Crown", "The Fox and Hounds", "Black Horse", "The Star", "Dukes Head", "Wheatsheaf",
    "Three Tuns", "Bar Mirage", "Club Zenith", "The Lighthouse", "Cask and Barrel", "Velvet Rooms",
)  # fmt: skip
#: What is typed: nothing that can be placed, a town, a ward, a street with its town or ward, a pub with or without, a postcode.
TOLD = ("vague", "district", "ward", "street", "venue", "postcode")
SHARES_TOLD = (0.38, 0.15, 0.13, 0.16, 0.13, 0.05)
_VAGUE = (
    "town centre", "street", "unknown", "in the town", "pub", "nightclub", "at home", "park", "outside pub", "High Street", "own home",
    "", "walking home", "n/k", "outside nightclub", "friends house", "party", "car park", "Town Centre", "on the street",
)  # fmt: skip
SHARE_MISTYPED = 0.2


@dataclass(frozen=True, eq=False)
class NamedPlaces:
    """Streets and pubs; m rows. point: (m,) position among the county's points. kind: "street" or "licensed premises".

    of_point: (points,) the row of each point's place, -1 for a point that only has a kind ("Supermarket"). postcode: (points,) texts.
    """

    name: np.ndarray
    kind: np.ndarray
    point: np.ndarray
    of_point: np.ndarray
    postcode: np.ndarray


def make_named_places(county: County) -> NamedPlaces:
    """Name the county's points: streets by their own names, half the others as pubs."""
    rng = random_stream(county.seed, county.name, "named places")
    location = county.territory.points.location
    is_street = ~np.isin(location, VENUES)
    is_pub = ~is_street & (rng.random(len(location)) < 0.5)
    name = np.where(is_street, location, np.array(_PUBS, dtype=object)[rng.integers(len(_PUBS), size=len(location))])
    point = np.flatnonzero(is_street | is_pub)
    of_point = np.full(len(location), -1)
    of_point[point] = np.arange(len(point))
    kind = np.where(is_street[point], "street", "licensed premises")
    return NamedPlaces(name[point], kind, point, of_point, _postcodes(county))


def type_places(
    rng: np.random.Generator, county: County, places: NamedPlaces, points: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """What is typed of where each assault was, and which of TOLD it is: (n,) each. points: positions, -1 where nobody knows."""
    geography = county.territory.geography
    told = rng.choice(len(TOLD), p=SHARES_TOLD, size=len(points))
    texts = []
    for place, (point, kind) in enumerate(zip(points.tolist(), told.tolist(), strict=True)):
        if point < 0 or point >= len(places.of_point):
            told[place] = 0
            texts.append(str(rng.choice(_VAGUE)))
            continue
        piece = point // POINTS_A_PIECE
        district = geography.districts[geography.district_of[piece]].name
        ward = geography.wards[geography.ward_of[piece]].name
        text, told[place] = _type_one(rng, places, point, TOLD[kind], ward, district)
        texts.append(_mistype(rng, text) if rng.random() < SHARE_MISTYPED else text)
    return np.array(texts, dtype=object), told


def _type_one(
    rng: np.random.Generator, places: NamedPlaces, point: int, kind: str, ward: str, district: str
) -> tuple[str, int]:
    row = places.of_point[point]
    is_street = row >= 0 and places.kind[row] == "street"
    if kind in ("street", "venue"):
        kind = "ward" if row < 0 else "street" if is_street else "venue"
    name = str(places.name[row]) if row >= 0 else ""
    forms = {
        "vague": _VAGUE,
        "district": (
            district,
            f"{district} town centre",
            f"in {district}",
            f"{district} - street",
            f"Town centre, {district}",
        ),
        "ward": (ward, f"{ward} area", f"{ward}, {district}", f"outside shops in {ward}", f"park {ward}"),
        "street": (f"{name}, {ward}", f"{name} {district}", f"o/s {name}, {district}", f"{_short(name)} {ward}", name),
        "venue": (
            f"{name}, {district}",
            f"outside {name} {district}",
            f"{name} pub {ward}",
            f"{name} {district}",
            name,
        ),
        "postcode": (
            places.postcode[point],
            f"{district} {places.postcode[point]}",
            str(places.postcode[point]).replace(" ", "").lower(),
        ),
    }[kind]
    return str(forms[int(rng.integers(len(forms)))]), TOLD.index(kind)


def _short(street: str) -> str:
    for long, short in (("Street", "St"), ("Road", "Rd"), ("Avenue", "Ave"), ("Lane", "Ln"), ("Gardens", "Gdns")):
        street = street.replace(long, short)
    return street


def _mistype(rng: np.random.Generator, text: str) -> str:
    """A letter left out, doubled, or swapped with the next; or all in small letters or capitals."""
    how = int(rng.integers(5))
    if how >= 3 or len(text) < 6:
        return text.lower() if how % 2 else text.upper()
    at = int(rng.integers(1, len(text) - 2))
    if how == 0:
        return text[:at] + text[at + 1 :]
    return text[:at] + (text[at] * 2 if how == 1 else text[at + 1] + text[at]) + text[at + 1 + (how == 2) :]


def _postcodes(county: County) -> np.ndarray:
    """A postcode a point: the district is the first half's number, and no postcode is given twice."""
    district = np.repeat(county.territory.geography.district_of, POINTS_A_PIECE)
    found = np.empty(len(district), dtype=object)
    for which in np.unique(district):
        for number, point in enumerate(np.flatnonzero(district == which).tolist()):
            sector, rest = divmod(number, len(_LETTERS) ** 2)
            first, second = divmod(rest, len(_LETTERS))
            outward = which + 1 + 14 * (sector // 9)
            found[point] = f"{POSTCODE_AREA}{outward} {sector % 9 + 1}{_LETTERS[first]}{_LETTERS[second]}"
    return found
