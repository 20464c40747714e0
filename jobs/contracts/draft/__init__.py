"""A contract proposed from the files that a firm has: workbooks and csv files, of any layout that can be read.

Headings are matched to the lake's columns by the words that firms use and by the values below them. What is sure becomes
a line of the contract with its confidence and evidence, what is doubtful a comment that says what is open; a person
reads it, edits it and keeps it. `draft` gives the text and what `yeji contract check` says of it.
"""

import os
import re
import tempfile
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

from jobs.contracts.checks import OCCURRED
from jobs.contracts.draft.columns import FEW_VALUES, Values, as_date, is_iso, stated_nothing, unit_of
from jobs.contracts.draft.tables import (
    SURE,
    Key,
    Match,
    Sheet,
    Source,
    common_title,
    fillable,
    find_sheet,
    gathered,
    glob_of,
    key_of,
    most_rows,
)
from jobs.contracts.draft.write import Line, TableLines, comment, notes, table_text
from jobs.contracts.flow import flow, scalar
from jobs.contracts.load import ContractError, load
from jobs.contracts.schema import FILE as SCHEMA
from jobs.contracts.vocabulary import DEFAULTS, heading_score
from jobs.errors import DataError
from jobs.sources import grids
from jobs.sources.delimited import DELIMITERS

SLUG = re.compile(r"[a-z][a-z0-9_]{1,39}")
DATED = re.compile(r"\d{4}-\d{2}-\d{2}")
NAMES = {"maintenance": "log", "equipment": "register"}
"""What the source tables are called in a draft."""
UNKNOWN_SHARE = 0.5
"""A coded column of whose rows fewer are known is left to a person."""
COUNTER = 0.6
"""How sure a key can be that counts the rows: whoever inserts one may count anew."""


@dataclass(frozen=True)
class Draft:
    """A proposed contract: its source's name, its text, and what `yeji contract check` finds wrong with it."""

    source: str
    text: str
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Origin:
    """Where the files come from: the source's name, the folder of its deliveries, and each file's delivery."""

    source: str
    is_dated: bool
    deliveries: dict[str, str]

    @property
    def latest(self) -> str:
        return max(self.deliveries.values())


def draft(files: Sequence[Path], out: Path | None = None) -> Draft:
    """Propose a contract for the tables in the files. `out` is where it will be kept: its name is the source's.

    Raises DataError for a file that cannot be read, and where no file holds a log or a register.
    """
    found = [sheet for path in files for grid in grids(path) if (sheet := find_sheet(grid))]
    sources = gathered(found)
    chosen = {kind: of_kind for kind in NAMES if (of_kind := most_rows(sources, kind))}
    if not chosen:
        raise DataError(f"{', '.join(path.name for path in files)}: no table of maintenance jobs (with a date and a tag) "
                        "and no register (with unique tags) was found; name the columns in a heading row")  # fmt: skip
    if len({_kind(source.sheets[0]) for of_kind in chosen.values() for source in of_kind[:1]}) > 1:
        raise DataError("the log and the register are of different kinds (a workbook and a csv file); save both as one "
                        "kind, or draft a contract for each")  # fmt: skip
    origin = _origin(files, out)
    text = _text(chosen, sources, origin, out)
    return Draft(origin.source, text, tuple(_problems(text, origin.source)))


def _kind(sheet: Sheet) -> str:
    return "csv" if sheet.grid.sheet is None else "workbook"


def _origin(files: Sequence[Path], out: Path | None) -> Origin:
    """inbox/hanbit_chem/2026-01-31/a.xlsx is a file of the delivery 2026-01-31 of hanbit_chem."""
    folders = [path.absolute().parent for path in files]
    dated = [
        DATED.fullmatch(folder.name) or DATED.search(path.name) for folder, path in zip(folders, files, strict=True)
    ]
    is_dated = all(dated)
    named = folders[0].parent.name if DATED.fullmatch(folders[0].name) else folders[0].name
    source = out.stem if out else named.lower() if SLUG.fullmatch(named.lower()) else "new_firm"
    deliveries = {str(path): found[0] if found and is_dated else "" for path, found in zip(files, dated, strict=True)}
    return Origin(source, is_dated, deliveries)


