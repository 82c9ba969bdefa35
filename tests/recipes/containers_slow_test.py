"""cibuildwheel itself, and the Dockerfile, with the recipes of docs/recipes: in containers of bare
Debian roots, one of them older than elfwheel's own C library."""

import re
import shutil
from pathlib import Path

import pytest
from support.checkout import ROOT, VENVS, run
from support.ci_jobs import GithubJob, Machine
from support.containers import Containers
from support.lost_library import NEEDED_NAME, lose_a_library
from support.wheel_file import WheelFile

RECIPES = ROOT / "docs/recipes"

# Debian's Python where manylinux images have theirs, and what those have beside it.
BUILD_IMAGE = """
FROM {base}
RUN apt-get update && apt-get install -y --no-install-recommends \\
    ca-certificates gcc libc6-dev python3-dev python3-venv
RUN python3 -m venv /opt/python/{python} && /opt/python/{python}/bin/pip install -U pip build
# The Python that cibuildwheel itself uses.
RUN [ -e /opt/python/cp39-cp39 ] || ln -s {python} /opt/python/cp39-cp39
"""
PYTHON_OF = {"bookworm": "cp311-cp311", "bullseye": "cp39-cp39"}
BASE_OF = {"bookworm": "debian:12", "bullseye": "debian:11"}


@pytest.fixture(scope="module")
def containers(tmp_path_factory):
    made = Containers(tmp_path_factory.mktemp("containers"))
    for release, base in BASE_OF.items():
        made.import_debian(release, base)
        context = made.directory / f"{release}-build"
        context.mkdir()
        (context / "Dockerfile").write_text(
            BUILD_IMAGE.format(base=base, python=PYTHON_OF[release]))
        made.build(f"build-{release}", context)
    yield made
    made.remove()


@pytest.fixture
def project(tmp_path):
    return Path(shutil.copytree(RECIPES / "packages/setuptools", tmp_path / "project"))


def configure(project: Path, recipe: str) -> None:
    """As a reader does: the recipe goes into the project's own pyproject.toml."""
    with (project / "pyproject.toml").open("a") as file:
        file.write("\n" + (RECIPES / "cibuildwheel" / recipe).read_text())
    (project / "ci").mkdir()
    shutil.copy(RECIPES / "cibuildwheel/elfwheel", project / "ci")


@pytest.fixture
def settings(containers):
    """settings(release): cibuildwheel's variables for this image, and podman's."""

    def of(release: str) -> dict[str, str]:
        return containers.variables | {
            "CIBW_CONTAINER_ENGINE": "podman",
            "CIBW_MANYLINUX_X86_64_IMAGE": f"localhost/build-{release}",
            "CIBW_BUILD": f"{PYTHON_OF[release].split('-')[0]}-*",
            # The recipe's is for images of another distribution.
            "CIBW_BEFORE_ALL": "apt-get update && apt-get install -y libgmp-dev",
            "SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt"}

    return of


@pytest.fixture
def workflow(containers, settings, project, elfwheel_wheel, tmp_path):
    """workflow(release): docs/recipes/github/cibuildwheel.yml, carried out with this image. The
    machine's /opt is a directory of the test's."""

    def carry_out(release: str):
        run("/usr/bin/python3", "-I", "-m", "venv", tmp_path / "environment")
        (tmp_path / "opt").mkdir()
        machine = Machine(tmp_path / "machine", tmp_path / "environment", project,
                          tmp_path / "artifacts",
                          settings(release) | {"ELFWHEEL_WHEEL": str(elfwheel_wheel),
                                               "PIP_NO_INDEX": "0"},
                          wrapper=containers.wrapper(opt=tmp_path / "opt"))
        return GithubJob(RECIPES / "github/cibuildwheel.yml", "wheels", {}).run(machine)

    return carry_out


def assert_repaired(wheel: Path) -> None:
    contents = WheelFile(wheel)
    assert contents.record_faults() == []
    assert [name.split("-")[0] for name in contents.vendored("primes")] == ["libgmp"]
    assert "-manylinux" in wheel.name


@pytest.mark.parametrize("release", BASE_OF)
def test_cibuildwheel_repairs_by_the_machine_s_elfwheel(release, workflow, project, tmp_path):
    configure(project, "pyproject.toml")
    outcome = workflow(release)
    assert outcome.failed == "", outcome.output
    [wheel] = (tmp_path / "artifacts/wheels").iterdir()
    assert_repaired(wheel)
    assert "ok, 2 ELF files checked" in outcome.output
    assert "tests/use.py" in outcome.output


def test_cibuildwheel_fails_where_the_repair_does(workflow, project, tmp_path):
    configure(project, "pyproject.toml")
    lose_a_library(project)
    outcome = workflow("bookworm")
    assert "repair" in outcome.failed, outcome.output
    assert NEEDED_NAME in outcome.output
    assert not list((tmp_path / "artifacts").rglob("*.whl"))


def test_cibuildwheel_repairs_by_elfwheel_in_the_image(containers, settings, project,
                                                       elfwheel_wheel, tmp_path):
    configure(project, "in_the_image.toml")
    done = run(*containers.wrapper(), VENVS / "recipes/bin/python", "-I", "-m", "cibuildwheel",
               "--platform", "linux", "--output-dir", tmp_path / "wheelhouse", cwd=project,
               timeout=1800, **settings("bookworm"), ELFWHEEL_WHEEL=f"/host{elfwheel_wheel}")
    [wheel] = (tmp_path / "wheelhouse").iterdir()
    assert_repaired(wheel)
    assert "ok, 2 ELF files checked" in done.stdout


def test_dockerfile_builds_an_image_that_uses_the_wheel(containers, project, elfwheel_wheel):
    shutil.copy(RECIPES / "docker/Dockerfile", project)
    (project / "ci").mkdir()
    shutil.copy(elfwheel_wheel, project / "ci")
    argument = f"--build-arg=ELFWHEEL_WHEEL=ci/{elfwheel_wheel.name}"
    done = containers.build("app", project, argument)
    assert "ok, 2 ELF files checked" in done.stdout
    containers.podman("run", "--rm", "app")
    # Debian has a libgmp, which apt needs; the wheel's own is the one that is used.
    mapped = containers.podman("run", "--rm", "app", "/opt/app/bin/python", "-c",
                               "import primes; print(open('/proc/self/maps').read())").stdout
    assert set(re.findall(r"(\S+)/libgmp\S+", mapped)) == \
        {"/opt/app/lib/python3.11/site-packages/primes.libs"}

    lose_a_library(project)
    done = containers.build("broken", project, argument, expect=None)
    assert done.returncode != 0
    assert NEEDED_NAME in done.stdout + done.stderr
