"""The words that plants use for the lake's columns and codes, in Korean and English; a word more is one more known.

How they are compared: `jobs.contracts.vocabulary`.
"""

HEADINGS: dict[str, dict[str, str]] = {
    "maintenance": {
        "maintenance_id": (
            "작업번호 정비번호 작업지시번호 작업오더 오더번호 지시번호 접수번호 이력번호 관리번호 번호 연번 순번 "
            "일련번호 no wo wono workorder workorderno workordernumber orderno order jobno id aufnr"
        ),
        "equipment_tag": (
            "설비번호 설비코드 설비id 설비 기기번호 기기 장치번호 장비번호 장비코드 기번 호기 자산번호 태그 tag "
            "tagno tagnumber asset assetid assetno equipment equipmentid equipmentno machine machineid machineno "
            "unitno equnr"
        ),
        "occurred": (
            "작업일 작업일자 작업일시 일자 날짜 일시 정비일 정비일자 고장일 고장일자 고장일시 발생일 발생일자 "
            "발생일시 수리일 조치일 조치일자 점검일 실시일 시행일 완료일 작업완료일 date workdate jobdate "
            "startdate basicstart basicstartdate bscstartdate datetime occurredon finishdate completiondate "
            "completedon"
        ),
        "recorded_on": (
            "등록일 등록일자 입력일 입력일자 작성일 작성일자 접수일 기록일 보고일 recordedon createdon createdate "
            "entrydate erdat"
        ),
        "category": (
            "구분 정비구분 작업구분 정비유형 작업유형 유형 정비종류 오더유형 bmpm pmbm pm구분 보전구분 category "
            "ordertype pmtype worktype jobtype maintenancetype type auart"
        ),
        "activity": (
            "작업내용 작업 조치 조치내용 조치사항 정비내용 작업종류 처리 처리내용 수리내용 작업방법 action "
            "actiontaken activity work ilart"
        ),
        "preventive_basis": (
            "근거 작업근거 예방근거 예방정비근거 pm사유 예방사유 정비사유 시행근거 사유 basis pmbasis trigger reason"
        ),
        "impact": "영향 고장영향 운전영향 생산영향 가동영향 설비영향 영향도 고장결과 impact effect consequence",
        "subunit": (
            "부위 고장부위 작업부위 정비부위 하위장치 개소 고장개소 계통 subunit system subsystem majorsystem "
            "assembly part"
        ),
        "maintainable_item": (
            "부품 부품명 교체부품 교환부품 고장부품 사용부품 자재 자재명 component comp maintainableitem item part"
        ),
        "failure_id": "고장번호 통보번호 알림번호 고장신고번호 failureid failureno notification notificationno qmnum",
        "priority": "우선순위 긴급도 긴급여부 priority urgency priok",
        "man_hours_h": (
            "작업공수 공수 공수시간 투입공수 투입시간 작업시간 소요공수 인시 manhour manhours mh laborhours workhours"
        ),
        "downtime_h": (
            "정지시간 정지 가동중지시간 고장시간 비가동시간 휴지시간 중단시간 고장정지시간 downtime downhours outage "
            "outagehours"
        ),
        "cost_krw": (
            "비용 금액 정비비 정비비용 수리비 수리비용 작업비용 소요비용 총비용 집행금액 소요금액 cost amount "
            "totalcost actualcost"
        ),
        "text": (
            "비고 내용 특이사항 특기사항 상세내용 세부내용 고장내용 고장현상 현상 증상 설명 메모 remark remarks "
            "comment comments description text shorttext originalshorttext longtext note notes"
        ),
    },
    "equipment": {
        "equipment_tag": (
            "설비번호 설비코드 설비id 기기번호 장치번호 장비번호 장비코드 기번 호기 자산번호 태그 tag tagno "
            "tagnumber asset assetid assetno equipment equipmentid equipmentno machine machineid machineno equnr"
        ),
        "description": (
            "설비명 설비명칭 설비이름 기기명 기기명칭 장치명 장비명 명칭 품명 name equipmentname assetname "
            "description eqktx"
        ),
        "equipment_class": (
            "설비종류 설비분류 설비구분 설비유형 기기분류 기기종류 기종 분류 종류 구분 class equipmentclass "
            "category assetclass eqart"
        ),
        "equipment_type": "형식 타입 세부형식 형태 구조 type equipmenttype",
        "manufacturer": "제작사 제조사 제작자 제조자 제작업체 제조업체 메이커 maker manufacturer mfr vendor herst",
        "model": "모델 모델명 형번 모델번호 model modelno modelname typbz",
        "serial_number": "제조번호 제작번호 시리얼 시리얼번호 기기일련번호 serial serialno serialnumber sn serge",
        "service": "용도 유체 유체명 취급유체 사용유체 취급물질 내용물 service fluid medium duty",
        "unit": "공정 공정명 단위공정 라인 설치장소 설치위치 위치 plant unit area line location process section",
        "parent_tag": "상위설비 상위설비번호 모설비 주설비 parent parentid parenttag",
        "load_share": "부하율 부하 부하비율 load loadfactor loadrate",
        "commissioned_on": (
            "가동일 가동일자 가동개시일 가동시작일 설치일 설치일자 설치년월 설치년도 준공일 도입일 도입년월 "
            "사용개시일 commissioned commissionedon commissioningdate installdate installationdate installed "
            "installedon startupdate inbdt"
        ),
        "current_service_since": "현용도시작일 용도변경일 inservicesince",
        "surveillance_from": "기록시작일 이력시작일 관리시작일",
        "surveillance_to": "폐기일 폐기일자 철거일 철거일자 불용일 retiredon disposaldate",
        "criticality_safety": "안전중요도 안전등급",
        "criticality_environment": "환경중요도 환경등급",
        "criticality_production": "생산중요도 중요도 중요등급 설비등급 criticality abckz",
        "has_spare": "예비품 예비품유무 예비기 예비기유무 spare hasspare",
        "spare_lead_d": "예비품납기 납기 조달기간 leadtime",
        "is_shutdown_only": "정지중작업 정지중정비 shutdownonly",
        "legal_inspection_due_on": "법정검사기한 법정검사일 차기검사일 다음검사일 검사기한",
        "legal_inspection_basis": "법정검사근거 검사근거 관련법령 적용법규",
    },
}
"""Headings by table and column; of a column's words the first ones are the surest."""

