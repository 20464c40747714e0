"""An asset's remaining life and the reasons for it, as the last scoring left them: what `yeji explain` prints."""

from typing import Any

from pyspark.sql import functions as F

from jobs.errors import DataError
from jobs.steps import Context
from jobs.tables.remaining_life import REMAINING_LIFE


def explained(context: Context, source: str, item: str) -> list[dict[str, Any]]:
    """The rows of `gold.remaining_life` of an item, or of all items of an equipment tag, of one source (law 9).

    Raises UsageError where there is no such source, DataError where the item has no prediction.
    """
    context.contract(source)
    own = context.lake.read(REMAINING_LIFE).where(F.col("_source") == source)
    is_asked = (F.col("item_id") == item) | (F.col("equipment_tag") == item)
    found = [row.asDict(recursive=True) for row in own.where(is_asked).orderBy("item_id").collect()]
    if not found:
        known = own.orderBy("fail_prob_90d", ascending=False).select("item_id").limit(3).collect()
        some = f"; known are {', '.join(row['item_id'] for row in known)} …" if known else ""
        raise DataError(
            f"{source}: {item} has no remaining life{some}; `yeji score {source}` predicts what is in service"
        )
    return found


def told(row: dict[str, Any]) -> list[str]:
    """The row for people, in Korean and in English."""
    unit, longest = row["time_unit"], row["longer_than_d"]
    life = {
        name: f"> {longest:,.0f}" if row[name] is None else f"{row[name]:,.0f}" for name in ("p10_d", "p50_d", "p90_d")
    }
    is_life = row["p50_d"] is not None and row["reference_p50_d"] is not None
    reference = f"p50 {row['reference_p50_d']:,.0f}" if is_life else f"P {row['reference_fail_prob_365d']:.1%}"
    probabilities = ", ".join(f"{days} {unit} {row[f'fail_prob_{days}d']:.1%}" for days in (30, 90, 365))
    model = f"{row['model_name']} {row['model_version']} ({row['candidate']})"
    lines = [
        f"{row['_source']}  {row['item_id']}  as of {row['as_of']}, model {model}",
        f"remaining {unit}: p10 {life['p10_d']}, p50 {life['p50_d']}, p90 {life['p90_d']}; P(failure): {probabilities}",
        f"기준 설비(같은 설비종류의 중앙값) / reference (medians of its class): {reference}",
    ]
    for driver in row["drivers"]:
        lines += [f"  × {driver['factor']:.2f}  {driver['text_ko']}", f"          {driver['text_en']}"]
    return [*lines, *(row[name] for name in ("lives_ko", "lives_en") if row[name])]
