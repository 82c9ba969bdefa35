#!/usr/bin/env python3
"""Puts random library graphs and this machine's files before the real loader, elfwheel, and other
tools of its kind, and prints who is right how often. Exit 1 if elfwheel is wrong anywhere, or has
no answer.

    tools/oracle_compare.py                           200 cases of each family
    tools/oracle_compare.py --cases 2000 --peers 200  more; the first 200 with the other tools, too
    tools/oracle_compare.py --family musl --seed 7 --cases 1 --keep DIR
    tools/oracle_compare.py --machine                 load order of every program and library, and
                                                      bindings of the 20 largest

A case is made by its family and seed alone: the same on every machine. elfwheel is right if each
name, path and place in the order is the loader's, and each binding; the others promise no order and
are right if the set of files and of missing names is. The program under test is $ELFWHEEL, or
build/release/elfwheel.
"""

import argparse
import collections
import concurrent.futures
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = (ROOT / os.environ.get("ELFWHEEL_CACHE", "build")).resolve()
sys.path.insert(0, str(ROOT / "tools"))

from oracle_lib import answers, judge, machine, peers  # noqa: E402
from oracle_lib.case import Start  # noqa: E402
from oracle_lib.families import FAMILIES, Family, find_family  # noqa: E402

VERDICTS = (judge.RIGHT, judge.WRONG, judge.NO_ANSWER)
BATCH = 10  # cases that a worker takes at once

LOAD_ORDER = Family("machine", "load order and paths of this machine's files", None,
                    answers.glibc_link_map, lambda tool, *words: tool.link_map(*words), True)
BINDINGS = Family("machine-bindings", "bindings of this machine's large files", None,
                  lambda *words: answers.glibc_bindings(*words, seconds=300),
                  lambda tool, *words: tool.bindings(*words, seconds=300), False)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=200, metavar="N", help="of each family")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of the first case")
    parser.add_argument("--family", action="append", choices=[f.name for f in FAMILIES],
                        help="only this one (may be repeated)")
    parser.add_argument("--machine", action="store_true",
                        help="instead of random cases: the files of this machine")
    parser.add_argument("--limit", type=int, metavar="N", help="with --machine: a spread sample")
    parser.add_argument("--bindings", type=int, default=20, metavar="N",
                        help="with --machine: bindings of that many large files (default 20)")
    parser.add_argument("--peers", type=int, default=0, metavar="N",
                        help="ask other tools, too, about the first N cases (default none)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N")
    parser.add_argument("--keep", metavar="DIR", help="keep cases that elfwheel has wrong there")
    return parser.parse_args()


def tools_for(program, with_peers):
    return (answers.Elfwheel(program),
            peers.installed_peers(CACHE / "venvs") if with_peers else [])


def try_seeds(name, seeds, program, last_with_peers, keep):
    outcomes = []
    for seed in seeds:
        tools = tools_for(program, seed < last_with_peers)
        outcomes += judge.judge_case(find_family(name), seed, tools, keep)
    return outcomes


def try_file(family, path, program, with_peers):
    family = BINDINGS if family == BINDINGS.name else LOAD_ORDER
    return judge.judge(path, path, machine.is_program(path), Start(), family,
                       tools_for(program, with_peers))


def run_family(pool, family, options, program):
    end = options.seed + options.cases
    batches = [range(first, min(first + BATCH, end)) for first in range(options.seed, end, BATCH)]
    futures = [pool.submit(try_seeds, family.name, batch, program, options.seed + options.peers,
                           options.keep) for batch in batches]
    return [outcome for future in futures for outcome in future.result()]


def run_machine(pool, options, program):
    files, left_out = machine.find_files(CACHE / "venvs")
    large = machine.largest(files, options.bindings)
    files = machine.inventory.spread_sample(files, options.limit, options.seed)
    asked = set()
    if options.peers:
        asked = set(machine.inventory.spread_sample(files, options.peers, options.seed))
    order = [pool.submit(try_file, LOAD_ORDER.name, path, program, path in asked) for path in files]
    bindings = [pool.submit(try_file, BINDINGS.name, path, program, False) for path in large]
    print("Left out of this machine's files:")
    for reason, number in sorted(left_out.items(), key=lambda item: -item[1]):
        print(f"  {number:6}  {reason}")
    return ((LOAD_ORDER, [future.result() for future in order]),
            (BINDINGS, [future.result() for future in bindings]))


def report(family, outcomes, seconds):
    """Prints the table, and says whether elfwheel is right everywhere."""
    print(f"\n{family.name}: {family.what} ({seconds:.0f} s)")
    print(f"  {'tool':20} | {'cases':>6} | " + " | ".join(f"{word:>6}" for word in VERDICTS))
    for tool, verdicts in judge.count(outcomes).items():
        numbers = " | ".join(f"{verdicts[word]:{max(6, len(word))}}" for word in VERDICTS)
        print(f"  {tool:20} | {verdicts.total():6} | {numbers}")
    rows = sum(outcome.size for outcome in outcomes)
    print(f"  {rows} lines of the loader's answers were compared")
    unjudged = collections.Counter(outcome.unjudged for outcome in outcomes if outcome.unjudged)
    for reason, number in unjudged.most_common():
        subjects = [outcome.subject for outcome in outcomes if outcome.unjudged == reason]
        print(f"  {number} without an answer of the loader itself: {reason} ({subjects[0]})")
    wrong = [outcome for outcome in outcomes if outcome.reason]
    for outcome in wrong:
        print(f"WRONG {outcome.subject}: {outcome.reason}")
    judged = len(outcomes) - unjudged.total()
    if judged == 0:
        print("  the loader has answered nothing: nothing has been shown")
    return not wrong and judged > 0


def main():
    options = arguments()
    program = os.path.abspath(os.environ.get("ELFWHEEL", ROOT / "build/release/elfwheel"))
    if not os.access(program, os.X_OK):
        sys.exit(f"tools/oracle_compare.py: {program} is not there: build it, or set ELFWHEEL")
    right = True
    begin = time.monotonic()
    with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        if options.machine:
            for family, outcomes in run_machine(pool, options, program):
                right &= report(family, outcomes, time.monotonic() - begin)
        else:
            for family in FAMILIES:
                if options.family and family.name not in options.family:
                    continue
                begin = time.monotonic()
                outcomes = run_family(pool, family, options, program)
                right &= report(family, outcomes, time.monotonic() - begin)
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
