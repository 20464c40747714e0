"""Numbers, units and durations as firms write them."""

from jobs.conform.numbers import boolean, duration, duration_parts, integer, number, number_parts
from jobs.conform.text import narrow
from tests.support.tables import check


def test_money_in_thousands_unless_it_says_otherwise(spark):
    check(spark, """
        written     |    | KRW
        1,234       | => | 1.234e+06
        １２３      | => | 123000
        12천원      | => | 12000
        3만원       | => | 30000
        3 만 원     | => | 30000
        500원       | => | 500
        ₩500        | => | 500000
        -5          | => | -5000
        △5         | => | -5000
        (5)         | => | -5000
        약 3        | => | 3000
        1.5E3       | => | 1.5e+06
        .5          | => | 500
        1,23        | => | null
        1.2.3       | => | null
        5mm         | => | null
        PM01        | => | null
        견적중      | => | null
        null        | => | null
    """, lambda text: number(number_parts(narrow(text)), "천원", "KRW"))  # fmt: skip


def test_lengths_and_pressures(spark):
    check(spark, """
        written  |    | mm
        8.2      | => | 8.2
        8.2㎜    | => | 8.2
        8.2 MM   | => | 8.2
        0.82cm   | => | 8.2
        8.2㎝    | => | 82
        8.2kg    | => | null
    """, lambda text: number(number_parts(narrow(text)), "mm", "mm"))  # fmt: skip
    check(spark, """
        written    |    | bar
        1          | => | 1
        1MPa       | => | 10
        10㎏/㎠    | => | 9.80665
        10 kgf/cm2 | => | 9.80665
        10㎏f/㎠   | => | 9.80665
        10kgf      | => | null
    """, lambda text: number(number_parts(narrow(text)), "bar", "bar"))  # fmt: skip


def test_temperatures(spark):
    check(spark, """
        written |    | °C
        80      | => | 80
        80℃    | => | 80
        80 °C   | => | 80
        -5℃    | => | -5
        80K     | => | null
    """, lambda text: number(number_parts(narrow(text)), "℃", "℃"))  # fmt: skip


def test_shares_in_percent(spark):
    check(spark, """
        written |    | share
        80      | => | 0.8
        80%     | => | 0.8
        80％    | => | 0.8
    """, lambda text: number(number_parts(narrow(text)), "%", "1"))  # fmt: skip


def test_a_number_without_unit_takes_none(spark):
    check(spark, """
        written |    | value
        3       | => | 3
        3개     | => | null
    """, lambda text: number(number_parts(narrow(text)), "", ""))  # fmt: skip


def test_integers(spark):
    check(spark, """
        written |    | value
        12      | => | 12
        12.0    | => | 12
        1,200   | => | 1200
        12.5    | => | null
        1E20    | => | null
    """, lambda text: integer(number_parts(text), "", ""))  # fmt: skip


def test_durations(spark):
    check(spark, """
        written         |    | hours
        3시간 30분      | => | 3.5
        3시간30분       | => | 3.5
        1.5h            | => | 1.5
        90분            | => | 1.5
        90 min          | => | 1.5
        1일 2시간       | => | 26
        약 3시간        | => | 3
        2:30            | => | 2.5
        2:30:36         | => | 2.51
        １２시간        | => | 12
        4               | => | 4
        1,200           | => | 1200
        하루종일        | => | null
        시간            | => | null
        null            | => | null
    """, lambda text: duration(duration_parts(narrow(text)), "h", "h"))  # fmt: skip
    check(spark, """
        written |    | hours
        90      | => | 1.5
        3시간   | => | 3
    """, lambda text: duration(duration_parts(narrow(text)), "min", "h"))  # fmt: skip


def test_yes_and_no(spark):
    check(spark, """
        written |    | value
        Y       | => | True
        o       | => | True
        유      | => | True
        있음    | => | True
        N       | => | False
        X       | => | False
        없음    | => | False
        글쎄    | => | null
    """, lambda text: boolean(text))  # fmt: skip
