"""Everything a partnership and its nation have decided, read once: `load_catalogue`."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from safeground.engine.catalogue.disclosure_rules import DisclosureRules
from safeground.engine.catalogue.economics import Economics
from safeground.engine.catalogue.economics_files import read_economics
from safeground.engine.catalogue.event_definition import EventDefinition
from safeground.engine.catalogue.event_fields import EventFields
from safeground.engine.catalogue.evidence_library import Approach, read_evidence
from safeground.engine.catalogue.feeds import Feeds, definitions_folder, lay_over, read_feeds
from safeground.engine.catalogue.finding import find_partnership
from safeground.engine.catalogue.goal import GoalList
from safeground.engine.catalogue.governance import Governed
from safeground.engine.catalogue.measure import Counted, Measure
from safeground.engine.catalogue.outline import ChapterOutline, Outline, OutlinePlan
from safeground.engine.catalogue.partnership import HelpLine, HelpLines, Partnership
from safeground.engine.catalogue.poor_denominator import PoorDenominator
from safeground.engine.catalogue.priority import PriorityPlan
from safeground.engine.catalogue.problems import DefinitionProblem, parse_definition, read_yaml
from safeground.engine.catalogue.reading import DefinitionReader, Layer
from safeground.engine.catalogue.references import find_broken_references
from safeground.engine.catalogue.rule_parsing import RuleVocabulary, nearest
from safeground.engine.documents import format_day

_PRIORITY = "priority_neighbourhoods.yaml"


@dataclass(frozen=True)
class Catalogue:
    """Every definition a build uses. `version` is a hash of the files they were read from: the same files, the same version."""

    feeds: Feeds
    event_fields: EventFields
    definitions: Mapping[str, EventDefinition]
    measures: Mapping[str, Measure]
    disclosure: DisclosureRules
    poor_denominator: PoorDenominator
    partnership: Partnership
    outline: Outline
    help_lines: tuple[HelpLine, ...]
    """National help first, then the partnership's own contacts."""
    files: Mapping[str, str]
    """The file a definition or measure came from, by kind and name ('measures/violence_rate'), and 'partnership'."""
    governed: Mapping[str, Governed]
    """Every definition that has an owner and a day of review, by its file."""
    version: str
    goals: GoalList | None = None
    """What the partnership's strategy sets out to reach, as far as it says so. None where it has no goals.yaml."""
    strategy_file: tuple[str, Path] | None = None
    """strategy.yaml, by the name that problems give it: `safeground.engine.strategy` reads it, and `version` covers it."""
    priority: PriorityPlan | None = None
    """How priority neighbourhoods are chosen: the partnership's own priority_neighbourhoods.yaml, or the nation's."""
    economics: Economics | None = None
    """What offences cost, in whose prices: the nation's tables with the partnership's own over them."""
    approaches: tuple[Approach, ...] = ()
    """What is known of approaches to violence, by name, with the studies that the partnership adds."""

    def numerator_of(self, measure: Measure) -> EventDefinition:
        """The definition whose events a measure counts."""
        return self._definition(measure, measure.numerator)

    def denominator_of(self, measure: Measure) -> EventDefinition | None:
        """The definition whose events a share is a part of; None where the denominator is people, or there is none."""
        counted = measure.denominator.events if measure.denominator else None
        return self._definition(measure, counted) if counted else None

    def _definition(self, measure: Measure, counted: Counted) -> EventDefinition:
        if counted.definition is not None:
            return self.definitions[counted.definition]
        # An offence group is a definition too small for a file of its own; it borrows its measure's name, version and people.
        return EventDefinition.model_validate(
            {
                "schema": 1,
                "name": measure.name,
                "version": measure.version,
                "title": measure.title,
                "why_it_matters": measure.why_it_matters,
                "source": f"Offence group of the measure {measure.name}",
                "counting_unit": counted.counting_unit,
                "count_basis": "recorded_month",
                "feeds": (counted.feed,),
                "rule": {"field": "offence", "in": list(counted.offences)},
                "caveats": measure.caveats,
                "owner": measure.owner,
                "checked_by": measure.checked_by,
                "review_by": measure.review_by,
            },
            context=RuleVocabulary(self.feeds.code_lists, self.event_fields.unknown_words),
        )


