"""Wrong contracts are refused with file, line, field and what was expected."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.contracts import ContractError, load, read_folder

GOOD = """\
source: firm_a
firm: firm_a
title: 가나정밀
reads:
  kind: workbook
  path: "firm_a/{delivery_date}/*.xlsx"
schedule: "0 2 * * *"
delivers: everything
tables:
  maintenance:
    key: maintenance_id
    columns:
      maintenance_id: {from: 작업번호}
      equipment_tag: {from: [설비번호, 설비], parse: tag}
      occurred: {from: 작업일, parse: korean_date}
      category: {from: 구분, codes: {고장: corrective, ON: preventive, 010: other, 1.0: other, yes: other}}
      downtime_h: {from: 정지시간, parse: duration, unit: min}
      cost_krw: {from: 비용, parse: number, unit: 천원}
    expect:
      - {expect: column_values_to_not_be_null, column: equipment_tag, severity: critical}
lives:
  population: sme
  ends: {category: corrective}
  records_complete_from: {maintenance: 2015-01-01}
costs: {failure: 30e6, planned: 4.0e+6}
plan: {shutdowns: [{from: 2026-08-01, to: 2026-08-14}, {from: 2027-08-02, to: 2027-08-15}], jobs_per_week: 5}
sharing: {purposes: [pooled_training], withhold: [cost_krw], until: 2028-12-31}
"""


def write(folder: Path, text: str, name: str = "firm_a.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_contract_is_read(tmp_path):
    contract = load(write(tmp_path, GOOD))
    rules = contract.tables["maintenance"].columns
    assert list(contract.reads.sources) == ["rows"] and contract.feeds("maintenance") == "rows"
    assert list(rules["category"].codes) == ["고장", "ON", "010", "1.0", "yes"], "codes keep the text that was written"
    assert contract.lives.item == ("equipment_tag",) and contract.costs.failure == 30e6
    assert str(contract.lives.records_complete_from["maintenance"]) == "2015-01-01"


def test_aliases_of_aliases_are_refused_before_they_are_written_out(tmp_path):
    laughs = "".join(f"x{i}: &x{i} [{', '.join([f'*x{i - 1}'] * 10)}]\n" for i in range(1, 11))
    with pytest.raises(ContractError, match=r"firm_a\.yaml:\d+: .*more than 50,000 parts here; write out its aliases"):
        load(write(tmp_path, f"x0: &x0 [ha, ha]\n{laughs}{GOOD}"))


def test_the_digest_follows_the_content_not_the_writing(tmp_path):
    contract = load(write(tmp_path, GOOD))
    again = load(write(tmp_path, "# a comment\n" + GOOD.replace("schedule:", "timezone: Asia/Seoul\nschedule:")))
    other = load(write(tmp_path, GOOD.replace("천원", "원")))
    assert contract.digest == again.digest != other.digest


WRONG = [
    ("delivers: everything", "deliver: everything", 8, "deliver: unknown key", "did you mean 'delivers'?"),
    ("delivers: everything\n", "", 1, "delivers: is missing", "required"),
    ("everything", "all", 8, "delivers: expected one of everything, changes", ""),
    ("firm: firm_a", "firm: Firm A", 2, "firm: expected 2 to 40 small letters", "'Firm A'"),
    ("source: firm_a", "source: firm_b", 1, "source: expected 'firm_a', the file's name", ""),
    ('schedule: "0 2 * * *"', "schedule: 02:00", 7, "schedule: expected a cron expression of five fields", ""),
    ("delivers: everything", "delivers: everything\ntimezone: Asia/Soul", 9, "timezone: expected a time zone", ""),
    ("title: 가나정밀", "title: 가나정밀\ntitle: 다라", 4, "title: is given twice (first on line 3)", ""),
    ("title: 가나정밀", "title: 7", 3, "title: expected text; put 7 in quotes", ""),
    ("title: 가나정밀", "title: [", 5, "expected YAML", ""),
    ("firm_a/{delivery_date}/*.xlsx", "../{delivery_date}/*.xlsx", 6, "reads.path: expected a path below", "'..'"),
    ("firm_a/{delivery_date}/*.xlsx", "/etc/{delivery_date}", 6, "reads.path: expected a path relative", ""),
    ("firm_a/{delivery_date}/*.xlsx", "firm_a/{date}/*.xlsx", 6, "reads.path: expected at most one", ""),
    ("firm_a/{delivery_date}/*.xlsx", "firm_a/*.xlsx", 4, "reads: expected {delivery_date} in the path", ""),
    ("kind: workbook", "kind: excel", 5, "reads.kind: expected one of workbook, csv, parquet", ""),
    ("kind: workbook", "kind: workbook\n  encoding: cp949", 6, "reads.encoding: expected nothing here", "csv"),
    ("kind: workbook", "kind: workbook\n  header_rows: 0", 6, "reads.header_rows: expected greater than", ""),
    ("kind: workbook", "kind: workbook\n  tables: {log: {path: 'a/{delivery_date}'}}", 4, "reads: expected either", ""),
    ("maintenance:\n", "maintenence:\n", 10, "tables.maintenence: expected one of equipment", "'maintenance'"),
    ("    key: main", "    from: log\n    key: main", 11, "tables.maintenance.from: expected one of rows", ""),
    ("key: maintenance_id", "key: job", 11, "tables.maintenance.key: expected declared columns; job is none", ""),
    ("key: maintenance_id", "key: equipment_tag", 11, "tables.maintenance.key: expected [maintenance_id]", ""),
    ("parse: korean_date", "parse: korean_dat", 15, "columns.occurred.parse: expected one of", "'korean_date'"),
    ("parse: korean_date", "parse: number", 15, "columns.occurred.parse: expected one of iso_timestamp", ""),
    ("      occurred: {from: 작업일, parse: korean_date}\n", "", 12, "columns: expected a rule for occurred", ""),
    ("cost_krw: {", "cost: {", 18, "columns.cost: unknown column of maintenance", "did you mean 'cost_krw'?"),
    ("unit: 천원", "unit: 천달러", 18, "columns.cost_krw.unit: expected one of krw, 원, ₩, 천원", ""),
    ("parse: number, unit: 천원", "unit: 천원", 18, "columns.cost_krw.unit: expected no unit with parse: text", ""),
    ("parse: duration, unit: min", "parse: boolean", 17, "columns.downtime_h.parse: expected one of number", ""),
    ("고장: corrective", "고장: corectiv", 16, "category.codes.고장: expected one of corrective", "'corrective'"),
    ("고장: corrective", "고장: corrective, 고장: other", 16, "category.codes.고장: is given twice", ""),
    ("{from: 작업번호}", "{from: 작업번호, value: x}", 13, "maintenance_id: expected exactly one of from, value", ""),
    ("{from: 작업번호}", "{from: []}", 13, "columns.maintenance_id.from: expected", ""),
    ("from: 작업일, parse: korean_date", "from: 작업일, parse: sap_timestamp", 15, "occurred.from: expected two headings", ""),
    ("{from: 작업번호}", "{row_number: true}", 13, "maintenance_id.row_number: expected an id of the source", ""),
    ("    key: main", "    where: {impct: x}\n    key: main", 11, "where.impct: expected a declared column", ""),
    ("    key: main", "    where: {category: x}\n    key: main", 11, "where.category: expected one of corrective", ""),
    ("    key: main", "    withdrawn_when: {삭제: ' '}\n    key: main", 11, "withdrawn_when.삭제: expected words", ""),
    ("    key: main", "    withdrawn_when: {삭제: }\n    key: main", 11, "withdrawn_when.삭제.0: expected text", ""),
    ("    key: main", "    withdrawn_when: {'': Y}\n    key: main", 11, "withdrawn_when.: expected", ""),
    ("    key: main", "    join: [{table: AFIH, on: AUFNR}]\n    key: main", 11, "join.0.table: expected one of rows", ""),
    ("column: equipment_tag,", "column: equipment_tg,", 20, "expect.0.column: expected a column", "'equipment_tag'"),
    ("severity: critical", "severity: fatal", 20, "expect.0.severity: expected one of critical, warning", ""),
    ("    key: main", "    tags: {fills: item}\n    key: main", 11, "tags.fills.0: expected one of subunit,", ""),
    ("    key: main", "    tags: {fills: mechanism}\n    key: main", 11, "tags.fills.0: expected one of subunit, main", ""),
    ("    key: main", "    tags: {fills: subunit}\n    key: main", 11, "tags.from: expected a column of text that", ""),
    ("  population: sme", "  population: sme\n  item: subunit", 23, "lives.item: expected columns of maintenance", ""),
    ("{category: corrective}", "{table: failure}", 23, "lives.ends.table: expected a table that the contract", ""),
    ("{category: corrective}", "{impact: stopped}", 23, "lives.ends.impact: expected a column that", ""),
    ("{category: corrective}", "{category: repair}", 23, "lives.ends.category: expected one of corrective", ""),
    ("  population: sme", "  population: sme\n  renews: replaced", 23, "lives.renews: expected one of", "'replace'"),
    ("  population: sme", "  population: sme\n  horizons_d: [90, 30]", 23, "lives.horizons_d: expected days in rising", ""),
    ("  population: sme", "  population: sme\n  regimes: {load_pct: 5}", 23, "lives.regimes: expected a contract that fills", ""),
    ("  population: sme", "  population: sme\n  time: weeks", 23, "lives.time: expected", ""),
    ("{maintenance: 2015-01-01}", "{failure: 2015-01-01}", 24, "records_complete_from.failure: expected a table", ""),
    ("{maintenance: 2015-01-01}", "{maintenance: 2015-02-30}", 24, "records_complete_from.maintenance: expected", ""),
    ("withhold: [cost_krw]", "withhold: [cost]", 27, "sharing.withhold.0: expected a column of the lake", ""),
    ("key: maintenance_id", "key: maintenance_id\n    key: x", 12, "tables.maintenance.key: is given twice (first on", ""),
    ("      category:", "      occurred: {from: 일시}\n      category:", 16, "columns.occurred: is given twice (first on", ""),
    ("severity: critical", "severty: critical", 20, "expect.0.severty: unknown key", "did you mean 'severity'?"),
    ("{from: 작업번호}", "{form: 작업번호}", 13, "maintenance_id.form: unknown key", "did you mean 'from'?"),
    ("  population: sme", "  poplation: sme", 22, "lives.poplation: unknown key", "did you mean 'population'?"),
    ("unit: 천원", "unit: 백만언", 18, "columns.cost_krw.unit: expected one of krw", "did you mean '백만원'?"),
    ("key: maintenance_id", "key: maintenance_ID", 11, "tables.maintenance.key.0: expected a column name", ""),
    ("until: 2028-12-31", "until: 올해", 27, "sharing.until: expected a valid date", ""),
    ("purposes: [pooled_training]", "purposes: [training]", 27, "purposes.0: expected one of", "'pooled_training'"),
    ("to: 2026-08-14", "to: 2026-07-14", 26, "plan.shutdowns.0.to: expected a day from 2026-08-01 on, its first day", ""),
    ("from: 2027-08-02", "from: 2026-08-14", 26, "plan.shutdowns.1.from: expected a day after 2026-08-14, the last of", ""),
    ("jobs_per_week: 5", "jobs_per_week: 0", 26, "plan.jobs_per_week: expected greater than or equal to 1", ""),
    ("costs: {failure: 30e6, planned: 4.0e+6}", "", 26, "plan: expected `costs` beside it: by what a failure costs", ""),
    ("planned: 4.0e+6", "planned: -1", 25, "costs.planned: expected greater than or equal to 0", ""),
    ("planned: 4.0e+6", "planned: .nan", 25, "costs.planned: expected a number, not '.nan'", ""),
    ("planned: 4.0e+6", "planned: -.inf", 25, "costs.planned: expected a number, not '-.inf'", ""),
    ("planned: 4.0e+6", "planned: ", 25, "costs.planned: expected a number; nothing is given", ""),
    ("kind: workbook", "kind: workbook\n  header_rows: 1.5", 6, "header_rows: expected a whole number, not 1.5", ""),
]  # fmt: skip

IN_DATABASE = GOOD.replace(
    """  kind: workbook
  path: "firm_a/{delivery_date}/*.xlsx"
