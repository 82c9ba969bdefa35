"""The Debian packages in a bare root of Debian's: installed by apt, used, removed."""

from pathlib import Path

import pytest

from support.build_tree import build_tree
from support.checkout import ROOT, run
from support.debian_packages import Packages
from support.debian_root import DebianRoot
from support.small_wheel import write_wheel


def make_packages(directory: Path) -> Packages:
    """Of a new tree for /usr, as a distribution builds it."""
    with build_tree("-DCMAKE_INSTALL_PREFIX=/usr",
                    "-DELFWHEEL_MAINTAINER=A. Packager <packager@debian.org>") as tree:
        return Packages(tree, directory, SOURCE_DATE_EPOCH="1700000000")


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    return make_packages(tmp_path_factory.mktemp("deb"))


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = DebianRoot(tmp_path_factory.mktemp("bare") / "root")
    root.run("apt-get", "-qq", "update")
    # Keeps pages and completions of others out of the comparison below.
    root.run("apt-get", "-qq", "install", "--no-install-recommends", "man-db")
    return root


def install(root, package) -> None:
    file = root.copy_in(package, "/tmp")
    root.run("apt-get", "-qq", "install", "--no-install-recommends", file)


def test_another_tree_gives_the_same_packages(packages, tmp_path):
    again = make_packages(tmp_path)
    for first, second in zip(packages.files, again.files, strict=True):
        assert first.read_bytes() == second.read_bytes(), first.name


def test_lintian_has_nothing_to_say_but_that_it_is_new(packages):
    """Debian closes a bug with each new package's first upload; these are none of Debian's."""
    told = run("lintian", "--allow-root", "--fail-on", "none", "--tag-display-limit", "0",
               "--suppress-tags", "initial-upload-closes-no-bugs", *packages.files).stdout
    assert told == ""


def test_the_library_lies_where_debian_has_libraries(packages):
    triplet = run("gcc", "-print-multiarch").stdout.strip()
    files = packages.listing(packages.library)
    assert f"/usr/lib/{triplet}/libelfwheel.a" in files
    assert f"/usr/lib/{triplet}/cmake/elfwheel/elfwheelConfig.cmake" in files
    assert f"/usr/lib/{triplet}/pkgconfig/elfwheel.pc" in files


def test_apt_installs_the_program_and_leaves_nothing_of_it(packages, root, tmp_path):
    before = root.files()
    assert not any("libzip" in path for path in before)
    install(root, packages.program)

    assert root.run("elfwheel", "--version").stdout.startswith("elfwheel ")
    pages = root.run("man", "-w", "elfwheel", "elfwheel-repair").stdout.split()
    assert pages == ["/usr/share/man/man1/elfwheel.1.gz", "/usr/share/man/man1/elfwheel-repair.1.gz"]
    assert "elfwheel repair" in root.run("man", "-P", "cat", "elfwheel-repair").stdout
    assert "elfwheel-lddtree" in root.run("apropos", "elfwheel").stdout
    assert "libc.so.6 => /" in root.run("elfwheel", "lddtree", "/usr/bin/env").stdout
    wheel = write_wheel(tmp_path / "pkg-1.0-py3-none-any.whl", {"pkg.py": b"x = 1\n"})
    inside = root.copy_in(wheel, "/tmp")
    assert root.run("elfwheel", "verify", inside).stdout.startswith(f"{inside}: ok")

    root.run("apt-get", "-qq", "purge", "--autoremove", "elfwheel")
    assert root.files() == before


def test_the_library_is_used_where_only_its_package_was_asked_for(packages, root, tmp_path):
    root.run("apt-get", "-qq", "install", "--no-install-recommends", "g++", "pkg-config", "cmake",
             "make")
    before = root.files()
    install(root, packages.library)
    consumer = ROOT / "tests/install/consumer"
    for name in ("main.cc", "CMakeLists.txt"):
        root.copy_in(consumer / name, "/tmp")
    root.run("sh", "-ec", "cp /usr/bin/env /tmp/asked; cd /tmp; "
             "g++ -std=c++20 main.cc $(pkg-config --cflags --libs elfwheel) -o by-hand; "
             "cmake -S . -B build && cmake --build build")
    listed = root.run("/tmp/by-hand", "/tmp/asked", "/opt").stdout
    assert "libc.so.6" in listed
    assert root.run("/tmp/build/consumer", "/tmp/asked", "/opt").stdout == listed

    root.run("apt-get", "-qq", "purge", "--autoremove", "libelfwheel-dev")
    assert root.files() == before
