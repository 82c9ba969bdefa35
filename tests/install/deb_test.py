"""The Debian packages: their content, and what dpkg does with them in a small root."""

import os
import tempfile
from pathlib import Path

import pytest

from support.checkout import elfwheel, run
from support.debian_packages import Packages
from support.small_wheel import write_wheel

BUILD = Path(elfwheel()).parent
EPOCH = "1700000000"


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    return Packages(BUILD, tmp_path_factory.mktemp("deb"), SOURCE_DATE_EPOCH=EPOCH)


@pytest.fixture
def root(tmp_path):
    """What dpkg wants to find below a root directory."""
    database = tmp_path / "root/var/lib/dpkg"
    for name in ("info", "updates", "triggers"):
        (database / name).mkdir(parents=True)
    (database / "status").touch()
    return tmp_path / "root"


def dpkg(root: Path, *words) -> str:
    # Its dependencies are not there; a user who is not root owns what he unpacks. Machines made from
    # container images are told to leave man pages out.
    return run("fakeroot", "dpkg", "--root", root, "--force-depends", "--force-script-chrootless",
               "--path-include=*", f"--log={root}/log", *words,
               PATH=f"/usr/sbin:/sbin:{os.environ['PATH']}").stdout


def files_in(root: Path) -> set[str]:
    return {str(file.relative_to(root)) for file in root.rglob("*")
            if "var/lib/dpkg" not in str(file) and file.name != "log"}


def test_their_names_are_debians(packages):
    architecture = run("dpkg", "--print-architecture").stdout.strip()
    version = run(elfwheel(), "--version").stdout.split()[1]
    assert [file.name for file in packages.files] == [
        f"elfwheel_{version}_{architecture}.deb", f"libelfwheel-dev_{version}_{architecture}.deb"]


def test_the_program_depends_on_what_it_is_linked_with_and_on_what_it_opens(packages):
    needs = packages.field(packages.program, "Depends")
    assert needs.startswith("libzip4 (>= 1.7)") and "libc6 (>= 2." in needs
    assert "libstdc++" not in needs and "libssl" not in needs
    assert packages.field(packages.program, "Section") == "utils"


def test_the_library_depends_on_what_its_users_link(packages):
    needs = packages.field(packages.library, "Depends")
    for name in ("libzip-dev", "libdeflate-dev", "libssl-dev", "nlohmann-json3-dev"):
        assert name in needs


def test_the_program_package_has_the_program_and_its_manuals(packages):
    files = packages.listing(packages.program)
    manuals = {path for path in files if path.startswith("/usr/share/man/man1/elfwheel")}
    assert {"/usr/share/man/man1/elfwheel.1.gz", "/usr/share/man/man1/elfwheel-repair.1.gz"} <= \
        manuals
    plain = {path for path in files if not path.endswith("/")} - manuals
    assert plain == {"/usr/bin/elfwheel",
                     "/usr/share/bash-completion/completions/elfwheel",
                     "/usr/share/zsh/vendor-completions/_elfwheel",
                     "/usr/share/fish/vendor_completions.d/elfwheel.fish",
                     "/usr/share/doc/elfwheel/changelog.gz",
                     "/usr/share/doc/elfwheel/copyright"}


@pytest.mark.parametrize("which", ["program", "library"])
def test_everything_is_roots_and_readable(packages, which):
    for path, (mode, owner) in packages.listing(getattr(packages, which)).items():
        wanted = "drwxr-xr-x" if path.endswith("/") else \
            "-rwxr-xr-x" if path == "/usr/bin/elfwheel" else "-rw-r--r--"
        assert (mode, owner) == (wanted, "root/root"), path


def test_the_same_source_gives_the_same_packages(packages, tmp_path):
    """Later, in another time zone, with another umask, and where directories have other sizes."""
    umask = os.umask(0o077)
    try:
        with tempfile.TemporaryDirectory(dir="/dev/shm") as directory:
            again = Packages(BUILD, Path(directory), SOURCE_DATE_EPOCH=EPOCH, TZ="Asia/Tokyo")
            for first, second in zip(packages.files, again.files, strict=True):
                assert first.read_bytes() == second.read_bytes(), first.name
    finally:
        os.umask(umask)


def test_the_program_runs_where_it_is_unpacked(packages, tmp_path):
    run("dpkg-deb", "-x", packages.program, tmp_path / "root")
    program = tmp_path / "root/usr/bin/elfwheel"
    wheel = write_wheel(tmp_path / "pkg-1.0-py3-none-any.whl", {"pkg.py": b"x = 1\n"})
    assert run(program, "verify", wheel).stdout.startswith(f"{wheel}: ok")
    assert ".debug_info" not in run("readelf", "-SW", program).stdout
    assert ".symtab" not in run("readelf", "-SW", program).stdout


def test_dpkg_installs_and_removes_both(packages, root):
    before = files_in(root)
    dpkg(root, "--install", packages.program, packages.library)
    status = dpkg(root, "--list", "elfwheel", "libelfwheel-dev")
    assert status.count("\nii ") == 2
    assert dpkg(root, "--verify") == ""  # every file has the checksum that the package lists
    assert {"usr/bin/elfwheel", "usr/include/elfwheel/loader/resolve.h"} <= files_in(root)

    dpkg(root, "--purge", "elfwheel", "libelfwheel-dev")
    assert files_in(root) == before
