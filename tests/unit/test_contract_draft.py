"""Drafts of contracts: what they agree on with the hand-written ones, and what they leave to a person."""

import csv
import re
import unicodedata
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import openpyxl
import pytest

from jobs import cli
from jobs.contracts import Contract, load
from jobs.contracts.draft import Draft, draft, draft_of_database
from jobs.contracts.draft.tables import glob_of
from jobs.contracts.vocabulary import code_of, heading_score
from jobs.errors import DataError
from jobs.sample import generate
from jobs.sample.firms import FIRMS
from jobs.sources import Described, Grid, deliveries, files, read_rows
from tests.support.paths import CHECKOUT, shared_data

SOURCES = CHECKOUT / "infra" / "sources"

CHANGES = ("delivers: everything", "delivers: changes")
EDITS = {"jinheung_water": [CHANGES], "samil_solvent": [CHANGES]}
"""The lines that a person edits in a firm's draft: no file says whether the next delivery will hold everything."""

EXCAVATORS_EDITS = [
    # what the authors judged beats the order type
    (r"category: .*", "category: {from: [SuspSugg, PMType], codes: {0: corrective, 1: preventive, PM01: corrective, PM02: "
     "preventive, PM04: other, PM05: other, PM06: other, PM13: other}, default: other}"),
    (r"      # 읽지 않는 열", "      priority: {from: [PMType]}\n      # 읽지 않는 열"),
    (r"  item: equipment_tag", "  item: [equipment_tag, subunit]"),
]  # fmt: skip


