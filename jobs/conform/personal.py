"""Whether free text speaks of persons: names, telephone numbers, e-mail addresses, resident registration numbers.

It is told so that a release can leave such text out; nothing is removed here. A Korean name is known by what stands
beside it, a title (김철수 과장, 박대리) or a label (작업자: 이영희): one that stands alone reads as any other word. In
doubt a text counts as personal: a department may read as a name (정비과 과장).
"""

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.conform.text import narrow

SURNAME = (
    "[김이박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차주우구민류나진지엄채원천방공현함변염"
    "여추도소석선설마길연위표명기반라왕금옥육인맹]"
)
TITLE = (
    "사원|주임|대리|과장|차장|부장|팀장|반장|조장|직장|소장|실장|계장|기사|기장|책임|선임|수석|이사|상무|전무|사장|대표|"
    "선생|엔지니어"
)
PARTICLE = "(?:님|이|가|은|는|을|를|께|의|와|과|도|에게|한테|께서)?(?![가-힣])"
WHOSE = "담당|작업|확인|점검|보고|신고|수리|정비|요청|책임|입회"
LABEL = rf"(?:(?:{WHOSE})자|(?:{WHOSE})(?=\s*:)|성명|이름|연락처)\s*[:=]?\s*"
NO_NAME = "(?!이상[무없])"
"""이상무 says that nothing was found, before it names a director Lee."""
GIVEN = "[가-힣](?![팀과부반실조])[가-힣]"

PERSONAL = "|".join(
    (
        r"(?<!\d)(?:\+82[-. ]?|0)1[016789][-. ]?\d{3,4}[-. ]?\d{4}(?!\d)",  # a mobile telephone
        r"(?<!\d)(?:\+82[-. ]?|0)(?:2|[3-6]\d|70)[-. )]{1,2}\d{3,4}[-. ]\d{4}(?!\d)",  # one with an area code
        r"내선\s*:?\s*\d{3,5}",
        r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+\.[A-Za-z]",
        r"(?<!\d)\d{6}-[1-4]\d{6}(?!\d)",  # a resident registration number
        rf"(?<![가-힣]){SURNAME}[가-힣]{{2}}\s?(?:(?:{TITLE})|[님씨])",
        rf"(?<![가-힣]){NO_NAME}{SURNAME}\s?(?:{TITLE}){PARTICLE}",
        rf"{LABEL}{NO_NAME}{SURNAME}{GIVEN}(?:씨|{PARTICLE})",
    )
)


def has_personal_data(*texts: Column) -> Column:
    """Whether any of the texts speaks of a person; null where none says anything."""
    said = F.concat_ws("\n", *texts)
    return F.when(said != "", narrow(said).rlike(PERSONAL))
