"""A program that needs no shared library at all: built, and used where there is none."""

import os
import re
import shutil
from pathlib import Path

import pytest

from support.build_tree import build_tree
from support.checkout import ROOT, elfwheel, run
from support.debian_root import AS_ROOT, fetch_source
from support.small_wheel import write_wheel


@pytest.fixture(scope="module")
def libzip(tmp_path_factory):
    """libzip's archive, which Debian does not have; with zlib alone, all that wheels need."""
    directory = tmp_path_factory.mktemp("libzip")
    source = fetch_source("libzip", directory)
    unwanted = [f"-DENABLE_{name}=OFF" for name in
                ("COMMONCRYPTO", "GNUTLS", "MBEDTLS", "OPENSSL", "BZIP2", "LZMA")]
    unwanted += [f"-DBUILD_{name}=OFF" for name in
                 ("SHARED_LIBS", "TOOLS", "REGRESS", "EXAMPLES", "DOC")]
    run("cmake", "-S", source, "-B", directory / "build", "-G", "Ninja",
        "-DCMAKE_BUILD_TYPE=Release", f"-DCMAKE_INSTALL_PREFIX={directory}/prefix",
        "-DCMAKE_INSTALL_LIBDIR=lib", *unwanted)
    run("cmake", "--build", directory / "build")
    run("cmake", "--install", directory / "build")
    return directory / "prefix"


@pytest.fixture(scope="module")
def program(libzip):
    with build_tree("-DELFWHEEL_FULLY_STATIC=ON", f"-DCMAKE_PREFIX_PATH={libzip}",
                    targets=("elfwheel",)) as tree:
        yield tree / "elfwheel"


class EmptyRoot:
    """A root with the program in it, and nothing else that could be loaded or run."""

    def __init__(self, directory: Path, program: Path):
        self.path = directory
        (directory / "tmp").mkdir(parents=True)
        shutil.copy2(program, directory / "elfwheel")

    def run(self, *arguments, expect: int | None = 0):
        return run(*AS_ROOT, "chroot", self.path, "/elfwheel", *arguments, expect=expect)


@pytest.fixture
def root(program, tmp_path):
    return EmptyRoot(tmp_path / "root", program)


@pytest.fixture
def wheel(tmp_path):
    """An extension that needs a library outside the wheel, and that library."""
    for name, needs in (("outside", ["-nostdlib"]), ("module", ["-L.", "-loutside", "-nostdlib"])):
        run("gcc", "-shared", "-fPIC", "-x", "c", "/dev/null", "-o", f"lib{name}.so",
            f"-Wl,-soname,lib{name}.so,--no-as-needed", *needs, cwd=tmp_path)
    content = (tmp_path / "libmodule.so").read_bytes()
    machine = os.uname().machine
    return write_wheel(tmp_path / f"pkg-1.0-cp311-cp311-linux_{machine}.whl",
                       {"pkg/module.cpython-311-x86_64-linux-gnu.so": content})


def test_it_asks_for_no_loader_and_no_library(program):
    assert "INTERP" not in run("readelf", "-lW", program).stdout
    assert "NEEDED" not in run("readelf", "-dW", program).stdout
    assert re.search(r"Type: +DYN", run("readelf", "-hW", program).stdout)  # at any address


def test_it_shows_and_repairs_a_wheel_where_there_is_nothing(root, wheel, tmp_path):
    shutil.copy(wheel, root.path / "tmp")
    (root.path / "usr/lib").mkdir(parents=True)
    shutil.copy(tmp_path / "liboutside.so", root.path / "usr/lib")
    inside = f"/tmp/{wheel.name}"
    assert "liboutside.so => /usr/lib/liboutside.so" in root.run("show", inside).stdout
    root.run("repair", "-w", "/tmp/out", inside)
    [repaired] = (root.path / "tmp/out").iterdir()
    assert root.run("verify", f"/tmp/out/{repaired.name}").stdout.startswith("/tmp/out/")

    # The same bytes as the usual program writes, given the same root.
    run(elfwheel(), "repair", "--sysroot", root.path, "-w", tmp_path / "usual", wheel)
    assert (tmp_path / "usual" / repaired.name).read_bytes() == repaired.read_bytes()


def link(output: Path, *words: str) -> None:
    """A library that defines `q`."""
    output.parent.mkdir(parents=True, exist_ok=True)
    source = output.parent / "q.c"
    source.write_text("int q;\n")
    run("gcc", "-shared", "-fPIC", "-nostdlib", "-o", output, source,
        "-Wl,--no-as-needed", *words)


def test_it_follows_the_rules_of_the_machines_glibc_not_of_its_own(root, tmp_path):
    """A glibc before 2.37 looks into directories named after the CPU, a later one does not."""
    link(root.path / "q/x86_64/libq.so", "-Wl,-soname,libq.so")
    link(root.path / "tmp/libasked.so", f"-L{root.path}/q/x86_64", "-lq", "-Wl,-rpath,/q")
    found = "libq.so => /q/x86_64/libq.so"
    for version, told in (("2.36", found), ("2.38", "libq.so => not found"), ("2.36", found)):
        symbols = tmp_path / "symbols.map"
        symbols.write_text(f"GLIBC_{version} {{ global: q; }};\n")
        link(root.path / "lib64/libc.so.6", f"-Wl,--version-script={symbols},-soname,libc.so.6")
        tree = root.run("lddtree", "--libc", "glibc", "/tmp/libasked.so", expect=None).stdout
        assert told in tree, version


def test_it_edits_files_and_reads_the_trees_of_its_root(root):
    shutil.copy(elfwheel(), root.path / "tmp/edited")
    root.run("set-rpath", "$ORIGIN/lib", "/tmp/edited")
    assert root.run("print-rpath", "/tmp/edited").stdout == "$ORIGIN/lib\n"
    missing = root.run("lddtree", "/tmp/edited", expect=1).stdout
    assert "libc.so.6 => not found" in missing


def test_it_has_no_cross_check_and_says_so(root):
    shutil.copy(elfwheel(), root.path / "tmp/edited")
    done = root.run("set-rpath", "--cross-check", "/opt", "/tmp/edited", expect=2)
    assert "built without LIEF" in done.stderr


def test_an_archive_that_is_missing_is_an_error(tmp_path):
    done = run("cmake", "-S", ROOT, "-B", tmp_path, "-G", "Ninja",
               "-DELFWHEEL_FULLY_STATIC=ON", "-DELFWHEEL_TESTS=OFF", expect=1)
    assert "ELFWHEEL_FULLY_STATIC needs libzip.a" in done.stderr
