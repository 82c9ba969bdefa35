"""What the tests of single commands share: small libraries and small wheels."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.checkout import run  # noqa: E402
from support.small_wheel import write_wheel, write_wheel_with_outside_library  # noqa: E402


@pytest.fixture
def compile_c(tmp_path):
    """compile_c(out, source, *flags) makes a library of `out` *.so*, a program of anything else."""

    def compile_(out: Path, source: str, *flags) -> Path:
        out.parent.mkdir(parents=True, exist_ok=True)
        file = tmp_path / "source.c"
        file.write_text(source)
        kind = ["-shared", "-fPIC"] if ".so" in out.name else []
        run("gcc", "-O1", *kind, file, "-o", out, *flags)
        return out

    return compile_


@pytest.fixture
def small_wheel(tmp_path):
    """A wheel whose library pkg/liba.so needs libout.so, which is built into `outside`."""
    return write_wheel_with_outside_library(tmp_path)


@pytest.fixture
def pure_wheel(tmp_path):
    return write_wheel(tmp_path / "in/pure-1-py3-none-any.whl", {"pure.py": b""})
