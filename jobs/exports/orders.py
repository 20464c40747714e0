"""The plan as work orders that an ERP takes: one row each, under the names of SAP PM's order fields.

AUFNR is left to the ERP; EXTID is the action's own id, by which the order is found again the next night.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from jobs.exports.table import plain
from jobs.exports.words import ACTIONS

COLUMNS = (
    "EXTID", "AUART", "ILART", "EQUNR", "KTEXT", "GSTRP", "GLTRP", "PRIOK", "ANLZU", "MATXT", "BDTER", "LTEXT",
)  # fmt: skip
PREVENTIVE = "PM02"
ACTIVITY_TYPES = {"inspect": "P21", "replace": "P12"}
SHUT_DOWN, RUNNING = "0", "1"
KTEXT_LENGTH, EQUNR_LENGTH = 40, 18


def orders(rows: Iterable[Mapping[str, Any]]) -> str:
    """CSV with commas, dates as yyyymmdd; UTF-8 without a byte order mark."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([plain(_cells(row)[name]) for name in COLUMNS] for row in rows)
    return text.getvalue()


def _cells(row: Mapping[str, Any]) -> dict[str, str]:
    tag, what = row["equipment_tag"], ACTIONS[row["action"]][0]
    return {
        "EXTID": f"{row['_source']}|{row['action_id']}",
        "AUART": PREVENTIVE,
        "ILART": ACTIVITY_TYPES[row["action"]],
        "EQUNR": tag.zfill(EQUNR_LENGTH) if tag.isdigit() else tag,
        "KTEXT": f"{what} {row['description'] or tag}"[:KTEXT_LENGTH],
        "GSTRP": _day(row["planned_on"]),
        "GLTRP": _day(row["planned_until"]),
        "PRIOK": priority(row),
        "ANLZU": SHUT_DOWN if row["is_shutdown_only"] else RUNNING,
        "MATXT": row["spare"] or "",
        "BDTER": _day(row["planned_on"]) if row["spare"] else "",
        "LTEXT": row["reason_ko"],
    }


def priority(row: Mapping[str, Any]) -> str:
    """1 what the law no longer lets wait, 2 what it dates, 3 the rest."""
    if row["overrides"]:
        return "1"
    return "3" if row["limit_on"] is None else "2"


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"
