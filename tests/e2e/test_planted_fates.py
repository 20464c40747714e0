"""What is planted in the sample region is caught, and nothing else is: every cell's fate through the real steps."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from jobs.lake import Partition
from jobs.settings import CHECKOUT, Settings
from jobs.steps import run_step
from jobs.steps.staging import staging
from jobs.tables import SILVER
from tests.support.region import JANUARY

ONE_OF_EACH_DIALECT = ("hanbit_chem", "samil_solvent", "dongnam_gas", "daon_oleo", "mirae_resin", "complex_archive")

KEYS = ("maintenance_id", "failure_id")

FATE = {"repaired": "accepted"}
"""A repaired cell leaves no mark on its row, in staging."""

Row = Mapping[str, Any]
Place = tuple[str, str, str | None, int]


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    from jobs.sample import generate

    folder = tmp_path_factory.mktemp("planted")
    generate(folder / "region", scale=0.05, seed=3)
    return Settings(home=folder / "home", inbox=folder / "region" / "inbox", sources=CHECKOUT / "infra" / "sources")


def staged(settings: Settings, source: str, delivery_date: date) -> dict[Place, Row]:
    """The rows that `conform` staged, by their place."""
    scope = {"source": source, "delivery_date": str(delivery_date), "settings": settings}
    attempt = run_step("land", **scope)["attempt"]
    run_step("conform", **scope, attempt=attempt)
    folder = staging(settings, Partition(source, delivery_date, attempt))
    found = [row for table in sorted(folder.iterdir()) if table.is_dir() for row in records(table)]
    return {(row["_table"], row["_file"], row["_sheet"], row["_row"]): row for row in found}


def records(folder: Path) -> Iterator[Row]:
    frame = pd.read_parquet(folder)
    yield from frame.astype(object).where(frame.notna(), None).to_dict("records")


def fate(row: Row) -> str:
    return "quarantined" if len(row["_reasons"]) else "warned" if len(row["_warnings"]) else "accepted"


def by_key(rows: Mapping[Place, Row]) -> dict[str, list[Place]]:
    """Where each record of maintenance and failure stands: dirt in a joined table shows there."""
    found = defaultdict(list)
    for place, row in rows.items():
        for table in SILVER:
            for key in KEYS:
                if (row.get(table) or {}).get(key):
                    found[row[table][key]].append(place)
    return found


@pytest.mark.parametrize("source", ONE_OF_EACH_DIALECT)
def test_what_was_planted_has_the_fate_it_should_have(source: str, region: Settings):
    dirt = pd.read_parquet(region.inbox_dir.parent / "truth" / "dirt.parquet", filters=[("source", "==", source)])
    planted = dirt[dirt["delivery_date"] == JANUARY].astype(object).where(lambda cells: cells.notna(), None)
    rows = staged(region, source, JANUARY)
    joined = by_key(rows)
    wrong, touched = [], set()
    for cell in planted.itertuples():
        place = (cell.table, cell.file, cell.sheet, cell.row)
        if cell.fate == "set_aside":
            wrong += [f"{place} {cell.kind}: staged as data"] if place in rows else []
            continue
        places = [p for p in (place, *joined[cell.key.lstrip("0")]) if p in rows]
        touched |= set(places)
        fates = {fate(rows[p]) for p in places}
        if FATE.get(cell.fate, cell.fate) not in fates:
            wrong.append(f"{place} {cell.heading} {cell.kind} {cell.dirty!r}: {cell.fate} was due, it is {fates}")
    stray = [f"{p}: {rows[p]['_reasons']}" for p in rows if p not in touched and fate(rows[p]) == "quarantined"]
    assert len(planted) > 3
    assert not wrong
    assert not stray, "refused without cause"
