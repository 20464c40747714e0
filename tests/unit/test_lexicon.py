"""Lexicons: wrong ones are refused by file and line; what to add next; the figures of the measurement."""

import runpy
from collections import Counter

import pytest

from jobs.conform.lexicon import LexiconError, load
from jobs.conform.suggest import suggest
from jobs.errors import DataError
from jobs.texts import texts_of_csv
from tests.support.paths import CHECKOUT, shared_data

HEAD = "# what it is\nterm,language,kind,code,note\n"
GOOD = HEAD + "seal,en,maintainable_item,seal,\nleak,en,failure_mode,ELP,\nreplace,en,stop,-,\n"


def lexicon(folder, content, encoding="utf-8"):
    file = folder / "mine.csv"
    file.write_bytes(content.encode(encoding))
    return load(file)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("씰,ko,maintainable_item,seal", "expected 5 cells (term, language, kind, code, note), not 4"),
        ("씰,kr,maintainable_item,seal,", "language: expected one of ko, en, konglish, abbreviation"),
        (
            "씰,ko,item,seal,",
            "kind: expected one of subunit, maintainable_item, failure_mode, mechanism, negation, stop",
        ),
        ("누유,ko,failure_mode,ELPP,", "not 'ELPP' (did you mean 'ELP'?)"),
        ("누유,ko,failure_mode,,", "code: is missing"),
        ("없음,ko,negation,-,", "code: expected one of before, between, after"),
        (",ko,maintainable_item,seal,", "term: expected a word or words, not ''"),
        ("se*l,en,maintainable_item,seal,", "term: expected a word or words, not 'se*l'"),
        ("SE-AL,en,maintainable_item,seal,", "term: 'SE-AL' is read as 'seal' of line 3 is"),
        ("seals,en,maintainable_item,gasket,", "term: 'seals' is read as 'seal' of line 3 is"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, line, says):
    with pytest.raises(LexiconError) as refused:
        lexicon(tmp_path, GOOD + line + "\n")
    assert str(refused.value).startswith(f"{tmp_path / 'mine.csv'}:6: ") and says in str(refused.value)


def test_every_problem_is_told_at_once(tmp_path):
    with pytest.raises(LexiconError) as refused:
        lexicon(tmp_path, GOOD + "a b,xx,maintainable_item,a,\nb c,en,nokind,b,\n")
    assert [line.split(": ")[1] for line in str(refused.value).splitlines()] == ["language", "kind"]


@pytest.mark.parametrize(
    ("content", "encoding", "says"),
    [
        ("", "utf-8", ":1: expected the heading term,language,kind,code,note"),
        ("word,kind\n", "utf-8", ":1: expected the heading term,language,kind,code,note"),
        (GOOD + "씰,ko,maintainable_item,seal,\n", "cp949", ":1: expected UTF-8 text"),
    ],
)
def test_a_file_that_is_no_lexicon_is_refused(tmp_path, content, encoding, says):
    with pytest.raises(LexiconError, match=says):
        lexicon(tmp_path, content, encoding)


def test_a_lexicon_that_is_not_there_is_said_with_those_that_are():
    with pytest.raises(LexiconError, match=r"did you mean 'process'.*has excavators, process"):
        load(CHECKOUT / "infra" / "lexicon" / "proces.csv")


def test_the_words_that_would_tag_most_come_first_and_cover_what_is_left(tmp_path):
    texts = Counter({
        "replace seal": 50, "replace pump hose": 3, "pump hose split": 2, "hose": 1, "radio dead": 4, "radio replace": 1,
        "P101 PM01": 9, "": 7,
    })  # fmt: skip
    found = suggest(texts, lexicon(tmp_path, GOOD), count=10)
    assert (found.records, found.untagged) == (77, 20)
    assert [tuple(word) for word in found.words] == [
        ("hose", 6, "replace pump hose"),
        ("radio", 5, "radio dead"),
    ]


def test_the_texts_of_a_csv_file(tmp_path):
    file = tmp_path / "log.csv"
    file.write_text("정비 기록\n번호;내용\n1;씰 누유\n2;\n3;씰 누유\n", encoding="cp949")
    assert texts_of_csv(file, "내용") == {"씰 누유": 2, "": 1}
    with pytest.raises(DataError, match="or name another column than '비고'"):
        texts_of_csv(file, "비고")


def test_the_lexicon_reads_a_machine_it_was_not_written_from():
    """The recorded figures (bench/lexicon.py): micro F1 on machine E, against the commonest tag for every order."""
    bench = runpy.run_path(str(CHECKOUT / "bench" / "lexicon.py"))
    folder = shared_data("excavators")
    words = load(CHECKOUT / "infra" / "lexicon" / "excavators.csv")
    found = {title: lines[-1] for title, lines in bench["measured"](bench["work_orders"](folder), words).items()}
    system, mode = found["system, held-back machine E"], found["failure mode, held-back machine E"]
    assert {name: round(system[name], 3) for name in ("precision", "recall", "f1")} == {
        "precision": 0.896, "recall": 0.948, "f1": 0.921,
    }  # fmt: skip
    assert round(found["system, held-back machine E: always Hydraulic System"]["f1"], 3) == 0.214
    assert round(mode["f1"], 3) == 0.960
    assert round(found["failure mode, held-back machine E: always ELU"]["f1"], 3) == 0.178


def test_the_measurement_says_what_it_needs(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("YEJI_SHARED_DATA", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["lexicon.py"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(CHECKOUT / "bench" / "lexicon.py"), run_name="__main__")
    assert ended.value.code == 2
    assert f"no {tmp_path}/excavators/excavators-cleaned.csv; set YEJI_SHARED_DATA" in capsys.readouterr().err
