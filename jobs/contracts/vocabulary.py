"""How near a firm's word comes to the lake's columns and codes: the words of `jobs.contracts.words`, compared.

Words are compared without regard to width, case, blanks and signs.
"""

import difflib
import re
import unicodedata
from functools import cache
from itertools import permutations

from jobs.contracts.words import CODES, HEADINGS, LESS_SURE, STRONGEST_FIRST

LONGEST_CODE = 5
"""Names of so few letters are codes (AEDAT): the likeness of two (ERDAT) says nothing."""
HEAD_NOUNS = ("equipment_class",)
"""Columns whose words are compounds that their last part tells: 이송펌프 is a 펌프."""


def squeezed(word: str) -> str:
    """A word as it is compared: NFKC, small letters, without blanks and signs."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", word).casefold())


def parts(heading: str) -> list[str]:
    """The words of a heading: cut at blanks, signs and where a capital begins (BscStartDate)."""
    cut = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", unicodedata.normalize("NFKC", heading))
    return [squeezed(part) for part in re.split(r"[\W_]+", cut) if part]


def split_unit(heading: str) -> tuple[str, str]:
    """비용(천원) → 비용, 천원: the name and what stands in brackets behind it."""
    found = re.fullmatch(r"\s*(.+?)\s*[(\[（]\s*([^()\[\]（）]+?)\s*[)\]）]\s*", unicodedata.normalize("NFC", heading))
    return (found[1], found[2]) if found else (heading, "")


@cache
def _headings(table: str, column: str) -> tuple[str, ...]:
    return tuple(HEADINGS[table].get(column, "").split())


@cache
def _all_headings(table: str) -> frozenset[str]:
    return frozenset(word for words in HEADINGS[table].values() for word in words.split())


@cache
def names_a_column(heading: str, table: str) -> float:
    """How much a text looks like a heading of a table (0..1), whatever the column: a quick look at many cells."""
    known = _all_headings(table)
    words = parts(split_unit(heading)[0])
    if "".join(words) in known:
        return 1.0
    if 1 < len(words) <= 3 and any("".join(order) in known for order in permutations(words)):
        return 0.95
    if len(words) > 1 and words[-1] in known:
        return 0.7
    return 0.4 if any(word in known for word in words) else 0.0


@cache
def heading_score(heading: str, table: str, column: str) -> tuple[float, str]:
    """How surely a heading names a column (0..1), and the known word that says so."""
    known = _headings(table, column)
    name, bracket = split_unit(heading)
    return max((_score(text, known, column) for text in (name, bracket, heading) if text), default=(0.0, ""))


def _score(heading: str, known: tuple[str, ...], column: str) -> tuple[float, str]:
    words = parts(heading)
    whole = "".join(words)
    if not whole:
        return 0.0, ""
    if whole in known:
        return LESS_SURE.get((column, whole), 1.0), whole
    if 1 < len(words) <= 3:
        for order in permutations(words):
            if (turned := "".join(order)) in known:
                return 0.95 * LESS_SURE.get((column, turned), 1.0), turned
    best = (0.0, "")
    for word in known:
        is_last = whole.endswith(word) and (not word.isascii() or word in words or word == "".join(words[-2:]))
        if len(word) > 1 and (is_last or word in words):
            most, share = (0.5, 0.4) if is_last else (0.35, 0.35)
            score = (most + share * len(word) / len(whole)) * LESS_SURE.get((column, word), 1.0)
            best = max(best, (score, word))
    is_code = whole.isascii() and len(whole) <= LONGEST_CODE
    near = [] if is_code else difflib.get_close_matches(whole, known, n=1, cutoff=0.8)
    return max(best, (0.5, near[0])) if near else best


@cache
def _codes(column: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for code, words in CODES.get(column, {}).items():
        for word in (*words.split(", "), code):
            found.setdefault(squeezed(word), code)
    return found


def code_of(column: str, word: str) -> str | None:
    """The canonical code that a firm's word means; of a word made of several (교체/점검), the strongest."""
    known = _codes(column)
    if (whole := squeezed(word)) in known:
        return known[whole]
    pieces = [known.get(squeezed(piece)) for piece in re.split(r"[_/,+&·]", word) if squeezed(piece)]
    if len(pieces) < 2 or None in pieces:
        return _code_of_last_part(column, whole) if len(pieces) < 2 else None
    if column == "activity":
        return min((piece for piece in pieces if piece), key=STRONGEST_FIRST.index)
    return pieces[0] if len(set(pieces)) == 1 else None


def _code_of_last_part(column: str, whole: str) -> str | None:
    """The code of the longest known word that a compound ends with, where the column's words are compounds."""
    if column not in HEAD_NOUNS:
        return None
    known = [word for word in _codes(column) if whole.endswith(word) and len(word) > (2 if word.isascii() else 1)]
    return _codes(column)[max(known, key=len)] if known else None


def plainest_words(column: str) -> dict[str, str]:
    """Canonical code -> the plainest Korean word for it."""
    return {code: words.split(", ")[0] for code, words in CODES.get(column, {}).items()}
