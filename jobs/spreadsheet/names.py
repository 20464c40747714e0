"""Names that strangers gave to files, sheets and parts: how they are compared, and how they are shown."""

import re
import unicodedata

UNSHOWABLE = re.compile(r"[\0-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffd]")
"""Control characters, and marks that turn the direction of writing, so that a name reads as another."""


def shown(name: str) -> str:
    """A name as it may stand in a sentence: signs that cannot be seen, or that change what is, are replaced."""
    return UNSHOWABLE.sub("\ufffd", name)


def nfc(text: str) -> str:
    """A sheet's name as it is compared: composed, without blanks around it."""
    return unicodedata.normalize("NFC", text).strip()
