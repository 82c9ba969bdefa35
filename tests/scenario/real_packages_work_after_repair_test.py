"""Packages that nobody here wrote, built against Debian's libraries, used without these."""

import pytest
from conftest import repair
from support.checkout import TOOLS_PYTHON, run
from support.real_packages import ALL_PACKAGES, REAL_PACKAGES, real_wheel, use_without_the_system
from support.wheel_file import WheelFile


@pytest.mark.parametrize("name", REAL_PACKAGES)
def test_repaired_package_works_from_its_vendored_libraries(name, tmp_path):
    package = ALL_PACKAGES[name]
    repaired = repair(real_wheel(name), tmp_path / "out")
    wheel = WheelFile(repaired)
    vendored = wheel.vendored(package.file_name)
    assert all(any(file.startswith(f"{stem}-") for file in vendored) for stem in package.vendors), \
        f"vendored: {sorted(vendored)}"
    assert wheel.record_faults() == []
    run(TOOLS_PYTHON, "-I", "-m", "zipfile", "-t", repaired)
    mapped = use_without_the_system(package, repaired, tmp_path / "venv")
    assert mapped == set(vendored), "some vendored libraries are not what the process uses"
