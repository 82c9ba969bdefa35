"""The packages of docs/recipes/packages, built from their sources, repaired and used by what pip
installs, where the libraries that they were linked with are hidden."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.checkout import ROOT, VENVS, elfwheel, run
from support.installed import Installed, hide_vendored
from support.noting_patchelf import noting_patchelf
from support.wheel_file import WheelFile

PACKAGES = ROOT / "docs/recipes/packages"
BACKENDS = VENVS / "recipes/bin"


@dataclass(frozen=True)
class Package:
    directory: str
    name: str
    vendors: frozenset[str]

    @property
    def use(self) -> str:
        return (PACKAGES / self.directory / "tests/use.py").read_text()


ALL = {package.directory: package for package in [
    Package("setuptools", "primes", frozenset({"libgmp"})),
    Package("scikit-build-core", "colours", frozenset({"liblcms2"})),
    Package("meson-python", "digits", frozenset({"libgmp", "libmpfr"})),
]}


def build(package: Package, directory: Path) -> Path:
    shutil.copytree(PACKAGES / package.directory, directory / "source")
    patchelf = noting_patchelf(directory / "patchelf")
    run(BACKENDS / "python", "-I", "-m", "build", "--wheel", "--no-isolation",
        "--outdir", directory / "dist", directory / "source",
        PATH=os.pathsep.join([str(patchelf), str(BACKENDS), os.environ["PATH"]]))
    [wheel] = (directory / "dist").iterdir()
    return wheel


@pytest.fixture(scope="module", params=ALL)
def built(request, tmp_path_factory):
    """A package, its wheel as the backend made it, and the directory of all that."""
    package = ALL[request.param]
    directory = tmp_path_factory.mktemp(package.name)
    return package, build(package, directory), directory


def test_every_package_is_here():
    assert {directory.name for directory in PACKAGES.iterdir()} == set(ALL)


def test_repaired_wheel_works_without_the_system_s_libraries(built, tmp_path):
    package, wheel, _ = built
    run(elfwheel(), "repair", "-w", tmp_path / "out", wheel)
    [repaired] = (tmp_path / "out").iterdir()
    run(elfwheel(), "verify", repaired)
    contents = WheelFile(repaired)
    assert contents.record_faults() == []
    vendored = contents.vendored(package.name)
    assert {name.split("-")[0] for name in vendored} == package.vendors
    hidden = hide_vendored(list(vendored))
    facts = Installed(repaired, tmp_path / "venv").facts(f"{package.use}\nfacts = {{}}", hidden)
    mapped = {Path(path).name for path in facts["mapped"] if f"{package.name}.libs" in path}
    assert mapped == set(vendored)

    unrepaired = Installed(wheel, tmp_path / "unrepaired").run(package.use, hidden, expect=1)
    assert "ImportError: lib" in unrepaired.stderr


def test_unrepaired_wheel_does_not_pass_as_a_portable_one(built, tmp_path):
    package, wheel, _ = built
    claimed = tmp_path / wheel.name.replace("linux_x86_64", "manylinux_2_28_x86_64")
    shutil.copy(wheel, claimed)
    assert "found only on this machine" in run(elfwheel(), "verify", claimed, expect=1).stdout


def test_meson_python_writes_its_rpath_by_elfwheel(tmp_path):
    package = ALL["meson-python"]
    wheel = build(package, tmp_path)
    asked = (tmp_path / "patchelf/asked").read_text()
    assert "--set-rpath $ORIGIN/../.digits.mesonpy.libs" in asked
    # Its own library is found, wherever the others are.
    Installed(wheel, tmp_path / "venv").run(package.use, hide_vendored([]))
