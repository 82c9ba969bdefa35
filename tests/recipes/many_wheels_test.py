"""docs/many_wheels.md: its commands on a dozen wheels, its queries in DuckDB and pandas, its job array
without a scheduler. (On fifty real wheels, over hosts and by Slurm: many_wheels_slow_test.py.)"""

import json
import os
import shutil
import signal
import sys
from collections import Counter
from pathlib import Path

import pytest
from support.checkout import ROOT, VENVS, WHEELS, elfwheel, run
from support.documented import blocks, put_on_path
from support.small_wheel import write_wheel

SBATCH = ROOT / "docs/many_wheels/repair.sbatch"
PYTHON = VENVS / "many/bin/python"
# argv: queries in a file of JSON. Prints the rows of each.
ASK = """
import duckdb, json, sys
print(json.dumps([duckdb.sql(query).fetchall() for query in json.load(open(sys.argv[1]))]))
"""

# What starts a program counts towards its peak of memory, so a small process starts it.
PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def library(directory: Path, name: str, *flags) -> bytes:
    file = directory / name
    run("gcc", "-shared", "-fPIC", "-O1", "-x", "c", "/dev/null", "-o", file, "-Wl,--no-as-needed", *flags)
    return file.read_bytes()


class Place:
    """A directory with wheels/, in which the page's commands run."""

    def __init__(self, directory: Path):
        self.directory = directory
        self.variables = put_on_path(elfwheel(), directory / "bin")
        self.wheels = directory / "wheels"
        (directory / "made").mkdir()
        flags = {"gomp": ["-lgomp"], "z": ["-lz"], "png": ["-lpng"], "plain": []}
        for kind, needs in flags.items():
            content = library(directory / "made", f"{kind}.so", *needs)
            for i in range(3):
                write_wheel(self.wheels / f"{kind}{i}-1-cp311-cp311-linux_x86_64.whl",
                            {f"{kind}{i}/m.so": content + bytes(i)})
        write_wheel(self.wheels / "pure-1-py3-none-any.whl", {"pure.py": b""})
        (self.wheels / "torn-1-py3-none-any.whl").write_bytes(b"PK")
        for name in ("nvidia_cuda_runtime", "scipy_openblas64"):
            [published] = WHEELS.glob(f"{name}-*.whl")
            shutil.copy(published, self.wheels)

    def names(self) -> list[str]:
        return sorted(f"wheels/{wheel.name}" for wheel in self.wheels.iterdir())

    def sh(self, block: str, expect=0):
        return run("bash", "-e", "-c", block, cwd=self.directory, expect=expect, **self.variables)

    def lines(self, name: str) -> list[dict]:
        return [json.loads(line) for line in (self.directory / name).read_text().splitlines()]

    def ask(self, *queries: str) -> list[list]:
        (self.directory / "queries").write_text(json.dumps(queries))
        done = run(PYTHON, "-I", "-c", ASK, "queries", cwd=self.directory)
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """After the page's first block, which ends with 2: a wheel is no wheel, and one's RECORD lies."""
    place = Place(tmp_path_factory.mktemp("many"))
    first = blocks("many_wheels.md", "sh")[0]
    for command in first.splitlines():
        place.sh(command, expect=2)
    return place


def test_each_wheel_has_its_line(place):
    for name in ("show", "verify", "repair"):
        assert [line["wheel"] for line in place.lines(f"{name}.jsonl")] == place.names()
    failed = {line["wheel"] for line in place.lines("show.jsonl") if line["status"] == 2}
    assert {name.split("-")[0] for name in failed} == {"wheels/torn", "wheels/scipy_openblas64"}
    statuses = Counter(line["status"] for line in place.lines("repair.jsonl"))
    assert statuses == {0: 12, 1: 2, 2: 2}


def test_duckdb_answers_the_pages_questions(place):
    shown, verified, repaired = (place.lines(f"{name}.jsonl") for name in ("show", "verify", "repair"))
    tags, libgomp, wrong, copied, last = place.ask(*blocks("many_wheels.md", "sql"))
    counted = Counter(line["overall_tag"] for line in shown if line["status"] == 0)
    assert dict(tags) == counted and counted["linux_x86_64"] == 6
    assert [name for name, _ in libgomp] == [f"wheels/gomp{i}-1-cp311-cp311-linux_x86_64.whl"
                                             for i in range(3)]
    assert all(Path(found).name.startswith("libgomp.so.1") for _, found in libgomp)
    findings = Counter((finding["check"], finding["severity"])
                       for line in verified for finding in line.get("findings", []))
    assert {(check, severity): count for check, severity, count, _ in wrong} == findings != {}
    sizes = Counter()
    for line in repaired:
        for graft in line.get("grafts", []):
            sizes[graft["source"]] += graft["size"]
    assert {source: size for source, _, size in copied} == sizes
    assert {Path(source).name.split(".")[0] for source in sizes} >= {"libgomp", "libpng16"}
    assert last == [[line["wheel"], line["status"], line["error"]] for line in repaired]


