"""What became of the dirt that is planted in the sample region: a table by kind, recall, and false quarantines.

    .venv/bin/python bench/planted.py --scale 0.05

Every delivery is landed and conformed by the real steps in a new home; nothing is published.
"""

import argparse
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from jobs.lake import Partition
from jobs.pipeline import expected_deliveries
from jobs.sample import generate
from jobs.settings import CHECKOUT, Settings
from jobs.steps import Context, run_step
from jobs.steps.staging import staging
from jobs.tables import SILVER

KEYS = ("maintenance_id", "failure_id")

FATE = {"repaired": "accepted"}
"""A repaired cell's row is accepted as any other."""

TOLD = ("lower_case", "other_spelling")
"""Kinds of dirt that are repaired, and stand in the record's `repairs`."""

Row = Mapping[str, Any]
Place = tuple[str, str, str | None, int]


@dataclass(frozen=True)
class Found:
    """What became of one delivery: by (fate due, kind) planted and met; what went wrong; clean rows, and those refused."""

    planted: Counter[tuple[str, str]]
    met: Counter[tuple[str, str]]
    wrong: list[str]
    clean: int
    stray: list[str]


def region(folder: Path, scale: float, seed: int = 3) -> Settings:
    """A generated region, and a home for it."""
    generate(folder / "region", scale=scale, seed=seed)
    return Settings(home=folder / "home", inbox=folder / "region" / "inbox", sources=CHECKOUT / "infra" / "sources")


def found(settings: Settings, source: str, delivery_date: date) -> Found:
    """Land and conform one delivery, and hold every planted cell to its fate."""
    dirt = pd.read_parquet(settings.inbox_dir.parent / "truth" / "dirt.parquet", filters=[("source", "==", source)])
    cells = dirt[dirt["delivery_date"] == delivery_date].astype(object).where(lambda cell: cell.notna(), None)
    rows = staged(settings, source, delivery_date)
    joined = by_key(rows)
    planted, met, wrong, touched = Counter(), Counter(), [], set()
    for cell in cells.itertuples():
        place = (cell.table, cell.file, cell.sheet, cell.row)
        places = [p for p in (place, *joined[cell.key.lstrip("0")]) if p in rows]
        fates = {fate(rows[p]) for p in places}
        is_met = place not in rows if cell.fate == "set_aside" else FATE.get(cell.fate, cell.fate) in fates
        if cell.kind in TOLD:
            is_met &= any(("tag", cell.dirty) in repairs(rows[place]) for place in places)
        touched |= set(places)
        planted[cell.fate, cell.kind] += 1
        met[cell.fate, cell.kind] += is_met
        if not is_met:
            wrong.append(f"{place} {cell.heading} {cell.kind} {cell.dirty!r}: {cell.fate} was due, it is {fates}")
    clean = [place for place in rows if place not in touched]
    stray = [f"{place}: {rows[place]['_reasons']}" for place in clean if fate(rows[place]) == "quarantined"]
    return Found(planted, met, wrong, len(clean), stray)


def staged(settings: Settings, source: str, delivery_date: date) -> dict[Place, Row]:
    """The rows that `conform` staged, by their place."""
    scope = {"source": source, "delivery_date": str(delivery_date), "settings": settings}
    attempt = run_step("land", **scope)["attempt"]
    run_step("conform", **scope, attempt=attempt)
    folder = staging(settings, Partition(source, delivery_date, attempt))
    rows = [row for name in Context(settings).contract(source).reads.sources for row in records(folder / name)]
    return {(row["_table"], row["_file"], row["_sheet"], row["_row"]): row for row in rows}


def records(folder: Path) -> Iterator[Row]:
    frame = pd.read_parquet(folder)
    yield from frame.astype(object).where(frame.notna(), None).to_dict("records")


def fate(row: Row) -> str:
    return "quarantined" if len(row["_reasons"]) else "warned" if len(row["_warnings"]) else "accepted"


def repairs(row: Row) -> set[tuple[str, str]]:
    """Kind and text as written of each repair of a row's records."""
    records = [row[table] for table in SILVER if row.get(table)]
    return {(repair["kind"], repair["written"]) for record in records for repair in record["repairs"]}


def by_key(rows: Mapping[Place, Row]) -> dict[str, list[Place]]:
    """Where each record of maintenance and failure stands: dirt in a joined table shows there."""
    places = defaultdict(list)
    for place, row in rows.items():
        for table in SILVER:
            for key in KEYS:
                if (row.get(table) or {}).get(key):
                    places[row[table][key]].append(place)
    return places


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--scale", type=float, default=0.05)
    with tempfile.TemporaryDirectory() as folder:
        settings = region(Path(folder), options.parse_args().scale)
        contracts = Context(settings).contracts
        every = [found(settings, s, day) for s, c in contracts.items() for day in expected_deliveries(c, settings)]
    planted, met = (sum((getattr(one, name) for one in every), Counter()) for name in ("planted", "met"))
    shown = Table("fate due", "kind", box=None)
    for heading in ("planted", "met"):
        shown.add_column(heading, justify="right")
    for key in sorted(planted):
        shown.add_row(*key, f"{planted[key]:,}", f"{met[key]:,}")
    clean, stray = sum(one.clean for one in every), sum(len(one.stray) for one in every)
    console = Console(highlight=False)
    console.print(shown)
    console.print(f"recall {met.total() / planted.total():.4f} ({met.total():,} of {planted.total():,})")
    console.print(f"false quarantines {stray / clean:.4%} ({stray:,} of {clean:,} clean rows)")
    for line in [line for one in every for line in (*one.wrong, *one.stray)][:20]:
        console.print(line)


if __name__ == "__main__":
    main()
