"""Two extension modules, each with a BLAS of its own, in a real Python process: which BLAS each of
them gets is what `elfwheel bindings --dlopen` has said, whatever the order and the scopes."""

import itertools
import json
import os
import sys

import pytest

from support.checkout import ROOT, elfwheel, run

PYTHON = "/usr/bin/python3"
MODULES = {"_numpy": "numpy", "_numkl": "numkl"}
SONAMES = {"own": [], "shared": ["libblas.so.3"]}

IMPORT = """
import json, os, sys
flags = {"local": 0, "global": os.RTLD_GLOBAL, "deepbind": os.RTLD_DEEPBIND}
usual = sys.getdlopenflags()
modules = []
for word in sys.argv[1:]:
    name, mode = word.split(":")
    sys.setdlopenflags(usual | flags[mode])
    modules.append(__import__(name))
print(json.dumps({module.__name__: module.order()[0] for module in modules}))
"""


@pytest.fixture(scope="module", params=SONAMES)
def extensions(request, tmp_path_factory):
    directory = tmp_path_factory.mktemp(request.param)
    run(ROOT / "docs/stories/two_blas/build", directory, *SONAMES[request.param])
    return directory, request.param


def predicted(directory, words, *flags, expect=None) -> dict:
    """By the file that serves it: the libraries' names say which BLAS they are."""
    opens = []
    for word in words:
        name, mode = word.split(":")
        opens += ["--dlopen", f"{directory}/{MODULES[name]}/{name}.so:{mode}"]
    done = run(elfwheel(), "bindings", "--json", "--symbol", "dsyevd_", *flags, *opens, PYTHON,
               expect=expect)
    answer = json.loads(done.stdout)
    by_module = {os.path.basename(row["from"]).removesuffix(".so"): row["to"]
                 for row in answer["bindings"]}
    return ({name: "LP64" if "/numpy/" in path else "ILP64" for name, path in by_module.items()},
            answer)


MODES = ["local", "global", "deepbind"]
CASES = [(order, modes) for order in itertools.permutations(MODULES)
         for modes in itertools.product(MODES, MODES)]


@pytest.mark.parametrize("order,modes", CASES,
                         ids=lambda words: "-".join(word.strip("_") for word in words))
def test_as_python_does(extensions, order, modes):
    directory, sonames = extensions
    words = [f"{name}:{mode}" for name, mode in zip(order, modes)]
    observed = json.loads(run(PYTHON, "-B", "-c", IMPORT, *words, PYTHONPATH=os.pathsep.join(
        str(directory / place) for place in MODULES.values())).stdout)
    ours, answer = predicted(directory, words)
    assert ours == observed
    right = {"_numpy": "LP64", "_numkl": "ILP64"}
    high = [conflict for conflict in answer["conflicts"] if conflict["danger"] == "high"]
    # A conflict is told where somebody got the wrong one, or would with one name, and only there.
    assert bool(high) == (observed != right)
    assert bool(answer["apart"]) == (observed == right and "global" not in modes[:1])


def test_preload_decides_for_all(extensions):
    directory, sonames = extensions
    preload = next((directory / "numkl").glob("libblas*"))
    words = ["_numpy:local", "_numkl:local"]
    observed = json.loads(run(PYTHON, "-B", "-c", IMPORT, *words, LD_PRELOAD=str(preload),
                              PYTHONPATH=f"{directory}/numpy{os.pathsep}{directory}/numkl").stdout)
    assert predicted(directory, words, "--preload", preload)[0] == observed == {
        "_numpy": "ILP64", "_numkl": "ILP64"}
