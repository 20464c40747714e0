"""Where tests find things outside the project."""

import os
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


def shared_data(name: str) -> Path:
    """The folder of a real data set, or a skip that says why."""
    root = Path(os.environ.get("YEJI_SHARED_DATA", CHECKOUT.parent / "shared" / "data"))
    folder = root / name
    if not folder.is_dir():
        pytest.skip(f"real data absent: no folder {name} under {root}")
    return folder
