"""Made-up names of places, streets and venues, in the style of the Office for National Statistics and police.uk."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

_STEMS = (
    "Wren Harrow Thistle Corm Pell Saltm Drake Osk Tarn Fenn Marl Quill Brack Eld Hask Lorn Mund Nettle Orm Pock Rush "
    "Skel Teas Ulver Vess Whin Yarl Ambl Birl Cald Dunn Eyr Fother Gris Hollin Kestr Lind Mosk Nith Ott Plov Ragn Sorr "
    "Tessel Wath Zeal Crane Dow Gann Heron"
).split()
_ENDINGS = "mere wick stow holm thwaite combe ness leigh sett beck hythe sted bourne garth toft worth dale row".split()
_STREET_WORDS = (
    "Orchard Station Church Mill Victoria Park London Manor School Queens Kings Albert Meadow Chapel Green Bridge Ash "
    "Beech Cedar Elm Hazel Holly Juniper Laurel Maple Oak Poplar Rowan Willow Heron Kestrel Plover Swallow Falcon Abbey "
    "Castle Priory Market Harbour Quay Beacon Clover Bramble Ferndale Hillside Lakeside Riverside Sandy Windmill Granary"
).split()
_STREET_KINDS = "Close Road Avenue Drive Street Lane Way Gardens Crescent Court Grove Place Rise Walk Mews".split()

#: police.uk's own wording for points that stand for a place rather than a street.
VENUES = (
    "Shopping Area", "Supermarket", "Nightclub", "Parking Area", "Petrol Station", "Police Station", "Park/Open Space",
    "Bus/Coach Station", "Sports/Recreation Area", "Hospital", "Further/Higher Educational Building", "Theatre/Concert Hall",
)  # fmt: skip


def make_place_names(rng: np.random.Generator) -> Iterator[str]:
    """Every place name there is, each once, plain ones first; then with a distinguishing word, as parishes have."""
    plain = [stem + ending for stem in _STEMS for ending in _ENDINGS]
    names = [plain[i] for i in rng.permutation(len(plain))]
    yield from names
    for word in ("Great", "Little", "Upper", "Nether", "North", "South", "East", "West", "Old", "New"):
        yield from (f"{word} {name}" for name in names)


def make_street_names(rng: np.random.Generator, count: int) -> np.ndarray:
    """Return `count` street names, repeats among them: every town has its Station Road."""
    words = rng.integers(len(_STREET_WORDS), size=count).tolist()
    kinds = rng.integers(len(_STREET_KINDS), size=count).tolist()
    return np.array([f"{_STREET_WORDS[w]} {_STREET_KINDS[k]}" for w, k in zip(words, kinds, strict=True)], dtype=object)
