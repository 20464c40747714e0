"""Bad input ends in a clear sentence, stops no other source and loses nothing."""

import pytest

from jobs.errors import DataError
from jobs.pipeline import night
from jobs.settings import Settings
from jobs.steps import run_step
from tests.support.partitions import quiet
from tests.support.region import CONTRACT, JANUARY, LOG, Firm, firm


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
