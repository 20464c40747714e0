"""Whether a record's free text speaks of persons."""

from jobs.tables.table import Field

PERSONAL_FIELD = Field(
    "has_personal_data", "boolean",
    "True where `text` or `cause` holds what looks like a person's name, a telephone number or an e-mail address "
    "(`jobs/conform/personal.py`): never into a release. Null where neither says anything.",
    label="개인정보 있음",
)  # fmt: skip
