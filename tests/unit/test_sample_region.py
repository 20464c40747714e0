"""The generated region: it is what it says it is, and its dirt stands where the truth says."""

import hashlib
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from jobs.contracts import read_folder
from jobs.errors import UsageError
from jobs.sample import Summary, generate, stands
from jobs.sample.dirt import ARCHIVE_DIRT, LOG_DIRT, REGISTER_DIRT
from jobs.sample.firms import FIRMS, Firm
from jobs.sources import deliveries, files, read_rows

SCALE, SEED = 0.05, 11
CONTRACTS = Path(__file__).parents[2] / "infra" / "sources"
FIRM_SLUGS = [firm.slug for firm in FIRMS]


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    return generate(tmp_path_factory.mktemp("region"), SCALE, SEED)


def fingerprints(folder: Path) -> dict[str, str]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def test_same_seed_gives_the_same_bytes(region: Summary, tmp_path: Path) -> None:
    again = generate(tmp_path, SCALE, SEED)
    assert fingerprints(again.folder) == fingerprints(region.folder)


def test_another_seed_gives_another_region_in_place_of_the_first(tmp_path: Path) -> None:
    generate(tmp_path, 0.02, 1)
    first = fingerprints(tmp_path)
    (tmp_path / "inbox" / "own_firm").mkdir()
    assert stands(tmp_path, 0.02, 1)
    mine = tmp_path / "inbox" / FIRM_SLUGS[0] / "mine.xlsx"
    mine.write_text("mine")
    with pytest.raises(UsageError, match=f"would be lost: inbox/{FIRM_SLUGS[0]}/mine.xlsx; move them away"):
        generate(tmp_path, 0.02, 2)
    assert mine.read_text() == "mine" and stands(tmp_path, 0.02, 1)
    mine.unlink()
    generate(tmp_path, 0.02, 2)
    second = fingerprints(tmp_path)
    assert not stands(tmp_path, 0.02, 1)
    assert stands(tmp_path, 0.02, 2)
    assert first["truth/lives.parquet"] != second["truth/lives.parquet"]
    assert (tmp_path / "inbox" / "own_firm").is_dir()


def test_a_folder_with_other_things_is_refused(tmp_path: Path) -> None:
    (tmp_path / "work.txt").write_text("mine")
    with pytest.raises(UsageError, match="holds no region"):
        generate(tmp_path, 0.02, 1)
    assert (tmp_path / "work.txt").read_text() == "mine"


