"""The words of headings and codes: a dozen ways to write each, and which column or code it means."""

import pytest

from jobs.contracts.checks import DERIVED
from jobs.contracts.vocabulary import code_of, heading_score, names_a_column
from jobs.contracts.words import CODES, HEADINGS
from jobs.tables import SILVER

MEANT = {
    "maintenance": {
        "maintenance_id": (
            "작업번호 | 정비 번호 | 작업지시 번호 | 작업지시서번호 | WO No. | W/O | W.O. Number | Work Order | Job No | "
            "정비관리번호 | 오더 번호 | AUFNR"
        ),
        "equipment_tag": (
            "설비번호 | 설비 코드 | 설비ID | 기기 번호 | TAG NO | Tag No. | Equipment No. | Equip. No | Asset ID | 호기 | "
            "대상설비 | Machine ID | EQUNR | 설비 Tag"
        ),
        "occurred": (
            "작업일자 | 작업 일시 | 작업 시작일 | 시작일시 | 정비일자 | 착수일 | 작업완료일 | 완료 일자 | 종료일 | "
            "작업 종료일 | Start Date | Finish Date | Work Date | Date Completed | 수리 일자 | AUSVN | AUSBS | GSTRP | IDAT2"
        ),
        "recorded_on": "등록일 | 등록 일자 | 입력 일시 | 작성일자 | Created On | Entry Date | ERDAT",
        "category": "정비 구분 | 작업 구분 | 보전 유형 | 정비형태 | Order Type | Maint. Type | Work Type | PM/BM | AUART",
        "activity": (
            "작업 내용 | 조치 내용 | 조치결과 | 정비 내역 | 작업내역 | 수리 내용 | Action Taken | Activity Type | "
            "Work Done | ILART"
        ),
        "impact": "고장 영향 | 생산영향 | Effect | AUSWK | MSAUS",
        "subunit": "고장부위 | 정비 부위 | Sub-unit | 부위명 | OTEIL",
        "maintainable_item": "교체 부품 | 부품명 | 사용 자재 | 교체품 | Component | Spare Part | Parts Used",
        "failure_id": "통보 번호 | 고장번호 | Notification No | QMNUM",
        "priority": "우선 순위 | 긴급도 | Priority | PRIOK",
        "man_hours_h": (
            "작업 공수 | 공수(M/H) | 투입 인시 | M/H | Man-Hours | Labor Hours | Labour Hrs | Man Hrs | Hours | Hrs | ISMNW"
        ),
        "downtime_h": (
            "정지 시간 | 정지시간(분) | 가동 중단 시간 | 비가동 시간 | Down Time | Downtime Hrs | Downtime (h) | Stop Time | "
            "Outage Hours | AUSZT | EAUSZT"
        ),
        "cost_krw": "정비 비용 | 비용(천원) | 수리 금액 | 소요 비용 | 정비 비용 합계 | Total Cost | Cost (KRW) | 정비금액",
        "text": (
            "비고 | 특이 사항 | 고장 내용 | 고장현상 | 고장 현상 | 메모 | Remarks | Description | Long Text | QMTXT | KTEXT"
        ),
        "": "담당자 | 작업자 | 결재 | 협력업체 | 확인자 | INGRP | MAUEH | AEDAT | MANDT",
    },
    "failure": {
        "failure_id": "고장번호 | 고장 관리번호 | 통보번호 | Failure No | Failure ID | Notification | Notif. No | QMNUM",
        "equipment_tag": "설비번호 | 고장설비 | 기기번호 | TAG | Equipment | EQUNR",
        "occurred": (
            "고장일 | 고장 일자 | 고장 발생일시 | 발생 일시 | 고장시작일 | 고장 종료일 | Failure Date | Malfunction Start | "
            "AUSVN | AUSBS | QMDAT"
        ),
        "recorded_on": "접수일 | 통보일 | 신고일자 | Reported On | ERDAT",
        "failure_mode": (
            "고장 현상 | 고장현상 | 고장유형 | 고장 모드 | 고장형태 | 고장 코드 | 고장 증상 | Failure Mode | Failure Code | "
            "Symptom | Damage Code | FECOD"
        ),
        "mechanism": "고장기구 | 고장 메커니즘 | 열화 기구 | Failure Mechanism | Mechanism",
        "cause": "고장원인 | 고장 원인 | 발생원인 | 추정 원인 | 원인 | Root Cause | Cause | Cause Code | Failure Cause | URCOD",
        "impact": "고장 영향 | 운전 영향 | Effect | MSAUS | AUSWK",
        "detection": "발견방법 | 발견 경위 | 감지 방법 | Detection Method | How Detected",
        "subunit": "고장 부위 | 손상부위 | OTEIL",
        "maintainable_item": "고장 부품 | 손상 부품 | BAUTL",
        "downtime_h": "정지 시간 | 고장 시간 | Downtime | EAUSZT",
        "text": "고장 내용 | 고장내역 | 비고 | Description | QMTXT",
        "": "담당자 | INGRP | MAUEH | AEDAT | ILART | AUFNR",
    },
    "equipment": {
        "equipment_tag": "설비번호 | 설비 코드 | Tag | Tag No. | Equip No | 기기 번호 | 관리번호 | EQUNR",
        "description": "설비명 | 설비 명칭 | 기기명 | Equipment Name | Equipment Description | EQKTX",
        "equipment_class": "설비종류 | 설비 분류 | 기종 | 설비군 | Equipment Class | Class | EQART",
        "equipment_type": "형식 | 세부 형식 | Type",
        "manufacturer": "제작사 | 제조 업체 | 메이커명 | Maker | Manufacturer | Vendor | HERST",
        "model": "모델 | 모델명 | 형번 | Model No. | TYPBZ",
        "serial_number": "제조 번호 | 기기 일련번호 | S/N | Serial No | SERGE",
        "service": "용도 | 취급 유체 | Service | Fluid",
        "unit": "공정 | 공정명 | 설치 장소 | 설치 위치 | 기능위치 | Process Unit | Functional Location | TPLNR",
        "parent_tag": "상위 설비 | 상위설비번호 | Superior Equipment | Parent Tag | HEQUI",
        "load_share": "부하율 | 부하율(%) | Load Factor",
        "commissioned_on": (
            "가동일 | 가동 개시일 | 설치 일자 | 설치 연월 | 취득일 | 도입 년도 | Start-up Date | Install Date | INBDT"
        ),
        "surveillance_to": "폐기일 | 폐기 일자 | 철거일 | Retired On",
        "criticality_production": "중요도 | 설비 등급 | Criticality | ABCKZ",
        "has_spare": "예비품 | 예비품 유무 | 예비기 유무 | Spare",
        "spare_lead_d": "예비품 납기 | 조달 기간 | Lead Time",
        "legal_inspection_due_on": "법정검사 기한 | 차기 검사일 | 다음 검사 일자",
        "": "담당자 | INGRP | AEDAT | 전화번호",
    },
    "measurement": {
        "measurement_id": "측정번호 | 측정 번호 | 문서번호 | Reading ID | Measurement Doc | MDOCM",
        "equipment_tag": "설비번호 | 기기번호 | Tag No | EQUNR",
        "occurred": "측정일 | 측정 일시 | 점검 일자 | Measured On | Reading Date | Timestamp | IDATE",
        "recorded_on": "등록일 | 입력일 | ERDAT",
        "point": "측정점 | 측정 위치 | 측정 개소 | 측정부위 | Measuring Point | POINT",
        "quantity": "측정항목 | 측정 항목 | 항목 | Parameter | Quantity | Characteristic | ATINN",
        "value": "측정값 | 측정치 | 계측값 | 값 | Reading | Value | Measured Value | RECDV | READG",
        "": "담당자 | AEDAT | MANDT",
    },
}  # fmt: skip


