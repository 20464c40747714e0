"""A real PostgreSQL as a source: windows, deletions, late commits, dropped connections, and one hash for all formats."""

import json
import re
import threading
import time
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from jobs.contracts import DELETED
from jobs.contracts.draft import draft_of_database
from jobs.errors import DataError, UsageError
from jobs.landing import Delivery, delivered, land
from jobs.settings import Settings
from jobs.sources.connections import connection
from jobs.sources.jdbc import Database, database_grids, tables_of
from jobs.steps import Context
from jobs.steps.window import from_database
from jobs.tables import CURRENT
from tests.support.partitions import taken_in
from tests.support.postgres import Server, server

FIRST, SECOND, THIRD = date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 2)
CONN = "AIRFLOW_CONN_PM_TEST"

OVERLAP = {str(n) for n in range(176, 201)}
"""The numbers of the 24 hours before the last row: they come again with the next window."""

TABLES = """\
  equipment:
    from: EQUI
    key: [equipment_tag]
    columns:
      equipment_tag: {from: [equnr], parse: sap_number}
      equipment_class: {from: [eqart], codes: {PU: PU}}
      commissioned_on: {from: [inbdt], parse: iso_timestamp}
  failure:
    from: QMEL
    join: [{table: QMFE, on: qmnum}]
    key: [failure_id]
    columns:
      failure_id: {from: [qmnum], parse: sap_number}
      equipment_tag: {from: [equnr], parse: sap_number}
      occurred: {from: [ausvn], parse: iso_timestamp}
      recorded_on: {from: [erdat], parse: iso_timestamp}
      failure_mode: {from: [fecod], codes: {LOO: LOO, VIB: VIB}}
      downtime_h: {from: [eauszt], parse: number, unit: h}
      text: {from: [qmtxt]}
"""

HEAD = """\
source: {source}
firm: {source}
title: 시험 데이터베이스
reads:
  kind: {kind}
{reads}
schedule: "0 2 * * *"
delivers: {delivers}
tables:
"""

JDBC = """\
  connection: pm_test
  tables:
    EQUI: {table: pm.equi, key: equnr}
    QMEL: {table: pm.qmel, changed: [erdat, aedat], key: qmnum, split_by: qmnum}
    QMFE: {table: pm.qmfe, changed: aedat}"""

MADE = """
DROP SCHEMA IF EXISTS pm CASCADE;
CREATE SCHEMA pm;
CREATE TABLE pm.equi (equnr text PRIMARY KEY, eqart text, inbdt date);
CREATE TABLE pm.qmel (qmnum text PRIMARY KEY, equnr text, ausvn timestamp, erdat timestamptz, aedat timestamptz,
                      eauszt numeric(9, 2), qmtxt text);
CREATE TABLE pm.qmfe (qmnum text, fecod text, aedat timestamptz);
INSERT INTO pm.equi SELECT lpad(i::text, 18, '0'), 'PU', date '2001-02-03' + i FROM generate_series(1, 20) i;
INSERT INTO pm.qmel SELECT lpad(i::text, 12, '0'), lpad((1 + i % 20)::text, 18, '0'),
    timestamp '2020-01-01 00:30' + i * interval '9 hours', timestamptz '2025-03-01 00:30+09' + i * interval '1 hour',
    NULL, i / 4.0, '씰 누유, ' || i || '회' FROM generate_series(1, 200) i;
INSERT INTO pm.qmfe SELECT lpad(i::text, 12, '0'), CASE WHEN i % 2 = 0 THEN 'LOO' ELSE 'VIB' END,
    timestamptz '2025-03-01 00:30+09' + i * interval '1 hour' FROM generate_series(1, 200) i;
"""


KILL = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%"slow"%' AND pid <> pg_backend_pid()
AND state = 'active' AND now() - query_start > interval '1 second'
"""


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    with server() as running:
        yield running


@pytest.fixture
def pm(postgres: Server, home: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home with the source `pm`, and its database as it is on the first night."""
    monkeypatch.setenv(CONN, postgres.uri)
    with postgres.connect() as c:
        c.execute(MADE)
    write_contract(home, "pm", "jdbc", JDBC, "changes")
    return home


