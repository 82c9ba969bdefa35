"""`elfwheel verify`: yes to what it repaired, no to what loads nothing after installation."""

import pytest
from support.checkout import auditwheel, elfwheel, run
from support.fixture_wheels import build_cuda_fixture
from support.installed import Installed
from support.wheel_file import graft_name

LIBRARY = "CyFES-2.7.data/data/cyfes/libcufes.so"


def test_a_repaired_wheel_is_accepted(repaired_wheel):
    run(elfwheel(), "verify", repaired_wheel)


def test_a_directory_that_it_was_installed_into_is_accepted(repaired_wheel, tmp_path):
    run(elfwheel(), "verify", Installed(repaired_wheel, tmp_path / "venv").prefix)


@pytest.fixture(scope="module")
def broken_by_auditwheel(tmp_path_factory):
    """auditwheel's repair of the form that opens libcufes.so by path: it reports success."""
    directory = tmp_path_factory.mktemp("auditwheel")
    fixture = build_cuda_fixture("dlopen", directory / "in")
    auditwheel("tools", "repair", "-w", directory / "out", fixture.wheel,
               LD_LIBRARY_PATH=str(fixture.toolkit))
    [wheel] = (directory / "out").iterdir()
    return fixture, wheel


def test_what_auditwheel_makes_of_it_is_rejected_by_name(broken_by_auditwheel):
    fixture, wheel = broken_by_auditwheel
    lines = run(elfwheel(), "verify", wheel, expect=1).stdout.splitlines()
    for library in (graft_name(fixture.cudart), graft_name(fixture.gomp)):
        start = f"{wheel}: {LIBRARY}: needs {library}, not found when installed as CPython "
        assert any(line.startswith(start) for line in lines), lines
    leads_out = f'{wheel}: {LIBRARY}: rpath entry "$ORIGIN/../../../CyFES.libs" leads out of '
    assert any(line.startswith(leads_out) for line in lines), lines
