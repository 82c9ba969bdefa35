"""What two repairs of one wheel are compared by."""

import json
import os
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from support.checkout import auditwheel, elfwheel, run
from support.elf_facts import is_elf, read_elf_facts
from support.installed import Installed, loaded_by
from support.wheel_file import WheelFile

SHOWN_KEYS = ["pure", "overall_tag", "sym_tag", "pyfpe", "ucs2", "unsupported_isa",
              "versioned_symbols", "external_libs", "policy_upgrades"]


def show(tool: str, wheel: Path) -> dict:
    """What `show --json` of "elfwheel" or "auditwheel" says of a wheel; paths resolved, for
    auditwheel leaves links of directories in them."""
    ask = {"elfwheel": lambda: run(elfwheel(), "show", "--json", wheel),
           "auditwheel": lambda: auditwheel("tools", "show", "--json", wheel)}
    shown = json.loads(ask[tool]().stdout)
    shown["external_libs"] = {name: path and os.path.realpath(path)
                              for name, path in shown["external_libs"].items()}
    return shown


@dataclass
class Library:
    """An ELF file of a wheel: what readelf says of it, and what ld.so loads for it where it is
    installed: {needed name: path, that of the environment written as <prefix>, or "not found"}."""

    needed: list[str]
    soname: str | None
    rpath: list[str]
    is_runpath: bool
    versions: dict[str, list[str]]
    loaded: dict[str, str] = field(default_factory=dict)


def needed_versions(file: Path) -> dict[str, list[str]]:
    """{file name in .gnu.version_r: its versions}."""
    versions, name = {}, None
    for line in run("readelf", "-VW", file, LC_ALL="C").stdout.splitlines():
        if found := re.search(r"Version: 1  File: (\S+)", line):
            name = found[1]
            versions[name] = []
        elif (found := re.search(r"Name: (\S+)  Flags: .*Version: ", line)) and name:
            versions[name].append(found[1])
        elif "Version definition" in line or "Version symbols" in line:
            name = None
    return {key: sorted(value) for key, value in versions.items()}


@dataclass
class Facts:
    """All that is compared of one repaired wheel."""

    file_name: str
    tags: list[str]
    root_is_purelib: str
    wheel_file: bytes
    metadata: bytes
    names: list[str]  # entries in their order, directories with a slash at the end
    modes: dict[str, int]
    times: set[tuple]
    digests: dict[str, bytes]  # of files that are neither ELF nor in dist-info: their bytes
    vendored: set[str]
    elf: dict[str, Library]
    record: bytes
    record_faults: list[str]
    components: set[tuple[str, str]]  # of the bill of materials: name, purl without qualifiers
    bills: list[str]
    shown: dict[str, dict] = field(default_factory=dict)  # what each tool's show says
    size: int = 0


def bill_of_materials(wheel: WheelFile) -> tuple[list[str], set[tuple[str, str]]]:
    """The names of the bills, and (name, purl) of the packages that libraries came from."""
    names = [name for name in wheel.data if name.startswith(f"{wheel.dist_info}/sboms/")
             and name.endswith(".cdx.json")]
    found = set()
    for name in names:
        for component in json.loads(wheel.data[name]).get("components", []):
            purl = component.get("purl", "").split("?")[0]
            if not purl.startswith("pkg:pypi/"):
                # The ":" of an epoch, "+" and "~" may stand as they are or encoded.
                found.add((component["name"], plain(purl)))
    return names, found


def plain(purl: str) -> str:
    return re.sub("%3A|%2B|%7E", lambda found: chr(int(found[0][1:], 16)), purl, flags=re.I)


def read_facts(path: Path, directory: Path) -> Facts:
    """Facts of a repaired wheel, which is installed into a fresh environment at `directory`."""
    wheel = WheelFile(path)
    fields = wheel.data[f"{wheel.dist_info}/WHEEL"]
    bills, components = bill_of_materials(wheel)
    facts = Facts(
        file_name=path.name, tags=wheel.tags,
        root_is_purelib=re.search(rb"^Root-Is-Purelib: (\w+)", fields, re.M)[1].decode().lower(),
        wheel_file=fields, metadata=wheel.data[f"{wheel.dist_info}/METADATA"], names=wheel.order,
        modes={name: entry.external_attr >> 16 for name, entry in wheel.entries.items()},
        times={entry.date_time for entry in wheel.entries.values()},
        digests={name: data for name, data in wheel.data.items()
                 if not is_elf(data) and ".dist-info/" not in name},
        vendored=set(wheel.vendored(path.name.split("-")[0])), elf={},
        record=wheel.data[f"{wheel.dist_info}/RECORD"], record_faults=wheel.record_faults(),
        bills=bills, components=components, size=path.stat().st_size)
    installed = Installed(path, directory)
    with zipfile.ZipFile(path) as archive:
        for name, data in wheel.data.items():
            if is_elf(data):
                file = Path(archive.extract(name, directory / "unpacked"))
                facts.elf[name] = read_library(file, installed_place(installed, name))
    return facts


def installed_place(installed: Installed, name: str) -> Path | None:
    data, _, rest = name.partition("/")
    if not data.endswith(".data"):
        return installed.site_packages / name
    key, _, rest = rest.partition("/")
    roots = {"platlib": installed.site_packages, "purelib": installed.site_packages,
             "data": installed.prefix, "scripts": installed.prefix / "bin"}
    return roots[key] / rest if key in roots else None


def read_library(file: Path, place: Path | None) -> Library:
    elf = read_elf_facts(file)
    library = Library(elf.needed, elf.soname, elf.search_path, elf.runpath is not None,
                      needed_versions(file))
    if place and place.exists():
        prefix = str(prefix_of(place).resolve())
        library.loaded = {name: path.replace(prefix, "<prefix>")
                          for name, path in loaded_by(place).items()}
    return library


def prefix_of(place: Path) -> Path:
    return next(parent for parent in place.parents if (parent / "pyvenv.cfg").exists())
