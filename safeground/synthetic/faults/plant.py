"""Planting: a sound county, and beside it one folder a fault."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from safeground.synthetic.county import County, make_county
from safeground.synthetic.csv_bytes import write_file
from safeground.synthetic.faults.file_form import FORM_FAULTS, FormFault
from safeground.synthetic.faults.other_rows import BOUNDARY_FAULTS, DEPRIVATION_FAULTS, LOOKUP_FAULTS, POPULATION_FAULTS
from safeground.synthetic.faults.street_rows import LOCATED, STREET_ROW_FAULTS, RowFault
from safeground.synthetic.faults.tables import Table
from safeground.synthetic.streams import random_stream
from safeground.synthetic.write import write_county

SMALL_AREAS, MONTHS, LAST_MONTH = 60, 9, "2025-06"
SPOILT_MONTH = "2025-03"
#: Months that a force sends nothing for before its feed is silent, and two more.
SILENT_MONTHS = 5


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, and what intake should do about it.

    verdict: `refused` (the file changes nothing), `quarantined` (its bad rows are set aside, the others go on), `reported` (everything
    goes on and it is told), `noted` (harmless: read as meant, and told). file: where the faulty file lies, from the folder planted
    in; where the fault is that files are missing, the last that came. rows: how many rows are affected. leaves_out: sound files, from the
    folder too, that are not to be landed beside it. stated_rows: how many rows the sender says there are, where that is the fault.
    """

    kind: str
    verdict: str
    file: str
    rows: int
    sentence: str
    leaves_out: tuple[str, ...]
    stated_rows: int | None = None


@dataclass(frozen=True)
class SoundFiles:
    """A sound county's files on disk, and where faults go."""

    folder: Path
    county: County
    seed: int

    def path(self, inside: str) -> str:
        return f"sound/{inside}"

    def read(self, inside: str) -> bytes:
        content = (self.folder / "sound" / inside).read_bytes()
        return gzip.decompress(content) if inside.endswith(".gz") else content

    def stream(self, kind: str) -> np.random.Generator:
        return random_stream(self.seed, "fault", kind)

    def write(self, kind: str, name: str, content: bytes) -> str:
        """Write a faulty file as it stands: where it is packed, the fault did it."""
        path = self.folder / "faults" / kind / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return f"faults/{kind}/{name}"

    def plant_rows(self, source: str, faults: Iterable[RowFault]) -> Iterator[Fault]:
        """Each fault of rows as a file of its own, to take the place of the sound file it was made from."""
        for fault in faults:
            table = Table.parse(self.read(source))
            rows = fault.spoil(table, self.stream(fault.kind))
            file = self.write(fault.kind, _plain_name(source), table.render())
            yield Fault(fault.kind, fault.verdict, file, rows, fault.sentence.format(rows=rows), (self.path(source),))


def plant_faults(folder: Path, *, seed: int) -> tuple[Fault, ...]:
    """Write a small sound county into `folder/sound`, every fault into `folder/faults/<kind>`, and `folder/faults.json`.

    A sound county has none of them. To try one fault, land the sound files but those it leaves out, then its file. Deterministic for a
    seed. The bombs are small on disk; nothing here unpacks them.
    """
    county = make_county(
        seed=seed, small_areas=SMALL_AREAS, months=MONTHS, last_month=LAST_MONTH, switch_month="2025-01"
    )
    write_county(county, folder / "sound")
    sound = SoundFiles(folder, county, seed)
    faults = tuple(sorted(_plant_all(sound), key=lambda fault: fault.kind))
    text = json.dumps([asdict(fault) for fault in faults], indent=1, ensure_ascii=False)
    write_file(folder / "faults.json", (text + "\n").encode())
    return faults


def _plant_all(sound: SoundFiles) -> Iterator[Fault]:
    slug = sound.county.slug
    street = _street(slug, SPOILT_MONTH)
    for form in FORM_FAULTS:
        yield _plant_form(sound, street, form)
    yield from sound.plant_rows(street, STREET_ROW_FAULTS)
    yield from sound.plant_rows(f"population/population20_lsoa11_syoa_{slug}.csv.gz", POPULATION_FAULTS)
    yield from sound.plant_rows(f"imd/imd2019_{slug}_lsoa11.csv.gz", DEPRIVATION_FAULTS)
    yield from sound.plant_rows(f"lookups/lsoa11_lsoa21_ltla22_{slug}.csv.gz", LOOKUP_FAULTS)
    yield from _plant_outlines(sound, f"boundaries/lsoa21_{slug}.geojson")
    yield _mix_vintages(sound, street)
    yield _drop_age(sound, f"population/population20_lsoa11_syoa_{slug}.csv.gz")
    yield _state_wrong_total(sound, street)
    yield _halve_month(sound, _street(slug, "2025-04"))
    yield _fall_silent(sound)
    yield _name_for_another(sound, street)
    yield _send_uncovered(sound)