@pytest.fixture(scope="module")
def inbox(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("region")
    generate(folder, scale=0.05, seed=7)
    return folder / "inbox"


@cache
def drafted(folder: Path) -> Draft:
    """The draft from every delivery of a firm."""
    return draft(sorted(folder.rglob("*.csv")) + sorted(folder.rglob("*.xlsx")))


def edited(proposed: Draft, edits: list[tuple[str, str]], folder: Path) -> Contract:
    """The draft as a person leaves it, checked."""
    text = proposed.text
    for old, new in edits:
        text, count = re.subn(old, new, text, count=1)
        assert count == 1, f"{old} is no line of the draft"
    path = folder / f"{proposed.source}.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path)


@cache
def words_under(path: Path, inbox: Path) -> dict[tuple[str, str], set[str]]:
    """The texts that stand in a contract's files by source table and heading, as codes are compared."""
    contract, found = load(path), defaultdict(set)
    for delivery in deliveries(contract, inbox):
        for file in files(contract, inbox, delivery):
            for row in read_rows(file.path, file.table, contract):
                for cell in row.cells:
                    text = unicodedata.normalize("NFC", cell.text or "").strip().casefold()
                    found[file.table, cell.heading].add(text)
    return found


def agreement(by_hand: Path, proposed: Contract, inbox: Path) -> tuple[Counter, list[str]]:
    """How many columns, parse rules, units, defaults and code words of the hand-written contract the draft has.

    Of its code words those that stand in the files count: no draft can know the others.
    """
    hand, words, counts, differences = load(by_hand), words_under(by_hand, inbox), Counter(), []

    def compare(what: str, where: str, right: object, got: object) -> None:
        counts[f"{what}s"] += 1
        counts[f"{what}s agreed"] += right == got
        if right != got:
            differences.append(f"{where}: {what} {got!r} instead of {right!r}")

    for name, feed in hand.tables.items():
        assert proposed.tables[name].key == feed.key
        for column in {**feed.columns, **proposed.tables[name].columns}:
            where, right = f"{name}.{column}", feed.columns.get(column)
            got = proposed.tables[name].columns.get(column)
            compare("column", where, right and right.headings[:1], got and got.headings[:1])
            if right is None or got is None:
                continue
            compare("parse", where, right.parse, got.parse)
            compare("unit", where, right.unit, got.unit)
            compare("default", where, right.default, got.default)
            there = set().union(*(words[hand.feeds(name), heading] for heading in right.headings))
            for word, code in (right.codes or {}).items():
                if word.casefold() in there:
                    compare("code", f"{where}.{word}", code, (got.codes or {}).get(word))
            for word in set(got.codes or ()) - set(right.codes or ()):
                compare("code", f"{where}.{word}", None, got.codes[word])
    return counts, differences


def data_rows(contract: Contract, inbox: Path) -> Counter:
    """Data rows by delivery and lake table."""
    feeds = {contract.feeds(table): table for table in contract.tables}
    return Counter(
        (delivery, feeds[file.table])
        for delivery in deliveries(contract, inbox)
        for file in files(contract, inbox, delivery)
        for row in read_rows(file.path, file.table, contract)
        if row.kind == "data"
    )


@pytest.mark.parametrize("firm", [firm.slug for firm in FIRMS])
def test_a_firms_draft_is_its_contract_but_for_the_edits(inbox, tmp_path, firm):
    by_hand, proposed = SOURCES / f"{firm}.yaml", drafted(inbox / firm)
    hand = load(by_hand)
    assert proposed.problems == (), "it passes `yeji contract check` before anybody edits it"
    edits = EDITS.get(firm, [])
    assert len(edits) <= 3
    contract = edited(proposed, edits, tmp_path)
    _, differences = agreement(by_hand, contract, inbox)
    assert differences == []
    assert (contract.delivers, contract.reads.kind) == (hand.delivers, hand.reads.kind)
    assert data_rows(contract, inbox) == data_rows(hand, inbox)
    assert contract.lives.ends == hand.lives.ends and contract.lives.population == hand.lives.population


def test_how_far_the_firms_drafts_agree_before_any_edit(inbox, tmp_path):
    total = Counter()
    for firm in FIRMS:
        by_hand = SOURCES / f"{firm.slug}.yaml"
        total += agreement(by_hand, edited(drafted(inbox / firm.slug), [], tmp_path), inbox)[0]
    print(dict(total))
    for what in ("columns", "parses", "units", "defaults", "codes"):
        assert total[f"{what} agreed"] == total[what] > 250, total


def test_the_excavators_draft_needs_three_edits(tmp_path):
    folder = shared_data("excavators")
    by_hand, proposed = SOURCES / "real" / "excavators.yaml", draft([folder / "excavators-cleaned.csv"])
    hand = load(by_hand)
    assert proposed.problems == () and len(EXCAVATORS_EDITS) <= 3
    before, differences = agreement(by_hand, edited(proposed, [], tmp_path), folder.parent)
    assert {d.split(":")[0] for d in differences if "code" not in d} == {"maintenance.category", "maintenance.priority"}
    assert before["columns agreed"] == before["columns"] - 2 == 8, before
    assert before["parses agreed"] == before["parses"] == 9, before
    contract = edited(proposed, EXCAVATORS_EDITS, tmp_path)
    counts, differences = agreement(by_hand, contract, folder.parent)
    assert differences == []
    assert counts["codes agreed"] == counts["codes"] == 27, counts
    assert contract.lives.item == hand.lives.item and contract.lives.ends == hand.lives.ends
    assert contract.reads.nothing == hand.reads.nothing == ("NA",)
    assert data_rows(contract, folder.parent).total() == data_rows(hand, folder.parent).total() == 5485


def test_every_column_states_its_confidence_and_evidence(inbox):
    text = drafted(inbox / "seohae_poly").text
    lines = re.findall(r"^      (\w+): .*}   # (0\.\d\d|1\.00) (.+)$", text, flags=re.M)
    assert len(lines) == 28
    by_column = {column: (float(confidence), evidence) for column, confidence, evidence in lines}
    assert by_column["occurred"][0] >= 0.95 and "날짜" in by_column["occurred"][1]
    assert "모르는 말: 정리정돈(특별)" in by_column["activity"][1]
    assert by_column["downtime_h"][1].endswith("단위: 중앙값 410")
    assert "# 읽지 않는 열: 설비명 (equipment.description로 보인다)" in text


def write_csv(path: Path, rows: list[list[str]], delimiter: str = ",", encoding: str = "utf-8") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


LOG = [
    ["작업번호", "설비번호", "작업일", "구분", "작업내용", "비용(천원)", "비고"],
    *(
        [f"W{i:03d}", f"P-{101 + i % 9}A", f"2024.{1 + i % 12}.{1 + i % 28}", ("고장", "예방")[i % 2], ("수리", "점검")[i % 2],
         str(300 + i), f"베어링 소음 {i}"]
        for i in range(40)
    ),
]  # fmt: skip


def test_values_alone_find_tags_dates_and_codes(tmp_path):
    """Headings that say nothing: what the values prove is proposed, the rest is listed for a person."""
    rows = [[f"열{i}" for i in range(7)], *LOG[1:]]
    rows[0][2] = "작업일"  # without any known heading there is no telling which row is the heading
    rows[0][0] = "작업번호"
    contract = edited(draft([write_csv(tmp_path / "firm_a/2026-01-31/log.csv", rows)]), [], tmp_path)
    columns = {column: rule.headings for column, rule in contract.tables["maintenance"].columns.items()}
    assert columns == {
        "maintenance_id": ("작업번호",), "equipment_tag": ("열1",), "occurred": ("작업일",), "category": ("열3",),
        "activity": ("열4",),
    }  # fmt: skip
    assert contract.tables["maintenance"].columns["category"].codes == {"고장": "corrective", "예방": "preventive"}


def test_a_heading_whose_values_contradict_it_is_left_open(tmp_path):
    rows = [[*row[:2], *row[2:]] for row in LOG]
    for row in rows[1:]:
        row[5] = "견적 확인 중"
    text = draft([write_csv(tmp_path / "firm_a/2026-01-31/log.csv", rows)]).text
    assert re.search(r"# 열림: cost_krw: .*값 0%가 수", text)


def test_a_counter_that_restarts_is_no_key(tmp_path):
    paths = []
    for year in ("2024", "2025"):
        rows = [LOG[0], *([str(i), *row[1:2], f"{year}.{1 + i % 12}.3", *row[3:]] for i, row in enumerate(LOG[1:], 1))]
        paths.append(write_csv(tmp_path / f"firm_a/2026-01-31/정비이력_{year}.csv", rows))
    proposed = draft(paths)
    assert "열림: maintenance_id: {from: [작업번호]}" in proposed.text
    assert re.search(
        r"번호가 다시 시작한다: 40개 번호 가운데 40개가 .*정비이력_2024.csv 2행, 정비이력_2025.csv 2행", proposed.text
    )
    assert [line.split(": ")[1] for line in proposed.problems] == [
        "tables.maintenance.key", "tables.maintenance.columns",
    ]  # fmt: skip
    filled = [(r"      # 열림: maintenance_id: .*", "      maintenance_id: {from: [관리번호]}")]
    assert edited(proposed, filled, tmp_path).tables["maintenance"].key == ("maintenance_id",), "one line mends it"


def test_a_correction_and_a_row_typed_twice_are_no_restart(tmp_path):
    later = [*LOG, LOG[3]]
    later[5] = [*later[5][:6], "씰 누유"]
    paths = [
        write_csv(tmp_path / f"firm_a/{day}/log.csv", rows)
        for day, rows in (("2026-01-31", LOG), ("2026-02-28", later))
    ]
    proposed = draft(paths)
    assert "40개 번호가 모두 다른 기록" in proposed.text and "delivers: everything   # 0.90" in proposed.text


def test_deliveries_of_new_rows_alone_are_changes(tmp_path):
    months = (("2026-01-31", LOG[:21]), ("2026-02-28", [LOG[0], *LOG[21:]]))
    paths = [write_csv(tmp_path / f"firm_a/{day}/log.csv", rows) for day, rows in months]
    assert "delivers: changes   # 0.90" in draft(paths).text


@pytest.mark.parametrize(
    ("delimiter", "encoding", "stated"),
    [(",", "cp949", "encoding: cp949"), (";", "utf-8-sig", ""), ("\t", "utf-16", ""), ("^", "utf-8", 'delimiter: "^"')],
)
def test_any_encoding_and_delimiter_is_read(tmp_path, delimiter, encoding, stated):
    path = write_csv(tmp_path / "firm_a/2026-01-31/log.csv", LOG, delimiter, encoding)
    proposed = draft([path])
    assert stated in proposed.text and ("delimiter" in proposed.text) == ("delimiter" in stated)
    contract = edited(proposed, [], tmp_path)
    assert sum(row.kind == "data" for row in read_rows(path, "log", contract)) == 40


def test_an_undated_file_without_numbers_is_read_once(tmp_path):
    proposed = draft([write_csv(tmp_path / "firm_a/log.csv", [row[1:] for row in LOG])])
    assert proposed.problems == ()
    assert "delivered_on: 2024-12-24" in proposed.text and "maintenance_id: {row_number: true}" in proposed.text


def test_a_sheet_that_is_neither_is_listed(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "정비이력"
    for row in LOG:
        book.active.append(row)
    notes = book.create_sheet("결재")
    notes.append(["담당", "검토", "승인"])
    folder = tmp_path / "firm_a" / "2026-01-31"
    folder.mkdir(parents=True)
    book.save(folder / "이력.xlsx")
    proposed = draft([folder / "이력.xlsx"])
    assert edited(proposed, [], tmp_path).reads.sources["log"].sheet == "정비이력"
    assert "# 열림: 읽지 않은 표: 이력.xlsx, 결재 " in proposed.text


def test_the_command_writes_a_contract_that_passes(inbox, tmp_path, capsys, monkeypatch):
    out = tmp_path / "samil_solvent.yaml"
    given = [str(path) for path in sorted((inbox / "samil_solvent").rglob("*.csv"))]
    monkeypatch.setattr("sys.argv", ["yeji", "contract", "draft", *given, "-o", str(out)])
    with pytest.raises(SystemExit) as done:
        cli.main()
    assert not done.value.code and "passes yeji contract check" in capsys.readouterr().out
    assert load(out).source == "samil_solvent"
    first = out.read_text(encoding="utf-8").splitlines()[0]
    assert (out.parent / first.partition("$schema=")[2]).resolve() == CHECKOUT / "docs/generated/contract.schema.json"
    with pytest.raises(SystemExit) as done:
        cli.main()
    assert done.value.code == 2 and "is there already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("이력.hwp", b"\xd0\xcf\x11\xe0", "한글 document; copy its table into Excel"),
        ("log.csv", b"", "empty"),
        ("log.csv", b"a,b\n1,2\n", "no table of maintenance jobs"),
    ],
)
def test_what_cannot_be_drafted_is_refused(tmp_path, name, content, says):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=says):
        draft([tmp_path / name])


