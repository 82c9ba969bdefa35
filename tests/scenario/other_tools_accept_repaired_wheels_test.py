"""What a repair writes is a wheel to everybody: archivers, installers, and who looks at uploads."""

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from conftest import repair
from support.checkout import (HAS_CROSS_CHECK, TOOLS_PYTHON, VENVS, auditwheel, elfwheel,
                              environment, run)
from support.fixture_wheels import build_cuda_fixture, build_cyfes
from support.installed import Installed
from support.real_packages import real_wheel
from support.small_wheel import write_wheel
from support.wheel_file import WheelFile, rewrite

JUDGES = VENVS / "judges/bin"


def build_small(directory: Path) -> tuple[Path, Path]:
    """A wheel with a script and a program, all of which need a library outside; and that one."""
    outside = directory / "outside"
    outside.mkdir(parents=True)
    (directory / "out.c").write_text("int out(void) { return 5; }\n")
    (directory / "a.c").write_text("int out(void); int a(void) { return out(); }\n")
    (directory / "main.c").write_text("int out(void); int main(void) { return out() - 5; }\n")
    run("gcc", "-shared", "-fPIC", directory / "out.c", "-o", outside / "libout.so",
        "-Wl,-soname,libout.so")
    run("gcc", "-shared", "-fPIC", directory / "a.c", "-o", directory / "a.so", outside / "libout.so")
    run("gcc", directory / "main.c", "-o", directory / "main", outside / "libout.so")
    modes = {"small/tool": 0o755, "small-1.data/scripts/small": 0o755, "small/private.py": 0o600}
    wheel = write_wheel(directory / "in/small-1-py3-none-linux_x86_64.whl", {
        "small/__init__.py": b"", "small/private.py": b"",
        "small/a.so": (directory / "a.so").read_bytes(),
        "small/tool": (directory / "main").read_bytes(),
        "small-1.data/scripts/small": b"#!python\nprint('small')\n"}, modes=modes)
    return wheel, outside


@pytest.fixture(scope="module", params=["cyfes", "psycopg2", "small"])
def pair(request, tmp_path_factory):
    """A wheel as it was built, and repaired."""
    directory = tmp_path_factory.mktemp(request.param)
    if request.param == "small":
        wheel, outside = build_small(directory)
        return wheel, repair(wheel, directory / "out", LD_LIBRARY_PATH=str(outside))
    wheel = build_cuda_fixture("needed", directory / "in").wheel if request.param == "cyfes" \
        else real_wheel(request.param)
    return wheel, repair(wheel, directory / "out")


def outside_of(wheel: Path) -> Path:
    """Where the small wheel's library is; nowhere for others."""
    return wheel.parents[1] / "outside"


def cuda_libraries() -> Path:
    return (build_cyfes.installed_toolkit() or build_cyfes.pypi_toolkit()).libraries


def complaints(tool: str, *arguments) -> set[str]:
    done = run(JUDGES / tool, *arguments, expect=None, COLUMNS="1000", NO_COLOR="1")
    text = re.sub(r"\x1b\[\d*m", " ", done.stdout + done.stderr)  # twine colours in spite of it
    assert "Traceback" not in text, text
    return set(re.findall(r"\b(W\d{3}|ERROR|WARNING)\b", text))


def test_archivers_find_nothing_wrong(pair):
    _, wheel = pair
    run(TOOLS_PYTHON, "-I", "-m", "zipfile", "-t", wheel)
    assert "No errors detected" in run("unzip", "-t", wheel).stdout
    assert run("unzip", "-tqq", wheel).stderr == ""


def test_the_wheel_tool_unpacks_and_packs_it(pair, tmp_path):
    _, wheel = pair
    run(TOOLS_PYTHON, "-I", "-m", "wheel", "unpack", "--dest", tmp_path / "unpacked", wheel)
    [tree] = (tmp_path / "unpacked").iterdir()
    (tmp_path / "packed").mkdir()
    run(TOOLS_PYTHON, "-I", "-m", "wheel", "pack", "--dest-dir", tmp_path / "packed", tree)
    assert [file.name for file in (tmp_path / "packed").iterdir()] == [wheel.name]


def test_who_looks_at_uploads_says_no_more_than_of_auditwheels(pair, tmp_path):
    """A directory of libraries beside the package is no Python, whoever made it."""
    before, after = pair
    auditwheel("tools", "repair", "--exclude", "libcufes.so", "-w", tmp_path, before,
               LD_LIBRARY_PATH=f"{outside_of(before)}:{cuda_libraries()}")
    [judge] = tmp_path.iterdir()
    assert complaints("check-wheel-contents", after) <= complaints("check-wheel-contents", judge)
    assert complaints("twine", "check", after) <= complaints("twine", "check", before)


