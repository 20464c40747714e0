"""A partition from its delivery to silver: laws 1 to 4, and what bad input comes to."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import functions as F

from jobs.errors import DataError
from jobs.lake import Partition, content_hash
from jobs.pipeline import Outcome, ingest, night
from jobs.settings import Settings
from jobs.steps import Context, run_step
from jobs.tables import CELLS, CURRENT, QUARANTINE, SILVER
from tests.support.region import CONTRACT, FEBRUARY, JANUARY, LOG, Firm, firm

TABLES = (
    CELLS,
    SILVER["equipment"],
    SILVER["maintenance"],
    QUARANTINE,
    *(CURRENT[t] for t in ("equipment", "maintenance")),
)

DIRTY = [
    *LOG,
    "W100,P-100A,2023.2.30,고장,수리,1시간",
    "W101,,2023.2.3,고장,수리,1시간",
    "W102,P-101A,2023.2.3,고장,수리,많이",
    "W103,p101-a,2023.2.3,고장,미정,90분",
    ",,,,,",
    "합계,,,,,120",
]


def quiet(*_: object) -> None:
    pass


def hashes(settings: Settings) -> dict[str, str]:
    lake = Context(settings).lake
    return {table.name: content_hash(lake.read(table)) for table in TABLES}


def taken_in(settings: Settings, delivery_date: date, source: str = "firm_a") -> Outcome:
    return ingest(settings, source, delivery_date, quiet)


@pytest.fixture(scope="module")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> Firm:
    """A firm whose January delivery, dirt included, was taken in once."""
    folder = tmp_path_factory.mktemp("dirty")
    made = firm(Settings(home=folder / "home", inbox=folder / "inbox", sources=folder / "sources"))
    made.deliver(JANUARY, DIRTY)
    assert taken_in(made.settings, JANUARY).status == "done"
    return made


@pytest.fixture
def clean(home: Settings) -> Iterator[Firm]:
    made = firm(home)
    made.deliver(JANUARY, LOG)
    yield made


def test_law_1_every_row_has_one_fate(dirty: Firm):
    (partition,) = Context(dirty.settings).ledger.partitions()
    fates = [partition[f"rows_{name}"] for name in ("valid", "quarantined", "set_aside")]
    assert sum(fates) == partition["rows_in"] == Context(dirty.settings).lake.read(CELLS).count()
    assert partition["rows_quarantined"] == 3
    assert partition["rows_set_aside"] == 4, "two headings, a blank row and a subtotal"


def test_law_1_a_refused_row_keeps_its_cells_its_place_and_every_reason(dirty: Firm):
    rows = {row["_row"]: row for row in Context(dirty.settings).lake.read(QUARANTINE).orderBy("_row").collect()}
    first = len(LOG) + 1
    assert list(rows) == [first, first + 1, first + 2]
    found = {place: [(r["code"], r["column"], r["value"]) for r in row["reasons"]] for place, row in rows.items()}
    assert found[first] == [("bad_korean_date", "occurred", "2023.2.30")]
    assert found[first + 1] == [("missing_equipment_tag", "equipment_tag", None)]
    assert found[first + 2] == [("bad_duration", "downtime_h", "많이")]
    assert [cell["text"] for cell in rows[first]["_cells"]] == ["W100", "P-100A", "2023.2.30", "고장", "수리", "1시간"]
    assert {row["_file"] for row in rows.values()} == {"log.csv"}


def test_an_unmapped_code_is_a_warning_and_its_row_is_kept(dirty: Firm):
    lake = Context(dirty.settings).lake
    row = lake.read(SILVER["maintenance"]).where(F.col("maintenance_id") == "W103").first()
    assert (row["equipment_tag"], row["activity"], row["downtime_h"]) == ("P-101A", None, 1.5)


def test_the_hash_in_the_ledger_changes_with_the_content_only(dirty: Firm):
    before = Context(dirty.settings).ledger.partitions()[0]["content_hash"]
    taken_in(dirty.settings, JANUARY)
    assert Context(dirty.settings).ledger.partitions()[0]["content_hash"] == before


def test_law_2_a_rerun_is_a_clean_run_even_when_the_source_has_changed_since(clean: Firm):
    taken_in(clean.settings, JANUARY)
    before = hashes(clean.settings)
    clean.deliver(JANUARY, LOG[:5])
    assert taken_in(clean.settings, JANUARY).status == "done"
    assert hashes(clean.settings) == before, "a rerun reads what was landed, never the source"
    shutil.rmtree(clean.folder(JANUARY))
    assert taken_in(clean.settings, JANUARY).status == "done"
    assert hashes(clean.settings) == before


def test_law_2_the_order_of_deliveries_does_not_matter(tmp_path: Path):
    found = []
    for order in ((JANUARY, FEBRUARY), (FEBRUARY, JANUARY)):
        folder = tmp_path / str(order[0])
        made = firm(Settings(home=folder / "home", inbox=folder / "inbox", sources=folder / "sources"))
        made.deliver(JANUARY, LOG)
        made.deliver(
            FEBRUARY, [*LOG[:-1], "W039,P-100A,2024.5.5,예방,교체,2시간", "W200,P-101A,2026.2.3,고장,수리,1시간"]
        )
        for delivery_date in order:
            assert taken_in(made.settings, delivery_date).status == "done"
        found.append(hashes(made.settings))
    assert found[0] == found[1]


def test_law_3_nothing_is_published_of_a_batch_that_is_refused(clean: Firm):
    no_tags = [LOG[0], *(row.replace(f",P-{100 + i % 20}A,", ",,") for i, row in enumerate(LOG[1:]))]
    clean.deliver(FEBRUARY, no_tags)
    taken_in(clean.settings, JANUARY)
    before = {name: h for name, h in hashes(clean.settings).items() if name != CELLS.name}
    outcome = taken_in(clean.settings, FEBRUARY)
    assert outcome.status == "refused"
    assert "nothing was published" in outcome.error
    assert "equipment_tag" in outcome.error
    assert {name: h for name, h in hashes(clean.settings).items() if name != CELLS.name} == before
    assert Context(clean.settings).ledger.published() == {("firm_a", str(JANUARY))}


def test_law_3_a_publish_that_was_cut_off_goes_on_where_it_stopped(clean: Firm, monkeypatch: pytest.MonkeyPatch):
    from jobs.lake import Lake

    scope = {"source": "firm_a", "delivery_date": str(JANUARY), "settings": clean.settings}
    attempt = run_step("land", **scope)["attempt"]
    for step in ("conform", "check"):
        run_step(step, **scope, attempt=attempt)
    with monkeypatch.context() as broken:

        def cut_off(*_: object) -> None:
            raise OSError("the power went")

        broken.setattr(Lake, "refresh_current", cut_off)
        with pytest.raises(OSError, match="the power went"):
            run_step("publish", **scope, attempt=attempt)
    assert Context(clean.settings).ledger.published() == set()
    run_step("publish", **scope, attempt=attempt)
    after = hashes(clean.settings)
    assert taken_in(clean.settings, JANUARY).status == "done"
    assert hashes(clean.settings) == after


def test_law_4_a_rerun_touches_no_file_of_another_partition(clean: Firm):
    other = firm(clean.settings, "firm_b")
    other.deliver(JANUARY, LOG)
    taken_in(clean.settings, JANUARY)
    taken_in(other.settings, JANUARY, "firm_b")
    lake = Context(clean.settings).lake
    mine = f"_source=firm_b/_delivery_date={JANUARY}"
    folders = [Path(lake.path(t)) / mine for t in (CELLS, SILVER["maintenance"], QUARANTINE)]
    before = {file: file.stat().st_mtime_ns for folder in folders for file in folder.glob("*.parquet")}
    assert before
    taken_in(clean.settings, JANUARY)
    assert {file: file.stat().st_mtime_ns for folder in folders for file in folder.glob("*.parquet")} == before
    assert not lake.committed(SILVER["maintenance"], Partition("firm_b", JANUARY, 2))


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
