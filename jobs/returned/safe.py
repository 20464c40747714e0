"""Values that no spreadsheet runs: what was text stays text, what was a number stays a number."""

import re
from typing import Any

from openpyxl.cell import Cell

UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that a workbook's XML cannot hold."""

ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
"""How a workbook spells a character by its number: Excel shows `_x003D_` as =."""

STARTS_A_FORMULA = re.compile(r"[\s\x00-\x20\u200b\ufeff']*[=+\-@＝＋－＠]|[\t\r\n]")

PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d{0,3}[1-9])?")
SHOWN_DIGITS = 10
"""A number of more digits (or of more than four decimals) is shown, and saved as CSV, in another spelling than it was typed."""


def is_risky(text: str) -> bool:
    """Whether a spreadsheet may take the text for a formula once somebody edits its cell."""
    shown = ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return STARTS_A_FORMULA.match(shown) is not None


def writable(text: str) -> str:
    """The text as XML can hold it: without control characters, every line's end a line feed."""
    return UNWRITABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def put(cell: Cell, value: Any) -> None:
    """Give a cell a value that opens as it is; a risky text is marked as text (quotePrefix), as a ' before it would.

    The cell's style must be set before.
    """
    if isinstance(value, str):
        cell.value = writable(value)
        cell.data_type = "s"
        if is_risky(value):
            cell.quotePrefix = True
    else:
        cell.value = value


def typed(text: str | None) -> str | int | float | None:
    """A CSV's field: a number only where its spelling survives, so that 0012 and 1.50 stay text."""
    if not text:
        return None
    if PLAIN_NUMBER.fullmatch(text) and sum(c.isdigit() for c in text) <= SHOWN_DIGITS and text != "-0":
        return float(text) if "." in text else int(text)
    return text
