"""The source's codes → the lake's codes."""

from collections.abc import Mapping

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.conform.text import WIDE, NARROW


def mapped(text: Column, codes: Mapping[str, str | None], default: str | None) -> Column:
    """The canonical code; `default` for no text and for a code without a mapping. A mapping to null is one."""
    key, table = _key(text), _table(codes)
    known = F.map_contains_key(table, key)
    return F.when(known, F.try_element_at(table, key)).otherwise(F.lit(default).cast("string"))


def is_unmapped(text: Column, codes: Mapping[str, str | None]) -> Column:
    """True where there is a code, and the map does not know it."""
    return text.isNotNull() & ~F.map_contains_key(_table(codes), _key(text))


def _key(text: Column) -> Column:
    """A code as it is compared: without regard to width, case and doubled blanks."""
    return F.upper(F.regexp_replace(F.translate(text, WIDE, NARROW), r"\s+", " "))


def _table(codes: Mapping[str, str | None]) -> Column:
    pairs = {" ".join(code.upper().split()): meaning for code, meaning in codes.items()}
    return F.create_map(*[F.lit(part).cast("string") for pair in pairs.items() for part in pair])
