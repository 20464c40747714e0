"""One bad file of a delivery stops no other; what was refused, and why, is told where the partition's end is told."""

import json
from pathlib import Path

import openpyxl
import pytest

from jobs import cli
from jobs.errors import DataError
from jobs.ledger import Ledger
from jobs.sources.rows import RETURN_SUMMARY
from jobs.steps import Context
from jobs.steps.quarantine import give_back
from jobs.summary import INCOMPLETE
from jobs.tables import CURRENT
from tests.support.packages import ole
from tests.support.partitions import hashes, taken_in
from tests.support.region import FEBRUARY, JANUARY, LOG, REGISTER, Firm, firm

TORN = 'W900,"P-100A,2024.1.1,고장,수리,2시간\nW901,P-101A,2024.1.2,고장,수리,3시간\n'


@pytest.fixture
def mixed(clean: Firm) -> Firm:
    """A firm of whose January two files can be read and two things cannot; a twin and a stray file lie beside."""
    folder = clean.folder(JANUARY)
    (folder / "log_b.csv").write_text(LOG[0] + "\n" + TORN, encoding="utf-8")
    (folder / "log_c.csv").mkdir()
    (folder / "log (1).csv").write_bytes((folder / "log.csv").read_bytes())
    (folder / "정비일지.hwp").write_bytes(ole({"FileHeader": b"HWP Document File"}))
    return clean


def given_back(made: Firm, folder: Path, refused_only: bool) -> list[Path]:
    """The workbooks that January goes back as."""
    context = Context(made.settings)
    return [file.path for file in give_back(context, context.contract("firm_a"), JANUARY, folder, refused_only)]


def texts(book: Path) -> list[str]:
    """What the summary of a returned workbook says, from top to bottom."""
    sheet = openpyxl.load_workbook(book)[RETURN_SUMMARY]
    return [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]


def test_the_good_files_are_published_and_the_bad_ones_told(mixed: Firm, tmp_path, monkeypatch, capsys):
    outcome = taken_in(mixed.settings, JANUARY)
    assert (outcome.status, outcome.steps["land"]["files_refused"]) == ("done", 2), outcome.error
    [partition] = Ledger(mixed.settings.ledger_url).partitions()
    assert partition["status"] == "published" and partition["rows_valid"] == 60
    told = {file["name"]: file["sentence"] for file in partition["refused_files"]}
    assert told == {
        "log_b.csv": "log_b.csv, line 2: a quotation mark is opened there and never closed; close it, or take it away",
        "log_c.csv": "log_c.csv: it is a folder where a file should be; put the file itself there",
    }
    korean = {file["name"]: file["korean"] for file in partition["refused_files"]}
    assert korean == {
        "log_b.csv": "log_b.csv, 2번째 줄: 여기서 연 따옴표가 닫히지 않았습니다. 따옴표를 닫거나 지워 주세요.",
        "log_c.csv": "log_c.csv: 파일이 있어야 할 자리에 폴더가 있습니다. 그 자리에 파일을 직접 넣어 주세요.",
    }
    unread = {file["name"]: (file["sentence"], file["korean"]) for file in partition["unread_files"]}
    assert unread == {
        "log.csv": (
            "log.csv: it holds the same bytes as log (1).csv, which was read; leave one of them out",
            "log.csv: log (1).csv와 내용이 똑같아 한 번만 읽었습니다. 둘 가운데 하나만 보내 주세요.",
        ),
        "정비일지.hwp": (
            "정비일지.hwp: no table of the contract reads it, for it is a 한글 document; copy its table into Excel and save "
            "it as CSV UTF-8",
            "정비일지.hwp: 한글 문서여서 읽지 않았습니다. 그 안의 표를 엑셀에 옮겨 ‘CSV UTF-8(쉼표로 분리)’로 저장하거나, "
            "담당자에게 엑셀 양식을 받아 옮겨 적어 주세요.",
        ),
    }
    [kept] = mixed.settings.landing_dir.rglob("log_b.csv")
    assert kept.read_text(encoding="utf-8").endswith(TORN), "the refused bytes are kept"

    monkeypatch.setattr(cli, "settings", lambda: mixed.settings)
    cli.partitions(as_json=True)
    assert json.loads(capsys.readouterr().out)[0]["refused_files"] == partition["refused_files"]
    cli.partitions()
    page = capsys.readouterr().out
    assert f"incomplete delivery of firm_a {JANUARY}: {INCOMPLETE}" in page
    cli._finish([outcome], as_json=False)
    taking_in = capsys.readouterr().out
    for name, sentence in told.items():
        line = f"refused file of firm_a {JANUARY}: {sentence}\n  {korean[name]}\n"
        assert line in page and line in taking_in
    for sentence, same in unread.values():
        line = f"unread file of firm_a {JANUARY}: {sentence}\n  {same}\n"
        assert line in page and line in taking_in
    cli._finish([outcome], as_json=True)
    said = json.loads(capsys.readouterr().out)[0]
    assert all(said[which] == partition[which] for which in ("refused_files", "unread_files"))

    summary = texts(given_back(mixed, tmp_path / "all", refused_only=False)[0])
    at = summary.index("받지 못한 파일과 그 까닭")
    assert summary[at + 1 : at + 3] == [korean["log_c.csv"], korean["log_b.csv"]]
    assert "고치지 않은 파일까지 그날 보낸 파일을 모두" in summary[at + 3]
    assert {same for _, same in unread.values()} <= {*summary}
    [alone] = given_back(mixed, tmp_path / "rows", refused_only=True)
    assert alone.name == "반송 요약.xlsx" and set(korean.values()) <= set(texts(alone)), (
        "no row was refused, but files were"
    )


