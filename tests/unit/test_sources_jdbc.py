"""How a database's connection is read, and which SQL asks for a window; PostgreSQL itself is in tests/spark."""

import pytest
from pyspark.errors import PySparkException

from jobs.contracts import Contract
from jobs.errors import DataError, UsageError, YejiError
from jobs.sources.connections import Connection, connection
from jobs.sources.jdbc import ATTEMPTS, SERVER_ERROR, Database, Window, reached_back, selects
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


class JavaError:
    """An exception of Java as py4j shows it: here Spark's, of which the database's is the cause."""

    def __init__(self, state: str | None, message: str, cause: "JavaError | None" = None) -> None:
        self.getSQLState, self.getMessage, self.getCause = (lambda: state), (lambda: message), (lambda: cause)
        self.getName = lambda: "org.apache.spark.SparkException" if cause else SERVER_ERROR

    def getClass(self) -> "JavaError":  # noqa: N802  # Java's spelling
        return self


class SparkError(PySparkException):
    """What classic Spark raises (with a SQLSTATE) or Spark Connect (without)."""

    def __init__(self, state: str | None, message: str) -> None:
        super().__init__(f"Job aborted due to stage failure: ({SERVER_ERROR}) {message}\n\tat org.postgresql.core")
        if state:
            self._origin = JavaError(None, "Job aborted", JavaError(state, message))


def refused_with(state: str | None, message: str, monkeypatch: pytest.MonkeyPatch) -> tuple[YejiError, int]:
    """What a database that gives an error is told to say, and how often it was asked."""
    monkeypatch.setattr("jobs.sources.jdbc.FIRST_PAUSE_S", 0.0)
    asked: list[int] = []

    def read() -> None:
        asked.append(1)
        raise SparkError(state, message)

    with pytest.raises(YejiError) as refused:
        Database(None, Connection("pm", "jdbc:postgresql://db/pm", {})).tried(read)
    return refused.value, len(asked)


@pytest.mark.parametrize(
    ("state", "message", "kind", "says"),
    [
        ("28P01", '치명적오류: 사용자 "reader"의 password 인증을 실패했습니다', UsageError, "user or the password"),
        ("28P01", "??????: ??? ??? ??", UsageError, "user or the password"),
        ("3D000", '치명적오류: "nowhere" 데이터베이스 없음', UsageError, "there is no such database"),
        ("42P01", '오류: "pm.qmei" 이름의 릴레이션(relation)이 없습니다', DataError, "no table or view pm.qmei; correct"),
        ("42P01", 'FEHLER: Relation »pm.qmei« existiert nicht', DataError, "no table or view (FEHLER: Rel"),
        ("42703", '오류: "aedatum" 이름의 칼럼은 없습니다', DataError, "the database has no column aedatum; correct"),
        ("42703", "오류: t.aedatum 칼럼 없음", DataError, "the database has no column aedatum; correct"),
        ("42501", "오류: qmel 테이블에 대한 접근 권한 없음", DataError, "may not read (qmel 테이블"),
        ("22P02", '오류: bigint 자료형 대한 잘못된 입력 구문: "씰"', DataError, "`split_by` holds 씰, which is no number"),
        ("22P02", '오류: date 자료형 대한 잘못된 입력 구문: "씰"', YejiError, "the database says: date 자"),
        ("08004", "The server does not support SSL.", YejiError, "the database says: The server does not support SSL."),
        (None, '오류: "pm.qmei" 이름의 릴레이션(relation)이 없습니다', DataError, "no table or view pm.qmei; correct"),
        (None, 'FATAL: password authentication failed for user "reader"', UsageError, "user or the password"),
        (None, "오류: 잠금 시간 초과", YejiError, "the database says: 잠금 시간 초과"),
    ],
)  # fmt: skip
def test_a_refusal_is_read_by_its_code_whatever_language_the_server_speaks(state, message, kind, says, monkeypatch):
    refused, asked = refused_with(state, message, monkeypatch)
    assert type(refused) is kind and says in str(refused) and asked == 1


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ("57P01", "치명적오류: 관리자 요청에 의해서 연결을 끝냅니다"),
        ("57P03", "치명적오류: 데이터베이스 시스템이 새로 가동 중입니다."),
        ("53300", "치명적오류: 최대 동시 접속자 수를 초과했습니다."),
        ("08006", "An I/O error occurred while sending to the backend."),
        (None, "FATAL: the database system is starting up"),
    ],
)
def test_a_connection_that_drops_is_tried_again_whatever_language_the_server_speaks(state, message, monkeypatch):
    refused, asked = refused_with(state, message, monkeypatch)
    assert "does not answer" in str(refused) and asked == ATTEMPTS
