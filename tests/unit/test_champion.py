"""Who is champion: the record of moves, the alias that follows it, rolling back, and two trainings at once."""

import json
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from typer.testing import CliRunner

from jobs.champions import Champions, Move, before, rolled_back
from jobs.cli import app
from jobs.errors import DataError, UsageError
from jobs.ledger import Entry, Ledger
from jobs.settings import Settings
from jobs.steps import Context, Scope, champion, fit, register
from models import candidates, registry, training
from tests.support.landmarks import FEATURES, landmark_frame

FEW = ("kaplan_meier", "weibull_aft")
SCOPE = Scope("test", {}, {"sample": date(2024, 1, 1)})


@pytest.fixture(scope="module")
def works(tmp_path_factory):
    """Two trainings without a champion, of half the items and of all, as `fit` leaves them."""
    known = candidates.find()
    folders = {}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(candidates, "find", lambda: {name: known[name] for name in FEW})
        for name, items in (("older", 80), ("newer", 90)):
            folder = folders[name] = tmp_path_factory.mktemp("works") / name
            frame = landmark_frame(items)
            training.train(frame, None, FEATURES, (30, 90, 365), folder)
            frame.loc[frame["is_scored"], list(FEATURES)].head(2).to_parquet(folder / "example.parquet")
            (folder / "data_versions.json").write_text('{"/lake/gold/landmark": 1}')
    return folders


@pytest.fixture
def context(tmp_path):
    return Context(Settings(home=tmp_path))


def fitted(context, work, population="test"):
    """What `fit` leaves of a training, against the champion of now."""
    folder = fit.work_folder(context.settings, population)
    shutil.copytree(work, folder, dirs_exist_ok=True)
    (folder / "move.json").write_text(json.dumps(champion.in_force(context, population)[1]))


def register_it(context):
    entry = Entry()
    register.run(context, SCOPE, entry)
    return entry.counts


def trained(context, work):
    fitted(context, work)
    return register_it(context)


@pytest.fixture
def verdicts(monkeypatch):
    """Have the gate say what a test needs said."""

    def say(**changes):
        judge = training.judge
        monkeypatch.setattr(training, "judge", lambda folder: replace(judge(folder), **changes))

    return say


def alias(context, name="champion"):
    found = registry.champion(champion.tracking(context.settings), "test", name)
    return found and found.version


def test_a_training_moves_the_champion_and_the_move_is_recorded(context, works):
    counts = trained(context, works["older"])
    assert counts == {"registered_version": 1, "challenger_version": 2}
    assert (alias(context), alias(context, "challenger")) == (1, 2)
    (move,) = Champions(context.ledger).moves("test")
    verdict = training.judge(works["older"])
    assert (move.action, move.from_version, move.to_version) == ("promote", None, 1)
    assert (move.candidate, move.is_baseline, move.reason) == (verdict.candidate, True, verdict.reason)
    assert verdict.challenger == ({*FEW} - {verdict.candidate}).pop()
    assert register_it(context) == counts, "a repeated step registers and moves nothing"
    assert len(Champions(context.ledger).moves("test")) == 1


def test_two_trainings_of_one_champion_do_not_both_move_it(context, works, monkeypatch):
    """On one SQLite, each in a work folder of its own; both are registered before either moves the champion."""
    trained(context, works["older"])
    folders = {name: context.settings.home / name / "work" / "train" / "test" for name in FEW}
    judged = {
        folder: replace(training.judge(works["newer"]), action="promote", candidate=name, challenger=None)
        for name, folder in folders.items()
    }
    monkeypatch.setattr(training, "judge", judged.get)
    both, record = threading.Barrier(2, timeout=120), Champions.record
    monkeypatch.setattr(Champions, "record", lambda self, move: both.wait() >= 0 and record(self, move))

    def promoted(name):
        settings = Settings(
            home=context.settings.home / name,
            database_url=context.settings.ledger_url,
            mlflow_uri=context.settings.mlflow_tracking_uri,
        )
        shutil.copytree(works["newer"], folders[name])
        (folders[name] / "move.json").write_text("1")
        return register_it(Context(settings))

    with ThreadPoolExecutor(2) as pool:
        told = dict(zip(FEW, pool.map(promoted, FEW), strict=True))
    (loser,) = (name for name, counts in told.items() if counts.get("action") == "superseded")
    moves = Champions(context.ledger).moves("test")
    assert [move.number for move in moves] == [1, 2]
    assert alias(context) == moves[-1].to_version != told[loser]["registered_version"]
    verdict = json.loads((folders[loser] / "verdict.json").read_text())
    assert (verdict["action"], verdict["candidate"]) == ("superseded", moves[-1].candidate)
    assert "champion no more" in verdict["reason"]