def test_the_lake_holds_what_it_would_without_the_bad_files_and_withdraws_nothing_for_them(mixed: Firm, tmp_path):
    (mixed.folder(JANUARY) / "log (1).csv").unlink()
    taken_in(mixed.settings, JANUARY)
    alone = firm(mixed.settings.model_copy(update={"home": tmp_path / "other", "inbox": tmp_path / "inbox2"}))
    alone.deliver(JANUARY, LOG)
    taken_in(alone.settings, JANUARY)
    assert hashes(mixed.settings) == hashes(alone.settings)

    alone.deliver(FEBRUARY, LOG[:21], REGISTER[:-1])
    (alone.folder(FEBRUARY) / "log_반송.xlsx").write_bytes(ole({"EncryptedPackage": b"x"}))
    outcome = taken_in(alone.settings, FEBRUARY)
    assert (outcome.status, outcome.steps["land"]["files_refused"]) == ("done", 1), outcome.error
    context = Context(alone.settings)
    assert "it is locked with a password" in context.ledger.partitions()[1]["refused_files"][0]["sentence"]
    for table, records in (("maintenance", 40), ("equipment", 20)):
        rows = context.lake.read(CURRENT[table]).collect()
        assert len(rows) == records and not any(row["is_withdrawn"] for row in rows), table


def test_a_table_of_which_nothing_can_be_read_refuses_the_partition_with_every_sentence(
    clean: Firm, tmp_path, monkeypatch, capsys
):
    folder = clean.folder(JANUARY)
    (folder / "log.csv").write_bytes(b"%PDF-1.7 \n")
    (folder / "log_b.csv").write_text(LOG[0] + "\n" + TORN, encoding="utf-8")
    outcome = taken_in(clean.settings, JANUARY)
    assert outcome.status == "refused" and "no file of log can be read; nothing was published" in outcome.error
    assert "log.csv: it is no CSV but a PDF; " in outcome.error and "log_b.csv, line 2: " in outcome.error
    [partition] = Ledger(clean.settings.ledger_url).partitions()
    assert (partition["status"], len(partition["refused_files"])) == ("refused", 2)

    whole, *of_files = outcome.error_korean.splitlines()
    assert whole.startswith("firm_a의 2026-01-31 자료: log 표의 파일 가운데 읽을 수 있는 것이 없습니다. ")
    assert of_files == [file["korean"] for file in partition["refused_files"]]
    assert of_files[0].startswith("log.csv: CSV 파일이 아니라 PDF 파일입니다. ")
    assert partition["error_korean"] == outcome.error_korean
    with pytest.raises(DataError) as told:
        cli._finish([outcome], as_json=False)
    assert str(told.value) == f"{outcome.error}\n{outcome.error_korean}"
    monkeypatch.setattr(cli, "settings", lambda: clean.settings)
    cli.partitions()
    assert f"for the firm of firm_a {JANUARY}: {outcome.error_korean}" in capsys.readouterr().out

    [notice] = given_back(clean, tmp_path / "back", refused_only=False)
    said = texts(notice)
    at = said.index("받지 못한 파일과 그 까닭")
    assert said[at + 1 : at + 4] == [whole, *of_files]
    assert "firm_a/(다시 보내는 날, 2026-01-31 꼴)/log*.csv" in said[-1] and "그날 보낸 파일을 모두" in said[-1]
    assert openpyxl.load_workbook(notice).sheetnames == [RETURN_SUMMARY]