def write_contract(home: Settings, source: str, kind: str, reads: str, delivers: str) -> None:
    home.sources.mkdir(parents=True, exist_ok=True)
    text = HEAD.format(source=source, kind=kind, reads=reads, delivers=delivers) + TABLES
    (home.sources / f"{source}.yaml").write_text(text, encoding="utf-8")


def landed(home: Settings, day: date, spark) -> Delivery:
    """The window of a night."""
    contract = Context(home).contract("pm")
    return land(contract, home.landing_dir, day, partial(from_database, spark, contract, home.landing_dir, day))


def numbers(delivery: Delivery, table: str, column: str = "qmnum") -> set[str]:
    """The numbers that a window brought, without the noughts before them; of those deleted, with a minus."""
    rows = pa.concat_tables((pq.read_table(delivery.path(f)) for f in delivery.of(table)), promote_options="default")
    deleted = rows[DELETED].to_pylist() if DELETED in rows.column_names else [None] * rows.num_rows
    return {("-" if d else "") + n.lstrip("0") for n, d in zip(rows[column].to_pylist(), deleted, strict=True)}


def test_a_window_brings_what_changed_what_is_joined_to_it_and_what_was_deleted(pm: Settings, postgres: Server, spark):
    first = landed(pm, FIRST, spark)
    assert {t: told["rows"] for t, told in first.windows.items()} == {"EQUI": 20, "QMEL": 200, "QMFE": 200}
    assert len(first.of("QMEL")) == 4, "four connections, a range of numbers each"
    with postgres.connect() as c:
        c.execute("UPDATE pm.qmel SET aedat = now() WHERE qmnum = lpad('7', 12, '0')")
        c.execute("UPDATE pm.qmfe SET aedat = now() WHERE qmnum = lpad('9', 12, '0')")
        c.execute("DELETE FROM pm.qmel WHERE qmnum IN (lpad('11', 12, '0'), lpad('12', 12, '0'))")
        c.execute("UPDATE pm.qmel SET aedat = '9999-12-31' WHERE qmnum = lpad('20', 12, '0')")
    second = landed(pm, SECOND, spark)
    assert numbers(second, "QMEL") - OVERLAP == {"7", "9", "20", "-11", "-12"}
    assert numbers(second, "QMFE") - OVERLAP == {"7", "9", "20"}, "the joined rows of all that comes"
    assert [file.name for file in second.of("QMEL")][-1] == "deleted.parquet", "within a delivery the later file counts"
    assert second.windows["QMEL"]["deleted"] == 2
    assert second.windows["QMEL"]["latest"] < "9", "a date in the far future does not move the next window there"
    postgres.stop("fast")
    try:
        assert landed(pm, SECOND, spark) == second, "what is landed is not read again"
    finally:
        postgres.start()


def test_late_commits_and_rows_with_old_dates_are_not_lost(pm: Settings, postgres: Server, spark):
    insert = "INSERT INTO pm.qmel SELECT lpad(%s, 12, '0'), equnr, ausvn, %s::timestamptz FROM pm.qmel LIMIT 1"
    with postgres.connect() as c:
        c.execute("UPDATE pm.qmel SET aedat = '2026-01-31 12:00+09' WHERE qmnum = lpad('1', 12, '0')")
        with postgres.connect() as slow, slow.transaction():
            slow.execute(insert, ("400", "2026-01-31 10:00+09"))
            assert "400" not in numbers(landed(pm, FIRST, spark), "QMEL")
        assert numbers(landed(pm, SECOND, spark), "QMEL") - OVERLAP == {"1", "400"}
        c.execute(insert, ("500", "2001-01-01"))
        third = landed(pm, THIRD, spark)
        assert {"500", "1", "199"} <= numbers(third, "QMEL") and len(numbers(third, "QMEL")) == 202
        assert third.windows["QMEL"]["low"] is None, "a key that no window brought: the table was read whole"
        c.execute("DELETE FROM pm.equi")
        fourth = landed(pm, date(2026, 2, 3), spark)
        assert numbers(fourth, "QMEL") - OVERLAP == {"1", "400"} and fourth.windows["EQUI"]["deleted"] == 20


