"""Links become files in a wheel: libq.so, libq.so.1 and libq.so.1.2 of one library are three of them.
Whoever needs it under whichever name, a process shall have it once."""

import zipfile

import pytest
from support.checkout import auditwheel, elfwheel, run
from support.elf_facts import read_elf_facts
from support.small_wheel import write_wheel

NAMES = ["libq.so", "libq.so.1", "libq.so.1.2"]
# Says how often count() of the three users has been called, and which files hold it.
ASK = """
import ctypes, sys
users = [ctypes.CDLL(f"{sys.argv[1]}/pkg/{name}") for name in ("libu0.so", "libu1.so", "libu2.so")]
print([user.use() for user in users])
print(len({line.split()[-1] for line in open("/proc/self/maps") if "libq" in line}))
"""


@pytest.fixture(params=["soname", "no soname"])
def wheel(request, tmp_path):
    """Three users, each linked to the library under another name."""
    source = tmp_path / "source.c"
    flags = ["-Wl,-soname,libq.so.1"] if request.param == "soname" else []
    source.write_text("int count(void) { static int n; return ++n; }\n")
    run("gcc", "-shared", "-fPIC", source, "-o", tmp_path / "q.so", *flags)
    copy = (tmp_path / "q.so").read_bytes()
    files = {f"pkg/lib/{name}": copy for name in NAMES}
    source.write_text("int count(void); int use(void) { return count(); }\n")
    for index, name in enumerate(NAMES):
        # A library without a soname is needed by the name that the linker was given.
        directory = tmp_path / f"link{index}"
        directory.mkdir()
        stub = tmp_path / "stub.c"
        stub.write_text("int count(void) { return 0; }\n")
        run("gcc", "-shared", "-fPIC", stub, "-o", directory / "libq.so", f"-Wl,-soname,{name}")
        user = tmp_path / f"libu{index}.so"
        run("gcc", "-shared", "-fPIC", source, "-o", user, f"-L{directory}", "-lq",
            "-Wl,-rpath,$ORIGIN/lib")
        files[f"pkg/{user.name}"] = user.read_bytes()
    return write_wheel(tmp_path / "in/pkg-1-cp311-cp311-linux_x86_64.whl", files)


def answers(wheel, directory):
    zipfile.ZipFile(wheel).extractall(directory)
    return run("/usr/bin/python3", "-I", "-c", ASK, directory).stdout.splitlines()


def test_all_that_need_it_use_one_file(wheel, tmp_path):
    done = run(elfwheel(), "repair", "-w", tmp_path / "out", wheel)
    [repaired] = (tmp_path / "out").iterdir()
    assert answers(repaired, tmp_path / "installed") == ["[1, 2, 3]", "1"]
    needed = {name for index in range(3)
              for name in read_elf_facts(tmp_path / f"installed/pkg/libu{index}.so").needed
              if "libq" in name}
    assert len(needed) == 1
    assert "has the content of" in done.stderr
    run(elfwheel(), "verify", repaired)


def test_auditwheel_leaves_several(wheel, tmp_path):
    auditwheel("tools", "repair", "-w", tmp_path / "out", wheel)
    [repaired] = (tmp_path / "out").iterdir()
    # glibc knows a loaded library by its soname and by the names that it was asked for.
    assert answers(repaired, tmp_path / "installed") in (["[1, 2, 1]", "2"], ["[1, 1, 1]", "3"])
