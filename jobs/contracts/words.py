"""The words that plants use for the lake's columns and codes, in Korean and English; a word more is one more known.

How they are compared: `jobs.contracts.vocabulary`.
"""

TAGS = (
    "설비번호 설비코드 설비id 설비 기기번호 기기 장치번호 장비번호 장비코드 기번 호기 자산번호 태그 tag tagno "
    "tagnumber asset assetid assetno equipment equipmentid equipmentno machine machineid machineno unitno equnr "
    "설비no 설비tag 대상설비 대상기기 기기코드 기계번호 태그번호 equipno equipid equiptag equipmenttag "
    "equipmentcode equipmentnumber machinetag assettag assetnumber tagid tplnr"
)
RECORDED = (
    "등록일 등록일자 입력일 입력일자 작성일 작성일자 접수일 기록일 보고일 recordedon createdon createdate "
    "entrydate erdat 등록일시 입력일시 작성일시 접수일시 생성일 생성일자 createddate creationdate reportedon "
    "reporteddate reportdate registeredon"
)
IMPACTS = (
    "영향 고장영향 운전영향 생산영향 가동영향 설비영향 영향도 고장결과 impact effect consequence 고장영향도 "
    "운전영향도 failureimpact failureeffect operationalimpact auswk msaus"
)
SUBUNITS = (
    "부위 고장부위 작업부위 정비부위 하위장치 개소 고장개소 계통 subunit system subsystem majorsystem assembly "
    "part 부위명 손상부위 하위설비 하위계통 subassembly oteil"
)
DOWNTIMES = (
    "정지시간 정지 가동중지시간 고장시간 비가동시간 휴지시간 중단시간 고장정지시간 downtime downhours outage "
    "outagehours 고장정지 설비정지시간 생산정지시간 가동정지시간 운휴시간 다운타임 비가동 downtimehours "
    "downtimehrs downtimehr downhrs stoptime stoppage stoppagehours ausztm auszt eauszt"
)

