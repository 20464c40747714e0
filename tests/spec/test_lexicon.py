"""What the lexicon of process plants reads in free text: maintainable item, subunit, failure mode and mechanism."""

import pytest

from jobs.conform.lexicon import load
from tests.support.paths import CHECKOUT
from tests.support.tables import rows

PROCESS = load(CHECKOUT / "infra" / "lexicon" / "process.csv")


def check(table: str) -> None:
    """Each row of a text table: a text, and after `=>` the codes read in it, by kind, as `item`, `sub`, `mode`, `mech`."""
    kinds = {"maintainable_item": "item", "subunit": "sub", "failure_mode": "mode", "mechanism": "mech"}
    for text, _, wanted in rows(table):
        found = list(dict.fromkeys(f"{kinds[tag.kind]} {tag.code}" for tag in PROCESS.tags(text)))
        assert (text, sorted(found)) == (text, sorted(filter(None, wanted.split(", "))))


def test_what_people_write_in_korean():
    check("""
        text                   | => | codes
        메카니컬 씰 누유       | => | item seal, mode ELU, mech leakage
        베어링 진동 과다       | => | item bearing, mode VIB, mech vibration
        토출압 저하, 임펠러 마모 | => | item impeller, mode LOO, mech wear
        모터 과열 트립         | => | sub driver, mode OHE, mode UST, mech overheating
        권선 소손              | => | item winding, mode BRD, mech overheating
        튜브 내부 누설         | => | item tube bundle, mode INL, mech leakage
        밸브 닫힘 불량         | => | mode FTC
        바닥판 부식 누설       | => | item bottom plate, mode ELP, mech corrosion, mech leakage
        정기 점검 완료         | => | ''
        ''                     | => | ''
    """)


def test_konglish_english_and_abbreviations():
    check("""
        text                  | => | codes
        베아링 소음           | => | item bearing, mode NOI
        BRG 소음              | => | item bearing, mode NOI
        bearings noisy        | => | item bearing, mode NOI
        가스 씰 리크          | => | item seal, mode ELP, mech leakage
        실 누유               | => | item seal, mode ELU, mech leakage
        seal leaking          | => | item seal, mode ELP, mech leakage
        모타 기동 안됨        | => | sub driver, mode FTS
        MTR won't start       | => | sub driver, mode FTS
        후렌지 빠킹 교체      | => | item flange, item packing
        O-rings replaced      | => | item o-ring
    """)


def test_spelling_does_not_matter():
    check("""
        text                | => | codes
        Ｍ－Ｓｅａｌ　누유  | => | item seal, mode ELU, mech leakage
        메카니컬씰누유      | => | item seal, mode ELU, mech leakage
        오일누유 심함       | => | mode ELU, mech leakage
        OverHeating         | => | mode OHE, mech overheating
        over-heated         | => | mode OHE, mech overheating
        GEAR/BOX            | => | sub power transmission
    """)


def test_the_longest_term_wins():
    check("""
        text               | => | codes
        내부 누설          | => | mode INL, mech leakage
        냉각수 누설        | => | sub cooling system, mode ELU, mech leakage
        누설               | => | mode ELP, mech leakage
        축전지 점검        | => | ''
        축전지, 축 파손    | => | item shaft, mech breakage
        비파괴 검사        | => | ''
        기어박스 파손      | => | sub power transmission, mech breakage
    """)


def test_latin_terms_are_whole_words_and_short_korean_ones_begin_a_word():
    check("""
        text              | => | codes
        sealant applied   | => | ''
        unsealed          | => | ''
        씰누유            | => | item seal, mode ELU, mech leakage
        건축 점검         | => | ''
        회의실 누수       | => | mode ELU, mech leakage
    """)


def test_a_finding_that_is_denied_is_not_read():
    check("""
        text                           | => | codes
        누유 없음                      | => | ''
        누유는 없었음                  | => | ''
        누유 흔적 없음, 베어링 교체    | => | item bearing
        씰 누유여부 확인               | => | item seal
        무누설                         | => | ''
        no leak found                  | => | ''
        No sign of oil leak            | => | ''
        leak not found                 | => | ''
        누유 없음. 진동 발생           | => | mode VIB, mech vibration
        not working                    | => | mode FTF
    """)


def test_of_a_list_only_the_nearest_finding_is_denied():
    check("""
        text             | => | codes
        누유, 진동 없음  | => | mode ELU, mech leakage
    """)


def test_the_words_are_the_evidence():
    assert [tuple(tag) for tag in PROCESS.tags("Ｍ－Ｓｅａｌ 누유")] == [
        ("maintainable_item", "seal", "m-seal"),
        ("failure_mode", "ELU", "누유"),
        ("mechanism", "leakage", "누유"),
    ]


@pytest.mark.parametrize("name", ["process", "excavators"])
def test_every_term_is_read_as_its_own_code(name):
    lexicon = load(CHECKOUT / "infra" / "lexicon" / f"{name}.csv")
    for term in lexicon.terms:
        if term.kind in lexicon.patterns and term.code != "-":
            read = {(tag.kind, tag.code) for tag in lexicon.tags(term.term)}
            assert (term.kind, term.code) in read, f"line {term.line}: {term.term} is not read"
