"""A gazetteer: the names of places, and from a free text to the place it most likely means.

Names are those that have landed: postcodes, venues and streets with their points, wards and districts. A text is read for the most exact
thing it names: a postcode, else a venue, else a street, else a ward, else a district. A name that several places bear is settled by a
ward or district named beside it, and otherwise told no more exactly than all of them agree.

Confidence is the chance that the area told is right. Its constants are set by, and held to, the synthetic county, where what was meant
is known (tests/simulation/areas): they depend on how people write, so judge them again where real texts can be looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

from safeground.engine.areas.place_words import POSTCODE, Vocabulary, make_alike, name_words, says_something, text_words

Kind = Literal["postcode", "venue", "street", "ward", "district"]
Precision = Literal["point", "ward", "district"]

SURE_OF_SMALL_AREA = 0.8
"""The confidence from which a text is counted in a small area; below it, in the ward or district alone."""
SURE_AT_ALL = 0.5
"""The confidence below which a text is not placed."""

_ORDER: tuple[Kind, ...] = ("postcode", "venue", "street", "ward", "district")
_CONFIDENCE: Mapping[Kind, float] = {"postcode": 0.96, "venue": 0.55, "street": 0.45, "ward": 0.93, "district": 0.93}
"""Of a name with nothing beside it. That only one listed place bears it says little: another may be on nobody's list."""
_SETTLED = 0.94
"""Of a venue or street beside the ward or district it lies in."""
_NOT_LISTED = 0.9
"""Of a ward or district beside a name that none of its listed places bears: the name is one the list lacks."""
_AN_EDIT = 0.93
_A_WORD_LEFT = 0.93
_ONE_COMMON_WORD = 0.5
"""A name of one word that is borne everywhere: a ward called Castle, a pub called Victoria."""
_COMMON = frozenset(
    "central town castle park north south east west victoria riverside abbey priory station market church school green bridge harbour"
    " quay hill mill manor meadow college hospital library cinema station rail bus college supermarket road street high".split()
)
_MOST_WORDS = 5
_MOST_READINGS = 8


@dataclass(frozen=True)
class Place:
    """A named place. `small_area`, `ward` and `district` are codes; the first, or the first two, are None for a ward or a district."""

    name: str
    kind: Kind
    small_area: str | None
    ward: str | None
    district: str | None


@dataclass(frozen=True)
class Placement:
    """What a text was taken for. `precision` is None where it was not placed; `why_not` then says why.

    `small_area` is there only where confidence is at least SURE_OF_SMALL_AREA. `matched`: the name that was found in it.
    """

    precision: Precision | None = None
    small_area: str | None = None
    ward: str | None = None
    district: str | None = None
    confidence: float = 0.0
    kind: Kind | None = None
    matched: str = ""
    why_not: Literal["", "blank", "vague", "not known", "in several places", "not sure enough"] = ""


@dataclass(frozen=True)
class _Match:
    """A name found in a text: the places that bear it, the words of the text it took, and how many letters were wrong."""

    kind: Kind
    name: str
    places: tuple[Place, ...]
    start: int
    end: int
    edits: int