def test_duckdb_reads_all_files_without_being_told_how(place):
    [rows, types] = place.ask(
        "SELECT command, count(*) FROM read_json_auto('*.jsonl', union_by_name = true) "
        "WHERE command IN ('show', 'verify', 'repair') GROUP BY ALL ORDER BY ALL",
        "SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_json_auto('show.jsonl'))")
    assert {command for command, _ in rows} == {"show", "verify", "repair"}
    types = dict(types)
    assert (types["wheel"], types["status"], types["size"]) == ("VARCHAR", "BIGINT", "BIGINT")
    assert types["modified"].startswith("TIMESTAMP") and types["pure"] == "BOOLEAN"


def test_pandas_has_the_same_answers(place):
    [block] = blocks("many_wheels.md", "python")
    script = block + ("import json\nprint(json.dumps([tags.to_dict(), needs_libgomp, "
                      "[[*key, int(n)] for key, n in by_check.items()], str(shown['modified'].dtype)]))\n")
    (place.directory / "script.py").write_text(script)
    done = run(PYTHON, "-I", "script.py", cwd=place.directory)
    tags, needs_libgomp, by_check, modified = json.loads(done.stdout)
    by_duckdb = place.ask(*blocks("many_wheels.md", "sql")[:3])
    assert tags == dict(by_duckdb[0])
    assert needs_libgomp == [name for name, _ in by_duckdb[1]]
    assert sorted(by_check) == sorted(row[:3] for row in by_duckdb[2])
    assert modified.startswith("datetime64")


def test_the_last_line_counts(place):
    text = (place.directory / "repair.jsonl").read_text()
    newer = json.loads(text.splitlines()[0]) | {"status": 1, "error": "newer"}
    (place.directory / "twice").mkdir()
    (place.directory / "twice/repair.jsonl").write_text(text + json.dumps(newer) + "\n")
    query = blocks("many_wheels.md", "sql")[4].replace("'repair", "'twice/repair")
    [rows] = place.ask(query)
    assert len(rows) == len(text.splitlines())
    assert rows[-1] == [newer["wheel"], 1, "newer"]


def of_no_matter(lines: list[dict], *keys: str) -> list[dict]:
    """The lines by wheel, without these keys."""
    kept = [{key: value for key, value in line.items() if key not in keys} for line in lines]
    return sorted(kept, key=lambda line: line["wheel"])


def test_gnu_parallel_gives_the_same_lines_and_goes_on(place):
    by_results, by_joblog = (block for block in blocks("many_wheels.md", "sh")[1:]
                             if "parallel " in block and "--sshloginfile" not in block)
    # Its status is the number of calls that failed; of twenty wheels a call, that is one.
    place.sh(by_results, expect=1)
    assert of_no_matter(place.lines("parallel.jsonl"), "output") == \
           of_no_matter(place.lines("repair.jsonl"), "output")
    repaired, again = (sorted((file.name, file.read_bytes()) for file in
                              (place.directory / name).iterdir()) for name in ("repaired", "by_parallel"))
    assert repaired == again and len(repaired) == 12
    before = (place.directory / "parallel.jsonl").read_text()
    place.sh(by_results, expect=1)
    more = place.lines("parallel.jsonl")[len(before.splitlines()):]
    assert {line["status"] for line in more} == {2}

    # As though it had been interrupted after the third wheel.
    failures = sum(line["status"] != 0 for line in place.lines("show.jsonl"))
    whole = place.sh(by_joblog, expect=failures)
    assert whole.stdout == ""
    assert of_no_matter(place.lines("by_joblog.jsonl")) == of_no_matter(place.lines("show.jsonl"))
    log = (place.directory / "jobs.log").read_text().splitlines(True)
    (place.directory / "jobs.log").write_text("".join(log[:4]))
    (place.directory / "by_joblog.jsonl").write_text("")
    place.sh(by_joblog, expect=None)
    assert len(place.lines("by_joblog.jsonl")) == len(log) - 4


def submit(place, directory, first=0, last=2, step=1, only=None, expect=None, *options):
    """What Slurm does for --array=FIRST-LAST:STEP, one task after another."""
    tasks = list(range(first, last + 1, step))
    done = {}
    for task in tasks if only is None else only:
        done[task] = run("bash", SBATCH, "list", directory, *options, cwd=place.directory,
                         expect=expect, SLURM_ARRAY_TASK_ID=str(task),
                         SLURM_ARRAY_TASK_COUNT=str(len(tasks)), SLURM_ARRAY_TASK_MIN=str(first),
                         SLURM_ARRAY_TASK_STEP=str(step), SLURM_CPUS_PER_TASK="1", **place.variables)
    return done


