"""What the command says, and ends with, where it was used wrongly: 2 and one sentence, without Spark."""

import json
from pathlib import Path

import pytest

from jobs import cli
from jobs.settings import Settings
from tests.support.region import CONTRACT, JANUARY, firm


@pytest.fixture
def yeji(home: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """The command under a home with one firm and no inbox; it gives the exit code and what was printed, out and err."""

    def no_spark() -> None:
        raise AssertionError("Spark is started, and takes long, before it is seen that there is nothing to do")

    firm(home)
    for module in ("jobs.cli", "jobs.cli.lexicon"):
        monkeypatch.setattr(f"{module}.settings", lambda: home)
    monkeypatch.setattr("jobs.session.session", no_spark)

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["yeji", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


DELIVERY = ("--delivery", str(JANUARY))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("ingest", "nobody", *DELIVERY), "no source nobody: "),
        (("ingest", "../../x", *DELIVERY), "no source ../../x: "),
        (("ingest", "firm_a", *DELIVERY), "no inbox at "),
        (("score", "nobody"), "no source nobody: "),
        (("train", "nopop"), "no population nopop; the contracts name test"),
        (("quality", "nobody"), "no source nobody: "),
        (("quality", "firm_a"), "firm_a: nothing of it was checked yet"),
        (("show", "maintenance", "--source", ""), "--source and --key want a name"),
        (("show", "maintenance", "--key", ""), "--source and --key want a name"),
        (("show", "maintenance", "--key"), "requires an argument"),
        (("lexicon", "suggest", "--source", "firm_a", "--lexicon", "../../etc"), "has excavators, process"),
        (("lexicon", "suggest", "--csv", "nofile.csv", "--column", "내용"), "nofile.csv: there is no such file"),
        (("contract", "draft", "nofile.xlsx"), "nofile.xlsx: there is no such file; name one that is there"),
    ],
)
def test_wrong_usage_ends_with_2(yeji, arguments, says):
    code, _, err = yeji(*arguments)
    assert (code, says in err) == (2, True), err


def test_machines_are_told_whose_hands_mend_it(yeji):
    code, out, _ = yeji("ingest", "nobody", *DELIVERY, "--json")
    assert (code, json.loads(out)[0]["exit_code"]) == (2, 2)


def test_places_are_named_with_what_to_do(yeji, home: Settings, tmp_path: Path):
    made, book = tmp_path / "made.yaml", tmp_path / "made.csv"
    for file in (made, book):
        file.write_text(CONTRACT.format(source="made"), encoding="utf-8")
    a_file, a_folder = "a file stands where a folder should; name a folder", "it is a folder; name a file"
    for arguments, place, says in (
        (("contract", "template", "ok_firm", "--folder", made), made, a_file),
        (("contract", "template", "ok_firm", "--folder", made / "x"), made / "x", a_file),
        (
            ("contract", "draft", book, "-o", "/nonexist/x.yaml"),
            "/nonexist/x.yaml",
            "there is no folder /nonexist; make it",
        ),
        (("sample", made), made, a_file),
        (("sample", "/proc/nope", "--scale", "0.02"), "/proc/nope", "name a place that is"),
        (("contract", "check", tmp_path), tmp_path, a_folder),
        (("contract", "export", tmp_path), tmp_path, a_folder),
        (("contract", "diff", tmp_path, made), tmp_path, a_folder),
        (("contract", "draft", tmp_path), tmp_path, a_folder),
        (("lexicon", "check", tmp_path), tmp_path, a_folder),
        (("lexicon", "suggest", "--csv", tmp_path, "--column", "내용"), tmp_path, a_folder),
    ):
        code, _, err = yeji(*arguments)
        assert code == 2 and err.startswith(f"{place}: ") and says in err and "YEJI_HOME" not in err, err


def test_what_a_partition_was_refused_or_failed_for_is_told(yeji, home: Settings):
    from jobs.ledger import Ledger

    ledger = Ledger(home.ledger_url)
    file = {"table": "log", "name": "log.csv", "sentence": "log.csv: it is a PDF", "korean": "log.csv: PDF입니다."}
    for day, why in (
        ("2026-01-31", "no file of log can be read\nlog.csv: it is a PDF"),
        ("2026-02-28", "the disk is full"),
    ):
        problem = cli.DataError(why) if day == "2026-01-31" else OSError(why)
        with pytest.raises(type(problem)), ledger.step("land", "firm_a", day, 1) as entry:
            entry.facts["refused_files"] = [file] if day == "2026-01-31" else []
            raise problem
    _, out, _ = yeji("partitions")
    assert "refused firm_a 2026-01-31: no file of log can be read\n" in out
    assert "refused file of firm_a 2026-01-31: log.csv: it is a PDF\n  log.csv: PDF입니다.\n" in out
    assert "failed firm_a 2026-02-28: the disk is full\n" in out
