"""Each point in which two repairs of one wheel differ, as a value."""

import csv
import io
from dataclasses import dataclass
from typing import Any

from compare_lib.facts import SHOWN_KEYS, Facts


@dataclass(frozen=True)
class Difference:
    """`kind` says what was compared, `subject` of which file or key. `ours` and `theirs` are what
    elfwheel's and auditwheel's results have there."""

    kind: str
    subject: str
    ours: Any
    theirs: Any

    def __str__(self):
        def short(value):
            text = repr(value)
            return text if len(text) < 300 else text[:297] + "..."
        return f"{self.kind} {self.subject}: {short(self.ours)} here, {short(self.theirs)} there"


def record_rows(record: bytes) -> set[str]:
    return {row[0] for row in csv.reader(io.StringIO(record.decode(), newline=""))}


def line_ends(text: bytes) -> str:
    crlf = text.count(b"\r\n")
    return "CRLF" if crlf and crlf == text.count(b"\n") else "mixed" if crlf else "LF"


def without_tags(wheel_file: bytes) -> list[bytes]:
    return [line for line in wheel_file.rstrip(b"\n").split(b"\n") if not line.startswith(b"Tag: ")]


def compare(ours: Facts, theirs: Facts) -> list[Difference]:
    found = []

    def differ(kind, subject, here, there):
        if here != there:
            found.append(Difference(kind, subject, here, there))

    differ("file name", "", ours.file_name, theirs.file_name)
    differ("tags", "WHEEL", ours.tags, theirs.tags)
    differ("purelib", "WHEEL", ours.root_is_purelib, theirs.root_is_purelib)
    differ("fields", "WHEEL", without_tags(ours.wheel_file), without_tags(theirs.wheel_file))
    differ("last line", "WHEEL", ours.wheel_file.endswith(b"\n\n"),
           theirs.wheel_file.endswith(b"\n\n"))
    differ("bytes", "METADATA", ours.metadata, theirs.metadata)
    differ("vendored", "", sorted(ours.vendored - theirs.vendored),
           sorted(theirs.vendored - ours.vendored))
    compare_archives(ours, theirs, differ)
    compare_libraries(ours, theirs, differ)
    differ("faults", "RECORD", ours.record_faults, theirs.record_faults)
    differ("line ends", "RECORD", line_ends(ours.record), line_ends(theirs.record))
    differ("name", "SBOM", [name.rsplit("/", 1)[1] for name in ours.bills],
           [name.rsplit("/", 1)[1] for name in theirs.bills])
    differ("components", "SBOM", sorted(ours.components - theirs.components),
           sorted(theirs.components - ours.components))
    for tool in ours.shown:
        for key in SHOWN_KEYS:
            differ(f"show of a repaired wheel by {tool}", key, ours.shown[tool][key],
                   theirs.shown[tool][key])
    return found


def compare_archives(ours: Facts, theirs: Facts, differ) -> None:
    def is_bill(name):
        return "/sboms/" in name

    files = [[name for name in facts.names if not name.endswith("/") and not is_bill(name)]
             for facts in (ours, theirs)]
    differ("files", "archive", sorted(set(files[0]) - set(files[1])),
           sorted(set(files[1]) - set(files[0])))
    differ("directory entries", "archive", any(name.endswith("/") for name in ours.names),
           any(name.endswith("/") for name in theirs.names))
    differ("order", "archive", files[0], files[1])
    differ("times", "archive", len(ours.times) == 1, len(theirs.times) == 1)
    differ("rows", "RECORD", *({name for name in record_rows(facts.record) if not is_bill(name)}
                               for facts in (ours, theirs)))
    for name in sorted(set(files[0]) & set(files[1])):
        differ("mode", name, oct(ours.modes[name]), oct(theirs.modes[name]))
    for name in sorted(ours.digests.keys() & theirs.digests.keys()):
        differ("bytes", name, ours.digests[name], theirs.digests[name])


def compare_libraries(ours: Facts, theirs: Facts, differ) -> None:
    differ("ELF files", "archive", sorted(ours.elf.keys() - theirs.elf.keys()),
           sorted(theirs.elf.keys() - ours.elf.keys()))
    for name in sorted(ours.elf.keys() & theirs.elf.keys()):
        here, there = ours.elf[name], theirs.elf[name]
        differ("soname", name, here.soname, there.soname)
        differ("needed", name, here.needed, there.needed)
        differ("needed versions", name, here.versions, there.versions)
        differ("rpath", name, here.rpath, there.rpath)
        differ("kind of rpath", name, here.is_runpath, there.is_runpath)
        differ("loaded", name, here.loaded, there.loaded)


def compare_shown(ours: dict, theirs: dict) -> list[Difference]:
    """Of the two tools' `show --json` of one wheel: all of auditwheel's keys, and their values."""
    found = [Difference("show", key, ours.get(key), theirs.get(key))
             for key in [*SHOWN_KEYS, "version", "wheel"] if ours.get(key) != theirs.get(key)]
    missing = sorted(theirs.keys() - ours.keys())
    return found + ([Difference("show", "keys", [], missing)] if missing else [])
