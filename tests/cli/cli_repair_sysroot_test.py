"""`elfwheel repair --sysroot`: a wheel for another machine, its libraries in a root of that machine."""

import json
import re
import shlex
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from conftest import write_wheel
from support.checkout import HAS_OWN_RUNTIME, elfwheel, run
from support.wheel_file import WheelFile

TRIPLET = "aarch64-linux-gnu"
LIBRARIES = f"usr/lib/{TRIPLET}"
STATUS = """\
Package: libouter1
Status: install ok installed
Architecture: arm64
Version: 1:2.5-3

"""
# Opens the library it is given and says what outer() of it returns.
CALLER = """
#include <dlfcn.h>
#include <stdio.h>
int main(int n, char **v) {
  void *library = dlopen(v[1], RTLD_NOW);
  if (!library) return puts(dlerror()), 1;
  printf("%d\\n", ((int (*)(void))dlsym(library, "call"))());
  return 0;
}
"""


def cross_compile(out: Path, source: str, *flags) -> Path:
    out.parent.mkdir(parents=True, exist_ok=True)
    kind = ["-shared", "-fPIC"] if ".so" in out.name else []
    subprocess.run([f"{TRIPLET}-gcc", "-xc", "-", "-xnone", "-O1", *kind, "-o", out, *flags],
                   input=source, text=True, check=True)
    return out


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """(wheel, root): pkg/liba.so calls libouter (of a package) and libhidden (found by --ldpaths),
    both of them in the root alone; a libouter for this machine lies where the root has its own."""
    scratch = tmp_path_factory.mktemp("arm64")
    root = scratch / "root"
    directory = root / LIBRARIES
    inner = cross_compile(directory / "libinner.so.1.2", "int inner(void) { return 40; }\n",
                          "-Wl,-soname,libinner.so.1")
    (directory / "libinner.so.1").symlink_to(f"/{LIBRARIES}/libinner.so.1.2")  # as seen inside
    outer = cross_compile(directory / "libouter.so.1",
                          "int inner(void); int outer(void) { return inner() + 1; }\n",
                          "-Wl,-soname,libouter.so.1", inner)
    hidden = cross_compile(root / "opt/far/libhidden.so", "int hidden(void) { return 1; }\n",
                           "-Wl,-soname,libhidden.so")
    for name in ("libc.so.6", "ld-linux-aarch64.so.1"):
        shutil.copy(f"/usr/{TRIPLET}/lib/{name}", directory)
    (root / "lib").symlink_to("usr/lib")
    (root / "usr/lib/ld-linux-aarch64.so.1").symlink_to(f"{TRIPLET}/ld-linux-aarch64.so.1")
    (root / "etc").mkdir()
    (root / "etc/debian_version").write_text("12.0\n")
    (root / "etc/os-release").write_text('ID=otherix\nVERSION_ID="7"\n')
    info = root / "var/lib/dpkg/info"
    info.mkdir(parents=True)
    (root / "var/lib/dpkg/status").write_text(STATUS)
    (info / "libouter1.list").write_text(f"/.\n/{LIBRARIES}/libouter.so.1\n")
    library = cross_compile(
        scratch / "liba.so", "int outer(void), hidden(void);\n"
        "int call(void) { return outer() + hidden(); }\n", outer, hidden,
        f"-Wl,-rpath-link,{directory}")
    wheel = write_wheel(scratch / "in/pkg-1-cp311-cp311-linux_aarch64.whl",
                        {"pkg/__init__.py": b"", "pkg/liba.so": library.read_bytes()})
    return wheel, root


def repair(scene, out, *flags, expect=0, **variables):
    wheel, root = scene
    return run(elfwheel(), "repair", "--sysroot", root, "-w", out, *flags, wheel, expect=expect,
               **variables)


@pytest.fixture(scope="module")
def repaired(scene, tmp_path_factory):
    out = tmp_path_factory.mktemp("repaired") / "out"
    repair(scene, out, "--ldpaths", "/opt/far")
    return next(out.iterdir())


def test_libraries_and_packages_are_those_of_the_root(scene, tmp_path):
    report = json.loads(repair(scene, tmp_path / "out", "--json", "--ldpaths", "/opt/far").stdout)
    sources = {graft["source"]: graft["package"] for graft in report["grafts"]}
    assert sources == {
        f"/{LIBRARIES}/libouter.so.1": {
            "name": "libouter1", "version": "1:2.5-3",
            "purl": "pkg:deb/otherix/libouter1@1:2.5-3?arch=arm64&distro=otherix-7"},
        f"/{LIBRARIES}/libinner.so.1.2": None, "/opt/far/libhidden.so": None}
    assert report["tags"]["new_file_name"] == "pkg-1-cp311-cp311-manylinux2014_aarch64." \
        "manylinux_2_17_aarch64.whl"


