"""`elfwheel repair --python, --keep-rpath` and the options that `show` has of repair's."""

import json
import zipfile

import pytest
from conftest import write_wheel
from support.checkout import elfwheel, run
from support.elf_facts import read_elf_facts


@pytest.fixture
def spread_wheel(compile_c, tmp_path):
    """A library in the prefix that needs libout.so, in a wheel for every Python from 3.9 on."""
    outside = tmp_path / "outside"
    compile_c(outside / "libout.so", "int out(void) { return 5; }\n", "-Wl,-soname,libout.so")
    library = compile_c(tmp_path / "liba.so", "int out(void); int a(void) { return out(); }\n",
                        f"-L{outside}", "-lout", "-Wl,-rpath,/opt/vendor/lib:/opt/build")
    wheel = write_wheel(tmp_path / "in/pkg-1-cp39-abi3-linux_x86_64.whl",
                        {"pkg-1.data/data/lib/liba.so": library.read_bytes()})
    return wheel, ["--ldpaths", outside]


def repaired_rpath(wheel, tmp_path, *flags):
    """The entries of the library's rpath after a repair, and the notes."""
    done = run(elfwheel(), "repair", "--json", "-w", tmp_path / "out", *flags, wheel)
    report = json.loads(done.stdout)
    library = tmp_path / "repaired.so"
    library.write_bytes(zipfile.ZipFile(report["output"]).read("pkg-1.data/data/lib/liba.so"))
    return read_elf_facts(library).rpath, report["notes"]


def test_python_says_which_layouts_count(spread_wheel, tmp_path):
    wheel, search = spread_wheel
    everywhere, notes = repaired_rpath(wheel, tmp_path, *search)
    assert "$ORIGIN/python3.9/site-packages/pkg.libs" in everywhere
    assert "$ORIGIN/python3.15/site-packages/pkg.libs" in everywhere
    assert not any("other Pythons" in note for note in notes)

    some, notes = repaired_rpath(wheel, tmp_path, "--python", "3.11,3.13t", *search)
    assert some == ["$ORIGIN", "$ORIGIN/python3.11/site-packages/pkg.libs",
                    "$ORIGIN/../lib64/python3.11/site-packages/pkg.libs",
                    "$ORIGIN/python3.11/dist-packages/pkg.libs",
                    "$ORIGIN/python3.13t/site-packages/pkg.libs",
                    "$ORIGIN/../lib64/python3.13t/site-packages/pkg.libs",
                    "$ORIGIN/python3.13t/dist-packages/pkg.libs", "$ORIGIN/../pkg.libs"]
    [note] = [note for note in notes if "other Pythons" in note]
    assert note.endswith("are left out: 3.9, 3.10, 3.12, 3.13, 3.14, 3.15")


def test_python_may_name_what_the_tags_do_not(spread_wheel, tmp_path):
    wheel, search = spread_wheel
    entries, notes = repaired_rpath(wheel, tmp_path, "--python", "3.9-3.17", *search)
    assert "$ORIGIN/python3.17/site-packages/pkg.libs" in entries
    assert not any("other Pythons" in note for note in notes)


@pytest.mark.parametrize("command", ["repair", "show"])
def test_what_is_no_python_is_refused(spread_wheel, tmp_path, command):
    done = run(elfwheel(), command, "--python", "3.9-3.x", spread_wheel[0], expect=2, cwd=tmp_path)
    assert done.stderr == ("elfwheel: 3.9-3.x is no Python version: try 3.9-3.13, 3.11,3.12 or "
                           "3.13t\n")