def load_catalogue(partnership: str | Path, folder: Path | None = None) -> Catalogue:
    """Everything a partnership works with.

    `partnership` is the name of one that comes with the definitions ('essex'), or a folder of its own that holds partnership.yaml and may
    hold definitions/, measures/ and assessment/. `folder` holds national/ and local/ (default: those that come with Safeground).

    Raises DefinitionsError with every problem of every file, as `file: path: message`.
    """
    root = folder or definitions_folder()
    national = Layer(root / "national", "national")
    local = find_partnership(partnership, folder)
    reader = DefinitionReader()
    feeds = _read_feeds(reader, root, local)
    fields = reader.read_one(EventFields, national, "event_fields.yaml")
    vocabulary = RuleVocabulary(feeds.code_lists, fields.unknown_words if fields else None)
    definitions = reader.read_layers(EventDefinition, national, local, "definitions", context=vocabulary)
    measures = reader.read_layers(Measure, national, local, "measures")
    disclosure = reader.read_one(DisclosureRules, national, "disclosure.yaml")
    poor_denominator = reader.read_one(PoorDenominator, national, "poor_denominator.yaml")
    help_lines = reader.read_one(HelpLines, national, "help.yaml")
    ours = _read_partnership(reader, local)
    if ours is not None:
        definitions |= reader.read_borrowed(
            root, ours.borrows, f"{local.shown_as}/partnership.yaml", definitions, context=vocabulary
        )
    outline = _read_outline(reader, national, local)
    goals = reader.read_one(GoalList, local, "goals.yaml") if (local.folder / "goals.yaml").is_file() else None
    strategy_file = _find_strategy(reader, local)
    priority = _read_priority(reader, national, local)
    economics = read_economics(reader, national, local)
    approaches = read_evidence(reader, national, local)
    # References are followed only once every file could be read: a definition that failed to parse would be reported again by each
    # measure that names it.
    reader.raise_problems()
    if not (fields and disclosure and poor_denominator and help_lines and ours and outline):
        raise RuntimeError(
            "a definition file was not read, and no problem says why"
        )  # pragma: no cover - read_one reports each
    catalogue = Catalogue(
        feeds=feeds,
        event_fields=fields,
        definitions=definitions,
        measures=measures,
        disclosure=disclosure,
        poor_denominator=poor_denominator,
        partnership=ours,
        outline=outline,
        help_lines=(*help_lines.lines, *ours.contacts),
        files={
            "partnership": f"{local.shown_as}/partnership.yaml",
            "goals": f"{local.shown_as}/goals.yaml",
            "priority": f"{_keeper_of_priority(national, local).shown_as}/{_PRIORITY}",
            **reader.origins,
        },
        governed=dict(reader.governed),
        version=_hash_files(reader.files),
        goals=goals,
        strategy_file=strategy_file,
        priority=priority,
        economics=economics,
        approaches=approaches,
    )
    reader.problems.extend(find_broken_references(catalogue))
    reader.raise_problems()
    return catalogue


def read_definition(path: Path, catalogue: Catalogue) -> EventDefinition:
    """A definition from a file of its own, in the catalogue's vocabulary: a draft to be compared. Raises DefinitionsError."""
    vocabulary = RuleVocabulary(catalogue.feeds.code_lists, catalogue.event_fields.unknown_words)
    data = read_yaml(path, shown_as=path.name)
    return parse_definition(EventDefinition, data, shown_as=path.name, context=vocabulary)


def load_partnership(partnership: str | Path, folder: Path | None = None) -> Partnership:
    """One partnership by name, or from its own folder. Raises DefinitionsError."""
    reader = DefinitionReader()
    found = _read_partnership(reader, find_partnership(partnership, folder))
    reader.raise_problems()
    if found is None:
        raise RuntimeError(
            "partnership.yaml was not read, and no problem says why"
        )  # pragma: no cover - read_one reports it
    return found


def overdue_reviews(
    catalogue: Catalogue, *, today: datetime.date, strategy: Governed | None = None
) -> tuple[DefinitionProblem, ...]:
    """Definitions, and the strategy as data, whose day of review has passed: a warning, never a reason not to build."""
    governed = dict(catalogue.governed)
    if strategy is not None and catalogue.strategy_file is not None:
        governed[catalogue.strategy_file[0]] = strategy
    return tuple(
        DefinitionProblem(
            file,
            "review_by",
            f"was to be reviewed by {format_day(found.review_by)}: {found.owner} should look again",
        )
        for file, found in sorted(governed.items())
        if found.review_by < today
    )


