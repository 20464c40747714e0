"""The large firm's archive, shaped like an extract of SAP PM tables: sixty years of a petrochemical complex.

Assets come in blocks, each drawn from its own random stream, so memory is bounded by a block whatever the scale.
What was recorded by the first delivery is in it; what was recorded in the month after is in the second, with every
joined row that it needs.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from jobs.sample import columns as c
from jobs.sample.dirt import ARCHIVE_DIRT, EVERY_ROW_IN, Dirt, Planted
from jobs.sample.dirt import table as dirt_table
from jobs.sample.duties import REQUIRED_SHARE, draw_duties
from jobs.sample.kinds import KINDS
from jobs.sample.laws import YEAR_D, Floats
from jobs.sample.lives import (
    CALENDAR,
    FAILURE,
    OBSERVED,
    UNOBSERVED,
    Assets,
    Ints,
    Spells,
    draw_assets,
    draw_spells,
    origin,
)
from jobs.sample.tables import TableFiles
from jobs.sample.truth import assets_table, lives_table

SOURCE = "complex_archive"
ASSETS_AT_SCALE_1 = 10_000
BLOCK = 5_000
LEAST_ASSETS = 200
ROWS_A_FILE = 1_000_000
UNITS = 113
TABLES = ("EQUI", "QMEL", "QMIH", "QMFE", "QMUR", "AUFK", "AFIH", "IMPTT", "IMRG")
KEYS = {"EQUI": "EQUNR", "AUFK": "AUFNR", "AFIH": "AUFNR", "IMPTT": "POINT", "IMRG": "MDOCM"}
"""The field that names a table's record; QMNUM for the others."""

FIRST_RECORDS = c.day_number(date(1966, 1, 1))
LAST_RECORDS_START = c.day_number(date(2016, 1, 1))
LAST_START = c.day_number(date(2026, 2, 20))
FIRST_READINGS = c.day_number(date(1985, 1, 1))
READING_EVERY_D = 3.8 * YEAR_D
SMALL_TROUBLES_A_YEAR = 0.005
PREVENTIVE_JOBS_A_YEAR = 0.025

ILART = ("A01", "A02", "A03", "P11", "P12", "P13", "P21", "P22")
"""Activity types: replaced, repaired or adjusted after a failure; replaced by the calendar, on a condition, for a
reason not written; inspected, serviced."""
REPLACED, REPAIRED, ADJUSTED, BY_CALENDAR, ON_CONDITION, NOT_SAID, INSPECTED, SERVICED = range(8)
JOB_TEXT = (
    "신품 교체",
    "수리 완료",
    "조정",
    "주기 교체",
    "상태 불량으로 교체",
    "예방 교체",
    "정기 점검",
    "윤활 및 청소",
)
USUAL_COST_KRW = (9.0e6, 1.6e6, 1.6e6, 9.0e6, 9.0e6, 9.0e6, 3.0e5, 3.0e5)
STOPPED, LEAKED, DEGRADED, HARMLESS = range(4)
VIBRATION_LIMIT_MM_S = 7.1
SYMPTOMS = [s for kind in KINDS for s in kind.symptoms]
FIRST_SYMPTOM = np.cumsum([0, *(len(kind.symptoms) for kind in KINDS)])

Progress = Callable[[str, int, int], None]
Columns = dict[str, pa.Array]


@dataclass(frozen=True)
class Block:
    """A block of assets: its number, what stands in it and what became of it."""

    number: int
    assets: Assets
    spells: Spells
    unit: Ints
    rng: np.random.Generator
    end: float

    @property
    def equnr(self) -> pa.Array:
        return c.padded(10_000_000 + self.number * BLOCK + np.arange(len(self.assets)), 18)

    def ids(self, first: int, n: int) -> NDArray[np.int64]:
        """Document numbers that no other block uses."""
        return first + self.number * 1_000_000 + np.arange(n)