HEADINGS: dict[str, dict[str, str]] = {
    "maintenance": {
        "maintenance_id": (
            "작업번호 정비번호 작업지시번호 작업오더 오더번호 지시번호 접수번호 이력번호 관리번호 번호 연번 "
            "순번 일련번호 no wo wono workorder workorderno workordernumber orderno order jobno id aufnr "
            "작업지시서번호 정비관리번호 정비이력번호 작업no 작업id wonumber wonum woid workorderid jobnumber "
            "ordernumber maintenanceid recordno seq"
        ),
        "equipment_tag": TAGS,
        "occurred": (
            "작업일 작업일자 작업일시 일자 날짜 일시 정비일 정비일자 고장일 고장일자 고장일시 발생일 발생일자 "
            "발생일시 수리일 조치일 조치일자 점검일 실시일 시행일 완료일 작업완료일 date workdate jobdate "
            "startdate basicstart basicstartdate bscstartdate datetime occurredon finishdate completiondate "
            "completedon 작업시작일 작업시작일시 작업시작 작업시작시간 작업개시일 시작일 시작일자 시작일시 "
            "착수일 착공일 정비시작일 정비일시 수리일자 수리일시 점검일시 교체일 교체일자 작업완료 "
            "작업완료일자 작업완료일시 작업종료일 작업종료일자 작업종료일시 작업종료 정비완료일 완료일자 "
            "완료일시 종료일 종료일자 종료일시 조치완료일 고장발생일 고장발생일시 startedon starttime "
            "startdatetime actualstart actualstartdate servicedate maintdate maintenancedate repairdate "
            "enddate endtime datecompleted completeddate datedone actualfinish actualfinishdate closedon "
            "closedate gstrp gstri ausvn ausbs gltrp gltri idat2"
        ),
        "recorded_on": RECORDED,
        "category": (
            "구분 정비구분 작업구분 정비유형 작업유형 유형 정비종류 오더유형 bmpm pmbm pm구분 보전구분 "
            "category ordertype pmtype worktype jobtype maintenancetype type auart 정비형태 보전유형 보전형태 "
            "작업분류 정비분류 고장예방구분 maintcategory maintype mainttype wotype"
        ),
        "activity": (
            "작업내용 작업 조치 조치내용 조치사항 정비내용 작업종류 처리 처리내용 수리내용 작업방법 action "
            "actiontaken activity work ilart 작업내역 정비내역 수리내역 조치결과 조치내역 처리결과 처리사항 "
            "작업사항 정비사항 activitytype workdone workperformed actions repairaction maintactivity"
        ),
        "preventive_basis": (
            "근거 작업근거 예방근거 예방정비근거 pm사유 예방사유 정비사유 시행근거 사유 basis pmbasis trigger reason"
        ),
        "impact": IMPACTS,
        "subunit": SUBUNITS,
        "maintainable_item": (
            "부품 부품명 교체부품 교환부품 고장부품 사용부품 자재 자재명 component comp maintainableitem item "
            "part 교체품 교체품명 교체자재 사용자재 소모부품 sparepart spareparts partsused partname partno "
            "componentname bautl"
        ),
        "failure_id": (
            "고장번호 통보번호 알림번호 고장신고번호 failureid failureno notification notificationno qmnum "
            "통지번호 notificationnumber notifno notificationid"
        ),
        "priority": "우선순위 긴급도 긴급여부 priority urgency priok 작업우선순위 urgencylevel",
        "man_hours_h": (
            "작업공수 공수 공수시간 투입공수 투입시간 작업시간 소요공수 인시 manhour manhours mh laborhours "
            "workhours 투입인시 총공수 실공수 작업인시 manhrs laborhrs labourhours labourhrs workhrs hours "
            "hrs hour ismnw arbei"
        ),
        "downtime_h": DOWNTIMES,
        "cost_krw": (
            "비용 금액 정비비 정비비용 수리비 수리비용 작업비용 소요비용 총비용 집행금액 소요금액 cost amount "
            "totalcost actualcost 정비금액 수리금액 비용합계 합계금액 총금액 자재비 자재비용 집행비용 costkrw "
            "totalamount repaircost maintcost maintenancecost"
        ),
        "text": (
            "비고 내용 특이사항 특기사항 상세내용 세부내용 고장내용 고장현상 현상 증상 설명 메모 remark "
            "remarks comment comments description text shorttext originalshorttext longtext note notes "
            "고장내역 고장증상 상세 세부사항 참고 참고사항 기타사항 details detail memo longdescription "
            "shortdescription workdescription problem qmtxt ktext"
        ),
    },
    "failure": {
        "failure_id": (
            "고장번호 고장관리번호 고장신고번호 고장접수번호 고장id 통보번호 통지번호 알림번호 접수번호 "
            "관리번호 번호 연번 순번 일련번호 no failureid failureno failurenumber failno notification "
            "notificationno notificationnumber notifno notificationid incidentno incidentid eventid qmnum"
        ),
        "equipment_tag": TAGS + " 고장설비 고장설비번호 고장기기",
        "occurred": (
            "고장일 고장일자 고장일시 고장발생일 고장발생일자 고장발생일시 고장시작일 고장시작일시 고장시각 "
            "발생일 발생일자 발생일시 발생시각 정지일시 일자 날짜 일시 고장종료일 고장종료일시 고장복구일 "
            "복구일 복구일시 조치완료일 종료일 완료일 failuredate failuretime faileddate failedon "
            "malfunctionstart malfunctionstartdate malfunctionend malfunctionenddate breakdowndate "
            "incidentdate eventdate occurredon date datetime startdate starttime enddate endtime finishdate "
            "ausvn ausbs qmdat"
        ),
        "recorded_on": RECORDED + " 통보일 통보일자 신고일 신고일자",
        "failure_mode": (
            "고장모드 고장유형 고장형태 고장현상 고장증상 고장코드 고장분류 고장구분 손상코드 현상 증상 "
            "failuremode failuretype failurecode faultcode faulttype problemcode damagecode damage symptom "
            "fecod"
        ),
        "mechanism": (
            "고장기구 고장메커니즘 고장메카니즘 열화기구 손상기구 손상메커니즘 failuremechanism mechanism "
            "damagemechanism 고장원인 원인 발생원인 cause failurecause causecode urcod"
        ),
        "cause": (
            "고장원인 발생원인 추정원인 근본원인 직접원인 원인 원인코드 rootcause cause causecode "
            "failurecause causetext causedescription urcod"
        ),
        "impact": IMPACTS,
        "detection": (
            "발견방법 발견경위 감지방법 검출방법 발견수단 고장발견 detection detectionmethod howdetected detectedby"
        ),
        "subunit": SUBUNITS,
        "maintainable_item": (
            "고장부품 손상부품 부품 부품명 자재 component comp maintainableitem item part failedpart "
            "failedcomponent componentname bautl"
        ),
        "downtime_h": DOWNTIMES + " 수리시간 복구시간",
        "text": (
            "고장내용 고장내역 상세내용 세부내용 고장상세 내용 설명 비고 특이사항 메모 고장현상 현상 증상 "
            "description text shorttext longtext remark remarks comment comments note notes details memo "
            "qmtxt ktext"
        ),
    },
    "measurement": {
        "measurement_id": (
            "측정번호 측정문서번호 문서번호 측정id 기록번호 번호 연번 순번 no readingid readingno "
            "measurementid measurementno measurementdoc measurementdocument documentno mdocm"
        ),
        "equipment_tag": TAGS,
        "occurred": (
            "측정일 측정일자 측정일시 측정시각 측정시간 점검일 점검일자 점검일시 계측일 계측일시 검사일 일자 "
            "날짜 일시 시각 measuredon measureddate measurementdate measurementtime measuredat readingdate "
            "readingtime timestamp date datetime time occurredon idate"
        ),
        "recorded_on": RECORDED,
        "point": (
            "측정점 측정위치 측정개소 측정부위 측정포인트 측정지점 계측점 포인트 point measuringpoint "
            "measurementpoint measurepoint location sensor sensorid"
        ),
        "quantity": (
            "측정항목 계측항목 항목 측정종류 측정대상 검사항목 점검항목 특성 parameter quantity "
            "characteristic measure variable measurand metric kpi atinn"
        ),
        "value": (
            "측정값 측정치 계측값 계측치 지시값 지시치 검침값 값 수치 결과값 reading value measuredvalue "
            "readingvalue measurementvalue result recdv readg"
        ),
    },
    "equipment": {
        "equipment_tag": (
            "설비번호 설비코드 설비id 기기번호 장치번호 장비번호 장비코드 기번 호기 자산번호 태그 tag tagno "
            "tagnumber asset assetid assetno equipment equipmentid equipmentno machine machineid machineno "
            "equnr 설비no 설비tag 기기코드 기계번호 태그번호 관리번호 번호 equipno equipid equiptag "
            "equipmenttag equipmentcode equipmentnumber assettag assetnumber machinetag tagid"
        ),
        "description": (
            "설비명 설비명칭 설비이름 기기명 기기명칭 장치명 장비명 명칭 품명 name equipmentname assetname "
            "description eqktx 기기이름 기계명 설비설명 equipmentdescription equipname machinename "
            "assetdescription itemname"
        ),
        "equipment_class": (
            "설비종류 설비분류 설비구분 설비유형 기기분류 기기종류 기종 분류 종류 구분 class equipmentclass "
            "category assetclass eqart 설비군 기기군 기계종류 장치종류 설비타입 equipclass equiptype "
            "equipmentcategory assettype assetcategory machinetype"
        ),
        "equipment_type": "형식 타입 세부형식 형태 구조 type equipmenttype 설비형식 기기형식",
        "manufacturer": (
            "제작사 제조사 제작자 제조자 제작업체 제조업체 메이커 maker manufacturer mfr vendor herst "
            "메이커명 제작회사 제조회사 제작사명 brand make oem supplier"
        ),
        "model": (
            "모델 모델명 형번 모델번호 model modelno modelname typbz 형식번호 기종명 모델코드 modelnumber modelcode"
        ),
        "serial_number": (
            "제조번호 제작번호 시리얼 시리얼번호 기기일련번호 serial serialno serialnumber sn serge "
            "serialnumbers serialnr 고유번호"
        ),
        "service": (
            "용도 유체 유체명 취급유체 사용유체 취급물질 내용물 service fluid medium duty 취급물 유체종류 "
            "application processfluid zzmedium"
        ),
        "unit": (
            "공정 공정명 단위공정 라인 설치장소 설치위치 위치 plant unit area line location process section "
            "기능위치 설치공정 소속공정 호기공정 설치개소 functionallocation floc processunit plantunit site "
            "tplnr"
        ),
        "parent_tag": (
            "상위설비 상위설비번호 모설비 주설비 parent parentid parenttag 상위기기 상위기능위치 "
            "superiorequipment superior parentequipment parentasset hequi"
        ),
        "load_share": "부하율 부하 부하비율 load loadfactor loadrate",
        "commissioned_on": (
            "가동일 가동일자 가동개시일 가동시작일 설치일 설치일자 설치년월 설치년도 준공일 도입일 도입년월 "
            "사용개시일 commissioned commissionedon commissioningdate installdate installationdate installed "
            "installedon startupdate inbdt 취득일 취득일자 설치연월 설치연도 도입연도 도입년도 제작년월 "
            "제작연월 제작일 제조일 제조년월 startup startdate acquisitiondate purchasedate yearinstalled"
        ),
        "current_service_since": "현용도시작일 용도변경일 inservicesince",
        "surveillance_from": "기록시작일 이력시작일 관리시작일",
        "surveillance_to": (
            "폐기일 폐기일자 철거일 철거일자 불용일 retiredon disposaldate 폐기 매각일 retireddate "
            "decommissionedon decommissioned scrapdate"
        ),
        "criticality_safety": "안전중요도 안전등급",
        "criticality_environment": "환경중요도 환경등급",
        "criticality_production": (
            "생산중요도 중요도 중요등급 설비등급 criticality abckz 중요설비등급 criticalityrating abcindicator"
        ),
        "has_spare": "예비품 예비품유무 예비기 예비기유무 spare hasspare 예비기여부 예비품여부 예비여부 standby",
        "spare_lead_d": "예비품납기 납기 조달기간 leadtime 예비품조달기간 납품기간 leadtimedays",
        "is_shutdown_only": "정지중작업 정지중정비 shutdownonly",
        "legal_inspection_due_on": (
            "법정검사기한 법정검사일 차기검사일 다음검사일 검사기한 차기검사일자 다음검사일자 차기법정검사일 "
            "검사만료일 nextinspection inspectiondue"
        ),
        "legal_inspection_basis": "법정검사근거 검사근거 관련법령 적용법규",
        "nominal_thickness_mm": "공칭두께 설계두께 원두께 nominalthickness nominalwt",
        "required_thickness_mm": "필요두께 최소두께 최소요구두께 허용두께 requiredthickness minimumthickness tmin",
        "piping_class": "배관등급 배관클래스 api570class pipingclass",
    },
}
"""Headings by table and column; of a column's words the first ones are the surest."""

