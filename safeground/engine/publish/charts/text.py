"""Where a chart's words go: how wide they are, how they wrap, and how labels keep out of each other's way. Pixels throughout."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Advance widths of Arial in thousandths of an em. Measuring here rather than with the renderer's fonts keeps a chart the same on
# every machine, whatever fonts it has.
_WIDTHS = {
    **dict.fromkeys("ijl'|", 222),
    **dict.fromkeys(" !,./:;I[]\\ft", 278),
    **dict.fromkeys("()-r`", 333),
    **dict.fromkeys("Jckszvxy", 500),
    **dict.fromkeys("FTZ", 611),
    **dict.fromkeys("ABEKPSVXY&", 667),
    **dict.fromkeys("CDHNRUw", 722),
    **dict.fromkeys("GOQ", 778),
    **dict.fromkeys("mM", 833),
    **dict.fromkeys("%W", 900),
}
_NEAR = 8.0
"""From a point's middle to its label."""
_DIRECTIONS = ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (1, 1), (-1, -1), (-1, 1))
_OTHER = 556
_BOLD = 1.07


def measure_text(text: str, *, size: float, is_bold: bool = False) -> float:
    """The width of `text` in pixels, within a few per cent."""
    return sum(_WIDTHS.get(letter, _OTHER) for letter in text) * size / 1000 * (_BOLD if is_bold else 1)


def wrap_text(text: str, *, width: float, size: float, is_bold: bool = False) -> list[str]:
    """Lines no wider than `width` where words allow; a longer word has a line of its own. Nothing is cut off."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and measure_text(longer, size=size, is_bold=is_bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines or [""]


def spread_labels(wanted: Sequence[float], heights: Sequence[float], *, low: float, high: float) -> list[float]:
    """Centres along one axis, as near as can be to `wanted`, that neither overlap nor leave `low` to `high` if there is room.

    Labels keep the order of their wishes. Neighbours that collide move as one block to their mean (pool adjacent violators).
    """
    order = sorted(range(len(wanted)), key=lambda index: (wanted[index], index))
    blocks: list[tuple[list[int], float, float]] = []  # members, height, centre
    for index in order:
        block = ([index], heights[index], _hold(wanted[index], heights[index], low, high))
        while blocks and blocks[-1][2] + blocks[-1][1] / 2 > block[2] - block[1] / 2 + 1e-9:
            members = blocks[-1][0] + block[0]
            height = blocks[-1][1] + block[1]
            # The first member's wish counts from the block's top; the mean wish of all members sets the block.
            top, wishes = 0.0, 0.0
            for member in members:
                wishes += wanted[member] - (top + heights[member] / 2)
                top += heights[member]
            block = (members, height, _hold(wishes / len(members) + height / 2, height, low, high))
            blocks.pop()
        blocks.append(block)
    centres = [0.0] * len(wanted)
    for members, height, centre in blocks:
        top = centre - height / 2
        for member in members:
            centres[member] = top + heights[member] / 2
            top += heights[member]
    return centres


def _hold(centre: float, height: float, low: float, high: float) -> float:
    return max(low + height / 2, min(high - height / 2, centre))


@dataclass(frozen=True)
class Placed:
    """A label beside its point: the text's anchor, how it is aligned there, and whether it needs a leader to be understood."""

    text: str
    x: float
    y: float
    align: str
    needs_leader: bool


@dataclass(frozen=True)
class Box:
    """A rectangle that is taken: left, top, right, bottom."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def is_inside(self, other: Box) -> bool:
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.top >= other.top
            and self.bottom <= other.bottom
        )


def place_labels(
    labels: Sequence[tuple[str, float, float, bool]],
    *,
    taken: Sequence[Box],
    inside: Box,
    size: float,
    is_bold: bool = False,
) -> list[Placed | None]:
    """A place for each (text, x, y, must be shown) that overlaps nothing; None for one that has no place.

    A text may have several lines. Labels are placed in the order given, nearest places first. One that must be shown goes further
    out, with a leader.
    """
    boxes = list(taken)
    placed: list[Placed | None] = []
    for text, x, y, is_needed in labels:
        lines = text.split("\n")
        width = max(measure_text(line, size=size, is_bold=is_bold) for line in lines)
        height = size * 1.2 * len(lines)
        for spot_x, spot_y, align, needs_leader in _find_spots(x, y, width, height, size * 1.2, inside, is_needed):
            left = spot_x - {"left": 0.0, "right": width, "center": width / 2}[align]
            box = Box(left, spot_y - height / 2, left + width, spot_y + height / 2)
            if box.is_inside(inside) and not any(box.overlaps(other) for other in boxes):
                placed.append(Placed(text, spot_x, spot_y, align, needs_leader))
                boxes.append(box)
                break
        else:
            placed.append(None)
    return placed


def _find_spots(
    x: float, y: float, width: float, height: float, line: float, inside: Box, is_needed: bool
) -> Iterator[tuple[float, float, str, bool]]:
    """Anchors (x, y, align, needs a leader) around a point, nearest first; those far out only for a label that must be shown."""
    reaches = (_NEAR, *(_NEAR + line * steps for steps in (1, 2, 3.5, 5, 7))) if is_needed else (_NEAR,)
    for reach in reaches:
        for across, down in _DIRECTIONS:
            align = "left" if across > 0 else "right" if across < 0 else "center"
            along = across * (reach if not down else reach * 0.75)
            yield x + along, y + down * (reach + height / 2 - 2), align, reach > _NEAR
    if is_needed:
        # A name too wide to be centred on its point slides sideways until it is inside.
        middle = max(inside.left + width / 2 + 1, min(inside.right - width / 2 - 1, x))
        for reach in reaches:
            for down in (-1, 1):
                yield middle, y + down * (reach + height / 2), "center", reach > _NEAR
