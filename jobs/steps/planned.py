"""The plan of one source, as the lake holds it: what `yeji plan` prints and exports."""

from collections.abc import Sequence
from typing import Any

from pyspark.sql import functions as F

from jobs.errors import DataError, UsageError
from jobs.steps import Context
from jobs.tables.plan import PLAN


def planned(context: Context, source: str | None) -> list[dict[str, Any]]:
    """The lines of one source by rank, or of all sources; a firm is given its own alone (law 9).

    Raises UsageError where there is no such source, DataError where nothing is planned for it yet.
    """
    if source is not None:
        contract = context.contract(source)
        if contract.lives is None:
            raise UsageError(f"{source}: nothing is planned of it; its contract has no `lives`")
    known = [source] if source is not None else [*context.contracts]
    rows = context.lake.read(PLAN).where(F.col("_source").isin(known)).orderBy("_source", "rank")
    found = [row.asDict() for row in rows.collect()]
    if not found:
        named = source or "SOURCE"
        raise DataError(
            f"{source or 'any source'}: nothing is planned; `yeji score {named}` plans from what is published"
        )
    return found


def told(rows: Sequence[dict[str, Any]], shown: int) -> list[str]:
    """The first lines for people: two a job, the second its reason in both languages."""
    lines = []
    for row in rows[:shown]:
        law = f"  law {row['limit_on']}" if row["limit_on"] else ""
        risk = (
            ""
            if row["risk_krw"] is None
            else f"  P {_percent(row['fail_prob'])}, risk {row['risk_krw'] / 1e6:,.1f} M KRW"
        )
        won = f"  {', '.join(row['overrides'])}" if row["overrides"] else ""
        span = f"{row['planned_on']} – {row['planned_until']}"
        lines.append(
            f"{row['rank']:>4}  {row['_source']}  {row['item_id']}  {row['action']}  {span}{law}  {row['bound_by']}{won}{risk}"
        )
        lines += [f"      {row['reason_ko']}", f"      {row['reason_en']}"]
    return lines


def _percent(probability: float) -> str:
    return f"{probability:.0%}" if probability >= 0.095 else f"{probability:.1%}"
