"""Partitions taken in by the real steps, and what the lake then holds."""

from datetime import date

from jobs.lake import content_hash
from jobs.pipeline import Outcome, ingest
from jobs.settings import Settings
from jobs.steps import Context
from jobs.tables import CELLS, CURRENT, QUARANTINE, SILVER

TABLES = (
    CELLS,
    SILVER["equipment"],
    SILVER["maintenance"],
    QUARANTINE,
    *(CURRENT[t] for t in ("equipment", "maintenance")),
)


def quiet(*_: object) -> None:
    """No report."""


def hashes(settings: Settings) -> dict[str, str]:
    """The content hash of each table that a firm of `tests.support.region` fills."""
    lake = Context(settings).lake
    return {table.name: content_hash(lake.read(table)) for table in TABLES}


def taken_in(settings: Settings, delivery_date: date, source: str = "firm_a") -> Outcome:
    """What came of one partition, from `land` to `publish`."""
    return ingest(settings, source, delivery_date, quiet)
