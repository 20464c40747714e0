"""Hostile and broken files: each is taken in or refused with a sentence that a clerk understands; nothing else happens.

`python -m tests.support.corpus` prints them all with what is said of them.
"""

import pytest

from tests.support.corpus import Case, cases, complaints, judged, korean_complaints

CASES = cases()


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("case", CASES, ids=[f"{case.kind}: {case.what}" for case in CASES])
def test_a_file_is_taken_in_or_refused_with_a_sentence(tmp_path, case: Case):
    verdict = judged(case, tmp_path)
    if isinstance(case.expected, int):
        assert (verdict.word, verdict.rows) == ("accepted", case.expected), verdict.sentence
    else:
        assert verdict.word == "refused" and case.expected in verdict.sentence
        name = case.name if case.name != "x" else ""  # its real name is not for showing
        assert not complaints(verdict.sentence, name), verdict.sentence
        assert not korean_complaints(verdict.korean, name), verdict.korean


def test_the_corpus_is_large_and_no_file_is_there_twice():
    assert len(CASES) >= 200
    assert len({(case.kind, case.what) for case in CASES}) == len(CASES)
