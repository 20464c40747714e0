"""The plan as CSV: UTF-8 with a byte order mark, so that Excel shows Korean; headings are the dictionary's Korean labels."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jobs.exports.words import ACTIONS, BOUNDS, OVERRIDES
from jobs.returned.safe import is_risky
from jobs.tables.plan import PLAN

BOM = "\ufeff"

Row = Mapping[str, Any]


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def _share(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


COLUMNS: dict[str, Callable[[Any], Any]] = {
    "rank": lambda rank: rank,
    "equipment_tag": str,
    "description": lambda text: text,
    "action": lambda action: ACTIONS[action][0],
    "planned_on": lambda day: day,
    "planned_until": lambda day: day,
    "limit_on": lambda day: day,
    "bound_by": lambda bound: BOUNDS[bound][0],
    "is_shutdown_only": lambda is_so: "O" if is_so else "",
    "window_on": lambda day: day,
    "fail_prob": _share,
    "consequence_krw": _whole,
    "risk_krw": _whole,
    "spare": lambda text: text,
    "order_by": lambda day: day,
    "reason_ko": lambda text: text,
}
"""Columns of the table and how each is shown."""


def table(rows: Iterable[Row]) -> str:
    """The rows, one line each; no cell is a formula to a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    heads = {"_source": "출처", **{name: PLAN.field(name).label for name in COLUMNS}, "overrides": "법이 우선한 것"}
    writer.writerow(heads.values())
    for row in rows:
        won = ", ".join(OVERRIDES[one][0] for one in row["overrides"])
        shown = (row["_source"], *(show(row[name]) for name, show in COLUMNS.items()), won)
        writer.writerow([plain(cell) for cell in shown])
    return BOM + text.getvalue()


def plain(cell: Any) -> Any:
    """A text that a spreadsheet might run gets the apostrophe by which it is text."""
    return f"'{cell}" if isinstance(cell, str) and is_risky(cell) else cell
