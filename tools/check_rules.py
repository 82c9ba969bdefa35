#!/usr/bin/env python3
"""Checks that docs/loader_rules.md names what exists: the files that have a rule and the tests that
hold them to it, and that none of the loader's 37 surprises is left out. Prints each violation as
LINE: TEXT and exits 1 if there is one.
"""

import re
import sys
from fnmatch import fnmatchcase
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs/loader_rules.md"
SURPRISES = 37
FILE = re.compile(r"\b([\w/]+\.cc)(?: (\w+))?")
GOOGLE_TEST = re.compile(r"\b([A-Z]\w+)\.(\w+\*?|\*)")  # "*" at the end: any that begin so
PYTHON_TEST = re.compile(r"\b([a-z]\w*_\w+)(…?)")


def sources() -> dict[str, str]:
    return {path.name: path.read_text() for path in (ROOT / "src").rglob("*.cc")}


def test_names() -> tuple[set, str]:
    """(suite, name) of every GoogleTest, and the text of all Python tests with their file names."""
    google = set()
    for path in (ROOT / "tests").rglob("*.cc"):
        google.update(re.findall(r"TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)", path.read_text()))
    python = "".join(f"{path.stem}\n{path.read_text()}" for path in
                     [*(ROOT / "tests").rglob("*.py"), *(ROOT / "tools").glob("*.py")])
    return google, python


def main() -> int:
    files = sources()
    google, python = test_names()
    violations, surprises = [], set()
    for number, line in enumerate(DOCUMENT.read_text().splitlines(), 1):
        if not line.startswith("| ") or line.startswith(("| rule", "| no.")):
            continue
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if match := re.fullmatch(r"S(\d+)", cells[0]):
            surprises.add(int(match[1]))
        elif len(cells) == 4:
            for name, function in FILE.findall(cells[2]):
                text = files.get(Path(name).name)
                if text is None or (function and not re.search(rf"\b{function}\b", text)):
                    violations.append((number, f"no {name} {function}".rstrip()))
        tests = cells[-1]
        for suite, name in GOOGLE_TEST.findall(tests):
            if not any(suite == known and fnmatchcase(test, name) for known, test in google):
                violations.append((number, f"no test {suite}.{name}"))
        for name, more in PYTHON_TEST.findall(GOOGLE_TEST.sub("", tests)):
            if not re.search(rf"\b(?:test_)?{name}{'' if more else chr(92) + 'b'}", python):
                violations.append((number, f"no test {name}{more}"))
    for missing in sorted(set(range(1, SURPRISES + 1)) - surprises):
        violations.append((0, f"surprise S{missing} has no row"))
    for number, text in violations:
        print(f"{DOCUMENT.relative_to(ROOT)}:{number}: {text}")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
