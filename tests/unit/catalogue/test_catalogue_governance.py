"""Words that say something, and roles that answer for it."""

from __future__ import annotations

import pydantic
import pytest

from safeground.engine.catalogue.governance import Role, Words

PLACEHOLDERS = [
    *("n/a", "N/A", "na", "tbc", "TBC.", "tbd", "To be confirmed", "todo", "To do", "none", "unknown"),
    *("-", "", " ", "???", "xxx", "fixme"),
]


@pytest.mark.parametrize("text", PLACEHOLDERS)
def test_placeholders_are_neither_roles_nor_words(text: str) -> None:
    with pytest.raises(pydantic.ValidationError, match="is no one; name the role"):
        pydantic.TypeAdapter(Role).validate_python(text)
    with pytest.raises(pydantic.ValidationError, match="is a placeholder"):
        pydantic.TypeAdapter(Words).validate_python(text)


@pytest.mark.parametrize(
    "text", ["Analyst", "Tobacco lead", "Naomi House team", "None of the above is known", "TBC Bank"]
)
def test_words_that_only_begin_like_a_placeholder_stand(text: str) -> None:
    assert pydantic.TypeAdapter(Role).validate_python(f" {text} ") == text
