"""The file of an evaluation: all that its page is made of, before any rule of disclosure, so that what was found can be told again
without anything being fitted again.

evaluations/<name>/<sha12>/result.json   numbers for the analyst's own scripts, and under `page` what pages are made of
"""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import Any, Final, get_type_hints

import numpy as np
from pydantic import TypeAdapter

from safeground.engine.catalogue import DefinitionsError, parse_definition
from safeground.engine.evaluation.cost_benefit import CostBenefit
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.evaluations import Evaluation, as_data
from safeground.engine.evaluation.protocols import PROTOCOLS

SCHEMA: Final = 1
RESULT: Final = "result.json"
_APART: Final = frozenset({"protocol", "plan", "draws"})
"""Fields that are not written with the others: the protocol has a place of its own and holds the plan; draws were for bounds alone."""


@dataclass(frozen=True)
class MadeFrom:
    """What an evaluation rests on beside its protocol and its schedule. `deliveries`: ids of those in use, of the feeds that it names and
    of its days. `named`: a hash of the rules that count its outcomes and of the prices behind its costs. `are_files`: whether its data
    lay beside the protocol, of which nobody can tell later whether they have changed."""

    deliveries: tuple[str, ...]
    named: str
    code_version: str
    are_files: bool


@dataclass(frozen=True)
class Result:
    """An evaluation as it is kept."""

    evaluation: Evaluation
    cost_benefit: CostBenefit | None
    made_from: MadeFrom


def render_result(result: Result) -> str:
    """The text of the file."""
    evaluation, costs = result.evaluation, result.cost_benefit
    content = {
        "schema": SCHEMA,
        **as_data(evaluation),
        "cost_benefit": None if costs is None else costs.as_data(),
        "made_from": _plain(result.made_from),
        "page": _plain(evaluation) | {"costs": None if costs is None else _plain(costs)},
    }
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def read_result(text: str, *, shown_as: str) -> Result | None:
    """A result from its file; None where it was written by another version of Safeground, whose parts were others.

    Raises EvaluationRefused for a file that is broken.
    """
    try:
        content = json.loads(text)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise EvaluationRefused(
            f"{shown_as} cannot be read; restore it from a copy, or run its protocol again: safeground evaluate PROTOCOL.yaml"
        )
    if content.get("schema") != SCHEMA:
        return None
    try:
        return _read(content, shown_as)
    except (ValueError, KeyError, TypeError, AttributeError, DefinitionsError):
        return None  # a build after an upgrade says that it has to be run again, and does not stop at it


def _read(content: Mapping[str, Any], shown_as: str) -> Result:
    protocol = parse_definition(
        PROTOCOLS[content["protocol"]["design"]], content["protocol"], shown_as=f"{shown_as}: protocol"
    )
    page = content["page"]
    evaluation = Evaluation(protocol=protocol, **_read_fields(Evaluation, page))
    costs = None
    if page["costs"] is not None and protocol.cost_benefit is not None:
        costs = CostBenefit(plan=protocol.cost_benefit, draws=np.empty(0), **_read_fields(CostBenefit, page["costs"]))
    made_from: MadeFrom = TypeAdapter(MadeFrom).validate_python(content["made_from"])
    return Result(evaluation, costs, made_from)


def _read_fields(kind: type[Any], content: Mapping[str, Any]) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {
        field.name: TypeAdapter(hints[field.name]).validate_python(content[field.name])
        for field in fields(kind)
        if field.name not in _APART
    }


def _plain(value: Any) -> Any:
    """Frozen objects as JSON has them. Numbers without end are written as words, which are read back as the numbers that they are."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value) if field.name not in _APART}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple | frozenset):
        return [_plain(part) for part in value]
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise TypeError(f"{type(value).__name__} cannot be kept: an evaluation is made of plain frozen values")