def _read_feeds(reader: DefinitionReader, root: Path, local: Layer) -> Feeds:
    for pattern in ("national/code_lists/*.csv", "national/feeds/*/contract.yaml"):
        for path in sorted(root.glob(pattern)):
            reader.files[path.relative_to(root).as_posix()] = path
    feeds, problems = read_feeds(root)
    reader.problems.extend(problems)
    for name, contract in feeds.contracts.items():
        reader.governed[f"national/feeds/{name}/contract.yaml"] = contract
    own = reader.read_code_lists(local)
    return lay_over(feeds, own) if own else feeds


def _read_partnership(reader: DefinitionReader, local: Layer) -> Partnership | None:
    found = reader.read_one(Partnership, local, "partnership.yaml")
    if found is not None and local.shown_as == f"local/{local.folder.name}" and found.name != local.folder.name:
        reader.report(
            f"{local.shown_as}/partnership.yaml", "name", f"is {found.name!r} in the folder {local.folder.name!r}"
        )
    return found


def _keeper_of_priority(national: Layer, local: Layer) -> Layer:
    return local if (local.folder / _PRIORITY).is_file() else national


def _read_priority(reader: DefinitionReader, national: Layer, local: Layer) -> PriorityPlan | None:
    """The partnership's own in place of the nation's, whole: weights that are half one's and half another's are nobody's."""
    return reader.read_one(PriorityPlan, _keeper_of_priority(national, local), _PRIORITY)


def _find_strategy(reader: DefinitionReader, local: Layer) -> tuple[str, Path] | None:
    shown_as, path = f"{local.shown_as}/strategy.yaml", local.folder / "strategy.yaml"
    if not path.is_file():
        return None
    reader.files[shown_as] = path
    return shown_as, path


def _read_outline(reader: DefinitionReader, national: Layer, local: Layer) -> Outline | None:
    plan = reader.read_one(OutlinePlan, national, "assessment/outline.yaml")
    if plan is None:
        return None
    ids = {chapter.id for chapter in plan.chapters}
    own = _read_own_prose(reader, local, ids)
    for path in sorted((national.folder / "assessment").glob("*.md")):
        if path.stem not in ids:
            reader.report(f"national/assessment/{path.name}", "", f"outline.yaml has no chapter {path.stem!r}")
    chapters = []
    for chapter in plan.chapters:
        name = f"assessment/{chapter.id}.md"
        prose = reader.read_prose(national, name)
        if prose and prose[0]:
            reader.report(f"national/{name}", "replaces", "only a partnership's own prose replaces others")
        text, prose_from = (prose[1] if prose else "", f"national/{name}")
        if chapter.id in own:
            text, prose_from = own[chapter.id], f"{local.shown_as}/{name}"
        chapters.append(ChapterOutline(chapter, text, prose_from))
    return Outline(plan.title, plan.version, tuple(chapters))


def _read_own_prose(reader: DefinitionReader, local: Layer, ids: Collection[str]) -> dict[str, str]:
    own: dict[str, str] = {}
    for path in sorted((local.folder / "assessment").glob("*.md")):
        name = f"assessment/{path.name}"
        prose = reader.read_prose(local, name)
        if prose is None:
            continue
        if path.stem not in ids:
            reader.report(
                f"{local.shown_as}/{name}", "", f"the outline has no chapter {path.stem!r}{nearest(path.stem, ids)}"
            )
        elif prose[0].get("replaces") != path.stem:
            reader.report(
                f"{local.shown_as}/{name}", "replaces", f"begin with the lines ---, replaces: {path.stem}, ---"
            )
        own[path.stem] = prose[1]
    return own


def _hash_files(files: Mapping[str, Path]) -> str:
    """Twelve hex digits over names and contents. Line ends are evened out: a checkout on Windows is the same version."""
    digest = hashlib.sha256()
    for name in sorted(files):
        content = files[name].read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{name}\n{len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:12]
