"""Wheels for Android, repaired beside auditwheel: what stays outside, the tag that stays, the search
path that its loader reads."""

import json
import subprocess
import zipfile

import pytest
from support.checkout import auditwheel, elfwheel, run
from support.elf_facts import read_elf_facts
from support.small_wheel import write_wheel
from support.wheel_file import WheelFile

# ABI in the tag -> the compiler's name of the machine.
ABIS = {"arm64_v8a": "aarch64", "x86_64": "x86_64"}


def compile_for(machine, out, source, *needed):
    """A library that needs these, as the NDK's compiler makes it (without its C library)."""
    out.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["clang", f"--target={machine}-linux-android24", "-fuse-ld=lld", "-nostdlib",
                    "-shared", "-fPIC", "-xc", "-", "-xnone", "-o", out,
                    f"-Wl,-soname,{out.name}", *needed, "-Wl,--no-as-needed"],
                   input=source, text=True, check=True)
    return out


@pytest.fixture(params=ABIS)
def scene(request, tmp_path):
    """make(level) -> (wheel, directory with the outside libraries)."""
    machine = ABIS[request.param]
    outside, system = tmp_path / "outside", tmp_path / "system"
    libc = compile_for(machine, system / "libc.so", "int puts(const char *s) { return !s; }\n")
    log = compile_for(machine, system / "liblog.so", "int log_it(void) { return 1; }\n")
    graphics = compile_for(machine, system / "libvulkan.so", "int draw(void) { return 1; }\n")
    python = compile_for(machine, system / "libpython3.13.so", "int Py_Is(void) { return 1; }\n")
    inner = compile_for(machine, outside / "libinner.so", "int inner(void) { return 1; }\n", libc)
    outer = compile_for(machine, outside / "libouter.so",
                        "int inner(void); int outer(void) { return inner(); }\n", inner, libc)
    compile_for(machine, outside / "libvulkan.so", "int draw(void) { return 2; }\n", libc)
    extension = compile_for(
        machine, tmp_path / "ext.cpython-313-android.so",
        "int outer(void), log_it(void), draw(void), Py_Is(void);\n"
        "int PyInit_ext(void) { return outer() + log_it() + draw() + Py_Is(); }\n",
        outer, log, graphics, python, libc)

    def make(level):
        tag = f"android_{level}_{request.param}"
        return write_wheel(tmp_path / f"in/pkg-1-cp313-cp313-{tag}.whl",
                           {"pkg/ext.cpython-313-android.so": extension.read_bytes()})

    return make, outside


def files_of(wheel, directory):
    """{path: facts} of the ELF files."""
    found = {}
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.endswith(".so") or ".so." in name:
                found[name] = read_elf_facts(archive.extract(name, directory))
    return found


@pytest.mark.parametrize("level", [24, 35])
def test_both_tools_make_the_same_of_it(scene, tmp_path, level):
    make, outside = scene
    wheel = make(level)
    run(elfwheel(), "repair", "--ldpaths", outside, "-w", tmp_path / "ours", wheel)
    auditwheel("tools", "repair", "--ldpaths", outside, "-w", tmp_path / "theirs", wheel)
    [ours], [theirs] = (tmp_path / "ours").iterdir(), (tmp_path / "theirs").iterdir()
    assert ours.name == theirs.name == wheel.name
    assert WheelFile(ours).tags == WheelFile(theirs).tags == [wheel.stem.split("-", 2)[2]]
    here, there = files_of(ours, tmp_path / "here"), files_of(theirs, tmp_path / "there")
    assert here.keys() == there.keys() and len(here) == 3
    for name, facts in here.items():
        assert facts.needed == there[name].needed and facts.soname == there[name].soname
        assert facts.rpath is None and there[name].rpath is None
    extension = here["pkg/ext.cpython-313-android.so"]
    assert extension.runpath == ["$ORIGIN", "$ORIGIN/../pkg.libs"]
    assert there["pkg/ext.cpython-313-android.so"].runpath == ["$ORIGIN/../pkg.libs"]
    assert {"liblog.so", "libvulkan.so", "libpython3.13.so", "libc.so"} < set(extension.needed)
    run(elfwheel(), "verify", ours)


def test_what_the_api_level_lacks_is_copied_in_but_has_no_way(scene, tmp_path):
    """libvulkan is there from level 24 on; before that no search path is read."""
    make, outside = scene
    wheel = make(21)
    shown = json.loads(run(elfwheel(), "show", "--json", "--ldpaths", outside, wheel).stdout)
    judge = json.loads(auditwheel("tools", "show", "--json", "--ldpaths", outside, wheel).stdout)
    assert shown["external_libs"] == judge["external_libs"]
    assert set(shown["external_libs"]) == {"libinner.so", "libouter.so", "libvulkan.so"}
    done = run(elfwheel(), "repair", "--ldpaths", outside, "-w", tmp_path / "out", wheel, expect=1)
    assert "Android has none before API level 24" in done.stderr
    assert not (tmp_path / "out").exists()
    refused = auditwheel("tools", "repair", "--ldpaths", outside, "-w", tmp_path / "theirs", wheel,
                         expect=1)
    assert "requires API level 24" in refused.stderr


def test_libraries_of_the_build_machine_do_not_count(scene, tmp_path):
    make, outside = scene
    done = run(elfwheel(), "repair", "-w", tmp_path / "out", make(24), expect=1,
               LD_LIBRARY_PATH=str(outside), ELFWHEEL_LD_LIBRARY_PATH=str(outside))
    assert "libouter.so, needed by pkg/ext.cpython-313-android.so, cannot be found" in done.stderr


def test_the_tag_cannot_be_changed(scene, tmp_path):
    make, outside = scene
    wheel = make(24)
    architecture = wheel.stem.rsplit("android_24_", 1)[1]
    own = f"android_24_{architecture}"
    run(elfwheel(), "repair", "--plat", own, "--ldpaths", outside, "-w", tmp_path / "out", wheel)
    for plat in (f"android_26_{architecture}", "manylinux_2_28_x86_64"):
        done = run(elfwheel(), "repair", "--plat", plat, "--ldpaths", outside, "-w",
                   tmp_path / "none", wheel, expect=2)
        assert len(done.stderr.splitlines()) == 1 and plat in done.stderr


@pytest.mark.parametrize("tag, says", [
    ("android_20_x86_64", "no policy is known for android_20_x86_64"),
    ("android_24_x86", "no policy is known for android_24_x86"),
    ("android_24_x86_64.android_26_x86_64", "an Android wheel has one platform tag")])
def test_other_tags_are_refused(tmp_path, tag, says):
    library = compile_for("x86_64", tmp_path / "libx.so", "int x(void) { return 1; }\n")
    wheel = write_wheel(tmp_path / f"in/pkg-1-cp313-cp313-{tag}.whl",
                        {"pkg/libx.so": library.read_bytes()})
    done = run(elfwheel(), "repair", "-w", tmp_path / "out", wheel, expect=1)
    assert says in done.stderr
