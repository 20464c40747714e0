"""How a database's connection is read, and which SQL asks for a window; PostgreSQL itself is in tests/spark."""

import pytest

from jobs.contracts import Contract
from jobs.errors import DataError, UsageError
from jobs.sources.connections import connection
from jobs.sources.jdbc import Window, reached_back, selects
from tests.support.contracts import contract_of


@pytest.mark.parametrize(
    "stated",
    [
        "postgresql://me:p%40ss%2F@db.example:5433/pm?sslmode=require",
        "postgres://me:p%40ss%2F@db.example:5433/pm?sslmode=require",
        '{"conn_type": "postgres", "host": "db.example", "port": 5433, "schema": "pm", "login": "me", "password": "p@ss/",'
        ' "extra": {"sslmode": "require"}}',
    ],
)
def test_a_connection_is_read_as_airflow_writes_it(monkeypatch, stated):
    monkeypatch.setenv("AIRFLOW_CONN_PM", stated)
    found = connection("pm")
    assert found.options == {
        "url": "jdbc:postgresql://db.example:5433/pm?sslmode=require",
        "driver": "org.postgresql.Driver",
        "user": "me",
        "password": "p@ss/",
    }
    assert "p@ss" not in repr(found)


@pytest.mark.parametrize(
    ("stated", "says"),
    [
        ("", "the connection pm is not known here; set AIRFLOW_CONN_PM, such as postgresql://"),
        ("mysql://me:secret@db/pm", "the connection pm is of kind mysql; served is postgresql"),
        ("postgresql://me:secret@/pm", "the connection pm names no host"),
        ("postgresql://me:secret@db", "the connection pm names no database"),
        ("{secret", "the connection pm cannot be read"),
        ("postgresql://me:secret@db:port/pm", "the connection pm cannot be read"),
    ],
)
def test_a_wrong_connection_is_refused_without_its_password(monkeypatch, stated, says):
    monkeypatch.setenv("AIRFLOW_CONN_PM", stated)
    with pytest.raises(UsageError) as refused:
        connection("pm")
    assert says in str(refused.value) and "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("latest", "hours", "low"),
    [
        ("20260301", 24, "20260228"),
        ("2026-03-01", 1, "2026-02-28"),
        ("2026-03-01 00:30:00.5+09", 2, "2026-02-28 22:30:00.500000+09:00"),
        ("2026-03-01 00:30:00", 0, "2026-03-01 00:30:00"),
    ],
)
def test_a_window_reaches_back(latest, hours, low):
    assert reached_back(latest, hours) == low


def test_what_is_no_date_is_refused():
    with pytest.raises(DataError, match="`changed` holds '17', which is neither a date nor a time"):
        reached_back("17", 1)


def contract_in_database() -> Contract:
    plain = contract_of().model_dump(mode="json", by_alias=True)
    reads = {
        "kind": "jdbc",
        "connection": "pm",
        "tables": {
            "LOG": {"table": "pm.log", "changed": ["made", "changed"], "key": "작업번호"},
            "ITEM": {"table": "pm.item", "changed": "changed"},
            "TYPE": {"table": "type"},
        },
    }
    joins = [{"table": "ITEM", "on": "작업번호"}, {"table": "TYPE", "on": {"구분": "code"}}]
    feed = plain["tables"]["maintenance"] | {"from": "LOG", "join": joins}
    return Contract.model_validate(plain | {"reads": reads, "delivers": "changes", "tables": {"maintenance": feed}})


def test_the_first_window_is_every_table_whole():
    first = dict.fromkeys(("LOG", "ITEM", "TYPE"), Window(None, "2026-01-31"))
    assert selects(contract_in_database(), first) == {
        "LOG": 'SELECT t.* FROM "pm"."log" t',
        "ITEM": 'SELECT t.* FROM "pm"."item" t',
        "TYPE": 'SELECT t.* FROM "type" t',
    }


def test_a_later_window_is_what_changed_with_what_is_joined_to_it():
    low = Window("2026-01-30", "2026-01-31")
    found = selects(contract_in_database(), {"LOG": low, "ITEM": low, "TYPE": Window(None, None)})
    mine = 'GREATEST({0}."made", {0}."changed") >= \'2026-01-30\' OR GREATEST({0}."made", {0}."changed") IS NULL'
    items = '"changed" >= \'2026-01-30\' OR {0}."changed" IS NULL'
    joined = f'EXISTS (SELECT 1 FROM "pm"."item" j WHERE {{0}}."작업번호" = j."작업번호" AND (j.{items.format("j")}))'
    driver = f"{mine} OR {joined}"
    assert found["LOG"] == f'SELECT t.* FROM "pm"."log" t WHERE {driver.format("t")}'
    assert found["ITEM"] == (
        f'SELECT t.* FROM "pm"."item" t WHERE t.{items.format("t")} OR '
        f'EXISTS (SELECT 1 FROM "pm"."log" d WHERE d."작업번호" = t."작업번호" AND ({driver.format("d")}))'
    )
    assert found["TYPE"].startswith(
        'SELECT t.* FROM "type" t WHERE EXISTS (SELECT 1 FROM "pm"."log" d WHERE d."구분" ='
    )