def meant(heading: str, table: str) -> str:
    """The column that a heading names best, if it is sure enough to be proposed where the values fit."""
    score, column = max((heading_score(heading, table, column)[0], column) for column in HEADINGS[table])
    return column if score >= 0.55 else ""


@pytest.mark.parametrize(
    ("table", "column"), [(table, column) for table, columns in MEANT.items() for column in columns]
)
def test_a_heading_is_known_in_many_spellings(table, column):
    headings = MEANT[table][column].split(" | ")
    assert {heading: meant(heading, table) for heading in headings} == dict.fromkeys(headings, column)


def test_the_words_are_of_columns_and_codes_that_the_lake_has():
    for table, columns in HEADINGS.items():
        of_lake = {f.name: f for f in SILVER[table].fields}
        assert set(columns) <= {*of_lake, "occurred"} - set(DERIVED)
        for column in set(columns) & set(CODES):
            assert set(CODES[column]) <= set(of_lake[column].codes)


def test_of_two_dates_the_heading_says_which_is_the_jobs():
    for first, second in (
        ("작업일자", "완료일"),
        ("시작일", "종료일"),
        ("AUSVN", "AUSBS"),
        ("Start Date", "Finish Date"),
    ):
        assert heading_score(first, "maintenance", "occurred")[0] > heading_score(second, "maintenance", "occurred")[0]


