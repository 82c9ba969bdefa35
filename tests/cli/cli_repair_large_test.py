"""`elfwheel repair` of wheels with large files: memory, the same bytes whoever packs them, and a line
that tells how far it has come."""

import hashlib
import os
import pty
import random
import subprocess
import sys
import zipfile

import pytest
from conftest import write_wheel
from support.checkout import HAS_OWN_RUNTIME, elfwheel, run

MEGABYTE = 1 << 20
OWN, COPIED = 24, 20  # megabytes of what is in them
PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def content(megabytes: int, seed: int) -> bytes:
    """Half of it repeats what was before, as code does."""
    chance = random.Random(seed)
    block = chance.randbytes(MEGABYTE // 2)
    return b"".join(block + chance.randbytes(MEGABYTE // 2) for _ in range(megabytes))


@pytest.fixture(scope="module")
def large_wheel(tmp_path_factory):
    """Its library pkg/liba.so is large and changes in a few places only; libout.so, which is large as
    well, is copied in."""
    directory = tmp_path_factory.mktemp("large")

    def library(name: str, megabytes: int, source: str, *flags: str):
        path = directory / name
        path.parent.mkdir(exist_ok=True)
        (directory / "payload").write_bytes(content(megabytes, megabytes))
        (directory / "source.c").write_text(
            f'__asm__(".section .rodata\\n.global payload_{megabytes}\\npayload_{megabytes}:\\n'
            f'.incbin \\"{directory}/payload\\"\\n.text\\n");\n{source}')
        run("gcc", "-shared", "-fPIC", directory / "source.c", "-o", path, f"-Wl,-soname,{path.name}",
            *flags)
        return path

    outside = library("outside/libout.so", COPIED, "int out(void) { return 5; }\n").parent
    own = library("liba.so", OWN, "int out(void); int a(void) { return out(); }\n", f"-L{outside}",
                  "-lout")
    return write_wheel(directory / "in/pkg-1-cp311-cp311-linux_x86_64.whl",
                       {"pkg/__init__.py": b"", "pkg/liba.so": own.read_bytes()}), outside


def repair(large_wheel, out, *flags):
    wheel, outside = large_wheel
    run(elfwheel(), "repair", "-q", "--ldpaths", outside, "-w", out, *flags, wheel)
    [result] = out.iterdir()
    return result


def test_any_number_of_threads_gives_the_same_bytes(large_wheel, tmp_path):
    digests = {jobs: hashlib.sha256(repair(large_wheel, tmp_path / jobs, "-j", jobs).read_bytes())
               .hexdigest() for jobs in ("1", "2", "5")}
    assert len(set(digests.values())) == 1, digests


@pytest.mark.parametrize("level", ["0", "1", "6", "9"])
def test_other_readers_find_the_content_that_record_lists(large_wheel, tmp_path, level):
    result = repair(large_wheel, tmp_path / "out", "-z", level)
    with zipfile.ZipFile(result) as archive:
        assert archive.testzip() is None
        for info in archive.infolist():
            if info.filename.endswith(".so") or ".so." in info.filename:
                packed = zipfile.ZIP_STORED if level == "0" else zipfile.ZIP_DEFLATED
                assert info.compress_type == packed, info.filename
    run("unzip", "-tqq", result)
    assert "ok, 2 ELF files" in run(elfwheel(), "verify", result).stdout


def test_what_stays_is_taken_over_as_it_is_packed(large_wheel, tmp_path):
    """All but the places that change: the same runs of packed bytes, if not at the same bits."""
    wheel, _ = large_wheel
    result = repair(large_wheel, tmp_path / "out", "-z", "9")
    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(result) as new:
        before, after = old.getinfo("pkg/liba.so"), new.getinfo("pkg/liba.so")
        assert before.CRC != after.CRC
        # At another level than the wheel's, and yet it is no other size.
        assert abs(before.compress_size - after.compress_size) < MEGABYTE // 4


@pytest.mark.skipif(not HAS_OWN_RUNTIME, reason="sanitizers, for which it is linked otherwise, take memory")
def test_memory_does_not_grow_with_the_number_of_files(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    names = [f"zero{i}" for i in range(5)]
    for name in names:
        (tmp_path / "zero.c").write_text('__asm__(".section .rodata\\n.zero 40000000\\n.text\\n");\n'
                                         f"int {name}(void) {{ return 1; }}\n")
        run("gcc", "-shared", "-fPIC", tmp_path / "zero.c", "-o", outside / f"lib{name}.so")
    run("gcc", "-shared", "-fPIC", "-x", "c", "/dev/null", "-o", tmp_path / "liba.so",
        "-Wl,--no-as-needed", f"-L{outside}", *(f"-l{name}" for name in names))
    wheel = write_wheel(tmp_path / "in/pkg-1-cp311-cp311-linux_x86_64.whl",
                        {"pkg/liba.so": (tmp_path / "liba.so").read_bytes()})
    # By a child of its own, so that nobody else's memory counts.
    peak = int(run(sys.executable, "-c", PEAK, elfwheel(), "repair", "-q", "-j", "2", "--ldpaths",
                   outside, "-w", tmp_path / "out", wheel).stdout) * 1024
    assert peak < 100_000_000  # of 200 MB


def shown_on_a_terminal(*command) -> str:
    """What goes to stderr, where that is a terminal of 60 columns."""
    leader, follower = pty.openpty()
    subprocess.run(["stty", "cols", "60"], stdin=follower, check=True)
    with subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=follower) as process:
        os.close(follower)
        shown = b""
        try:
            while part := os.read(leader, 4096):
                shown += part
        except OSError:  # the other side was closed
            pass
        assert process.wait() == 0
    os.close(leader)
    return shown.decode()


def test_a_terminal_shows_how_far_it_has_come(large_wheel, tmp_path):
    wheel, outside = large_wheel
    command = [elfwheel(), "repair", "-z", "9", "--ldpaths", outside, "-w", tmp_path / "out", wheel]
    lines = shown_on_a_terminal(*command).split("\r\x1b[K")
    assert lines[0] == "" and lines[-1] == ""  # the last one is taken back
    shares = [int(line.split()[-2]) for line in lines if line.endswith(" %")]
    assert shares and shares == sorted(shares) and shares[-1] <= 100
    assert all(len(line) < 60 for line in lines)
    assert run(*command).stderr == ""  # no terminal, no line