ENDS_OF_WORK = (
    "완료일 완료일자 완료일시 작업완료 작업완료일 작업완료일자 작업완료일시 종료일 종료일자 종료일시 작업종료 "
    "작업종료일 작업종료일자 작업종료일시 정비완료일 조치완료일 고장종료일 고장종료일시 고장복구일 복구일 복구일시 "
    "finishdate completiondate completedon enddate endtime datecompleted completeddate actualfinish "
    "actualfinishdate closedon closedate malfunctionend malfunctionenddate ausbs gltrp gltri idat2"
)
"""When something was over: its time where no heading says when it began."""

LESS_SURE = {
    (column, word): weight
    for column, weight, words in (
        ("maintenance_id", 0.9, "번호 연번 순번 일련번호 관리번호 no seq"),
        ("failure_id", 0.9, "번호 연번 순번 일련번호 관리번호 no"),
        ("measurement_id", 0.9, "번호 연번 순번 no"),
        ("equipment_tag", 0.9, "설비 기기 호기 asset equipment machine"),
        ("equipment_tag", 0.7, "관리번호"),
        ("equipment_tag", 0.6, "번호 tplnr"),
        ("occurred", 0.95, "일자 날짜 일시 date datetime"),
        ("occurred", 0.9, "ausvn qmdat 발생일 발생일자 발생일시 고장일 고장일자 고장일시"),
        ("occurred", 0.8, ENDS_OF_WORK),
        ("category", 0.95, "구분 유형"),
        ("category", 0.7, "type"),
        ("activity", 0.9, "작업 조치 처리 activity work"),
        ("subunit", 0.8, "part"),
        ("maintainable_item", 0.8, "자재 자재명 item"),
        ("maintainable_item", 0.7, "part"),
        ("man_hours_h", 0.7, "hours hrs hour"),
        ("cost_krw", 0.9, "자재비 자재비용"),
        ("text", 0.95, "고장현상 현상 증상 고장증상"),
        (
            "text",
            0.9,
            "비고 특이사항 특기사항 기타사항 참고 참고사항 메모 remark remarks comment comments note notes memo",
        ),
        ("mechanism", 0.95, "고장원인 원인 발생원인 cause failurecause causecode urcod"),
        ("description", 0.9, "명칭 품명 name"),
        ("equipment_class", 0.9, "분류 종류 구분 class category"),
        ("unit", 0.9, "위치 설치위치 설치장소 설치개소 line area"),
        ("unit", 0.8, "location site"),
        ("point", 0.7, "location"),
    )
    for word in words.split()
}
"""Words that name several columns or say little, and how much each counts."""

