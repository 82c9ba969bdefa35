"""`elfwheel repair` is killed at the calls that write its wheel. The output directory then holds
what it held before, or the whole new wheel in addition.
"""

import signal
import zipfile

import pytest

from fault_injection import Fault, inject, snapshot, trace, try_all
from support.checkout import TOOLS_PYTHON, elfwheel, run

WRITING = ("openat", "linkat", "renameat", "fsync", "pwrite64", "socketpair", "clone", "fchmod",
           "recvfrom", "sendto", "wait4", "close_range", "setsid")


def pack_wheel(tmp_path, library: bytes):
    tree = tmp_path / "pkg-1"
    info = tree / "pkg-1.dist-info"
    for directory in (tree / "pkg", info):
        directory.mkdir(parents=True)
    (tree / "pkg/liba.so").write_bytes(library)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pkg\nVersion: 1\n")
    (info / "WHEEL").write_text("Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\n"
                                "Tag: cp311-cp311-linux_x86_64\n")
    run(TOOLS_PYTHON, "-I", "-m", "wheel", "pack", tree, "-d", tmp_path)
    [wheel] = tmp_path.glob("*.whl")
    return wheel


@pytest.mark.parametrize("existing", [False, True], ids=["new", "replaced"])
@pytest.mark.parametrize("refused", ["", "nameless-files"], ids=["nameless", "named"])
def test_killed(existing, refused, plain_library, tmp_path):
    wheel = pack_wheel(tmp_path, plain_library)

    def prepare(directory):
        (directory / "other").write_text("stays")
        if existing:
            (directory / name).write_text("an older file")
        return [elfwheel(), "repair", "-w", directory, wheel]

    name = "?"
    plain = tmp_path / "plain"
    plain.mkdir()
    run(elfwheel(), "repair", "-w", plain, wheel)
    [name] = [file.name for file in plain.iterdir()]
    (plain / name).unlink()
    command = prepare(plain)
    before = snapshot(plain)
    writer, _ = trace(command, tmp_path / "log", refused)
    after = snapshot(plain)
    assert zipfile.is_zipfile(plain / name) and len(after) == 2
    begin = next(i for i, call in enumerate(writer)
                 if call.name == "openat" and str(plain) in call.arguments)
    calls = [call for call in writer[begin:] if call.name in WRITING]
    assert {"pwrite64", "fsync"} <= {call.name for call in calls}

    def attempt(fault, directory):
        done = inject(prepare(directory), fault, refused)
        assert done.returncode == -signal.SIGKILL, f"exit {done.returncode}: {done.stderr}"
        assert snapshot(directory) in (before, after)

    assert try_all([Fault(call, "signal=KILL") for call in calls], attempt, tmp_path / "runs") > 5
