"""The small firms: who they are, what stands in their plants, and the log and register that they hand in."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from jobs.sample import columns as c
from jobs.sample.dialects import FORMAL, KONGLISH, NATIVE, Dialect, Row, Sheet, sheets, subtotal, write
from jobs.sample.dirt import EVERY_ROW_IN, LOG_DIRT, REGISTER_DIRT, Dirt, Planted
from jobs.sample.dirt import table as dirt_table
from jobs.sample.duties import Duties, draw_duties, register_cells
from jobs.sample.kinds import KINDS
from jobs.sample.laws import YEAR_D
from jobs.sample.lives import (
    CALENDAR,
    END,
    FAILURE,
    OBSERVED,
    UNOBSERVED,
    Assets,
    Spells,
    draw_assets,
    draw_spells,
    origin,
)
from jobs.sample.tables import TableFiles
from jobs.sample.truth import assets_table, lives_table

SMALL_TROUBLES_A_YEAR = 0.05
ROUTINE_EVERY_D = 600.0
OLDEST_D = 12 * YEAR_D
LOG_DIRT_AT_LEAST, REGISTER_DIRT_AT_LEAST = 4, 2

PLAIN_LOG = {
    "maintenance_id": "작업번호", "equipment_tag": "설비번호", "description": "설비명", "occurred": "작업일",
    "recorded_on": "등록일", "category": "구분", "activity": "작업내용", "preventive_basis": "근거", "impact": "영향",
    "subunit": "부위", "downtime_h": "정지시간", "man_hours_h": "작업공수", "cost_krw": "비용", "text": "비고",
}  # fmt: skip
GROUPED_LOG = {
    "maintenance_id": "작업번호", "equipment_tag": "설비 번호", "description": "설비 명칭", "occurred": "작업 일자",
    "category": "작업 구분", "activity": "작업 내용", "preventive_basis": "작업 근거", "impact": "영향",
    "subunit": "부위", "downtime_h": "시간 정지", "man_hours_h": "시간 공수", "cost_krw": "비용(천원)",
    "recorded_on": "등록일", "text": "특이사항",
}  # fmt: skip
OTHER_LOG = {
    "occurred": "일자", "maintenance_id": "No", "equipment_tag": "Tag", "description": "기기명",
    "category": "정비구분", "impact": "고장영향", "activity": "조치", "preventive_basis": "PM사유", "subunit": "Part",
    "downtime_h": "Down time", "cost_krw": "금액", "text": "내용",
}  # fmt: skip
PLAIN_REGISTER = {
    "equipment_tag": "설비번호", "description": "설비명", "equipment_class": "설비종류", "equipment_type": "형식",
    "manufacturer": "제작사", "model": "모델", "service": "용도", "unit": "공정", "load_share": "부하율(%)",
    "commissioned_on": "가동일", "has_spare": "예비품", "spare_lead_d": "예비품 납기(일)", "is_shutdown_only": "정지중작업",
    "legal_inspection_due_on": "법정검사기한", "legal_inspection_basis": "법정검사근거",
}  # fmt: skip
OTHER_REGISTER = {
    "equipment_tag": "Tag", "description": "기기명", "equipment_class": "분류", "manufacturer": "Maker",
    "service": "유체", "load_share": "Load(%)", "commissioned_on": "설치일",
}  # fmt: skip

TWO_ROW = Dialect("two_row", NATIVE, GROUPED_LOG, PLAIN_REGISTER, ("dots", "cell", "dots_end"), "clock", 1000)
PAGE = Dialect("sheet", KONGLISH, PLAIN_LOG, PLAIN_REGISTER, ("cell", "short", "iso"), "minutes")
MONTHS = Dialect("months", FORMAL, OTHER_LOG, OTHER_REGISTER, ("cell", "hangul"), "clock", 1000)
CP949 = Dialect("csv", KONGLISH, PLAIN_LOG, PLAIN_REGISTER, ("dots", "short"), "minutes", encoding="cp949")
CLEAN = Dialect("csv", NATIVE, PLAIN_LOG, PLAIN_REGISTER, ("iso",), "number", is_tidy=True)
BOM = Dialect("csv", FORMAL, OTHER_LOG, OTHER_REGISTER, ("hangul", "dots_end"), "hours", 1000, encoding="utf-8-sig")


@dataclass(frozen=True)
class Firm:
    """A small firm: its size, since when it keeps a log, how it writes, and its own law of failures if it has one."""

    slug: str
    title: str
    assets: int
    records_from: date
    dialect: Dialect
    deliveries: int = 1
    law: str = ""


FIRMS = (
    Firm("hanbit_chem", "한빛정밀화학", 180, date(2011, 1, 1), TWO_ROW, deliveries=2),
    Firm("daon_oleo", "다온유지", 140, date(2015, 1, 1), TWO_ROW),
    Firm("seohae_poly", "서해폴리켐", 260, date(2011, 1, 1), CP949, deliveries=2),
    Firm("sebang_pigment", "세방안료", 400, date(2006, 1, 1), CP949),
    Firm("jinheung_water", "진흥수처리", 90, date(2013, 1, 1), CP949),
    Firm("mirae_resin", "미래수지", 150, date(2021, 1, 1), MONTHS),
    Firm("dongnam_gas", "동남산업가스", 110, date(2023, 1, 1), MONTHS),
    Firm("cheongsol_bio", "청솔바이오켐", 240, date(2015, 1, 1), CLEAN, deliveries=2),
    Firm("samil_solvent", "삼일용제", 70, date(2019, 1, 1), CLEAN),
    Firm("nuri_catalyst", "누리촉매", 200, date(2012, 1, 1), CLEAN, law="young"),
    Firm("geumgang_tech", "금강산업소재", 160, date(2016, 1, 1), BOM),
    Firm("hanul_additive", "한울첨가제", 40, date(2020, 1, 1), BOM),
    Firm("onsan_coating", "온산도료", 120, date(2017, 1, 1), PAGE),
    Firm("yerim_fine", "예림파인켐", 100, date(2018, 1, 1), PAGE),
)
"""Every firm of the region; `nuri_catalyst` fails by a law of its own."""

Progress = Callable[[str, int, int], None]


def write_firms(
    inbox: Path, truth: TableFiles, scale: float, seed: int, deliveries: tuple[date, date], progress: Progress
) -> tuple[dict[str, int], Counter[str]]:
    """Write every firm's deliveries and truth; gives the last log's rows per firm and what was planted by fate."""
    rows: dict[str, int] = {}
    fates: Counter[str] = Counter()
    for i, firm in enumerate(FIRMS):
        progress("firms", i, len(FIRMS))
        rng = np.random.default_rng([seed, 2, i])
        log, register = _firm(firm, scale, c.day_number(deliveries[1]) + 1, truth, rng)
        kinds = [d for d in LOG_DIRT if not (firm.dialect.is_tidy and d.fate == "set_aside")]
        _plant([row for _, row in log], kinds, firm.dialect, LOG_DIRT_AT_LEAST, i, rng)
        _plant(register, REGISTER_DIRT, firm.dialect, REGISTER_DIRT_AT_LEAST, i, rng)
        for delivery in deliveries[: firm.deliveries]:
            there = [row for recorded, row in log if recorded <= delivery]
            if delivery != deliveries[0]:
                _correct(there, firm.dialect)
            grids = sheets(firm.dialect, firm.title, delivery, _laid_out(there, firm.dialect), register)
            write(inbox / firm.slug / str(delivery), firm.dialect, grids)
            planted = [p for grid in grids for p in _places(firm.slug, delivery, grid)]
            truth.write("dirt", dirt_table(planted))
            truth.write("files", pa.Table.from_pylist([_count(firm.slug, delivery, grid) for grid in grids], FILES))
            fates.update(p.fate for p in planted)
        rows[firm.slug] = len(there)
    progress("firms", len(FIRMS), len(FIRMS))
    return rows, fates


def _firm(
    firm: Firm, scale: float, end: float, truth: TableFiles, rng: np.random.Generator
) -> tuple[list[tuple[date, Row]], list[Row]]:
    """A firm's log, each row with the day it was recorded, in that order, and its register; its truth is written."""
    n = max(20, round(firm.assets * min(1.0, scale) ** 0.5))
    records_from = c.day_number(firm.records_from)
    commissioned = np.floor(rng.uniform(records_from - OLDEST_D, end - 200, n))
    assets = draw_assets("firm_share", commissioned, np.full(n, records_from), rng, firm.law)
    spells = draw_spells(assets, end, rng)
    tags = _tags(assets)
    start = origin(assets, spells)
    truth.write("assets", assets_table(firm.slug, pa.array(tags), assets, start))
    truth.write("lives", lives_table(firm.slug, pa.array(tags), assets, spells))
    events = sorted(_events(assets, spells, end, rng), key=lambda event: (event["recorded"], event["occurred"]))
    log = [_log_row(i, event, tags, assets, firm, rng) for i, event in enumerate(events)]
    duties = draw_duties(assets, end, rng.spawn(1)[0])
    register = [_register_row(i, tags[i], assets, start[i], duties, firm.dialect) for i in range(n)]
    return log, register


