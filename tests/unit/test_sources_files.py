"""Which deliveries lie in an inbox, and which files they hold."""

import os
import unicodedata
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from jobs.errors import DataError, UsageError
from jobs.refusals import Refused
from jobs.sources import beside, deliveries, files, misnamed
from jobs.sources.codes import return_code
from jobs.sources.rows import RETURN_CODE
from tests.support.contracts import contract_of


def put(inbox: Path, *names: str) -> None:
    for name in names:
        path = inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")


def test_each_dated_folder_is_a_delivery(tmp_path):
    put(tmp_path, "f/2026-03-05/b.XLSX", "f/2026-03-05/a.xlsx", "f/2026-03-06/a.xlsx")
    put(tmp_path, "f/2026-03-07/readme.txt", "f/other/a.xlsx", "f/2026-03-06/~$a.xlsx", "f/2026-03-06/.a.xlsx")
    contract = contract_of("f/{delivery_date}/*.xlsx")
    assert deliveries(contract, tmp_path) == [date(2026, 3, 5), date(2026, 3, 6)]
    assert [f.name for f in files(contract, tmp_path, date(2026, 3, 5))] == ["a.xlsx", "b.XLSX"]
    assert [f.name for f in files(contract, tmp_path, date(2026, 3, 6))] == ["a.xlsx"]


def test_names_that_macos_decomposed_are_found(tmp_path):
    put(tmp_path, unicodedata.normalize("NFD", "f/이력_2026-03-05.csv"))
    contract = contract_of("f/이력_{delivery_date}.csv", kind="csv")
    assert [f.name for f in files(contract, tmp_path, date(2026, 3, 5))] == ["이력_2026-03-05.csv"]


def test_a_folder_that_is_no_date_is_named_and_stops_no_other(tmp_path):
    put(tmp_path, "f/2026-02-30/a.xlsx", "f/2026-03-05/a.xlsx")
    contract = contract_of("f/{delivery_date}/*.xlsx")
    assert deliveries(contract, tmp_path) == [date(2026, 3, 5)]
    (refusal,) = misnamed(contract, tmp_path)
    assert "2026-02-30/a.xlsx: its place says no day" in refusal.english


def test_no_inbox_and_an_empty_one(tmp_path):
    contract = contract_of("f/{delivery_date}/*.xlsx")
    assert deliveries(contract, tmp_path) == []
    with pytest.raises(DataError, match=r"no file matches 'f/2026-03-05/\*\.xlsx' in the inbox"):
        files(contract, tmp_path, date(2026, 3, 5))
    with pytest.raises(UsageError, match=r"no inbox at .*; set YEJI_INBOX"):
        deliveries(contract, tmp_path / "absent")


def test_what_is_no_file_to_keep_is_told_and_stops_no_other(tmp_path):
    put(tmp_path, "secret.xlsx", "inbox/f/2026-03-05/a.xlsx", "inbox/f/2026-03-05/rtl\u202excod.xlsx")
    put(tmp_path, "inbox/f/2026-03-05/이력.xlsx", unicodedata.normalize("NFD", "inbox/f/2026-03-05/이력.xlsx"))
    folder = tmp_path / "inbox/f/2026-03-05"
    (folder / "b.xlsx").symlink_to(tmp_path / "secret.xlsx")
    (folder / "c.xlsx").symlink_to(folder / "nothing.xlsx")
    (folder / "d.xlsx").mkdir()
    os.mkfifo(folder / "e.xlsx")
    Path(os.fsdecode(os.fsencode(folder) + "/정비.xlsx".encode("cp949"))).write_text("x")
    found = files(contract_of("f/{delivery_date}/*.xlsx"), tmp_path / "inbox", date(2026, 3, 5))
    assert {f.name: f.problem.english.partition(": ")[2].partition(";")[0] for f in found if f.problem} == {
        "b.xlsx": "it is a link that leaves the inbox",
        "c.xlsx": "it is a link to nothing",
        "d.xlsx": "it is a folder where a file should be",
        "e.xlsx": "it is no ordinary file",
        "rtl�xcod.xlsx": "its name holds signs that cannot be seen (�)",
        "이력.xlsx": "another file has the same name",
        "정비.xlsx": "its name is not written in UTF-8, as some unpackers leave it",
    }
    assert [f.name for f in found if not f.problem] == ["a.xlsx", "이력.xlsx"]