LESS_SURE = {
    ("maintainable_item", "part"): 0.7,
    ("subunit", "part"): 0.8,
    ("category", "type"): 0.7,
    ("unit", "location"): 0.8,
}
"""Words that name several columns, and how much each counts."""

CODES: dict[str, dict[str, str]] = {
    "category": {
        "corrective": "고장, 사후, 사후정비, 사후보전, 고장정비, 고장수리, 돌발, 돌발정비, 긴급, 긴급정비, bm, cm, breakdown, "
        "corrective, unplanned, pm01",
        "preventive": "예방, 예방정비, 예방보전, 계획, 계획정비, 정기, 정기정비, 정기점검, 예지정비, 예지보전, pm, tbm, cbm, pdm, "
        "preventive, predictive, planned, scheduled, pm02",
        "other": "기타, 개선, 개조, 공사, 신설, other, improvement, project",
    },
    "activity": {
        "replace": "교체, 교환, 부품교환, 부품교체, 신품교체, 신품, 대체, replace, replacement, swap, exchange",
        "overhaul": "오버홀, 오버홀정비, 분해정비, 분해점검, 대정비, o/h, overhaul, rebuild",
        "repair": "수리, 보수, 복구, 용접, 수선, repair, repaired, fix, weld",
        "modify": "개조, 개선, 변경, modify, modification",
        "adjust": "조정, 셋팅, 세팅, 교정, 정렬, 영점조정, adjust, adjustment, calibration, alignment",
        "refit": "재조립, 재장착, 재체결, refit",
        "service": "주유·청소, 주유, 급유, 윤활, 청소, 세정, 서비스, 오일교환, service, lubrication, cleaning, minor maint",
        "test": "시험, 시운전, 테스트, test",
        "inspection": "점검, 검사, 순회점검, 정밀점검, inspection, inspect",
        "check": "확인, 상태감시, check, cm, condition monitoring",
        "combination": "복합, combination",
        "other": "기타, other, administration",
    },
    "preventive_basis": {
        "calendar": "주기, 정기, 계획, 주기교체, 시간기준, tbm, calendar, time based, interval",
        "condition": "상태, 측정, 진단, 상태기준, 상태감시, 점검결과, cbm, condition, condition based",
        "unknown": "현장판단, 자체판단, 판단, 경험, 기타, unknown, judgement",
    },
    "impact": {
        "stopped": "정지, 다운, 가동중지, 가동정지, 운전정지, 생산정지, 트립, stop, stopped, down, trip, shutdown",
        "leaked": "누출, 누설, 리크, 누유, 누수, leak, leaked, leakage",
        "degraded": "성능저하, 기능저하, 저하, 부분정지, 감량운전, degraded, reduced",
        "none": "영향없음, 무영향, 이상없음, 정상, 없음, none, no effect, no impact",
    },
    "equipment_class": {
        "PU": "펌프, 원심펌프, 정량펌프, 기어펌프, 진공펌프, pump, pumps, pu",
        "EM": "전동기, 유도전동기, 모터, motor, electric motor, em",
        "AG": "교반기, 아지테이터, 믹서, agitator, mixer, ag",
        "CR": "크레인, 호이스트, crane, hoist, cr",
        "HE": "열교환기, 응축기, 콘덴서, 쿨러, 냉각기, 재비기, heat exchanger, cooler, condenser, he",
        "HB": "보일러, 가열로, boiler, heater, furnace, hb",
        "PI": "배관, 파이프, piping, pipe, pi",
        "VE": "압력용기, 반응기, 탑, 드럼, vessel, pressure vessel, reactor, column, drum, ve",
        "TA": "탱크, 저장탱크, tank, storage tank, ta",
        "VA": "밸브, 조절밸브, 안전밸브, 차단밸브, valve, control valve, va",
        "BD": "건물, 건축물, building, bd",
        "OT": "기타, other, ot",
    },
    **{
        f"criticality_{of}": {"high": "상, a, 높음, high", "medium": "중, b, 보통, medium", "low": "하, c, 낮음, low"}
        for of in ("safety", "environment", "production")
    },
}  # fmt: skip
"""Firms' words by column and canonical code, the plainest first: that is the one a template offers."""

DEFAULTS = {"category": "other"}
"""What a coded column says of a row that does not say: a job without a stated reason counts as neither."""

STRONGEST_FIRST = (
    "replace", "overhaul", "repair", "modify", "refit", "adjust", "service", "test", "inspection", "check",
    "combination", "other",
)  # fmt: skip
"""Of several activities in one cell, the one that renews most is meant."""

UNITS_IN_HEADINGS = {
    "시간": "h", "hr": "h", "hrs": "h", "hour": "h", "hours": "h",
    "분": "min", "mins": "min", "minutes": "min",
    "일": "d", "days": "d",
}  # fmt: skip
"""Units that headings spell in other ways than the lake's units do."""

NOTHING_WORDS = ("NA", "NULL", "NONE", "NIL", "NaN", "(blank)", "해당사항없음", "해당사항 없음", "?", ".")
"""Words for "nothing" that a contract must state, as they mean something elsewhere."""