@pytest.mark.parametrize(
    ("names", "glob"),
    [
        (["2023-01", "2023-02", "2024-11"], "20*"),
        (["1월", "2월", "12월"], "*월"),
        (["정비일지_2023.xlsx", "정비일지_2024.xlsx"], "정비일지_*.xlsx"),
        (["정비이력"], "정비이력"),
        (["펌프 이력", "모터 이력"], "* 이력"),
    ],
)
def test_names_become_a_glob(names, glob):
    assert glob_of(names) == glob


@pytest.mark.parametrize(
    ("heading", "column", "at_least"),
    [
        ("작업 일자", "occurred", 0.9),
        ("시간 정지", "downtime_h", 0.9),
        ("비용(천원)", "cost_krw", 0.9),
        ("정비 실시일", "occurred", 0.6),
        ("Work Order No.", "maintenance_id", 0.9),
        ("ＴＡＧ　ＮＯ", "equipment_tag", 0.9),
        ("담당자", "equipment_tag", 0.0),
    ],
)
def test_headings_are_known_in_many_spellings(heading, column, at_least):
    assert heading_score(heading, "maintenance", column)[0] >= at_least
    others = {heading_score(heading, "maintenance", c)[0] for c in ("recorded_on", "priority", "failure_id")}
    assert max(others) <= at_least


