"""What others say of a file: LIEF, eu-elflint, and the loader. None of it is elfwheel's own code."""

import hashlib
import os
import re
import subprocess
import warnings
from dataclasses import dataclass, field

import lief

lief.logging.disable()
# Section types of processors and tool chains that LIEF has no name for.
warnings.filterwarnings("ignore", message=".* is not a valid TYPE")

ELF = lief.ELF
# Sections that the writer may move, rewrite or (.shstrtab, .symtab) carry along.
MOVABLE = {
    ".interp", ".dynstr", ".dynamic", ".dynsym", ".gnu.version", ".gnu.version_r",
    ".gnu.version_d", ".hash", ".gnu.hash", ".symtab", ".shstrtab", ".note.ABI-tag",
    ".note.gnu.build-id", ".note.gnu.property", ".note.package", ".note-hdr.gnu",
}
EDITED_TAGS = {"NEEDED", "RPATH", "RUNPATH", "SONAME"}


@dataclass
class Facts:
    needed: list
    rpath: str | None
    runpath: str | None
    soname: str | None
    interpreter: str | None
    header: tuple
    loads: list  # (address, memory size, flags) of each PT_LOAD, ascending
    others: list  # type, flags, and for those that never move the place, of the other segments
    symbols: str  # digest of all dynamic symbols with their versions, in order
    sections: dict = field(default_factory=dict)  # name -> (address, offset, size, allocated)


def read_facts(path):
    """None when LIEF cannot read it."""
    config = ELF.ParserConfig()
    config.parse_relocations = False
    config.parse_symtab_symbols = False
    # LIEF 1.0 counts no symbols by a DT_GNU_HASH that is the last thing in its segment, and takes
    # too few from the relocations then (readelf -D and the loader find all).
    config.count_mtd = ELF.ParserConfig.DYNSYM_COUNT.SECTION
    binary = ELF.parse(str(path), config)
    if binary is not None and not list(binary.sections):
        config.count_mtd = ELF.ParserConfig.DYNSYM_COUNT.AUTO
        binary = ELF.parse(str(path), config)
    if binary is None:
        return None
    strings = {"NEEDED": []}
    for entry in binary.dynamic_entries:
        tag = entry.tag.name if hasattr(entry.tag, "name") else str(entry.tag)
        if tag == "NEEDED":
            strings["NEEDED"].append(entry.name)
        elif tag in ("RPATH", "RUNPATH"):
            strings[tag] = getattr(entry, tag.lower())
        elif tag == "SONAME":
            strings["SONAME"] = entry.name
    header = binary.header
    return Facts(
        needed=strings["NEEDED"],
        rpath=strings.get("RPATH") or None,
        runpath=strings.get("RUNPATH") or None,
        soname=strings.get("SONAME"),
        interpreter=binary.interpreter if binary.has_interpreter else None,
        header=(str(header.file_type), str(header.machine_type), header.entrypoint,
                header.processor_flag, str(header.identity_os_abi)),
        loads=sorted((segment.virtual_address, segment.virtual_size, segment.raw_flags)
                     for segment in binary.segments if segment.type == ELF.Segment.TYPE.LOAD),
        others=sorted(other_segments(binary)),
        symbols=digest_of_symbols(binary),
        sections=sections_of(binary),
    )


def other_segments(binary):
    kind = ELF.Segment.TYPE
    moving = {kind.PHDR, kind.INTERP, kind.NOTE, kind.DYNAMIC, kind.GNU_PROPERTY}
    for segment in binary.segments:
        if segment.type == kind.LOAD:
            continue
        place = (0, 0)
        if segment.type not in moving:
            place = (segment.virtual_address, segment.virtual_size)
        yield (str(segment.type), segment.raw_flags) + place


def digest_of_symbols(binary):
    digest = hashlib.sha256()
    for symbol in binary.dynamic_symbols:
        version = str(symbol.symbol_version) if symbol.has_version else ""
        version = re.sub(r"\(\d+\)", "", version)
        line = f"{symbol.name}\0{symbol.value}\0{symbol.size}\0{symbol.type}\0{symbol.binding}\0" \
               f"{symbol.visibility}\0{symbol.shndx == 0}\0{version}\n"
        digest.update(line.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def sections_of(binary):
    result = {}
    for section in binary.sections:
        if section.type in (ELF.Section.TYPE.NOBITS, ELF.Section.TYPE.SHT_NULL_):
            continue
        allocated = ELF.Section.FLAGS.ALLOC in section.flags_list
        key = section.name
        while key in result:
            key += "'"
        result[key] = (section.virtual_address, section.file_offset, section.size, allocated)
    return result


def lint(path):
    """The complaints of eu-elflint with all numbers blanked; a set."""
    run = subprocess.run(["eu-elflint", "--gnu-ld", str(path)], capture_output=True, text=True,
                         errors="replace", timeout=600)
    text = re.sub(r"0x[0-9a-f]+|\b[0-9a-f]*\d[0-9a-f]*\b", "#", run.stdout + run.stderr)
    return {line.strip() for line in text.splitlines() if line.strip() and line != "No errors"}


@dataclass
class Loading:
    works: bool
    text: str


class Loader:
    """Lets the machine's loader relocate files, bound in full."""

    def __init__(self, helper, environment):
        self.helper = helper
        self.environment = environment

    def load_library(self, path, directories):
        """dlopen in a process of its own; its constructors run, under a time limit."""
        return self.run([self.helper, str(path)], directories, {})

    def trace_program(self, path, directories):
        """The loader lists and relocates, and the program itself never runs."""
        trace = {"LD_TRACE_LOADED_OBJECTS": "1", "LD_BIND_NOW": "1", "LD_WARN": "yes"}
        loading = self.run([str(path)], directories, trace)
        # Addresses are random; the file itself and what was added are not the question.
        text = re.sub(r" \(0x[0-9a-f]+\)", "", loading.text).replace(str(path), "FILE")
        lines = [line for line in text.splitlines() if "libelfwheel_torture.so" not in line]
        return Loading(loading.works, "\n".join(sorted(lines)))

    def run(self, command, directories, extra):
        environment = dict(self.environment, **extra)
        environment["LD_LIBRARY_PATH"] = ":".join(directories)
        try:
            run = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, text=True,
                                 errors="replace", env=environment, timeout=60,
                                 start_new_session=True, cwd=self.environment["HOME"])
        except subprocess.TimeoutExpired:
            return Loading(False, "no end within 60 s")
        except OSError as error:
            return Loading(False, os.strerror(error.errno))
        return Loading(run.returncode == 0, run.stdout + run.stderr)
