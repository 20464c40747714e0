"""The published JSON Schema of a contract: as written, complete, and true of the contracts that there are."""

import json

import jsonschema
import pytest

from jobs.contracts.document import read_document
from jobs.contracts.schema import FILE, contract_schema, written
from tests.support.paths import CHECKOUT

CONTRACTS = sorted((CHECKOUT / "infra" / "sources").rglob("*.yaml"))
JUDGE = jsonschema.Draft202012Validator(contract_schema())


def test_the_written_schema_is_the_one_the_models_make():
    assert FILE.read_text(encoding="utf-8") == written(), "the contract's models changed: run `make docs`"


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.stem)
def test_every_contract_names_the_schema_and_keeps_it(path):
    first = path.read_text(encoding="utf-8").splitlines()[0]
    key, _, named = first.partition("$schema=")
    assert key == "# yaml-language-server: " and (path.parent / named).resolve() == FILE
    assert [error.message for error in JUDGE.iter_errors(read_document(path).content)] == []


@pytest.mark.parametrize(
    ("right", "wrong", "where"),
    [
        ("delivers: changes", "delivers: all", "delivers"),
        ("title:", "titel:", ""),
        ("cost_krw:", "cost:", "tables.maintenance.columns"),
        ("정지: stopped", "정지: stoped", "tables.maintenance.columns.impact.codes.정지"),
        ("parse: tag", "parse: tags", "tables.maintenance.columns.equipment_tag.parse"),
        ("item: equipment_tag", "item: [equipment_tag, 7]", "lives.item"),
    ],
)
def test_an_editor_marks_what_is_wrong(tmp_path, right, wrong, where):
    text = (CHECKOUT / "infra/sources/samil_solvent.yaml").read_text(encoding="utf-8")
    path = tmp_path / "samil_solvent.yaml"
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    places = {".".join(map(str, error.absolute_path)) for error in JUDGE.iter_errors(read_document(path).content)}
    assert places == {where}


def test_everything_a_person_can_write_is_explained():
    schema = json.loads(written())
    unexplained = [
        f"{name}.{key}"
        for name, part in {"": schema, **schema["$defs"]}.items()
        for key, value in part["properties"].items()
        if "description" not in value and "description" not in schema["$defs"].get(_name(value), {})
    ]
    assert unexplained == []
    assert all("description" in part for part in schema["$defs"].values())


def _name(value: dict) -> str:
    return value.get("$ref", "").rsplit("/", 1)[-1]
