"""Random graphs of libraries without symbols: what is loaded, in which order, from where."""

from .case import GLIBC_LOADER, MUSL_LOADER, Case, Dice, HardLink, Link, Start
from .elf_writer import (
    DF_1_NODEFLIB, DT_AUXILIARY, DT_FILTER, DT_NEEDED, ET_DYN, ET_EXEC, Spec, build)

DIRECTORIES = ("d0", "d1", "d2", "d3", "d3/deep")
GLIBC_SUBDIRECTORIES = (
    "glibc-hwcaps/x86-64-v2", "glibc-hwcaps/x86-64-v3", "glibc-hwcaps/x86-64-v4", "tls", "x86_64",
    "haswell", "avx512_1", "haswell/x86_64", "haswell/avx512_1/x86_64", "tls/haswell/x86_64",
    "tls/x86_64/x86_64", "glibc-hwcaps")
ELEMENTS = (
    "@/d0", "@/d1", "@/d2", "@/d3", "@/d3/deep", "$ORIGIN", "${ORIGIN}", "$ORIGIN/..",
    "$ORIGIN/../d1", "$ORIGIN/deep", "@/d0/../d1/", "@/link", "@/link/../d0", "@/none", "@/file",
    "@/d2//", "@")
GLIBC_ELEMENTS = ELEMENTS + (
    "@/$LIB", "@/${LIB}/", "@/d0/$PLATFORM", "$ORIGIN/${PLATFORM}", "@/d1/glibc-hwcaps/x86-64-v2",
    "$ORIGINd1", "@/$UNKNOWN", "${ORIGIN}/tls")
MUSL_ELEMENTS = ELEMENTS + ("$ORIGINal", "${ORIGIN}al")
RELATIVE_ELEMENTS = ("", ".", "d0", "d1/", "file", "none", "link", "d3/../d2")
SYSTEM_NAMES = ("libc.so.6", "libm.so.6", "libdl.so.2", "libstdc++.so.6")
MUSL_NAMES = ("libc.so", "libm.so.6", "libpthread.so.0", "libc.musl-x86_64.so.1")