def _tags(assets: Assets) -> list[str]:
    """P-101A, P-101B, P-102A …: two of a kind share a number."""
    tags, counted = [], [0] * len(KINDS)
    for kind in assets.kind:
        i = counted[kind]
        counted[kind] += 1
        tags.append(f"{KINDS[kind].prefix}-{101 + i // 2}{'AB'[i % 2]}")
    return tags


def _events(assets: Assets, spells: Spells, end: float, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Everything a firm would write down while it kept a log, as canonical values."""
    found: list[dict[str, Any]] = []
    for i in np.flatnonzero((spells.ended_by != END) & spells.is_seen(assets)):
        activity = "replace" if spells.is_renewed[i] else "repair"
        found.append(_event(spells.asset[i], spells.ended[i], BASIS[spells.ended_by[i]], activity, ends=True))
    for asset in range(len(assets)):
        since = assets.observed_from[asset]
        small = rng.poisson(SMALL_TROUBLES_A_YEAR * (end - since) / YEAR_D)
        for day in since + rng.random(small) * (end - since):
            activity = ("adjust", "repair")[int(rng.random() < 0.3)]
            found.append(_event(asset, day, "", activity))
        for day in np.arange(since + rng.random() * ROUTINE_EVERY_D, end, ROUTINE_EVERY_D):
            activity = ("inspection", "service")[int(rng.random() < 0.4)]
            found.append(_event(asset, day, "calendar", activity))
    n = len(found)
    lag = np.where(rng.random(n) < 0.85, rng.exponential(1.5, n), np.minimum(rng.exponential(12, n), 60))
    for event, days in zip(found, lag, strict=True):
        event["recorded"] = np.floor(event["occurred"]) + np.floor(days)
    return found


BASIS = {FAILURE: "", CALENDAR: "calendar", OBSERVED: "condition", UNOBSERVED: "unknown"}


def _event(asset: int, occurred: float, basis: str, activity: str, ends: bool = False) -> dict[str, Any]:
    """A corrective (without basis) or preventive job; `ends` where it is the end of a spell."""
    return {"asset": int(asset), "occurred": float(occurred), "basis": basis, "activity": activity, "ends": ends}


def _log_row(
    i: int, event: dict[str, Any], tags: list[str], assets: Assets, firm: Firm, rng: np.random.Generator
) -> tuple[date, Row]:
    """The row a firm writes for an event, and the day it wrote it."""
    dialect, asset = firm.dialect, event["asset"]
    kind = KINDS[assets.kind[asset]]
    symptom = kind.symptoms[int(rng.random() ** 1.3 * len(kind.symptoms))]
    is_corrective, turn = not event["basis"], int(rng.integers(100))
    if is_corrective:
        ending = "leaked" if symptom.is_leak else "stopped"
        impact, text = ending if event["ends"] else ("degraded", "none")[int(rng.random() < 0.4)], symptom.text
    else:
        impact, text = "", PREVENTIVE_TEXT[event["basis"], event["activity"] == "replace"]
    down_h = round(float(np.clip(rng.lognormal(1.8, 0.8), 0.5, 40)) * 6) / 6 if impact in ("stopped", "leaked") else 0.0
    usual = 6.0e6 if event["activity"] == "replace" else 9.0e5 if is_corrective else 1.5e5
    day, recorded = c.as_date(event["occurred"]), c.as_date(event["recorded"])
    values = {
        "maintenance_id": f"{recorded:%y}-{i + 1:05}",
        "equipment_tag": tags[asset],
        "description": f"{kind.word} {tags[asset][-4:]}호",
        "occurred": dialect.day(day, turn),
        "recorded_on": dialect.day(recorded, turn),
        "category": dialect.word("category", "corrective" if is_corrective else "preventive"),
        "activity": dialect.word("activity", event["activity"]),
        "preventive_basis": dialect.word("preventive_basis", event["basis"]),
        "impact": dialect.word("impact", impact),
        "subunit": symptom.subunit if is_corrective else "",
        "downtime_h": dialect.hours(down_h),
        "man_hours_h": dialect.hours(round(float(rng.lognormal(1.2, 0.6)) * 2) / 2),
        "cost_krw": dialect.cost(round(usual * float(rng.lognormal(0, 0.6)), -3)),
        "text": text,
    }
    return recorded, Row({column: values[column] for column in dialect.log}, values["maintenance_id"], day)


PREVENTIVE_TEXT = {
    ("calendar", True): "교체주기 도래",
    ("condition", True): "점검 시 이상 확인, 선행 교체",
    ("unknown", True): "예비품으로 교체",
    ("calendar", False): "이상 없음",
}


def _register_row(i: int, tag: str, assets: Assets, start: float, duties: Duties, dialect: Dialect) -> Row:
    kind = KINDS[assets.kind[i]]
    day = c.as_date(start)
    values = {
        "equipment_tag": tag,
        "description": f"{kind.word} {tag[-4:]}호",
        "equipment_class": kind.word,
        "equipment_type": kind.type,
        "manufacturer": kind.makers[assets.maker[i]],
        "model": f"{kind.prefix}-{100 * (1 + int(assets.maker[i]))}",
        "service": kind.services[assets.service[i]],
        "unit": f"{1 + i % 3}공정",
        "load_share": round(float(assets.load_share[i]) * 100),
        "commissioned_on": dialect.day(day, i),
        **register_cells(duties, i, lambda due: dialect.day(c.as_date(due), i)),
    }
    return Row({column: values[column] for column in dialect.register}, tag, day)


def _plant(
    rows: list[Row], kinds: Sequence[Dirt], dialect: Dialect, at_least: int, number: int, rng: np.random.Generator
) -> None:
    """Spoil 1 % of the rows, or `at_least` so many; the kinds in turn, each firm by its number starting elsewhere."""
    old = len(rows) * 9 // 10  # the newest rows stay clean: they may not be in the first delivery
    n = min(max(at_least, round(len(rows) / EVERY_ROW_IN)), old)
    turn = number * at_least
    for at in rng.choice(old, size=n, replace=False):
        row = rows[at]
        for _ in range(len(kinds)):
            dirt = kinds[turn % len(kinds)]
            turn += 1
            if _spoil(row, dirt, dialect):
                break


def _spoil(row: Row, dirt: Dirt, dialect: Dialect) -> bool:
    """Put the dirt on the row, if the row has such a cell and the firm's encoding such letters."""
    if not dirt.column:
        row.dirt.append((dirt.kind, "", "", "", dirt.fate))
        return True
    clean = str(row.cells.get(dirt.column) or "")
    dirty = dirt.spoil(clean) if dirt.spoil else f"{row.day:%y}년 {row.day.month}월"
    if not clean or dirty == clean or not dialect.can_write(dirty):
        return False
    row.dirt.append((dirt.kind, dirt.column, clean, dirty, dirt.fate))
    row.cells = {**row.cells, dirt.column: dirty}
    return True


def _laid_out(rows: list[Row], dialect: Dialect) -> list[Row]:
    """The rows with those that are no data before them, and duplicates after them."""
    out: list[Row] = []
    for row in rows:
        kinds = {kind for kind, *_ in row.dirt}
        if "subtotal_row" in kinds:
            costs = [r.cells["cost_krw"] for r in out[-10:] if r.kind == "data"]
            out.append(subtotal(costs, "소계", row.day))
        if "blank_row" in kinds:
            out.append(Row({}, day=row.day, dirt=[("blank_row", "", "", "", "set_aside")]))
        out.append(Row(row.cells, row.key, row.day, dirt=[d for d in row.dirt if d[1] or d[0] == "correction"]))
        if "duplicate_row" in kinds:
            out.append(Row(row.cells, row.key, row.day, dirt=[("duplicate_row", "", row.key, row.key, "accepted")]))
    return out


def _correct(rows: list[Row], dialect: Dialect) -> None:
    """What a firm mends before it delivers again: one refused cell (not the key), and one cost that was wrong."""
    for row in rows:
        if refused := next((d for d in row.dirt if d[4] == "quarantined" and d[1] != "maintenance_id"), None):
            row.cells = {**row.cells, refused[1]: refused[2]}
            row.dirt = [("correction", refused[1], refused[3], refused[2], "accepted")]
            break
    row = next(row for row in rows if not row.dirt)
    was, now = str(row.cells["cost_krw"]), dialect.cost(1_234_000)
    row.cells = {**row.cells, "cost_krw": now}
    row.dirt = [("correction", "cost_krw", was, str(now), "accepted")]


def _places(slug: str, delivery: date, grid: Sheet) -> list[Planted]:
    """Where each piece of dirt stands in a sheet."""
    return [
        Planted(
            slug, delivery, grid.table, grid.file, grid.name, grid.first_row + i,
            grid.headings.get(column, ""), kind, clean, dirty, fate, row.key,
        )
        for i, row in enumerate(grid.rows)
        for kind, column, clean, dirty, fate in row.dirt
    ]  # fmt: skip


FILES = pa.schema(
    {
        "source": pa.string(), "delivery_date": pa.date32(), "table": pa.string(), "file": pa.string(),
        "sheet": pa.string(), "title": pa.int64(), "heading": pa.int64(), "data": pa.int64(), "subtotal": pa.int64(),
        "blank": pa.int64(),
    }
)  # fmt: skip


def _count(slug: str, delivery: date, grid: Sheet) -> dict[str, Any]:
    """Rows of a sheet by kind."""
    kinds = [row.kind for row in grid.rows]
    return {
        "source": slug, "delivery_date": delivery, "table": grid.table, "file": grid.file, "sheet": grid.name,
        "title": int(bool(grid.title)), "heading": 2 if grid.is_two_row else 1, "data": kinds.count("data"),
        "subtotal": kinds.count("subtotal"), "blank": kinds.count("blank") + int(bool(grid.title)),
    }  # fmt: skip
