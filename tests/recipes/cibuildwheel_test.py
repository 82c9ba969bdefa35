"""The settings of docs/recipes/cibuildwheel as cibuildwheel itself understands them, and their
repair commands, carried out as it would. Whole builds in containers: containers_slow_test.py."""

import json
import os
import shutil
from pathlib import Path

import pytest
from support.checkout import ROOT, TOOLS_PYTHON, VENVS, WHEELS, elfwheel, run
from support.elf_facts import read_elf_facts
from support.lost_library import NEEDED_NAME, build_lost_library
from support.small_wheel import write_wheel
from support.wheel_file import WheelFile

RECIPES = ROOT / "docs/recipes/cibuildwheel"
IDENTIFIER = "cp311-manylinux_x86_64"
M = "m.cpython-311-x86_64-linux-gnu.so"

# The commands that cibuildwheel would run for one build.
COMMANDS = f"""
import dataclasses, json, os, sys
from cibuildwheel.options import CommandLineArguments, compute_options
from cibuildwheel.util.helpers import prepare_command
arguments = dataclasses.replace(CommandLineArguments.defaults(), platform="linux")
options = compute_options("linux", arguments, os.environ).build_options("{IDENTIFIER}")
places = json.loads(sys.argv[1])
print(json.dumps({{name: prepare_command(getattr(options, name), **places)
                  for name in ("before_build", "repair_command", "test_command")}}))
"""


@pytest.fixture
def commands(tmp_path):
    """commands(recipe, wheel): what is run where the recipe is in the project's pyproject.toml."""

    def read(recipe: str, wheel: Path | str = "") -> dict[str, str]:
        project = tmp_path / "project"
        shutil.copytree(ROOT / "docs/recipes/packages/setuptools", project)
        with (project / "pyproject.toml").open("a") as file:
            file.write("\n" + (RECIPES / recipe).read_text())
        places = {"wheel": str(wheel), "dest_dir": str(tmp_path / "repaired"),
                  "project": "/project", "package": "/project"}
        return json.loads(run(VENVS / "recipes/bin/python", "-I", "-c", COMMANDS,
                              json.dumps(places), cwd=project).stdout)

    return read


def repair(command: str, directory: Path, python: Path, expect: int | None = 0):
    """In the shell that cibuildwheel takes, with elfwheel beside the build's Python."""
    programs = directory / "programs"
    programs.mkdir()
    (programs / "elfwheel").symlink_to(elfwheel())
    (directory / "repaired").mkdir()
    path = os.pathsep.join([str(programs), str(python), "/usr/bin", "/bin"])
    return run("sh", "-c", command, expect=expect, PATH=path)


def wheel_of(directory: Path, source: str, *flags) -> Path:
    (directory / "m.c").write_text(source)
    run("gcc", "-shared", "-fPIC", directory / "m.c", "-o", directory / M, *flags)
    name = f"pkg/{M}"
    return write_wheel(directory / "dist/pkg-1.0-cp311-cp311-linux_x86_64.whl",
                       {name: (directory / M).read_bytes()}, modes={name: 0o755},
                       requires=("nvidia-cuda-runtime",))


def test_every_recipe_is_understood(tmp_path):
    project = tmp_path / "project"
    for recipe in sorted(RECIPES.glob("*.toml")):
        shutil.rmtree(project, ignore_errors=True)
        project.mkdir()
        shutil.copy(recipe, project / "pyproject.toml")
        listed = run(VENVS / "recipes/bin/python", "-I", "-m", "cibuildwheel", "--platform",
                     "linux", "--print-build-identifiers", project, cwd=project)
        assert IDENTIFIER in listed.stdout.split()
    (project / "pyproject.toml").write_text('[tool.cibuildwheel]\nrepair-weel-command = "true"\n')
    run(VENVS / "recipes/bin/python", "-I", "-m", "cibuildwheel", "--platform", "linux",
        "--print-build-identifiers", project, cwd=project, expect=2)


def test_script_is_what_the_first_recipe_runs(commands):
    repair_command = commands("pyproject.toml", "/w.whl")["repair_command"]
    assert repair_command.startswith("sh /project/ci/elfwheel repair -w ")
    assert " && sh /project/ci/elfwheel verify " in repair_command
    run("sh", "-n", RECIPES / "elfwheel")


def test_elfwheel_in_the_image_repairs_and_verifies(commands, tmp_path):
    wheel = wheel_of(tmp_path, "int __gmpz_init(void); int PyInit_m(void)"
                               " { return __gmpz_init(); }\n", "-lgmp")
    told = commands("in_the_image.toml", wheel)
    assert told["before_build"] == 'pip install "$ELFWHEEL_WHEEL"'
    done = repair(told["repair_command"], tmp_path, TOOLS_PYTHON.parent)
    assert "ok, 2 ELF files checked" in done.stdout
    [repaired] = (tmp_path / "repaired").iterdir()
    assert [name.split("-")[0] for name in WheelFile(repaired).vendored("pkg")] == ["libgmp"]


def test_failed_repair_fails_the_build(commands, tmp_path):
    build_lost_library(tmp_path)
    wheel = wheel_of(tmp_path, "int lost(void); int PyInit_m(void) { return lost(); }\n",
                     f"-L{tmp_path}", "-llost")
    command = commands("in_the_image.toml", wheel)["repair_command"]
    done = repair(command, tmp_path, TOOLS_PYTHON.parent, expect=None)
    assert done.returncode == 1
    assert NEEDED_NAME in done.stderr
    assert "ELF files checked" not in done.stdout


def test_cuda_stays_in_nvidia_s_wheel(commands, tmp_path):
    [libraries] = (VENVS / "cuda/lib").glob("python3.*/site-packages/nvidia/*/lib")
    (tmp_path / "driver.c").write_text("int cuInit(unsigned x) { return (int)x; }\n")
    driver = tmp_path / "libcuda.so.1"
    run("gcc", "-shared", "-fPIC", "-Wl,-soname,libcuda.so.1", tmp_path / "driver.c", "-o", driver)
    wheel = wheel_of(tmp_path, "int cudaDeviceReset(void); int cuInit(unsigned);\n"
                               "int PyInit_m(void) { return cudaDeviceReset() + cuInit(0); }\n",
                     f"-L{libraries}", "-l:libcudart.so.13", driver)
    command = commands("cuda.toml", wheel)["repair_command"]
    done = repair(command, tmp_path, VENVS / "cuda/bin")
    assert "ok, 1 ELF file checked" in done.stdout
    [repaired] = (tmp_path / "repaired").iterdir()
    contents = WheelFile(repaired)
    assert contents.vendored("pkg") == {}
    (tmp_path / M).write_bytes(contents.data[f"pkg/{M}"])
    found = read_elf_facts(tmp_path / M)
    assert f"$ORIGIN/../nvidia/{libraries.parent.name}/lib" in found.search_path
    assert {"libcudart.so.13", "libcuda.so.1"} <= set(found.needed)

    # With NVIDIA's wheel beside it, verify sees that the way leads there; alone, it does not.
    [runtime] = WHEELS.glob("nvidia_cuda_runtime-*.whl")
    run(elfwheel(), "verify", "--exclude", "libcuda.so.*", repaired, runtime)
    alone = run(elfwheel(), "verify", "--exclude", "libcuda.so.*", repaired, expect=1)
    assert "libcudart.so.13" in alone.stdout