def test_a_table_that_is_new_in_the_contract_or_has_rows_without_a_key_is_read_by_windows(
    pm: Settings, postgres: Server, spark
):
    path = pm.sources / "pm.yaml"
    whole = path.read_text().replace("{table: pm.equi, key: equnr}", "{table: pm.loose, changed: inbdt, key: equnr}")
    equipment = whole[whole.index("  equipment:\n") : whole.index("  failure:\n")]
    path.write_text(re.sub("    EQUI: .*\n", "", whole).replace(equipment, ""))
    with postgres.connect() as c:
        c.execute("CREATE TABLE pm.loose (equnr text, eqart text, inbdt date)")
        c.execute(
            "INSERT INTO pm.loose VALUES (NULL, 'PU', '2001-01-01'), ('1', 'PU', '2002-01-01'), ('2', 'PU', '2025-01-01')"
        )
    assert set(landed(pm, FIRST, spark).windows) == {"QMEL", "QMFE"}
    path.write_text(whole)
    assert landed(pm, SECOND, spark).windows["EQUI"]["rows"] == 3, "a table that was not there before is read whole"
    third = landed(pm, THIRD, spark).windows["EQUI"]
    assert (third["low"], third["rows"], third["deleted"]) == ("2024-12-31", 1, 0), (
        "an empty key is neither new nor gone"
    )


def test_a_night_on_which_nothing_changed_lands_nothing(pm: Settings, postgres: Server, spark):
    with postgres.connect() as c:
        c.execute("TRUNCATE pm.equi, pm.qmel, pm.qmfe")
    outcome = taken_in(pm, FIRST, "pm")
    assert (outcome.status, outcome.error) == ("skipped", "pm: its database is empty")
    with postgres.connect() as c:
        c.execute("INSERT INTO pm.equi VALUES ('1', 'PU', '2001-01-01')")
    landed(pm, SECOND, spark)
    outcome = taken_in(pm, FIRST, "pm")
    assert outcome.status == "skipped"
    assert outcome.error == f"pm: the database was read for {SECOND} already, and with it what {FIRST} had"
    assert not any((pm.landing_dir / "pm").glob(f"{FIRST}/*"))