def _path(sheets: Sequence[Sheet], origin: Origin, is_once: bool) -> str:
    """The glob below the inbox under which a table's files lie."""
    folder = sheets[0].grid.path.absolute().parent
    here = folder.parent.name if DATED.fullmatch(folder.name) else folder.name
    here = unicodedata.normalize("NFC", here)
    names = [unicodedata.normalize("NFC", sheet.grid.path.name) for sheet in sheets]
    in_name = origin.is_dated and not DATED.fullmatch(folder.name)
    name = glob_of([DATED.sub("{delivery_date}", name, count=1) if in_name else name for name in names])
    if not is_once:
        name = _open_ended(name, names, [Path(file).name for file in origin.deliveries])
    return f"{here}/{name}" if in_name or is_once else f"{here}/{{delivery_date}}/{name}"


def _open_ended(name: str, own: Sequence[str], all_names: Sequence[str]) -> str:
    """정비이력.csv → 정비이력*.csv, as the next delivery may be called 정비이력_2월.csv; not where that catches another file."""
    stem, dot, ending = name.rpartition(".")
    wider = f"{stem}*{dot}{ending}"
    others = {unicodedata.normalize("NFC", other) for other in all_names} - set(own)
    is_taken = "*" in name or "{" in name or any(fnmatchcase(other, wider) for other in others)
    return name if is_taken else wider


def _text(chosen: dict[str, list[Source]], sources: list[Source], origin: Origin, out: Path | None) -> str:
    open_questions: list[str] = []
    keys = {kind: _key(of_kind[0], kind, origin) for kind, of_kind in chosen.items()}
    log = chosen.get("maintenance")
    is_once = not origin.is_dated and "maintenance" in keys and not keys["maintenance"][1].is_one
    is_korean = any(
        re.search("[가-힣]", "".join((*v.words, v.heading))) for o in chosen.values() for v in o[0].columns.values()
    )
    tables = {kind: _table(of_kind, kind, keys[kind], is_once, is_korean) for kind, of_kind in chosen.items()}
    for source in sources:
        if not source.kind or source not in [of_kind[0] for of_kind in chosen.values()]:
            read = source.kind and _is_same(source, chosen[source.kind][0])
            if not read:
                places = ", ".join(dict.fromkeys(sheet.place for sheet in source.sheets))
                open_questions.append(f"읽지 않은 표: {places} (정비이력도 설비대장도 아니거나 제목이 다르다)")
    open_questions += _caught(chosen, sources, origin)
    population = "sme" if is_korean else origin.source
    title = common_title([of_kind[0] for of_kind in chosen.values()]) or f"{origin.source} 설비 정비이력"
    head = [
        *([f"# yaml-language-server: $schema={_schema_from(out)}"] if out else []),
        comment(
            "초안: `yeji contract draft`가 파일에서 제안했다. 줄 끝의 수는 확신(0~1), 그 뒤는 근거. '열림'은 사람이 정한다."
        ),
        f"source: {scalar(origin.source)}",
        f"firm: {scalar(origin.source)}",
        f"title: {scalar(title)}",
        *_reads(chosen, origin, is_once),
        'schedule: "0 2 * * *"   # 날마다 02:00에 새 인도분을 찾는다',
        _delivers(log[0] if log else chosen["equipment"][0], keys, origin),
        "tables:",
    ]
    body = [line for table in tables.values() for line in table_text(table)]
    return (
        "\n".join(
            [*head, *body, *_lives(log[0] if log else None, tables, population), *notes(open_questions), *_terms()]
        )
        + "\n"
    )


