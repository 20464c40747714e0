"""Free text that speaks of persons, which no release may hold; and text that only looks as if."""

from jobs.conform.personal import has_personal_data
from tests.support.tables import check


def test_names_telephones_and_addresses(spark):
    check(spark, """
        text                              |    | personal
        씰 교체, 김철수 과장 확인         | => | True
        김철수과장이 확인함               | => | True
        박대리 요청                       | => | True
        최 부장님 지시                    | => | True
        홍길동씨 연락                     | => | True
        작업자 이영희                     | => | True
        담당: 정민수                      | => | True
        확인자: 박서준은 퇴근             | => | True
        010-1234-5678                     | => | True
        01012345678로 연락                | => | True
        ０１０－１２３４－５６７８        | => | True
        +82-10-1234-5678                  | => | True
        052-260-1234 문의                 | => | True
        02)123-4567                       | => | True
        내선 1234                         | => | True
        hong@hanbit.co.kr                 | => | True
        800101-1234567                    | => | True
    """, lambda text: has_personal_data(text))  # fmt: skip


def test_words_of_the_trade_are_no_persons(spark):
    check(spark, """
        text                              |    | personal
        씰 누유, 베어링 소음              | => | False
        메카니컬 씰 교체                  | => | False
        전기사용량 점검                   | => | False
        정기 점검 기사용 공구             | => | False
        담당: 정비팀                      | => | False
        확인: 이상무                      | => | False
        점검 결과 이상없음                | => | False
        P-101A 2021-03-05 점검            | => | False
        압력 0.51-0.62 kgf/cm2            | => | False
        부품 051-22 주문                  | => | False
        유사장비 점검                     | => | False
        현장소장실 배관                   | => | False
        null                              | => | null
    """, lambda text: has_personal_data(text))  # fmt: skip