@pytest.mark.parametrize(
    ("column", "code", "words"),
    [
        ("equipment_class", "OT", "압축기 컴프레서 공기압축기 송풍기 블로워 팬 집진기 compressor blower fan 여과기 건조기 냉동기"),
        ("equipment_class", "PU", "펌프 원심펌프 다이어프램펌프 이송펌프 진공펌프 기어펌프 수중펌프 메터링펌프"),
        ("equipment_class", "EM", "전동기 모터 유도전동기 고압전동기 감속모터"),
        ("equipment_class", "AG", "교반기 믹서 아지테이터 혼합기"),
        ("equipment_class", "CR", "크레인 호이스트 천장크레인"),
        ("equipment_class", "HE", "열교환기 응축기 리보일러 쿨러 냉각기 예열기 증발기 냉각탑"),
        ("equipment_class", "HB", "보일러 가열로 히터 열매체보일러"),
        ("equipment_class", "VE", "반응기 증류탑 압력용기 드럼 흡수탑 분리기 리시버"),
        ("equipment_class", "TA", "탱크 저장탱크 저장조 사일로 호퍼"),
        ("equipment_class", "VA", "밸브 안전밸브 조절밸브 볼밸브 체크밸브 감압밸브 콘트롤밸브"),
        ("equipment_class", "IC", "계장 계기 유량계 압력계 온도계 레벨계"),
        ("equipment_class", "EI", "변압기 수배전반 차단기 배전반"),
        ("failure_mode", "VIB", "진동 떨림 이상진동 vibration VIB"),
        ("failure_mode", "ELP", "누설 누출 leak ELP"),
        ("failure_mode", "ELU", "누유 누수"),
        ("failure_mode", "NOI", "소음 이음 이상음 noise"),
        ("failure_mode", "OHE", "과열 발열 온도상승 overheating"),
        ("failure_mode", "FTS", "기동불량 기동불가"),
        ("failure_mode", "PLU", "막힘 폐색 plugged"),
        ("mechanism", "wear", "마모 wear"),
        ("mechanism", "corrosion", "부식 corrosion"),
        ("mechanism", "fatigue", "피로 fatigue"),
        ("category", "corrective", "BM 사후정비 돌발고장 PM01 breakdown"),
        ("category", "preventive", "예방정비 TBM 정기점검 PM02 CBM"),
    ],
)  # fmt: skip
def test_words_mean_codes(column, code, words):
    assert {word: code_of(column, word) for word in words.split()} == dict.fromkeys(words.split(), code)


def test_a_heading_in_two_rows_is_known_by_its_last_word():
    assert names_a_column("고장 상세 현상", "failure") >= 0.7 > names_a_column("현상 고장 담당", "failure")
