"""What a repaired CUDA wheel holds: names, tags, dynamic sections, RECORD, and untouched bytes."""

import os
import sysconfig
import time
from pathlib import PurePosixPath

import pytest
from conftest import repair
from support.checkout import TOOLS_PYTHON, auditwheel, run
from support.elf_facts import is_elf, read_elf_facts
from support.installed import PYTHON, Installed
from support.wheel_file import WheelFile, graft_name

LIBRARY = "CyFES-2.7.data/data/cyfes/libcufes.so"
WRAPPER = f"cyfes/wrapper{sysconfig.get_config_var('EXT_SUFFIX')}"


@pytest.fixture(scope="module")
def before(cuda_fixture):
    return WheelFile(cuda_fixture.wheel)


@pytest.fixture(scope="module")
def after(repaired_wheel):
    return WheelFile(repaired_wheel)


@pytest.fixture(scope="module")
def grafts(cuda_fixture):
    return sorted([graft_name(cuda_fixture.cudart), graft_name(cuda_fixture.gomp)])


def facts_of(wheel, name, directory):
    file = directory / PurePosixPath(name).name
    file.write_bytes(wheel.data[name])
    return read_elf_facts(file)


def installed_place(name: str) -> PurePosixPath:
    """Where pip puts an entry, relative to the environment's prefix."""
    head, _, rest = name.partition("/")
    if head.endswith(".data"):
        scheme, _, rest = rest.partition("/")
        return PurePosixPath({"data": ".", "scripts": "bin"}[scheme], rest)
    return PurePosixPath("lib", PYTHON, "site-packages", name)


def test_vendored_libraries_bear_the_hash_of_the_original(after, grafts):
    assert sorted(after.vendored("CyFES")) == grafts


def test_vendored_libraries_name_themselves_and_find_each_other(after, grafts, tmp_path):
    for name in grafts:
        facts = facts_of(after, f"CyFES.libs/{name}", tmp_path)
        assert facts.soname == name
        assert facts.runpath is None
        assert facts.rpath in (None, ["$ORIGIN"])


def test_the_library_in_the_prefix_needs_the_vendored_ones(before, after, cuda_fixture, tmp_path):
    renamed = {cuda_fixture.cudart_soname: graft_name(cuda_fixture.cudart),
               "libgomp.so.1": graft_name(cuda_fixture.gomp)}
    old = facts_of(before, LIBRARY, tmp_path)
    new = facts_of(after, LIBRARY, tmp_path)
    assert new.needed == [renamed.get(name, name) for name in old.needed]
    assert new.soname == "libcufes.so"


def test_the_rpath_of_the_library_in_the_prefix_leads_to_site_packages(after, tmp_path):
    facts = facts_of(after, LIBRARY, tmp_path)
    assert facts.runpath is None, "a RUNPATH yields to LD_LIBRARY_PATH, a vendored library must not"
    assert facts.rpath[0] == "$ORIGIN"
    assert f"$ORIGIN/../lib/{PYTHON}/site-packages/CyFES.libs" in facts.rpath


def test_the_extension_finds_the_library_in_the_prefix(after, cuda_fixture, tmp_path):
    facts = facts_of(after, WRAPPER, tmp_path)
    if cuda_fixture.form == "dlopen":
        assert facts.search_path == []
        return
    assert "libcufes.so" in facts.needed
    assert facts.search_path[0] == "$ORIGIN"
    assert "$ORIGIN/../../../../cyfes" in facts.search_path


def test_no_rpath_is_absolute_empty_twice_or_leaves_the_environment(after, tmp_path):
    for name, data in after.data.items():
        if not is_elf(data):
            continue
        facts = facts_of(after, name, tmp_path)
        place = installed_place(name)
        assert len(set(facts.search_path)) == len(facts.search_path), name
        for entry in facts.search_path:
            assert entry == "$ORIGIN" or entry.startswith("$ORIGIN/"), f"{name}: {entry!r}"
            target = os.path.normpath(place.parent / entry.replace("$ORIGIN", "."))
            assert not target.startswith(".."), f"{name}: {entry} leads out of the environment"


def test_the_tags_are_those_that_auditwheel_gives(after, cuda_fixture, tmp_path):
    auditwheel("tools", "repair", "--exclude", "libcufes.so", "-w", tmp_path, cuda_fixture.wheel,
               LD_LIBRARY_PATH=str(cuda_fixture.toolkit))
    [judge] = tmp_path.iterdir()
    assert after.path.name == judge.name
    assert after.tags == WheelFile(judge).tags
    assert set(after.tags) == after.name_tags


def test_wheel_metadata_changes_in_its_tags_alone(before, after):
    def others(wheel):
        lines = wheel.data["CyFES-2.7.dist-info/WHEEL"].decode().splitlines()
        return [line for line in lines if line and not line.startswith("Tag: ")]

    assert others(after) == others(before)


def test_record_is_exact(after):
    assert after.record_faults() == []


def test_untouched_entries_keep_their_compressed_bytes(before, after, form):
    changed = {LIBRARY, "CyFES-2.7.dist-info/WHEEL", "CyFES-2.7.dist-info/RECORD"}
    if form == "needed":
        changed.add(WRAPPER)
    assert {name for name in before.data if before.data[name] != after.data.get(name)} == changed
    for name in before.data.keys() - changed:
        assert after.compressed(name) == before.compressed(name), f"{name} was packed again"
        assert after.entries[name].date_time == before.entries[name].date_time


def test_modes_survive(before, after):
    for name in before.entries:
        assert after.entries[name].external_attr >> 16 == before.entries[name].external_attr >> 16


def test_entries_keep_their_order(before, after):
    assert [name for name in after.order if name in before.entries] == before.order


def test_nothing_but_the_vendored_libraries_and_their_bill_is_added(before, after, grafts):
    added = set(after.data) - set(before.data)
    assert added - {f"CyFES.libs/{name}" for name in grafts} <= \
        {name for name in added if name.startswith("CyFES-2.7.dist-info/sboms/")}


def test_two_repairs_at_different_times_give_the_same_bytes(cuda_fixture, repaired_wheel,
                                                            tmp_path):
    time.sleep(2.1)  # a zip entry's time has a step of two seconds
    again = repair(cuda_fixture.wheel, tmp_path / "out")
    assert again.name == repaired_wheel.name
    assert again.read_bytes() == repaired_wheel.read_bytes()


def test_other_tools_accept_it(repaired_wheel, tmp_path):
    run(TOOLS_PYTHON, "-I", "-m", "zipfile", "-t", repaired_wheel)
    run(TOOLS_PYTHON, "-I", "-m", "wheel", "unpack", "--dest", tmp_path / "unpacked",
        repaired_wheel)
    environment = Installed(repaired_wheel, tmp_path / "venv")
    assert (environment.prefix / "cyfes/libcufes.so").is_file()
    assert os.access(environment.prefix / "bin/cyfes-info", os.X_OK)


def test_the_input_is_not_changed(cuda_fixture, before, tmp_path):
    bytes_before = cuda_fixture.wheel.read_bytes()
    repair(cuda_fixture.wheel, tmp_path / "out")
    assert cuda_fixture.wheel.read_bytes() == bytes_before
