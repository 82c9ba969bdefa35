"""The sacrificial first entry, in both orders: elfwheel before auditwheel, and after it."""

import pytest
from support.checkout import auditwheel, elfwheel, run
from support.cyfes_session import use_where_the_toolkit_is_hidden
from support.elf_facts import read_elf_facts
from support.fixture_wheels import build_cuda_fixture
from support.wheel_file import WheelFile

LIBRARY = "CyFES-2.7.data/data/cyfes/libcufes.so"
RELEASES = ["tools", "auditwheel2024"]
# The release of 2024 has no `auto`: manylinux's images name their platform in the environment.
PLATFORM = {"AUDITWHEEL_PLAT": "manylinux_2_36_x86_64"}
# What the author of such a package writes: a first entry that may be lost, then every Python.
RPATH_LIST = ":".join(["$ORIGIN", *(f"$ORIGIN/../lib/python3.{minor}/site-packages/CyFES.libs"
                                    for minor in range(7, 15))])


def search_path(wheel, tmp_path):
    file = tmp_path / "libcufes.so"
    file.write_bytes(WheelFile(wheel).data[LIBRARY])
    return read_elf_facts(file).search_path


@pytest.mark.parametrize("release", RELEASES)
def test_a_list_set_before_packing_survives_auditwheel(form, release, tmp_path):
    fixture = build_cuda_fixture(form, tmp_path / "wheel", prepatch=RPATH_LIST)
    assert search_path(fixture.wheel, tmp_path) == RPATH_LIST.split(":")
    # The list replaced the toolkit's directory; as on a build machine, the environment has it.
    auditwheel(release, "repair", "--exclude", "libcufes.so", "-w", tmp_path / "out",
               fixture.wheel, LD_LIBRARY_PATH=str(fixture.toolkit), **PLATFORM)
    [repaired] = (tmp_path / "out").iterdir()
    kept = search_path(repaired, tmp_path)
    assert [entry for entry in kept if entry in RPATH_LIST.split(":")[1:]] == \
        RPATH_LIST.split(":")[1:], f"auditwheel left {kept}"
    use_where_the_toolkit_is_hidden(repaired, fixture, tmp_path / "venv")


def test_the_tool_reads_back_the_list_that_it_set(form, tmp_path):
    fixture = build_cuda_fixture(form, tmp_path / "wheel", prepatch=RPATH_LIST)
    file = tmp_path / "libcufes.so"
    file.write_bytes(WheelFile(fixture.wheel).data[LIBRARY])
    assert run(elfwheel(), "print-rpath", file).stdout == f"{RPATH_LIST}\n"


@pytest.mark.parametrize("release", RELEASES)
def test_entries_of_a_repaired_wheel_survive_auditwheel(cuda_fixture, repaired_wheel, release,
                                                        tmp_path):
    written = search_path(repaired_wheel, tmp_path)
    excluded = ["libcufes.so", *WheelFile(repaired_wheel).vendored("CyFES")]
    auditwheel(release, "repair", *(word for name in excluded for word in ("--exclude", name)),
               "-w", tmp_path / "out", repaired_wheel, **PLATFORM)
    [twice] = (tmp_path / "out").iterdir()
    kept = search_path(twice, tmp_path)
    assert [entry for entry in kept if entry in written[1:]] == written[1:], \
        f"elfwheel wrote {written}, auditwheel left {kept}"
    assert WheelFile(twice).record_faults() == []
    use_where_the_toolkit_is_hidden(twice, cuda_fixture, tmp_path / "venv")