class Graph:
    """Makes one case. The first draws set its character, so that not every case has everything."""

    def __init__(self, dice, libc):
        self.dice, self.is_glibc = dice, libc == "glibc"
        self.count = 5 + dice.below(26)
        self.versioned = dice.one_in(3)  # names that end in .so.1, as installed libraries have
        self.relative = dice.one_in(3)
        self.damaged = dice.one_in(3)
        self.hwcaps = self.is_glibc and dice.one_in(2)
        self.filters = self.is_glibc and dice.one_in(4)
        self.sonames = dice.below(3)  # none of another's name, few, many
        self.has_fixed = False
        self.case = Case()

    def make(self):
        dice, case = self.dice, self.case
        for directory in DIRECTORIES:
            case.files[directory] = None
        case.files["link"] = Link(dice.pick(["d3/deep", "d0", "@/d2"]))
        case.files["file"] = b"text\n"
        for number in range(self.count):
            for _ in range(1 + dice.below(3)):
                self.add_library(self.name(number))
        case.files["bin/p"] = self.program()
        case.files["d0/libroot.so"] = self.library("libroot.so", is_root=True)
        case.roots = ["bin/p", "d0/libroot.so"]
        if self.is_glibc:  # musl is given a file by name, which is how it sees the origin
            case.files["p"] = Link("bin/p")
            case.files["libroot.so"] = Link("d0/libroot.so")
            case.roots[dice.below(2)] = dice.pick(["p", "libroot.so"])
        case.start = self.start()
        return case

    def name(self, number):
        return f"lib{number}.so" + (".1" if self.versioned and number % 2 else "")

    def any_name(self):
        """Now and then one that is nowhere, or the root's own."""
        number = self.dice.below(self.count)
        if self.dice.one_in(60):
            return "libroot.so"
        return f"libgone{number % 3}.so" if self.dice.one_in(30) else self.name(number)

    def directory(self):
        directory = self.dice.pick(DIRECTORIES)
        if self.hwcaps and self.dice.one_in(3):
            directory += "/" + self.dice.pick(GLIBC_SUBDIRECTORIES)
        elif self.is_glibc and self.dice.one_in(30):
            directory = "lib/x86_64-linux-gnu"
        return directory

    def path(self, separators=":"):
        elements = list(GLIBC_ELEMENTS if self.is_glibc else MUSL_ELEMENTS)
        if self.dice.below(3):  # mostly what is there
            elements = elements[:8]
        if self.relative and self.dice.one_in(3):
            elements += RELATIVE_ELEMENTS
        text = self.dice.pick(elements)
        for _ in range(self.dice.below(4)):
            text += self.dice.pick(separators) + self.dice.pick(elements)
        if not self.is_glibc and self.dice.one_in(25):
            text += ":$LIB"
        return text

    def needs(self, own_name, is_root):
        dice, needs = self.dice, []
        # A trace calls a root without needs "statically linked", preloads or not.
        for _ in range(dice.below(4) + (1 + dice.below(3) if is_root else 0)):
            name = plain = self.any_name()
            if dice.one_in(15):
                name = dice.pick(["@/", "$ORIGIN/", "${ORIGIN}/../"] if self.is_glibc else ["@/"]
                                 ) + dice.pick(DIRECTORIES) + "/" + name
            tag = DT_NEEDED
            # With filtees of the root ld.so 2.36 spoils its own list; in a circle of filters it
            # runs round for ever.
            if self.filters and not is_root and plain > own_name and dice.one_in(3):
                tag = dice.pick([DT_FILTER, DT_AUXILIARY])
            needs.append((tag, name))
        if dice.one_in(10):
            needs.insert(dice.below(len(needs) + 1),
                         (DT_NEEDED, dice.pick(SYSTEM_NAMES if self.is_glibc else MUSL_NAMES)))
        if dice.one_in(25):
            loader = GLIBC_LOADER if self.is_glibc else MUSL_LOADER
            needs.append((DT_NEEDED, dice.pick([loader, loader.rpartition("/")[2]])))
        if not self.is_glibc and is_root:
            needs.append((DT_NEEDED, "libc.so"))
        return needs

    def library(self, name, is_root=False):
        dice = self.dice
        spec = Spec(needs=self.needs(name, is_root), hash_style=dice.pick(["sysv", "gnu", "both"]))
        if dice.one_in(2 if is_root else 3):
            spec.rpath = "" if dice.one_in(12) else self.path()
        if dice.one_in(3):
            spec.runpath = "" if dice.one_in(8) else self.path()
        if dice.below(2):
            other = self.sonames and dice.below(12) < self.sonames * 2
            spec.soname = self.any_name() if other else name
        if self.is_glibc and dice.one_in(15):
            spec.flags_1 = DF_1_NODEFLIB
        return spec

    def program(self):
        spec = self.library(None, is_root=True)
        spec.soname = None
        spec.interp = GLIBC_LOADER if self.is_glibc else MUSL_LOADER
        if self.dice.one_in(4):
            spec.type = self.fixed_type()
        return spec

    def fixed_type(self):
        """musl maps a file of fixed addresses as a library, if nothing is there yet; elfwheel does
        not follow it so far. One such file cannot be in another's way."""
        if self.has_fixed and not self.is_glibc:
            return ET_DYN
        self.has_fixed = True
        return ET_EXEC

    def add_library(self, name):
        """Leaves what stands there already."""
        file = f"{self.directory()}/{name}"
        if self.case.has(file):
            return
        content = self.library(name)
        if self.dice.one_in(12):
            content = self.link(name)
        elif self.damaged and self.dice.one_in(15):
            content = self.damaged_file(content)
        self.case.files[file] = content

    def link(self, name):
        """To the library that lies elsewhere, to another one, to nothing, to itself."""
        dice = self.dice
        if dice.one_in(4):
            return HardLink(f"{dice.pick(DIRECTORIES)}/{self.any_name()}")
        return Link(dice.pick([f"@/{dice.pick(DIRECTORIES)}/{name}",
                               f"@/{dice.pick(DIRECTORIES)}/{self.any_name()}",
                               f"../d1/{self.any_name()}", "@/nowhere", "@/d0/libroot.so"] +
                              [name] * self.damaged))

    def damaged_file(self, spec):
        """Mostly what is passed over; the rest ends the start."""
        dice, image = self.dice, bytearray(build(Spec(soname=spec.soname)))
        kind = dice.below(12)
        if kind < 5 and self.is_glibc:
            if kind < 2:
                image[18:20] = b"\xb7\0"  # EM_AARCH64
            else:
                image[4] = 1  # ELFCLASS32
        elif kind == 5:
            image[7] = 3  # ELFOSABI_GNU: fine
        elif kind == 6:
            return b"INPUT(libreal.so)\n" * 5
        elif kind == 7:
            return b""
        elif kind == 8:
            return None
        elif kind == 9:
            return Spec(type=self.fixed_type())
        else:
            return Link("@/nowhere/" + dice.pick("abc"))
        return bytes(image)

    def start(self):
        dice, start = self.dice, Start()
        if dice.below(2):
            separators = ":;" if self.is_glibc else ":\n"
            start.library_path = "" if dice.one_in(15) else self.path(separators)
        if dice.one_in(4):
            words = []
            for _ in range(1 + dice.below(3)):
                name = self.any_name()
                place = dice.pick(["@/", "$ORIGIN/../"] if self.is_glibc else ["@/"])
                words.append(place + f"{dice.pick(DIRECTORIES)}/{name}" if dice.one_in(3) else name)
            start.preload = dice.pick([" ", ":", " :"]).join(words)
        if self.relative or dice.below(2):
            start.directory = dice.pick(["@", "@/d0"])
        return start


def glibc_case(seed):
    return Graph(Dice(f"glibc order {seed}"), "glibc").make()


def musl_case(seed):
    return Graph(Dice(f"musl order {seed}"), "musl").make()
