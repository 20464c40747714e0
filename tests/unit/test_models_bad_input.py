"""Bad rows end in one sentence in both languages, or in a model that serves; nothing of the champion's is touched."""

import string

import numpy as np
import pytest

from models import candidates, training
from models.errors import KINDS, BadRows
from models.served import Served
from tests.support.landmarks import FEATURES, landmark_frame

HORIZONS = (30, 90, 365)
FEW = ("kaplan_meier", "weibull_aft", "cox", "xgb_aft")


@pytest.fixture(autouse=True)
def few_candidates(monkeypatch):
    known = candidates.find()
    monkeypatch.setattr(candidates, "find", lambda: {name: known[name] for name in FEW})


@pytest.fixture(scope="module")
def frame():
    return landmark_frame(40)


def test_both_languages_tell_the_same_facts():
    for english, korean in KINDS.values():
        facts = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (english, korean)]
        assert facts[0] == facts[1]
        assert any("가" <= letter <= "힣" for letter in korean)


@pytest.mark.parametrize(
    ("broken", "english", "korean"),
    [
        (
            lambda f: f.assign(event=False),
            r"no failure among \d+ rows of 40 items: all are censored.* 20 failures",
            "40대의",
        ),
        (lambda f: f[f["is_scored"]], "no landmark has a label", "정답이 있는 기준일이 없습니다"),
        (
            lambda f: f.assign(time_d=f["time_d"].where(f.index != 3, -5.0)),
            "^1 rows have a time that is negative",
            "1행",
        ),
        (lambda f: f.assign(time_d=f["time_d"].where(f.index > 1, np.inf)), "^2 rows have a time", "무한"),
        (lambda f: f.assign(time_d=f["time_d"].where(f.index > 0)), "first that of P-0000 at", "P-0000"),
    ],
)
def test_rows_nothing_can_be_learned_from_are_refused_with_a_sentence(frame, broken, english, korean, tmp_path):
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "training.json").write_text("the last training")
    with pytest.raises(BadRows, match=english) as refused:
        training.train(broken(frame), None, FEATURES, HORIZONS, tmp_path / "work")
    assert korean in refused.value.korean
    assert (tmp_path / "work" / "training.json").read_text() == "the last training"


def test_too_few_failures_say_how_many_there_are_and_are_needed(frame, tmp_path):
    few = frame.assign(event=frame["event"] & (frame["item_id"] == "P-0000") & (frame["time_d"] < 90))
    done = training.train(few, None, FEATURES, HORIZONS, tmp_path / "work")
    assert done.not_compared.startswith(tuple(str(n) for n in range(1, 20)))
    assert (
        "20 are needed to compare candidates; the baseline Kaplan–Meier by class is used instead" in done.not_compared
    )
    verdict = training.judge(tmp_path / "work")
    assert (verdict.candidate, verdict.is_baseline, verdict.reason) == ("kaplan_meier", True, done.not_compared)


@pytest.mark.parametrize(
    "odd",
    [
        lambda f: f.assign(equipment_class="PU"),
        lambda f: f.assign(load_share=np.where(f.index % 2, np.inf, np.nan)),
        lambda f: f.assign(load_share=np.nan, failures_count=3.0, manufacturer=None),
    ],
    ids=["one class", "infinite and missing", "constant and empty"],
)
def test_odd_features_are_learned_without(frame, odd, tmp_path):
    done = training.train(odd(frame), None, FEATURES, HORIZONS, tmp_path / "work")
    assert not done.failed and not done.not_compared
    strange = (
        frame[frame["is_scored"]]
        .head(3)
        .assign(equipment_class=["new", None, "PU"], load_share=[np.inf, np.nan, 1e300])
    )
    for name in FEW:
        predicted = Served.load(training.served_folder(tmp_path / "work", name)).predict(strange)
        assert predicted["fail_prob_365d"].between(0, 1).all()


@pytest.mark.parametrize("event", [True, False])
def test_one_row_is_refused_with_a_sentence(frame, event, tmp_path):
    """Its failure became known after the last day that it knows of."""
    with pytest.raises(BadRows, match="no failure among 1 rows of 1 items"):
        training.train(frame[frame["event"]].head(1).assign(event=event), None, FEATURES, HORIZONS, tmp_path / "work")
