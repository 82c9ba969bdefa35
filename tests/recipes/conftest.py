"""Fixtures shared by the tests of what docs/recipes says."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.elfwheel_wheel import write_elfwheel_wheel  # noqa: E402


@pytest.fixture(scope="session")
def elfwheel_wheel(tmp_path_factory):
    """What the recipes' variable ELFWHEEL_WHEEL names."""
    return write_elfwheel_wheel(tmp_path_factory.mktemp("elfwheel"))
