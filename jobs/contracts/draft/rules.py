"""The rule of each column, and what a life is: the `tables` and `lives` of a contract."""

from collections.abc import Mapping, Sequence

from jobs.contracts.checks import OPTIONAL
from jobs.contracts.draft.columns import FEW_VALUES, Values, is_compact, is_iso, is_padded, unit_of
from jobs.contracts.draft.joins import TABLES
from jobs.contracts.draft.keys import Key
from jobs.contracts.draft.match import KEYS, SURE, Match, fillable
from jobs.contracts.draft.reads import days_of
from jobs.contracts.draft.tables import KINDS, Source
from jobs.contracts.draft.write import Line, TableLines, comment
from jobs.contracts.flow import flow
from jobs.contracts.vocabulary import heading_score
from jobs.contracts.words import DEFAULTS

UNKNOWN_SHARE = 0.5
"""A coded column of whose rows fewer are known is left to a person."""
NUMBERS = ("maintenance_id", "failure_id", "measurement_id", "equipment_tag", "parent_tag", "point")
"""Columns of numbers that SAP fills up with noughts."""
COUNTER = 0.6
"""How sure a key can be that counts the rows: whoever inserts one may count anew."""


def table_lines(source: Source, key: Key, is_once: bool, is_korean: bool) -> TableLines:
    """A line for each column that a heading may fill or that every record has, and the headings that fill none."""
    table = TableLines(source.kind, TABLES[source.kind], KEYS[source.kind], [])
    table.joins = [{"table": of.name, "on": _on(of.here, of.there)} for of in source.joins]
    is_database = source.file_kind == "jdbc"
    read: set[str] = set()
    for column, lake_field in fillable(source.kind).items():
        match = next((m for m in source.matches if m.column == column), None)
        if column == table.key and not key.is_one:
            table.lines.append(_no_key(column, match, key, is_once))
            read |= {match.values.heading} if match and match.confidence >= SURE else set()
        elif match:
            headings = [match.values.heading, *dict.fromkeys(source.aliases.get(match.values.heading, ()))]
            told = key if column == table.key else None
            table.lines.append(_line(match, headings, source.kind, told, is_korean, is_database))
            read.add(match.values.heading)
        elif lake_field and not lake_field.nullable and column not in OPTIONAL:
            said = "모든 기록에 있어야 하는데 그런 열을 찾지 못했다; 늘 같으면 {value: …}"
            table.lines.append(Line(column, {"from": ["?"]}, 0.0, said, is_open=True))
    joined = {of.there for of in source.joins}
    table.unread = [_described(of, source.kind) for of in source.all_columns if of.heading not in read | joined]
    return table


def _on(here: str, there: str) -> object:
    return here if here == there else {here: there}


def _described(values: Values, kind: str) -> str:
    """An unread column by what it looks like, never by its values: they may be people's names."""
    others = [of for of in KINDS if of != kind]
    score, other = max((heading_score(values.heading, of, c)[0], f"{of}.{c}") for of in others for c in fillable(of))
    if score > 0.8:
        return f"{values.heading} ({other}로 보인다)"
    shape = "날짜" if values.dates >= 0.8 else "수" if values.numbers >= 0.8 else "글"
    return f"{values.heading} ({shape}, {len(values.words)}가지)"


def _no_key(column: str, match: Match | None, key: Key, is_once: bool) -> Line:
    """Without a number of its own a record is told by its place, if its file never comes again; else a person must say."""
    if is_once:
        return Line(column, {"row_number": True}, 0.5, f"{key.evidence}; 한 번만 받는 자료라 놓인 자리가 번호가 된다")
    rule = {"from": [match.values.heading if match else "?"]}
    said = f"{key.evidence}. 모든 파일에 걸쳐 한 번만 쓰인 번호가 있어야 한다"
    return Line(column, rule, 0.1, said, is_open=True)


def _line(match: Match, headings: list[str], kind: str, key: Key | None, is_korean: bool, is_database: bool) -> Line:
    """The rule of a column: how it is parsed, its codes, its unit."""
    lake_field = fillable(kind)[match.column]
    rule: dict[str, object] = {"from": headings}
    rivals = [f"또는 {of.values.heading}: {of.confidence:.2f} {of.evidence}" for of in match.rivals]
    seen, confidence, is_open = [match.evidence, *rivals], match.confidence, match.confidence < SURE or bool(rivals)
    if lake_field is None or lake_field.type in ("date", "timestamp"):
        rule["parse"] = _date_parse(match.values, is_korean, is_database)
    elif lake_field.type == "boolean":
        rule["parse"] = "boolean"
    elif lake_field.type in ("double", "int"):
        rule["parse"] = "duration" if lake_field.unit in ("h", "d") else "number"
        if lake_field.type == "int":
            rule["parse"] = "integer"
        if lake_field.unit:
            unit = unit_of(match.values, lake_field, is_korean)
            if unit.unit:
                rule["unit"] = unit.unit
            seen.append(f"단위: {unit.evidence}")
            confidence = min(confidence, unit.confidence)
            is_open = is_open or confidence < SURE
    elif match.column in NUMBERS and match.values.share(is_padded) > 0.5:
        rule["parse"] = "sap_number"
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


def _date_parse(values: Values, is_korean: bool, is_database: bool) -> str:
    """A database writes its own dates alike; people and their spreadsheets in many ways."""
    if is_database and values.share(is_compact) > 0.99:
        return "sap_date"
    return "iso_timestamp" if values.share(is_iso) > 0.99 and (is_database or not is_korean) else "korean_date"


def lives_text(chosen: Mapping[str, Source], tables: dict[str, TableLines], population: str) -> list[str]:
    """What a life is, as most firms mean it: it ends with a failure, or with a corrective job that stopped the equipment.

    Nothing where neither a table of failures nor a log says which records were failures.
    """
    of = "failure" if "failure" in tables else "maintenance"
    lines = {line.column: line for line in tables[of].lines if not line.is_open} if of in tables else {}
    codes = {column: set(_codes(lines[column])) for column in ("category", "impact") if column in lines}
    if of not in tables or (of == "maintenance" and "corrective" not in codes.get("category", ())):
        return [comment("열림: lives (수명의 뜻): 어느 기록이 고장인지 알 수 없어 비워 둔다")]
    ends: dict[str, object] = {"table": of} | ({"category": ["corrective"]} if of == "maintenance" else {})
    if impact := [code for code in ("stopped", "leaked") if code in codes.get("impact", ())]:
        ends["impact"] = impact
    days = days_of(chosen[of])
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
        *([f"  records_complete_from: {{{of}: {complete}"] if complete else []),
        "  landmark_every_d: 91",
    ]


def _codes(line: Line) -> Sequence[str]:
    codes = line.rule.get("codes")
    return list(codes.values()) if isinstance(codes, dict) else []
