"""Moves the second PT_LOAD of a 64-bit ELF file by 8 bytes in the file, and not in memory: the fault
of tools that make room in the middle of a file."""

import struct
import sys

PT_LOAD = 1

path = sys.argv[1]
data = bytearray(open(path, "rb").read())
[table] = struct.unpack_from("<Q", data, 32)
size, count = struct.unpack_from("<HH", data, 54)
headers = [table + size * index for index in range(count)]
second = [at for at in headers if struct.unpack_from("<I", data, at)[0] == PT_LOAD][1]
[offset] = struct.unpack_from("<Q", data, second + 8)
struct.pack_into("<Q", data, second + 8, offset + 8)
open(path, "wb").write(data)
