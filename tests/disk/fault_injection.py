"""Runs of the program under strace, which kills it, or makes the kernel refuse, at a chosen call.

strace counts the calls of each traced process by itself, so that (name, n) is the n-th call of that
name in the writer if it comes there first, else in the guard that the writer starts.
"""

import os
import re
import shlex
import shutil
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from support.checkout import environment

EDIT = os.environ["DISK_EDIT"]
WITHOUT = os.environ["DISK_WITHOUT"]
# Sanitizers make a run ten times slower, and end it when their own calls are refused.
SANITIZED = b"__asan_" in Path(EDIT).read_bytes()
CALL = re.compile(r"^(\d+) +(\w+)\((.*)")


def snapshot(directory: Path) -> dict:
    """Everything there is to know of the files in a directory, except inode numbers and times."""
    found = {}
    for entry in sorted(directory.iterdir()):
        status = entry.lstat()
        path = os.fsencode(entry)
        attributes = {name: os.getxattr(path, name, follow_symlinks=False)
                      for name in os.listxattr(path, follow_symlinks=False)}
        content = entry.read_bytes() if stat.S_ISREG(status.st_mode) else None
        found[entry.name] = (content, oct(status.st_mode), status.st_uid, status.st_gid, attributes)
    return found


@dataclass(frozen=True)
class Call:
    name: str
    number: int  # the how many-th of this name in its process, from 1
    arguments: str


def trace(command: list, log: Path, refused: str = "") -> tuple[list[Call], list[Call]]:
    """The calls of the writer and of the first process that it starts, in order."""
    done = strace(command, ["-o", str(log)], refused)
    assert done.returncode == 0, f"{shlex.join(map(str, command))}\n{done.stderr}"
    calls: dict[str, list[Call]] = {}
    for line in log.read_text().splitlines():
        if not (found := CALL.match(line)):
            continue
        own = calls.setdefault(found[1], [])
        number = 1 + sum(call.name == found[2] for call in own)
        own.append(Call(found[2], number, found[3]))
    processes = list(calls.values())
    # execve is strace's own start of the program: there is nothing to be seen before it.
    return processes[0][1:], processes[1] if len(processes) > 1 else []


def traced_environment() -> dict[str, str]:
    """The leak checker of a sanitized build gives up where it is traced."""
    return environment(ASAN_OPTIONS="detect_leaks=0")


def strace(command: list, options: list[str], refused: str = "") -> subprocess.CompletedProcess:
    words = ["strace", "-f", "-qq", *options, *command]
    if refused:
        words = [WITHOUT, refused, *words]
    return subprocess.run([str(word) for word in words], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, env=traced_environment(), timeout=30)


@dataclass(frozen=True)
class Fault:
    call: Call
    what: str  # "signal=KILL", "error=EIO"

    def __str__(self):
        return f"{self.what} at {self.call.name} #{self.call.number} ({self.call.arguments})"


def inject(command: list, fault: Fault, refused: str = "") -> subprocess.CompletedProcess:
    rule = f"inject={fault.call.name}:{fault.what}:when={fault.call.number}"
    return strace(command, ["-o", "/dev/null", "-e", f"trace={fault.call.name}", "-e",
                            rule], refused)


def try_all(faults: list[Fault], attempt, scratch: Path) -> int:
    """attempt(fault, directory) for each fault, two at a time, each in a directory of its own."""
    def one(numbered):
        number, fault = numbered
        directory = scratch / str(number)
        directory.mkdir(parents=True)
        try:
            attempt(fault, directory)
        except AssertionError as error:
            raise AssertionError(f"{fault}: {error}") from error
        shutil.rmtree(directory)

    with ThreadPoolExecutor(2) as pool:
        for _ in pool.map(one, enumerate(faults)):
            pass
    return len(faults)
