"""The dirt that is planted, from a list, and what must become of each kind.

Fates: `quarantined` (the row is refused with a reason), `repaired` (the cell reads as the clean value), `warned` (the
row stands, the code is lost and counted), `set_aside` (the row is no data), `accepted` (the row stands as it is).
"""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import pyarrow as pa


class Planted(NamedTuple):
    """A planted cell or row: where it stands, what it should have said, and its expected fate.

    `row` counts from 1 as a person does (the heading included; a Parquet file has none). `key` is the record's id.
    """

    source: str
    delivery_date: date
    table: str
    file: str
    sheet: str | None
    row: int
    heading: str
    kind: str
    clean: str
    dirty: str
    fate: str
    key: str


ARROW = {date: pa.date32(), int: pa.int64()}
SCHEMA = pa.schema([(name, ARROW.get(kind, pa.string())) for name, kind in Planted.__annotations__.items()])


def full_width(text: str) -> str:
    """Digits and Latin letters as a Korean keyboard types them in full width."""
    return "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c for c in text)


def decomposed(text: str) -> str:
    """Hangul as macOS writes it (NFD)."""
    return unicodedata.normalize("NFD", text)


def other_spelling(tag: str) -> str:
    """P-101A as P 101 A."""
    prefix, number = tag.split("-")
    return f"{prefix} {number[:-1]} {number[-1]}"


@dataclass(frozen=True)
class Dirt:
    """A kind of dirt: the columns it can befall, how it changes a cell, and its fate.

    `column` is canonical (`equipment_tag`) for firms and a field (`QMIH.AUSVN`) for the archive. Kinds without `spoil`
    depend on more than the cell (the row's day), or concern the whole row.
    """

    kind: str
    fate: str
    column: str = ""
    spoil: Callable[[str], str] | None = None


LOG_DIRT = (
    Dirt("impossible_date", "quarantined", "occurred", lambda _: "2023-02-30"),
    Dirt("unreadable_date", "quarantined", "occurred", lambda _: "작년 여름"),
    Dirt("missing_tag", "quarantined", "equipment_tag", lambda _: ""),
    Dirt("missing_key", "quarantined", "maintenance_id", lambda _: ""),
    Dirt("unreadable_number", "quarantined", "downtime_h", lambda _: "반나절쯤"),
    Dirt("unreadable_number", "quarantined", "cost_krw", lambda _: "견적중"),
    Dirt("negative_downtime", "quarantined", "downtime_h", lambda _: "-3"),
    Dirt("future_date", "quarantined", "occurred", lambda _: "2035-04-01"),
    Dirt("unknown_code", "warned", "activity", lambda _: "정리정돈(특별)"),
    Dirt("trailing_blank", "repaired", "equipment_tag", lambda tag: f"{tag}  "),
    Dirt("full_width", "repaired", "equipment_tag", full_width),
    Dirt("lower_case", "repaired", "equipment_tag", str.lower),
    Dirt("other_spelling", "repaired", "equipment_tag", other_spelling),
    Dirt("full_width", "repaired", "cost_krw", full_width),
    Dirt("decomposed", "repaired", "category", decomposed),
    Dirt("nothing_word", "accepted", "cost_krw", lambda _: "-"),
    Dirt("month_precision", "accepted", "occurred"),
    Dirt("duplicate_row", "accepted"),
    Dirt("subtotal_row", "set_aside"),
    Dirt("blank_row", "set_aside"),
)
"""What befalls the maintenance logs of small firms."""

REGISTER_DIRT = (
    Dirt("impossible_date", "quarantined", "commissioned_on", lambda _: "2019-11-31"),
    Dirt("missing_tag", "quarantined", "equipment_tag", lambda _: ""),
    Dirt("trailing_blank", "repaired", "equipment_tag", lambda tag: f" {tag} "),
    Dirt("lower_case", "repaired", "equipment_tag", str.lower),
    Dirt("unknown_code", "warned", "equipment_class", lambda _: "기타설비(확인요)"),
    Dirt("decomposed", "repaired", "equipment_class", decomposed),
)
"""What befalls their equipment registers."""

ARCHIVE_DIRT = (
    Dirt("impossible_date", "quarantined", "EQUI.INBDT", lambda _: "19830230"),
    Dirt("unknown_code", "warned", "EQUI.EQART", lambda _: "ZZ9"),
    Dirt("trailing_blank", "repaired", "EQUI.HERST", lambda maker: f"{maker}  "),
    Dirt("impossible_date", "quarantined", "QMEL.ERDAT", lambda _: "20150431"),
    Dirt("unknown_code", "warned", "QMEL.AUSWK", lambda _: "9"),
    Dirt("duplicate_row", "accepted", "QMEL"),
    Dirt("missing_tag", "quarantined", "QMIH.EQUNR", lambda _: ""),
    Dirt("impossible_date", "quarantined", "QMIH.AUSVN", lambda _: "20210230"),
    Dirt("future_date", "quarantined", "QMIH.AUSVN", lambda _: "20350401"),
    Dirt("negative_downtime", "quarantined", "QMIH.EAUSZT", lambda _: "-3"),
    Dirt("unreadable_number", "quarantined", "QMIH.EAUSZT", lambda hours: f"약 {hours} 정도"),
    Dirt("unknown_code", "warned", "QMFE.FECOD", lambda _: "XX9"),
    Dirt("orphan", "quarantined", "QMFE"),
    Dirt("second_match", "quarantined", "QMUR"),
    Dirt("impossible_date", "quarantined", "AUFK.IDAT2", lambda _: "20190631"),
    Dirt("unreadable_number", "quarantined", "AUFK.USER4", lambda _: "견적중"),
    Dirt("full_width", "repaired", "AUFK.USER4", full_width),
    Dirt("unknown_code", "warned", "AFIH.ILART", lambda _: "X99"),
    Dirt("missing_tag", "quarantined", "AFIH.EQUNR", lambda _: ""),
    Dirt("missing_key", "quarantined", "IMRG.MDOCM", lambda _: ""),
    Dirt("impossible_date", "quarantined", "IMRG.IDATE", lambda _: "20000231"),
    Dirt("unreadable_number", "quarantined", "IMRG.RECDV", lambda _: "측정불가"),
    Dirt("full_width", "repaired", "IMRG.RECDV", full_width),
    Dirt("duplicate_row", "accepted", "IMRG"),
)
"""What befalls the archive; a joined table's dirt decides the fate of the record that it is joined to."""

EVERY_ROW_IN = 100
"""One row in so many is planted with dirt."""


def table(planted: Sequence[Planted]) -> pa.Table:
    """What was planted, as the truth keeps it."""
    return pa.Table.from_pylist([p._asdict() for p in planted], schema=SCHEMA)
