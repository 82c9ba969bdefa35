"""Writes small x86-64 ELF files: libraries and programs that real loaders map, with dynamic
symbols, versions and relocations as a case wants them, also such as no linker would write.

One PT_LOAD holds everything; there are no section headers and no code. Layouts: gABI chapter 5; LSB
"Symbol Versioning"; hash tables as glibc elf/dl-lookup.c reads them.
"""

import struct
from dataclasses import dataclass, field

ET_EXEC, ET_DYN = 2, 3
PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_PHDR, PT_TLS, PT_GNU_STACK = 1, 2, 3, 6, 7, 0x6474E551
(DT_NEEDED, DT_HASH, DT_STRTAB, DT_SYMTAB, DT_RELA, DT_RELASZ, DT_RELAENT, DT_STRSZ, DT_SYMENT,
 DT_SONAME, DT_RPATH, DT_SYMBOLIC) = 1, 4, 5, 6, 7, 8, 9, 10, 11, 14, 15, 16
DT_PLTRELSZ, DT_PLTREL, DT_JMPREL, DT_RUNPATH, DT_FLAGS = 2, 20, 23, 29, 30
DT_GNU_HASH, DT_VERSYM, DT_FLAGS_1 = 0x6FFFFEF5, 0x6FFFFFF0, 0x6FFFFFFB
DT_VERDEF, DT_VERDEFNUM, DT_VERNEED, DT_VERNEEDNUM = 0x6FFFFFFC, 0x6FFFFFFD, 0x6FFFFFFE, 0x6FFFFFFF
DT_AUXILIARY, DT_FILTER = 0x7FFFFFFD, 0x7FFFFFFF
DF_SYMBOLIC, DF_1_NODEFLIB = 2, 0x800

LOCAL, GLOBAL, WEAK, UNIQUE = 0, 1, 2, 10
NOTYPE, OBJECT, FUNC, TLS, IFUNC = 0, 1, 2, 6, 10
DEFAULT, INTERNAL, HIDDEN, PROTECTED = 0, 1, 2, 3
SHN_UNDEF, SHN_OWN, SHN_ABS = 0, 1, 0xFFF1
(R_64, R_COPY, R_GLOB_DAT, R_JUMP_SLOT, R_DTPMOD64, R_DTPOFF64, R_TPOFF64,
 R_TLSDESC) = 1, 5, 6, 7, 16, 17, 18, 36

VER_FLG_BASE, HIDDEN_VERSION = 1, 0x8000
EXECUTABLE_BASE = 0x400000
SLOT = 16  # room for a datum or what a relocation writes
TLS_SIZE = 64


@dataclass
class Symbol:
    name: str
    binding: int = GLOBAL
    kind: int = FUNC
    visibility: int = DEFAULT
    section: int = SHN_OWN
    has_value: bool = True
    version: str | None = None  # one of the file's defined or needed versions
    hidden: bool = False  # f@V, not f@@V

    @property
    def is_hashed(self):
        """A definition, or an undefined function whose address is that of the program's PLT."""
        return self.section != SHN_UNDEF or self.has_value


@dataclass
class Spec:
    soname: str | None = None
    needs: list = field(default_factory=list)  # (DT_NEEDED, DT_FILTER or DT_AUXILIARY, name)
    rpath: str | None = None
    runpath: str | None = None
    interp: str | None = None
    type: int = ET_DYN
    flags_1: int = 0
    symbolic: str = ""  # "tag", "flag"
    symbols: list = field(default_factory=list)
    relocations: list = field(default_factory=list)  # (type, index in symbols)
    defined_versions: list = field(default_factory=list)  # names, the oldest first
    needed_versions: dict = field(default_factory=dict)  # file -> names
    hash_style: str = "sysv"  # "gnu", "both"


def build(spec: Spec) -> bytes:
    return _Writer(spec).write()


def sysv_hash(name: bytes) -> int:
    value = 0
    for byte in name:
        value = (value << 4) + byte
        value = (value ^ (value >> 24 & 0xF0)) & 0x0FFFFFFF
    return value


def gnu_hash(name: bytes) -> int:
    value = 5381
    for byte in name:
        value = (value * 33 + byte) & 0xFFFFFFFF
    return value


