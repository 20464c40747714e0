"""A draft of anything is a contract's YAML, or a refusal in one sentence: never a traceback, never a broken file."""

import csv
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.contracts.document import read_document
from jobs.contracts.draft import draft
from jobs.contracts.flow import flow
from jobs.errors import DataError
from jobs.sources import grids
from jobs.sources.rows import normal

NASTY = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r\n"), max_size=12)
HEADINGS = st.one_of(
    st.sampled_from(["작업번호", "설비번호", "작업일", "구분", "작업내용", "비용(천원)", "정지시간", "비고"]), NASTY
)
CELLS = st.one_of(
    st.sampled_from(["P-101A", "2024.3.5", "고장", "예방", "교체", "1,200", "3시간", "-", "24년 3월", "", "없음"]),
    NASTY,
)


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    """A heading that can be a log's, and any rows below it."""
    heading = ["설비번호", "작업일", "구분", *draw(st.lists(HEADINGS, min_size=1, max_size=5))]
    rows = draw(st.lists(st.lists(CELLS, min_size=len(heading), max_size=len(heading)), max_size=6))
    known = [
        [f"P-{i}", f"2024.1.{i + 1}", draw(st.sampled_from(["고장", "예방"])), *row[3:]] for i, row in enumerate(rows)
    ]
    return [heading, *known]


@settings(max_examples=60, deadline=None)
@given(rows=tables())
def test_a_draft_is_always_yaml_and_names_headings_as_they_stand(rows):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        try:
            proposed = draft([path])
        except DataError as refused:
            assert "\n" not in str(refused)
            return
        [grid] = grids(path)
        written = Path(folder) / "log.yaml"
        written.write_text(proposed.text, encoding="utf-8")
        document = read_document(written)
        assert document.problems == []
        columns = document.content["tables"]["maintenance"].get("columns") or {}
        headings = {normal(cell) for cell in grid.rows[0]}
        assert {normal(heading) for rule in columns.values() for heading in rule.get("from", [])} <= headings


@settings(max_examples=100, deadline=None)
@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_text_is_read_back_from_a_line_of_yaml(text):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.yaml"
        path.write_text(f"a: {flow({'from': [text]})}\n", encoding="utf-8")
        document = read_document(path)
        assert document.content == {"a": {"from": [text]}} and document.problems == []
