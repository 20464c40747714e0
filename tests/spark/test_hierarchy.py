"""Records are held to the equipment register: orphans and modes that do not suit a class are kept, counted and told."""

import json
from pathlib import Path

from jobs.settings import Settings
from jobs.steps import Context
from jobs.tables import SILVER
from jobs.texts import texts_of_source
from tests.support.partitions import taken_in
from tests.support.region import CONTRACT, FEBRUARY, JANUARY, Firm, firm

FAILURES = """\
  failure:
    from: failures
    key: [failure_id]
    columns:
      failure_id: {from: [번호]}
      equipment_tag: {from: [설비번호], parse: tag}
      occurred: {from: [발생일], parse: korean_date}
      failure_mode: {from: [유형], codes: {VIB: VIB, FTC: FTC}}
      text: {from: [내용]}
    tags: {from: text, fills: [maintainable_item, failure_mode]}
"""

REGISTER = """
설비번호 | 종류   | 가동일   | 상위설비
P-100A   | 펌프   | 2010.3.5 |
M-100A   | 전동기 | 2010.3.5 | P-100A
M-101A   | 전동기 | 2010.3.5 | P-999A
"""

LOG = """
작업번호 | 설비번호 | 작업일   | 구분 | 작업 | 정지시간
W1       | p100-a   | 2024.1.5 | 고장 | 수리 | 1시간
W2       | P-555A   | 2024.1.6 | 고장 | 수리 | 2시간
"""

RECORDS = """
번호 | 설비번호 | 발생일   | 유형 | 내용
F1   | P-100A   | 2024.1.5 | VIB  | 베어링 진동
F2   | P-100A   | 2024.1.6 | FTC  | 닫힘 불량
F3   | M-100A   | 2024.1.7 |      | 메카니컬 씰 내부 누설
F4   | M-777A   | 2024.1.8 | FTC  |
"""


def made(settings: Settings) -> Firm:
    """A firm whose register names parents and which keeps failure records too."""
    contract = CONTRACT
    for before, added in (
        ("    register: {{", '    failures: {{path: "{source}/{{delivery_date}}/failures.csv"}}\n'),
        ("      commissioned_on:", "      parent_tag: {{from: [상위설비], parse: tag}}\n"),
        ("lives:", FAILURES.replace("{", "{{").replace("}", "}}")),
    ):
        contract = contract.replace(before, added + before)
    one = firm(settings)
    one.write_contract(contract)
    return one


def deliver(folder: Path, **files: str) -> None:
    """Text tables as CSV files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in files.items():
        lines = [",".join(cell.strip() for cell in line.split("|")) for line in table.strip().splitlines()]
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def checked(settings: Settings, day) -> dict:
    runs = Context(settings).ledger.runs("firm_a", str(day))
    return json.loads([run for run in runs if run["step"] == "check"][-1]["facts"])


def test_orphans_and_modes_of_other_classes_are_kept_counted_and_told(home: Settings):
    one = made(home)
    deliver(one.folder(JANUARY), register=REGISTER, log=LOG, failures=RECORDS)
    assert taken_in(home, JANUARY).status == "done"
    facts = checked(home, JANUARY)
    assert {name: n for name, n in facts["warnings"].items() if not name.startswith("unmapped")} == {
        "orphan equipment.parent_tag": 1,
        "orphan failure.equipment_tag": 1,
        "orphan maintenance.equipment_tag": 1,
        "mode_not_of_class failure.failure_mode": 2,
    }
    told = facts["verdict"]["warnings"]
    assert told[0].startswith("equipment.parent_tag: 1 of 2 records name equipment that is not in the register;")
    assert [line.split(", which")[0] for line in told[3:]] == [
        "failure.failure_mode: 1 records have the mode FTC",
        "failure.failure_mode: 1 records have the mode INL",
    ]
    rows = {row["failure_id"]: row for row in Context(home).lake.read(SILVER["failure"]).collect()}
    assert {name: (row["maintainable_item"], row["failure_mode"]) for name, row in rows.items()} == {
        "F1": ("bearing", "VIB"),
        "F2": (None, "FTC"),
        "F3": ("seal", "INL"),  # by its text; no mode of a motor
        "F4": (None, "FTC"),
    }
    assert [tuple(tag) for tag in rows["F2"]["text_tags"]] == [("failure_mode", "FTC", "닫힘 불량")]


def test_equipment_of_an_earlier_delivery_is_known(home: Settings):
    one = made(home)
    deliver(one.folder(JANUARY), register=REGISTER, log=LOG, failures=RECORDS)
    assert taken_in(home, JANUARY).status == "done"
    smaller = "\n".join(REGISTER.strip().splitlines()[:2])
    deliver(one.folder(FEBRUARY), register=smaller, log=LOG, failures=RECORDS)
    assert taken_in(home, FEBRUARY).status == "done"
    facts = checked(home, FEBRUARY)
    assert facts["warnings"]["orphan failure.equipment_tag"] == 1
    assert facts["warnings"]["mode_not_of_class failure.failure_mode"] == 2
    assert texts_of_source(Context(home), "firm_a") == {
        "베어링 진동": 1, "닫힘 불량": 1, "메카니컬 씰 내부 누설": 1, "": 3,  # two work orders and a failure say nothing
    }  # fmt: skip
