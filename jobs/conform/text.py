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


def clean(text: Column) -> Column:
    """The text in NFC as far as Hangul goes, without blanks around it and marks that nobody sees."""
    return F.trim(F.when(is_ascii(text), text).otherwise(compose(F.translate(text, INVISIBLE, ""))), F.lit(BLANKS))


def narrow(text: Column) -> Column:
    """Full-width letters, digits and signs as ASCII."""
    return F.when(is_ascii(text), text).otherwise(F.translate(text, WIDE, NARROW))


def is_ascii(text: Column) -> Column:
    """True where no character takes more than a byte: the cheap test that spares most rows the rest."""
    return F.octet_length(text) == F.length(text)


LEAD, VOWEL, TAIL, SYLLABLE = 0x1100, 0x1161, 0x11A7, 0xAC00


def compose(text: Column) -> Column:
    """Hangul that macOS wrote decomposed (NFD), composed (Unicode 15, section 3.12); other text as it is.

    Spark has no NFC. Accented Latin letters stay decomposed.
    """
    has_jamo = text.rlike("[\u1100-\u1112][\u1161-\u1175]")
    composed = F.aggregate(F.split(text, ""), F.lit(""), _append)
    return F.when(has_jamo, composed).otherwise(text)


def _append(done: Column, char: Column) -> Column:
    last, code = F.ascii(F.right(done, F.lit(1))), F.ascii(char)
    is_vowel = code.between(VOWEL, VOWEL + 20) & last.between(LEAD, LEAD + 18)
    is_open = last.between(SYLLABLE, SYLLABLE + 11171) & ((last - SYLLABLE) % 28 == 0)
    is_tail = code.between(TAIL + 1, TAIL + 27) & is_open
    before = F.substring(done, F.lit(1), F.length(done) - 1)
    syllable = SYLLABLE + ((last - LEAD) * 21 + (code - VOWEL)) * 28
    return (
        F.when(is_vowel, F.concat(before, _character(syllable)))
        .when(is_tail, F.concat(before, _character(last + code - TAIL)))
        .otherwise(F.concat(done, char))
    )


def _character(code: Column) -> Column:
    """The character of a code point (Spark's `char` knows only the first 256)."""
    return F.decode(F.unhex(F.lpad(F.hex(code), 4, "0")), "UTF-16BE")


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
