"""The plan as an iCalendar (RFC 5545): an all-day event for each action, and one for the day by which its spare is ordered.

An event keeps its UID from night to night, and its SEQUENCE rises with the day that the plan stands on, so that a calendar
that takes the file again moves the event instead of doubling it.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from jobs.exports.words import ACTIONS

LONGEST_LINE = 75
"""Octets of a line before it is folded."""


def calendar(rows: Iterable[Mapping[str, Any]]) -> str:
    """The calendar, its lines folded and ended as the standard asks."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//yeji//plan//KO", "CALSCALE:GREGORIAN"]
    lines += [line for row in rows for line in _events(row)]
    return "".join(f"{folded(line)}\r\n" for line in (*lines, "END:VCALENDAR"))


def _events(row: Mapping[str, Any]) -> Iterator[str]:
    what = " ".join(filter(None, (row["equipment_tag"], row["description"])))
    told = f"{row['reason_ko']}\n{row['reason_en']}"
    yield from _event(
        row, row["action"], row["planned_on"], row["planned_until"], f"{ACTIONS[row['action']][0]}: {what}", told
    )
    if row["order_by"]:
        yield from _event(row, "order", row["order_by"], row["order_by"], f"주문: {row['spare']} ({what})", told)


def _event(row: Mapping[str, Any], kind: str, first: date, last: date, summary: str, told: str) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{uid(row['_source'], row['action_id'], kind)}"
    yield f"DTSTAMP:{row['as_of']:%Y%m%d}T000000Z"
    yield f"SEQUENCE:{row['as_of'].toordinal()}"
    yield f"DTSTART;VALUE=DATE:{first:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{last + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{escaped(summary)}"
    yield f"DESCRIPTION:{escaped(told)}"
    yield f"CATEGORIES:{kind.upper()}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def uid(source: str, action_id: str, kind: str) -> str:
    """The same for the same action of the same item, whatever its date."""
    return f"{sha256(f'{source}|{action_id}|{kind}'.encode()).hexdigest()[:32]}@{source}.yeji"


def escaped(text: str) -> str:
    """A text as a property holds it; control characters have no place in it."""
    for mark in ("\\", ";", ","):
        text = text.replace(mark, f"\\{mark}")
    lines = text.splitlines()
    return "\\n".join("".join(c for c in line if c.isprintable() or c == "\t") for line in lines)


def folded(line: str) -> str:
    """The line in pieces of at most 75 octets, no character torn; each further piece begins with a blank."""
    pieces, piece, size = [], "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > LONGEST_LINE:
            pieces.append(piece)
            piece, size = "", 1  # the blank counts
        piece, size = piece + character, size + octets
    return "\r\n ".join([*pieces, piece])
