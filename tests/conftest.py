"""Fixtures shared by all kinds of tests: one Spark session, and a home of its own for every test."""

from pathlib import Path

import pytest

from jobs.settings import Settings
from tests.support.region import JANUARY, LOG, Firm, firm


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory):
    """The session of the test run: classic and in process, or a Connect client where SPARK_REMOTE is set."""
    from jobs.session import session

    return session()


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    """Settings whose home is this test's own folder."""
    return Settings(home=tmp_path / "home", inbox=tmp_path / "inbox", sources=tmp_path / "sources")


@pytest.fixture
def clean(home: Settings) -> Firm:
    """A firm that has delivered January, without dirt; nothing is taken in yet."""
    made = firm(home)
    made.deliver(JANUARY, LOG)
    return made
