"""A wheel installed by pip into a fresh virtual environment, and run where libraries are hidden.

Hiding is done in a mount namespace: an empty directory lies over each hidden directory, and over
each hidden file an ELF header of the other class, which the loader passes over as if nothing were
there (an empty file would stop its search with an error instead).
"""

import json
import os
import re
import struct
import sys
from dataclasses import dataclass, field
from pathlib import Path

from support.checkout import FIXTURES, TOOLS_PYTHON, VENVS, run
from support.elf_facts import is_elf

PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"


def library_directories() -> list[Path]:
    """The directories that the loader's cache knows, and those where toolkits usually lie."""
    listed = re.findall(r"=> (/\S+)/[^/\s]+$", run("/sbin/ldconfig", "-p").stdout, re.M)
    places = {Path(directory) for directory in listed}
    for pattern in ("usr/local/cuda*/lib*", "usr/local/cuda*/targets/*/lib", "opt/cuda*/lib*",
                    "usr/local/lib*", "usr/lib", "usr/lib64", "usr/lib/*-linux-gnu"):
        places.update(Path("/").glob(pattern))
    return sorted({place.resolve() for place in places if place.is_dir()})


def find_copies(soname: str, pattern: str = ".") -> list[Path]:
    """Every file, links resolved, that stands under this name or a longer version of it in the
    library directories; `pattern`: in which of their subdirectories."""
    found = set()
    for directory in library_directories():
        found.update(file.resolve() for file in directory.glob(f"{pattern}/{soname}*")
                     if re.fullmatch(re.escape(soname) + r"[.\d]*", file.name) and file.exists())
    return sorted(found)


@dataclass
class Hidden:
    """What a run must not see. `sonames` are then checked to be out of the loader's reach."""

    sonames: list[str] = field(default_factory=list)
    directories: list[Path] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)

    def without(self, wanted: set[Path]) -> "Hidden":
        """The same, but these files stay, and the names that they answer to."""
        kept = {file for file in self.files if file in wanted}
        names = [name for name in self.sonames
                 if kept.isdisjoint(find_copies(name))]
        return Hidden(names, self.directories, [file for file in self.files if file not in kept])


def hide_cuda_and_openmp(*toolkits: Path) -> Hidden:
    """Hides these toolkits' library directories, every other libcudart, and libgomp."""
    directories = {toolkit.resolve() for toolkit in toolkits} | {VENVS / "cuda", FIXTURES}
    cudart = [*find_copies("libcudart.so"), *FIXTURES.glob("cuda-*/lib64/libcudart.so.*"),
              *(file for toolkit in toolkits for file in toolkit.glob("libcudart.so.*"))]
    directories.update(file.parent for file in cudart if "cuda" in str(file.parent))
    directories = {place for place in directories if directories.isdisjoint(place.parents)}
    outside = [file for file in cudart if directories.isdisjoint(file.parents)]
    sonames = {f"libcudart.so.{major}" for file in cudart
               for major in re.findall(r"^libcudart\.so\.(\d+)", file.name)}
    return Hidden([*sorted(sonames), "libgomp.so.1"], sorted(directories),
                  [*outside, *find_copies("libgomp.so.1")])


def hide_vendored(names: list[str]) -> Hidden:
    """Hides the system's copies of vendored libraries: libpq-1a2b3c4d.so.5.15 hides libpq.so.5*."""
    hidden = Hidden()
    for name in names:
        plain = re.sub(r"-[0-9a-f]{8}(?=\.)", "", name, count=1)
        base, _, version = plain.partition(".so.")
        soname = f"{base}.so.{version.split('.')[0]}" if version else plain
        # Packages keep some in directories of their own, such as pulseaudio.
        copies = find_copies(soname) or find_copies(plain) or find_copies(soname, "*")
        assert copies, f"no system copy of {name} to hide"
        hidden.sonames.append(soname)
        hidden.files += copies
    return hidden


def loaded_by(file: Path) -> dict[str, str]:
    """{needed name: path, links resolved, or "not found"} as ld.so says it, without itself."""
    done = run("/lib64/ld-linux-x86-64.so.2", "--list", file, expect=None, LC_ALL="C")
    found = re.findall(r"^\s*(\S+) => (.*?)(?: \(0x[0-9a-f]+\))?$", done.stdout, re.M)
    return {name: os.path.realpath(path) if path.startswith("/") else path for name, path in found}


def loaded_from_outside(directory: Path) -> set[Path]:
    """What the ELF files below a directory load from elsewhere: libraries that a policy allows
    outside, and those that these need, such as libX11 its libxcb."""
    outside = set()
    for file in directory.rglob("*"):
        if file.is_file() and not file.is_symlink() and is_elf(file.read_bytes()[:4]):
            outside.update(Path(path) for path in loaded_by(file).values()
                           if path.startswith("/") and directory.resolve() not in Path(path).parents)
    return outside