def _caught(chosen: dict[str, list[Source]], sources: list[Source], origin: Origin) -> list[str]:
    """Files and sheets that a glob of the contract would also read though they are no part of the table."""
    found = []
    for of_kind in chosen.values():
        sheets = _sheets(of_kind)
        files = glob_of([sheet.grid.path.name for sheet in sheets])
        pages = glob_of([sheet.grid.sheet or "" for sheet in sheets])
        for source in sources:
            for other in source.sheets:
                is_caught = fnmatchcase(other.grid.path.name, files) and fnmatchcase(other.grid.sheet or "", pages)
                if other not in sheets and is_caught:
                    found.append(f"{flow([files, pages])}에 {other.place}도 걸린다: 이름을 바꾸거나 따로 둔다")
    return found


def _sheets(of_kind: list[Source]) -> list[Sheet]:
    return [sheet for source in of_kind if _is_same(source, of_kind[0]) for sheet in source.sheets]


def _schema_from(out: Path) -> str:
    return os.path.relpath(SCHEMA, out.absolute().parent)


def _is_same(source: Source, main: Source) -> bool:
    """True where a source is the main one under other headings: it fills most of the same columns."""
    own = {m.column for m in source.matches if m.confidence >= SURE}
    others = {m.column for m in main.matches if m.confidence >= SURE}
    return source is main or (
        len(own & others) >= max(4, 0.7 * len(others))
        and _kind(source.sheets[0]) == _kind(main.sheets[0])
        and source.sheets[0].header_rows == main.sheets[0].header_rows
    )


def _reads(chosen: dict[str, list[Source]], origin: Origin, is_once: bool) -> list[str]:
    first = next(iter(chosen.values()))[0]
    lines = ["reads:", f"  kind: {_kind(first.sheets[0])}"]
    if is_once:
        days = [day for text in _occurred(chosen["maintenance"][0]) if (day := as_date(text))]
        lines.append(f"  delivered_on: {max(days, default=date.today())}   # 한 번만 받는 자료: 마지막 기록의 날")
    if nothing := stated_nothing(v for of_kind in chosen.values() for v in of_kind[0].columns.values()):
        lines.append(f"  nothing: {flow(nothing)}   # 값이 없다는 뜻으로 쓰인 말")
    lines.append("  tables:")
    for kind, of_kind in chosen.items():
        sheets = _sheets(of_kind)
        reads: dict[str, object] = {"path": _path(sheets, origin, is_once)}
        if sheets[0].grid.sheet is not None:
            reads["sheet"] = glob_of([unicodedata.normalize("NFC", sheet.grid.sheet or "") for sheet in sheets])
        if sheets[0].header_rows > 1:
            reads["header_rows"] = sheets[0].header_rows
        encodings = {sheet.grid.encoding for sheet in sheets}
        if encodings == {"cp949"}:
            reads["encoding"] = "cp949"
        if (delimiter := sheets[0].grid.delimiter) and delimiter not in DELIMITERS:
            reads["delimiter"] = delimiter
        seen = f"{len({sheet.place for sheet in sheets})}개 표, {sum(len(sheet.rows) for sheet in sheets)}행"
        lines.append(f"    {NAMES[kind]}: {flow(reads)}   # {seen}")
    return lines


def _occurred(source: Source) -> Sequence[str]:
    match = source.sure(OCCURRED)
    return match.values.filled if match else []


def _key(source: Source, kind: str, origin: Origin) -> tuple[Match | None, Key]:
    column = "maintenance_id" if kind == "maintenance" else "equipment_tag"
    match = source.sure(column)
    if match is None:
        return None, Key(False, "번호라고 볼 열이 없다")
    if kind == "equipment":
        return match, Key(True, f"{len(match.values.words)}개 번호")
    return match, key_of(source, match, origin.deliveries)


