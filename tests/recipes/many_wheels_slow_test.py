"""Fifty published wheels by GNU parallel, on all processors and over ssh, and by Slurm: the lines and
wheels of one process, however often it is killed in between."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from support.checkout import CACHE, ROOT, elfwheel, environment, run
from support.documented import blocks, put_on_path
from support.fifty_wheels import get_fifty_wheels

CLUSTER = ["unshare", "--mount", "--pid", "--fork", "--net", "--uts", "--ipc", "--mount-proc",
           "--kill-child=KILL", ROOT / "tests/recipes/cluster/run", CACHE / "daemons"]
SBATCH = ROOT / "docs/many_wheels/repair.sbatch"


def lines_of(file: Path) -> list[dict]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def by_wheel(lines: list[dict]) -> dict[str, dict]:
    """Without where the repaired wheel went; each wheel once."""
    found = {}
    for line in lines:
        assert line["wheel"] not in found, line["wheel"]
        found[line["wheel"]] = {key: value for key, value in line.items() if key != "output"}
    return found


def wheels_in(directory: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(directory.rglob("*.whl"))}


class Place:
    def __init__(self, directory: Path):
        self.directory = directory
        self.variables = put_on_path(elfwheel(), directory / "bin")
        (directory / "wheels").mkdir()
        for wheel in get_fifty_wheels():
            shutil.copy2(wheel, directory / "wheels")
        self.names = sorted(f"wheels/{wheel.name}" for wheel in (directory / "wheels").iterdir())

    def run(self, *words, expect=None):
        return run(*words, cwd=self.directory, expect=expect, timeout=1200, **self.variables)

    def kill_when(self, words, is_time) -> None:
        """Starts it in a session of its own, and kills all of that as soon as `is_time` says so."""
        process = subprocess.Popen([str(word) for word in words], cwd=self.directory,
                                   env=environment(**self.variables), start_new_session=True,
                                   stderr=subprocess.DEVNULL)
        while process.poll() is None and not is_time():
            time.sleep(0.02)
        assert process.poll() is None, "it ended before it could be killed"
        process.kill()  # first, so that it starts nothing more; jobs are in groups of their own
        for pid in run("ps", "-o", "pid=", "-s", process.pid, expect=None).stdout.split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        process.wait()

    def count(self, name: str) -> int:
        file = self.directory / name
        return file.read_bytes().count(b"\n") if file.exists() else 0


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = Place(tmp_path_factory.mktemp("fifty"))
    yield place
    shutil.rmtree(place.directory)  # two gigabytes


@pytest.fixture(scope="module")
def alone(place):
    """The lines by command, and the wheels, of one process each."""
    lines = {}
    for command in ("show", "verify", "repair"):
        more = ["-w", "alone"] if command == "repair" else []
        done = place.run(elfwheel(), command, "--jsonl", *more, *place.names)
        lines[command] = by_wheel([json.loads(line) for line in done.stdout.splitlines()])
        assert sorted(lines[command]) == place.names
        assert all(line["status"] in (0, 1) for line in lines[command].values())
    return lines, wheels_in(place.directory / "alone")


def test_one_process_is_killed_and_goes_on(place, alone):
    command = [elfwheel(), "repair", "--results", "killed.jsonl", "-w", "killed", *place.names]
    for count in (5, 20, 35):
        place.kill_when(command, lambda: place.count("killed.jsonl") >= count)
    place.run(*command)
    lines, wheels = alone
    assert by_wheel(lines_of(place.directory / "killed.jsonl")) == lines["repair"]
    assert wheels_in(place.directory / "killed") == wheels


def test_parallel_with_one_file_is_killed_and_goes_on(place, alone):
    lines, wheels = alone
    [block] = [block for block in blocks("many_wheels.md", "sh") if "parallel.jsonl" in block]
    # Some wheels a call, that there is something to be killed in the middle of.
    script = block.replace("--max-args 20", "--max-args 7")
    assert script != block
    for count in (5, 20):
        place.kill_when(["bash", "-c", "exec " + script], lambda: place.count("parallel.jsonl") >= count)
    place.run("bash", "-c", script)
    assert by_wheel(lines_of(place.directory / "parallel.jsonl")) == lines["repair"]
    assert wheels_in(place.directory / "by_parallel") == wheels


@pytest.mark.parametrize("command", ["show", "verify"])
def test_parallel_with_a_joblog_is_interrupted_and_goes_on(command, place, alone):
    lines, _ = alone
    [block] = [block for block in blocks("many_wheels.md", "sh") if "by_joblog.jsonl" in block]
    script = block.replace(" show ", f" {command} ").replace("by_joblog", command) \
        .replace("jobs.log", f"{command}.log")
    process = subprocess.Popen(["bash", "-c", f"exec {script}"], cwd=place.directory,
                               env=environment(**place.variables), stderr=subprocess.DEVNULL)
    while place.count(f"{command}.log") < 10:
        assert process.poll() is None
        time.sleep(0.02)
    process.terminate()  # parallel lets what runs come to its end
    process.wait()
    assert 8 < place.count(f"{command}.jsonl") < 50
    place.run("bash", "-c", script)
    assert by_wheel(lines_of(place.directory / f"{command}.jsonl")) == lines[command]


def test_parallel_over_hosts(place, alone, tmp_path):
    lines, wheels = alone
    shared, copied = [block for block in blocks("many_wheels.md", "sh") if "--sshloginfile" in block]
    # Nothing is sent to this host itself.
    place.run(*CLUSTER, tmp_path / "state", "bash", "-c",
              f"printf '1/:\\n1/node0\\n' >hosts\n{shared}\necho 2/node0 >hosts\n{copied}")
    assert by_wheel(lines_of(place.directory / "by_ssh.jsonl")) == lines["verify"]
    assert {name: line["status"] for name, line in
            by_wheel(lines_of(place.directory / "by_copy.jsonl")).items()} == \
           {name: line["status"] for name, line in lines["repair"].items()}
    assert wheels_in(place.directory / "returned") == wheels
    for log, hosts in (("ssh.log", {":", "node0"}), ("copy.log", {"node0"})):
        rows = [line.split("\t") for line in (place.directory / log).read_text().splitlines()[1:]]
        assert len(rows) == 50 and {row[1] for row in rows} == hosts
        assert {row[6] for row in rows} <= {"0", "1"}


def test_slurm_runs_the_array_and_goes_on_after_it_was_cancelled(place, alone, tmp_path):
    lines, wheels = alone
    (place.directory / "list").write_text("".join(f"{name}\n" for name in place.names))
    submit = f"sbatch --parsable --array=0-4 --cpus-per-task=1 --output=slurm-%A-%a {SBATCH} list by_slurm"
    script = f"""
set -u
job=$({submit})
until [ "$(cat by_slurm/results/*.jsonl 2>/dev/null | wc -l)" -ge 10 ]; do sleep 0.05; done
scancel --signal=KILL --full "$job"; scancel "$job"
while [ -n "$(squeue --noheader)" ]; do sleep 0.2; done
cat by_slurm/results/*.jsonl | wc -l >cancelled_at
{submit.replace("--parsable", "--wait")}
"""
    done = place.run(*CLUSTER, tmp_path / "state", "bash", "-c", script)
    assert 10 <= int((place.directory / "cancelled_at").read_text()) < 50, done.stderr
    files = sorted((place.directory / "by_slurm/results").iterdir())
    assert [file.name for file in files] == [f"{i}.jsonl" for i in range(5)]
    assert by_wheel([line for file in files for line in lines_of(file)]) == lines["repair"]
    assert wheels_in(place.directory / "by_slurm") == wheels
    worst = max(line["status"] for line in lines["repair"].values())
    assert done.returncode == worst
