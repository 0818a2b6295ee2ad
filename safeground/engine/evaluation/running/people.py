"""What pages of people have in common: counts that do not give a few people away, and effects beneath each other."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from safeground.engine.documents import capitalise
from safeground.engine.evaluation.effects import Effect, Scale, read_effects_together
from safeground.engine.evaluation.exhibits import Effects, Quantity, Told
from safeground.engine.evaluation.protocols import Protocol
from safeground.engine.evaluation.running.common import say_how_many_clear


def count_steps(steps: Sequence[int | None]) -> tuple[Told, ...]:
    """People at one step after another, each of those before. A step is withheld where so few were lost since any step before it that
    a subtraction would count them; None is a step at which nobody was counted."""
    told: list[Told] = []
    before: list[int] = []
    for step in steps:
        if step is None:
            told.append("not counted")
            continue
        lost = [earlier - step for earlier in before if earlier != step]
        told.append(Quantity(float(step), "people", count=float(min([step, *map(abs, lost)]))))
        before.append(step)
    return tuple(told)


def share_together(counts: Sequence[int], unit: str) -> tuple[Quantity, ...]:
    """Counts that make up a whole which stands elsewhere: where one is small all are withheld."""
    least = min((count for count in counts if count > 0), default=0)
    return tuple(Quantity(float(count), unit, count=float(least)) for count in counts)


def read_families(effects: Sequence[Effect], *, alone: Collection[str]) -> tuple[Effect, ...]:
    """Outcomes beside the primary one are read together; those named in `alone` answer nothing of their own."""
    read = {each.name: each for each in read_effects_together([each for each in effects if each.name not in alone])}
    return tuple(read.get(effect.name, effect) for effect in effects)


def show_effects(
    protocol: Protocol,
    effects: Sequence[Effect],
    *,
    labels: Sequence[str] = (),
    key: str,
    column: str,
    subtitle: str,
    unit: str,
    notes: tuple[str, ...],
    title: str = "",
) -> Effects:
    """A forest plot of effects of one scale; labelled with their outcomes unless told."""
    return Effects(
        key=key,
        title=title or say_how_many_clear(effects, protocol),
        effects=tuple(effects),
        labels=tuple(labels) or tuple(capitalise(effect.outcome) for effect in effects),
        column=column,
        subtitle=subtitle,
        unit=unit,
        nothing=1.0 if all(effect.scale is Scale.RATIO for effect in effects) else 0.0,
        notes=notes,
    )
