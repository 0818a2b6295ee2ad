"""Links lead somewhere, commands exist, paths exist, and every word has its entry in the glossary."""

from __future__ import annotations

import argparse
import pkgutil
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from safeground.cli import make_parser
from safeground.engine import catalogue
from safeground.engine.warehouse import TABLES

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [
        *(ROOT / name for name in ("README.md", "ARCHITECTURE.md", "GLOSSARY.md", "CONTRIBUTING.md")),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "safeground" / "definitions").rglob("README.md"),
    ]
)
# The nouns of the design, whether or not their part of the system is built.
NOUNS = (
    "Partner Feed Contract Delivery Problem Area Vintage Event Definition Measure Estimate Goal Place Patrol Schedule Visit Design Check "
    "Effect Finding Edition Priority Action Theme Level Agreement Round Application Award Return Release"
).split()


def page_name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@dataclass(frozen=True)
class Word:
    """A word of the command line: the options that stand behind it, and the words that may follow it, where they are few."""

    options: frozenset[str]
    next: dict[str, Word | None]

    @property
    def all_options(self) -> frozenset[str]:
        return self.options.union(*(word.all_options for word in self.next.values() if word is not None))


def read_words(parser: argparse.ArgumentParser) -> Word:
    options = frozenset(option for action in parser._actions for option in action.option_strings)
    first = next((action for action in parser._actions if not action.option_strings), None)
    choices = (first.choices or {}) if first is not None else {}
    nested = choices if isinstance(choices, dict) else dict.fromkeys(choices)
    return Word(options, {name: read_words(each) if each is not None else None for name, each in nested.items()})


@pytest.fixture(scope="module")
def safeground() -> Word:
    """The whole command line."""
    found = read_words(make_parser())
    assert {"hot-spots", "priority"} <= set((found.next["places"] or found).next)
    assert {"design", "verify"} <= set((found.next["patrol"] or found).next)
    return found


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_links_to_files_resolve(page: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    files = [target.split("#")[0] for target in targets if not target.startswith(("http", "#", "mailto:"))]
    assert [target for target in files if not (page.parent / target).exists()] == []


def test_every_page_of_the_documentation_is_in_its_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    folder = ROOT / "docs"
    pages = {page.relative_to(folder).as_posix() for page in folder.rglob("*.md")} - {"README.md"}
    assert pages <= set(re.findall(r"\]\(([^)\s]+)\)", index))


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_commands_named_exist(page: Path, safeground: Word) -> None:
    """With their actions and options: `safeground patrol verify --workspace W --commitment HASH`."""
    text = page.read_text(encoding="utf-8")
    for line in re.findall(r"(?:^ *|`|python -m |\$\()safeground ([a-z][^`\n)#]*)", text, flags=re.MULTILINE):
        word, options = safeground, set(safeground.options)
        for each in line.split():
            if each.startswith("--"):
                assert each in options | word.all_options, f"safeground {line}"
            elif word.next and re.fullmatch("[a-z-]+", each):
                assert each in word.next, f"safeground {line}"
                following = word.next[each]
                options |= word.options
                word = following if following is not None else Word(word.options, {})
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    named = set(re.findall(r"`make ([a-z]+)", text)) | set(re.findall(r"^make ([a-z]+)", text, flags=re.MULTILINE))
    assert named <= targets


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_options_named_alone_exist(page: Path, safeground: Word) -> None:
    """An option in running text, `--nothing-to-report`, is one of some command."""
    text = re.sub(r"`python [^`]+`", "", page.read_text(encoding="utf-8"))  # a benchmark has options of its own
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*[a-z]", text))
    assert named <= safeground.all_options


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_paths_named_exist(page: Path) -> None:
    named = re.findall(
        r"`((?:safeground|tests|docs|scripts|benchmarks|requirements|\.ci)/[\w./-]+)`", page.read_text(encoding="utf-8")
    )
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_readme_names_every_command_a_user_types(safeground: Word) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for_users = set(safeground.next) - {"county"}
    assert {name for name in for_users if f"`safeground {name}" not in text} == set()


def test_every_folder_of_the_engine_is_a_word_of_the_glossary() -> None:
    glossary = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
    folders = {path.parent.name for path in (ROOT / "safeground" / "engine").glob("*/__init__.py")}
    assert len(folders) >= 12
    assert {folder for folder in folders if f"`{folder}`" not in glossary} == set()


@pytest.fixture(scope="module")
def entries() -> list[str]:
    """The words that have an entry of their own, as written."""
    text = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
    found = re.findall(r"^\| \*\*(.+?)\*\*", text, flags=re.MULTILINE)
    return [word for entry in found for word in entry.split(", ")]


def test_every_noun_of_the_design_has_its_entry(entries: list[str]) -> None:
    assert set(NOUNS) - set(entries) == set()
    assert len(entries) == len(set(entries))


def test_each_word_in_italics_has_its_entry(entries: list[str]) -> None:
    words = {word.lower() for word in entries}
    rows = "\n".join(
        line for line in (ROOT / "GLOSSARY.md").read_text(encoding="utf-8").splitlines() if line.startswith("| ")
    )
    linked = {word.lower().removesuffix("'s") for word in re.findall(r"(?<!\*)\*([\w ']+)\*(?!\*)", rows)}
    plurals = (("ies", "y"), ("es", ""), ("s", ""))
    unknown = {
        word
        for word in linked - words
        if not any(word.endswith(p) and word.removesuffix(p) + one in words for p, one in plurals)
    }
    assert unknown == set()


@pytest.mark.parametrize(
    "name",
    [
        "Catalogue",
        "Contract",
        "Variant",
        "CodeList",
        "EventField",
        "Switch",
        "Rule",
        "Measure",
        "Outline",
        "Partnership",
    ],
)
def test_public_classes_of_the_catalogue_are_words_of_the_glossary(name: str, entries: list[str]) -> None:
    assert hasattr(catalogue, name)
    assert re.sub(r"(?<!^)(?=[A-Z])", " ", name).lower() in {word.lower() for word in entries}


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_dotted_names_resolve(page: Path) -> None:
    """`safeground.engine.warehouse.TABLES` is an attribute or a module that is there."""
    for name in re.findall(r"`(safeground(?:\.\w+)+)(?:\(\))?`", page.read_text(encoding="utf-8")):
        pkgutil.resolve_name(name)


def test_the_table_of_tables_is_that_of_the_warehouse() -> None:
    """Each row of ARCHITECTURE.md's table names the columns in order; what stands in brackets explains one."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$", text.partition("### Warehouse tables")[2], flags=re.MULTILINE
    )
    named = {table: re.sub(r" \([^)]*\)", "", columns).split(", ") for table, columns in rows}
    assert named == {table: list(columns) for table, columns in TABLES.items()}
