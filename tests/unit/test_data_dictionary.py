"""The data dictionary says what the tables are."""

from jobs.tables import TABLES
from jobs.tables.dictionary import FILE, dictionary


def test_the_written_dictionary_is_the_one_the_tables_make():
    assert FILE.read_text(encoding="utf-8") == dictionary(), "the tables changed: run `make docs`"


def test_every_field_is_described():
    undescribed = [f"{t.name}.{f.name}" for t in TABLES.values() for f in t.fields if not f.description.endswith(".")]
    assert undescribed == []


def test_a_number_that_measures_something_has_a_unit():
    unitless = [
        f"{t.name}.{f.name}"
        for t in TABLES.values()
        for f in t.fields
        if f.type == "double" and not f.unit and f.name != "value"
    ]
    assert unitless == []
