"""The ledger: attempts, steps, and what a partition's state is."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jobs.errors import DataError, NoDelivery
from jobs.ledger import INGEST, Ledger
from jobs.refusals import Refused
from jobs.steps import Context, complete_on, scope_of
from tests.support.region import FEBRUARY, JANUARY, Firm


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")


def ingest(ledger: Ledger, source: str, date: str, attempt: int, steps: tuple[str, ...] = INGEST) -> None:
    for step in steps:
        with ledger.step(step, source, date, attempt) as entry:
            if step == "land":
                entry.counts |= {"rows_in": 10, "rows_set_aside": 1}
            if step == "publish":
                entry.counts |= {"rows_valid": 7, "rows_quarantined": 2, "content_hash": f"h{attempt}"}


def test_attempts_count_up_per_partition(ledger: Ledger):
    assert [ledger.new_attempt("a", "2026-01-31") for _ in range(3)] == [1, 2, 3]
    assert ledger.new_attempt("a", "2026-02-28") == 1
    assert ledger.new_attempt("b", "2026-01-31") == 1


def test_an_attempt_number_is_never_given_twice(ledger: Ledger):
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda _: ledger.new_attempt("a", "2026-01-31"), range(16)))
    assert sorted(numbers) == list(range(1, 17))


def test_a_partition_is_published_once_its_last_step_is_done(ledger: Ledger):
    ingest(ledger, "a", "2026-01-31", 1)
    (partition,) = ledger.partitions()
    assert partition["status"] == "published"
    assert (partition["rows_in"], partition["rows_valid"], partition["rows_quarantined"]) == (10, 7, 2)
    assert (partition["rows_set_aside"], partition["content_hash"], partition["attempts"]) == (1, "h1", 1)
    assert ledger.published() == {("a", "2026-01-31")}


def test_a_partition_on_its_way_is_running(ledger: Ledger):
    ingest(ledger, "a", "2026-01-31", 1, INGEST[:2])
    assert ledger.partitions()[0]["status"] == "running"
    assert ledger.published() == set()


def test_refused_data_and_a_failed_platform_are_told_apart(ledger: Ledger):
    for source, problem in (("data", DataError("the suite failed")), ("machine", OSError("disk full"))):
        with pytest.raises(type(problem)), ledger.step("check", source, "2026-01-31", 1):
            raise problem
    assert {p["source"]: (p["status"], p["error"]) for p in ledger.partitions()} == {
        "data": ("refused", "the suite failed"),
        "machine": ("failed", "disk full"),
    }


def test_a_rerun_takes_the_place_of_the_attempt_before(ledger: Ledger):
    ingest(ledger, "a", "2026-01-31", 1)
    with pytest.raises(DataError), ledger.step("land", "a", "2026-01-31", 2):
        raise DataError("no delivery")
    (partition,) = ledger.partitions()
    assert (partition["status"], partition["attempts"]) == ("refused", 2)
    assert partition["content_hash"] is None
    assert ledger.published() == {("a", "2026-01-31")}, "what was published before stays so"


def test_what_a_firm_is_to_mend_is_kept_in_its_language_until_it_is_mended(ledger: Ledger):
    with pytest.raises(Refused), ledger.step("land", "a", "2026-01-31", 1):
        raise Refused("delivery_without_rows", {"source": "a", "delivered": "2026-01-31"})
    (partition,) = ledger.partitions()
    assert partition["error"].startswith("a|2026-01-31: the delivery holds no rows of data; ")
    assert (
        partition["error_korean"] == "a의 2026-01-31 자료: 자료에 행이 하나도 없습니다. 내용을 채워 다시 보내 주세요."
    )
    ingest(ledger, "a", "2026-01-31", 2)
    assert ledger.partitions()[0]["error_korean"] is None


def test_a_night_without_a_delivery_is_no_partition(ledger: Ledger):
    with pytest.raises(NoDelivery), ledger.step("land", "a", "2026-01-31", 1):
        raise NoDelivery("nothing there")
    assert ledger.partitions() == []
    assert ledger.runs("a")[0]["status"] == "absent"


def test_every_step_takes_the_same_delivery_for_the_newest_complete_one(clean: Firm):
    context, contract = Context(clean.settings), Context(clean.settings).contract(clean.source)
    for day, refused in ((JANUARY, []), (FEBRUARY, [{"table": "log", "name": "log.csv", "sentence": "no csv"}])):
        for step in ("land", "publish"):
            with context.ledger.step(step, clean.source, str(day), 1) as entry:
                entry.facts["refused_files"] = refused
    assert complete_on(context, contract, "maintenance", [JANUARY, FEBRUARY]) == JANUARY
    assert complete_on(context, contract, "maintenance", [FEBRUARY]) is None
    changes = contract.model_copy(update={"delivers": "changes"})
    assert complete_on(context, changes, "maintenance", [JANUARY]) is None
    scope = scope_of(context, "test")
    assert scope.extracted_on == {clean.source: FEBRUARY}
    assert scope.complete_on == {clean.source: {"equipment": JANUARY, "maintenance": JANUARY}}


@pytest.mark.parametrize(
    ("corrections", "extracted", "equipment", "maintenance"),
    [
        (["log"], JANUARY, FEBRUARY, JANUARY),
        (["register"], FEBRUARY, JANUARY, FEBRUARY),
        (["log", "register"], JANUARY, JANUARY, JANUARY),
    ],
)
def test_corrections_of_one_table_make_none_of_another(clean: Firm, corrections, extracted, equipment, maintenance):
    context = Context(clean.settings)
    for day, tables in ((JANUARY, []), (FEBRUARY, corrections)):
        for step in ("land", "publish"):
            with context.ledger.step(step, clean.source, str(day), 1) as entry:
                entry.facts["corrections"] = tables
    contract, days = context.contract(clean.source), [JANUARY, FEBRUARY]
    assert complete_on(context, contract, "equipment", days) == equipment
    assert complete_on(context, contract, "maintenance", days) == maintenance
    assert scope_of(context, "test").extracted_on == {clean.source: extracted}


def test_what_a_landing_found_stays_with_its_delivery_until_it_is_landed_again(ledger: Ledger):
    def landed(day: str, attempt: int, **facts: object) -> None:
        with ledger.step("land", "a", day, attempt) as entry:
            entry.facts |= facts

    file = {"table": "log", "name": "log.csv", "sentence": "it is damaged"}
    landed("2026-01-31", 1, refused_files=[file])
    landed("2026-02-28", 1, corrections=["log"])
    landed("2026-03-31", 1, corrections=[])
    assert ledger.corrections("a") == {"2026-02-28": ["log"]}
    assert ledger.incomplete("a", "log") == {"2026-01-31", "2026-02-28"}
    assert ledger.incomplete("a", "register") == {"2026-01-31"}
    assert [p["corrections"] for p in ledger.partitions()] == [[], ["log"], []]
    landed("2026-01-31", 2)
    assert ledger.incomplete("a", "log") == {"2026-02-28"}


def checked(ledger: Ledger, date: str, attempt: int, published: bool = True, **facts: object) -> None:
    """A check of an attempt that was published, or refused."""
    try:
        with ledger.step("check", "a", date, attempt) as entry:
            entry.facts |= {"n": attempt, **facts}
            if not published:
                raise DataError("too many nulls")
        with ledger.step("publish", "a", date, attempt):
            pass
    except DataError:
        pass


def test_a_delivery_is_compared_with_what_was_published_of_earlier_dates(ledger: Ledger):
    checked(ledger, "2026-01-31", 1)
    checked(ledger, "2026-01-31", 2)
    checked(ledger, "2026-01-31", 3, published=False)
    checked(ledger, "2026-02-28", 1, published=False)
    checked(ledger, "2026-03-31", 1)
    checked(ledger, "2026-04-30", 1)

    def found(before: str, count: int = 12) -> list[tuple[str, int]]:
        return [(c["delivery_date"], c["attempt"]) for c in ledger.published_checks("a", before, count)]

    assert found("2026-04-30") == [("2026-01-31", 2), ("2026-03-31", 1)], "a refused attempt has replaced nothing"
    assert found("2026-04-30", 1) == [("2026-03-31", 1)]
    assert found("2026-01-31") == []


def test_a_partition_tells_its_warnings_and_its_place_in_the_data_docs(ledger: Ledger):
    verdict = {"stops": False, "failures": ["cost_krw between: 9 of 90 rows break it"], "warnings": ["an orphan"]}
    checked(
        ledger, "2026-01-31", 1, verdict=verdict, trends=["300 rows"], docs="gx/data_docs/sources/a.html#2026-01-31-1"
    )
    checked(ledger, "2026-02-28", 1, published=False, verdict=verdict | {"stops": True}, trends=[], docs="gx/b")
    january, february = ledger.partitions()
    assert january["warnings"] == ["cost_krw between: 9 of 90 rows break it", "an orphan", "300 rows"]
    assert january["docs"] == "gx/data_docs/sources/a.html#2026-01-31-1"
    assert (february["warnings"], february["docs"]) == (["an orphan"], "gx/b"), "what stopped it stands in `error`"
