"""Ditto marks: a cell that says "as above"."""

import re
import unicodedata

MARKS = ("〃", "〃〃", "″", "〞", "”", '"', '""', "＂", "''", "상동", "위와같음", "위와동일", "同上", "ditto")
"""What firms write for it, without blanks, in small letters. ― and - say that there is nothing, and are none."""

LONGEST = 30
"""No mark is longer, with blanks in it and its Hangul decomposed."""


def is_ditto(text: str | None) -> bool:
    """Whether a whole cell is a ditto mark, whatever its blanks, its case and the form of its Hangul."""
    if not text or len(text) > LONGEST:
        return False
    return re.sub(r"\s", "", unicodedata.normalize("NFC", text)).casefold() in MARKS