@pytest.mark.parametrize(
    ("column", "word", "code"),
    [
        ("activity", "신품 교체", "replace"),
        ("activity", "Minor Maint_Replace", "replace"),
        ("activity", "점검/주유", "service"),
        ("category", "ＢＭ", "corrective"),
        ("category", "TBM", "preventive"),
        ("preventive_basis", "TBM", "calendar"),
        ("impact", "영향 없음", "none"),
        ("activity", "정리정돈(특별)", None),
        ("category", "고장/예방", None),
    ],
)
def test_words_mean_codes(column, word, code):
    assert code_of(column, word) == code


@pytest.mark.parametrize(
    ("heading", "cells", "rule"),
    [
        ("정지시간(분)", ["30", "45"], "{from: [정지시간(분)], parse: duration, unit: min}"),
        ("정지시간", ["3시간 30분", "2시간"], "{from: [정지시간], parse: duration, unit: h}"),
        ("정지시간", ["2.5", "40"], "{from: [정지시간], parse: duration, unit: h}"),
        ("정지시간", ["30", "240"], "{from: [정지시간], parse: duration, unit: min}"),
        ("비용", ["120만원", "35만원"], "{from: [비용], parse: number, unit: 만원}"),
        ("비용", ["1,250,000", "830,000"], "{from: [비용], parse: number, unit: 원}"),
        ("비용", ["1,250", "830"], "{from: [비용], parse: number, unit: 천원}"),
        ("비용(USD)", ["1,250", "830"], None),
    ],
)
def test_the_unit_is_the_headings_or_the_cells_or_the_likely_one(tmp_path, heading, cells, rule):
    rows = [[*row[:5], cells[i % 2]] for i, row in enumerate(LOG)]
    rows[0][5] = heading
    text = draft([write_csv(tmp_path / "firm_a/2026-01-31/log.csv", rows)]).text
    column = "downtime_h" if "시간" in heading else "cost_krw"
    if rule is None:
        assert re.search(rf"# 열림: {column}: .*원으로 바꿀 수 없다", text)
    else:
        assert re.search(rf"^      {column}: +{re.escape(rule)} ", text, flags=re.M), text


def test_no_value_of_an_unread_column_is_shown(tmp_path):
    rows = [[*row, "김철수 010-1234-5678"] for row in LOG]
    rows[0][-1] = "담당자"
    text = draft([write_csv(tmp_path / "firm_a/2026-01-31/log.csv", rows)]).text
    assert "담당자 (글, 1가지)" in text and "김철수" not in text


def test_files_of_one_table_under_other_headings_are_read_as_one(tmp_path):
    """The older file's headings become alternatives, its words codes, and its numbers count for the key."""
    folder = tmp_path / "firm_a" / "2026-01-31"
    older = [["관리번호", "설비번호", "정비일자", "정비구분", "조치", "비용(천원)", "비고"], *LOG[1:11]]
    older = [older[0], *([f"A{i}", *row[1:2], "2019.3.5", "돌발", *row[4:]] for i, row in enumerate(older[1:]))]
    paths = [write_csv(folder / "정비이력_2019.csv", older), write_csv(folder / "정비이력_2024.csv", LOG)]
    contract = edited(draft(paths), [], tmp_path)
    rules = contract.tables["maintenance"].columns
    assert rules["maintenance_id"].headings == ("작업번호", "관리번호")
    assert rules["occurred"].headings == ("작업일", "정비일자") and rules["equipment_tag"].headings == ("설비번호",)
    assert rules["category"].codes == {"고장": "corrective", "예방": "preventive", "돌발": "corrective"}
    assert contract.reads.sources["log"].path == "firm_a/{delivery_date}/정비이력_*.csv"
    assert [sum(row.kind == "data" for row in read_rows(path, "log", contract)) for path in paths] == [10, 40]


def test_a_restart_is_seen_across_other_headings_too(tmp_path):
    folder = tmp_path / "firm_a" / "2026-01-31"
    older = [["관리번호", *LOG[0][1:]], *([row[0], row[1], "2019.3.5", *row[3:]] for row in LOG[1:11])]
    proposed = draft([write_csv(folder / "이력_2019.csv", older), write_csv(folder / "이력_2024.csv", LOG)])
    assert "번호가 다시 시작한다: 40개 번호 가운데 10개" in proposed.text
    assert "열림: maintenance_id: {from: [작업번호]}" in proposed.text


