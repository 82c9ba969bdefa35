"""`elfwheel bindings --dlopen` against processes that open extensions one after another."""

import json
import os

import pytest

from support.checkout import elfwheel, run
from support.extension_process import OPENER, RandomProcess

# More than a run of all tests has time for: ELFWHEEL_CASES=2000.
CASES = int(os.environ.get("ELFWHEEL_CASES", "30"))


@pytest.fixture(scope="module", params=["glibc", "musl"])
def opener(request, tmp_path_factory):
    directory = tmp_path_factory.mktemp("opener")
    (directory / "opener.c").write_text(OPENER)
    compiler = "musl-gcc" if request.param == "musl" else "gcc"
    run(compiler, "-O1", "-c", directory / "opener.c", "-o", directory / "opener.o")
    return directory / "opener.o", request.param


def predicted(process: RandomProcess) -> tuple[list[bool], dict]:
    done = run(elfwheel(), "bindings", "--json", *process.flags(), process.program, expect=None)
    assert done.returncode in (0, 1), done.stderr
    answer = json.loads(done.stdout)
    opened = [opening["failure"] is None for opening in answer["openings"]]
    gone = {path for opening in answer["openings"] if opening["failure"]
            for path in opening["mapped"]}
    kept = {path for opening in answer["openings"] if not opening["failure"]
            for path in opening["mapped"]}
    pointers = {(row["from"], row["symbol"]): row["to"] for row in answer["bindings"]
                if row["from"] not in gone - kept}
    return opened, pointers


def test_random_processes(opener, tmp_path):
    calls = failures = apart = 0
    for seed in range(CASES):
        tree = tmp_path / str(seed)
        tree.mkdir()
        process = RandomProcess(seed, tree, *opener)
        opened, pointers = process.observed()
        our_opened, our_pointers = predicted(process)
        if not opened:
            continue  # the program could not start
        assert our_opened == opened, (seed, process.calls)
        for (holder, symbol), target in pointers.items():
            # What the linker has settled has no binding: it is the library's own.
            ours = our_pointers.get((holder, symbol), holder)
            assert ours == target, (seed, holder, symbol, process.calls)
        calls += len(opened)
        failures += opened.count(False)
        names = {(symbol, target) for (_, symbol), target in pointers.items() if target}
        apart += len(names) > len({symbol for symbol, _ in names})
    # The processes are worth the name.
    assert calls > CASES and calls / 20 < failures < calls / 2 and apart > CASES / 20
