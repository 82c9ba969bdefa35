#!/usr/bin/env python3
"""Checks that docs/loader_rules.md names what exists: the files that have a rule and the tests that
hold them to it, and that none of the loader's 37 surprises is left out; and of docs/repair_pains.md
that its tests exist. Prints each violation as LINE: TEXT and exits 1 if there is one.
"""

import re
import sys
from fnmatch import fnmatchcase
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "docs/loader_rules.md"
PAINS = ROOT / "docs/repair_pains.md"
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


def rows(document: Path):
    """Yields (line number, cells) of each row of a table."""
    for number, line in enumerate(document.read_text().splitlines(), 1):
        if line.startswith("| ") and not line.startswith(("| rule", "| no.", "| pain")):
            yield number, [cell.strip() for cell in line.strip("|").split(" | ")]


def missing_tests(tests: str, google: set, python: str):
    """Yields a line for each test that the text names and that is not there."""
    for suite, name in GOOGLE_TEST.findall(tests):
        if not any(suite == known and fnmatchcase(test, name) for known, test in google):
            yield f"no test {suite}.{name}"
    for name, more in PYTHON_TEST.findall(GOOGLE_TEST.sub("", tests)):
        if not re.search(rf"\b(?:test_)?{name}{'' if more else chr(92) + 'b'}", python):
            yield f"no test {name}{more}"


def main() -> int:
    files = sources()
    google, python = test_names()
    violations, surprises = [], set()
    for number, cells in rows(RULES):
        if match := re.fullmatch(r"S(\d+)", cells[0]):
            surprises.add(int(match[1]))
        elif len(cells) == 4:
            for name, function in FILE.findall(cells[2]):
                text = files.get(Path(name).name)
                if text is None or (function and not re.search(rf"\b{function}\b", text)):
                    violations.append((RULES, number, f"no {name} {function}".rstrip()))
        violations += [(RULES, number, text) for text in missing_tests(cells[-1], google, python)]
    for missing in sorted(set(range(1, SURPRISES + 1)) - surprises):
        violations.append((RULES, 0, f"surprise S{missing} has no row"))
    for number, cells in rows(PAINS):
        found = list(missing_tests(cells[-1], google, python))
        if "`" not in cells[-1]:
            found.append("no test is named")
        violations += [(PAINS, number, text) for text in found]
    for document, number, text in violations:
        print(f"{document.relative_to(ROOT)}:{number}: {text}")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
