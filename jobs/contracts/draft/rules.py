"""The rule of each column, and what a life is: the `tables` and `lives` of a contract."""

from collections.abc import Sequence

from jobs.contracts.draft.columns import FEW_VALUES, Values, is_iso, unit_of
from jobs.contracts.draft.reads import NAMES, Origin, days_of
from jobs.contracts.draft.tables import SURE, Key, Match, Source, fillable, key_of
from jobs.contracts.draft.write import Line, TableLines, comment
from jobs.contracts.flow import flow
from jobs.contracts.vocabulary import heading_score
from jobs.contracts.words import DEFAULTS

UNKNOWN_SHARE = 0.5
"""A coded column of whose rows fewer are known is left to a person."""
COUNTER = 0.6
"""How sure a key can be that counts the rows: whoever inserts one may count anew."""
KEYS = {"maintenance": "maintenance_id", "equipment": "equipment_tag"}


def judged_key(source: Source, origin: Origin) -> tuple[Match | None, Key]:
    """The column that numbers the records, and whether it does."""
    match = source.sure(KEYS[source.kind])
    if match is None:
        return None, Key(False, "번호라고 볼 열이 없다")
    if source.kind == "equipment":
        return match, Key(True, f"{len(match.values.words)}개 번호")
    return match, key_of(source, match, origin.deliveries)


def table_lines(source: Source, key: Key, is_once: bool, is_korean: bool) -> TableLines:
    """A line for each column that a heading may fill, and the headings that fill none."""
    table = TableLines(source.kind, NAMES[source.kind], KEYS[source.kind], [])
    read: set[str] = set()
    for column in fillable(source.kind):
        match = next((m for m in source.matches if m.column == column), None)
        if column == "maintenance_id" and not key.is_one:
            table.lines.append(_no_key(match, key, is_once))
            read |= {match.values.heading} if match and match.confidence >= SURE else set()
        elif match:
            headings = [match.values.heading, *dict.fromkeys(source.aliases.get(match.values.heading, ()))]
            told = key if column == table.key else None
            table.lines.append(_line(match, headings, source.kind, told, is_korean))
            read.add(match.values.heading)
    table.unread = [_described(of, source.kind) for of in source.columns.values() if of.heading not in read]
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


def lives_text(log: Source | None, tables: dict[str, TableLines], population: str) -> list[str]:
    """What a life is, as most firms mean it; nothing where the log does not say which jobs were failures."""
    lines = {line.column: line for line in tables["maintenance"].lines if not line.is_open} if log else {}
    codes = {column: set(_codes(lines[column])) for column in ("category", "impact") if column in lines}
    if log is None or "corrective" not in codes.get("category", ()):
        return [comment("열림: lives (수명의 뜻): 어느 기록이 고장인지 알 수 없어 비워 둔다")]
    ends: dict[str, object] = {"table": "maintenance", "category": ["corrective"]}
    if impact := [code for code in ("stopped", "leaked") if code in codes.get("impact", ())]:
        ends["impact"] = impact
    days = days_of(log)
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
