"""`cmake --install`: what goes where, and a small program that uses what was installed."""

import re
import shutil
from pathlib import Path

import pytest

from support.checkout import ROOT, elfwheel, run

BUILD = Path(elfwheel()).parent
CONSUMER = ROOT / "tests/install/consumer"
PUBLIC_HEADERS = sorted(file.relative_to(ROOT / "include") for file in
                        (ROOT / "include").rglob("*.h"))


def install(prefix: Path, *options: str) -> Path:
    run("cmake", "--install", BUILD, "--prefix", prefix, *options)
    return prefix


def files_in(directory: Path) -> set[str]:
    return {str(file.relative_to(directory)) for file in directory.rglob("*")
            if not file.is_dir()}


def library_directory(prefix: Path) -> Path:
    """GNUInstallDirs chooses lib, lib64 or Debian's multiarch directory."""
    [archive] = prefix.rglob("libelfwheel.a")
    return archive.parent


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    """Both components, installed and then moved: nothing may depend on the first place."""
    first = install(tmp_path_factory.mktemp("first") / "usr")
    return Path(shutil.move(first, tmp_path_factory.mktemp("moved") / "opt"))


@pytest.fixture(scope="module")
def runtime(tmp_path_factory):
    return install(tmp_path_factory.mktemp("runtime"), "--component", "runtime")


@pytest.fixture(scope="module")
def development(tmp_path_factory):
    return install(tmp_path_factory.mktemp("development"), "--component", "development")


@pytest.fixture
def asked(tmp_path):
    """A library with needs of its own, and one that is found nowhere."""
    (tmp_path / "lib").mkdir()
    for name, needs in (("lost", []), ("near", ["-lz"]), ("asked", ["-lnear", "-llost", "-lm"])):
        run("gcc", "-shared", "-fPIC", "-x", "c", "/dev/null", "-o", f"lib/lib{name}.so",
            f"-Wl,-soname,lib{name}.so,--no-as-needed,-rpath,{tmp_path}/lib", "-Llib", *needs,
            cwd=tmp_path)
    (tmp_path / "lib/liblost.so").unlink()
    return tmp_path / "lib/libasked.so"


def by_ld_so(file: Path) -> tuple[list[str], list[str]]:
    """Paths that ld.so maps for the file in its order, and names that it does not find."""
    traced = run("/lib64/ld-linux-x86-64.so.2", file, expect=None, LC_ALL="C",
                 LD_TRACE_LOADED_OBJECTS="1").stdout
    paths = [found or itself for found, itself in
             re.findall(r"^\t(?:\S+ => (/\S+)|(/\S+)) \(0x", traced, re.M)]
    return paths, re.findall(r"^\t(\S+) => not found$", traced, re.M)


def check_consumer(program: Path, asked: Path) -> None:
    """Holds what it prints against ld.so's answer, and what it writes against readelf's."""
    paths, lost = by_ld_so(asked)
    assert lost == ["liblost.so"] and len(paths) >= 4
    done = run(program, asked, "$ORIGIN:/opt/consumer", expect=1)
    assert done.stdout.splitlines() == [*paths, "liblost.so is not found"]
    assert "runpath: [$ORIGIN:/opt/consumer]" in run("readelf", "-dW", asked).stdout
    assert by_ld_so(asked) == (paths, lost)

    done = run(program, "/nowhere", "/opt", expect=2)
    assert done.stderr == "cannot open: No such file or directory\n" and done.stdout == ""


def test_the_program_and_what_it_writes_about_itself_are_the_runtime(runtime):
    files = files_in(runtime)
    manuals = {file for file in files if file.startswith("share/man/man1/elfwheel")}
    assert {"share/man/man1/elfwheel.1", "share/man/man1/elfwheel-repair.1"} <= manuals
    assert files - manuals == {"bin/elfwheel", "share/bash-completion/completions/elfwheel",
                               "share/zsh/site-functions/_elfwheel",
                               "share/fish/vendor_completions.d/elfwheel.fish"}
    assert run(runtime / "bin/elfwheel", "--version").stdout == \
        run(elfwheel(), "--version").stdout


