"""Korean as sentences need it."""

import re
import unicodedata

CLOSED = tuple("013678LMNR")
"""Digits and letters whose Korean names end in a consonant."""


def with_particle(word: str, after_consonant: str, after_vowel: str) -> str:
    """The word with the particle that its last sound takes: ‘작업일’은, ‘설비번호’는."""
    last = re.sub(r"[^0-9A-Z가-힣]", "", unicodedata.normalize("NFC", word).upper())[-1:]
    closed = (ord(last) - ord("가")) % 28 > 0 if "가" <= last <= "힣" else last in CLOSED
    return word + (after_consonant if closed else after_vowel)
