"""Rules as an analyst writes them in YAML, read into the frozen tree, with every mistake of a rule reported at its place."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from safeground.engine.catalogue.code_lists import CodeList
from safeground.engine.catalogue.rules import All, AnyOf, Between, Is, IsIn, Not, Rule, Switched

Place = tuple[str | int, ...]
"""Where in a file something stands: ('rule', 'all', 0, 'is')."""

_NO_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType({})
_SHAPES = (
    "write all, any, not, switch, or a field with one of is, in, in_code_list, at_least and below, "
    "for example {field: offence, is: Robbery}"
)


class RuleError(ValueError):
    """Raised with every mistake of a rule: its place inside the rule, and a message."""

    def __init__(self, mistakes: tuple[tuple[Place, str], ...]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(f"{'.'.join(map(str, place))}: {message}" for place, message in mistakes))


@dataclass(frozen=True)
class RuleVocabulary:
    """What a rule may name.

    `unknown_words` has a key for every field there is, with the values of that field that mean unknown; None accepts any field.
    """

    code_lists: Mapping[str, CodeList] = field(default_factory=dict)
    unknown_words: Mapping[str, tuple[str, ...]] | None = None
    switches: frozenset[str] = frozenset()


def parse_rule(data: object, vocabulary: RuleVocabulary | None = None) -> Rule:
    """A rule from parsed YAML. Raises RuleError with every mistake.

    Shapes: `{all: [...]}`, `{any: [...]}`, `{not: ...}`, `{switch: name}`, `{field: f, is: text}`, `{field: f, in: [text, ...]}`,
    `{field: f, in_code_list: name}`, `{field: f, at_least: 10, below: 25}`. Values are texts: YAML would read a bare 4.10 as the
    number 4.1 and lose corporate manslaughter. A bare yes or no, which YAML reads as true and false, is taken as written.

    >>> parse_rule({"field": "offence", "is": "Robbery"})
    Is(field='offence', value='Robbery', unknown_words=())
    """
    reader = _Reader(vocabulary or RuleVocabulary())
    rule = reader.read(data, ())
    if reader.mistakes or rule is None:
        raise RuleError(tuple(reader.mistakes))
    return rule


def nearest(name: str, names: Iterable[str]) -> str:
    """'; did you mean X?' where a name is close, otherwise nothing."""
    close = difflib.get_close_matches(name, list(names), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


@dataclass
class _Reader:
    vocabulary: RuleVocabulary
    mistakes: list[tuple[Place, str]] = field(default_factory=list)

    def read(self, data: object, place: Place) -> Rule | None:
        if not isinstance(data, dict):
            return self._mistake(place, f"is not a rule: {_SHAPES}")
        keys = {"yes" if key is True else "no" if key is False else str(key) for key in data}
        if "field" in keys:
            return self._read_field(data, place, keys)
        if len(keys) != 1 or not keys <= {"all", "any", "not", "switch"}:
            return self._mistake(place, f"is not a rule: {_SHAPES}")
        key = keys.pop()
        if key == "not":
            part = self.read(data[key], (*place, key))
            return Not(part) if part else None
        if key == "switch":
            return self._read_switch(data[key], (*place, key))
        return self._read_parts(key, data[key], (*place, key))

    def _read_parts(self, key: str, data: object, place: Place) -> Rule | None:
        if not isinstance(data, list) or not data:
            return self._mistake(place, "needs a list of at least one rule")
        parts = [self.read(item, (*place, number)) for number, item in enumerate(data)]
        known = tuple(part for part in parts if part is not None)
        if len(known) < len(parts):
            return None
        return All(known) if key == "all" else AnyOf(known)

    def _read_switch(self, name: object, place: Place) -> Rule | None:
        if name not in self.vocabulary.switches:
            hint = nearest(str(name), self.vocabulary.switches)
            return self._mistake(place, f"there is no switch {name!r} in this definition{hint}")
        return Switched(str(name))

    def _read_field(self, data: dict[str, object], place: Place, keys: set[str]) -> Rule | None:
        before = len(self.mistakes)
        name = str(data["field"])
        fields = self.vocabulary.unknown_words
        if fields is not None and name not in fields:
            self._mistake(
                (*place, "field"), f"there is no event field {name!r} in event_fields.yaml{nearest(name, fields)}"
            )
        words = (fields or _NO_WORDS).get(name, ())
        rule = self._read_test(name, words, data, place, keys - {"field"})
        return rule if len(self.mistakes) == before else None

    def _read_test(
        self, name: str, words: tuple[str, ...], data: dict[str, object], place: Place, keys: set[str]
    ) -> Rule | None:
        if keys == {"is"}:
            return Is(name, self._text(data["is"], (*place, "is"), words), words)
        if keys == {"in"}:
            values = data["in"]
            if not isinstance(values, list) or not values:
                return self._mistake((*place, "in"), "needs a list of at least one value")
            texts = tuple(self._text(value, (*place, "in", number), words) for number, value in enumerate(values))
            if len(set(texts)) < len(texts):
                return self._mistake((*place, "in"), "holds a value twice")
            return IsIn(name, texts, None, words)
        if keys == {"in_code_list"}:
            listed = str(data["in_code_list"])
            if listed not in self.vocabulary.code_lists:
                hint = nearest(listed, self.vocabulary.code_lists)
                return self._mistake((*place, "in_code_list"), f"there is no code list {listed!r}{hint}")
            codes = self.vocabulary.code_lists[listed]
            # Events carry what a dated list's codes mean, not the codes themselves.
            return IsIn(name, codes.values if codes.dated else codes.codes, listed, words)
        if keys and keys <= {"at_least", "below"}:
            return self._read_between(name, data, place)
        return self._mistake(place, f"is not a rule: {_SHAPES}")

    def _read_between(self, name: str, data: dict[str, object], place: Place) -> Rule | None:
        ends: list[float | None] = []
        for key in ("at_least", "below"):
            value = data.get(key)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
                return self._mistake((*place, key), f"{value!r} is not a number")
            ends.append(value)
        at_least, below = ends
        if at_least is None and below is None:
            return self._mistake(place, "give at_least, below, or both")
        if at_least is not None and below is not None and at_least >= below:
            return self._mistake(place, f"no number is at least {at_least} and below {below}")
        return Between(name, at_least, below)

    def _text(self, value: object, place: Place, words: tuple[str, ...]) -> str:
        if isinstance(value, bool):
            value = "yes" if value else "no"
        if not isinstance(value, str) or not value.strip():
            self._mistake(place, f"{value!r} is not a text: put it in quotation marks, exactly as the code is written")
            return ""
        if value in words:
            self._mistake(place, f"{value!r} means that the field is not known, so nothing can be tested for it")
        return value

    def _mistake(self, place: Place, message: str) -> Rule | None:
        self.mistakes.append((place, message))
        return None
