"""A partition from its delivery to silver: laws 1 to 4."""

import json
import shutil
from pathlib import Path

import pytest
from pyspark.sql import functions as F

from jobs.lake import Partition
from jobs.settings import Settings
from jobs.steps import Context
from jobs.tables import CELLS, QUARANTINE, SILVER
from tests.support.partitions import hashes, taken_in
from tests.support.region import FEBRUARY, JANUARY, LOG, Firm, firm

DIRTY = [
    *LOG,
    "W100,P-100A,2023.2.30,고장,수리,1시간",
    "W101,,2023.2.3,고장,수리,1시간",
    "W102,P-101A,2023.2.3,고장,수리,많이",
    "W103,p101-a,2023.2.3,고장,미정,90분",
    "W104,〃,23.2.3,고장,수리,〃",
    ",,,,,",
    "합계,,,,,120",
]


@pytest.fixture(scope="module")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> Firm:
    """A firm whose January delivery, dirt included, was taken in once."""
    folder = tmp_path_factory.mktemp("dirty")
    made = firm(Settings(home=folder / "home", inbox=folder / "inbox", sources=folder / "sources"))
    made.deliver(JANUARY, DIRTY)
    assert taken_in(made.settings, JANUARY).status == "done"
    return made


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


def test_every_repair_stands_beside_its_record_and_is_counted_and_bronze_stays_as_delivered(dirty: Firm):
    context = Context(dirty.settings)
    row = context.lake.read(SILVER["maintenance"]).where(F.col("maintenance_id") == "W104").first()
    assert [tuple(repair) for repair in row["repairs"]] == [
        ("equipment_tag", "ditto", "〃", "p101-a"),
        ("downtime_h", "ditto", "〃", "90분"),
        ("equipment_tag", "tag", "p101-a", "P-101A"),
        ("occurred", "century", "23.2.3", "2023-02-03"),
        ("downtime_h", "unit", "90분", "1.5 h"),
    ]
    raw = context.lake.read(CELLS).where(F.col("_row") == row["_row"]).where(F.col("_table") == "log").first()
    assert [(cell["text"], cell["filled"]) for cell in raw["_cells"]][1:3] == [("〃", "p101-a"), ("23.2.3", None)]
    assert json.loads(context.ledger.last_checks("firm_a")[str(JANUARY)]["facts"])["repairs"] == {
        "century occurred": 1, "ditto downtime_h": 1, "ditto equipment_tag": 1, "tag equipment_tag": 2, "unit downtime_h": 2,
    }  # fmt: skip


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
    """Nor what was delivered later to what is said of a delivery beside the earlier ones, which stops nothing."""
    more = [f"X{i:03d},P-{100 + i % 20}A,2025.{1 + i % 12}.{1 + i % 28},고장,수리,1시간" for i in range(50)]
    found, unusual = [], []
    for order in ((JANUARY, FEBRUARY), (FEBRUARY, JANUARY)):
        folder = tmp_path / str(order[0])
        made = firm(Settings(home=folder / "home", inbox=folder / "inbox", sources=folder / "sources"))
        made.deliver(JANUARY, LOG)
        made.deliver(
            FEBRUARY, [*LOG[:-1], "W039,P-100A,2024.5.5,예방,교체,2시간", "W200,P-101A,2026.2.3,고장,수리,1시간", *more]
        )
        for delivery_date in order:
            assert taken_in(made.settings, delivery_date).status == "done"
        found.append(hashes(made.settings))
        unusual.append([partition["warnings"] for partition in Context(made.settings).ledger.partitions()])
    assert found[0] == found[1]
    january, (used_again, more_rows) = unusual[0]
    assert january == [] and more_rows == f"maintenance: 91 rows, the delivery of {JANUARY} had 40"
    assert (
        "1 rows stand under a key that a record of other equipment or another day had first, such as W039" in used_again
    )
    assert unusual[1] == [[], []], "January was not there when February came, and February is later than January"


def test_law_3_nothing_is_published_of_a_batch_that_is_refused(clean: Firm):
    """The verdict is on the whole batch: what the split would leave of it, two rows in three, is faultless."""
    no_tags = [row.replace(f",P-{100 + i % 20}A,", ",,") if i % 3 == 0 else row for i, row in enumerate(LOG[1:])]
    clean.deliver(FEBRUARY, [LOG[0], *no_tags])
    taken_in(clean.settings, JANUARY)
    before = {name: h for name, h in hashes(clean.settings).items() if name != CELLS.name}
    outcome = taken_in(clean.settings, FEBRUARY)
    assert outcome.status == "refused"
    assert "nothing was published" in outcome.error
    assert "equipment_tag" in outcome.error
    assert {name: h for name, h in hashes(clean.settings).items() if name != CELLS.name} == before
    assert Context(clean.settings).ledger.published() == {("firm_a", str(JANUARY))}
    _, february = Context(clean.settings).ledger.partitions()
    assert february["docs"] == f"gx/data_docs/sources/firm_a.html#{FEBRUARY}-1"
    told = (clean.settings.home / february["docs"].split("#")[0]).read_text()
    assert f'id="{FEBRUARY}-1" class="stopped"' in told and f'id="{JANUARY}-1" class="passed"' in told


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
