"""What is planted in the sample region is caught, and nothing else is: every cell's fate through the real steps."""

import pytest

from bench import planted
from jobs.settings import Settings
from tests.support.region import JANUARY

ONE_OF_EACH_DIALECT = ("hanbit_chem", "samil_solvent", "dongnam_gas", "daon_oleo", "mirae_resin", "complex_archive")


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return planted.region(tmp_path_factory.mktemp("planted"), scale=0.05)


@pytest.mark.parametrize("source", ONE_OF_EACH_DIALECT)
def test_what_was_planted_has_the_fate_it_should_have(source: str, region: Settings):
    found = planted.found(region, source, JANUARY)
    assert found.planted.total() > 3
    assert not found.wrong
    assert not found.stray, "refused without cause"
