"""What every chart shares: two sizes, a plot with known pixels, and the spec that Vega-Lite draws.

All margins, domains and ticks are set here and none are left to the renderer, so that labels can be placed before anything is drawn.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from safeground.design import palette
from safeground.engine.publish.charts.scales import choose_tick_format

#: Whether each spec is held against Vega-Lite's schema: a quarter of a second a chart, half of drawing it. The tests of charts do; a
#: build draws the same kinds of chart from other numbers.
CHECKS_SPECS = False


@dataclass(frozen=True)
class Canvas:
    """A width in pixels and the size of its text. Drawn twice: for the page, and for a telephone."""

    width: int
    font_size: int
    is_narrow: bool

    @property
    def line_height(self) -> float:
        return self.font_size * 1.25


WIDE = Canvas(width=760, font_size=14, is_narrow=False)
NARROW = Canvas(width=340, font_size=14, is_narrow=True)


@dataclass(frozen=True)
class Plot:
    """The rectangle inside the margins, with its two domains. Pixels count from the rectangle's top left corner."""

    canvas: Canvas
    height: float
    x_domain: tuple[float, float]
    y_domain: tuple[float, float]
    left: float = 0
    right: float = 0
    top: float = 0
    bottom: float = 0

    def __post_init__(self) -> None:
        # Whole pixels: the picture is exactly as wide as its canvas, and files hold no long fractions.
        for name in ("height", "left", "right", "top", "bottom"):
            object.__setattr__(self, name, math.ceil(getattr(self, name)))

    @property
    def width(self) -> float:
        return self.canvas.width - self.left - self.right

    def pixel_x(self, value: float) -> float:
        low, high = self.x_domain
        return (value - low) / (high - low) * self.width

    def pixel_y(self, value: float) -> float:
        low, high = self.y_domain
        return (high - value) / (high - low) * self.height

    def value_x(self, pixel: float) -> float:
        low, high = self.x_domain
        return low + pixel / self.width * (high - low)

    def value_y(self, pixel: float) -> float:
        low, high = self.y_domain
        return high - pixel / self.height * (high - low)


@dataclass(frozen=True)
class _WordStyle:
    """How words are set. Those with one style are drawn together."""

    is_on_top: bool
    align: str
    size: float
    is_bold: bool
    colour: str

    def as_mark(self) -> dict[str, Any]:
        style: dict[str, Any] = {
            "align": self.align,
            "baseline": "middle",
            "fontSize": self.size,
            "fontWeight": "bold" if self.is_bold else "normal",
            "color": self.colour,
        }
        if not self.is_on_top:
            style |= {"stroke": "white", "strokeWidth": 4, "strokeJoin": "round"}
        return style