def test_a_dropped_connection_is_tried_again(pm: Settings, postgres: Server, spark, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("jobs.sources.jdbc.FIRST_PAUSE_S", 0.3)
    with postgres.connect() as c:
        c.execute("CREATE VIEW pm.slow AS SELECT qmnum, pg_sleep(0.02) IS NULL AS s FROM pm.qmel")
    database = Database(spark, connection("pm_test"))
    killed = []

    def kill() -> None:
        with postgres.connect() as c:
            while not killed:
                killed.extend(c.execute(KILL).fetchall())
                time.sleep(0.05)

    killer = threading.Thread(target=kill)
    killer.start()
    sql = 'SELECT count(*) AS n FROM "pm"."slow" WHERE NOT s'
    assert database.first(sql) == {"n": 200}
    killer.join()
    postgres.stop()
    starter = threading.Timer(0.6, postgres.start)
    starter.start()
    assert database.first("SELECT count(*) AS n FROM pm.qmel") == {"n": 200}
    starter.join()


def test_a_database_that_stays_away_is_the_platforms_failure_and_lands_nothing(
    pm: Settings, postgres: Server, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("jobs.sources.jdbc.FIRST_PAUSE_S", 0.0)
    monkeypatch.setenv(CONN, postgres.uri.replace(str(postgres.port), "1"))
    outcome = taken_in(pm, FIRST, "pm")
    assert outcome.status == "failed" and "does not answer" in outcome.error and "4 attempts" in outcome.error
    assert not any((pm.landing_dir / "pm" / str(FIRST)).glob("*"))


@pytest.mark.parametrize(
    ("change", "kind", "says"),
    [
        (("env", "geheim", "falsch"), UsageError, "the database refuses the user or the password; correct AIRFLOW_CONN_PM_TEST"),
        (("env", "/postgres", "/nowhere"), UsageError, "there is no such database; correct AIRFLOW_CONN_PM_TEST"),
        (("yaml", "pm.qmel", "pm.qmeI"), DataError, 'no table or view pm.qmeI; correct its name (`table` in a contract)'),
        (("yaml", "changed: aedat", "changed: aedatum"), DataError, "no column aedatum; correct the contract"),
        (("yaml", "[fecod]", "[fegrp]"), DataError, "the delivery is missing columns: fegrp in QMEL or QMFE; add them"),
        (("yaml", "[inbdt]", "[inbetr]"), DataError, "the delivery is missing columns: inbetr in EQUI; add them"),
        (("yaml", "split_by: qmnum", "split_by: qmtxt"), DataError, "`split_by` holds"),
    ],
)  # fmt: skip
def test_what_the_database_refuses_is_said_in_the_contracts_words(
    pm: Settings, monkeypatch: pytest.MonkeyPatch, postgres: Server, change: tuple[str, str, str], kind: type, says: str
):
    where, old, new = change
    if where == "env":
        monkeypatch.setenv(CONN, postgres.uri.replace(old, new))
    else:
        path = pm.sources / "pm.yaml"
        path.write_text(path.read_text().replace(old, new))
    outcome = taken_in(pm, FIRST, "pm")
    assert says in outcome.error and "geheim" not in outcome.error
    assert outcome.status == ("refused" if kind is DataError else "failed")
    assert outcome.exit_code == kind.exit_code


def test_rows_can_be_refused_for_a_column_that_no_joined_table_has(pm: Settings, postgres: Server):
    path = pm.sources / "pm.yaml"
    text = path.read_text().replace("tables:\n  equip", "on_missing_column: quarantine\ntables:\n  equip")
    path.write_text(text.replace("[qmtxt]", "[langtext]"))
    outcome = taken_in(pm, FIRST, "pm")
    assert outcome.status == "done", outcome.error
    [check] = Context(pm).ledger.last_checks("pm").values()
    reasons = json.loads(check["facts"])["reasons"]
    assert reasons == {"absent_column langtext": 200}, "fecod is in QMFE, which is joined"


def test_a_contract_is_drafted_from_a_schema(pm: Settings, postgres: Server, spark):
    with postgres.connect() as c:
        c.execute("""
            CREATE TABLE pm.orders AS SELECT 'W-' || i AS work_order, 'P-' || (100 + i % 7) AS equipment_no,
                date '2024-01-01' + i AS work_date, CASE WHEN i % 3 = 0 THEN '고장' ELSE '예방' END AS category,
                i % 9 AS downtime_hours, '씰 교체' AS description, now() - i * interval '1 hour' AS updated_at
            FROM generate_series(1, 90) i""")
    database = Database(spark, connection("pm_test"))
    assert tables_of(database, "pm") == ["equi", "orders", "qmel", "qmfe"]
    drafted = draft_of_database(list(database_grids(database, ["pm"])), pm.sources / "works.yaml")
    assert drafted.problems == ()
    assert "{table: pm.orders, changed: [updated_at], key: [work_order]}" in drafted.text
    assert "{table: pm.equi, key: [equnr]}" in drafted.text, "its primary key"
    pm.sources.joinpath("works.yaml").write_text(drafted.text, encoding="utf-8")
    contract = Context(pm).contract("works")
    assert (contract.delivers, contract.reads.connection) == ("changes", "pm_test")
    rules = {name: rule.headings for name, rule in contract.tables["maintenance"].columns.items()}
    assert (rules["maintenance_id"], rules["equipment_tag"], rules["occurred"]) == (
        ("work_order",), ("equipment_no",), ("work_date",),
    )  # fmt: skip
    failure = contract.tables["failure"]
    assert contract.reads.sources[contract.feeds("failure")].table == "pm.qmel"
    assert [contract.reads.sources[join.table].table for join in failure.join] == ["pm.qmfe"]
    assert failure.columns["failure_mode"].codes == {"LOO": "LOO", "VIB": "VIB"}
    assert taken_in(pm, FIRST, "works").status == "done", "it is read as it was drafted"
    for name, kind, says in (
        ("nowhere", DataError, "pm_test: no schema nowhere"),
        ("pm.nope", DataError, "pm_test: the database has no table or view pm.nope; correct its name"),
        (
            "pm.qmel; drop table pm.qmel",
            UsageError,
            "'pm.qmel; drop table pm.qmel' names no table; name it as SCHEMA.TABLE",
        ),
    ):
        with pytest.raises(kind) as refused:
            list(database_grids(database, [name]))
        assert says in str(refused.value)


def test_the_same_records_have_one_hash_as_jdbc_parquet_csv_and_xlsx(pm: Settings, postgres: Server, spark):
    zone = ZoneInfo("Asia/Seoul")
    assert taken_in(pm, FIRST, "pm").status == "done"
    tables = {name: spark_table(pm, name) for name in ("EQUI", "QMEL", "QMFE")}
    for kind, ending in (("parquet", "parquet"), ("csv", "csv"), ("workbook", "xlsx")):
        paths = "\n".join(f'    {t}: {{path: "{kind}_firm/{{delivery_date}}/{t}.{ending}"}}' for t in tables)
        write_contract(pm, f"{kind}_firm", kind, f"  tables:\n{paths}", "changes")
        folder = pm.inbox_dir / f"{kind}_firm" / str(FIRST)
        folder.mkdir(parents=True)
        for name, table in tables.items():
            handed_over(table, folder / f"{name}.{ending}", zone)
        outcome = taken_in(pm, FIRST, f"{kind}_firm")
        assert outcome.status == "done", outcome.error
    found = {p["source"]: p["records_hash"] for p in Context(pm).ledger.partitions()}
    assert len(found) == 4 and len(set(found.values())) == 1 and None not in found.values(), found
    with postgres.connect() as c:
        c.execute("DELETE FROM pm.qmel WHERE qmnum = lpad('11', 12, '0'); DELETE FROM pm.equi WHERE eqart = 'none'")
        c.execute("UPDATE pm.qmfe SET fecod = 'LOO', aedat = now() WHERE qmnum = lpad('9', 12, '0')")
    assert taken_in(pm, SECOND, "pm").status == "done"
    rows = Context(pm).lake.read(CURRENT["failure"]).where("_source = 'pm'").collect()
    found = {row["failure_id"]: row for row in rows}
    assert [number for number, row in found.items() if row["is_withdrawn"]] == ["11"]
    assert (found["9"]["failure_mode"], found["7"]["failure_mode"]) == ("LOO", "VIB")
    assert found["1"]["recorded_on"] == date(2025, 3, 1), "01:30 in Seoul is the day before in UTC"
    assert (found["1"]["equipment_tag"], found["1"]["downtime_h"]) == ("2", 0.25)
    with_change = pm.inbox_dir / "csv_firm" / str(SECOND)
    (pm.inbox_dir / "csv_firm" / str(FIRST)).rename(with_change)
    path = with_change / "QMEL.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("씰 누유, 5회", "씰 누유, 6회"), encoding="utf-8")
    assert taken_in(pm, SECOND, "csv_firm").status == "done"
    assert len({p["records_hash"] for p in Context(pm).ledger.partitions() if p["source"] == "csv_firm"}) == 2, (
        "another text is another hash"
    )


def spark_table(home: Settings, name: str):
    """What was landed of a table, as Arrow holds it."""
    delivery = delivered(home.landing_dir, "pm", FIRST)
    return pq.ParquetDataset([delivery.path(file) for file in delivery.of(name)]).read()


def handed_over(table, path: Path, zone: ZoneInfo) -> None:
    """A table as a firm would hand it over: moments in its own clock, cells of their own kind."""
    if path.suffix == ".parquet":  # in nanoseconds, as pandas writes them
        times = [field for field in table.schema if pa.types.is_timestamp(field.type)]
        for field in times:
            at = table.schema.get_field_index(field.name)
            table = table.set_column(at, field.name, table[field.name].cast(pa.timestamp("ns", field.type.tz)))
        pq.write_table(table.replace_schema_metadata(None), path)
        return
    rows = [
        {k: v.astimezone(zone).replace(tzinfo=None) if getattr(v, "tzinfo", None) else v for k, v in row.items()}
        for row in table.to_pylist()
    ]
    if path.suffix == ".csv":
        pyarrow.csv.write_csv(pyarrow.Table.from_pylist(rows), path)
        return
    book = openpyxl.Workbook()
    book.active.append(list(rows[0]))
    for row in rows:
        book.active.append([float(v) if k == "eauszt" and v is not None else v for k, v in row.items()])
    book.save(path)