def test_those_who_look_can_complain(pair, tmp_path):
    wheel = write_wheel(tmp_path / "pkg-1-py3-none-any.whl", {"pkg/__init__.py": b"",
                                                              "pkg/x.pyc": b""})
    assert "W001" in complaints("check-wheel-contents", wheel)
    assert "W001" not in complaints("check-wheel-contents", pair[1])
    broken = tmp_path / pair[1].name
    rewrite(pair[1], broken,
            lambda name, data: b"Name\n" if name.endswith("/METADATA") else data)
    assert "ERROR" in complaints("twine", "check", broken)


def tree_of(prefix: Path) -> dict[str, tuple[int, bytes]]:
    """Files below by name, with their execute bits and content; without what installers add."""
    kept = {}
    for file in prefix.rglob("*"):
        name = str(file.relative_to(prefix))
        if file.is_symlink() or not file.is_file() or "__pycache__" in name:
            continue
        if name == ".lock" or re.search(r"\.dist-info/(RECORD|INSTALLER|REQUESTED|direct_url.json|uv_cache.json)$",
                     name):
            continue
        data = file.read_bytes()
        # The first line of a script is the installer's.
        if name.startswith("bin/"):
            data = data.partition(b"\n")[2]
        kept[name] = (stat.S_IMODE(file.stat().st_mode) & 0o111, data)
    return kept


def test_uv_installs_what_pip_installs(pair, tmp_path):
    _, wheel = pair
    by_pip = Installed(wheel, tmp_path / "pip")
    fresh = tmp_path / "fresh"
    run(TOOLS_PYTHON, "-I", "-m", "venv", "--without-pip", tmp_path / "uv")
    shutil.copytree(tmp_path / "uv", fresh, symlinks=True)
    run(JUDGES / "uv", "pip", "install", "--quiet", "--offline", "--no-index", "--no-deps",
        "--no-config", "--link-mode", "copy", "--python", tmp_path / "uv/bin/python", wheel,
        UV_CACHE_DIR=str(tmp_path / "cache"))
    nothing = tree_of(fresh)
    pip = {name: file for name, file in tree_of(by_pip.prefix).items() if name not in nothing}
    uv = {name: file for name, file in tree_of(tmp_path / "uv").items() if name not in nothing}
    assert uv == pip
    run(elfwheel(), "verify", "--prefix", by_pip.prefix)
    run(elfwheel(), "verify", "--prefix", tmp_path / "uv")


def test_modes_are_those_of_before(pair, tmp_path):
    before, after = (WheelFile(wheel) for wheel in pair)
    for name, entry in before.entries.items():
        assert after.entries[name].external_attr == entry.external_attr, name
    installed = Installed(after.path, tmp_path / "venv")
    for name, entry in after.entries.items():
        mode = entry.external_attr >> 16
        if ".data/" not in name and stat.S_ISREG(mode):
            file = installed.site_packages / name
            assert bool(file.stat().st_mode & 0o111) == bool(mode & 0o111), name


# What must make no difference: how the program is called, and where.
SURROUNDINGS = {
    "another directory": {"cwd": "/"},
    "another time zone": {"TZ": "Pacific/Kiritimati"},
    "another language": {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"},
    "another mask": {"umask": "077"},
    "one thread": {"flags": ["-j", "1"]},
    "many threads": {"flags": ["-j", "7"]},
    "another home": {"HOME": "/nonexistent", "USER": "nobody"},
    "a copy of the input elsewhere, of another time": {"copy": True},
}


@pytest.mark.parametrize("surroundings", SURROUNDINGS)
def test_the_same_bytes_come_out_wherever(pair, surroundings, tmp_path):
    before, after = pair
    changes = dict(SURROUNDINGS[surroundings])
    flags = [*(["--cross-check"] if HAS_CROSS_CHECK else []), *changes.pop("flags", [])]
    umask, cwd = changes.pop("umask", "022"), changes.pop("cwd", None)
    if changes.pop("copy", False):
        copy = tmp_path / "a rather different path" / before.name
        copy.parent.mkdir()
        shutil.copyfile(before, copy)
        os.utime(copy, (1, 1))
        before = copy
    script = f'umask {umask} && exec "$@"'
    done = subprocess.run(
        ["sh", "-c", script, "sh", elfwheel(), "repair", *flags, "-w", tmp_path / "out", before],
        cwd=cwd, capture_output=True, text=True,
        env=environment(LD_LIBRARY_PATH=str(outside_of(pair[0])), **changes))
    assert done.returncode == 0, done.stderr
    [again] = (tmp_path / "out").iterdir()
    assert again.name == after.name
    assert again.read_bytes() == after.read_bytes()
