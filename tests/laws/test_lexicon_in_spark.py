"""A lexicon reads the same in plain Python and as Spark columns: one set of rules, compiled once."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import functions as F

from jobs.conform.lexicon import load
from tests.support.paths import CHECKOUT

LEXICONS = [load(CHECKOUT / "infra" / "lexicon" / f"{name}.csv") for name in ("process", "excavators")]

terms = st.sampled_from([term.term for lexicon in LEXICONS for term in lexicon.terms])
gaps = st.sampled_from(["", " ", "-", ", ", "/", "\u3000", "\n", ".", "s ", "es", "'"])
noise = st.text("가각힣없는ABЯaşIİ씰축 0１Ｍ~%_^$(|\\'\"\u0130\U0001f527", max_size=4)
texts = st.lists(st.tuples(st.one_of(terms, terms.map(str.upper), noise), gaps), max_size=6).map(
    lambda parts: "".join(word + gap for word, gap in parts)
)


@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(texts, min_size=40, max_size=60))
def test_both_readings_agree(spark, written):
    frame = spark.createDataFrame(list(enumerate(written)), "i int, text string").coalesce(1)
    found = frame.select("i", *[lexicon.tagged(F.col("text")).alias(lexicon.name) for lexicon in LEXICONS]).collect()
    for row in found:
        for lexicon in LEXICONS:
            in_spark = [tuple(tag) for tag in row[lexicon.name]]
            assert in_spark == [tuple(tag) for tag in lexicon.tags(written[row["i"]])], written[row["i"]]


def test_no_text_says_nothing(spark):
    [row] = spark.range(1).select(LEXICONS[0].tagged(F.lit(None).cast("string")).alias("tags")).collect()
    assert row["tags"] == []
