"""How the cost of many wheels grows: from 1 to 50 published ones in one process, and from 1 processor
to 2, in one process and in many that GNU parallel starts; beside `auditwheel show`, a process a wheel.

The wheels are taken by size, so that the first n of them are as large on average as all: every row
has its megabytes, too. Figures are medians of wall time and of CPU time (user and system, with
children), and the peak of resident memory of the largest process.
"""

import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

from bench_lib.repair import Run

COUNTS = (1, 2, 5, 10, 20, 50)
COMMANDS = ("show", "verify", "repair")


def run_once(command: list[str], directory: Path) -> int:
    """Its peak in bytes. 1 is an answer, too; of parallel and xargs, any status is."""
    shutil.rmtree(directory / "out", ignore_errors=True)
    done = subprocess.run(["/usr/bin/time", "-q", "-f", "%M", *command], stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, cwd=directory)
    if done.returncode not in (0, 1) and command[0] not in ("parallel", "xargs"):
        sys.exit(f"tools/bench: {command[:6]}: exit {done.returncode}: {done.stderr[-500:]}")
    return int(done.stderr.split()[-1]) * 1024


def take_turns(commands: dict[str, list[str]], directory: Path, rounds: int) -> dict[str, Run]:
    runs = {name: Run() for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            start = time.perf_counter()
            peak = run_once(command, directory)
            runs[name].walls.append(time.perf_counter() - start)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            runs[name].cpus.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
            runs[name].peak = max(runs[name].peak, peak)
    return runs


def spread(wheels: list[Path]) -> list[Path]:
    """In an order in which each beginning has the mean size of all, as nearly as can be."""
    left, chosen, total = list(wheels), [], 0
    mean = sum(wheel.stat().st_size for wheel in wheels) / len(wheels)
    while left:
        wanted = mean * (len(chosen) + 1) - total
        best = min(left, key=lambda wheel: abs(wheel.stat().st_size - wanted))
        left.remove(best)
        chosen.append(best)
        total += best.stat().st_size
    return chosen


def words(elfwheel: str, command: str, jobs: int) -> list[str]:
    more = [] if command == "show" else ["-j", str(jobs)]
    return [elfwheel, command, "--jsonl", *more, *(["-w", "out"] if command == "repair" else [])]


def cell(run: Run, count: int) -> str:
    return f"{run.wall:.2f} s ({run.cpu / count * 1e3:.0f} ms), {run.peak / 1e6:.0f} MB"


def measure_growth(elfwheel: str, wheels: list[Path], directory: Path, rounds: int, table) -> str:
    rows = []
    for count in COUNTS:
        part = wheels[:count]
        commands = {command: [*words(elfwheel, command, 2), *map(str, part)] for command in COMMANDS}
        runs = take_turns(commands, directory, rounds)
        size = sum(wheel.stat().st_size for wheel in part)
        rows.append([str(count), f"{size / 1e6:.0f} MB",
                     *(cell(runs[command], count) for command in COMMANDS)])
    # The peak is that of the wheel that needs most.
    (directory / "names").write_text("".join(f"{wheel}\n" for wheel in wheels))
    each = {command: ["xargs", "-a", "names", "-n1", *words(elfwheel, command, 2)] for command in COMMANDS}
    runs = take_turns(each, directory, rounds)
    rows.append([f"{len(wheels)}, a process each", rows[-1][1],
                 *(cell(runs[command], len(wheels)) for command in COMMANDS)])
    return "### From 1 to 50 wheels, one process\n\n" + table(["wheels", "size", *COMMANDS], rows)


def measure_cores(elfwheel: str, auditwheel: Path, wheels: list[Path], directory: Path, rounds: int,
                  table) -> str:
    names, rows = [str(wheel) for wheel in wheels], []
    (directory / "names").write_text("".join(f"{name}\n" for name in names))
    each = ["parallel", "--will-cite", "-a", "names"]
    for command in COMMANDS:
        commands = {
            "one core": ["taskset", "-c", "0", *words(elfwheel, command, 1), *names],
            "two cores": [*words(elfwheel, command, 2), *names],
            "parallel -j1": [*each, "-j1", *words(elfwheel, command, 1), "{}"],
            "parallel -j2": [*each, "-j2", *words(elfwheel, command, 1), "{}"],
            "parallel -j2 -N10": [*each, "-j2", "-N10", *words(elfwheel, command, 1), "{}"],
        }
        if command == "show":
            commands["auditwheel"] = [*each, "-j2", str(auditwheel), "show", "{}"]
        runs = take_turns(commands, directory, rounds)
        for name, run in runs.items():
            rows.append([f"{command}, {name}", f"{run.wall:.2f} s", f"{len(wheels) / run.wall:.1f}",
                         f"{run.cpu / len(wheels) * 1e3:.0f} ms", f"{run.peak / 1e6:.0f} MB"])
    return f"### From 1 to 2 processors, {len(wheels)} wheels\n\n" + table(
        ["what", "wall", "wheels a second", "CPU a wheel", "peak of a process"], rows)


def measure_many_wheels(elfwheel: str, auditwheel: Path, wheels: list[Path], directory: Path,
                        quick: bool, table):
    """The tables, one after another."""
    if os.cpu_count() < 2:
        sys.exit("tools/bench: --only many needs two processors")
    rounds, ordered = 1 if quick else 3, spread(wheels)
    yield measure_growth(elfwheel, ordered, directory, rounds, table)
    yield measure_cores(elfwheel, auditwheel, ordered, directory, rounds, table)
