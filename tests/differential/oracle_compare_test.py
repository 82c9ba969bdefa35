"""tools/oracle_compare.py: a part of its random cases and of this machine's files, and that it sees
wrong answers."""

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.checkout import HAS_OWN_RUNTIME, ROOT, elfwheel, run  # noqa: E402

# Under sanitizers a start takes more than ten times as long.
CASES = 200 if HAS_OWN_RUNTIME else 10


def compare(*arguments, expect=0, **variables):
    return run(sys.executable, "-I", "-B", ROOT / "tools/oracle_compare.py", *arguments,
               expect=expect, **variables).stdout


def table(text, family):
    """tool -> cases, right, wrong, without an answer."""
    (part,) = re.findall(rf"^{family}: .*\n((?:  .*\n)+)", text, re.M)
    rows = re.findall(r"^  (\S.*?) +\| +(\d+) \| +(\d+) \| +(\d+) \| +(\d+)$", part, re.M)
    return {tool: tuple(map(int, numbers)) for tool, *numbers in rows}


@pytest.mark.parametrize("family", ["glibc", "glibc-bindings", "musl"])
def test_random_cases(family):
    cases, right, wrong, unanswered = table(compare("--family", family, "--cases", CASES),
                                            family)["elfwheel"]
    assert cases >= CASES and (right, wrong, unanswered) == (cases, 0, 0)


def test_files_of_this_machine():
    text = compare("--machine", "--limit", CASES // 2, "--bindings", 2)
    cases, right, wrong, unanswered = table(text, "machine")["elfwheel"]
    assert cases >= CASES // 3 and (right, wrong, unanswered) == (cases, 0, 0)
    assert table(text, "machine-bindings")["elfwheel"] == (2, 2, 0, 0)


def test_other_tools_are_asked():
    text = compare("--family", "glibc", "--cases", 3, "--peers", 3)
    assert table(text, "glibc")["auditwheel lddtree"][0] == table(text, "glibc")["elfwheel"][0]


def wrapper(path, script):
    """Stands in the place of elfwheel and spoils its answers."""
    path.write_text(f"#!/bin/bash\n{script.format(elfwheel())}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize("script", ["exit 2 # {}", '"{}" "$@" | tac'])
def test_no_answer_is_not_right(script, tmp_path):
    text = compare("--family", "musl", "--cases", 1, expect=1,
                   ELFWHEEL=wrapper(tmp_path / "silent", script))
    cases, right, wrong, unanswered = table(text, "musl")["elfwheel"]
    assert unanswered == cases > 0 == right == wrong


@pytest.mark.parametrize("family,script", [
    ("glibc", '"{}" "$@" | sed s,/d1/,/d0/,'), ("musl", '"{}" "$@" | sed s/lib0/lib1/'),
    ("glibc-bindings", '"{}" "$@" | sed s/lib1.so/lib0.so/')])
def test_a_wrong_answer_is_reported_and_kept(family, script, tmp_path):
    text = compare("--family", family, "--cases", 3, "--keep", tmp_path / "kept", expect=1,
                   ELFWHEEL=wrapper(tmp_path / "spoiled", script))
    assert table(text, family)["elfwheel"][2] > 0
    seed = re.search(rf"^WRONG {family} seed (\d+): \S+: .+", text, re.M)[1]
    readme = (tmp_path / f"kept/{family}-{seed}/README").read_text()
    assert f"seed {seed}: " in readme
    again = compare("--family", family, "--cases", 1, "--seed", seed)
    assert table(again, family)["elfwheel"][2] == 0