class Installed:
    """A fresh virtual environment with one wheel in it, and the others that it depends on."""

    def __init__(self, wheel: Path, directory: Path, *others: Path):
        self.prefix = directory
        self.library_path = f"lib/{PYTHON}/site-packages"
        # The environment has no pip of its own (that takes seconds): another's works on it.
        run(TOOLS_PYTHON, "-I", "-m", "venv", "--without-pip", directory)
        run(TOOLS_PYTHON, "-I", "-m", "pip", "--python", self.python, "install", "--no-index",
            "--no-deps", "--no-compile", "--quiet", "--disable-pip-version-check", wheel,
            *others, PIP_ROOT_USER_ACTION="ignore")
        assert any(self.site_packages.iterdir()), f"pip put nothing into {self.site_packages}"

    @property
    def python(self) -> Path:
        return self.prefix / "bin/python"

    @property
    def site_packages(self) -> Path:
        return self.prefix / self.library_path

    def move(self, directory: Path) -> None:
        directory.parent.mkdir(parents=True)
        self.prefix = self.prefix.rename(directory)

    def move_site_packages(self, library_path: str) -> None:
        """Gives the environment another distribution's layout, such as lib64/python3.X/..."""
        old = self.site_packages
        self.library_path = library_path
        if (self.prefix / "lib64").is_symlink():
            (self.prefix / "lib64").unlink()
        self.site_packages.parent.mkdir(parents=True, exist_ok=True)
        old.rename(self.site_packages)

    def run(self, code: str, hidden: Hidden, expect: int | None = 0):
        """Runs Python code where `hidden` is hidden, after a check that it really is."""
        start = f"import sys; sys.path.insert(0, {str(self.site_packages)!r})"
        return run_hidden([self.python, "-I", "-c", f"{start}\n{code}"], hidden,
                          self.prefix / "hidden", expect=expect, cwd=self.prefix,
                          OMP_NUM_THREADS="2")

    def run_reporting(self, code: str, hidden: Hidden, expect: int | None = 0):
        """Runs code that sets `facts`, a dict, and then prints it for facts_of()."""
        return self.run(f"{code}\n{REPORT}", hidden, expect)

    @staticmethod
    def facts_of(done) -> dict:
        """What the code said, and "mapped": the files that were mapped at its end."""
        return json.loads(last_line(done.stdout))

    def facts(self, code: str, hidden: Hidden) -> dict:
        return self.facts_of(self.run_reporting(code, hidden))


def run_hidden(command: list, hidden: Hidden, scratch: Path, **options):
    """Runs a command where `hidden` is hidden, after a check that it really is. `scratch`: a
    directory for what lies over the hidden files; `options`: those of support.checkout.run."""
    (scratch / "empty").mkdir(parents=True, exist_ok=True)
    (scratch / "other-class").write_bytes(other_class_header())
    covers = [(place, "empty") for place in hidden.directories] + \
        [(place, "other-class") for place in hidden.files]
    job = {"covers": [(str(scratch / cover), str(place)) for place, cover in covers],
           "sonames": hidden.sonames, "command": [str(word) for word in command]}
    namespace = ["-m"] if os.geteuid() == 0 else ["-r", "-m"]
    return run("unshare", *namespace, "/usr/bin/python3", "-I", "-c", HIDE, json.dumps(job),
               **options)


def last_line(text: str) -> str:
    return text.rstrip().splitlines()[-1]


# One process does it all, with what it needs loaded beforehand: mount and grep have libraries of their
# own, which may be among the hidden ones. The loader is asked by way of a program that needs nothing
# but libc.
HIDE = """
import ctypes, json, os, subprocess, sys
job = json.loads(sys.argv[1])
libc = ctypes.CDLL(None, use_errno=True)
MS_BIND = 4096
for cover, place in job["covers"]:
    # What lies in a directory that is hidden by now is gone already.
    if os.path.exists(place) and libc.mount(cover.encode(), place.encode(), None, MS_BIND, None):
        sys.exit(f"cannot hide {place}: {os.strerror(ctypes.get_errno())}")
for name in job["sonames"]:
    done = subprocess.run(["/bin/true"], env={"LD_PRELOAD": name}, stderr=subprocess.PIPE)
    if b"cannot be preloaded" not in done.stderr:
        print(f"the test proves nothing: {name} can still be loaded from the system",
              file=sys.stderr)
        sys.exit(99)
os.execv(job["command"][0], job["command"])
"""

REPORT = """
import json
mapped = {line.split(maxsplit=5)[5].rstrip() for line in open("/proc/self/maps")
          if len(line.split(maxsplit=5)) == 6}
facts["mapped"] = sorted(path for path in mapped if path.startswith("/"))
print(json.dumps(facts))
"""


def other_class_header() -> bytes:
    """The header of a 32-bit library for a Z80: nothing that a loader of today would map."""
    return struct.pack("<16sHHIIIIIHHHHHH", b"\x7fELF\x01\x01\x01", 3, 220, 1, 0, 52, 0, 0, 52, 32,
                       0, 40, 0, 0) + bytes(64)