class Sketch:
    """Layers of marks over one plot, in the order they are drawn. Rows hold x, y (and x2, y2) in the plot's values."""

    def __init__(self, plot: Plot) -> None:
        self.plot = plot
        self._layers: list[alt.UnitSpec] = []
        self._words: dict[_WordStyle, list[dict[str, object]]] = {}
        self._rows: dict[str, list[Any]] = {}
        self._axes: dict[str, Any] = {"x": None, "y": None}

    def hide_axes(self) -> None:
        self._axes = {"x": None, "y": None}

    def set_x_ticks(self, ticks: Sequence[tuple[float, str]], *, has_marks: bool = True) -> None:
        self._axes["x"] = alt.Axis(
            values=[place for place, _ in ticks],
            labelExpr=_choose_label(ticks),
            grid=False,
            ticks=has_marks,
            domain=True,
            title=None,
            labelOverlap=False,
            labelFlush=False,
        )

    def set_y_ticks(self, ticks: Sequence[float], *, suffix: str = "") -> None:
        label = f"replace(format(datum.value, '{choose_tick_format(ticks)}'), '-', '\\u2212') + '{suffix}'"
        self._axes["y"] = alt.Axis(values=list(ticks), labelExpr=label, title=None, labelOverlap=False)

    def add(self, mark: str, rows: Iterable[Mapping[str, object]], *, group: str | None = None, **style: Any) -> None:
        """One layer. `group` names the field whose values are drawn as lines or areas of their own."""
        values = list(rows)
        if values:
            self._layers.append(self._make_layer(mark, values, style=style, group=group))

    def _make_layer(
        self, mark: str, values: list[Any], *, style: Mapping[str, Any], group: str | None = None
    ) -> alt.UnitSpec:
        scales = {
            name: alt.Scale(domain=list(domain), nice=False, zero=False)
            for name, domain in (("x", self.plot.x_domain), ("y", self.plot.y_domain))
        }
        encoding: dict[str, Any] = {
            name: alt.PositionFieldDef(field=name, type="quantitative", scale=scales[name], axis=self._axes[name])
            for name in ("x", "y")
        }
        for name in ("x2", "y2"):
            if name in values[0]:
                encoding[name] = alt.SecondaryFieldDef(field=name)
        if "text" in values[0]:
            encoding["text"] = alt.FieldOrDatumDefWithConditionStringFieldDefText(field="text", type="nominal")
        if group is not None:
            encoding["detail"] = alt.FieldDefWithoutScale(field=group, type="nominal")
        return alt.UnitSpec(
            data=self.keep_rows(values),
            mark=alt.MarkDef(**{"type": mark, **style}),
            encoding=alt.Encoding(**encoding),
        )

    def keep_rows(self, values: list[Any]) -> alt.NamedData:
        """Rows by name. Altair copies what a chart holds again and again, which for a map's outlines takes seconds."""
        name = f"rows-{len(self._rows)}"
        self._rows[name] = values
        return alt.NamedData(name=name)

    def add_text(
        self,
        text: str | Sequence[str],
        *,
        x: float,
        y: float,
        align: str = "left",
        colour: str = palette.INK,
        is_bold: bool = False,
        has_halo: bool = False,
        size: float | None = None,
    ) -> None:
        """Words at a pixel of the plot, their middle at `y`. A halo keeps them readable over lines. Words are drawn last."""
        size = size or self.plot.canvas.font_size
        lines = [text] if isinstance(text, str) else list(text)
        top = y - (len(lines) - 1) * size * 1.2 / 2
        rows = [
            {"x": self.plot.value_x(x), "y": self.plot.value_y(top + number * size * 1.2), "text": line}
            for number, line in enumerate(lines)
        ]
        # Words of one style are one layer: a layer costs far more than a word.
        if has_halo:
            self._words.setdefault(_WordStyle(False, align, size, is_bold, "white"), []).extend(rows)
        self._words.setdefault(_WordStyle(True, align, size, is_bold, colour), []).extend(rows)

    @property
    def layers(self) -> list[alt.UnitSpec]:
        """All layers in the order they are drawn: marks, then halos, then words."""
        words = sorted(self._words.items(), key=lambda entry: entry[0].is_on_top)
        return [*self._layers, *(self._make_layer("text", rows, style=style.as_mark()) for style, rows in words)]

    def make_spec(self, *, beneath: Sequence[alt.UnitSpec] = ()) -> dict[str, Any]:
        """The sketch as a finished spec, over the layers `beneath` (a map's areas), whose rows `keep_rows` has kept."""
        plot = self.plot
        # The schema's own classes and all at once: Altair's Chart and each of its `properties` and `configure` copy every layer, and
        # copying was half of the drawing.
        chart = alt.TopLevelLayerSpec(
            layer=[*beneath, *self.layers],
            width=plot.width,
            height=plot.height,
            autosize=alt.AutoSizeParams(type="none"),
            padding={"left": plot.left, "right": plot.right, "top": plot.top, "bottom": plot.bottom},
            config=_house_style(plot.canvas),
        )
        spec: dict[str, Any] = chart.to_dict(validate=CHECKS_SPECS)
        return {"$schema": alt.SCHEMA_URL, **spec, "datasets": self._rows}


def _house_style(canvas: Canvas) -> alt.Config:
    return alt.Config(
        background="white",
        font=palette.FONT,
        aria=False,  # the picture has one text alternative, on the page; hundreds of labelled marks would drown it
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            labelFontSize=canvas.font_size,
            labelColor=palette.QUIET_INK,
            domainColor=palette.BASELINE,
            tickColor=palette.BASELINE,
            gridColor=palette.GRID,
            labelPadding=6,
            labelLimit=0,
        ),
        axisY=alt.AxisConfig(domain=False, ticks=False),
        text=alt.MarkConfig(font=palette.FONT, limit=0),
    )


def _choose_label(ticks: Sequence[tuple[float, str]]) -> str:
    """A Vega expression from a tick's value to its words. Words are JSON strings, so nothing in a name can become code."""
    words = json.dumps({_write_as_script(place): label for place, label in ticks})
    return f"({words})[datum.value] || ''"


def _write_as_script(value: float) -> str:
    """A number as the renderer's language turns it into a key. (Its `format` would write a true minus sign before it.)"""
    return str(int(value)) if float(value).is_integer() else repr(float(value))
