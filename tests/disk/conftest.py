"""What the tests of files on disk share."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.checkout import run  # noqa: E402


@pytest.fixture(scope="session")
def plain_library(tmp_path_factory) -> bytes:
    """A small library without a search path; adding one moves its string table."""
    directory = tmp_path_factory.mktemp("plain")
    source = directory / "a.c"
    source.write_text("int answer(void) { return 42; }\n")
    run("gcc", "-O1", "-shared", "-fPIC", source, "-o", directory / "liba.so")
    return (directory / "liba.so").read_bytes()