def write_archive(
    inbox: Path, truth: TableFiles, scale: float, seed: int, deliveries: tuple[date, date], progress: Progress
) -> tuple[dict[str, int], Counter[str]]:
    """Write both deliveries and the truth; gives rows per table and how many rows were planted by expected fate."""
    n_assets = max(LEAST_ASSETS, round(ASSETS_AT_SCALE_1 * scale))
    n_blocks = -(-n_assets // BLOCK)
    units = _units(np.random.default_rng([seed, 0]))
    cut, end = c.day_number(deliveries[0]), c.day_number(deliveries[1]) + 1
    fates: Counter[str] = Counter()
    folders = [TableFiles(inbox / SOURCE / str(day), ROWS_A_FILE) for day in deliveries]
    with folders[0], folders[1]:
        for number in range(n_blocks):
            progress("archive", number, n_blocks)
            n = min(BLOCK, n_assets - number * BLOCK)
            block = _block(number, n, units, end, np.random.default_rng([seed, 1, number]))
            tags = pc.cast(pc.cast(block.equnr, pa.int64()), pa.string())
            truth.write("assets", assets_table(SOURCE, tags, block.assets, origin(block.assets, block.spells)))
            truth.write("lives", lives_table(SOURCE, tags, block.assets, block.spells))
            for delivery, files, tables in zip(deliveries, folders, _tables(block, cut), strict=True):
                planted = _write(files, tables, delivery, block.rng)
                truth.write("dirt", dirt_table(planted))
                fates.update(p.fate for p in planted)
    progress("archive", n_blocks, n_blocks)
    return {name: sum(files.rows[name] for files in folders) for name in TABLES}, fates


def _write(files: TableFiles, tables: dict[str, pa.Table], delivery: date, rng: np.random.Generator) -> list[Planted]:
    """Append a block's rows to a delivery; gives what was planted on them."""
    planted: list[Planted] = []
    for name, rows in tables.items():
        dirty, found = _plant(name, rows, rng)
        file, before = files.write(name, dirty)
        planted += [p._replace(delivery_date=delivery, file=file, row=before + p.row) for p in found]
    return planted


def _units(rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Start-up of each process unit, and the day from which its failures were recorded (up to twenty years later)."""
    spread = (np.arange(UNITS) + rng.random(UNITS)) / UNITS  # one unit in each slice, so seeds differ little in size
    started = c.day_number(date(1958, 1, 1)) + spread**1.3 * 57 * YEAR_D
    late = np.where(rng.random(UNITS) < 0.5, rng.uniform(0, 20, UNITS) * YEAR_D, 0.0)
    return started, np.clip(started + late, FIRST_RECORDS, LAST_RECORDS_START)


def _block(number: int, n: int, units: tuple[Floats, Floats], end: float, rng: np.random.Generator) -> Block:
    unit = rng.integers(0, UNITS, n)
    started, recorded = units[0][unit], units[1][unit]
    added_later = np.where(rng.random(n) < 0.4, rng.random(n) * (LAST_START - started), 0.0)
    assets = draw_assets("archive_share", np.floor(started + added_later), np.floor(recorded), rng)
    return Block(number, assets, draw_spells(assets, end, rng), unit, rng, end)


def _lag(n: int, rng: np.random.Generator) -> Floats:
    """Days from an event to its record: a day or two, one time in six weeks."""
    return np.floor(np.where(rng.random(n) < 0.83, rng.exponential(1.2, n), np.minimum(rng.exponential(14.0, n), 90)))


def _tables(block: Block, cut: float) -> tuple[dict[str, pa.Table], dict[str, pa.Table]]:
    """The rows of both deliveries by table: recorded by the cut, and after it."""
    first: dict[str, pa.Table] = {}
    second: dict[str, pa.Table] = {}

    def split(name: str, rows: Columns, recorded: Floats, again: NDArray[np.bool_] | None = None) -> None:
        table = pa.table(rows)
        is_late = recorded > cut
        first[name] = table.filter(pa.array(~is_late & (recorded < block.end)))
        second[name] = table.filter(pa.array((is_late & (recorded < block.end)) | (False if again is None else again)))

    equipment, made_on, is_corrected = _equipment(block, cut)
    notices, recorded, is_amended = _notifications(block, cut)
    orders = _orders(block, notices, recorded)
    points, readings, read_on, nominal = _readings(block)
    split("EQUI", equipment | _duties(block, nominal), made_on, is_corrected)
    for name, rows in notices.rows.items():
        split(name, rows, recorded, is_amended)
    _amend(second, "QMEL", "QMTXT", cut)
    _amend(second, "EQUI", "EQKTX", cut)
    for name, (rows, order_recorded) in orders.items():
        split(name, rows, order_recorded)
    split("IMRG", readings, read_on)
    for part in (first, second):
        part["IMPTT"] = points.filter(pc.is_in(points["POINT"], pc.unique(part["IMRG"]["POINT"])))
    return first, second


def _equipment(block: Block, cut: float) -> tuple[Columns, Floats, NDArray[np.bool_]]:
    """EQUI; the master data of a few are corrected in the second delivery."""
    assets, rng, n = block.assets, block.rng, len(block.assets)
    is_corrected = (rng.random(n) < 0.002) & (assets.observed_from <= cut)
    start = origin(assets, block.spells)
    words = [k.word for k in KINDS]
    model = c.whole(100.0 * (1 + assets.maker))
    makers = [m for k in KINDS for m in k.makers]
    services = [s for k in KINDS for s in k.services]
    first_maker = np.cumsum([0, *(len(k.makers) for k in KINDS)])
    first_service = np.cumsum([0, *(len(k.services) for k in KINDS)])
    rows = {
        "EQUNR": block.equnr,
        "EQKTX": c.spaced(c.words(words, assets.kind), c.whole(1000.0 + np.arange(n))),
        "EQART": c.words([k.code for k in KINDS], assets.kind),
        "HERST": c.words(makers, first_maker[assets.kind] + assets.maker),
        "TYPBZ": pc.binary_join_element_wise(c.words([k.prefix for k in KINDS], assets.kind), model, "-"),
        "SERGE": c.padded(rng.integers(1, 10**7, n), 8),
        "TPLNR": pc.binary_join_element_wise(c.constant("U", n), c.padded(1 + block.unit, 3), ""),
        "ZZMEDIUM": c.words(services, first_service[assets.kind] + assets.service),
        "ZZLOAD": c.decimals(assets.load_share, 2),
        "ABCKZ": c.words("ABC", rng.choice(3, size=n, p=[0.2, 0.5, 0.3])),
        "INBDT": c.sap_date(start),
        "BAUJJ": pc.utf8_slice_codeunits(c.sap_date(start), 0, 4),
        "ERDAT": c.sap_date(assets.observed_from),
    }  # fmt: skip
    return rows, assets.observed_from, is_corrected


def _duties(block: Block, nominal: Floats) -> Columns:
    """What EQUI says of spares, shutdowns, legal inspections and walls, in fields of the firm's own."""
    assets = block.assets
    duties = draw_duties(assets, block.end, block.rng.spawn(1)[0])
    has_wall = np.array([k.quantity == "wall_thickness_mm" for k in KINDS])[assets.kind]
    required = np.round(nominal * REQUIRED_SHARE, 1)
    return {
        "ZZSPARE": c.words("NY", duties.has_spare.astype(np.intp)),
        "ZZLEAD": c.whole(duties.lead_d.astype(np.float64)),
        "ZZSDONLY": c.words("NY", duties.is_shutdown_only.astype(np.intp)),
        "ZZLEGDT": c.sap_date(duties.legal_due),
        "ZZLEGTX": pa.array(duties.legal_basis, pa.string()),
        "ZZNOMWT": pc.if_else(pa.array(has_wall), c.decimals(nominal, 1), ""),
        "ZZMINWT": pc.if_else(pa.array(has_wall), c.decimals(required, 1), ""),
        "ZZCLASS": c.words(["", "1", "2", "3", "4"], duties.piping_class),
    }  # fmt: skip


@dataclass(frozen=True)
class Notices:
    """Malfunction notifications: failures first, then small troubles; with the rows of their four tables."""

    asset: Ints
    time: Floats
    impact: Ints
    is_renewed: NDArray[np.bool_]
    symptom: Ints
    down_h: Floats
    qmnum: pa.Array
    rows: dict[str, Columns]


def _notifications(block: Block, cut: float) -> tuple[Notices, Floats, NDArray[np.bool_]]:
    """Notifications, the day each was recorded, and which are amended in the second delivery."""
    assets, spells, rng = block.assets, block.spells, block.rng
    failed = np.flatnonzero((spells.ended_by == FAILURE) & spells.is_seen(assets))
    rate = SMALL_TROUBLES_A_YEAR * np.sqrt(assets.hazard.frailty)
    small, small_time = _at_random(block, rate)
    asset = np.concatenate([spells.asset[failed], small])
    time = np.concatenate([spells.ended[failed], small_time])
    n = len(asset)
    is_failure = np.arange(n) < len(failed)
    kind = assets.kind[asset]
    count = np.diff(FIRST_SYMPTOM)[kind]
    symptom = FIRST_SYMPTOM[kind] + (rng.random(n) ** 1.3 * count).astype(np.intp)
    is_leak = np.array([s.is_leak for s in SYMPTOMS])[symptom]
    impact = np.where(is_failure, np.where(is_leak, LEAKED, STOPPED), np.where(rng.random(n) < 0.6, DEGRADED, HARMLESS))
    down_h: Floats = np.round(np.where(is_failure, np.clip(rng.lognormal(2.0, 0.8, n), 0.5, 40.0), 0.0), 1)
    is_renewed = np.concatenate([spells.is_renewed[failed], np.zeros(len(small), dtype=bool)])
    recorded = np.floor(time) + _lag(n, rng)
    qmnum = c.padded(block.ids(100_000_000, n), 12)
    equnr = block.equnr.take(pa.array(asset))
    ended = np.where(is_failure, time + down_h / 24, np.nan)
    texts = c.spaced(c.words([s.text for s in SYMPTOMS], symptom), c.words(REMARKS, rng.integers(0, len(REMARKS), n)))
    rows = {
        "QMEL": {
            "QMNUM": qmnum, "QMART": c.constant("M2", n), "QMTXT": texts, "PRIOK": c.words("1234", impact),
            "QMDAT": c.sap_date(time), "ERDAT": c.sap_date(recorded), "STRMN": c.sap_date(time),
            "LTRMN": c.sap_date(time + 7), "AUSWK": c.words("1234", impact),
            "AUFNR": c.padded(block.ids(400_000_000, n), 12),
        },
        "QMIH": {
            "QMNUM": qmnum, "EQUNR": equnr, "AUSVN": c.sap_date(time), "AUZTV": c.sap_time(time),
            "AUSBS": c.sap_date(ended), "AUZTB": c.sap_time(np.nan_to_num(ended)),
            "MSAUS": c.words(["X", ""], np.where(impact == STOPPED, 0, 1)), "EAUSZT": c.decimals(down_h, 1),
        },
        "QMFE": {
            "QMNUM": qmnum, "FENUM": c.constant("0001", n), "OTGRP": c.words([k.code for k in KINDS], kind),
            "OTEIL": c.words([s.subunit for s in SYMPTOMS], symptom), "FEGRP": c.constant("ISO14224", n),
            "FECOD": c.words([s.mode for s in SYMPTOMS], symptom),
        },
        "QMUR": {
            "QMNUM": qmnum, "URNUM": c.constant("0001", n), "URGRP": c.constant("B2", n),
            "URCOD": c.words([MECHANISM_CODES[s.mechanism] for s in SYMPTOMS], symptom),
        },
    }  # fmt: skip
    is_amended = (recorded > cut - YEAR_D) & (recorded <= cut) & (rng.random(n) < 0.01)
    return Notices(asset, time, impact, is_renewed, symptom, down_h, qmnum, rows), recorded, is_amended


REMARKS = ("", "발견", "조치 요망", "재발", "운전원 신고", "순찰 중 확인")
MECHANISM_CODES = {
    "leakage": "1.1", "vibration": "1.2", "corrosion": "2.2", "erosion": "2.3", "wear": "2.4", "breakage": "2.5",
    "fatigue": "2.6", "overheating": "2.7", "other": "6.0",
}  # fmt: skip
"""ISO 14224 table B.2."""


def _amend(second: dict[str, pa.Table], name: str, field: str, cut: float) -> None:
    """What was recorded before the first delivery and comes again comes as a new version: its text is amended."""
    table = second[name]
    is_old = pc.less_equal(table["ERDAT"], c.sap_date(np.array([cut]))[0])
    text = pc.if_else(is_old, c.spaced(table[field], c.constant("(보완)", len(table))), table[field])
    second[name] = table.set_column(table.schema.get_field_index(field), field, text)


def _at_random(block: Block, a_year: Floats) -> tuple[Ints, Floats]:
    """Assets and moments of events that come at a constant rate while the asset is observed."""
    assets, rng = block.assets, block.rng
    span = np.maximum(block.end - assets.observed_from, 0.0)
    asset = np.repeat(np.arange(len(assets)), rng.poisson(a_year * span / YEAR_D))
    return asset, assets.observed_from[asset] + rng.random(len(asset)) * span[asset]


def _orders(block: Block, notices: Notices, noticed: Floats) -> dict[str, tuple[Columns, Floats]]:
    """AUFK and AFIH: one corrective order per notification, then preventive replacements, then routine jobs."""
    assets, spells, rng = block.assets, block.spells, block.rng
    planned = np.flatnonzero(np.isin(spells.ended_by, (CALENDAR, OBSERVED, UNOBSERVED)) & spells.is_seen(assets))
    routine, routine_time = _at_random(block, np.full(len(assets), PREVENTIVE_JOBS_A_YEAR))
    by = {CALENDAR: BY_CALENDAR, OBSERVED: ON_CONDITION, UNOBSERVED: NOT_SAID}
    corrective = np.where(notices.impact > LEAKED, ADJUSTED, np.where(notices.is_renewed, REPLACED, REPAIRED))
    preventive = np.array([by[e] for e in spells.ended_by[planned]], dtype=np.intp)
    activity = np.concatenate([corrective, preventive, np.where(rng.random(len(routine)) < 0.6, INSPECTED, SERVICED)])
    asset = np.concatenate([notices.asset, spells.asset[planned], routine])
    time = np.concatenate([notices.time + notices.down_h / 24, spells.ended[planned], routine_time])
    n, n_notices = len(asset), len(notices.asset)
    is_corrective = np.arange(n) < n_notices
    recorded = np.floor(time) + _lag(n, rng)
    recorded[:n_notices] = np.maximum(noticed, np.floor(time[:n_notices]))
    cost = np.round(np.array(USUAL_COST_KRW)[activity] * rng.lognormal(0.0, 0.6, n), -3)
    aufnr = c.padded(block.ids(400_000_000, n), 12)
    qmnum = pa.concat_arrays([notices.qmnum, c.constant("", n - n_notices)])
    plan = c.words(["", "WP01"], np.where(np.isin(activity, (BY_CALENDAR, INSPECTED, SERVICED)), 1, 0))
    aufk = {
        "AUFNR": aufnr, "AUART": c.words(["PM01", "PM02"], np.where(is_corrective, 0, 1)),
        "KTEXT": c.spaced(c.words([k.word for k in KINDS], assets.kind[asset]), c.words(JOB_TEXT, activity)),
        "ERDAT": c.sap_date(recorded), "IDAT2": c.sap_date(time), "USER4": c.whole(cost),
        "OBJNR": pc.binary_join_element_wise(c.constant("OR", n), aufnr, ""),
    }  # fmt: skip
    afih = {
        "AUFNR": aufnr, "EQUNR": block.equnr.take(pa.array(asset)), "QMNUM": qmnum, "ILART": c.words(ILART, activity),
        "WARPL": plan, "PRIOK": c.words("1234", np.where(is_corrective, 0, 3)),
    }  # fmt: skip
    return {"AUFK": (aufk, recorded), "AFIH": (afih, recorded)}


def _readings(block: Block) -> tuple[pa.Table, Columns, Floats, Floats]:
    """IMPTT, IMRG, the day each reading was recorded, and each asset's nominal wall.

    A reading worsens with the share of its life that the unit has behind it; a finding that led to a replacement lies
    beyond the limit (7.1 mm/s; two thirds of the nominal wall).
    """
    assets, spells, rng = block.assets, block.spells, block.rng
    monitored = np.flatnonzero(assets.is_monitored)
    since = np.maximum(assets.observed_from[monitored], FIRST_READINGS)
    count = np.ceil(np.maximum(block.end - since, 0) / READING_EVERY_D).astype(np.int64)
    step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    regular_time = np.repeat(since, count) + (step + rng.random(len(step))) * READING_EVERY_D
    is_past = regular_time < block.end
    regular, regular_time = np.repeat(monitored, count)[is_past], regular_time[is_past]
    found = np.flatnonzero((spells.ended_by == OBSERVED) & spells.is_seen(assets))
    found_time = np.maximum(spells.ended[found] - rng.uniform(0, 1.5, len(found)), spells.started[found])
    asset, time = np.concatenate([regular, spells.asset[found]]), np.concatenate([regular_time, found_time])
    n = len(asset)
    is_finding = np.arange(n) >= len(regular)
    spell = spells.at(asset, time)
    lived = np.clip((spells.entered_d[spell] + time - spells.started[spell]) / spells.life_d[spell], 0, 1)
    vibrates = np.array([k.quantity == "vibration_mm_s" for k in KINDS])[assets.kind]
    usual = rng.lognormal(0.9, 0.2, len(assets))[asset] * (1 + lived**4) * rng.lognormal(0, 0.08, n)
    vibration = np.where(is_finding, VIBRATION_LIMIT_MM_S * rng.uniform(1.0, 1.3, n), usual)
    nominal: Floats = np.round(rng.uniform(6, 20, len(assets)), 1)
    wall = nominal[asset] * np.where(
        is_finding, rng.uniform(0.62, 0.66, n), (1 - 0.33 * lived) * rng.normal(1, 0.005, n)
    )
    is_vibration = vibrates[asset].astype(np.intp)
    value: Floats = np.round(np.where(is_vibration, vibration, wall), 2)
    recorded = np.floor(time) + np.where(is_finding, 0, _lag(n, rng))
    point_id = c.padded(10_000_000 + block.number * BLOCK + np.arange(len(assets)), 12)
    quantity, at = vibrates[monitored].astype(np.intp), pa.array(monitored)
    points = pa.table(
        {
            "POINT": point_id.take(at),
            "MPOBJ": pc.binary_join_element_wise(c.constant("IE", len(monitored)), block.equnr.take(at), ""),
            "EQUNR": block.equnr.take(at),
            "ATINN": c.words(["0000000102", "0000000101"], quantity),
            "PTTXT": c.words(["두께 측정점", "진동 측정점"], quantity),
        }
    )
    rows = {
        "MDOCM": c.padded(block.ids(1_000_000_000, n), 20), "POINT": point_id.take(pa.array(asset)),
        "IDATE": c.sap_date(time), "ITIME": c.sap_time(time), "RECDV": c.decimals(value, 2),
        "RECDU": c.words(["MM", "MMS"], is_vibration), "READG": c.decimals(value / 1000, 5),
        "READR": c.constant("X", n), "MDTXT": c.words(["", "기준 초과, 교체 요청"], is_finding.astype(np.intp)),
        "ERDAT": c.sap_date(recorded), "LVORM": c.constant("", n),
    }  # fmt: skip
    return points, rows, recorded, nominal


def _plant(name: str, table: pa.Table, rng: np.random.Generator) -> tuple[pa.Table, list[Planted]]:
    """The table with its dirt, and what was planted; `row` counts from 1 within the table.

    Rows of joined tables stand in the same order, so each table spoils other places: a record has one piece of dirt.
    """
    kinds = [d for d in ARCHIVE_DIRT if d.column.split(".")[0] == name]
    places = np.arange(TABLES.index(name), len(table), len(TABLES))
    n = min(round(len(table) / EVERY_ROW_IN), len(places))
    if not kinds or not n:
        return table, []
    at = np.sort(rng.choice(places, size=n, replace=False))
    which = rng.permutation((np.arange(n) + rng.integers(len(kinds))) % len(kinds))
    planted: list[Planted] = []
    for i, dirt in enumerate(kinds):
        chosen = at[which == i]
        if not len(chosen):
            continue
        if dirt.spoil:
            table, found = _spoil_cells(name, table, chosen, dirt)
        else:
            table, found = _add_rows(name, table, chosen, dirt)
        planted += found
    return table, planted


def _planted(name: str, row: int, heading: str, dirt: Dirt, clean: str, dirty: str, key: str) -> Planted:
    return Planted(SOURCE, date.min, name, "", None, row, heading, dirt.kind, clean, dirty, dirt.fate, key)


def _spoil_cells(name: str, table: pa.Table, at: Ints, dirt: Dirt) -> tuple[pa.Table, list[Planted]]:
    assert dirt.spoil
    field = dirt.column.split(".")[1]
    position = table.schema.get_field_index(field)
    clean = table[field].take(pa.array(at)).to_pylist()
    dirty = [dirt.spoil(text) for text in clean]
    keys = table[KEYS.get(name, "QMNUM")].take(pa.array(at)).to_pylist()
    mask = np.zeros(len(table), dtype=bool)
    mask[at] = True
    spoiled = pc.replace_with_mask(table[field].combine_chunks(), pa.array(mask), pa.array(dirty, pa.string()))
    planted = [
        _planted(name, row + 1, field, dirt, *cells)
        for row, *cells in zip(at.tolist(), clean, dirty, keys, strict=True)
    ]
    return table.set_column(position, field, spoiled), planted


def _add_rows(name: str, table: pa.Table, at: Ints, dirt: Dirt) -> tuple[pa.Table, list[Planted]]:
    """Rows added at the end: the same again (a duplicate, a second match), or one whose notification nobody knows."""
    more = table.take(pa.array(at))
    key = KEYS.get(name, "QMNUM")
    clean = more[key].to_pylist()
    dirty = [f"9{text[1:]}" for text in clean] if dirt.kind == "orphan" else clean
    more = more.set_column(more.schema.get_field_index(key), key, pa.array(dirty, pa.string()))
    pairs = enumerate(zip(clean, dirty, strict=True), start=len(table) + 1)
    planted = [_planted(name, row, key, dirt, was, now, now) for row, (was, now) in pairs]
    return pa.concat_tables([table, more]).combine_chunks(), planted
