"""An edit in place promises less: until what is appended has been flushed, the file reads as
before; after the last write it is the new one. In between are a few writes. An error puts the old
bytes back.
"""

import random
import signal
import subprocess
import sys

import pytest

from fault_injection import EDIT, Fault, inject, snapshot, trace, try_all
from support.checkout import elfwheel, environment, run

SHORT, LONG = "/short", "$ORIGIN/../" + "a-long-name/" * 12


def loads(library) -> bool:
    program = "import ctypes, sys; sys.exit(ctypes.CDLL(sys.argv[1]).answer() != 42)"
    return subprocess.run([sys.executable, "-I", "-S", "-c", program, str(library)],
                          env=environment(), capture_output=True).returncode == 0


def rpath_of(library) -> str:
    return run(elfwheel(), "print-rpath", library).stdout.strip()


class Stage:
    def __init__(self, library: bytes, rpath: str, tmp_path):
        self.library, self.scratch, self.rpath = library, tmp_path / "runs", rpath
        plain = tmp_path / "plain"
        plain.mkdir()
        command = self.prepare(plain)
        self.old = rpath_of(plain / "liba.so")
        self.before = snapshot(plain)
        self.calls, others = trace(command, tmp_path / "log")
        self.after = snapshot(plain)
        assert others == [] and self.before != self.after
        opened = [i for i, call in enumerate(self.calls) if "O_RDWR" in call.arguments]
        self.own = self.calls[opened[-1]:]
        self.flushed = [call for call in self.own if call.name == "fsync"]

    def prepare(self, directory) -> list:
        target = directory / "liba.so"
        target.write_bytes(self.library)
        target.chmod(0o751)
        return [EDIT, self.rpath, target, target, "in-place"]

    def position(self, call) -> int:
        return self.own.index(call)


# Behind the ELF file, as an archive would be: moved in several pieces that overlap their old places.
APPENDED = random.Random(1).randbytes(2_500_000)


@pytest.fixture(params=["grows", "shrinks", "stays", "grows before a payload",
                        "shrinks before a payload"])
def stage(request, plain_library, tmp_path):
    how, *payload = request.param.split(" ", 1)
    library = tmp_path / "liba.so"
    library.write_bytes(plain_library + (APPENDED if payload else b""))
    if how != "grows":
        run(elfwheel(), "set-rpath", LONG, library)
    rpath = {"grows": LONG, "shrinks": SHORT, "stays": LONG.replace("long", "wide")}[how]
    stage = Stage(library.read_bytes(), rpath, tmp_path)
    if payload:
        assert library.read_bytes().endswith(APPENDED)
        assert (tmp_path / "plain" / "liba.so").read_bytes().endswith(APPENDED)
    return stage


def test_killed(stage):
    first_flush, second_flush = stage.flushed[:2]

    def attempt(fault, directory):
        library = directory / "liba.so"
        done = inject(stage.prepare(directory), fault)
        assert done.returncode == -signal.SIGKILL, f"exit {done.returncode}: {done.stderr}"
        assert sorted(snapshot(directory)) == ["liba.so"]
        position = stage.position(fault.call)
        if position <= stage.position(first_flush):
            assert loads(library) and rpath_of(library) == stage.old
        if position >= stage.position(second_flush):
            assert loads(library) and rpath_of(library) == stage.rpath

    tried = try_all([Fault(call, "signal=KILL") for call in stage.own], attempt, stage.scratch)
    assert tried > 10


def test_first_edit_is_at_risk_for_three_writes_at_most(plain_library, tmp_path):
    """Headers, symbols and the dynamic section switch to the new tables; nothing is erased before,
    and whatever comes after does no harm."""
    stage = Stage(plain_library, LONG, tmp_path)
    flush = stage.position(stage.flushed[0])
    writes = [call for call in stage.own[flush:] if call.name == "pwrite64"]
    found = {}

    def attempt(fault, directory):
        library = directory / "liba.so"
        inject(stage.prepare(directory), fault)
        found[writes.index(fault.call)] = rpath_of(library) if loads(library) else "broken"

    try_all([Fault(call, "signal=KILL") for call in writes], attempt, stage.scratch)
    states = [found[i] for i in range(len(writes))]
    broken = states.count("broken")
    assert broken <= 2 and len(states) > 1 + broken
    assert states == [stage.old, *["broken"] * broken, *[stage.rpath] * (len(states) - 1 - broken)]


def test_refused(stage):
    """An error before the file is cut leaves the old one; after that only flushing can fail."""
    faults = [Fault(call, f"error={error}") for call in stage.own for error in ("EIO", "ENOSPC")
              if call.name in ("openat", "pwrite64", "ftruncate", "fsync", "fchmod", "pread64")]

    def attempt(fault, directory):
        done = inject(stage.prepare(directory), fault)
        left = snapshot(directory)
        if fault.call in stage.flushed[2:]:
            assert left == stage.after
        else:
            assert done.returncode == 2 and left == stage.before
        assert done.stderr.startswith("edit: cannot ") and done.stderr.count("\n") == 1

    tried = try_all(faults, attempt, stage.scratch)
    assert tried > 8
