"""Jobs of GitHub Actions and GitLab CI, carried out on this machine as their services would: each
on a fresh machine of its own, step after step by bash, until one fails.

What the services bring, and this machine has not, is stood in for: the actions that a step `uses`,
the image's Python (Debian's, in a new environment), sudo, and apt-get, which installs nothing but
fails unless all is there. pip sees the wheels that tools/setup keeps and no index.
"""

import json
import os
import re
import shlex
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

from support.checkout import VENVS, WHEELS, run
from support.installed import Hidden, run_hidden

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"

SUDO = '#!/bin/sh\nexec "$@"\n'
APT_GET = """#!/bin/sh
[ "$1" = update ] && exit
shift
for word; do
  case $word in
    -*) ;;
    *) dpkg-query -s "$word" >/dev/null || exit 100 ;;
  esac
done
"""


def read_yaml(path: Path) -> dict:
    """Read by YAML 1.2, as both services do; 1.1 takes the key `on` for a truth value."""
    code = "import json, ruamel.yaml, sys; " \
           "print(json.dumps(ruamel.yaml.YAML(typ='safe').load(open(sys.argv[1]))))"
    return json.loads(run(VENVS / "recipes/bin/python", "-I", "-c", code, path).stdout)


@dataclass
class Machine:
    """A fresh one. `python`: an environment with pip, to be copied; `project`: what a checkout
    brings; `artifacts`: the service's, shared with other machines; `hidden`: which of this
    machine's libraries it has not; `wrapper`: words before each command."""

    directory: Path
    python: Path
    project: Path
    artifacts: Path
    variables: dict[str, str]
    hidden: Hidden = field(default_factory=Hidden)
    wrapper: list[str] = field(default_factory=list)

    def __post_init__(self):
        self.workspace.mkdir(parents=True)
        shutil.copytree(self.python, self.directory / "python", symlinks=True)
        for name, text in ("sudo", SUDO), ("apt-get", APT_GET):
            program = self.directory / "bin" / name
            program.parent.mkdir(exist_ok=True)
            program.write_text(text)
            program.chmod(0o755)

    @property
    def workspace(self) -> Path:
        return self.directory / "workspace"

    def check_out(self) -> None:
        shutil.copytree(self.project, self.workspace, dirs_exist_ok=True)

    def bash(self, flags: list[str], script: str, variables: dict[str, str]):
        path = [self.directory / "python/bin", self.directory / "bin", "/usr/bin", "/bin"]
        known = {"PATH": os.pathsep.join(map(str, path)), "HOME": str(self.directory), "CI": "true",
                 "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(WHEELS),
                 "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}
        words = [f"{name}={value}" for name, value in (known | self.variables | variables).items()]
        command = [*self.wrapper, "/usr/bin/env", "-i", *words, "/bin/bash", *flags, "-c", script]
        return run_hidden(command, self.hidden, self.directory / "hidden", expect=None,
                          timeout=1800, cwd=self.workspace)

    def keep(self, name: str, pattern: str) -> bool:
        """Uploads what matches; false if nothing does."""
        found = sorted(self.workspace.glob(pattern))
        (self.artifacts / name).mkdir(parents=True, exist_ok=True)
        for file in found:
            shutil.copy(file, self.artifacts / name)
        return bool(found)

    def fetch(self, name: str, directory: str) -> None:
        shutil.copytree(self.artifacts / name, self.workspace / directory, dirs_exist_ok=True)


@dataclass
class Outcome:
    """`steps`: those that were begun. `failed`: the last of them, where it failed."""

    steps: list[str] = field(default_factory=list)
    failed: str = ""
    output: str = ""


class GithubJob:
    def __init__(self, workflow: Path, name: str, matrix: dict[str, str]):
        self.workflow = read_yaml(workflow)
        self.job = self.workflow["jobs"][name]
        self.matrix = matrix
        for key, value in matrix.items():
            assert value in self.job["strategy"]["matrix"][key]

    def run(self, machine: Machine) -> Outcome:
        outcome = Outcome()
        for step in self.job["steps"]:
            name = step.get("name") or step["uses"].partition("@")[0]
            outcome.steps.append(name)
            if "run" in step:
                done = self._run_step(step, machine)
                outcome.output += done.stdout + done.stderr
                good = done.returncode == 0
            else:
                good = self._use(name, step.get("with", {}), machine)
            if not good:
                outcome.failed = name
                return outcome
        return outcome

    def _run_step(self, step: dict, machine: Machine):
        variables = {}
        for part in self.workflow, self.job, step:
            variables |= {name: self._text(value, machine)
                          for name, value in part.get("env", {}).items()}
        # The service's own words for `shell: bash`, and for none.
        named = self.workflow.get("defaults", {}).get("run", {}).get("shell") == "bash"
        flags = ["--noprofile", "--norc", "-eo", "pipefail"] if named else ["-e"]
        return machine.bash(flags, self._text(step["run"], machine),
                            variables | {"GITHUB_WORKSPACE": str(machine.workspace)})

    def _use(self, action: str, options: dict, machine: Machine) -> bool:
        options = {name: self._text(value, machine) for name, value in options.items()}
        if action == "actions/checkout":
            machine.check_out()
        elif action == "actions/setup-python":
            assert options["python-version"] == PYTHON
        elif action == "actions/upload-artifact":
            assert options["if-no-files-found"] == "error"
            return machine.keep(options["name"], options["path"])
        elif action == "actions/download-artifact":
            machine.fetch(options["name"], options["path"])
        else:
            raise AssertionError(f"nothing stands in for {action}")
        return True

    def _text(self, text: str, machine: Machine) -> str:
        """With the expressions replaced. `vars` are variables of the repository: the machine's."""
        values = {f"matrix.{name}": value for name, value in self.matrix.items()} | \
            {f"vars.{name}": value for name, value in machine.variables.items()}

        def value_of(match: re.Match) -> str:
            name = match[1]
            assert name in values or name.startswith("vars."), f"{name} is not known"
            return values.get(name, "")

        return re.sub(r"\$\{\{\s*(.*?)\s*\}\}", value_of, text)


class GitlabJob:
    def __init__(self, configuration: Path, name: str):
        self.name = name
        self.job = read_yaml(configuration)[name]

    def run(self, machine: Machine) -> Outcome:
        assert f"python:{PYTHON}-" in self.job["image"]
        machine.check_out()
        for needed in self.job.get("needs", []):
            machine.fetch(needed, "wheelhouse")
        lines = [*self.job.get("before_script", []), *self.job["script"]]
        # The runner's shell: one script of all lines, each echoed, the first failure ends it.
        echoed = "".join(f"echo {shlex.quote('$ ' + line)}\n{line}\n" for line in lines)
        done = machine.bash([], f"set -eo pipefail\n{echoed}",
                            {"CI_PROJECT_DIR": str(machine.workspace)})
        begun = [line for line in lines if f"$ {line}\n" in done.stdout]
        outcome = Outcome(begun, "", done.stdout + done.stderr)
        if done.returncode != 0:
            outcome.failed = begun[-1]
            return outcome
        for pattern in self.job.get("artifacts", {}).get("paths", []):
            machine.keep(self.name, pattern)
        return outcome
