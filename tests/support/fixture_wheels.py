"""The unrepaired wheels that the scenarios start from: CyFES, and real packages from PyPI."""

import fcntl
import shutil
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.checkout import CACHE, FIXTURES, ROOT, TOOLS_PYTHON, run
from support.elf_facts import read_elf_facts

sys.path.insert(0, str(ROOT / "testdata/wheels"))
import build_cyfes  # noqa: E402

# Old enough to build with Debian 12's libraries; built without optimisation, which takes minutes.
REAL_PACKAGES = {"psycopg2": "2.9.10", "lxml": "5.4.0"}


@dataclass
class CudaFixture:
    form: str
    wheel: Path
    toolkit: Path  # the library directory that libcufes.so was linked with
    cudart_soname: str
    cudart: Path  # the file there, links resolved
    gomp: Path  # the system's, links resolved


def build_cuda_fixture(form: str, out: Path, **options) -> CudaFixture:
    wheel = build_cyfes.build(form, out, **options)
    toolkit = build_cyfes.installed_toolkit() if options.get("nvcc", True) else None
    toolkit = toolkit or build_cyfes.pypi_toolkit()
    gomp = run("g++", "-print-file-name=libgomp.so.1").stdout.strip()
    [soname] = [name for name in read_elf_facts(build_cyfes.library(toolkit)).needed
                if name.startswith("libcudart.so.")]
    return CudaFixture(form, wheel, toolkit.libraries, soname,
                       (toolkit.libraries / soname).resolve(), Path(gomp).resolve())


@contextmanager
def locked(name: str):
    FIXTURES.mkdir(parents=True, exist_ok=True)
    with open(FIXTURES / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def real_wheel(package: str) -> Path:
    """The package's wheel as `pip wheel` makes it from source on this machine."""
    version = REAL_PACKAGES[package]
    tag = build_cyfes.wheel_tag()
    kept = FIXTURES / f"{package}-{version}" / f"{package}-{version}-{tag}.whl"
    with locked(package):
        if not kept.exists():
            scratch = CACHE / "fixtures" / f"{package}-{version}.making"
            shutil.rmtree(scratch, ignore_errors=True)
            run(TOOLS_PYTHON, "-I", "-m", "pip", "wheel", "--no-deps", "--no-binary", package,
                "--quiet", "--disable-pip-version-check", "--wheel-dir", scratch,
                f"{package}=={version}", CFLAGS="-O0 -g0", timeout=1200)
            [made] = scratch.glob("*.whl")
            assert made.name == kept.name, f"pip made {made.name}, expected {kept.name}"
            kept.parent.mkdir(exist_ok=True)
            made.rename(kept)
            shutil.rmtree(scratch)
    return kept