@pytest.mark.parametrize(
    ("file", "path"),
    [
        ("firm_a/2026-01-31/이력.csv", "firm_a/{delivery_date}/이력*.csv"),
        ("firm_a/이력_2026-01-31.csv", "firm_a/이력_{delivery_date}.csv"),
        ("내려받기/이력.csv", "new_firm/{delivery_date}/이력*.csv"),
    ],
)
def test_the_path_follows_where_the_file_lies(tmp_path, file, path):
    contract = edited(draft([write_csv(tmp_path / file, LOG)]), [], tmp_path)
    assert contract.reads.sources["log"].path == path


def test_a_sheet_that_a_glob_would_catch_is_told(tmp_path):
    book = openpyxl.Workbook()
    for name, rows in (
        ("1월", LOG[:20]),
        ("2월", [LOG[0], *LOG[20:]]),
        ("3월", [["작업번호", "결재", "승인"], ["1", "김", "이"]]),
    ):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    (tmp_path / "firm_a" / "2026-01-31").mkdir(parents=True)
    path = tmp_path / "firm_a" / "2026-01-31" / "이력.xlsx"
    book.remove(book.worksheets[0])
    book.save(path)
    text = draft([path]).text
    assert 'sheet: "*월"' in text and "이력.xlsx, 3월도 걸린다" in text


def logged(replaced: dict[str, str] | None = None, **more: list[str]) -> list[list[str]]:
    """LOG under other headings, with further columns whose values are repeated."""
    head = [(replaced or {}).get(heading, heading) for heading in LOG[0]]
    return [[*head, *more], *([*row, *(of[i % len(of)] for of in more.values())] for i, row in enumerate(LOG[1:]))]


def drafted_log(tmp_path: Path, rows: list[list[str]]) -> Draft:
    return draft([write_csv(tmp_path / "firm_a/2026-01-31/log.csv", rows)])


def test_of_two_dates_the_jobs_own_counts_though_the_other_is_cleaner(tmp_path):
    rows = logged({"작업일": "작업일자"}, 완료일=["2024.3.5"])
    for row in rows[1:19]:
        row[2] = "3월 초순경"
    text = drafted_log(tmp_path, rows).text
    assert re.search(r"^      occurred: +{from: \[작업일자\].*# 0\.[78]\d ", text, flags=re.M), text
    assert "완료일 (날짜, 1가지)" in text


def test_of_a_completion_date_alone_the_draft_is_less_sure(tmp_path):
    text = drafted_log(tmp_path, logged({"작업일": "완료일"})).text
    assert re.search(r"^      occurred: +{from: \[완료일\].*# 0\.80 ", text, flags=re.M), text


def test_two_columns_that_vie_for_one_are_left_open_with_both(tmp_path):
    proposed = drafted_log(tmp_path, logged(정비일=["2024.3.5", "2024.4.6"]))
    assert re.search(
        r"# 열림: occurred: +{from: \[작업일\].*# 1\.00 제목이 '작업일'.*; 또는 정비일: 1\.00 제목이 '정비일'",
        proposed.text,
    ), proposed.text
    assert "정비일 (날짜" in proposed.text
    opened = [(r"# 열림: occurred:", "occurred:")]
    assert edited(proposed, opened, tmp_path).tables["maintenance"].columns["occurred"].headings == ("작업일",)


