"""Where a draft's files lie and how they are read: the `reads` and `delivers` of a contract."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path

from jobs.contracts.checks import OCCURRED
from jobs.contracts.draft.columns import as_date, stated_nothing
from jobs.contracts.draft.joins import TABLES
from jobs.contracts.draft.match import Match
from jobs.contracts.draft.tables import Sheet, Source, glob_of
from jobs.contracts.flow import flow
from jobs.sources import Described, Grid
from jobs.sources.delimited import DELIMITERS

SLUG = re.compile(r"[a-z][a-z0-9_]{1,39}")
DATED = re.compile(r"\d{4}-\d{2}-\d{2}")
CHANGED = re.compile(
    r"^(aedat|erdat|laeda|ersda)$|chang|updat|modif|creat|insert|수정|변경|갱신|등록|생성", re.IGNORECASE
)
"""Names of columns that say when a row was made or changed; SAP's among them."""


@dataclass(frozen=True)
class Origin:
    """Where the files come from: the source's name and firm, whether paths name deliveries, and each file's delivery."""

    source: str
    firm: str
    is_dated: bool
    deliveries: dict[str, str]

    @property
    def names(self) -> list[str]:
        return [Path(path).name for path in self.deliveries]


def origin_of(files: Sequence[Path], out: Path | None) -> Origin:
    """inbox/hanbit_chem/2026-01-31/a.xlsx is a file of the delivery 2026-01-31 of hanbit_chem."""
    folders = [path.absolute().parent for path in files]
    dated = [
        DATED.fullmatch(folder.name) or DATED.search(path.name) for folder, path in zip(folders, files, strict=True)
    ]
    is_dated = all(dated)
    named = folders[0].parent.name if DATED.fullmatch(folders[0].name) else folders[0].name
    slug = named.lower() if SLUG.fullmatch(named.lower()) else ""
    source = out.stem if out else slug or "new_firm"
    firm = slug if slug and DATED.fullmatch(folders[0].name) else source
    deliveries = {str(path): found[0] if found and is_dated else "" for path, found in zip(files, dated, strict=True)}
    return Origin(source, firm, is_dated, deliveries)


def origin_in(database: Sequence[Grid], out: Path | None) -> Origin:
    """Tables of a database are asked for anew every night."""
    schema = database[0].path.name.partition(".")[0].lower()
    source = out.stem if out else schema if SLUG.fullmatch(schema) else "new_firm"
    return Origin(source, source, True, {str(grid.path): "" for grid in database})


def days_of(source: Source) -> list[date]:
    """The days on which a source's events happened."""
    match = source.sure(OCCURRED)
    return [day for text in (match.values.filled if match else ()) if (day := as_date(text))]


def reads_text(chosen: Mapping[str, Source], origin: Origin, is_once: bool) -> list[str]:
    """The lines of `reads`; `is_once` where the files are the only delivery there will be."""
    first = next(iter(chosen.values())).sheets[0]
    lines = ["reads:", f"  kind: {first.kind}"]
    if first.grid.described:
        lines.append(f"  connection: {first.grid.described.connection}")
    if is_once:
        last = max((day for source in chosen.values() for day in days_of(source)), default=date.today())
        lines.append(f"  delivered_on: {last}   # 한 번만 받는 자료: 마지막 기록의 날")
    if nothing := stated_nothing(values for source in chosen.values() for values in source.all_columns):
        lines.append(f"  nothing: {flow(nothing)}   # 값이 없다는 뜻으로 쓰인 말")
    lines.append("  tables:")
    by_changes = tells_changes(chosen)
    for kind, source in chosen.items():
        lines.append(_table_line(TABLES[kind], source, origin, is_once, by_changes, is_joined=False))
        lines += [_table_line(of.name, of.source, origin, is_once, by_changes, is_joined=True) for of in source.joins]
    return lines


def _table_line(name: str, source: Source, origin: Origin, is_once: bool, by_changes: bool, *, is_joined: bool) -> str:
    seen = f"{len({sheet.place for sheet in source.sheets})}개 표, {source.row_count}행"
    if described := source.sheets[0].grid.described:
        reads, why = _database_reads(source, described, by_changes, is_joined)
        return f"    {name}: {flow(reads)}   # {source.row_count}행을 보았다; {why}"
    return f"    {name}: {flow(_table_reads(source.sheets, origin, is_once))}   # {seen}"


def _database_reads(
    source: Source, described: Described, by_changes: bool, is_joined: bool
) -> tuple[dict[str, object], str]:
    """How a table of a database is read, and what speaks for it. Its changes can be told if only one table's can."""
    reads: dict[str, object] = {"table": described.table}
    if not by_changes:
        return reads, "바뀐 때를 말하는 열이 없다: 매번 전체를 읽는다"
    changed = _changed(source)
    if changed:
        reads["changed"] = changed
    told_changed = "changed: 열 이름과 날짜 자료형" if changed else "바뀐 때를 말하는 열이 없다"
    if is_joined:
        return reads, told_changed
    key = described.key or _unique(source)
    if key:
        reads["key"] = list(key)
    told = f"key: {'기본 키' if described.key else '값이 모두 다르다'}" if key else "key 열림: 지운 행을 찾지 못한다"
    return reads, f"{told_changed}; {told}"


