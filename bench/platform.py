"""What the platform makes of deliveries: their landmarks, by the same steps as a night's."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from jobs.contracts import Contract
from jobs.lake import matches
from jobs.pipeline import expected_deliveries, ingest
from jobs.sample import generate
from jobs.settings import Settings
from jobs.steps import Context, populations, run_step
from jobs.steps.feature_rows import feature_rows
from jobs.tables.landmark import LANDMARK


def ingested(settings: Settings, source: str, deliveries: Sequence[date]) -> None:
    """Take a source's deliveries into the lake; ends with the reason where one is refused."""
    for day in deliveries:
        outcome = ingest(settings, source, day, lambda *_: None)
        if outcome.status != "done":
            raise SystemExit(f"{source} {day}: {outcome.status}: {outcome.error}")


def landmarks(settings: Settings, population: str) -> pd.DataFrame:
    """`gold.landmark` of a population whose deliveries are in the lake, all of it."""
    for step in ("lives", "landmarks"):
        run_step(step, population=population, settings=settings)
    return feature_rows(Context(settings).lake.read(LANDMARK).where(matches({"population": population})))


def region(home: Path, scale: float, seed: int) -> tuple[Path, dict[str, pd.DataFrame]]:
    """The folder of a generated region's truth, and its landmarks by population; those made before are read again."""
    folder = home / f"region_{scale:g}_{seed}"
    settings = Settings(home=folder, inbox=folder / "region" / "inbox")
    of_population = {name: folder / f"{name}.parquet" for name in populations(Context(settings).contracts)}
    if not all(path.exists() for path in of_population.values()):
        generate(folder / "region", scale, seed)
        contracts: dict[str, Contract] = Context(settings).contracts
        for source, contract in contracts.items():
            ingested(settings, source, expected_deliveries(contract, settings))
        for name, path in of_population.items():
            landmarks(settings, name).to_parquet(path)
    return folder / "region" / "truth", {name: pd.read_parquet(path) for name, path in of_population.items()}