@pytest.mark.parametrize("name", [".~lock.a.xlsx#", "~$a.xlsx", "a.xlsx.part", "a.xlsx.crdownload", "a.xlsx.tmp", "a~"])
def test_lock_files_and_unfinished_downloads_are_passed_over(tmp_path, name):
    put(tmp_path, f"f/2026-03-05/{name}")
    assert deliveries(contract_of("f/{delivery_date}/*"), tmp_path) == []


HEADING = ["작업번호", "설비번호", "작업일"]
DAY = date(2026, 3, 5)
CODE = return_code("firm_a", DAY, "rows", "log.csv", None, 2, "ab12")


def book(path: Path, *headings: str) -> None:
    """A workbook of one row, with more headings than the contract's."""
    made = openpyxl.Workbook()
    made.active.append([*HEADING, *headings])
    made.active.append(["W1", "P-101", "2026-03-05", *([CODE] * len(headings))])
    made.save(path)


def test_a_csv_source_finds_the_workbooks_that_went_back_and_passes_others_over(tmp_path):
    put(tmp_path, "f/2026-03-05/log.csv", "f/2026-03-05/log_b_반송.xlsx", "f/2026-03-05/log_damaged.xlsx")
    folder = tmp_path / "f/2026-03-05"
    book(folder / "log_mended.xlsx", RETURN_CODE)
    book(folder / "log.xlsx")
    book(folder / "other_반송.xlsx", RETURN_CODE)
    found = files(contract_of("f/{delivery_date}/log*.csv", kind="csv"), tmp_path, DAY)
    assert [f.name for f in found] == ["log.csv", "log_b_반송.xlsx", "log_mended.xlsx"]
    put(tmp_path, "f/2026-03-05/log_반송행만.csv")
    found = files(contract_of("f/{delivery_date}/log.csv", kind="csv"), tmp_path, DAY)
    assert "log_반송행만.csv" in [f.name for f in found], "saved as CSV under the name that the summary says"


def test_a_workbook_that_went_back_is_found_beside_the_one_name_that_is_asked_for(tmp_path):
    names = ["이력_반송행만.xlsx", "이력_반송기.xlsx", "이력_반송 (1).xlsx", "다른 것_반송.xlsx", "이력.xlsx"]
    (tmp_path / "f/2026-03-05").mkdir(parents=True)
    for name in names:
        book(tmp_path / "f/2026-03-05" / name, *([RETURN_CODE] if "(1)" in name else []))
    found = files(contract_of("f/{delivery_date}/이력.xlsx"), tmp_path, DAY)
    assert sorted(f.name for f in found) == sorted(["이력.xlsx", "이력_반송행만.xlsx", "이력_반송 (1).xlsx"])
    put(tmp_path, "f/이력_2026-03-06_반송.xlsx")
    assert deliveries(contract_of("f/이력_{delivery_date}.csv", kind="csv"), tmp_path) == [date(2026, 3, 6)]


