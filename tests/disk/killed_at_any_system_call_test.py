"""An edit is killed, or refused something, at each of its system calls in turn. Afterwards the
target is byte for byte the old or the new file, with its mode, owner and attributes, and nothing
else is in its directory.
"""

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from fault_injection import SANITIZED, Fault, inject, snapshot, strace, trace, \
    traced_environment, try_all
from support.checkout import elfwheel

RPATH = "$ORIGIN/../" + "a-long-name/" * 12

# Each of these is retried, or done in another way, whatever it says.
OVERCOME = {
    "ENOSPC": ("copy_file_range",),
    "EINTR": ("pwrite64", "copy_file_range", "pread64", "recvfrom", "sendto", "wait4", "linkat"),
    "EAGAIN": ("clone", "socketpair", "recvfrom"),
    "ENOSYS": ("copy_file_range", "sync_file_range", "close_range"),
}
# Calls that sanitizers make, too: they look at memory through pipes.
SANITIZERS = ("mmap", "munmap", "mprotect", "madvise", "sigaltstack", "pipe2", "write", "read")


@dataclass(frozen=True)
class Scene:
    """One way to write: what replaces what, and what the kernel refuses."""
    name: str
    output: str = ""  # another file of the directory; "": the input is replaced
    refused: str = ""

    def prepare(self, directory: Path, library: bytes) -> list:
        """The command that edits `directory`, which then holds what is there before."""
        target = directory / "liba.so"
        target.write_bytes(library)
        os.setxattr(target, "user.origin", b"kept")
        if os.geteuid() == 0:
            os.chown(target, 12345, 54321)
        target.chmod(0o751)
        command = [elfwheel(), "set-rpath", RPATH, target]
        return command + (["-o", directory / self.output] if self.output else [])


SCENES = [
    Scene("replace"),
    Scene("new-output", output="new.so"),
    Scene("replace-without-nameless-files", refused="nameless-files"),
    Scene("new-output-without-nameless-files", output="new.so", refused="nameless-files"),
    Scene("replace-without-links", refused="links"),
]


class Stage:
    """A scene with what a run that nothing disturbs makes of it."""

    def __init__(self, scene: Scene, library: bytes, tmp_path: Path):
        self.scene, self.library, self.scratch = scene, library, tmp_path / "runs"
        plain = tmp_path / "plain"
        plain.mkdir()
        command = scene.prepare(plain, library)
        self.before = snapshot(plain)
        self.writer, self.guard = trace(command, tmp_path / "log", scene.refused)
        self.after = snapshot(plain)
        assert self.before != self.after and len(self.after) <= 2
        begin = next(i for i, call in enumerate(self.writer) if "liba.so" in call.arguments)
        self.own = self.writer[begin:]  # without those of the program's start

    def run(self, fault: Fault, directory: Path) -> subprocess.CompletedProcess:
        command = self.scene.prepare(directory, self.library)
        done = inject(command, fault, self.scene.refused)
        left = snapshot(directory)
        assert sorted(left) in (sorted(self.before), sorted(self.after)), f"there is {sorted(left)}"
        assert left in (self.before, self.after), "the files are neither the old nor the new ones"
        if done.returncode == 0:
            assert left == self.after, "exit 0, but the old file is there"
        return done


# Of a sanitized build, the first and the last scene meet all code.
@pytest.fixture(params=SCENES[::4] if SANITIZED else SCENES, ids=lambda scene: scene.name)
def stage(request, plain_library, tmp_path):
    return Stage(request.param, plain_library, tmp_path)


def test_killed(stage, record_property):
    # The start of the program is the same in every scene.
    first = stage.scene.name == "replace" and not SANITIZED
    calls = stage.writer if first else stage.own

    def attempt(fault, directory):
        done = stage.run(fault, directory)
        assert done.returncode == -signal.SIGKILL, f"exit {done.returncode}: {done.stderr}"

    tried = try_all([Fault(call, "signal=KILL") for call in calls], attempt, stage.scratch)
    record_property("killed at", tried)
    print(f"{stage.scene.name}: killed at {tried} system calls")
    assert tried >= 30


def test_refused(stage, record_property):
    """Every call of the writer fails once with each of these errors."""
    # brk answers a refusal with the old address, never with an error number, which the C library
    # would take for success.
    left_out = ["exit_group", "brk", *(SANITIZERS if SANITIZED else ())]
    errors = ["EIO"] if SANITIZED else ["EIO", "ENOSPC"]
    faults = [Fault(call, f"error={error}") for call in stage.own for error in errors
              if call.name not in left_out]
    faults += [Fault(call, f"error={error}") for error, names in OVERCOME.items()
               for call in stage.own if call.name in names]

    def attempt(fault, directory):
        done = stage.run(fault, directory)
        if fault.call.name in OVERCOME.get(fault.what.removeprefix("error="), ()):
            assert done.returncode == 0, f"exit {done.returncode}: {done.stderr}"
        if done.returncode == 0:
            assert done.stderr == ""
        else:
            assert done.returncode == 2, f"exit {done.returncode}: {done.stderr}"
            assert done.stderr.startswith("elfwheel: "), done.stderr
            assert done.stderr.count("\n") == 1, done.stderr

    tried = try_all(faults, attempt, stage.scratch)
    record_property("refused at", tried)
    print(f"{stage.scene.name}: {tried} refusals")
    assert tried > 60