def _delivers(source: Source, keys: dict[str, tuple[Match | None, Key]], origin: Origin) -> str:
    """`changes` where a later delivery leaves out most of what an earlier one held."""
    match = keys.get("maintenance", (None, None))[0]
    dates = sorted(set(origin.deliveries.values()))
    if match is None or len(dates) < 2:
        return "delivers: everything   # 0.50 열림: 보낼 때마다 전체를 보내는가? 바뀐 것만 보내면 changes"
    at = source.names.index(match.values.heading)
    held: dict[str, set[str]] = {day: set() for day in dates}
    for sheet in source.sheets:
        held[origin.deliveries[str(sheet.grid.path)]] |= {row[at] for _, row in sheet.rows if at < len(row) and row[at]}
    kept = len(held[dates[0]] & held[dates[-1]]) / max(1, len(held[dates[0]]))
    said = "everything" if kept > 0.5 else "changes"
    return f"delivers: {said}   # 0.90 앞 인도분의 번호 {kept:.0%}가 다음 인도분에도 있다"


def _table(
    of_kind: list[Source], kind: str, key: tuple[Match | None, Key], is_once: bool, is_korean: bool
) -> TableLines:
    main, alike = of_kind[0], [source for source in of_kind[1:] if _is_same(source, of_kind[0])]
    table = TableLines(kind, NAMES[kind], "maintenance_id" if kind == "maintenance" else "equipment_tag", [])
    fields = fillable(kind)
    read: set[str] = set()
    for column in fields:
        match = next((m for m in main.matches if m.column == column), None)
        if column == "maintenance_id" and not key[1].is_one:
            table.lines.append(_no_key(match, key[1], is_once))
            read |= {match.values.heading} if match and match.confidence >= SURE else set()
        elif match:
            others = [m for source in alike for m in source.matches if m.column == column and m.confidence >= SURE]
            headings = list(dict.fromkeys([match.values.heading, *(m.values.heading for m in others)]))
            line = _line(match, headings, kind, key[1] if column == table.key else None, is_korean)
            table.lines.append(line)
            read.add(match.values.heading)
    table.unread = [_described(values, kind) for values in main.columns.values() if values.heading not in read]
    return table


def _described(values: Values, kind: str) -> str:
    """An unread column by what it looks like, never by its values: they may be people's names."""
    other = "equipment" if kind == "maintenance" else "maintenance"
    of_other = max(((heading_score(values.heading, other, c)[0], c) for c in fillable(other)), default=(0.0, ""))
    if of_other[0] > 0.8:
        return f"{values.heading} ({other}.{of_other[1]}로 보인다)"
    shape = "날짜" if values.dates >= 0.8 else "수" if values.numbers >= 0.8 else "글"
    return f"{values.heading} ({shape}, {len(values.words)}가지)"


def _no_key(match: Match | None, key: Key, is_once: bool) -> Line:
    """Without a number of its own a record is told by its place, if its file never comes again; else a person must say."""
    if is_once:
        return Line(
            "maintenance_id", {"row_number": True}, 0.5, f"{key.evidence}; 한 번만 받는 자료라 놓인 자리가 번호가 된다"
        )
    rule = {"from": [match.values.heading if match else "?"]}
    said = f"{key.evidence}. 모든 파일에 걸쳐 한 번만 쓰인 번호가 있어야 한다"
    return Line("maintenance_id", rule, 0.1, said, is_open=True)


