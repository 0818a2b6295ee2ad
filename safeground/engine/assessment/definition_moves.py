"""What one definition counts and another does not for certain: why, and what the record says of it, withheld with what both say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from safeground.engine.assessment.withholding import protect_parts
from safeground.engine.catalogue import Catalogue
from safeground.engine.disclosure import DisclosureRule, Protected, State
from safeground.engine.measures import IN, OUT, UNDETERMINED, Difference

VERDICTS = (IN, UNDETERMINED, OUT)
VERDICT_WORDS = {IN: "in", UNDETERMINED: "cannot tell", OUT: "out"}


@dataclass(frozen=True, eq=False)
class Moves:
    """Crimes (`moved`, at least one) that one definition counts and another does not. `said`: what all definitions say at once, as the
    table of it tells or withholds."""

    moved: tuple[Difference, ...]
    said: Sequence[tuple[tuple[int, ...], Protected]]
    catalogue: Catalogue
    rule: DisclosureRule

    @property
    def total(self) -> Protected:
        """All that moves; withheld where any count of what all say at once that it is made of is, since the sum would give that away."""
        ours, theirs = self.moved[0].counted_by, self.moved[0].other
        verdicts = {difference.verdict for difference in self.moved}
        made_of = (number for said, number in self.said if said[ours] == IN and said[theirs] in verdicts)
        withheld = next((number for number in made_of if number.state is State.SUPPRESSED), None)
        if withheld is not None:
            return withheld
        return protect_parts([sum(difference.events for difference in self.moved)], self.rule)[0]

    def by_reason(self) -> list[tuple[str, str, Protected]]:
        """What the other says, the fields for which it says so, and how many: the most first. The reasons of a verdict make a number of
        their own, and are withheld with it."""
        found: list[tuple[int, tuple[str, str, Protected]]] = []
        for verdict in VERDICTS:
            group = tuple(difference for difference in self.moved if difference.verdict == verdict)
            if not group:
                continue
            reasons: dict[str, int] = {}
            for difference in group:
                fields = ", ".join(self._title(field) for field in difference.why)
                reasons[fields] = reasons.get(fields, 0) + difference.events
            numbers = replace(self, moved=group)._protect(list(reasons.values()))
            found += [
                (events, (VERDICT_WORDS[verdict], fields, number))
                for (fields, events), number in zip(reasons.items(), numbers, strict=True)
            ]
        return [row for _, row in sorted(found, key=lambda item: -item[0])]

    def by_detail(self) -> list[tuple[str, str, Protected]]:
        """A field, what it says, and how many: field after field, the most first."""
        rows: list[tuple[str, str, Protected]] = []
        for field in self.moved[0].details:
            values: dict[str, int] = {}
            for difference in self.moved:
                value = difference.details[field] or "not stated"
                values[value] = values.get(value, 0) + difference.events
            ordered = sorted(values.items(), key=lambda item: -item[1])
            numbers = self._protect([number for _, number in ordered])
            rows += [
                (self._title(field), self._word(field, value), number)
                for (value, _), number in zip(ordered, numbers, strict=True)
            ]
        return rows

    def _protect(self, numbers: list[int]) -> list[Protected]:
        """Parts of what moves; withheld altogether where all that moves is."""
        return protect_parts(numbers, self.rule, of=self.total)

    def _title(self, field: str) -> str:
        return self.catalogue.event_fields.titles.get(field, field.replace("_", " "))

    def _word(self, field: str, value: str) -> str:
        """A class code with what it stands for."""
        if field != "ho_class" or "ho_offences" not in self.catalogue.feeds.code_lists:
            return value
        rows = self.catalogue.feeds.code_lists["ho_offences"].rows_about(value)
        title = rows[-1].details.get("title") if rows else ""
        return f"{value} {title}" if title else value