class _Writer:
    def __init__(self, spec):
        self.spec = spec
        self.strings = bytearray(1)
        self.string_places = {}
        self.base = EXECUTABLE_BASE if spec.type == ET_EXEC else 0
        self.versions = {None: 1}
        self.order_symbols()

    def string(self, text):
        if text not in self.string_places:
            self.string_places[text] = len(self.strings)
            self.strings += text.encode() + b"\0"
        return self.string_places[text]

    # Symbols. The gnu hash table covers the last ones, bucket by bucket.

    def order_symbols(self):
        symbols = self.spec.symbols
        hashed = [i for i, symbol in enumerate(symbols) if symbol.is_hashed]
        self.buckets = max(1, len(hashed) // 2)
        hashed.sort(key=lambda i: gnu_hash(symbols[i].name.encode()) % self.buckets)
        others = [i for i, symbol in enumerate(symbols) if not symbol.is_hashed]
        self.order = others + hashed
        self.first_hashed = 1 + len(others)
        self.index_of = {i: 1 + place for place, i in enumerate(self.order)}

    def ordered(self):
        return [self.spec.symbols[i] for i in self.order]

    def symbol_table(self, data):
        table = bytes(24)
        for place, symbol in enumerate(self.ordered()):
            value = 0
            if symbol.has_value:
                value = place % 4 * 8 if symbol.kind == TLS else data + place * SLOT
            table += struct.pack("<IBBHQQ", self.string(symbol.name),
                                 symbol.binding << 4 | symbol.kind, symbol.visibility,
                                 symbol.section, value, 8)
        return table

    def gnu_hash_table(self):
        hashed = self.ordered()[self.first_hashed - 1:]
        hashes = [gnu_hash(symbol.name.encode()) for symbol in hashed]
        starts = [0] * self.buckets
        chain = []
        for i, value in enumerate(hashes):
            bucket = value % self.buckets
            if starts[bucket] == 0:
                starts[bucket] = self.first_hashed + i
            is_last = i + 1 == len(hashes) or hashes[i + 1] % self.buckets != bucket
            chain.append(value & ~1 | is_last)
        bloom = 0xFFFFFFFFFFFFFFFF  # says "perhaps" to every name
        return struct.pack(f"<4IQ{self.buckets}I{len(chain)}I", self.buckets, self.first_hashed, 1,
                           6, bloom, *starts, *chain)

    def sysv_hash_table(self):
        """As GNU ld chains: the last symbol of a bucket comes first."""
        starts, chain = [0] * self.buckets, [0] * (1 + len(self.order))
        for i, symbol in enumerate(self.ordered(), 1):
            if symbol.is_hashed:
                bucket = sysv_hash(symbol.name.encode()) % self.buckets
                chain[i], starts[bucket] = starts[bucket], i
        return struct.pack(f"<2I{self.buckets}I{len(chain)}I", self.buckets, len(chain), *starts,
                           *chain)

    # Versions.

    def version_definitions(self):
        names = self.spec.defined_versions
        if not names:
            return b""
        table = b""
        for i, name in enumerate([self.spec.soname or "base", *names], 1):
            flags = VER_FLG_BASE if i == 1 else 0
            following = 28 if i <= len(names) else 0
            table += struct.pack("<4H3I", 1, flags, i, 1, sysv_hash(name.encode()), 20, following)
            table += struct.pack("<2I", self.string(name), 0)
            if i > 1:
                self.versions[name] = i
        return table

    def version_needs(self):
        table = b""
        index = 1 + len(self.spec.defined_versions)
        files = list(self.spec.needed_versions.items())
        for i, (file, names) in enumerate(files, 1):
            size = 16 * (1 + len(names))
            table += struct.pack("<2H3I", 1, len(names), self.string(file), 16,
                                 size if i < len(files) else 0)
            for j, name in enumerate(names, 1):
                index += 1
                # One name may be needed of two files; symbols say the first one's index.
                self.versions.setdefault(name, index)
                table += struct.pack("<I2H2I", sysv_hash(name.encode()), 0, index,
                                     self.string(name), 16 if j < len(names) else 0)
        return table

    def symbol_versions(self):
        if not self.spec.defined_versions and not self.spec.needed_versions:
            return b""
        entries = [0]
        for symbol in self.ordered():
            entries.append(self.versions[symbol.version] | HIDDEN_VERSION * symbol.hidden)
        return struct.pack(f"<{len(entries)}H", *entries)

    # Relocations: each writes into a slot of its own.

    def relocations(self, slots):
        tables = {False: b"", True: b""}
        for i, (kind, symbol) in enumerate(self.spec.relocations):
            tables[kind == R_JUMP_SLOT] += struct.pack("<QQq", slots + i * SLOT,
                                                       self.index_of[symbol] << 32 | kind, 0)
        return tables[False], tables[True]

    # The whole.

    def dynamic_strings(self):
        spec = self.spec
        entries = [(tag, self.string(name)) for tag, name in spec.needs]
        for tag, text in ((DT_SONAME, spec.soname), (DT_RPATH, spec.rpath),
                          (DT_RUNPATH, spec.runpath)):
            if text is not None:
                entries.append((tag, self.string(text)))
        if spec.flags_1:
            entries.append((DT_FLAGS_1, spec.flags_1))
        if spec.symbolic:
            entries.append((DT_SYMBOLIC, 0) if spec.symbolic == "tag" else (DT_FLAGS, DF_SYMBOLIC))
        return entries

    def write(self):
        spec = self.spec
        entries = self.dynamic_strings()
        definitions, needs = self.version_definitions(), self.version_needs()
        versym = self.symbol_versions()
        for symbol in spec.symbols:
            self.string(symbol.name)
        has_tls = any(symbol.kind == TLS for symbol in spec.symbols)
        segments = 3 + (2 if spec.interp else 0) + has_tls
        interp = spec.interp.encode() + b"\0" if spec.interp else b""

        parts = {"interp": interp, "strings": bytes(self.strings), "versym": versym,
                 "verdef": definitions, "verneed": needs}
        if spec.hash_style != "gnu":
            parts["sysv"] = self.sysv_hash_table()
        if spec.hash_style != "sysv":
            parts["gnu"] = self.gnu_hash_table()
        places, end = {}, 64 + 56 * segments
        for name, content in parts.items():
            places[name] = end
            end = (end + len(content) + 15) // 16 * 16
        # What stands at an address that something else has to know has its size from the spec.
        plt = sum(kind == R_JUMP_SLOT for kind, _ in spec.relocations)
        for name, size in (("symbols", 24 * (1 + len(spec.symbols))),
                           ("rela", 24 * (len(spec.relocations) - plt)), ("jmprel", 24 * plt),
                           ("data", SLOT * len(spec.symbols)), ("tls", TLS_SIZE * has_tls),
                           ("slots", SLOT * len(spec.relocations))):
            places[name] = end
            end = (end + size + 15) // 16 * 16
        parts["symbols"] = self.symbol_table(self.base + places["data"])
        parts["rela"], parts["jmprel"] = self.relocations(self.base + places["slots"])
        dynamic_place = end

        def table(tag, name, *more):
            if parts.get(name):
                entries.append((tag, self.base + places[name]))
                entries.extend(more)
        entries += [(DT_STRTAB, self.base + places["strings"]), (DT_STRSZ, len(self.strings)),
                    (DT_SYMTAB, self.base + places["symbols"]), (DT_SYMENT, 24)]
        table(DT_HASH, "sysv")
        table(DT_GNU_HASH, "gnu")
        table(DT_VERSYM, "versym")
        table(DT_VERDEF, "verdef", (DT_VERDEFNUM, 1 + len(spec.defined_versions)))
        table(DT_VERNEED, "verneed", (DT_VERNEEDNUM, len(spec.needed_versions)))
        table(DT_RELA, "rela", (DT_RELASZ, len(parts["rela"])), (DT_RELAENT, 24))
        table(DT_JMPREL, "jmprel", (DT_PLTRELSZ, len(parts["jmprel"])), (DT_PLTREL, DT_RELA))
        entries.append((0, 0))
        dynamic = b"".join(struct.pack("<QQ", *entry) for entry in entries)
        end = dynamic_place + len(dynamic)

        image = bytearray(end)
        for name, content in parts.items():
            image[places[name]:places[name] + len(content)] = content
        image[dynamic_place:end] = dynamic
        headers = [(PT_LOAD, 6, 0, end, 0x1000), (PT_DYNAMIC, 6, dynamic_place, len(dynamic), 8),
                   (PT_GNU_STACK, 6, 0, 0, 16)]
        if has_tls:
            headers.append((PT_TLS, 4, places["tls"], TLS_SIZE, 16))
        if spec.interp:
            # Without PT_PHDR ld.so takes a program that the kernel moved for one at address 0.
            headers[:0] = [(PT_PHDR, 4, 64, 56 * segments, 8),
                           (PT_INTERP, 4, places["interp"], len(interp), 1)]
        image[:64] = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", spec.type, 62, 1, self.base,
                                 64, 0, 0, 64, 56, segments, 0, 0, 0)
        for i, (kind, flags, place, size, alignment) in enumerate(headers):
            address = 0 if kind == PT_GNU_STACK else self.base + place
            struct.pack_into("<IIQQQQQQ", image, 64 + 56 * i, kind, flags, place, address, address,
                             size, size, alignment)
        return bytes(image)
