"""What the tests of single commands share: small libraries and small wheels."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.checkout import run  # noqa: E402
from support.small_wheel import write_wheel  # noqa: E402


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
def small_wheel(compile_c, tmp_path):
    """A wheel whose library pkg/liba.so needs libout.so, which is built into `outside`."""
    outside = tmp_path / "outside"
    compile_c(outside / "libout.so", "int out(void) { return 5; }\n", "-Wl,-soname,libout.so")
    library = compile_c(tmp_path / "liba.so", "int out(void); int a(void) { return out(); }\n",
                        f"-L{outside}", "-lout")
    return write_wheel(tmp_path / "in/pkg-1-cp311-cp311-linux_x86_64.whl",
                       {"pkg/__init__.py": b"", "pkg/liba.so": library.read_bytes()}), outside


@pytest.fixture
def pure_wheel(tmp_path):
    return write_wheel(tmp_path / "in/pure-1-py3-none-any.whl", {"pure.py": b""})
