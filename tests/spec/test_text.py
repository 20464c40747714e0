"""Text, tags and codes as people type them."""

import unicodedata

from jobs.conform.codes import code_key, is_unmapped, mapped
from jobs.conform.tags import sap_number, tag
from jobs.conform.text import NOTHING, clean, compose, narrow, nothing_as_null
from tests.support.tables import check


def test_words_that_say_nothing(spark):
    check(spark, """
        written     |    | text
        해당없음    | => | null
        '  없음 '   | => | null
        -           | => | null
        －          | => | null
        N/A         | => | null
        n/a         | => | null
        미상        | => | null
        '   '       | => | null
        NA          | => | null
        씰 누유     | => | 씰 누유
        '　펌프　'  | => | 펌프
    """, lambda _: nothing_as_null(clean("c0"), [*NOTHING, "NA"]))  # fmt: skip


def test_decomposed_hangul_is_composed(spark):
    words = ["펌프 P-101A 씰 누유", "가각힣", "값 없는 밖", "ASCII only", "㎜ and é", ""]
    frame = spark.createDataFrame([(unicodedata.normalize("NFD", w), w) for w in words], "nfd string, nfc string")
    got = frame.select(compose("nfd").alias("c"), compose("nfc").alias("same"), "nfc").collect()
    assert [row.c for row in got if "é" not in row.nfc] == [w for w in words if "é" not in w]
    assert [row.same for row in got] == words


def test_marks_that_nobody_sees_are_left_out(spark):
    frame = spark.createDataFrame([("\u200eP-101\u200b", "펌프\ufeff ")], "a string, b string")
    assert frame.select(clean("a"), clean("b")).first() == ("P-101", "펌프")


def test_tags_have_one_spelling(spark):
    check(spark, """
        written    |    | tag
        P-101A     | => | P-101A
        P101-A     | => | P-101A
        P 101 A    | => | P-101A
        p-101a     | => | P-101A
        Ｐ－１０１Ａ | => | P-101A
        P_101      | => | P-101
        펌프 101   | => | 펌프-101
        P-101-1    | => | P-101-1
        P-1011     | => | P-1011
        10-P-101A  | => | 10-P-101A
        10 P 101   | => | 10-P-101
        A          | => | A
        7          | => | 7
    """, lambda text: tag(narrow(text)))  # fmt: skip


def test_sap_numbers_lose_their_padding(spark):
    check(spark, """
        written            |    | number
        000000000010001234 | => | 10001234
        10001234           | => | 10001234
        000                | => | 0
        00A1               | => | 00A1
    """, sap_number)  # fmt: skip


def test_codes(spark):
    codes = {"고장": "corrective", "BM": "corrective", "ON": "preventive", "010": "preventive", "폐기": None}
    check(spark, """
        written |    | code       | unmapped
        고장    | => | corrective | False
        bm      | => | corrective | False
        ＢＭ    | => | corrective | False
        ON      | => | preventive | False
        010     | => | preventive | False
        폐기    | => | null       | False
        10      | => | other      | True
        점검    | => | other      | True
        null    | => | other      | False
    """, lambda text: [mapped(code_key(text), codes, "other"), is_unmapped(code_key(text), codes)])  # fmt: skip
