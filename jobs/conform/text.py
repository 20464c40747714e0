"""Text as people type it: Unicode forms, blanks, words that say "nothing"."""

from collections.abc import Sequence

from pyspark.sql import Column
from pyspark.sql import functions as F

NOTHING = ("해당없음", "해당 없음", "없음", "미상", "-", "--", "N/A", "#N/A")
"""Words for "nothing to say here"."""

WIDE = "".join(chr(c) for c in range(0xFF01, 0xFF5F)) + "\u3000\u00a0\u2212\u2013\u2014"
NARROW = "".join(chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)) + "  ---"
"""Full-width characters, blanks and dashes, and what they stand for; the part of NFKC that digits and codes need."""

INVISIBLE = "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\x00\x1f"
"""Zero-width and direction marks, which no reader sees."""

BLANKS = " \t\r\n\u00a0\u3000"


def nothing_as_null(text: Column, nothing: Sequence[str]) -> Column:
    """The text, or null where it is empty or says nothing; case does not matter."""
    words = sorted({word.upper() for word in nothing} | {""})
    return F.when(F.upper(narrow(text)).isin(*words), F.lit(None)).otherwise(text)


def clean(column: str) -> Column:
    """A column's text in NFC as far as Hangul goes, without blanks around it and marks that nobody sees."""
    visible = f"translate({column}, {literal(INVISIBLE)}, '')"
    cleaned = f"CASE WHEN octet_length({column}) = length({column}) THEN {column} ELSE {_composed(visible)} END"
    return F.expr(f"trim(BOTH {literal(BLANKS)} FROM {cleaned})")


def narrow(text: Column) -> Column:
    """Full-width letters, digits and signs as ASCII."""
    return F.when(is_ascii(text), text).otherwise(F.translate(text, WIDE, NARROW))


def is_ascii(text: Column) -> Column:
    """True where no character takes more than a byte: the cheap test that spares most rows the rest."""
    return F.octet_length(text) == F.length(text)


LEAD, VOWEL, TAIL, SYLLABLE = 0x1100, 0x1161, 0x11A7, 0xAC00


def compose(column: str) -> Column:
    """Hangul that macOS wrote decomposed (NFD), composed (Unicode 15, section 3.12); other text as it is.

    Spark has no NFC. Accented Latin letters stay decomposed. It is SQL because each lambda that Python builds costs 20 ms.
    """
    return F.expr(_composed(column))


def _composed(text: str) -> str:
    code, last = "ascii(char)", "ascii(right(done, 1))"
    before = "left(done, length(done) - 1)"
    syllable = f"{SYLLABLE} + (({last} - {LEAD}) * 21 + {code} - {VOWEL}) * 28"
    is_vowel = f"{code} BETWEEN {VOWEL} AND {VOWEL + 20} AND {last} BETWEEN {LEAD} AND {LEAD + 18}"
    is_open = f"{last} BETWEEN {SYLLABLE} AND {SYLLABLE + 11171} AND ({last} - {SYLLABLE}) % 28 = 0"
    is_tail = f"{code} BETWEEN {TAIL + 1} AND {TAIL + 27} AND {is_open}"
    joined = (
        f"CASE WHEN {is_vowel} THEN concat({before}, {_character(syllable)}) "
        f"WHEN {is_tail} THEN concat({before}, {_character(f'{last} + {code} - {TAIL}')}) ELSE concat(done, char) END"
    )
    has_jamo = f"{text} RLIKE '[\u1100-\u1112][\u1161-\u1175]'"
    return f"CASE WHEN {has_jamo} THEN aggregate(split({text}, ''), '', (done, char) -> {joined}) ELSE {text} END"


def _character(code: str) -> str:
    """The character of a code point (Spark's `char` knows only the first 256)."""
    return f"decode(unhex(lpad(hex({code}), 4, '0')), 'UTF-16BE')"


def literal(text: str) -> str:
    """A text as Spark's SQL wants it."""
    return "'" + "".join(f"\\u{ord(char):04x}" for char in text) + "'"


def parts(text: Column, pattern: str, count: int) -> Column:
    """The groups of a pattern that matches the whole text, as an array, from one run of the expression.

    Read it with `groups`. Where the pattern does not match, the array has no place for any group.
    """
    return F.split(
        F.regexp_replace(text, f"^(?:{pattern})$", "".join(f"\x1f${i}" for i in range(1, count + 1))), "\x1f"
    )


def groups(found: Column, count: int) -> list[Column]:
    """The groups that `parts` found: each "" where it took no part, null where the pattern does not match."""
    return [F.get(found, F.lit(i)) for i in range(1, count + 1)]
