"""The unrepaired CUDA wheels that the scenarios start from."""

import sys
from dataclasses import dataclass
from pathlib import Path

from support.checkout import ROOT, run
from support.elf_facts import read_elf_facts

sys.path.insert(0, str(ROOT / "testdata/wheels"))
import build_cyfes  # noqa: E402


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