""",
    """  kind: jdbc
  connection: pm
  table: pm.log
  changed: [made_at, changed_at]
  key: 작업번호
""",
).replace("everything", "changes")

WRONG_IN_DATABASE = [
    ("  connection: pm\n", "", 4, "reads: expected `connection`, the name of the database's connection"),
    ("  table: pm.log\n", "", 4, "reads: expected either `table` or `tables`"),
    ("  table: pm.log", "  table: pm.log; drop", 7, "reads.table: expected"),
    ("  table: pm.log", "  table: pm.log\n  path: a/{delivery_date}", 8, "reads.path: expected nothing here: only files"),
    ("  table: pm.log", "  table: pm.log\n  delivered_on: 2026-01-31", 8, "reads.delivered_on: expected nothing here"),
    ("  changed: [made_at, changed_at]\n", "", 10, "delivers: expected everything, or `changed` in a table"),
    ("delivers: changes", "delivers: everything", 8, "reads.changed: expected nothing here: a source that delivers"),
    ("  connection: pm", "  connection: jdbc:postgresql", 6, "reads.connection: expected"),
    ("  connection: pm", "  connection: pm\n  parallel: 0", 7, "reads.parallel: expected greater than or equal to 1"),
    ("kind: jdbc", "kind: csv", 6, "reads.connection: expected nothing here: only a database (kind: jdbc) has it"),
]  # fmt: skip


def test_a_contract_of_a_database_is_read(tmp_path):
    reads = load(write(tmp_path, IN_DATABASE)).reads
    table = reads.sources["rows"]
    assert (reads.connection, table.table, table.changed, table.key) == (
        "pm", "pm.log", ("made_at", "changed_at"), ("작업번호",),
    )  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "line", "says"), WRONG_IN_DATABASE, ids=lambda v: str(v)[:40])
def test_a_wrong_contract_of_a_database_is_refused(tmp_path, right, wrong, line, says):
    assert right in IN_DATABASE
    path = write(tmp_path, IN_DATABASE.replace(right, wrong, 1))
    with pytest.raises(ContractError) as refused:
        load(path)
    lines = str(refused.value).splitlines()
    assert any(x.startswith(f"{path}:{line}: ") and says in x for x in lines), "\n".join(lines)


@pytest.mark.parametrize(("right", "wrong", "line", "says", "hint"), WRONG, ids=lambda v: str(v)[:40])
def test_a_wrong_contract_is_refused(tmp_path, right, wrong, line, says, hint):
    assert right in GOOD
    path = write(tmp_path, GOOD.replace(right, wrong, 1))
    with pytest.raises(ContractError) as refused:
        load(path)
    lines = str(refused.value).splitlines()
    assert any(x.startswith(f"{path}:{line}: ") and says in x and hint in x for x in lines), "\n".join(lines)


def test_every_refusal_reads_file_line_field_expected(tmp_path):
    """The form of every line of every refusal above: a person finds the place and what to put there."""
    form = re.compile(
        rf"{re.escape(str(tmp_path))}/firm_a\.yaml:\d+: ([a-z_.\d가-힣]+: )?"
        r"(expected|unknown key; expected one of|unknown column of \w+; expected one of|is missing; |is given twice)"
    )
    assert len(WRONG) >= 40
    for right, wrong, *_ in WRONG:
        with pytest.raises(ContractError) as refused:
            load(write(tmp_path, GOOD.replace(right, wrong, 1)))
        for line in str(refused.value).splitlines():
            assert form.match(line), line


def test_brackets_without_end_are_refused(tmp_path):
    with pytest.raises(ContractError, match=r"firm_a\.yaml:1: expected a contract; its brackets are nested"):
        load(write(tmp_path, "a: " + "[" * 5000))


def test_a_copy_may_have_another_name(tmp_path):
    assert load(write(tmp_path, GOOD, "before.yaml"), is_in_force=False).source == "firm_a"


def test_every_problem_has_its_line(tmp_path):
    path = write(tmp_path, GOOD.replace("everything", "all").replace("kind: workbook", "kind: excel"))
    with pytest.raises(ContractError) as refused:
        load(path)
    assert [line.split(": ")[1] for line in str(refused.value).splitlines()] == ["reads.kind", "delivers"]


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just text"])
def test_what_is_no_contract_is_refused(tmp_path, text):
    with pytest.raises(ContractError, match=r"firm_a\.yaml:1: expected"):
        load(write(tmp_path, text))


def test_a_wrong_contract_does_not_hide_the_others(tmp_path):
    write(tmp_path, GOOD)
    write(tmp_path, GOOD, "firm_b.yaml")
    write(tmp_path, "", "firm_c.yaml")
    good, wrong = read_folder(tmp_path)
    assert list(good) == ["firm_a"] and list(wrong) == ["firm_b", "firm_c"]
    assert "firm_b.yaml:1: source: expected 'firm_b'" in wrong["firm_b"]


def test_dags_read_contracts_without_spark(tmp_path):
    path = write(tmp_path, GOOD)
    code = (
        f"import sys; from jobs.contracts import load; load({str(path)!r}, deep=False); print('pyspark' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