def tells_changes(chosen: Mapping[str, Source]) -> bool:
    """Whether any table of a database says when its rows were made or changed: then only what changed is asked for."""
    return any(_changed(of) for source in chosen.values() for of in (source, *(join.source for join in source.joins)))


def _changed(source: Source) -> list[str]:
    """The columns of moments whose names say that a row was made or changed."""
    described = source.sheets[0].grid.described
    return [name for name in (described.moments if described else ()) if CHANGED.search(name)]


def _unique(source: Source) -> tuple[str, ...]:
    """The first column that tells every row seen from every other."""
    found = (of.heading for of in source.columns.values() if len(set(of.filled)) == source.row_count > 1)
    return tuple(islice(found, 1))


def _table_reads(sheets: Sequence[Sheet], origin: Origin, is_once: bool) -> dict[str, object]:
    reads: dict[str, object] = {"path": _path(sheets, origin, is_once)}
    first = sheets[0]
    if first.grid.sheet is not None:
        reads["sheet"] = _sheet_glob(sheets)
    if first.header_rows > 1:
        reads["header_rows"] = first.header_rows
    if {sheet.grid.encoding for sheet in sheets} == {"cp949"}:
        reads["encoding"] = "cp949"
    if first.grid.delimiter and first.grid.delimiter not in DELIMITERS:
        reads["delimiter"] = first.grid.delimiter
    return reads


def _names(sheets: Sequence[Sheet]) -> list[str]:
    return [unicodedata.normalize("NFC", sheet.grid.path.name) for sheet in sheets]


def _sheet_glob(sheets: Sequence[Sheet]) -> str:
    return glob_of([unicodedata.normalize("NFC", sheet.grid.sheet or "") for sheet in sheets])


def _path(sheets: Sequence[Sheet], origin: Origin, is_once: bool) -> str:
    """The glob below the inbox under which a table's files lie, or should lie where no folder names a delivery."""
    folder = sheets[0].grid.path.absolute().parent
    is_named_by_folder = bool(DATED.fullmatch(folder.name))
    here = unicodedata.normalize("NFC", folder.parent.name if is_named_by_folder else folder.name)
    names = _names(sheets)
    if is_once:
        return f"{here}/{glob_of(names)}"
    if origin.is_dated and not is_named_by_folder:
        return f"{here}/{glob_of([DATED.sub('{delivery_date}', name, count=1) for name in names])}"
    name = _open_ended(glob_of(names), names, [Path(file).name for file in origin.deliveries])
    return f"{here if origin.is_dated else origin.source}/{{delivery_date}}/{name}"


def _open_ended(name: str, own: Sequence[str], all_names: Sequence[str]) -> str:
    """정비이력.csv → 정비이력*.csv, as the next one may be called 정비이력_2월.csv; not where that catches another file."""
    stem, dot, ending = name.rpartition(".")
    wider = f"{stem}*{dot}{ending}"
    others = {unicodedata.normalize("NFC", other) for other in all_names} - set(own)
    return name if "*" in name or any(fnmatchcase(other, wider) for other in others) else wider


def caught(chosen: Mapping[str, Source], others: Sequence[Grid]) -> list[str]:
    """What a table's globs would also read though it is no part of the table."""
    found: list[str] = []
    for source in chosen.values():
        files, pages = glob_of(_names(source.sheets)), _sheet_glob(source.sheets)
        found += [
            f"{flow([files, pages])}에 {other.place}도 걸린다: 이름을 바꾸거나 따로 둔다"
            for other in others
            if fnmatchcase(other.path.name, files) and fnmatchcase(other.sheet or "", pages)
        ]
    return found


def delivers_text(chosen: Mapping[str, Source], key: Match | None, origin: Origin) -> str:
    """`changes` where a database's tables tell them, or a later delivery leaves out most of what an earlier one held.

    `key` is the column that numbers the records of the first of the chosen tables.
    """
    source = next(iter(chosen.values()))
    if source.sheets[0].grid.described:
        if tells_changes(chosen):
            return "delivers: changes   # 바뀐 행만 읽는다; 지운 행은 key로 찾는다"
        return "delivers: everything   # 바뀐 때를 말하는 열이 없다: 매번 전체를 읽는다"
    dates = sorted(set(origin.deliveries.values()))
    if key is None or len(dates) < 2:
        return "delivers: everything   # 0.50 열림: 보낼 때마다 전체를 보내는가? 바뀐 것만 보내면 changes"
    held: dict[str, set[str]] = {day: set() for day in dates}
    for sheet in source.sheets:
        numbers = {sheet.cell(row, key.values.heading) for _, row in sheet.rows} - {""}
        held[origin.deliveries[str(sheet.grid.path)]] |= numbers
    kept = len(held[dates[0]] & held[dates[-1]]) / max(1, len(held[dates[0]]))
    said = "everything" if kept > 0.5 else "changes"
    return f"delivers: {said}   # 0.90 앞 인도분의 번호 {kept:.0%}가 다음 인도분에도 있다"