def test_what_no_table_reads_is_told_with_the_delivery_it_lies_with(tmp_path):
    put(tmp_path, "f/2026-03-05/1월/이력.xlsx", "f/2026-03-05/정비일지.hwp", "f/2026-03-05/1월/추가분.xlsm")
    put(
        tmp_path,
        "f/2026-03-05/사진/a.jpg",
        "f/2026-03-05/사진/b.jpg",
        "f/2026-03-05/목록.xlsx",
        "f/2026-03-05/다른.csv",
    )
    put(tmp_path, *(f"f/2026-03-05/{n}" for n in ("~$이력.xlsx", "a.tmp", ".DS_Store", "Thumbs.db", "1월/desktop.ini")))
    put(tmp_path, "f/2026-03-06/이력.hwp")
    contract, other = contract_of("f/{delivery_date}/*/이력*.xlsx"), contract_of("f/{delivery_date}/*.csv", kind="csv")
    told = beside(contract, tmp_path, DAY, files(contract, tmp_path, DAY), [other])
    assert {name: says.kind for name, says in told.items()} == {
        "1월/추가분.xlsm": "unread_workbook",
        "목록.xlsx": "unread",
        "사진/": "unread",
        "정비일지.hwp": "unread_hwp",
    }
    assert told["정비일지.hwp"].english == (
        "정비일지.hwp: no table of the contract reads it, for it is a 한글 document; "
        "copy its table into Excel and save it as .xlsx"
    )


@pytest.mark.parametrize(
    ("path", "stated", "told"),
    [
        ("f/이력_{delivery_date}.csv", {}, ["이력_2026-03-05.hwp"]),
        ("f/이력*.csv", {"delivered_on": "2026-03-05"}, ["이력_2026-03-05.hwp", "이력_2026-03-06.hwp"]),
    ],
)
def test_what_no_table_reads_is_told_where_the_folder_is_not_the_delivery(tmp_path, path, stated, told):
    put(tmp_path, "f/이력_2026-03-05.csv", "f/이력_2026-03-05.hwp", "f/이력_2026-03-06.hwp")
    contract = contract_of(path, kind="csv", **stated)
    assert [*beside(contract, tmp_path, DAY, files(contract, tmp_path, DAY), [])] == told


@pytest.mark.parametrize(
    ("name", "codes", "is_taken"),
    [
        ("log", [CODE, CODE], True),
        ("log", [CODE, ""], False),
        ("log", [], False),
        ("log_반송행만", ["", CODE], True),
        ("log_반송행만", [], False),
    ],
)
def test_a_table_may_be_left_out_beside_corrections_alone(tmp_path, name, codes, is_taken):
    put(tmp_path, f"f/2026-03-05/{name}.csv")
    rows = [f"W{i},P-101,2026-03-05,{code}" for i, code in enumerate(codes)]
    text = "\n".join([",".join([*HEADING, RETURN_CODE]), *rows]) + "\n"
    (tmp_path / f"f/2026-03-05/{name}.csv").write_text(text, encoding="utf-8")
    tables = {"rows": {"path": "f/{delivery_date}/log.csv"}, "more": {"path": "f/{delivery_date}/more.csv"}}
    contract = contract_of(tables=tables, kind="csv")
    if is_taken:
        assert [f.table for f in files(contract, tmp_path, DAY)] == ["rows"]
    else:
        with pytest.raises(DataError, match=r"no file matches 'f/2026-03-05/more\.csv'"):
            files(contract, tmp_path, DAY)


def test_a_table_left_out_of_a_complete_delivery_is_refused(tmp_path):
    tables = {"rows": {"path": "f/{delivery_date}/log.csv"}, "more": {"path": "f/{delivery_date}/more.csv"}}
    put(tmp_path, "f/2026-03-05/log.csv")
    contract = contract_of(tables=tables, kind="csv")
    with pytest.raises(DataError, match=r"no file matches 'f/2026-03-05/more\.csv' in the inbox [^(]*; deliver it"):
        files(contract, tmp_path, date(2026, 3, 5))
    put(tmp_path, "f/2026-03-05/more.hwp")
    with pytest.raises(Refused, match=r"\(unread there: more\.hwp\); deliver it") as refused:
        files(contract, tmp_path, date(2026, 3, 5))
    assert "자리에 파일이 없습니다(읽지 않은 파일: more.hwp). 빠진 파일을" in refused.value.korean
    changes = contract_of(tables=tables, kind="csv", delivers="changes")
    assert [f.table for f in files(changes, tmp_path, date(2026, 3, 5))] == ["rows"]