def test_guard_killed(stage):
    """The guard alone dies: the writer does without."""
    # The writer has reads and an end of its own: see test_guard_killed_while_it_waits.
    victims = {"setsid", "close_range"} if SANITIZED else {"setsid", "close_range", "write"}
    calls = [call for call in stage.guard if call.name in victims]
    if stage.scene.name == "new-output":
        assert calls == []  # a file that never has another name needs no guard
        return
    assert victims == {call.name for call in calls}

    def attempt(fault, directory):
        done = stage.run(fault, directory)
        assert (done.returncode, done.stderr) == (0, "")

    try_all([Fault(call, "signal=KILL") for call in calls], attempt, stage.scratch)
    try_all([Fault(call, f"error={error}") for error in ("EIO", "ENOSYS") for call in calls],
            attempt, stage.scratch / "errors")


def children(process: int) -> list[int]:
    # Not the file of one thread that lists them: that leaves out children without an exit signal.
    found = []
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            fields = (directory / "stat").read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == process and fields[0] != "Z":
            found.append(int(directory.name))
    return found


def wait_for(condition, seconds: float = 20):
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.002)
    return value


@pytest.fixture
def held_at_rename(plain_library, tmp_path):
    """A run that stands before its rename: (tracer, writer, waiting guard, directory)."""
    directory = tmp_path / "held"
    directory.mkdir()
    command = Scene("replace").prepare(directory, plain_library)
    tracer = subprocess.Popen(
        ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=renameat", "-e",
         "inject=renameat:delay_enter=60s:when=1", *map(str, command)],
        stdin=subprocess.DEVNULL, env=traced_environment(), start_new_session=True)
    try:
        wait_for(lambda: len(list(directory.iterdir())) == 2)
        [writer] = children(tracer.pid)
        [guard] = children(writer)
        yield tracer, writer, guard, directory
    finally:
        tracer.kill()
        tracer.wait()


def test_guard_holds_nothing_but_what_it_needs(held_at_rename):
    _, writer, guard, directory = held_at_rename
    assert os.getsid(guard) == guard
    assert os.getpgid(guard) != os.getpgid(writer)
    held = sorted(os.readlink(file) for file in Path(f"/proc/{guard}/fd").iterdir())
    assert len(held) == 2 and held[0] == str(directory) and held[1].startswith("socket:"), held


def test_guard_outlives_signals_to_the_group(held_at_rename):
    tracer, writer, guard, directory = held_at_rename
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
        os.kill(guard, number)
    os.killpg(os.getpgid(writer), signal.SIGKILL)
    wait_for(lambda: not Path(f"/proc/{guard}").exists() or guard not in children(1))
    wait_for(lambda: [file.name for file in directory.iterdir()] == ["liba.so"])


def test_guard_killed_while_it_waits(plain_library, tmp_path):
    directory = tmp_path / "held"
    directory.mkdir()
    command = Scene("replace").prepare(directory, plain_library)
    before = snapshot(directory)
    tracer = subprocess.Popen(
        ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=renameat", "-e",
         "inject=renameat:delay_enter=400ms:when=1", *map(str, command)],
        stdin=subprocess.DEVNULL, env=traced_environment())
    wait_for(lambda: len(list(directory.iterdir())) == 2)
    [writer] = children(tracer.pid)
    [guard] = children(writer)
    os.kill(guard, signal.SIGKILL)
    assert tracer.wait(timeout=20) == 0
    assert sorted(snapshot(directory)) == ["liba.so"] and snapshot(directory) != before


def test_kernel_without_close_range(plain_library, tmp_path):
    stage = Stage(Scene("old-kernel", refused="close-range"), plain_library, tmp_path)
    assert any(call.name == "close" for call in stage.guard)
    [rename] = [call for call in stage.own if call.name == "renameat"]
    stage.scratch.mkdir()
    done = stage.run(Fault(rename, "signal=KILL"), stage.scratch)
    assert done.returncode == -signal.SIGKILL


def test_these_tests_can_fail(plain_library, tmp_path):
    """Without its guard a writer that is killed between linkat and rename leaves a name behind."""
    scene = Scene("replace")
    command = scene.prepare(tmp_path, plain_library)
    strace(command, ["-o", "/dev/null", "-e", "trace=clone,renameat", "-e",
                     "inject=clone:error=EAGAIN", "-e", "inject=renameat:signal=KILL"])
    assert len(snapshot(tmp_path)) == 2
