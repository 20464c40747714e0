"""A contract as the Open Data Contract Standard, judged by the standard's own schema."""

import json
from importlib.resources import files

import jsonschema
import pytest
import yaml
from open_data_contract_standard.model import OpenDataContractStandard

from jobs.contracts import load
from jobs.contracts.export import odcs_text
from tests.support.paths import CHECKOUT

CONTRACTS = sorted((CHECKOUT / "infra" / "sources").rglob("*.yaml"))
STANDARD = json.loads((files("open_data_contract_standard") / "schema.json").read_text(encoding="utf-8"))
JUDGE = jsonschema.validators.validator_for(STANDARD)(STANDARD)


def exported(name: str) -> dict:
    """The export as another reader, of YAML 1.1, sees it."""
    return yaml.safe_load(odcs_text(load(CHECKOUT / "infra" / "sources" / f"{name}.yaml")))


def property_of(document: dict, table: str, name: str) -> dict:
    schema = next(s for s in document["schema"] if s["name"] == table)
    return next(p for p in schema["properties"] if p["name"] == name)


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.stem)
def test_every_contract_is_exported_as_the_standard_asks(path):
    text = odcs_text(load(path))
    document = yaml.safe_load(text)
    assert [error.message for error in JUDGE.iter_errors(document)] == []
    assert OpenDataContractStandard.from_string(text).apiVersion == "v3.1.0"


def test_the_standard_would_refuse_a_wrong_export():
    document = exported("hanbit_chem")
    property_of(document, "maintenance", "cost_krw")["logicalType"] = "money"
    assert list(JUDGE.iter_errors(document))


def test_what_is_exported():
    document = exported("hanbit_chem")
    assert (document["kind"], document["id"], document["name"]) == (
        "DataContract", "hanbit_chem", "한빛정밀화학 설비 정비이력",
    )  # fmt: skip
    assert [s["name"] for s in document["schema"]] == ["maintenance", "equipment"]
    key = property_of(document, "maintenance", "maintenance_id")
    assert (key["primaryKey"], key["primaryKeyPosition"], key["required"]) == (True, 1, True)
    assert {q["metric"] for q in key["quality"]} == {"nullValues"}
    cost = property_of(document, "maintenance", "cost_krw")
    assert (cost["logicalType"], cost["physicalType"], cost["transformSourceObjects"]) == (
        "number",
        "double",
        ["비용(천원)"],
    )
    assert {c["property"]: c["value"] for c in cost["customProperties"]} == {"parse": "number", "unit": "천원"}
    category = property_of(document, "maintenance", "category")["quality"]
    assert category[0] == {"metric": "nullValues", "mustBeLessOrEqualTo": 1.0, "unit": "percent", "severity": "warning"}
    assert category[1]["arguments"] == {"validValues": ["corrective", "preventive", "other"]}
    assert property_of(document, "maintenance", "occurred_from")["logicalType"] == "timestamp"
    assert [(s["server"], s["format"]) for s in document["servers"]] == [
        ("inbox_log", "xlsx"),
        ("inbox_register", "xlsx"),
    ]
    assert document["slaProperties"][0]["schedule"] == "0 2 * * *"
    assert document["description"]["limitations"].startswith("Outside the firm only for pooled_training")


def test_the_words_that_withdraw_a_record_are_exported(tmp_path):
    text = (CHECKOUT / "infra/sources/hanbit_chem.yaml").read_text(encoding="utf-8")
    path = tmp_path / "hanbit_chem.yaml"
    path.write_text(
        text.replace("key: [maintenance_id]", "key: [maintenance_id]\n    withdrawn_when: {삭제: Y}", 1), "utf-8"
    )
    table = yaml.safe_load(odcs_text(load(path)))["schema"][0]
    assert {"property": "withdrawnWhen", "value": {"삭제": ["Y"]}} in table["customProperties"]


def test_headings_that_yaml_could_take_for_no_stay_text():
    key = property_of(exported("hanul_additive"), "maintenance", "maintenance_id")
    assert key["transformSourceObjects"] == ["No"]


def test_a_firms_costs_stay_out():
    assert "26000000" not in odcs_text(load(CHECKOUT / "infra/sources/cheongsol_bio.yaml"))
    assert "costs" not in {c["property"] for c in exported("cheongsol_bio")["customProperties"]}