class Gazetteer:
    """Places by their names. Immutable in effect: what it keeps are answers.

    50,000 names are ready in about two seconds; a text then takes some tenth of a millisecond, and one seen before none.
    """

    def __init__(self, places: Iterable[Place]) -> None:
        by_name: dict[tuple[str, ...], dict[Kind, list[Place]]] = {}
        self._postcodes: dict[str, Place] = {}
        for place in places:
            if place.kind == "postcode":
                self._postcodes[make_alike(place.name).replace(" ", "")] = place
            else:
                by_name.setdefault(name_words(place.name), {}).setdefault(place.kind, []).append(place)
        self._by_name = {
            words: {kind: tuple(found) for kind, found in kinds.items()} for words, kinds in by_name.items()
        }
        self._vocabulary = Vocabulary(word for words in self._by_name for word in words)
        self._known: dict[str, Placement] = {}

    def __len__(self) -> int:
        return len(self._postcodes) + len(self._by_name)

    def place(self, text: str | None) -> Placement:
        """The place a text most likely means."""
        if text is None or not text.strip():
            return Placement(why_not="blank")
        if text not in self._known:
            self._known[text] = self._place(text)
        return self._known[text]

    def place_all(self, texts: Sequence[str | None]) -> tuple[Placement, ...]:
        """The same for many, in their order."""
        return tuple(self.place(text) for text in texts)

    def _place(self, text: str) -> Placement:
        for outward, inward in POSTCODE.findall(make_alike(text)):
            if found := self._postcodes.get(outward + inward):
                return _settle(_CONFIDENCE["postcode"], found.name, "postcode", [found])
        words = text_words(text)
        matches = self._find(words.words)
        if not matches:
            return Placement(why_not="not known" if says_something(words.words) else "vague")
        best = min(matches, key=_how_exact)
        others = [match for match in matches if match is not best]
        taken = {place for match in matches for place in range(match.start, match.end)}
        left = [word for place, word in enumerate(words.words) if place not in taken]
        return _judge(best, others, left=len(left) if says_something(left) else 0, is_centre=words.is_centre)

    def _find(self, words: tuple[str, ...]) -> list[_Match]:
        """Names in the words, the longest first, none within another."""
        readings = [self._vocabulary.correct(word) for word in words]
        found: list[_Match] = []
        taken: set[int] = set()
        for length in range(min(_MOST_WORDS, len(words)), 0, -1):
            for start in range(len(words) - length + 1):
                span = range(start, start + length)
                if taken.isdisjoint(span) and all(readings[place][0] for place in span):
                    matches = self._named([readings[place] for place in span], start)
                    if matches:
                        found += matches
                        taken.update(span)
        return found

    def _named(self, readings: Sequence[tuple[tuple[str, ...], int]], start: int) -> list[_Match]:
        edits = sum(distance for _, distance in readings)
        for number, words in enumerate(product(*(options for options, _ in readings))):
            if number == _MOST_READINGS:
                break
            if kinds := self._by_name.get(words):
                return [
                    _Match(kind, places[0].name, places, start, start + len(readings), edits)
                    for kind, places in kinds.items()
                ]
        return []


def _judge(best: _Match, others: Sequence[_Match], *, left: int, is_centre: bool) -> Placement:
    """Which of the places that bear the name, and how sure."""
    doubt = _AN_EDIT**best.edits * _A_WORD_LEFT**left
    confidence = _CONFIDENCE[best.kind] * doubt
    context = [match for match in others if match.kind in ("ward", "district")]
    around = [place for match in context for place in match.places]
    places = [place for place in best.places if any(_is_within(place, area) for area in around)]
    if best.kind in ("venue", "street") and context:
        if not places:
            beside = min(context, key=lambda match: _ORDER.index(match.kind))
            return _settle(_NOT_LISTED * doubt, beside.name, beside.kind, beside.places, is_centre=is_centre)
        confidence = _SETTLED * doubt
    elif any(match.start == best.start for match in context if match.kind == "district"):
        # A town and one of its wards often share a name: the town is as likely meant.
        whole = next(match for match in context if match.start == best.start and match.kind == "district")
        return _settle(confidence, whole.name, whole.kind, whole.places, is_centre=is_centre)
    places = places or list(best.places)
    if _is_common(best.name) and not context:
        confidence *= _ONE_COMMON_WORD
    return _settle(confidence, places[0].name, best.kind, places, is_centre=is_centre)


def _how_exact(match: _Match) -> tuple[int, int, int]:
    """The most exact kind first; of one kind the fewest letters wrong, then the most words."""
    return _ORDER.index(match.kind), match.edits, match.start - match.end


def _settle(confidence: float, name: str, kind: Kind, places: Sequence[Place], *, is_centre: bool = False) -> Placement:
    """The most exact area that all the places share."""
    small_areas, wards, districts = (
        {getattr(place, level) for place in places} for level in ("small_area", "ward", "district")
    )
    small_area, ward, district = (found.pop() if len(found) == 1 else None for found in (small_areas, wards, districts))
    if small_area is None and ward is None and district is None:
        return Placement(kind=kind, matched=name, why_not="in several places")
    if confidence < SURE_AT_ALL:
        return Placement(confidence=confidence, kind=kind, matched=name, why_not="not sure enough")
    if is_centre and kind in ("ward", "district"):
        ward = None
    if confidence < SURE_OF_SMALL_AREA:
        small_area = None
    if small_area is not None:
        precision: Precision = "point"
    else:
        precision = "ward" if ward is not None else "district"
    return Placement(precision, small_area, ward, district, round(confidence, 3), kind, name)


def _is_within(place: Place, area: Place) -> bool:
    return place.ward == area.ward if area.kind == "ward" else place.district == area.district


def _is_common(name: str) -> bool:
    return all(word in _COMMON for word in name_words(name))
