"""What breaks from one contract to the next, and what does not."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Literal, get_args, get_origin

import pytest

from jobs import cli
from jobs.contracts import Contract, load
from jobs.contracts.diff import diff
from jobs.contracts.model import (
    ColumnRule,
    Costs,
    Ends,
    Expectation,
    Join,
    Lives,
    Part,
    Reads,
    Sharing,
    SourceTable,
    TableContract,
    Tags,
)
from tests.support.paths import CHECKOUT

OLD = (CHECKOUT / "infra/sources/hanbit_chem.yaml").read_text(encoding="utf-8")
FEED = "tables.maintenance.columns"

BREAKS = [
    ("      subunit:          {from: [부위]}\n", "", f"{FEED}.subunit: removed"),
    ("parse: duration, unit: h}              #", "parse: number, unit: h}  #", f"{FEED}.downtime_h.parse: duration → number"),
    ("unit: 천원", "unit: 원", f"{FEED}.cost_krw.unit: 천원 → 원"),
    ("고장: corrective, 예방", "예방", f"{FEED}.category.codes.고장: removed, it was corrective"),
    ("수리: repair", "수리: replace", f"{FEED}.activity.codes.수리: repair → replace"),
    ("[설비 번호, 설비번호]", "[설비 번호]", f"{FEED}.equipment_tag.from: 설비 번호, 설비번호 → 설비 번호"),
    ("default: other}", "default: corrective}", f"{FEED}.category.default: other → corrective"),
    ("[pooled_training]", "[]", "sharing.purposes: pooled_training is withdrawn"),
    ("withhold: [cost_krw, text]", "withhold: [cost_krw, text, subunit]", "sharing.withhold: subunit is withheld now"),
    ("k: 5", "k: 6", "sharing.k: 5 → 6"),
    ("until: 2028-12-31", "until: 2027-12-31", "sharing.until: 2028-12-31 → 2027-12-31"),
    ("header_rows: 2", "header_rows: 1", "reads.tables.log.header_rows: 2 → 1"),
    ("sheet: 정비이력,", "sheet: 정비이력2,", "reads.tables.log.sheet: 정비이력 → 정비이력2"),
    ("delivers: everything", "delivers: changes", "delivers: everything → changes"),
    ("population: sme", "population: pumps", "lives.population: sme → pumps"),
    ("[30, 90, 365]", "[30, 90]", "lives.horizons_d: 30, 90, 365 → 30, 90"),
    ("severity: warning, mostly", "severity: critical, mostly", "expect_column_values_to_not_be_null.category: changed"),
    ("    key: [maintenance_id]\n", "    key: [maintenance_id]\n    where: {category: corrective}\n",
     "tables.maintenance.where.category: only rows with corrective count now"),
    ("    key: [maintenance_id]\n", "    key: [maintenance_id]\n    withdrawn_when: {삭제: Y}\n",
     "tables.maintenance.withdrawn_when.삭제: Y withdraws the record now"),
    ("delivers: everything", "delivers: everything\non_new_column: freeze",
     "on_new_column: ignore → freeze; a delivery may be refused that would"),
    ("delivers: everything", "delivers: everything\non_new_column: quarantine", "on_new_column: ignore → quarantine; rows"),
    ("delivers: everything", "delivers: everything\non_bad_value: freeze", "on_bad_value: quarantine → freeze"),
]  # fmt: skip

FITS = [
    ("      equipment_tag:   {from: [설비번호], parse: tag}\n",
     "      equipment_tag:   {from: [설비번호], parse: tag}\n      serial_number: {from: [제조번호]}\n",
     "tables.equipment.columns.serial_number: new column; a delivery without 제조번호 is refused"),
    ("고장: corrective,", "고장: corrective, 돌발: corrective,", f"{FEED}.category.codes.돌발: new, corrective"),
    ("[설비 번호, 설비번호]", "[설비 번호, 설비번호, Tag]", f"{FEED}.equipment_tag.from: "),
    ("sheet: 정비이력,", "sheet: 정비*,", "reads.tables.log.sheet: 정비이력 → 정비*"),
    ("k: 5", "k: 4", "sharing.k: 5 → 4"),
    ("[pooled_training]", "[pooled_training, release]", "sharing.purposes: release is new"),
    ('schedule: "0 2', 'schedule: "0 3', "schedule: 0 2 * * * → 0 3 * * *"),
    ("planned: 4.3e+6", "planned: 5.0e+6", "costs: "),
    ("[30, 90, 365]", "[30, 90, 180, 365]", "lives.horizons_d: 30, 90, 365 → 30, 90, 180, 365"),
    ("severity: warning, mostly: 0.99", "severity: warning, mostly: 0.9", "category: changed, warning, mostly 0.9"),
    ("delivers: everything", "delivers: everything\non_missing_column: ignore", "on_missing_column: freeze → ignore"),
    ("delivers: everything", "delivers: everything\non_bad_value: ignore", "on_bad_value: quarantine → ignore"),
]  # fmt: skip


def both(folder, right: str, wrong: str):
    assert right in OLD
    for name, text in (("old", OLD), ("new", OLD.replace(right, wrong, 1))):
        (folder / name).mkdir()
        (folder / name / "hanbit_chem.yaml").write_text(text, encoding="utf-8")
    return folder / "old/hanbit_chem.yaml", folder / "new/hanbit_chem.yaml"


@pytest.mark.parametrize(("right", "wrong", "says"), BREAKS, ids=lambda v: str(v)[:40])
def test_it_breaks(tmp_path, right, wrong, says):
    old, new = both(tmp_path, right, wrong)
    [change] = diff(load(old), load(new))
    assert change.breaks and says in str(change), str(change)


@pytest.mark.parametrize(("right", "wrong", "says"), FITS, ids=lambda v: str(v)[:40])
def test_it_does_not_break(tmp_path, right, wrong, says):
    old, new = both(tmp_path, right, wrong)
    [change] = diff(load(old), load(new))
    assert not change.breaks and says in str(change), str(change)


def test_a_comment_changes_nothing(tmp_path):
    old, new = both(tmp_path, "# 3시간 30분", "# 세 시간 반")
    assert diff(load(old), load(new)) == []


@pytest.mark.parametrize(
    ("wrong", "code", "says"),
    [("k: 6", 1, "breaks  sharing.k: 5 → 6"), ("k: 4", 0, "fits  sharing.k"), ("k: 5", 0, "nothing")],
)
def test_the_command_says_so_by_its_exit_code(tmp_path, capsys, monkeypatch, wrong, code, says):
    old, new = both(tmp_path, "k: 5", wrong)
    monkeypatch.setattr("sys.argv", ["yeji", "contract", "diff", str(old), str(new)])
    with pytest.raises(SystemExit) as done:
        cli.main()
    assert (done.value.code or 0) == code and says in capsys.readouterr().out


ARCHIVE_BREAKS = [
    ("[{table: AFIH, on: AUFNR}]", "[]", "tables.maintenance.join: AFIH → nothing"),
    ("[{table: IMPTT, on: POINT}]", "[{table: IMPTT, on: {POINT: POINTX}}]", "tables.measurement.join.IMPTT: on"),
    ("{from: [AUSVN, AUZTV], parse", "{from: [AUZTV, AUSVN], parse", "tables.failure.columns.occurred.from: "),
    ("A01: null, A02: null, A03: null", "A01: null, A02: null", "preventive_basis.codes.A03: removed, it was nothing"),
    ("parse: sap_date}               # 기술", "parse: korean_date}  # 기술", "occurred.parse: sap_date → korean_date"),
    ("    IMRG: {path: \"complex_archive/{delivery_date}/IMRG-*", "    IMRG: {path: \"complex_archive/{delivery_date}/X-*",
     "reads.tables.IMRG.path: "),
    ("delivers: changes", "delivers: changes\ntimezone: UTC", "timezone: Asia/Seoul → UTC"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "says"), ARCHIVE_BREAKS, ids=lambda v: str(v)[:40])
def test_an_archives_change_breaks(tmp_path, right, wrong, says):
    text = (CHECKOUT / "infra/sources/complex_archive.yaml").read_text(encoding="utf-8")
    assert right in text
    path = tmp_path / "complex_archive.yaml"
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    changes = diff(load(CHECKOUT / "infra/sources/complex_archive.yaml"), load(path))
    assert len(changes) == 1 and changes[0].breaks and says in str(changes[0]), [str(change) for change in changes]


def test_a_withdrawn_table_and_a_withdrawn_agreement_break():
    firms = [load(path) for path in sorted((CHECKOUT / "infra/sources").glob("*.yaml"))]
    by_name = {contract.source: contract for contract in firms}
    assert all(diff(contract, contract) == [] for contract in firms)
    lost = [str(c) for c in diff(by_name["complex_archive"], by_name["hanul_additive"]) if c.breaks]
    assert "breaks  tables.failure: removed" in lost and "breaks  tables.measurement: removed" in lost
    ended = [str(c) for c in diff(by_name["geumgang_tech"], by_name["hanul_additive"]) if "sharing" in c.field]
    assert ended and all(line.startswith("breaks") and line.endswith("is withdrawn") for line in ended)


FULL = Contract(
    source="firm_a", firm="firm_a", title="가나정밀", schedule="0 2 * * *", delivers="everything",
    reads=Reads(kind="csv", tables={"log": SourceTable(path="log.csv"), "more": SourceTable(path="more.csv")}),
    tables={
        "maintenance": TableContract(
            from_="log", join=(Join(table="more", on={"번호": "번호"}),), key=("maintenance_id",),
            where={"category": ("corrective",)}, withdrawn_when={"삭제": ("Y",)},
            columns={"maintenance_id": ColumnRule(from_=("번호",), codes={"A": "b"})}, tags=Tags(),
            expect=tuple(Expectation(expect="expect_column_max_to_be_between", column="cost_krw", min_value=low)
                         for low in (1, 2)),
        )
    },
    lives=Lives(population="sme", ends=Ends()), costs=Costs(failure=2, planned=1),
    sharing=Sharing(withhold=("text",), until=date(2028, 12, 31)),
)  # fmt: skip
"""A contract that has every part of the model."""
ONE_TABLE = FULL.model_copy(update={"reads": Reads(kind="csv", path="log.csv")})


def changed(part: Part) -> Iterator[tuple[str, Part]]:
    """The part with one field changed, for each field of it and of the parts within it."""
    fields = {name: getattr(part, name) for name in type(part).model_fields}
    for name, value in fields.items():
        if isinstance(part, Reads) and name in SourceTable.model_fields and part.tables:
            continue  # every one of its tables says it for itself
        for at, other in _others(value, type(part).model_fields[name].annotation):
            yield f"{name}{at}", type(part).model_construct(**{**fields, name: other})


def _others(value: Any, kind: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Part):
        yield from ((f".{at}", other) for at, other in changed(value))
    elif isinstance(value, dict) and value:
        yield "", {}
        [name, first] = next(iter(value.items()))
        yield from ((f".{name}{at}", {**value, name: other}) for at, other in _others(first, type(first)))
    elif isinstance(value, tuple) and value and isinstance(value[0], Part):
        yield "", ()
        yield from ((f"[0].{at}", (other, *value[1:])) for at, other in changed(value[0]))
    elif isinstance(value, tuple | list) and value:
        yield "", (*value[1:],)
    elif isinstance(value, int | float):
        yield "", value + 1
    elif isinstance(value, date):
        yield "", value.replace(year=value.year + 1)
    elif isinstance(value, dict):
        yield "", _made(kind)
    elif options := [o for one in (kind, *get_args(kind)) if get_origin(one) is Literal for o in get_args(one)]:
        yield "", next(option for option in options if option != value)
    elif isinstance(value, str):
        yield "", f"{value}x"
    else:
        yield "", _made(kind)


def _made(kind: Any) -> Any:
    """Something for a field that is empty."""
    text = str(kind)
    one = SourceTable(path="b.csv") if "SourceTable" in text else date(2026, 1, 1) if "date" in text else None
    if "dict[" in text:
        return {"maintenance": one or ("A",)}
    return one or (("A",) if "tuple[" in text else 7.0 if "float" in text else "A")


BARE = FULL.model_copy(update={"lives": None, "costs": None, "sharing": None})
CHANGED = [
    *((FULL, field, new) for field, new in changed(FULL)),
    *((ONE_TABLE, field, new) for field, new in changed(ONE_TABLE) if field.startswith("reads")),
    *((BARE, f"{name}, new", BARE.model_copy(update={name: getattr(FULL, name)})) for name in ("lives", "costs", "sharing")),
    *((FULL, f"{name}, gone", FULL.model_copy(update={name: None})) for name in ("lives", "costs", "sharing")),
]  # fmt: skip


@pytest.mark.parametrize(("old", "field", "new"), CHANGED, ids=[field for _, field, _ in CHANGED])
def test_no_field_of_the_model_changes_in_silence(old: Contract, field: str, new: Contract):
    assert diff(old, new), f"{field} changes, and nothing is said"