CODES: dict[str, dict[str, str]] = {
    "category": {
        "corrective": (
            "고장, 사후, 사후정비, 사후보전, 고장정비, 고장수리, 돌발, 돌발정비, 긴급, 긴급정비, bm, cm, "
            "breakdown, corrective, unplanned, pm01, 돌발고장, 돌발수리, 고장보전, 사후수리, reactive, "
            "emergency"
        ),
        "preventive": (
            "예방, 예방정비, 예방보전, 계획, 계획정비, 정기, 정기정비, 정기점검, 예지정비, 예지보전, pm, tbm, "
            "cbm, pdm, preventive, predictive, planned, scheduled, pm02, 정기정비작업, 예방점검, 정기교체"
        ),
        "other": "기타, 개선, 개조, 공사, 신설, other, improvement, project",
    },
    "activity": {
        "replace": "교체, 교환, 부품교환, 부품교체, 신품교체, 신품, 대체, replace, replacement, swap, exchange",
        "overhaul": "오버홀, 오버홀정비, 분해정비, 분해점검, 대정비, o/h, overhaul, rebuild",
        "repair": "수리, 보수, 복구, 용접, 수선, repair, repaired, fix, weld",
        "modify": "개조, 개선, 변경, modify, modification",
        "adjust": "조정, 셋팅, 세팅, 교정, 정렬, 영점조정, adjust, adjustment, calibration, alignment",
        "refit": "재조립, 재장착, 재체결, refit",
        "service": (
            "주유·청소, 주유, 급유, 윤활, 청소, 세정, 서비스, 오일교환, service, lubrication, cleaning, "
            "minor maint"
        ),
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
        "PU": (
            "펌프, 원심펌프, 정량펌프, 기어펌프, 진공펌프, pump, pumps, pu, 다이어프램펌프, 수중펌프, "
            "메터링펌프, 이송펌프"
        ),
        "EM": "전동기, 유도전동기, 모터, motor, electric motor, em, 감속모터, 고압전동기, 감속기모터",
        "AG": "교반기, 아지테이터, 믹서, agitator, mixer, ag, 혼합기, 교반장치",
        "CR": "크레인, 호이스트, crane, hoist, cr, 천장크레인, 리프트, lift",
        "HE": (
            "열교환기, 응축기, 콘덴서, 쿨러, 냉각기, 재비기, heat exchanger, cooler, condenser, he, 리보일러, "
            "예열기, 증발기, 냉각탑, 쿨링타워, cooling tower, reboiler, evaporator, "
            "preheater"
        ),
        "HB": "보일러, 가열로, boiler, heater, furnace, hb, 히터, 열매체보일러, 소각로, incinerator",
        "PI": "배관, 파이프, piping, pipe, pi",
        "VE": (
            "압력용기, 반응기, 탑, 드럼, vessel, pressure vessel, reactor, column, drum, ve, 증류탑, 흡수탑, "
            "세정탑, 흡착탑, 분리기, 리시버, 칼럼, 컬럼, 베셀, separator, receiver, tower"
        ),
        "TA": "탱크, 저장탱크, tank, storage tank, ta, 저장조, 저조, 수조, 사일로, 호퍼, silo, hopper",
        "VA": (
            "밸브, 조절밸브, 안전밸브, 차단밸브, valve, control valve, va, 볼밸브, 체크밸브, 감압밸브, "
            "콘트롤밸브, 컨트롤밸브"
        ),
        "IC": (
            "계장, 계기, 유량계, 압력계, 온도계, 레벨계, 액위계, 분석계, 전송기, instrument, transmitter, "
            "gauge, analyzer, ic"
        ),
        "EI": (
            "전기설비, 변압기, 차단기, 배전반, 수배전반, 인버터, 판넬, transformer, switchgear, inverter, "
            "breaker, ei"
        ),
        "BD": "건물, 건축물, building, bd",
        "OT": (
            "기타, 압축기, 컴프레서, 콤프레샤, 컴프레샤, 콤프레셔, 송풍기, 블로워, 블로어, 팬, 집진기, "
            "컨베이어, 컨베어, 여과기, 필터, 스트레이너, 건조기, 냉동기, 원심분리기, 분쇄기, 감속기, 포장기, "
            "진공장치, 스크러버, compressor, blower, fan, conveyor, filter, dryer, chiller, refrigerator, "
            "centrifuge, gearbox, reducer, turbine, other, ot"
        ),
    },
    "failure_mode": {
        "VIB": "진동, 떨림, 이상진동, 진동과다, 흔들림, vibration, high vibration",
        "NOI": "소음, 이음, 이상음, 이상소음, 잡음, noise, abnormal noise",
        "OHE": "과열, 발열, 온도상승, 이상고온, 온도과다, overheating, overheat, high temperature",
        "ELP": "누설, 누출, 외부누설, 누액, 리크, leak, leakage, external leak, process leak",
        "ELU": "누유, 누수, 오일누설, 누기, 증기누설, oil leak, water leak, utility leak",
        "INL": "내부누설, 내부누출, 튜브누설, internal leak, internal leakage",
        "PLU": "막힘, 폐색, 스케일, plugged, clogged, choked, blocked",
        "BRD": "파손정지, 소손, 고착, 파괴, 절손, 고장정지, breakdown, seizure",
        "STD": "균열, 크랙, 파손, 파단, 변형, 감육, 찢어짐, crack, structural deficiency, deformation",
        "FTS": "기동불량, 기동불가, 기동실패, 시동불량, 미기동, fail to start, failure to start, no start",
        "STP": "정지불량, 정지불가, fail to stop, failure to stop",
        "UST": "트립, 불시정지, 비상정지, 이상정지, trip, spurious stop, spurious trip",
        "FTC": "닫힘불량, 차단불량, fail to close",
        "FTO": "열림불량, 개방불량, fail to open",
        "FTF": "작동불량, 동작불량, 미작동, fail to function",
        "LOO": (
            "성능저하, 출력저하, 유량저하, 유량부족, 압력저하, 토출불량, 토출압저하, low output, low flow, "
            "low pressure"
        ),
        "HIO": "유량과다, 압력과다, 과압, high output, high pressure",
        "IHT": "전열불량, 냉각불량, 열교환불량, insufficient heat transfer",
        "ERO": "헌팅, 출력불안정, 유량불안정, 압력불안정, hunting, erratic output",
        "AIR": "지시불량, 지시이상, 계기이상, abnormal reading",
        "SPO": "오동작, 오작동, malfunction, spurious operation",
        "OTH": "기타, other",
        "UNK": "불명, 미상, 원인불명, unknown",
    },
    "mechanism": {
        "leakage": "누설, 누출, 누유, 누수, 누기, leak, leakage",
        "vibration": "진동, 떨림, vibration",
        "looseness": "풀림, 이완, 탈락, 헐거움, 이탈, loose, looseness",
        "cavitation": "캐비테이션, 공동현상, cavitation",
        "corrosion": "부식, 녹, 발청, 감육, corrosion, rust",
        "erosion": "침식, 마식, erosion",
        "wear": "마모, 마멸, 닳음, wear, worn",
        "breakage": "파손, 파단, 균열, 절손, 깨짐, broken, breakage, fracture, crack",
        "fatigue": "피로, 피로파괴, fatigue",
        "overheating": "과열, 열화, 소손, overheating, overheat, burnt",
        "blockage": "막힘, 폐색, 고착, blocked, blockage, plugged, clogging",
        "contamination": "오염, 이물질, 이물질혼입, 이물, contamination, contaminated",
        "other": "기타, other",
        "unknown": "불명, 미상, 원인불명, unknown",
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
