"""docs/uploads.md names a test for every way in which an upload is odd, and every test there is."""

import re
from collections.abc import Iterator

from tests.spec import test_uploads
from tests.support.paths import CHECKOUT

HOME = "tests/spec/test_uploads.py"


def named() -> set[tuple[str, str, str]]:
    """The tests that the page names: file, function, item of `CELLS`."""
    table = [
        line for line in (CHECKOUT / "docs/uploads.md").read_text(encoding="utf-8").splitlines() if line[:2] == "| "
    ]
    cells = [line.split("|")[-2] for line in table[1:]]
    found = re.findall(r"`(?:([^`:]+)::)?(test_\w+)(?:\[([^]]+)\])?`", " ".join(cells))
    assert len(found) >= len(cells) > 25, "a line without a test"
    return {(file or HOME, function, item) for file, function, item in found}


def there() -> Iterator[tuple[str, str, str]]:
    """Every test of uploads."""
    yield from ((HOME, "test_cells", item) for item in test_uploads.CELLS)
    functions = re.findall(r"^def (test_\w+)", (CHECKOUT / HOME).read_text(encoding="utf-8"), re.M)
    yield from ((HOME, name, "") for name in functions if "repair" not in name and name != "test_cells")


def test_every_line_names_a_test_that_is_there():
    known = set(there())
    for file, function, item in named():
        if file == HOME:
            assert (file, function, item) in known
        else:
            assert f"def {function}(" in (CHECKOUT / file).read_text(encoding="utf-8")


def test_every_test_of_uploads_has_a_line():
    assert set(there()) <= named()
