"""The chart palette can be read, in every kind of colour vision and in grey."""

from __future__ import annotations

import pytest

from safeground.design import measure_contrast, palette


@pytest.mark.parametrize(
    ("colour", "contrast"),
    [("#ffffff", 1.0), ("#000000", 21.0), ("#767676", 4.54), ("#777777", 4.48), ("#ff0000", 4.0)],
)
def test_contrast_is_that_of_the_guidelines(colour: str, contrast: float) -> None:
    """#767676 is known as the lightest grey that passes on white; pure red is known to fail at 4.0."""
    assert round(measure_contrast(colour, "#ffffff"), 2) == round(measure_contrast("#ffffff", colour), 2) == contrast


def test_lines_and_points_have_contrast_enough():
    for colour in (palette.MAIN, palette.MARK, palette.CONTEXT, palette.BAR, palette.MARKED_BAR, palette.BASELINE):
        assert measure_contrast(colour, "#ffffff") >= 3, colour
    for bar in (palette.BAR, palette.MARKED_BAR):
        assert measure_contrast(palette.INK, bar) >= 3
    assert measure_contrast(palette.MAIN, palette.BAND) >= 3
    for text in (palette.INK, palette.QUIET_INK, palette.MARK, palette.MAIN):
        assert measure_contrast(text, "#ffffff") >= 4.5, text


def test_the_classes_of_a_map_grow_darker_throughout():
    for count, colours in palette.SEQUENTIAL.items():
        lightness = [measure_contrast(colour, "#000000") for colour in colours]
        assert len(colours) == count and lightness == sorted(lightness, reverse=True)
