"""Return codes (반송코드): a short opaque word that stands for one refused row.

`7K3M-9QXA-2B4C-DE`: twelve letters of a hash of where the row stood and what it said, and two that check them. A code is
looked up in the quarantine; it needs no secret. Every mistyped character and every swap of two neighbours is noticed
(the check is the remainder of a division by a prime greater than the base). `jobs.steps.quarantine` makes the same code
as a Spark column.
"""

import hashlib
import re
import unicodedata
from datetime import date

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32 letters: none that is taken for another."""

LETTERS, CHECKS = 12, 2
MISTYPED = 2
"""So many letters more or less still make a word that was meant as a code."""

HASH_DIGITS = 15
"""Hexadecimal digits of the hash that make the letters: 60 bits."""

PRIME = 1021
SEPARATOR = "\x1f"

MISREAD_FROM, MISREAD_TO = "OIL", "011"
"""Letters that a reader takes for digits, and those digits."""


def return_code(
    source: str, delivery_date: date, table: str, file: str, sheet: str | None, row: int, row_hash: str
) -> str:
    """The code of the row that stood there and said that."""
    place = SEPARATOR.join((source, str(delivery_date), table, file, sheet or "", str(row), row_hash))
    number = int(hashlib.sha256(place.encode()).hexdigest()[:HASH_DIGITS], 16)
    return _grouped(_written(number, LETTERS) + _written(number % PRIME, CHECKS))


def read_codes(text: str) -> list[str]:
    """The codes that a cell holds, as `return_code` writes them; a word that is no code is left as it was typed."""
    words = re.split(r"[\s,;/]+", unicodedata.normalize("NFKC", text).upper())
    return [_grouped(plain) if len(plain := _plain(word)) == LETTERS + CHECKS else word for word in words if word]


def is_intact(code: str) -> bool:
    """Whether a code is one that can have been given: its checks agree with its letters."""
    plain = _plain(code)
    if len(plain) != LETTERS + CHECKS or not set(plain) <= set(ALPHABET):
        return False
    return _number(plain[:LETTERS]) % PRIME == _number(plain[LETTERS:])


def is_meant(text: str) -> bool:
    """Whether a cell holds a return code, be it one of which letters were mistyped, lost or doubled."""
    words = map(_plain, read_codes(text))
    return any(abs(len(word) - LETTERS - CHECKS) <= MISTYPED and word.isascii() and word.isalnum() for word in words)


def _plain(word: str) -> str:
    return re.sub(r"[-‐‑–—−_.]", "", word).translate(str.maketrans(MISREAD_FROM, MISREAD_TO))


def _grouped(plain: str) -> str:
    return "-".join(plain[i : i + 4] for i in range(0, len(plain), 4))


def _written(number: int, length: int) -> str:
    letters = ""
    for _ in range(length):
        number, rest = divmod(number, len(ALPHABET))
        letters = ALPHABET[rest] + letters
    return letters


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * len(ALPHABET) + ALPHABET.index(letter)
    return number
