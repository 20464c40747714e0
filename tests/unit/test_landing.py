"""A delivery's bytes: kept whole, once, and told where they cannot be."""

import json
import shutil
from collections import Counter
from contextlib import nullcontext
from datetime import date
from functools import partial
from pathlib import Path

import openpyxl
import pytest

from jobs.contracts import Contract
from jobs.errors import DataError
from jobs.lake import Partition
from jobs.landing import MANIFEST, Delivery, RefusedFile, delivered, from_inbox, land
from jobs.landing import read as read_landing
from jobs.sources.codes import return_code
from jobs.sources.rows import RETURN_CODE
from jobs.spreadsheet.limits import Limits
from jobs.steps.land import Raw, refuse_what_is_too_little, write_raw_rows
from tests.support.contracts import contract_of

DAY = date(2026, 3, 5)
LOG = contract_of("f/{delivery_date}/*.csv", kind="csv")
GOOD = "작업번호,설비번호,작업일\nW1,P-101,2026.3.5\n"


def landed(contract: Contract, inbox: Path, landing: Path, day: date) -> Delivery:
    """What is landed of the inbox."""
    return land(contract, landing, day, partial(from_inbox, contract, inbox, day))


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox" / "f" / str(DAY)
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text(GOOD, encoding="utf-8")
    return tmp_path / "inbox"


def test_a_file_that_is_still_being_written_is_waited_for(inbox, tmp_path, monkeypatch):
    copyfile = shutil.copyfile

    def copied_meanwhile(source, target):
        copyfile(source, target)
        with Path(source).open("a", encoding="utf-8") as file:
            file.write("W2,P-102,2026.3.6\n")

    monkeypatch.setattr(shutil, "copyfile", copied_meanwhile)
    with pytest.raises(DataError, match=r"^a\.csv: it is still being written; run it again when it is whole"):
        landed(LOG, inbox, tmp_path / "landing", DAY)
    assert not list((tmp_path / "landing").rglob("*.csv")), "nothing half-written is kept"
    monkeypatch.undo()
    assert [f.name for f in landed(LOG, inbox, tmp_path / "landing", DAY).files] == ["a.csv"]


def test_what_cannot_be_kept_stands_in_the_manifest_for_good(inbox, tmp_path):
    (inbox / "f" / str(DAY) / "b.csv").mkdir()
    landed(LOG, inbox, tmp_path / "landing", DAY)
    (inbox / "f" / str(DAY) / "b.csv").rmdir()
    delivery = landed(LOG, inbox, tmp_path / "landing", DAY)
    assert delivery == delivered(tmp_path / "landing", "firm_a", DAY)
    assert delivery.refused == (
        RefusedFile(
            "rows",
            "b.csv",
            "b.csv: it is a folder where a file should be; put the file itself there",
            "b.csv: 파일이 있어야 할 자리에 폴더가 있습니다. 그 자리에 파일을 직접 넣어 주세요.",
        ),
    )


def test_a_manifest_of_before_there_was_korean_is_read(inbox, tmp_path):
    (inbox / "f" / str(DAY) / "b.csv").mkdir()
    manifest = landed(LOG, inbox, tmp_path / "landing", DAY).folder / MANIFEST
    told = json.loads(manifest.read_text(encoding="utf-8"))
    del told["refused"][0]["korean"]
    manifest.write_text(json.dumps(told), encoding="utf-8")
    assert read_landing(manifest.parent).refused[0].korean == ""


def test_a_manifest_of_before_files_were_refused_is_read(inbox, tmp_path):
    folder = landed(LOG, inbox, tmp_path / "landing", DAY).folder
    manifest = folder / MANIFEST
    manifest.write_text(manifest.read_text(encoding="utf-8").replace('"refused"', '"other"'), encoding="utf-8")
    assert read_landing(folder).refused == ()


def test_a_bad_file_stops_no_other_and_leaves_no_row_but_its_bytes(inbox, tmp_path):
    """The first 30,000 rows of the bad file are good: none of them may stay."""
    torn = GOOD + "W9,P-109,2026.3.9\n" * 30_000 + 'W10,"P-110,2026.3.9\n'
    (inbox / "f" / str(DAY) / "b.csv").write_text(torn, encoding="utf-8")
    delivery = landed(LOG, inbox, tmp_path / "landing", DAY)
    raw = write_raw_rows(tmp_path / "raw", LOG, delivery, Limits())
    assert raw.kinds == {"heading": 1, "data": 1}
    assert {table: [p.name for p in parts] for table, parts in raw.parts.items()} == {"rows": ["0000.parquet"]}
    assert sorted(p.name for p in (tmp_path / "raw").iterdir()) == ["0000.parquet"]
    [refused] = raw.refused
    assert (refused.name, refused.sentence) == (
        "b.csv",
        "b.csv, line 30,003: a quotation mark is opened there and never closed; close it, or take it away",
    )
    assert (delivery.folder / "rows" / "b.csv").read_text(encoding="utf-8") == torn