def results_of(place, directory):
    files = sorted((place.directory / directory / "results").iterdir())
    return [[json.loads(line) for line in file.read_text().splitlines()] for file in files]


@pytest.mark.parametrize("first,last,step", [(0, 2, 1), (1, 3, 1), (10, 40, 10), (0, 0, 1), (0, 30, 1)])
def test_a_job_array_shares_the_list_out(place, first, last, step):
    (place.directory / "list").write_text("\n\n".join(place.names()) + "\n")
    directory = f"array-{first}-{last}"
    submit(place, directory, first, last, step)
    shares = results_of(place, directory)
    count = min((last - first) // step + 1, len(place.names()))
    assert len(shares) == count
    assert max(map(len, shares)) - min(map(len, shares)) <= 1
    assert of_no_matter(sum(shares, []), "output") == \
           of_no_matter(place.lines("repair.jsonl"), "output")


def test_a_job_array_goes_on_where_it_ended(place):
    (place.directory / "list").write_text("".join(f"{name}\n" for name in place.names()))
    submit(place, "resumed", only=[0])
    [before] = results_of(place, "resumed")
    done = submit(place, "resumed")
    after = results_of(place, "resumed")
    tried_again = [line for line in before if line["status"] == 2]
    assert after[0] == before + tried_again and len(after) == 3
    statuses = [max(line["status"] for line in share) for share in after]
    assert [task.returncode for task in done.values()] == statuses


def test_a_job_says_what_it_lacks(place):
    for words in ([], ["list"], ["no list", "out"]):
        done = run("bash", SBATCH, *words, cwd=place.directory, expect=2)
        assert len(done.stderr.splitlines()) == 1 and not (place.directory / "out").exists()


def test_options_of_a_job_are_those_of_repair(place):
    (place.directory / "list").write_text(f"{place.names()[0]}\n")
    done = run("bash", SBATCH, "list", "options", "--plat", "manylinux_2_5_x86_64",
               cwd=place.directory, expect=None, SLURM_ARRAY_TASK_ID="0", SLURM_ARRAY_TASK_COUNT="1",
               SLURM_ARRAY_TASK_MIN="0", **place.variables)
    assert done.returncode == 1 and "manylinux_2_5" in done.stderr


def test_shellcheck_has_nothing_to_say():
    run("bash", "-n", SBATCH)
    run("shellcheck", SBATCH)
    assert os.access(SBATCH, os.X_OK)


@pytest.mark.parametrize("command", ["show", "verify", "repair"])
def test_memory_does_not_grow_with_the_wheels(command, tmp_path):
    # Of 4 MB each: twenty of them held would be seen.
    content = library(tmp_path, "m.so", "-s") + bytes(4 << 20)
    wheels = [write_wheel(tmp_path / f"in/w{i}-1-cp311-cp311-linux_x86_64.whl", {f"w{i}/m.so": content})
              for i in range(20)]

    def peak(*wheels):
        output = ["-w", tmp_path / "out", "-j", "1"] if command == "repair" else []
        return int(run(sys.executable, "-c", PEAK, elfwheel(), command, *output, "--jsonl",
                       *wheels).stdout)

    assert peak(*wheels) < peak(wheels[0]) + 8 * 1024


@pytest.mark.parametrize("command", ["show", "verify", "repair"])
def test_killed_at_any_write_it_goes_on(command, tmp_path):
    content = library(tmp_path, "m.so", "-lgomp")
    wheels = [write_wheel(tmp_path / f"in/w{i}-1-cp311-cp311-linux_x86_64.whl", {f"w{i}/m.so": content})
              for i in range(2)]
    results = tmp_path / "r.jsonl"
    words = [elfwheel(), command, "--results", results, *wheels]
    if command == "repair":
        words[2:2] = ["-w", tmp_path / "out"]
    run(*words)
    whole, writes = results.read_text(), 0
    while True:
        results.unlink()
        shutil.rmtree(tmp_path / "out", ignore_errors=True)
        writes += 1
        killed = run("strace", "-f", "-qq", "-e", "trace=write", "-e",
                     f"inject=write:signal=SIGKILL:when={writes}", "-o", "/dev/null", *words,
                     expect=None)
        run(*words)
        assert results.read_text() == whole
        if killed.returncode == 0:
            break
        assert killed.returncode == -signal.SIGKILL
    assert writes > 2