def _line(match: Match, headings: list[str], kind: str, key: Key | None, is_korean: bool) -> Line:
    """The rule of a column: how it is parsed, its codes, its unit."""
    lake_field = fillable(kind)[match.column]
    rule: dict[str, object] = {"from": headings}
    seen, confidence, is_open = [match.evidence], match.confidence, match.confidence < SURE
    if lake_field is None or lake_field.type in ("date", "timestamp"):
        is_iso_only = match.values.share(is_iso) > 0.99 and not is_korean
        rule["parse"] = "iso_timestamp" if is_iso_only else "korean_date"
    elif lake_field.type == "boolean":
        rule["parse"] = "boolean"
    elif lake_field.type in ("double", "int"):
        rule["parse"] = "duration" if lake_field.unit in ("h", "d") else "number"
        if lake_field.type == "int":
            rule["parse"] = "integer"
        unit = unit_of(match.values, lake_field, is_korean)
        if unit.unit:
            rule["unit"] = unit.unit
        seen.append(f"단위: {unit.evidence}")
        confidence = min(confidence, unit.confidence)
        is_open = is_open or confidence < SURE
    elif match.column in ("equipment_tag", "parent_tag"):
        rule["parse"] = "tag"
    elif lake_field.codes:
        known, unknown = match.values.known_codes(match.column), match.values.unknown_codes(match.column)
        rule["codes"] = known or {"?": lake_field.codes[0]}
        if match.column in DEFAULTS:
            rule["default"] = DEFAULTS[match.column]
        rows = sum(unknown.values())
        is_open = is_open or not known or rows > UNKNOWN_SHARE * max(1, match.values.rows) or len(unknown) > FEW_VALUES
        if unknown:
            words = ", ".join(f"{word} ({n})" for word, n in list(unknown.items())[:8])
            seen.append(f"모르는 말: {words}{' …' if len(unknown) > 8 else ''}")
    if key:
        seen.append(key.evidence)
        confidence = min(confidence, COUNTER) if key.is_counter else confidence
    return Line(match.column, rule, confidence, "; ".join(seen), is_open)


def _lives(log: Source | None, tables: dict[str, TableLines], population: str) -> list[str]:
    """What a life is, as most firms mean it; nothing where the log does not say which jobs were failures."""
    lines = {line.column: line for line in tables["maintenance"].lines if not line.is_open} if log else {}
    codes = {column: set(_codes(lines[column])) for column in ("category", "impact") if column in lines}
    if log is None or "corrective" not in codes.get("category", ()):
        return [comment("열림: lives (수명의 뜻): 어느 기록이 고장인지 알 수 없어 비워 둔다")]
    ends: dict[str, object] = {"table": "maintenance", "category": ["corrective"]}
    if impact := [code for code in ("stopped", "leaked") if code in codes.get("impact", ())]:
        ends["impact"] = impact
    days = [day for text in _occurred(log) if (day := as_date(text))]
    complete = f"{min(days)}}}   # 0.60 가장 이른 기록; 열림: 이날부터 빠짐없는가" if days else ""
    return [
        "lives:",
        f"  population: {population}   # 0.50 열림: 함께 배울 모집단",
        "  item: equipment_tag",
        f"  ends: {flow(ends)}",
        "  renews: [replace, overhaul]",
        "  merge_within_days: 2",
        "  record_lag_days: 7",
        "  imminent_within_days: 30",
        "  horizons_d: [30, 90, 365]",
        *([f"  records_complete_from: {{maintenance: {complete}"] if complete else []),
        "  landmark_every_d: 91",
    ]


def _codes(line: Line) -> Sequence[str]:
    codes = line.rule.get("codes")
    return list(codes.values()) if isinstance(codes, dict) else []


def _terms() -> list[str]:
    return [
        comment(
            "열림: costs: {failure: ?, planned: ?, downtime_h: ?}   (고장 한 번, 계획 정비 한 번, 정지 한 시간의 값, 원)"
        ),
        comment("열림: sharing: 서면 동의가 있을 때만 적는다. 없으면 이 회사의 자료는 밖으로 나가지 않는다"),
    ]


def _problems(text: str, source: str) -> list[str]:
    """What `yeji contract check` says of the draft, with the draft's own lines."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{source}.yaml"
        path.write_text(text, encoding="utf-8")
        try:
            load(path)
        except ContractError as error:
            return [line.replace(f"{path}:", f"{path.name}:") for line in str(error).splitlines()]
    return []
