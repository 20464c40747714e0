"""Bad input ends in a clear sentence, stops no other source and loses nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.errors import DataError, UsageError
from jobs.pipeline import alone, night
from jobs.settings import Settings
from jobs.steps import Context, run_step
from tests.support.partitions import quiet, taken_in
from tests.support.region import CONTRACT, JANUARY, LOG, REGISTER, Firm, firm


def test_publish_without_a_passed_check_is_refused(clean: Firm):
    scope = {"source": "firm_a", "delivery_date": str(JANUARY), "settings": clean.settings}
    attempt = run_step("land", **scope)["attempt"]
    run_step("conform", **scope, attempt=attempt)
    with pytest.raises(DataError, match="no passed check"):
        run_step("publish", **scope, attempt=attempt)


def test_one_sources_failure_stops_no_other_and_each_says_why(clean: Firm):
    def other(source: str) -> Firm:
        return firm(clean.settings, source)

    other("no_delivery")
    typo = Firm(clean.settings, "typo")
    typo.write_contract(CONTRACT.replace("parse: tag", "parse: tg"))
    missing = other("missing_column")
    missing.deliver(JANUARY, ["작업번호,설비번호,작업일,구분,작업", "W1,P-1,2023.1.1,고장,수리"])
    no_rows = other("no_rows")
    no_rows.deliver(JANUARY, LOG[:1], ["설비번호,종류,가동일"])
    found = {o.subject: o for o in night(clean.settings, quiet)}
    assert found["firm_a"].status == "done"
    assert found["no_delivery"].status == "refused" and "nothing was delivered" in found["no_delivery"].error
    assert "typo.yaml:" in found["typo"].error and "did you mean 'tag'" in found["typo"].error
    assert "log.csv" in found["missing_column"].error and "정지시간" in found["missing_column"].error
    assert "no rows of data" in found["no_rows"].error


def test_a_missing_inbox_is_named(home: Settings):
    firm(home)
    outcome = next(night(home, quiet))
    assert outcome.status == "refused"
    assert str(home.inbox_dir) in outcome.error


def test_the_same_bytes_twice_are_taken_once(clean: Firm):
    folder = clean.folder(JANUARY)
    (folder / "log_copy.csv").write_bytes((folder / "log.csv").read_bytes())
    assert taken_in(clean.settings, JANUARY).status == "done"
    ledger = Context(clean.settings).ledger
    assert ledger.partitions()[0]["rows_in"] == len(LOG) + len(REGISTER)
    assert "log_copy.csv" in ledger.runs("firm_a")[0]["facts"]


def test_two_nights_at_once_are_refused(clean: Firm):
    with alone(clean.settings), pytest.raises(UsageError, match="another run goes on"), alone(clean.settings):
        pass


@pytest.mark.parametrize("command", [["jobs.cli", "partitions"], ["dags.common.night"]])
def test_a_home_that_cannot_be_written_is_one_line(command: list[str], tmp_path: Path):
    (tmp_path / "file").touch()
    environment = os.environ | {"YEJI_HOME": str(tmp_path / "file")}
    done = subprocess.run(
        [sys.executable, "-m", *command], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert str(tmp_path / "file") in done.stderr
