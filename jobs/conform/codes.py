"""The source's codes → the lake's codes."""

import unicodedata
from collections.abc import Iterable, Mapping

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.conform.text import narrow


def code_key(text: Column) -> Column:
    """A code as it is compared: without regard to width, case and doubled blanks."""
    return F.upper(F.regexp_replace(narrow(text), r"\s+", " "))


def mapped(key: Column, codes: Mapping[str, str | None], default: str | None) -> Column:
    """The canonical code of a `code_key`; `default` for none and for one without a mapping. A mapping to null is one."""
    table = _table(codes)
    known = F.map_contains_key(table, key)
    return F.when(known, F.try_element_at(table, key)).otherwise(F.lit(default).cast("string"))


def is_unmapped(key: Column, codes: Mapping[str, str | None]) -> Column:
    """True where there is a code, and the map does not know it."""
    return key.isNotNull() & ~F.map_contains_key(_table(codes), key)


def is_among(key: Column, words: Iterable[str]) -> Column:
    """True where a `code_key` is that of one of the words; false where there is none."""
    keys = {" ".join(unicodedata.normalize("NFKC", word).upper().split()) for word in words}
    return F.coalesce(key.isin(*sorted(keys)), F.lit(False))


def _table(codes: Mapping[str, str | None]) -> Column:
    pairs = {" ".join(code.upper().split()): meaning for code, meaning in codes.items()}
    return F.create_map(*[F.lit(part).cast("string") for pair in pairs.items() for part in pair])