def written_book(path: Path, **sheets: list[list[str | None]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


@pytest.mark.parametrize("title", [[], [["정비 이력 (2024)"], []]])
def test_a_heading_in_two_rows_is_read_as_the_reader_joins_it(tmp_path, title):
    upper = ["작업", None, None, "설비", None, "정비", None, "비고"]
    lower = ["번호", "시작일", "종료일", "번호", "명칭", "구분", "내용", None]
    rows = [[r[0], r[2], "2024.12.30", r[1], "이송펌프", r[3], r[4], r[6]] for r in LOG[1:]]
    path = written_book(tmp_path / "firm_a/2026-01-31/이력.xlsx", 정비이력=[*title, upper, lower, *rows])
    contract = edited(draft([path]), [], tmp_path)
    assert contract.reads.sources["log"].header_rows == 2
    columns = {column: rule.headings[0] for column, rule in contract.tables["maintenance"].columns.items()}
    assert columns == {
        "maintenance_id": "작업 번호", "equipment_tag": "설비 번호", "occurred": "작업 시작일", "category": "정비 구분",
        "activity": "정비 내용", "text": "비고",
    }  # fmt: skip
    assert sum(row.kind == "data" for row in read_rows(path, "log", contract)) == 40


def test_an_approval_box_above_a_heading_is_no_part_of_it(tmp_path):
    box = [None, None, None, "결재", "담당", "검토", "승인"]
    path = written_book(tmp_path / "firm_a/2026-01-31/이력.xlsx", 정비이력=[box, *LOG])
    contract = edited(draft([path]), [], tmp_path)
    assert contract.reads.sources["log"].header_rows == 1
    assert contract.tables["maintenance"].columns["occurred"].headings == ("작업일",)


REGISTER = [
    ["설비번호", "설비명", "설비종류", "제작사"],
    *([f"P-{101 + i}A", f"이송펌프 {i}", "펌프", "효성"] for i in range(9)),
]


def test_a_csv_beside_a_workbook_is_for_a_second_contract(tmp_path):
    folder = tmp_path / "firm_a" / "2026-01-31"
    paths = [written_book(folder / "이력.xlsx", 정비이력=LOG), write_csv(folder / "설비대장.csv", REGISTER)]
    proposed = draft(paths)
    assert proposed.problems == () and "kind: workbook" in proposed.text
    [note] = re.findall("# 열림: .*설비대장.csv.*", proposed.text)
    assert "한 계약은 한 종류의 파일만 읽는다: 이 계약은 workbook, 이 표는 csv" in note
    assert f"`yeji contract draft {folder / '설비대장.csv'} -o infra/sources/firm_a_2.yaml`" in note
    second = draft(paths[1:], tmp_path / "firm_a_2.yaml")
    assert second.problems == () and "firm: firm_a\n" in second.text, "of the same firm"


def test_a_csv_under_the_workbooks_own_headings_is_no_sheet_of_it(tmp_path):
    folder = tmp_path / "firm_a" / "2026-01-31"
    paths = [written_book(folder / "이력.xlsx", 정비이력=LOG), write_csv(folder / "이력.csv", LOG[:9])]
    proposed = draft(paths)
    assert edited(proposed, [], tmp_path).reads.sources["log"].path == "firm_a/{delivery_date}/이력*.xlsx"
    assert "읽지 않은 표: 이력.csv (maintenance로 보이지만 한 계약은 한 종류의 파일만 읽는다" in proposed.text


def test_another_log_of_other_columns_is_for_a_second_contract(tmp_path):
    other = [["호기", "일자", "조치"], *([row[1], row[2], row[4]] for row in LOG[1:9])]
    folder = tmp_path / "firm_a" / "2026-01-31"
    path = written_book(folder / "이력.xlsx", 정비이력=LOG, 전기정비=other)
    proposed = draft([path])
    [note] = re.findall("# 열림: .*전기정비.*", proposed.text)
    assert "계약 하나에는 maintenance 표가 하나다" in note and "yeji contract draft" in note


FAULTS = [
    ["고장번호", "설비번호", "고장일자", "고장 현상", "고장원인", "발견방법", "정지시간(분)"],
    *(
        [f"F{i:03d}", f"P-{101 + i % 9}A", f"2024.{1 + i % 12}.{1 + i % 28}", ("진동", "누설", "소음")[i % 3],
         ("마모", "부식")[i % 2], "순회점검", str(30 + i)]
        for i in range(30)
    ),
]  # fmt: skip
READINGS = [
    ["측정번호", "설비번호", "측정일", "측정점", "측정항목", "측정값"],
    *(
        [f"M{i}", f"P-{101 + i % 9}A", f"2024-01-{1 + i % 28:02d}", "DE", "vibration_mm_s", f"{i / 7:.2f}"]
        for i in range(50)
    ),
]


def test_each_sheet_is_matched_to_the_table_that_it_fills(tmp_path):
    folder = tmp_path / "firm_a" / "2026-01-31"
    path = written_book(folder / "설비.xlsx", 작업일지=LOG, 고장이력=FAULTS, 진동측정=READINGS, 설비대장=REGISTER)
    contract = edited(draft([path]), [], tmp_path)
    assert {name: contract.feeds(name) for name in contract.tables} == {
        "maintenance": "log", "failure": "failures", "measurement": "readings", "equipment": "register",
    }  # fmt: skip
    failure = contract.tables["failure"].columns
    assert failure["failure_mode"].codes == {"진동": "VIB", "누설": "ELP", "소음": "NOI"}
    assert failure["mechanism"].codes == {"마모": "wear", "부식": "corrosion"} and "cause" not in failure
    assert (failure["downtime_h"].unit, failure["detection"].headings) == ("min", ("발견방법",))
    assert contract.tables["measurement"].columns["quantity"].headings == ("측정항목",)
    assert contract.lives.ends.table == "failure", "a table of failures says what failed"


def table(name: str, rows: list[list[str]], key: tuple[str, ...] = (), moments: tuple[str, ...] = ()) -> Grid:
    """A table of a database as it is seen before there is a contract."""
    return Grid(Path(f"pm.{name}"), None, None, None, rows, Described("pm", f"pm.{name}", key, moments))


EQUI = [["equnr", "eqart", "inbdt", "herst"], *([f"{i:018d}", "PU", "20010203", "효성"] for i in range(1, 20))]
QMEL = [
    ["qmnum", "equnr", "ausvn", "ausbs", "erdat", "aedat", "eauszt", "maueh", "ingrp", "qmtxt"],
    *(
        [f"{i:012d}", f"{1 + i % 19:018d}", f"2020-01-{1 + i % 28:02d} 00:30:00", f"2020-02-{1 + i % 28:02d} 00:30:00",
         f"2020-03-{1 + i % 28:02d} 00:00:00", "", str(i / 4), "H", "P01", f"씰 누유, {i}회"]
        for i in range(1, 60)
    ),
]  # fmt: skip
QMFE = [["qmnum", "fenum", "fecod", "oteil", "aedat"],
        *([f"{i:012d}", "0001", ("LOO", "VIB")[i % 2], "SEAL", ""] for i in range(1, 60))]  # fmt: skip
ORDERS = [
    ["aufnr", "equnr", "idat2", "auart", "ilart", "ktext"],
    *(
        [f"{i:012d}", f"{1 + i % 19:018d}", f"202401{1 + i % 28:02d}", ("PM01", "PM02")[i % 2], "교체", "씰 교체"]
        for i in range(1, 50)
    ),
]


def test_the_tables_of_a_plant_system_are_matched_by_their_columns(tmp_path):
    moments = ("ausvn", "ausbs", "erdat", "aedat")
    tables = [table("equi", EQUI, ("equnr",)), table("qmel", QMEL, ("qmnum",), moments),
              table("qmfe", QMFE, ("qmnum", "fenum"), ("aedat",)), table("orders", ORDERS, ("aufnr",))]  # fmt: skip
    proposed = draft_of_database(tables)
    assert proposed.problems == (), proposed.text
    contract = edited(proposed, [], tmp_path)
    assert {name: contract.reads.sources[contract.feeds(name)].table for name in contract.tables} == {
        "maintenance": "pm.orders", "failure": "pm.qmel", "equipment": "pm.equi",
    }  # fmt: skip
    failure = contract.tables["failure"]
    assert [(contract.reads.sources[join.table].table, join.pairs) for join in failure.join] == [
        ("pm.qmfe", (("qmnum", "qmnum"),))
    ]
    assert {column: (rule.headings[0], rule.parse) for column, rule in failure.columns.items()} == {
        "failure_id": ("qmnum", "sap_number"), "equipment_tag": ("equnr", "sap_number"),
        "occurred": ("ausvn", "iso_timestamp"), "recorded_on": ("erdat", "iso_timestamp"), "downtime_h": ("eauszt", "duration"),
        "text": ("qmtxt", "text"), "failure_mode": ("fecod", "text"), "subunit": ("oteil", "text"),
    }  # fmt: skip
    assert failure.columns["failure_mode"].codes == {"LOO": "LOO", "VIB": "VIB"}
    assert contract.tables["maintenance"].columns["occurred"].parse == "sap_date"


@pytest.mark.parametrize(("key", "every"), [(("qmnum",), 1), (("qmnum",), 2), ((), 2)])
def test_a_notification_that_names_its_order_is_still_numbered_as_a_notification(key, every):
    orders = [f"{900 + i:012d}" if i % every == 0 else "" for i in range(len(QMEL))]
    rows = [[*QMEL[0], "aufnr", "priok"], *([*row, order, "1"] for row, order in zip(QMEL[1:], orders, strict=False))]
    text = draft_of_database([table("qmel", rows, key)]).text
    assert re.search(r"\n  failure:\n(.*\n)*?      failure_id: +\{from: \[qmnum\]", text), text
    assert re.search(r"text: +\{from: \[qmtxt\]", text) and "maintenance:" not in text


def test_records_that_two_or_more_tables_hold_together_are_joined(tmp_path):
    """As SAP PM keeps them: the notification's equipment in QMIH, the order's in AFIH."""
    n = range(1, 60)
    day = [f"2024{1 + i % 12:02d}{1 + i % 28:02d}" for i in range(60)]
    qm, order = [f"{i:012d}" for i in range(60)], [f"{900 + i:012d}" for i in range(60)]
    tag = [f"{1 + i % 19:018d}" for i in range(60)]
    system = {
        "EQUI": [["EQUNR", "EQART", "INBDT", "HERST", "AEDAT"],
                 *([f"{i:018d}", "PU", "20010203", "효성", "00000000"] for i in range(1, 20))],
        "QMEL": [["QMNUM", "QMART", "ERDAT", "AEDAT", "QMTXT", "INGRP"],
                 *([qm[i], "M2", day[i], "00000000", f"씰 누유 {i}", "P01"] for i in n)],
        "QMIH": [["QMNUM", "EQUNR", "AUSVN", "AUSBS", "MSAUS", "EAUSZT", "MAUEH"],
                 *([qm[i], tag[i], day[i], day[i] if i % 3 else "00000000", "X" if i % 2 else "", str(i / 4), "H"] for i in n)],
        "QMFE": [["QMNUM", "FENUM", "FECOD", "OTEIL"], *([qm[i], "0001", ("LOO", "VIB")[i % 2], "SEAL"] for i in n)],
        "QMUR": [["QMNUM", "URNUM", "URCOD"], *([qm[i], "0001", ("1.1", "2.4")[i % 2]] for i in n)],
        "AUFK": [["AUFNR", "AUART", "ERDAT", "IDAT2", "KTEXT"],
                 *([order[i], ("PM01", "PM02")[i % 2], day[i], day[i], "씰 교체"] for i in n)],
        "AFIH": [["AUFNR", "EQUNR", "ILART", "QMNUM", "PRIOK", "TPLNR"],
                 *([order[i], tag[i], ("A01", "P11")[i % 2], qm[i] if i % 2 else "", "1", "U100"] for i in n)],
    }  # fmt: skip
    proposed = draft_of_database([table(name, rows) for name, rows in system.items()])
    assert proposed.problems == (), proposed.text
    contract = edited(proposed, [], tmp_path)
    read = {
        name: [contract.reads.sources[of].table for of in (contract.feeds(name), *(join.table for join in feed.join))]
        for name, feed in contract.tables.items()
    }
    assert {name: {*tables} for name, tables in read.items()} == {
        "equipment": {"pm.EQUI"}, "failure": {"pm.QMIH", "pm.QMEL", "pm.QMFE", "pm.QMUR"}, "maintenance": {"pm.AUFK", "pm.AFIH"},
    }  # fmt: skip
    rules = {name: {c: rule.headings[0] for c, rule in feed.columns.items()} for name, feed in contract.tables.items()}
    assert rules["failure"] == {
        "failure_id": "QMNUM", "equipment_tag": "EQUNR", "occurred": "AUSVN", "recorded_on": "ERDAT", "downtime_h": "EAUSZT",
        "failure_mode": "FECOD", "subunit": "OTEIL", "cause": "URCOD", "text": "QMTXT",
    }  # fmt: skip
    assert rules["maintenance"] == {
        "maintenance_id": "AUFNR", "equipment_tag": "EQUNR", "occurred": "IDAT2", "recorded_on": "ERDAT", "category": "AUART",
        "failure_id": "QMNUM", "priority": "PRIOK", "text": "KTEXT",
    }  # fmt: skip
    assert (
        "# 열림: impact:" in proposed.text and "모르는 말: X" in proposed.text and "# 열림: activity:" in proposed.text
    )
    assert "읽지 않은 표" not in proposed.text


def test_of_a_databases_logs_the_one_that_says_most_is_read(tmp_path):
    short = [["호기", "일자", "조치"], *([row[1], row[2], row[4]] for row in LOG[1:] * 3)]
    proposed = draft_of_database([table("short", short), table("log", LOG)])
    assert "log: {table: pm.log" in proposed.text
    command = "`yeji contract draft --connection pm pm.short -o infra/sources/pm_2.yaml`"
    assert re.search(rf"# 열림: 읽지 않은 표: pm.short \(maintenance로 보이지만 .*{command}", proposed.text), (
        proposed.text
    )


def test_what_has_several_rows_for_a_number_is_not_joined_but_told():
    twice = [*QMFE, *([row[0], "0002", "NOI", "BEARING", ""] for row in QMFE[1:9])]
    tables = [table("qmel", QMEL, ("qmnum",)), table("qmfe", twice, ("qmnum", "fenum"))]
    proposed = draft_of_database(tables)
    assert proposed.problems == () and "join:" not in proposed.text.partition("# 열림")[0]
    [note] = re.findall("# 열림: .*pm.qmfe.*", proposed.text)
    assert (
        "qmnum 하나에 2행까지" in note and "failure.failure_mode ← fecod" in note and "failure.subunit ← oteil" in note
    )


@pytest.mark.parametrize("of", ["log", "register", "neither"])
def test_a_database_delivers_changes_if_any_of_its_tables_can_tell_them(tmp_path, of):
    log, register = [[*LOG[0], "updated_at"]], [[*REGISTER[0], "updated_at"]]
    log += [[*row, "2024-05-05 01:00:00"] for row in LOG[1:]]
    register += [[*row, "2024-05-05 01:00:00"] for row in REGISTER[1:]]
    moments = ("updated_at",)
    proposed = draft_of_database([
        table("log", log, ("작업번호",), moments if of == "log" else ()),
        table("register", register, ("설비번호",), moments if of == "register" else ()),
    ])  # fmt: skip
    assert proposed.problems == (), proposed.text
    assert ("delivers: changes" in proposed.text) == (of != "neither") == ("changed: [updated_at]" in proposed.text)


def test_a_number_of_two_columns_leaves_the_key_open_with_both():
    rows = [
        [f"W{n // 2:03d}", str(1 + n % 2), f"P-{n}", f"2024-01-{1 + n % 28:02d}", ("고장", "예방")[n % 2], "수리"]
        for n in range(60)
    ]
    proposed = draft_of_database([
        table("log", [["작업번호", "순번", "설비번호", "작업일", "구분", "작업내용"], *rows], ("작업번호", "순번"))
    ])  # fmt: skip
    assert re.search(r"# 열림: maintenance_id: .*작업번호, 순번을 함께 보아야", proposed.text), proposed.text