CODE = return_code("firm_a", DAY, "rows", "log.csv", None, 2, "ab12")


@pytest.mark.parametrize(
    ("log", "register", "name", "corrections"),
    [
        ([CODE, f"{CODE[:3]}{CODE[4:]}"], [], "log", ["rows", "register"]),
        ([CODE, CODE], ["", ""], "log", ["rows"]),
        (["", CODE, ""], [CODE], "log", ["register"]),
        ([CODE, ""], [CODE, ""], "log", []),
        ([], [""], "log", []),
        ([CODE, ""], [], "log_반송행만", ["rows", "register"]),
        ([""], [], "log_반송행만 (1)", ["rows", "register"]),
        ([""], [], "log_반송", []),
    ],
    ids=[
        "mended rows, a code mistyped",
        "beside a whole register",
        "a whole log beside a register of mended rows",
        "a row without its code",
        "no code",
        "a new row typed beside mended ones",
        "new rows alone, typed into a sheet without mended ones",
        "a whole workbook that went back",
    ],
)
def test_mended_rows_alone_are_told_from_a_whole_table(tmp_path, log, register, name, corrections):
    folder = tmp_path / "inbox" / "f" / str(DAY)
    folder.mkdir(parents=True)
    for file, codes in ((name, log), ("register", register)):
        rows = [f"W{i},P-101,2026.3.5,{code}" for i, code in enumerate(codes)]
        text = "\n".join([f"작업번호,설비번호,작업일,{RETURN_CODE}", *rows]) + "\n"
        (folder / f"{file}.csv").write_text(text, encoding="utf-8")
    tables = {"rows": {"path": "f/{delivery_date}/log*.csv"}, "register": {"path": "f/{delivery_date}/register.csv"}}
    contract = contract_of(tables=tables, kind="csv")
    of_log = contract.tables["maintenance"]
    both = {"maintenance": of_log, "failure": of_log.model_copy(update={"from_": "register"})}
    contract = contract.model_copy(update={"tables": both})
    delivery = landed(contract, tmp_path / "inbox", tmp_path / "landing", DAY)
    raw = write_raw_rows(tmp_path / "raw", contract, delivery, Limits())
    assert raw.corrections_alone(contract.reads.sources) == corrections


def test_how_each_csv_file_is_written_is_told(inbox, tmp_path):
    (inbox / "f" / str(DAY) / "b.csv").write_bytes(GOOD.replace(",", ";").replace("W1", '"W2"').encode("cp949"))
    delivery = landed(LOG, inbox, tmp_path / "landing", DAY)
    assert write_raw_rows(tmp_path / "raw", LOG, delivery, Limits()).dialects == {
        "a.csv": {"encoding": "utf-8", "delimiter": ",", "quote": '"'},
        "b.csv": {"encoding": "cp949", "delimiter": ";", "quote": '"'},
    }


@pytest.mark.parametrize("is_correction", [True, False])
def test_only_mended_rows_do_without_a_table_that_cannot_be_read(tmp_path, is_correction):
    tables = {"rows": {"path": "f/{delivery_date}/*.xlsx"}, "register": {"path": "f/{delivery_date}/*.xlsx"}}
    raw = Raw(parts={"rows": []}, rows=Counter(rows=2), corrections=Counter(rows=2 if is_correction else 1))
    refused = [RefusedFile("register", "a.xlsx", "a.xlsx: no sheet named '설비대장' holds a row")]
    told = nullcontext() if is_correction else pytest.raises(DataError, match="no file of register can be read")
    with told:
        refuse_what_is_too_little(Partition("firm_a", DAY, 1), contract_of(tables=tables), raw, refused)


@pytest.mark.parametrize(("code", "refused"), [(CODE, []), ("", ["log.xlsx"])])
def test_a_workbook_of_mended_rows_alone_need_not_hold_the_sheets_of_other_tables(tmp_path, code, refused):
    book = openpyxl.Workbook()
    book.active.title = "정비이력"
    for row in (["작업번호", "설비번호", "작업일", RETURN_CODE], ["W1", "P-101", "2026.3.5", code]):
        book.active.append(row)
    (tmp_path / "inbox" / "f" / str(DAY)).mkdir(parents=True)
    book.save(tmp_path / "inbox" / "f" / str(DAY) / "log.xlsx")
    path = "f/{delivery_date}/*.xlsx"
    tables = {"rows": {"path": path, "sheet": "정비이력"}, "register": {"path": path, "sheet": "설비대장"}}
    contract = contract_of(tables=tables)
    delivery = landed(contract, tmp_path / "inbox", tmp_path / "landing", DAY)
    raw = write_raw_rows(tmp_path / "raw", contract, delivery, Limits())
    assert [file.name for file in raw.refused] == refused and [*raw.parts] == ["rows"]
