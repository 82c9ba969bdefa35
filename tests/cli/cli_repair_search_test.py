"""Which of the build machine's libraries a repair takes."""

import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest
from conftest import write_wheel
from support.checkout import HAS_OWN_RUNTIME, elfwheel, run
from support.wheel_file import graft_name


@pytest.mark.parametrize("level", ["x86-64-v2", "x86-64-v3"])
def test_a_copy_is_one_that_every_cpu_runs(compile_c, small_wheel, tmp_path, level):
    """ld.so of this machine may take the library for better processors, which others cannot run."""
    wheel, outside = small_wheel
    compile_c(outside / "glibc-hwcaps" / level / "libout.so", "int out(void) { return 6; }\n",
              "-Wl,-soname,libout.so")
    done = run(elfwheel(), "repair", "--json", "--ldpaths", outside, "-w", tmp_path / "out", wheel)
    [graft] = json.loads(done.stdout)["grafts"]
    assert graft["source"] == f"{outside}/libout.so"
    assert f"pkg.libs/{graft_name(outside / 'libout.so')}" in \
        zipfile.ZipFile(next((tmp_path / "out").iterdir())).namelist()


@pytest.mark.parametrize("command", [["show"], ["repair", "-w", "out"], ["verify"]])
def test_ld_library_path_is_for_the_wheel_and_not_for_the_program(small_wheel, tmp_path, command):
    """A build's own libz, say, may be any: the loader must not give it to this program."""
    if not HAS_OWN_RUNTIME:
        return  # a program that needs shared libraries from its start is the loader's own matter
    wheel, outside = small_wheel
    [libzip] = re.findall(r"=> (\S*/libzip\.so\.\d+)$", run("/sbin/ldconfig", "-p").stdout, re.M)
    needed = re.findall(r"(\S+) => /", run("ldd", libzip).stdout)
    assert len(needed) > 3
    for name in {Path(libzip).name, *needed} - {"libc.so.6"}:
        (outside / name).write_text("no library\n")
    done = run(elfwheel(), *command, wheel, LD_LIBRARY_PATH=str(outside), cwd=tmp_path,
               expect=1 if command == ["verify"] else 0)
    assert "libzip" not in done.stderr
    if command != ["verify"]:
        assert f"{outside}/libout.so" in done.stdout


def test_no_other_program_is_started(small_wheel, tmp_path):
    """Neither patchelf nor strip nor dpkg-query, of whatever version."""
    wheel, outside = small_wheel
    command = [elfwheel(), "repair", "--ldpaths", outside, "-w", tmp_path / "out", wheel]
    run(*command, PATH="/nonexistent")
    shutil.rmtree(tmp_path / "out")
    traced = run("strace", "-f", "-e", "trace=execve", *command, ASAN_OPTIONS="detect_leaks=0")
    started = [line for line in traced.stderr.splitlines() if "execve(" in line]
    assert len(started) == 1, started


def test_debugging_information_is_no_library(compile_c, small_wheel, tmp_path):
    """Packages have split-off files beside their libraries, and links may lead to them."""
    wheel, outside = small_wheel
    library = compile_c(tmp_path / "whole/libout.so", "int out(void) { return 5; }\n", "-g",
                        "-Wl,-soname,libout.so")
    run("objcopy", "--only-keep-debug", library, outside / "libout.so.1.debug")
    (outside / "libout.so").unlink()
    (outside / "libout.so").symlink_to("libout.so.1.debug")
    done = run(elfwheel(), "repair", "--ldpaths", outside, "-w", tmp_path / "out", wheel, expect=1)
    assert f"{outside}/libout.so.1.debug: holds debugging information alone" in done.stderr
    assert not (tmp_path / "out").exists()
