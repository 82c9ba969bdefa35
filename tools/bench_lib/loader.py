"""What the loader's answer costs: elfwheel, the loader itself and other programs on one library that
has more than a hundred others.

Commands take turns, so that what else the machine does strikes all alike; figures are medians of the
CPU time (user and system) of a whole process with its children.
"""

import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

LIBRARY = "/usr/lib/x86_64-linux-gnu/libgdal.so.32"  # of Debian 12
MANY = 20


def cpu_seconds(command: list[str], variables: dict[str, str]) -> float:
    """The CPU time of one run. Its output goes nowhere."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                         stdin=subprocess.DEVNULL, env=os.environ | variables)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if run.returncode != 0:
        sys.exit(f"tools/bench: {command}: exit {run.returncode}: {run.stderr[-500:].decode()}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def take_turns(commands: dict[str, tuple[list[str], dict[str, str]]], rounds: int) -> dict[str, float]:
    """The median of each command by its name, after a round that does not count."""
    seen = {name: [] for name in commands}
    for _ in range(rounds + 1):
        for name, (command, variables) in commands.items():
            seen[name].append(cpu_seconds(command, variables))
    return {name: statistics.median(times[1:]) for name, times in seen.items()}


def by_shell(words: str) -> list[str]:
    return ["/bin/sh", "-c", f"{words} >/dev/null 2>&1"]


def rows_of(costs: dict[str, float], targets: dict[str, str]) -> list[list[str]]:
    own = next(iter(costs.values()))
    return [[f"`{name}`", f"{cost * 1e3:.2f} ms", f"{cost / own:.1f}", targets.get(name, "")]
            for name, cost in costs.items()]


def find_programs(auditwheel: Path) -> dict[str, str]:
    programs = {"ldd": "/usr/bin/ldd", "libtree": "/usr/bin/libtree", "lddtree": "/usr/bin/lddtree",
                "auditwheel": str(auditwheel)}
    missing = [path for path in (*programs.values(), LIBRARY) if not Path(path).exists()]
    if missing:
        sys.exit(f"tools/bench: {', '.join(missing)} not found: run tools/setup bench")
    return programs


def measure_trees(elfwheel: str, programs: dict[str, str], rounds: int) -> list[list[str]]:
    commands = {
        "elfwheel lddtree": ([elfwheel, "lddtree", LIBRARY], {}),
        "libtree": ([programs["libtree"], LIBRARY], {}),
        "libtree -v": ([programs["libtree"], "-v", LIBRARY], {}),
        "ldd": ([programs["ldd"], LIBRARY], {}),
        "true": (["/bin/true"], {}),
    }
    costs = take_turns(commands, rounds)
    # These take longer: fewer rounds do, and they leave the caches to themselves.
    costs |= take_turns({
        "libtree -vvv": ([programs["libtree"], "-vvv", LIBRARY], {}),
        "lddtree (pax-utils)": (["/usr/bin/python3", programs["lddtree"], LIBRARY], {}),
        "auditwheel lddtree": ([programs["auditwheel"], "lddtree", LIBRARY], {}),
    }, max(3, rounds // 20))
    return rows_of(costs, {"ldd": "> 1", "libtree": "≥ 3", "auditwheel lddtree": "≥ 40"})


def measure_bindings(elfwheel: str, programs: dict[str, str], rounds: int) -> list[list[str]]:
    name = "LD_DEBUG=bindings LD_BIND_NOW=1 ldd -r"
    costs = take_turns({
        "elfwheel bindings": (by_shell(f"exec {elfwheel} bindings {LIBRARY}"), {}),
        name: (by_shell(f"LD_DEBUG=bindings LD_BIND_NOW=1 exec {programs['ldd']} -r {LIBRARY}"), {}),
    }, max(3, rounds // 5))
    return rows_of(costs, {name: "≥ 3"})


def measure_many(elfwheel: str, rounds: int) -> list[list[str]]:
    needed = subprocess.run([elfwheel, "lddtree", "--format", "flat", LIBRARY], check=True,
                            capture_output=True, text=True).stdout.splitlines()
    files = [line.split(" => ")[1].split(" ")[0] for line in needed[-MANY - 1:-1]]
    rows = []
    for command in ("lddtree", "bindings"):
        one, many = f"elfwheel {command}, {MANY} files in one call", f"{MANY} calls"
        costs = take_turns({
            one: (by_shell(f"exec {elfwheel} {command} {' '.join(files)}"), {}),
            many: (by_shell(f"for f in {' '.join(files)}; do {elfwheel} {command} $f; done"), {}),
        }, max(3, rounds // 5))
        rows += [[name.replace("`", ""), *rest] for name, *rest in rows_of(costs, {})]
    return rows


def measure_loader(elfwheel: str, auditwheel: Path, quick: bool, table) -> str:
    """The tables; `table` makes one of a header and rows."""
    programs = find_programs(auditwheel)
    rounds = 5 if quick else 100
    libraries = subprocess.run([elfwheel, "lddtree", "--format", "flat", LIBRARY], check=True,
                               capture_output=True, text=True).stdout.count("\n")
    versions = subprocess.run(["dpkg-query", "-W", "-f=${Package} ${Version}, ", "libc6", "libgdal32",
                               "libtree", "pax-utils"], check=True, capture_output=True, text=True)
    header = ["command", "CPU", "÷ elfwheel", "wanted"]
    return "\n\n".join([
        f"### What a library with {libraries} others loads ({Path(LIBRARY).name})",
        f"{versions.stdout}auditwheel of PyPI; `true` is what any process costs.",
        table(header, measure_trees(elfwheel, programs, rounds)),
        "### What its references bind to",
        table(header, measure_bindings(elfwheel, programs, rounds)),
        "### Several files",
        table(header, measure_many(elfwheel, rounds)),
    ])