def test_progress_is_told_to_the_end(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    generate(tmp_path, 0.02, 1, lambda *step: told.append(step))
    assert {(stage, total) for stage, done, total in told if done == total} == {("archive", 1), ("firms", len(FIRMS))}


def test_the_truth_lies_outside_the_inbox(region: Summary) -> None:
    truth = {path.name for path in (region.folder / "truth").iterdir()}
    assert truth == {"assets.parquet", "lives.parquet", "dirt.parquet", "files.parquet"}
    assert {path.name for path in (region.folder / "inbox").iterdir()} == {"complex_archive", *FIRM_SLUGS}


def test_the_archive_is_as_large_as_its_scale_says(region: Summary) -> None:
    assert region.archive_records == pytest.approx(200_000 * SCALE, rel=0.15)


def test_every_source_has_a_contract_that_finds_its_deliveries(region: Summary) -> None:
    contracts = read_folder(CONTRACTS)[0]
    found = {source: len(deliveries(contract, region.folder / "inbox")) for source, contract in contracts.items()}
    assert found == {"complex_archive": 2} | {firm.slug: firm.deliveries for firm in FIRMS}


@pytest.mark.parametrize("firm", FIRMS, ids=lambda firm: firm.slug)
def test_contracts_know_every_word_that_the_firm_writes(firm: Firm) -> None:
    columns = read_folder(CONTRACTS)[0][firm.slug].tables["maintenance"].columns
    for column, words in firm.dialect.words.items():
        assert columns[column].codes == {word: code for code, word in words.items()}


def archive_rows(region: Summary, delivery: str, table: str) -> pd.DataFrame:
    return pd.read_parquet(region.folder / "inbox" / "complex_archive" / delivery / f"{table}-0000.parquet")


@pytest.mark.parametrize("delivery", ["2026-01-31", "2026-02-28"])
def test_archive_tables_hold_the_columns_that_the_contract_reads(region: Summary, delivery: str) -> None:
    contract = read_folder(CONTRACTS)[0]["complex_archive"]
    columns: set[str] = set()
    for table in contract.reads.sources:
        rows = archive_rows(region, delivery, table)
        assert len(rows) > 0, table
        assert set(map(str, rows.dtypes)) == {"object"}
        columns |= set(rows.columns)
    needed = {
        heading for table in contract.tables.values() for rule in table.columns.values() for heading in rule.headings
    }
    assert needed <= columns


@pytest.mark.parametrize("delivery", ["2026-01-31", "2026-02-28"])
@pytest.mark.parametrize(("table", "joined", "key"), [
    ("QMEL", "QMIH", "QMNUM"), ("QMEL", "QMFE", "QMNUM"), ("QMEL", "QMUR", "QMNUM"), ("AUFK", "AFIH", "AUFNR"),
    ("IMRG", "IMPTT", "POINT"),
])  # fmt: skip
def test_archive_joins_meet_but_for_planted_dirt(
    region: Summary, delivery: str, table: str, joined: str, key: str
) -> None:
    planted = pd.read_parquet(region.folder / "truth" / "dirt.parquet")
    dirt = planted[(planted["table"] == joined) & (planted["delivery_date"] == date.fromisoformat(delivery))]
    base, other = archive_rows(region, delivery, table), archive_rows(region, delivery, joined)
    assert set(other[key]) - set(base[key]) == set(dirt.loc[dirt["kind"] == "orphan", "dirty"])
    assert set(base[key]) <= set(other[key])
    assert set(other.loc[other[key].duplicated(), key]) == set(dirt.loc[dirt["kind"] == "second_match", "key"])


def test_planted_archive_cells_stand_where_the_truth_says(region: Summary) -> None:
    planted = pd.read_parquet(region.folder / "truth" / "dirt.parquet")
    archive = planted[planted["source"] == "complex_archive"]
    assert set(archive["kind"]) == {dirt.kind for dirt in ARCHIVE_DIRT}
    for (delivery, file), cells in archive.groupby(["delivery_date", "file"]):
        rows = pd.read_parquet(region.folder / "inbox" / "complex_archive" / str(delivery) / file)
        for cell in cells.itertuples():
            assert rows[cell.heading].iloc[cell.row - 1] == cell.dirty, cell


@pytest.mark.parametrize("source", FIRM_SLUGS)
def test_firm_files_read_back_as_the_truth_says(region: Summary, source: str) -> None:
    """Rows by kind, and every planted cell, as ingestion reads them."""
    contract = read_folder(CONTRACTS)[0][source]
    planted = pd.read_parquet(region.folder / "truth" / "dirt.parquet")
    counted = pd.read_parquet(region.folder / "truth" / "files.parquet")
    inbox = region.folder / "inbox"
    for delivery in deliveries(contract, inbox):
        here = planted[(planted["source"] == source) & (planted["delivery_date"] == delivery)]
        told = counted[(counted["source"] == source) & (counted["delivery_date"] == delivery)]
        assert len(here) > 0
        for file in files(contract, inbox, delivery):
            rows = list(read_rows(file.path, file.table, contract, file.name))
            expected = told[(told["table"] == file.table) & (told["file"] == file.name)]
            kinds = Counter(row.kind for row in rows)
            assert {kind: kinds[kind] for kind in ("title", "heading", "data", "subtotal", "blank")} == {
                kind: expected[kind].sum() for kind in ("title", "heading", "data", "subtotal", "blank")
            }
            by_place = {(row.sheet, row.row): row for row in rows}
            for cell in here[(here["table"] == file.table) & (here["file"] == file.name)].itertuples():
                row = by_place[cell.sheet, cell.row]
                if cell.fate == "set_aside":
                    assert row.kind == cell.kind.removesuffix("_row")
                elif cell.heading:
                    assert row.kind == "data"
                    text = next(c.text for c in row.cells if c.heading == cell.heading)
                    assert (text or "") == cell.dirty


def test_every_kind_of_dirt_befalls_some_firm(region: Summary) -> None:
    planted = pd.read_parquet(region.folder / "truth" / "dirt.parquet")
    firms = planted[planted["source"] != "complex_archive"]
    assert set(firms["kind"]) == {dirt.kind for dirt in (*LOG_DIRT, *REGISTER_DIRT)} | {"correction"}
    corrected = firms.loc[firms["kind"] == "correction", ["source", "delivery_date"]].drop_duplicates()
    twice = [firm.slug for firm in FIRMS if firm.deliveries == 2]
    assert sorted(corrected["source"]) == sorted(twice)
    assert set(corrected["delivery_date"]) == {date(2026, 2, 28)}


def test_one_firm_fails_by_a_law_of_its_own(region: Summary) -> None:
    assets = pd.read_parquet(region.folder / "truth" / "assets.parquet")
    assert set(assets.loc[assets["law"] == "young", "source"]) == {"nuri_catalyst"}
    assert set(assets.loc[assets["source"] == "nuri_catalyst", "law"]) == {"young"}


def test_memory_is_bounded_by_a_block(tmp_path: Path) -> None:
    """Four blocks need no more memory than one, within 40 MB."""
    assert _peak_mb(tmp_path / "four", 2.0) - _peak_mb(tmp_path / "one", 0.5) < 40


def _peak_mb(folder: Path, scale: float) -> float:
    program = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from jobs.sample.archive import write_archive\n"
        "from jobs.sample.region import FIRST_DELIVERY, SECOND_DELIVERY\n"
        "from jobs.sample.tables import TableFiles\n"
        "folder = Path(sys.argv[1])\n"
        "with TableFiles(folder / 'truth') as truth:\n"
        "    dates = FIRST_DELIVERY, SECOND_DELIVERY\n"
        "    write_archive(folder, truth, float(sys.argv[2]), 1, dates, lambda *step: None)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder), str(scale)], capture_output=True, text=True, check=True
    )
    return int(done.stdout) / 1024


def test_a_table_goes_on_in_a_next_file(tmp_path: Path) -> None:
    import pyarrow as pa

    from jobs.sample.tables import TableFiles

    with TableFiles(tmp_path, rows_a_file=3) as out:
        places = [out.write("T", pa.table({"x": range(n)})) for n in (2, 2, 1)]
    assert places == [("T-0000.parquet", 0), ("T-0000.parquet", 2), ("T-0001.parquet", 0)]
    assert [pq.read_metadata(path).num_rows for path in sorted(tmp_path.iterdir())] == [4, 1]