def test_the_result_runs_on_that_machine(scene, repaired, tmp_path):
    _, root = scene
    zipfile.ZipFile(repaired).extractall(tmp_path)
    # A root that has libc and nothing else.
    bare = tmp_path / "root"
    shutil.copytree(root, bare, symlinks=True)
    for name in ("libinner.so.1", "libinner.so.1.2", "libouter.so.1"):
        (bare / LIBRARIES / name).unlink()
    caller = cross_compile(tmp_path / "caller", CALLER)
    done = run("qemu-aarch64", "-L", bare, caller, tmp_path / "pkg/liba.so")
    assert done.stdout == "42\n"
    assert WheelFile(repaired).record_faults() == []


def test_verify_accepts_it(repaired):
    run(elfwheel(), "verify", repaired)


def test_it_has_the_bytes_that_a_repair_in_the_root_itself_makes(scene, repaired, tmp_path):
    """The same program, to which the root is "/". It brings the libraries that it needs itself: of
    another machine, and so nothing to the wheel."""
    if not HAS_OWN_RUNTIME:
        return  # the sanitizers' libraries want a whole system around them
    wheel, root = scene
    inside = tmp_path / "root"
    shutil.copytree(root, inside, symlinks=True)
    libzip = re.search(r"^\s*libzip\.so\.\d+ \(.*x86-64.*=> (\S+)$",
                       run("/sbin/ldconfig", "-p").stdout, re.M)[1]
    needed = {libzip} | {found for file in (elfwheel(), libzip)
                         for found in re.findall(r"(/\S+) \(0x", run("ldd", file).stdout)}
    for file in needed:
        place = Path(f"{inside}{file}")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, place)
    shutil.copy(elfwheel(), inside / "elfwheel")
    shutil.copy(wheel, inside)
    command = f"exec chroot {shlex.quote(str(inside))} /elfwheel repair --ldpaths /opt/far " \
        f"-w /out /{wheel.name}"
    run("unshare", "--map-root-user", "sh", "-c", command)
    assert (inside / "out" / repaired.name).read_bytes() == repaired.read_bytes()


def test_this_machines_environment_says_nothing(scene, repaired, tmp_path):
    done = repair(scene, tmp_path / "out", expect=1, LD_LIBRARY_PATH="/opt/far",
                  ELFWHEEL_LD_LIBRARY_PATH="/opt/far", AUDITWHEEL_LD_LIBRARY_PATH="/opt/far")
    assert "libhidden.so, needed by pkg/liba.so, cannot be found" in done.stderr


def test_libraries_of_this_machine_are_not_seen(scene, tmp_path):
    wheel, _ = scene
    (tmp_path / "root/opt/far").mkdir(parents=True)
    done = run(elfwheel(), "repair", "--sysroot", tmp_path / "root", "-w", tmp_path / "out", wheel,
               expect=1)
    assert "libouter.so.1, needed by pkg/liba.so, cannot be found" in done.stderr
    assert not (tmp_path / "out").exists()


def test_show_sees_the_root_as_well(scene):
    wheel, root = scene
    done = run(elfwheel(), "show", "--json", "--sysroot", root, "--ldpaths", "/opt/far", wheel)
    shown = json.loads(done.stdout)
    assert shown["external_libs"] == {
        "libouter.so.1": f"/{LIBRARIES}/libouter.so.1", "libhidden.so": "/opt/far/libhidden.so",
        "libinner.so.1": f"/{LIBRARIES}/libinner.so.1.2"}


def test_an_included_library_is_one_of_the_root(scene, tmp_path):
    report = json.loads(repair(scene, tmp_path / "out", "--json", "--ldpaths", "/opt/far",
                               "--include-lib", f"/{LIBRARIES}/libinner.so.1").stdout)
    assert "pkg.libs/libinner.so.1" in {graft["path"] for graft in report["grafts"]}


def test_a_root_that_is_not_there_is_an_error(scene, tmp_path):
    wheel, _ = scene
    done = run(elfwheel(), "repair", "--sysroot", tmp_path / "none", "-w", tmp_path / "out", wheel,
               expect=2)
    assert len(done.stderr.splitlines()) == 1 and "none" in done.stderr
