"""The CI configurations of docs/recipes, carried out on one of its packages: they build a wheel
that works, and fail where it would not."""

import shutil
from pathlib import Path

import pytest
from support.checkout import ROOT, VENVS, run
from support.ci_jobs import PYTHON, GithubJob, GitlabJob, Machine
from support.installed import hide_vendored
from support.lost_library import NEEDED_NAME, lose_a_library

RECIPES = ROOT / "docs/recipes"
WORKFLOW = RECIPES / "github/wheels.yml"
PIPELINE = RECIPES / "gitlab/.gitlab-ci.yml"
PROJECT = RECIPES / "packages/setuptools"


def job(service: str, name: str):
    return GithubJob(WORKFLOW, name, {"python": PYTHON}) if service == "github" \
        else GitlabJob(PIPELINE, name)


@pytest.fixture(scope="module", params=["github", "gitlab"])
def service(request):
    return request.param


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    environment = tmp_path_factory.mktemp("python") / "environment"
    run("/usr/bin/python3", "-I", "-m", "venv", environment)
    return environment


class Service:
    """A directory for the machines of one service, the project, and what jobs hand on."""

    def __init__(self, name: str, directory: Path, python: Path, variables: dict[str, str]):
        self.name, self.directory, self.python = name, directory, python
        self.variables = variables
        self.project = Path(shutil.copytree(PROJECT, directory / "project"))

    def run(self, job_name: str, **options):
        machine = Machine(self.directory / f"{job_name} machine", self.python, self.project,
                          self.directory / "artifacts", self.variables, **options)
        return job(self.name, job_name).run(machine)

    @property
    def kept(self) -> list[Path]:
        return sorted((self.directory / "artifacts").rglob("*.whl"))


@pytest.fixture(scope="module")
def built(service, python, elfwheel_wheel, tmp_path_factory):
    """A service whose job `build` has run, and what came of it."""
    made = Service(service, tmp_path_factory.mktemp(service), python,
                   {"ELFWHEEL_WHEEL": str(elfwheel_wheel)})
    return made, made.run("build")


@pytest.fixture
def fresh(service, python, elfwheel_wheel, tmp_path):
    return Service(service, tmp_path, python, {"ELFWHEEL_WHEEL": str(elfwheel_wheel)})


def test_build_repairs_and_verifies(built):
    service, outcome = built
    assert outcome.failed == "", outcome.output
    assert "Copied into primes.libs" in outcome.output
    assert "ok, 2 ELF files checked" in outcome.output
    [wheel] = service.kept
    assert "manylinux" in wheel.name


def test_machine_without_the_library_uses_the_wheel(built, fresh):
    shutil.copytree(built[0].directory / "artifacts", fresh.directory / "artifacts")
    outcome = fresh.run("use", hidden=hide_vendored(["libgmp.so.10"]))
    assert outcome.failed == "", outcome.output


def unrepaired(built) -> Path:
    [wheel] = (built[0].directory / "build machine/workspace/dist").iterdir()
    return wheel


def test_machine_without_the_library_fails_where_the_wheel_cannot_be_used(built, fresh):
    shutil.copytree(built[0].directory / "artifacts", fresh.directory / "artifacts")
    [wheel] = fresh.kept
    shutil.copy(unrepaired(built), wheel.parent)
    wheel.unlink()
    outcome = fresh.run("use", hidden=hide_vendored(["libgmp.so.10"]))
    assert outcome.failed, outcome.output
    assert "ImportError: libgmp.so.10" in outcome.output


def test_build_fails_at_a_library_that_is_not_found(fresh):
    lose_a_library(fresh.project)
    outcome = fresh.run("build")
    assert "repair" in outcome.failed.lower(), outcome.output
    assert NEEDED_NAME in outcome.output
    assert fresh.kept == []


def test_build_fails_at_a_wheel_that_verify_objects_to(built, fresh):
    # What a script that only renames wheels leaves behind.
    (fresh.project / "wheelhouse").mkdir()
    shutil.copy(unrepaired(built), fresh.project / "wheelhouse" /
                unrepaired(built).name.replace("linux", "manylinux_2_28"))
    outcome = fresh.run("build")
    assert "verify" in outcome.failed.lower(), outcome.output
    assert "needs libgmp.so.10, found only on this machine" in outcome.output
    assert fresh.kept == []


def test_build_says_which_variable_it_wants(fresh):
    fresh.variables = {}
    outcome = fresh.run("build")
    assert "install" in outcome.failed.lower()
    assert "ELFWHEEL_WHEEL: set this" in outcome.output


def check(schema: list[str], *files: Path, expect: int = 0) -> str:
    return run(VENVS / "recipes/bin/check-jsonschema", *schema, *files, expect=expect).stdout


GITHUB = ["--builtin-schema", "vendor.github-workflows"]
GITLAB = ["--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"]


def test_configurations_fit_the_services_schemas(tmp_path):
    check(GITHUB, *sorted((RECIPES / "github").iterdir()))
    check(GITLAB, PIPELINE)

    # What the schemas are for.
    misspelt = tmp_path / "wheels.yml"
    misspelt.write_text(WORKFLOW.read_text().replace("runs-on:", "run-on:"))
    assert "run-on" in check(GITHUB, misspelt, expect=1)
    misspelt.write_text(PIPELINE.read_text().replace("artifacts:", "artefacts:"))
    check(GITLAB, misspelt, expect=1)
