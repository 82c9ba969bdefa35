"""The differences between two repairs that docs/auditwheel_differences.md explains, each under the
name that its row there has. A rule says exactly which differences it is about: whatever else
differs is unexplained."""

import re
from pathlib import Path

from compare_lib.compare import Difference
from compare_lib.facts import Facts

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/auditwheel_differences.md"


def is_reordered(difference: Difference, ours: Facts, theirs: Facts) -> bool:
    """The same files; ours as they stood in the wheel, with dist-info last and RECORD at the end."""
    return difference.kind == "order" and sorted(difference.ours) == sorted(difference.theirs) and \
        difference.ours[-1].endswith(".dist-info/RECORD")


def has_a_file_type_too(difference: Difference, ours: Facts, theirs: Facts) -> bool:
    """A mode without a file type, which ours keeps as it is."""
    return difference.kind == "mode" and \
        int(difference.ours, 8) | 0o100000 == int(difference.theirs, 8)


def is_origin_first(difference: Difference, ours: Facts, theirs: Facts) -> bool:
    """$ORIGIN stands before what auditwheel writes, and the loader finds the same files."""
    name = difference.subject
    return difference.kind == "rpath" and difference.ours[:1] == ["$ORIGIN"] and \
        sorted(entry for entry in difference.ours if entry != "$ORIGIN") == \
        sorted(entry for entry in difference.theirs if entry != "$ORIGIN") and \
        ours.elf[name].loaded == theirs.elf[name].loaded


def is_free_of_the_build_machine(difference: Difference, ours: Facts, theirs: Facts) -> bool:
    """auditwheel leaves the search path of a file that needs no copies as it is."""
    if difference.kind == "rpath":
        return difference.ours == [] and all(entry.startswith("/") for entry in difference.theirs)
    name = difference.subject
    return difference.kind == "kind of rpath" and ours.elf[name].rpath == [] and \
        all(entry.startswith("/") for entry in theirs.elf[name].rpath)


def are_owners_by_either_name(difference: Difference, ours: Facts, theirs: Facts) -> bool:
    """auditwheel lacks packages that list their files below /lib."""
    return difference.kind == "components" and difference.theirs == [] and \
        all(is_listed_below_lib(name) for name, _ in difference.ours)


def is_listed_below_lib(package: str) -> bool:
    lists = Path("/var/lib/dpkg/info").glob(f"{package}[:.]*list")
    return any(re.search(r"^/lib/.*\.so", file.read_text(), re.M) for file in lists)


def of(kind: str, ours, theirs, subject: str | None = None):
    """A rule for one kind of difference with these values."""
    return lambda difference, *_: difference.kind == kind and difference.ours == ours and \
        difference.theirs == theirs and subject in (None, difference.subject)


ACCEPTED = {
    "directory-entries": of("directory entries", False, True),
    "entry-modes": has_a_file_type_too,
    "entry-order": is_reordered,
    "entry-times": of("times", False, True),
    "record-line-ends": of("line ends", "LF", "CRLF"),
    "rpath-of-build-machine": is_free_of_the_build_machine,
    "rpath-origin-first": is_origin_first,
    "sbom-name": of("name", ["elfwheel.cdx.json"], ["auditwheel.cdx.json"], "SBOM"),
    "sbom-merged-usr": are_owners_by_either_name,
    "wheel-last-line": of("last line", False, True, "WHEEL"),
}


def explain(difference: Difference, ours: Facts, theirs: Facts) -> str | None:
    """The name of the rule that a difference falls under."""
    for name, rule in ACCEPTED.items():
        if rule(difference, ours, theirs):
            return name
    return None


def documented() -> list[str]:
    """The names of the document's rows, in their order."""
    return re.findall(r"^\| `([a-z0-9-]+)` \|", DOCUMENT.read_text(), re.M)