def test_entries_that_lead_out_go_with_a_note_unless_they_are_to_be_kept(spread_wheel, tmp_path):
    wheel, search = spread_wheel
    entries, notes = repaired_rpath(wheel, tmp_path, "--python", "3.11", *search)
    assert not [entry for entry in entries if entry.startswith("/")]
    for entry in ["/opt/vendor/lib", "/opt/build"]:
        assert f'pkg-1.data/data/lib/liba.so: rpath entry "{entry}" dropped: an absolute directory ' \
            "of the build machine" in notes

    entries, notes = repaired_rpath(wheel, tmp_path, "--python", "3.11", "--keep-rpath",
                                    "/opt/vendor/*", *search)
    assert entries[-1] == "/opt/vendor/lib" and "/opt/build" not in entries
    assert 'pkg-1.data/data/lib/liba.so: rpath entry "/opt/vendor/lib" kept, as asked: an ' \
        "absolute directory of the build machine" in notes


def test_a_file_whose_only_fault_is_to_be_kept_is_not_touched(compile_c, tmp_path):
    library = compile_c(tmp_path / "liba.so", "int a(void) { return 1; }\n",
                        "-Wl,-rpath,/opt/vendor/lib")
    wheel = write_wheel(tmp_path / "in/pkg-1-cp311-cp311-linux_x86_64.whl",
                        {"pkg/liba.so": library.read_bytes()})
    flags = ["-w", tmp_path / "out", "--json", "--keep-rpath", "/opt/vendor/lib"]
    report = json.loads(run(elfwheel(), "repair", *flags, wheel).stdout)
    assert report["patches"] == []
    assert any("/opt/vendor/lib" in note and "kept, as asked" in note for note in report["notes"])


def test_a_copied_library_keeps_entries_that_match(compile_c, tmp_path):
    outside = tmp_path / "outside"
    compile_c(outside / "libout.so", "int out(void) { return 5; }\n", "-Wl,-soname,libout.so",
              "-Wl,-rpath,/opt/vendor/lib:/opt/build")
    library = compile_c(tmp_path / "liba.so", "int out(void); int a(void) { return out(); }\n",
                        f"-L{outside}", "-lout")
    wheel = write_wheel(tmp_path / "in/pkg-1-cp311-cp311-linux_x86_64.whl",
                        {"pkg/liba.so": library.read_bytes()})
    flags = ["-w", tmp_path / "out", "--json", "--ldpaths", outside]
    report = json.loads(run(elfwheel(), "repair", *flags, wheel).stdout)
    assert report["grafts"][0]["new_rpath"] == ""
    report = json.loads(run(elfwheel(), "repair", *flags, "--keep-rpath", "/opt/v*", wheel).stdout)
    assert report["grafts"][0]["new_rpath"] == "$ORIGIN:/opt/vendor/lib"


# --- show

def shown(wheel, *flags, **variables):
    return json.loads(run(elfwheel(), "show", "--json", *flags, wheel, **variables).stdout)


def test_show_leaves_out_what_a_repair_would(spread_wheel):
    wheel, search = spread_wheel
    assert "libout.so" in shown(wheel, *search)["external_libs"]
    assert "libout.so" not in shown(wheel, "--exclude", "libou*", *search)["external_libs"]


def test_show_uses_libraries_of_other_wheels(spread_wheel, tmp_path):
    wheel, search = spread_wheel
    other = write_wheel(tmp_path / "in/other-1-cp311-cp311-linux_x86_64.whl",
                        {"other/libout.so": (search[1] / "libout.so").read_bytes()})
    assert "libout.so" not in shown(wheel, "--depends-on", other)["external_libs"]


def test_show_says_what_a_repair_for_a_platform_comes_to(spread_wheel):
    wheel, search = spread_wheel
    done = run(elfwheel(), "show", "--plat", "manylinux_2_28_x86_64", *search, wheel)
    assert "  after a repair:   manylinux_2_28_x86_64\n" in done.stdout
    done = run(elfwheel(), "show", "--plat", "manylinux_2_28_aarch64", wheel, expect=2)
    assert "aarch64" in done.stderr


# Build images set it for repair, whatever wheels are looked at.
def test_show_does_not_take_its_platform_from_the_environment(spread_wheel):
    wheel, search = spread_wheel
    assert shown(wheel, *search, AUDITWHEEL_PLAT="manylinux_2_28_aarch64")["external_libs"]
