"""Packages talk through their front doors: nobody imports another package's modules."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import safeground

ROOT = Path(safeground.__file__).parent
PACKAGES = sorted(
    ".".join(folder.relative_to(ROOT.parent).parts)
    for folder in [*ROOT.iterdir(), *(ROOT / "engine").iterdir()]
    if (folder / "__init__.py").is_file() and folder.name != "engine"
)


def find_side_doors(source: str, *, module: str) -> Iterator[str]:
    """What `module`, whose text is `source`, imports from inside a package that is not its own."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            names = [f"{'.' * node.level}{node.module or ''}"] if node.level else [node.module or ""]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            if name.startswith("."):
                yield name  # what a relative import reaches depends on where it stands; say the whole name
            for package in PACKAGES:
                if name.startswith(f"{package}.") and not f"{module}.".startswith(f"{package}."):
                    yield name


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_uses_the_front_doors(path: Path) -> None:
    module = ".".join(path.relative_to(ROOT.parent).with_suffix("").parts)
    assert list(find_side_doors(path.read_text(encoding="utf-8"), module=module)) == []


@pytest.mark.parametrize(
    "line",
    [
        "from safeground.engine.catalogue.contract import Contract",
        "import safeground.engine.catalogue.contract",
        "def f():\n    from safeground.synthetic.county import make_county",
        "from .contract import Contract",
    ],
)
def test_a_side_door_is_seen(line: str) -> None:
    assert list(find_side_doors(line, module="safeground.engine.feeds.checking.check"))


def test_the_own_package_is_no_side_door() -> None:
    line = "from safeground.engine.catalogue.contract import Contract"
    assert not list(find_side_doors(line, module="safeground.engine.catalogue.feeds"))
    assert {"safeground.engine.catalogue", "safeground.synthetic", "safeground.design"} <= set(PACKAGES)
