"""drop_section_headers.py IN OUT: the file without its section headers and what only they name."""

import shutil
import struct
import sys

PT_LOAD = 1


def main(source: str, target: str) -> None:
    data = bytearray(open(source, "rb").read())
    assert data[:7] == b"\x7fELF\x02\x01\x01", "made for little-endian 64-bit files"
    phoff, = struct.unpack_from("<Q", data, 0x20)
    phentsize, phnum = struct.unpack_from("<HH", data, 0x36)
    end = 0
    for at in range(phoff, phoff + phentsize * phnum, phentsize):
        p_type, _, offset, _, _, filesz = struct.unpack_from("<IIQQQQ", data, at)
        if p_type == PT_LOAD:
            end = max(end, offset + filesz)
    struct.pack_into("<Q", data, 0x28, 0)              # e_shoff
    struct.pack_into("<HHH", data, 0x3a, 0, 0, 0)      # e_shentsize, e_shnum, e_shstrndx
    with open(target, "wb") as out:
        out.write(data[:end])
    shutil.copymode(source, target)


main(*sys.argv[1:])