def _street(slug: str, month: str) -> str:
    return f"police_uk/{slug}/{month}-{slug}-street.csv.gz"


def _plain_name(inside: str) -> str:
    return inside.rsplit("/", 1)[-1].removesuffix(".gz")


def _plant_form(sound: SoundFiles, source: str, form: FormFault) -> Fault:
    content = sound.read(source)
    name = _plain_name(source).removesuffix(".csv") + form.suffix
    file = sound.write(form.kind, name, form.spoil(content, sound.stream(form.kind)))
    rows = content.count(b"\n") - 1 if form.rows is None else form.rows
    return Fault(form.kind, form.verdict, file, rows, form.sentence.format(rows=f"{rows:,}"), (sound.path(source),))


def _plant_outlines(sound: SoundFiles, source: str) -> Iterator[Fault]:
    for kind, verdict, spoil, sentence in BOUNDARY_FAULTS:
        content, rows = spoil(sound.read(source), sound.stream(kind))
        file = sound.write(kind, _plain_name(source), content)
        yield Fault(kind, verdict, file, rows, sentence.format(rows=rows), (sound.path(source),))


def _mix_vintages(sound: SoundFiles, source: str) -> Fault:
    """Rows of 2011 codes that were split, in a file of 2021 codes."""
    geography = sound.county.territory.geography
    retired = sorted({a.code: a.name for a in geography.lsoa11 if a not in geography.lsoa21}.items())

    def retire(table: Table, rng: np.random.Generator) -> int:
        chosen = table.choose(rng, 6, filled=LOCATED)
        for i, row in enumerate(chosen):
            row[table.place("LSOA code")], row[table.place("LSOA name")] = retired[i % len(retired)]
        return len(chosen)

    sentence = "{rows} rows carry codes of 2011 that no longer exist, in a file of 2021 codes."
    return next(sound.plant_rows(source, [RowFault("mixed_vintage", "reported", retire, sentence)]))


def _drop_age(sound: SoundFiles, source: str) -> Fault:
    def drop(table: Table, rng: np.random.Generator) -> int:
        place = table.place("37")
        for row in (table.header, *table.rows):
            del row[place]
        return len(table.rows)

    return next(
        sound.plant_rows(source, [RowFault("missing_age", "refused", drop, "The column of age 37 is missing.")])
    )


def _state_wrong_total(sound: SoundFiles, source: str) -> Fault:
    content = sound.read(source)
    rows = content.count(b"\n") - 1
    file = sound.write("stated_total_disagrees", _plain_name(source), content)
    sentence = f"The sender states {rows + 12:,} rows and sent {rows:,}."
    return Fault("stated_total_disagrees", "reported", file, 12, sentence, (sound.path(source),), rows + 12)


def _halve_month(sound: SoundFiles, source: str) -> Fault:
    def halve(table: Table, rng: np.random.Generator) -> int:
        whole = len(table.rows)
        table.rows = table.rows[: whole * 45 // 100]
        return whole - len(table.rows)

    sentence = "The last {rows} rows of the month are missing: it is half empty beside its neighbours."
    return next(sound.plant_rows(source, [RowFault("half_empty_month", "reported", halve, sentence)]))


def _fall_silent(sound: SoundFiles) -> Fault:
    silent = sound.county.neighbours[0]
    files = [f"police_uk/neighbours/{month}-{silent.slug}-street.csv.gz" for month in silent.months]
    last = files[-SILENT_MONTHS - 1]
    sentence = f"{silent.police} sent nothing after {silent.months[-SILENT_MONTHS - 1]}, while the others did."
    left_out = tuple(sound.path(file) for file in files[-SILENT_MONTHS:])
    return Fault("silent_feed", "reported", sound.path(last), 0, sentence, left_out)


def _name_for_another(sound: SoundFiles, source: str) -> Fault:
    other = sound.county.neighbours[0]
    content = sound.read(source)
    file = sound.write("named_for_another_force", f"{SPOILT_MONTH}-{other.slug}-street.csv", content)
    sentence = f"The file is named for {other.police}; its rows are of {sound.county.territory.police}."
    rows = content.count(b"\n") - 1
    return Fault("named_for_another_force", "reported", file, rows, sentence, (sound.path(source),))


def _send_uncovered(sound: SoundFiles) -> Fault:
    """A good file that no feed is for."""
    content = b'"nhs_trust22_code","ltla21_code","proportion_trust_came_from_ltla"\n"R9Z","E07990001",0.25\n"R9Z","E07990002",0.75\n'
    file = sound.write("covered_by_no_contract", "nhs_trusts22_ltla21_catchment.csv", content)
    return Fault("covered_by_no_contract", "refused", file, 2, "No feed's contract covers the file.", ())