def test_the_library_is_the_development_component(development):
    library = library_directory(development).relative_to(development)
    wanted = {f"include/{header}" for header in PUBLIC_HEADERS}
    wanted |= {f"include/elfwheel/elf/tables/{file.name}"
               for file in (ROOT / "include/elfwheel/elf/tables").iterdir()}
    wanted |= {f"{library}/cmake/elfwheel/elfwheel{part}.cmake"
               for part in ("Config", "ConfigVersion", "Targets")}
    wanted |= {f"{library}/libelfwheel.a", f"{library}/pkgconfig/elfwheel.pc"}
    [targets] = {file for file in files_in(development)
                 if re.search(r"/elfwheelTargets-\w+\.cmake$", file)}  # one a configuration
    assert files_in(development) == wanted | {targets}


def test_both_components_are_everything(prefix, runtime, development):
    assert files_in(prefix) == files_in(runtime) | files_in(development)


def test_nothing_of_the_build_tree_is_left_in_text(prefix):
    for file in prefix.rglob("*"):
        if file.is_file() and file.suffix in {".cmake", ".pc", ".h", ".def", ".1"}:
            text = file.read_text()
            assert str(ROOT) not in text and str(BUILD) not in text, file


def test_each_header_compiles_alone(development, tmp_path):
    """With the installed ones and the standard library's only: nlohmann/json's is the exception that
    the package files name."""
    sources = []
    for number, header in enumerate(PUBLIC_HEADERS):
        source = tmp_path / f"{number}.cc"
        source.write_text(f"#include <{header}>\n#include <{header}>\n")
        sources.append(source)
    done = run("g++", "-std=c++20", "-fsyntax-only", "-H", "-Wall", "-Wextra", "-Wpedantic",
               "-Wconversion", "-Wshadow", "-Werror", f"-I{development}/include", *sources)
    others = {line.split()[-1] for line in done.stderr.splitlines() if line.startswith(".")
              and re.search(r"/(fmt|openssl|zip\.h|libdeflate\.h|CLI|LIEF)", line)}
    assert others == set()


def test_a_cmake_project_finds_links_and_uses_it(prefix, asked, tmp_path):
    build = tmp_path / "build"
    run("cmake", "-S", CONSUMER, "-B", build, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}",
        "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror")
    run("cmake", "--build", build)
    check_consumer(build / "consumer", asked)


@pytest.mark.parametrize("static", [["--static"], []], ids=["static", "plain"])
def test_a_compiler_finds_it_by_pkg_config(prefix, asked, tmp_path, static):
    place = library_directory(prefix) / "pkgconfig"
    flags = run("pkg-config", "--cflags", "--libs", *static, "elfwheel",
                PKG_CONFIG_PATH=str(place)).stdout.split()
    run("g++", "-std=c++20", "-Wall", "-Wextra", "-Werror", CONSUMER / "main.cc",
        *flags, "-o", tmp_path / "consumer")
    check_consumer(tmp_path / "consumer", asked)


def test_it_defines_nothing_that_other_libraries_do(prefix):
    """It has fmt in itself, under a name that no fmt has; libzip is its users' own."""
    symbols = run("nm", "-C", library_directory(prefix) / "libelfwheel.a").stdout
    assert "fmt::in_elfwheel::" in symbols
    assert not re.search(r"\bfmt::(v\d+|detail)::", symbols)
    assert not re.search(r" [TtWw] zip_", symbols)


def test_the_library_page_shows_the_program_that_is_tested():
    page = (ROOT / "docs/library.md").read_text()
    assert (CONSUMER / "main.cc").read_text() in page
    assert (CONSUMER / "CMakeLists.txt").read_text() in page


def test_no_other_minor_release_is_accepted(prefix, tmp_path):
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.25)\nproject(p LANGUAGES CXX)\n"
        "find_package(elfwheel 0.0 REQUIRED)\n")
    done = run("cmake", "-S", tmp_path, "-B", tmp_path / "build",
               f"-DCMAKE_PREFIX_PATH={prefix}", expect=1)
    assert "compatible with" in done.stderr and "0.0" in done.stderr
