"""Takes one file there and back, twice, and collects what is wrong on the way.

    original -> far -> home -> far again -> home again

Far: a long rpath, another soname (libraries), one more DT_NEEDED. Home: the old values.
"""

import collections
import mmap
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from torture_lib import judges

ADDED = "libelfwheel_torture.so"
FAR_RPATH = "/" + "/".join(["elfwheel-torture-directory"] * 9) + ":$ORIGIN/../elfwheel-torture"
PAGE = 4096
WORD = 8


@dataclass
class Outcome:
    path: str
    refused: str | None = None  # what the program said, without the path
    unreadable: bool = False  # LIEF cannot read the original
    loaded: bool = False  # the original loads on this machine
    notes: list = field(default_factory=list)  # facts worth counting that are no mistakes
    wrong: list = field(default_factory=list)


class Journey:
    def __init__(self, path, program, loader, directory, added_directory, cross_check):
        self.path = path
        self.program = program
        self.loader = loader
        self.copy = Path(directory) / os.path.basename(path)
        self.added_directory = added_directory
        self.cross_check = cross_check
        self.outcome = Outcome(path)

    def go(self):
        shutil.copyfile(self.path, self.copy)
        self.copy.chmod(0o755)
        self.old = judges.read_facts(self.path)
        if self.old is None:
            return self.go_unjudged()
        self.old_lint = judges.lint(self.path)
        self.is_library = self.old.soname is not None or (
            self.old.interpreter is None and "DYN" in self.old.header[0])
        self.far_soname = "libelfwheel-far-" + (self.old.soname or self.copy.name)
        self.old_size = os.path.getsize(self.path)
        self.before = self.load()
        self.outcome.loaded = self.before is not None and self.before.works
        if not self.edit(self.far_options()):
            self.expect_untouched()
            return self.outcome
        far_size = self.judge("far", self.far_facts())
        self.check_growth(far_size)
        self.check_loading()
        self.edit_or_wrong("home", self.home_options())
        home_size = self.judge("home", self.home_facts())
        self.edit_or_wrong("far again", self.far_options())
        again = self.judge("far again", self.far_facts(), first_time=False)
        if again != far_size:
            self.wrong(f"far again has {again} bytes, the first time {far_size}")
        if self.cross_check:
            self.check_cross_check()
        self.edit_or_wrong("home again", self.home_options())
        again = self.copy.stat().st_size
        if again != home_size:
            self.wrong(f"home again has {again} bytes, the first time {home_size}")
        return self.outcome

    def go_unjudged(self):
        """LIEF does not read it; then neither may an edit that we take it for go unnoticed."""
        self.outcome.unreadable = True
        if self.edit(["--set-rpath", FAR_RPATH]):
            self.outcome.notes.append("edited, but LIEF reads neither the original nor the result")
        else:
            self.expect_untouched()
        return self.outcome

    # What is asked for, and what must come of it.

    def far_options(self):
        options = ["--set-rpath", FAR_RPATH, "--add-needed", ADDED]
        if self.is_library:
            options += ["--set-soname", self.far_soname]
        if self.old.rpath is not None and self.old.runpath is None:
            options.append("--force-rpath")
        return options

    def far_facts(self):
        soname = self.far_soname if self.is_library else self.old.soname
        return ([ADDED] + self.old.needed,) + self.rpaths(FAR_RPATH) + (soname,)

    def home_options(self):
        value = self.old.runpath or self.old.rpath
        options = ["--set-rpath", value] if value else ["--remove-rpath"]
        options += ["--remove-needed", ADDED]
        if self.old.soname is not None and self.is_library:
            options += ["--set-soname", self.old.soname]
        if self.old.rpath is not None and self.old.runpath is None:
            options.append("--force-rpath")
        return options

    def home_facts(self):
        value = self.old.runpath or self.old.rpath
        # No option takes a soname away: a library that had none keeps the new one.
        soname = self.old.soname or (self.far_soname if self.is_library else None)
        return (self.old.needed,) + self.rpaths(value) + (soname,)

    def rpaths(self, value):
        if self.old.rpath is not None and self.old.runpath is None:
            return (value, None)
        return (None, value)

    # The program under test.

    def edit(self, options):
        run = self.run(["patchelf", *options, str(self.copy)])
        if run.returncode == 0:
            return True
        self.outcome.refused = self.without_path(run.stderr)
        if run.returncode != 1 or len(run.stderr.splitlines()) != 1:
            self.wrong(f"exit {run.returncode}: {run.stderr.strip()[:300]}")
        return False

    def edit_or_wrong(self, state, options):
        if not self.edit(options):
            self.wrong(f"{state}: refused: {self.outcome.refused}")
            self.outcome.refused = None

    def run(self, words):
        return subprocess.run([self.program, *words], capture_output=True, text=True,
                              errors="replace", timeout=600, stdin=subprocess.DEVNULL)

    def without_path(self, text):
        text = text.strip().replace(str(self.copy), "FILE")
        return re.sub(r"0x[0-9a-f]+|\b\d+\b", "#", text)

    # Judgement.

    def wrong(self, text):
        self.outcome.wrong.append(text)

    def expect_untouched(self):
        with open(self.path, "rb") as old, open(self.copy, "rb") as new:
            if old.read() != new.read():
                self.wrong("refused, and changed all the same")

    def judge(self, state, expected, first_time=True):
        """Compares everything, and returns the file's size."""
        facts = judges.read_facts(self.copy)
        size = self.copy.stat().st_size
        if facts is None:
            self.wrong(f"{state}: LIEF cannot read it")
            return size
        self.facts = facts
        found = (facts.needed, facts.rpath, facts.runpath, facts.soname)
        for name, want, have in zip(("needed", "rpath", "runpath", "soname"), expected, found):
            if want != have:
                self.wrong(f"{state}: {name} is {have!r}, not {want!r}")
        for name in ("interpreter", "header", "symbols"):
            if getattr(facts, name) != getattr(self.old, name):
                self.wrong(f"{state}: {name} differs")
        self.check_segments(state, facts)
        if first_time:
            self.check_content(state, facts)
            news = judges.lint(self.copy) - self.old_lint
            if news:
                self.wrong(f"{state}: eu-elflint: " + " | ".join(sorted(news)[:5]))
        return size

    def check_segments(self, state, facts):
        added = list(facts.loads)
        for load in self.old.loads:
            if load not in added:
                self.wrong(f"{state}: the segment at {load[0]:#x} differs")
            else:
                added.remove(load)
        # Tables that the loader writes to need a second segment.
        if len(added) > 2:
            self.wrong(f"{state}: {len(added)} segments were added")
        writable, executable = 2, 1
        for _, _, flags in added:
            if flags & executable:
                self.wrong(f"{state}: the added segment is executable")
            if flags & writable:
                self.outcome.notes.append("a writable segment was added")
        if facts.others != self.old.others:
            gone = collections.Counter(self.old.others) - collections.Counter(facts.others)
            new = collections.Counter(facts.others) - collections.Counter(self.old.others)
            self.wrong(f"{state}: other segments: {sorted(gone)[:4]} became {sorted(new)[:4]}")

    def check_content(self, state, facts):
        """Sections that no edit concerns hold the same bytes, allocated ones at the same place."""
        if self.old_size == 0:
            return
        with open(self.path, "rb") as old_file, open(self.copy, "rb") as new_file, \
                mmap.mmap(old_file.fileno(), 0, access=mmap.ACCESS_READ) as old, \
                mmap.mmap(new_file.fileno(), 0, access=mmap.ACCESS_READ) as new, \
                memoryview(old) as old_bytes, memoryview(new) as new_bytes:
            for name, (address, offset, size, allocated) in self.old.sections.items():
                if name in judges.MOVABLE or name.startswith(".note"):
                    continue
                if name not in facts.sections:
                    self.wrong(f"{state}: section {name} is gone")
                    continue
                new_address, new_offset, new_size, _ = facts.sections[name]
                if (address, size) != (new_address, new_size) or (allocated and offset != new_offset):
                    self.wrong(f"{state}: section {name} moved")
                    continue
                if not self.same_section(name, facts, old_bytes[offset:offset + size],
                                         new_bytes[new_offset:new_offset + size]):
                    self.wrong(f"{state}: section {name} has other bytes")

    def same_section(self, name, facts, was, now):
        with was, now:  # views of a map cannot outlive it
            if name in (".got", ".got.plt") and self.follows_dynamic(facts, was, now):
                return bytes(was[WORD:]) == bytes(now[WORD:])
            return same(was, now)

    def follows_dynamic(self, facts, was, now):
        """Whether the first slot of a GOT led to .dynamic, and still does."""
        return all(bytes(slot[:WORD]) == found.sections[".dynamic"][0].to_bytes(WORD, "little")
                   for slot, found in ((was, self.old), (now, facts))
                   if ".dynamic" in found.sections)

    def check_growth(self, far_size):
        """The first edit adds the tables that had to move and at most a page."""
        moved = sum(size for name, (address, _, size, allocated) in self.facts.sections.items()
                    if allocated and self.old.sections.get(name, (None,))[0] != address)
        if not self.facts.sections:  # then the moved tables are all that was added
            moved = sum(load[1] for load in self.facts.loads if load not in self.old.loads)
        if far_size - self.old_size > moved + PAGE:
            self.wrong(f"far: grew by {far_size - self.old_size}, for {moved} that moved")

    def check_cross_check(self):
        run = self.run(["set-rpath", "--cross-check", "/elfwheel-cross-check", str(self.copy)])
        if run.returncode != 0:
            self.wrong(f"--cross-check: {self.without_path(run.stderr)[:300]}")

    # Loading.

    def load(self):
        if self.old.interpreter is not None and self.old.soname is None:
            if not os.path.exists(self.old.interpreter):
                return None
            return self.loader.trace_program(self.copy, self.directories())
        if self.is_library:
            return self.loader.load_library(self.copy, self.directories())
        return None

    def directories(self):
        """Where the original found its libraries: beside it, and where its rpath leads."""
        origin = os.path.dirname(os.path.realpath(self.path))
        entries = (self.old.runpath or self.old.rpath or "").split(":")
        entries = [re.sub(r"\$ORIGIN|\$\{ORIGIN\}", origin, entry) for entry in entries if entry]
        return [*entries, origin, str(self.added_directory)]

    def same_loading(self, after):
        if self.old.interpreter is not None and self.old.soname is None:
            return after.text == self.before.text and after.works == self.before.works
        return after.works

    def check_loading(self):
        if self.before is None or not self.before.works:
            return
        after = self.load()
        if self.same_loading(after):
            return
        if self.is_library:
            # Under another name it may be loaded beside itself. Under its own it must load.
            under_own_name = ["--set-soname", self.old.soname or self.copy.name]
            if self.edit(under_own_name) and self.same_loading(self.load()):
                self.outcome.notes.append("loads only under its own soname")
                self.edit_or_wrong("far", ["--set-soname", self.far_soname])
                return
        self.wrong(f"far: does not load as before: {self.without_path(after.text)[:300]}")


def same(a, b, piece=1 << 24):
    if len(a) != len(b):
        return False
    return all(a[at:at + piece] == b[at:at + piece] for at in range(0, len(a), piece))
