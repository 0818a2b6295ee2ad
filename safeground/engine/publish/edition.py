"""Write an edition: pages, figures, other formats, tables, findings and manifest, all under one fresh folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from safeground import design
from safeground.engine.disclosure import Release
from safeground.engine.documents import Document, Figure, Table
from safeground.engine.publish.audience import check_audience
from safeground.engine.publish.brand import Brand
from safeground.engine.publish.errors import EditionError
from safeground.engine.publish.findings import read_schema, render_findings, write_json
from safeground.engine.publish.made import origin_tables
from safeground.engine.publish.releases import RELEASE_FILE, render_releases
from safeground.engine.publish.reuse import RENDERED_FROM, Reuse
from safeground.engine.publish.styles import render_edition_css
from safeground.engine.publish.tables import describe_tables, render_csv
from safeground.engine.workspace import Progress, no_progress

if TYPE_CHECKING:
    from safeground.engine.publish.formats import Download

MANIFEST_VERSION = "1.0"
_OWN_KEYS = frozenset(
    {"manifest_version", "title", "partnership", "audience", "is_draft", "as_at", "built_at", "files", RENDERED_FROM}
)


@dataclass(frozen=True)
class Edition:
    """A published assessment on disk. `findings` and `origins` are those of findings.json by id; `manifest` is manifest.json."""

    path: Path
    manifest: Mapping[str, Any]
    findings: Mapping[str, Mapping[str, Any]]
    origins: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """How its numbers were made; none in an edition that was published before findings.json told it."""

    @property
    def title(self) -> str:
        return str(self.manifest["title"])

    @property
    def audience(self) -> str:
        return str(self.manifest["audience"])

    @property
    def is_draft(self) -> bool:
        return bool(self.manifest["is_draft"])

    @property
    def as_at(self) -> str:
        return str(self.manifest["as_at"])

    @property
    def built_at(self) -> str:
        return str(self.manifest["built_at"])


def publish_edition(
    document: Document,
    *,
    into: Path,
    brand: Brand,
    manifest: Mapping[str, Any],
    built_at: datetime,
    earlier: Path | None = None,
    releases: Sequence[Release] = (),
    attachments: Sequence[Download] = (),
    progress: Progress = no_progress,
) -> Edition:
    """Render `document` and write it under `into`, a folder that must not exist yet.

    `manifest` says what the edition was made from and goes into manifest.json as it stands; `compare_editions` reads its keys
    `deliveries` (a list of objects with `id`), `definitions` (name to version), `code_version` and any other. `built_at` (with a time
    zone) is written there and nowhere else: two runs on one input differ in it alone. `earlier`: an edition from which files that would
    be rendered alike are copied. `releases`: what it tells under rules that withhold, for later releases to be checked against.
    `attachments`: further whole files, which its pages offer beside the other formats. The caller
    writes into a staging folder and renames it into place.

    Raises ValueError when a public document holds what may not be public, a link leads nowhere, or the stylesheets are not made;
    FileExistsError when `into` exists. Nothing is written before the document has passed its checks.
    """
    # Jinja, the chart library, the typesetter: only for whoever publishes.
    from safeground.engine.publish.formats import make_downloads
    from safeground.engine.publish.pages import draw_wide, render_pages

    if built_at.tzinfo is None:
        raise ValueError("built_at needs a time zone")
    if taken := sorted(_OWN_KEYS & manifest.keys()):
        raise ValueError(f"the manifest may not say {', '.join(taken)}: the edition itself says it")
    check_audience(document)
    styles = _read_stylesheets(brand, document)
    into.mkdir(parents=True)
    files: dict[str, str] = {}

    def write(name: str, text: str | bytes) -> None:
        content = text.encode("utf-8") if isinstance(text, str) else text
        path = into / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        files[name] = hashlib.sha256(content).hexdigest()

    for name, text in styles.items():
        write(f"assets/{name}", text)
    tables = _find_tables(document)
    reuse = Reuse(str(manifest.get("code_version", "")), earlier)
    pictures = draw_wide(document, reuse=reuse, progress=progress)
    downloads = (
        *make_downloads(document, brand=brand, pictures=pictures, tables=tables, take=reuse.take, progress=progress),
        *attachments,
    )
    for download in downloads:
        write(download.name, download.content)
    for name, content in render_pages(
        document, brand=brand, manifest=manifest, reuse=reuse, downloads=downloads, progress=progress
    ):
        write(name, content)
    for table in tables:
        write(f"tables/{table.id}.csv", render_csv(table))
    write("tables/README.txt", describe_tables(tables))
    write("findings.json", write_json(render_findings(document, manifest)))
    write("findings.schema.json", read_schema())
    if releases:
        write(RELEASE_FILE, write_json(render_releases(releases, audience=str(document.marking.audience))))
    about = {
        **manifest,
        "manifest_version": MANIFEST_VERSION,
        "title": document.title,
        "partnership": document.partnership,
        "audience": str(document.marking.audience),
        "is_draft": document.marking.is_draft,
        "as_at": document.as_at,
        "built_at": built_at.isoformat(timespec="seconds"),
        "files": files,
        RENDERED_FROM: reuse.fingerprints,
    }
    (into / "manifest.json").write_bytes(write_json(about).encode("utf-8"))
    return load_edition(into)


def load_edition(path: Path, *, check_files: bool = False) -> Edition:
    """Read a published edition. With `check_files`, every file must have the SHA-256 its manifest says.

    Raises EditionError when the folder is not an edition, or a file is missing or altered. Given a workspace, its folder of editions or
    that of one audience, it names the current editions inside.
    """
    if not (path / "manifest.json").exists() and (current := _find_current(path)):
        raise EditionError(f"{path} holds editions and is not one; name one of them: {', '.join(map(str, current))}")
    manifest = _read_json(path / "manifest.json")
    findings = _read_json(path / "findings.json")
    if manifest.get("manifest_version") != MANIFEST_VERSION:
        raise EditionError(
            f"{path} was published by another version of Safeground (manifest {manifest.get('manifest_version')})"
        )
    if check_files:
        for name, expected in manifest["files"].items():
            file = path / name
            if not file.is_file():
                raise EditionError(f"{path} is not whole: {name} is missing")
            if hashlib.sha256(file.read_bytes()).hexdigest() != expected:
                raise EditionError(f"{path} is not as it was published: {name} has been altered")
    by_id = {finding["id"]: MappingProxyType(finding) for finding in findings["findings"]}
    origins = {origin["id"]: MappingProxyType(origin) for origin in findings.get("origins", ())}
    return Edition(path, MappingProxyType(manifest), MappingProxyType(by_id), MappingProxyType(origins))


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise EditionError(f"{path.parent} is not an edition: it has no {path.name}") from None
    except ValueError as error:
        raise EditionError(f"{path} cannot be read: {error}") from None
    if not isinstance(content, dict):
        raise EditionError(f"{path} cannot be read: it is not a JSON object")
    return content


def _find_current(folder: Path) -> list[Path]:
    """The editions in use under a workspace, its folder of editions, or an audience's."""
    found: list[Path] = []
    for pattern in ("CURRENT", "*/CURRENT", "editions/*/CURRENT"):
        for pointer in sorted(folder.glob(pattern)):
            edition = pointer.parent / pointer.read_text(encoding="utf-8").strip()
            if (edition / "manifest.json").is_file():
                found.append(edition)
    return found


def _find_tables(document: Document) -> list[Table]:
    tables: dict[str, Table] = {}
    for chapter in document.chapters:
        for block in chapter.blocks:
            table = block.table if isinstance(block, Figure) else block
            if not isinstance(table, Table):
                continue
            if table.id in tables and tables[table.id] != table:
                raise EditionError(f"two different tables have the id {table.id!r}")
            tables[table.id] = table
    for origin in document.origins:
        tables.update({table.id: table for table in origin_tables(origin)})
    return list(tables.values())


def _read_stylesheets(brand: Brand, document: Document) -> dict[str, str]:
    try:
        system = (design.STATIC / "govuk-frontend.css").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise EditionError("the design system's stylesheet is not there; run: python scripts/make_assets.py") from None
    return {
        "govuk-frontend.css": system,
        "safeground.css": (design.CSS / "safeground.css").read_text(encoding="utf-8"),
        "edition.css": render_edition_css(brand, document),
    }
