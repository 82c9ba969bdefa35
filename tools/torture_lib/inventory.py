"""Finds the ELF files of this machine, and says of each other file why it is left out.

Only content decides: the first bytes and the program headers, never a file's name. Reading is done
here by hand, as LIEF is the judge later and would be slow on everything that is no candidate.
"""

import os
import struct
from dataclasses import dataclass
from pathlib import Path

DIRECTORIES = (
    "/lib", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib", "/usr/bin",
    "/usr/sbin", "/usr/libexec", "/usr/local/bin", "/usr/local/sbin", "/usr/local/libexec", "/opt",
)
ET_REL, ET_EXEC, ET_DYN = 1, 2, 3
PT_DYNAMIC, PT_INTERP = 2, 3
SHT_PROGBITS, SHT_NOBITS = 1, 8


@dataclass
class Inventory:
    files: list  # paths, sorted
    left_out: dict  # reason -> number of files


def directories_of(python_prefixes):
    found = [Path(name) for name in DIRECTORIES]
    found += sorted(Path("/usr/local").glob("cuda*"))
    for prefix in python_prefixes:
        found += sorted(Path(prefix).glob("lib/python*/site-packages"))
    return [path for path in found if path.is_dir() and not path.is_symlink()]


def take_inventory(directories):
    inventory = Inventory([], {})
    seen = set()
    for top in directories:
        for directory, names, files in os.walk(top):
            names.sort()
            for name in sorted(files):
                path = os.path.join(directory, name)
                reason = reason_to_leave_out(path, seen)
                if reason is None:
                    inventory.files.append(path)
                else:
                    inventory.left_out[reason] = inventory.left_out.get(reason, 0) + 1
    inventory.files.sort()
    return inventory


def reason_to_leave_out(path, seen):
    """None for a file to try. `seen` holds the (device, inode) of those that were looked at."""
    try:
        status = os.lstat(path)
        if os.path.islink(path):
            return "symlink"
        if not os.path.isfile(path):
            return "no regular file"
        if (status.st_dev, status.st_ino) in seen:
            return "hard link to another file"
        seen.add((status.st_dev, status.st_ino))
        with open(path, "rb") as file:
            return reason_in_content(file)
    except OSError as error:
        return f"cannot be read ({os.strerror(error.errno)})"


def reason_in_content(file):
    identification = file.read(20)
    if identification[:4] != b"\x7fELF":
        return "no ELF file (script, data)"
    if len(identification) < 20 or identification[4] not in (1, 2) or identification[5] not in (1, 2):
        return "no proper ELF header"
    order = "<" if identification[5] == 1 else ">"
    (kind,) = struct.unpack_from(order + "H", identification, 16)
    if kind == ET_REL:
        return "object file or kernel module"
    if kind not in (ET_EXEC, ET_DYN):
        return f"ELF file of type {kind}"
    if is_debug_file(file, order, identification[4] == 2):
        return "separate debug file"
    return None


def is_debug_file(file, order, wide):
    """Whether the file is what `objcopy --only-keep-debug` leaves: code that has no content."""
    file.seek(0)
    header = file.read(64)
    if wide:
        (offset,) = struct.unpack_from(order + "Q", header, 40)
        size, count = struct.unpack_from(order + "HH", header, 58)
        flags_at, flags_format = 8, "Q"
    else:
        (offset,) = struct.unpack_from(order + "I", header, 32)
        size, count = struct.unpack_from(order + "HH", header, 46)
        flags_at, flags_format = 8, "I"
    if offset == 0 or size < 24:
        return False
    file.seek(offset)
    table = file.read(size * count)
    executable = 4
    code = []
    for at in range(0, len(table) - size + 1, size):
        (kind,) = struct.unpack_from(order + "I", table, at + 4)
        (flags,) = struct.unpack_from(order + flags_format, table, at + flags_at)
        if flags & executable:
            code.append(kind)
    return bool(code) and all(kind == SHT_NOBITS for kind in code)


def spread_sample(files, limit, seed):
    """`limit` of the files at equal distances, beginning somewhere that `seed` decides."""
    if limit is None or limit >= len(files):
        return list(files)
    start = (seed * 2654435761) % len(files)
    step = len(files) / limit
    return sorted({files[(start + int(i * step)) % len(files)] for i in range(limit)})