@pytest.mark.parametrize("stopped_at", ["record", "point"])
def test_stopped_between_registering_and_the_alias_the_old_champion_goes_on(context, works, verdicts, stopped_at):
    trained(context, works["older"])
    verdicts(action="refresh", challenger=None)
    fitted(context, works["newer"])
    where = {"record": (Champions, "record"), "point": (registry, "point")}[stopped_at]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(*where, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            register_it(context)
    assert alias(context) == 1, "readers are on the old champion"
    assert registry.load(champion.tracking(context.settings), "test")[1].version == 1
    fitted(context, works["newer"])  # the next training, against what it finds
    counts = register_it(context)
    assert alias(context) == counts["registered_version"] == 3, "what was registered before is not registered again"
    assert [move.to_version for move in Champions(context.ledger).moves("test")] == [1, 3]


def test_rolling_back_is_one_command_and_the_next_training_starts_from_there(context, works, verdicts, monkeypatch):
    trained(context, works["older"])
    verdicts(action="refresh", challenger=None)
    trained(context, works["newer"])
    assert alias(context) == 3
    monkeypatch.setattr("jobs.cli.champion.settings", lambda: context.settings)
    told = CliRunner().invoke(app, ["champion", "test", "--roll-back"])
    assert told.output.startswith("champion of test: version 1")
    assert "roll_back  3 → 1  version 3 was rolled back by hand" in told.output
    assert (alias(context), champion.in_force(context, "test")[0].version) == (1, 1)
    assert [former.version for former in champion.demoted(context, "test")] == [3]
    with pytest.raises(UsageError, match="no champion before version 1"):
        champion.roll_back(context, "test")
    with pytest.raises(UsageError, match="version 2 never was champion; the earlier champions: 3"):
        champion.roll_back(context, "test", 2)
    with pytest.raises(UsageError, match="version 1 is the champion already"):
        champion.roll_back(context, "test", 1)
    assert register_it(context)["action"] == "superseded", "the step of before, run again"
    assert alias(context) == 1
    champion.roll_back(context, "test", 3)
    assert champion.demoted(context, "test") == []


def test_nobody_is_rolled_back_to_a_version_whose_files_were_changed(context, works, verdicts):
    trained(context, works["older"])
    verdicts(action="refresh", challenger=None)
    trained(context, works["newer"])
    for file in context.settings.mlflow_artifacts.glob("test/models/*/artifacts/artifacts/served/served.json"):
        file.write_text(file.read_text() + " ")
    with pytest.raises(DataError, match="version 1: its files are not those that were registered"):
        champion.roll_back(context, "test")
    assert alias(context) == 3


def test_an_alias_of_a_lost_ledger_is_found_and_goes_on(context, works):
    trained(context, works["older"])
    fresh = Context(Settings(home=context.settings.home, database_url=f"sqlite:///{context.settings.home}/new.db"))
    assert champion.in_force(fresh, "test")[0].version == 1
    assert [move.action for move in Champions(fresh.ledger).moves("test")] == ["found"]
    with pytest.raises(UsageError, match="no champion before"):
        champion.roll_back(fresh, "test")


def test_who_was_champion_on_a_past_date(tmp_path, monkeypatch):
    champions = Champions(Ledger(f"sqlite:///{tmp_path / 'ledger.db'}"))
    for move in MOVES:
        assert champions.record(move)
    assert champions.on("sme", date(2026, 1, 9)) is None
    assert [champions.on("sme", date(2026, 1, day)).to_version for day in (10, 14, 15, 20, 31)] == [1, 1, 2, 1, 1]
    assert champions.on("sme") == MOVES[-1]
    assert champions.on("nobody") is None
    monkeypatch.setattr("jobs.cli.champion.settings", lambda: Settings(home=tmp_path))
    told = json.loads(CliRunner().invoke(app, ["champion", "sme", "--on", "2026-01-15", "--json"]).output)
    assert (told["champion"]["to_version"], len(told["moves"])) == (2, 3)
    for arguments, says in (
        (["nobody"], "nobody never had a champion; populations that have: sme"),
        (["sme", "--on", "2026-01-01"], "sme had no champion on 2026-01-01"),
        (["sme", "--to", "1"], "--to goes with --roll-back"),
    ):
        assert says in str(CliRunner().invoke(app, ["champion", *arguments]).exception)


def test_a_number_is_given_to_one_move(tmp_path):
    champions = Champions(Ledger(f"sqlite:///{tmp_path / 'ledger.db'}"))
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda version: champions.record(replace(MOVES[0], to_version=version)), range(8)))
    assert sorted(told) == [False] * 7 + [True]


def test_what_was_rolled_back_and_what_stood_before():
    assert rolled_back(MOVES) == {2}
    assert before(MOVES[:2]) == 1
    assert before(MOVES) is None
    again = replace(MOVES[1], number=4, from_version=1)
    assert rolled_back([*MOVES, again]) == set()
    assert before([*MOVES, replace(MOVES[1], number=4, to_version=3)]) == 1


def _move(number, day, action, from_version, to_version):
    at = f"2026-01-{day}T23:59:59.999+00:00"
    return Move("sme", number, at, action, from_version, to_version, "weibull_aft", True, "because", None)


MOVES = (_move(1, 10, "promote", None, 1), _move(2, 15, "refresh", 1, 2), _move(3, 20, "roll_back", 2, 1))
