"""What was read in a record's free text, with the words that say it."""

from jobs.tables.table import Field, array_of

KINDS = ("subunit", "maintainable_item", "failure_mode", "mechanism")
"""What text can say; each is a column of `failure`, the first two also of `maintenance`."""

TEXT_TAGS = array_of(kind="string", code="string", words="string")

TEXT_TAGS_FIELD = Field(
    "text_tags", TEXT_TAGS,
    "What the lexicon reads in `text`: a kind (subunit, maintainable_item, failure_mode, mechanism), its code and the words that say it; null where the contract does not ask for it.",
    label="내용 분류",
)
