"""The programs and libraries of this machine that its glibc loader can be asked about."""

import os
import stat
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from torture_lib import inventory  # noqa: E402

from .case import GLIBC_LOADER  # noqa: E402

PT_DYNAMIC, PT_INTERP = 2, 3
# Programs first among the large ones, that not all of them are libraries.
LARGE = ("/usr/bin/gdb", "/usr/bin/cmake", "/usr/bin/python3", "/usr/bin/perl", "/usr/bin/git")


def find_files(venvs):
    """(files to ask about, reason -> number of those left out)."""
    found = inventory.take_inventory(
        [Path("/usr/sbin"), *inventory.directories_of(sorted(venvs.glob("*")))])
    files, left_out = [], dict(found.left_out)
    for path in found.files:
        reason = reason_to_leave_out(path)
        if reason is None:
            files.append(path)
        else:
            left_out[reason] = left_out.get(reason, 0) + 1
    return files, left_out


def reason_to_leave_out(path):
    """A program is only started if this machine's own loader is the first to be started of it."""
    with open(path, "rb") as file:
        header = file.read(64)
        if header[4:6] != b"\2\1" or header[18:20] != b"\x3e\0":
            return "of another machine"
        segments = list(program_headers(file, header))
        if os.fstat(file.fileno()).st_mode & (stat.S_ISUID | stat.S_ISGID):
            return "set-id: would not be traced, but run"
        kinds = {kind for kind, _, _ in segments}
        if PT_DYNAMIC not in kinds:
            return "not dynamic"
        if PT_INTERP not in kinds and header[16:18] == b"\2\0":
            return "not dynamic"
        for kind, offset, size in segments:
            if kind == PT_INTERP:
                file.seek(offset)
                name = file.read(min(size, 4096)).rstrip(b"\0").decode(errors="replace")
                if name != GLIBC_LOADER:
                    return f"of the loader {name}"
    return None


def is_program(path):
    """As elfwheel and the kernel see it: started, not given to the loader."""
    with open(path, "rb") as file:
        kinds = {kind for kind, _, _ in program_headers(file, file.read(64))}
    return PT_INTERP in kinds and os.stat(path).st_mode & 0o111 != 0


def program_headers(file, header):
    (offset,) = struct.unpack_from("<Q", header, 32)
    size, number = struct.unpack_from("<HH", header, 54)
    file.seek(offset)
    table = file.read(size * number)
    for at in range(0, len(table) - 55, max(size, 1)):
        kind, _, place, _, _, length = struct.unpack_from("<IIQQQQ", table, at)
        yield kind, place, length


def largest(files, number):
    """The largest, but no two whose names begin alike: versions and builds of one library."""
    chosen = [path for path in map(os.path.realpath, LARGE) if path in set(files)]
    known = {family_of(path) for path in chosen}
    for path in sorted(files, key=os.path.getsize, reverse=True):
        if len(chosen) >= number:
            break
        if family_of(path) not in known:
            known.add(family_of(path))
            chosen.append(path)
    return chosen[:number]


def family_of(path):
    name = os.path.basename(path)
    return name.split(".")[0].split("-")[0][:12]
