"""What the suites declare, and which declarations are refused."""

from datetime import date, datetime
from pathlib import Path

import pytest

from expectations.suites import KINDS, Expectation, SuiteError, of_corrections, suite
from expectations.suites.expectation import checked
from jobs import cli
from jobs.contracts.model import Expectation as Line
from jobs.tables import SILVER
from jobs.tables.table import PROVENANCE
from tests.support.region import CONTRACT

DELIVERED = date(2024, 1, 31)


def of(table: str, *lines: dict | Line, **kwargs: object) -> dict[str, Expectation]:
    return {e.name: e for e in suite(table, lines, delivery_date=DELIVERED, **kwargs)}


@pytest.mark.parametrize("table", SILVER)
def test_every_required_and_every_coded_field_is_expected(table):
    declared = of(table)
    business = [f for f in SILVER[table].fields if f not in PROVENANCE]
    assert {f"{f.name} not_null" for f in business if not f.nullable} <= set(declared)
    assert {f"{f.name} in_set" for f in business if f.codes} <= set(declared)
    assert all(declared[f"{f.name} not_null"].severity == "critical" for f in business if not f.nullable)


@pytest.mark.parametrize("table", SILVER)
def test_every_number_has_limits_and_every_date_is_bounded(table):
    bounded = {e.column for e in of(table).values() if e.code == "between"}
    measured = [f.name for f in SILVER[table].fields if f.type in ("double", "int", "date", "timestamp")]
    assert bounded >= set(measured) - {f.name for f in PROVENANCE}


def test_an_event_is_refused_later_than_the_day_after_its_delivery():
    latest = of("failure")["occurred_to between"].kwargs
    assert (latest["max_value"], latest["strict_max"]) == (datetime(2024, 2, 2), True)
    assert of("failure", record_lag_d=7)["recorded_on between"].kwargs["max_value"] == date(2024, 2, 8)


def test_an_empty_table_stops_only_a_source_that_delivers_everything():
    assert of("failure")["row_count"].severity == "critical"
    assert of("failure", delivers="changes")["row_count"].severity == "warning"


def test_twins_of_a_key_are_a_warning_because_the_later_row_wins():
    unique = of("failure")["failure_id unique"]
    assert (unique.severity, unique.row) == ("warning", False)


def test_a_contract_line_replaces_what_the_suite_asks_of_the_same_column():
    line = {"expect": "column_values_to_be_between", "column": "downtime_h", "max_value": 48, "severity": "critical"}
    before, after = of("failure"), of("failure", line)
    assert set(before) == set(after)
    assert after["downtime_h between"].kwargs == {"max_value": 48}
    assert after["downtime_h between"].severity == "critical"


def test_a_line_as_the_contract_reads_it():
    line = Line(expect="column_values_to_not_be_null", column="subunit", severity="critical", mostly=0.9, min_rows=5)
    added = of("failure", line)["subunit not_null"]
    assert (added.severity, added.mostly, added.min_rows, added.row, dict(added.kwargs)) == (
        "critical",
        0.9,
        5,
        True,
        {},
    )


def test_a_restricted_expectation_stands_beside_the_general_one():
    assert {"value between", "value between (quantity = temperature_c)"} <= set(of("measurement"))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"expect": "column_values_to_be_nul", "column": "text"}, "did you mean expect_column_values_to_be_null?"),
        ({"expect": "column_values_to_be_null", "column": "txt"}, "failure has no column txt (did you mean text?)"),
        ({"expect": "column_values_to_be_null"}, "it needs a column"),
        ({"expect": "table_row_count_to_be_between", "column": "text", "min_value": 1}, "it takes no single column"),
        ({"expect": "column_values_to_be_between", "column": "text", "min_value": 1}, "text is string"),
        ({"expect": "column_values_to_be_between", "column": "downtime_h"}, "min_value, max_value or both"),
        ({"expect": "column_values_to_be_between", "column": "downtime_h", "min_value": 2, "max_value": 1}, "is above"),
        ({"expect": "column_values_to_be_between", "column": "recorded_on", "min_value": "soon"}, "'soon' is no bound"),
        ({"expect": "column_values_to_be_in_set", "column": "impact"}, "it needs value_set"),
        ({"expect": "column_values_to_match_regex", "column": "text", "regex": "("}, "it needs a regular expression"),
        ({"expect": "column_values_to_match_regex", "column": "text"}, "it needs a regular expression"),
        ({"expect": "column_values_to_be_null", "column": "text", "mostly": 95}, "a share from 0 to 1, not 95"),
        ({"expect": "column_values_to_be_null", "column": "text", "regex": "a"}, "unknown argument regex"),
        ({"expect": "compound_columns_to_be_unique", "column_list": ["text"]}, "two columns or more"),
    ],
)
def test_a_wrong_line_is_refused_in_one_sentence(line, said):
    with pytest.raises(SuiteError, match=r"^failure: expect_") as error:
        of("failure", line)
    assert said in str(error.value)


def test_members_of_a_set_take_the_type_of_the_column():
    declared = Expectation("expect_column_values_to_be_in_set", "spare_lead_d", {"value_set": ["7", "14"]})
    assert checked(declared, SILVER["equipment"]).kwargs["value_set"] == [7, 14]


def test_every_kind_that_judges_rows_has_a_code_of_its_own():
    codes = [kind.code for kind in KINDS.values()]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("table", SILVER)
def test_mended_rows_are_held_to_the_same_rules_but_neither_counted_nor_stopped(table):
    line = {"expect": "expect_table_row_count_to_be_between", "min_value": 100, "severity": "critical"}
    whole = suite(table, [line], delivery_date=DELIVERED)
    mended = of_corrections(whole)
    assert [e.place for e in mended] == [e.place for e in whole if e.code != "row_count"] != [e.place for e in whole]
    assert {e.severity for e in mended} == {"warning"}


def test_a_contract_that_asks_for_what_is_no_expectation_is_refused_by_contract_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    line = "expect: [{expect: column_values_to_be_nul, column: model}]"
    file = tmp_path / "firm_a.yaml"
    file.write_text(
        CONTRACT.format(source="firm_a").replace("from: register", f"from: register\n    {line}"), encoding="utf-8"
    )
    monkeypatch.setattr("sys.argv", ["yeji", "contract", "check", str(file)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert "firm_a: tables.equipment.expect: equipment: expect_column_values_to_be_nul" in capsys.readouterr().err
