"""Every refusal of a file has its sentence in both languages, over the same facts, and travels as kind and facts."""

import ast
import json
import string
from collections.abc import Iterator

import pytest

from jobs.refusals import ENGLISH_PLACES, KINDS, KOREAN_PLACES, WORKBOOK, Refusal, Refused, either, from_told
from tests.support.corpus import complaints, korean_complaints
from tests.support.paths import CHECKOUT

NAME = "정비 이력.xlsx"

TREES = [
    ast.parse(p.read_text(encoding="utf-8")) for p in sorted((CHECKOUT / "jobs").rglob("*.py")) if p.stem != "refusals"
]


def facts_of(*templates: str) -> set[str]:
    """The names of the facts that templates are filled with."""
    return {name for template in templates for _, name, _, _ in string.Formatter().parse(template) if name}


def filled(kind: str) -> Refusal:
    """A refusal of a kind with something for each of its facts."""
    what, remedy = KINDS[kind].what, KINDS[kind].remedy
    numbers = {name for name in facts_of(what.english) if f"{{{name}:," in what.english}
    made = {name: 7 if name in numbers else "작업일" for name in facts_of(what.english, remedy.english)}
    return Refusal(kind, {"file": NAME, **made, **WORKBOOK})


@pytest.mark.parametrize("kind", KINDS)
def test_a_refusal_says_the_same_in_both_languages(kind: str):
    what, remedy = KINDS[kind].what, KINDS[kind].remedy
    assert facts_of(what.english, remedy.english) == facts_of(what.korean, remedy.korean)
    refusal = filled(kind)
    if "{sentences}" not in remedy.english:  # else those of its files stand below
        assert not complaints(refusal.english, NAME), refusal.english
        assert not korean_complaints(refusal.korean, NAME), refusal.korean


def test_places_are_named_in_both_languages():
    assert list(ENGLISH_PLACES) == list(KOREAN_PLACES)
    place = {"file": NAME, "sheet": "1월", "row": 1204, "column": "C"}
    refused = Refused("long_cell", place, size=32_768, most=32_767)
    assert str(refused).startswith("정비 이력.xlsx, sheet 1월, row 1204, column C: the cell has 32,768 characters, ")
    assert refused.korean.startswith("정비 이력.xlsx, ‘1월’ 시트 1204행 C열: 셀의 글이 32,768자입니다")


def test_a_name_takes_the_particle_of_its_last_sound():
    said = [Refusal("part_twice", {"file": NAME, "part": part}).korean for part in ("시트1.xml", "그림.png", "자료")]
    assert [next(word for word in text.split() if word[0] == "'") for text in said] == [
        "'시트1.xml'이", "'그림.png'가", "'자료'가",
    ]  # fmt: skip


def calls() -> Iterator[tuple[str, set[str]]]:
    """Each kind that the code refuses by, as it is written out there, and the facts that it gives."""
    for tree in TREES:
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Refused":
                given = {keyword.arg for keyword in call.keywords if keyword.arg}
                forms = {ast.unparse(keyword.value) for keyword in call.keywords if not keyword.arg}
                assert forms <= {"WORKBOOK", "CSV"}
                kinds = [node.value for node in ast.walk(call.args[0]) if isinstance(node, ast.Constant)]
                yield from ((kind, given | set(WORKBOOK if forms else ())) for kind in kinds)


def test_what_the_code_refuses_by_is_in_the_catalogue_and_comes_with_its_facts():
    for kind, given in calls():
        assert facts_of(*KINDS[kind].what, *KINDS[kind].remedy) <= given, kind


def test_nothing_in_the_catalogue_is_never_said():
    written = {node.value for tree in TREES for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert set(KINDS) <= written


@pytest.mark.parametrize("kind", ["password", "no_sheet", "no_text"])
def test_another_process_tells_the_kind_and_its_facts(kind: str):
    facts = {"pattern": "정비*", "sheets": either(["1월", "2월"]), "encodings": either(["utf-8", "cp949"])}
    refused = Refused(kind, {"file": NAME}, **facts)
    heard = from_told(json.loads(json.dumps(refused.told())), {"file": NAME})
    assert (str(heard), heard.korean, heard.refusal) == (str(refused), refused.korean, refused.refusal)


@pytest.mark.parametrize(
    "told",
    [
        {"kind": "none such", "facts": {"file": NAME}},
        {"kind": "no_sheet", "facts": {"file": NAME}},
        {"kind": "many_parts", "facts": {"file": NAME, "parts": "many", "most": 1}},
        {"kind": "many_parts", "facts": {"file": NAME, "parts": [1, 2, 3], "most": 1}},
        {"kind": ["password"], "facts": {"file": NAME}},
        {"kind": "password", "facts": "x"},
        {"kind": "password"},
        "it is locked",
    ],
)
def test_a_process_that_tells_something_else_has_met_a_damaged_file(told):
    assert from_told(told, {"file": NAME}).refusal == Refusal("reader_broke", {"file": NAME})
