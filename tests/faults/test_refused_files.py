"""One bad file of a delivery stops no other; what was refused, and why, is told where the partition's end is told."""

import json

import pytest

from jobs import cli
from jobs.ledger import Ledger
from jobs.steps import Context
from jobs.summary import INCOMPLETE
from jobs.tables import CURRENT
from tests.support.packages import ole
from tests.support.partitions import hashes, taken_in
from tests.support.region import FEBRUARY, JANUARY, LOG, REGISTER, Firm, firm

TORN = 'W900,"P-100A,2024.1.1,고장,수리,2시간\nW901,P-101A,2024.1.2,고장,수리,3시간\n'


@pytest.fixture
def mixed(clean: Firm) -> Firm:
    """A firm of whose January two files can be read and two things cannot."""
    folder = clean.folder(JANUARY)
    (folder / "log_b.csv").write_text(LOG[0] + "\n" + TORN, encoding="utf-8")
    (folder / "log_c.csv").mkdir()
    return clean


def test_the_good_files_are_published_and_the_bad_ones_told(mixed: Firm, monkeypatch, capsys):
    outcome = taken_in(mixed.settings, JANUARY)
    assert (outcome.status, outcome.steps["land"]["files_refused"]) == ("done", 2), outcome.error
    [partition] = Ledger(mixed.settings.ledger_url).partitions()
    assert partition["status"] == "published" and partition["rows_valid"] == 60
    told = {file["name"]: file["sentence"] for file in partition["refused_files"]}
    assert told == {
        "log_b.csv": "log_b.csv, line 2: a quotation mark is opened there and never closed; close it, or take it away",
        "log_c.csv": "log_c.csv: it is a folder where a file should be; put the file itself there",
    }
    [kept] = mixed.settings.landing_dir.rglob("log_b.csv")
    assert kept.read_text(encoding="utf-8").endswith(TORN), "the refused bytes are kept"

    monkeypatch.setattr(cli, "settings", lambda: mixed.settings)
    cli.partitions(as_json=True)
    assert json.loads(capsys.readouterr().out)[0]["refused_files"] == partition["refused_files"]
    cli.partitions()
    page = capsys.readouterr().out
    assert all(f"refused file of firm_a {JANUARY}: {sentence}" in page for sentence in told.values())
    assert f"incomplete delivery of firm_a {JANUARY}: {INCOMPLETE}" in page


def test_the_lake_holds_what_it_would_without_the_bad_files_and_withdraws_nothing_for_them(mixed: Firm, tmp_path):
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


def test_a_table_of_which_nothing_can_be_read_refuses_the_partition_with_every_sentence(clean: Firm):
    folder = clean.folder(JANUARY)
    (folder / "log.csv").write_bytes(b"%PDF-1.7 \n")
    (folder / "log_b.csv").write_text(LOG[0] + "\n" + TORN, encoding="utf-8")
    outcome = taken_in(clean.settings, JANUARY)
    assert outcome.status == "refused" and "no file of log can be read; nothing was published" in outcome.error
    assert "log.csv: it is no CSV but a PDF; " in outcome.error and "log_b.csv, line 2: " in outcome.error
    [partition] = Ledger(clean.settings.ledger_url).partitions()
    assert (partition["status"], len(partition["refused_files"])) == ("refused", 2)
