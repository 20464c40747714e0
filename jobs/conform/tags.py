"""Tag numbers in one spelling."""

from pyspark.sql import Column
from pyspark.sql import functions as F

SIMPLE = r"^([A-Z가-힣]{1,8})[\s\-_.]*(\d+)[\s\-_.]*([A-Z]{0,2})$"


def tag(text: Column) -> Column:
    """P101-A, P 101 A, p-101a → P-101A. Tags of other forms: capitals, and one hyphen between parts.

    Hyphens between digits stay: P-101-1 is not P-1011. The text is expected narrow.
    """
    upper = F.upper(text)
    other = F.regexp_replace(F.regexp_replace(upper, r"[\s_]+", "-"), "-{2,}", "-")
    return F.when(upper.rlike(SIMPLE), F.regexp_replace(upper, SIMPLE, "$1-$2$3")).otherwise(other)


def sap_number(text: Column) -> Column:
    """A SAP number without the zeros that pad it; numbers with letters are not padded and stay (ALPHA conversion)."""
    return F.when(text.rlike("^0*[0-9]+$"), F.regexp_replace(text, "^0+(?=.)", "")).otherwise(text)
