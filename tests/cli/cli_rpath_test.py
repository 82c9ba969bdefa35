"""print-rpath, set-rpath, add-rpath, remove-rpath: what they print, change, leave alone and refuse.

readelf and LIEF read every edited file back; what becomes of each kind of ELF file is tests/elf's.
"""

import os
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

import lief
import pytest
from support.checkout import elfwheel, environment, run
from support.elf_facts import read_elf_facts

SOURCE = "int answer(void) { return 42; }\n"
OLD = "/opt/old/lib:$ORIGIN/../old"
LONG = ":".join(f"$ORIGIN/../lib/python3.{minor}/site-packages/pkg.libs" for minor in range(7, 15))


@pytest.fixture
def library(compile_c, tmp_path):
    return compile_c(tmp_path / "lib/liba.so", SOURCE, "-Wl,-soname,liba.so",
                     "-Wl,--enable-new-dtags", f"-Wl,-rpath,{OLD}")


@pytest.fixture
def bare_library(compile_c, tmp_path):
    return compile_c(tmp_path / "lib/libbare.so", SOURCE, "-Wl,-soname,libbare.so")


@pytest.fixture
def program(compile_c, tmp_path):
    return compile_c(tmp_path / "bin/program",
                     "#include <unistd.h>\n"
                     "int main(int argc, char **argv) { if (argc > 1) pause(); return 7; }\n")


def expect_rpath(file: Path, runpath: str | None, rpath: str | None = None) -> None:
    facts = read_elf_facts(file)
    assert facts.runpath == (None if runpath is None else runpath.split(":"))
    assert facts.rpath == (None if rpath is None else rpath.split(":"))
    binary = lief.parse(str(file))  # must outlive its entries
    entries = {type(entry).__name__: entry for entry in binary.dynamic_entries}
    assert getattr(entries.get("DynamicEntryRunPath"), "runpath", None) == runpath
    assert getattr(entries.get("DynamicEntryRpath"), "rpath", None) == rpath
    printed = run(elfwheel(), "print-rpath", file)
    assert (printed.stdout, printed.stderr) == (f"{runpath or rpath or ''}\n", "")


def loads(file: Path) -> bool:
    code = "import ctypes, sys; sys.exit(ctypes.CDLL(sys.argv[1]).answer() != 42)"
    return run("/usr/bin/python3", "-I", "-c", code, file, expect=None).returncode == 0


def edit(*arguments) -> None:
    done = run(elfwheel(), *arguments)
    assert (done.stdout, done.stderr) == ("", "")


def refuse(message: str, *arguments, expect: int = 2) -> None:
    done = run(elfwheel(), *arguments, expect=expect)
    assert (done.stdout, done.stderr) == ("", f"elfwheel: {message}\n")


def test_print_rpath_of_one_file(library, bare_library):
    assert run(elfwheel(), "print-rpath", library).stdout == f"{OLD}\n"
    assert run(elfwheel(), "print-rpath", bare_library).stdout == "\n"


def test_print_rpath_of_several_files_names_them(library, bare_library):
    done = run(elfwheel(), "print-rpath", library, bare_library)
    assert done.stdout == f"{library}: {OLD}\n{bare_library}: \n"


def test_print_rpath_prefers_the_tag_that_the_loader_prefers(library, compile_c, tmp_path):
    old = compile_c(tmp_path / "lib/libold.so", SOURCE, "-Wl,--disable-new-dtags",
                    "-Wl,-rpath,/opt/as/rpath")
    expect_rpath(old, None, "/opt/as/rpath")


@pytest.mark.parametrize("rpath", ["$ORIGIN", LONG, "/" + "x" * 4000])
def test_set_rpath(library, rpath):
    edit("set-rpath", rpath, library)
    expect_rpath(library, rpath)
    assert loads(library)
    assert OLD.encode() not in library.read_bytes()


def test_set_rpath_where_there_is_none(bare_library):
    edit("set-rpath", LONG, bare_library)
    expect_rpath(bare_library, LONG)
    assert loads(bare_library)


def test_set_rpath_of_several_files(library, bare_library, program):
    edit("set-rpath", LONG, library, bare_library, program)
    for file in (library, bare_library, program):
        expect_rpath(file, LONG)
    assert run(program, expect=7)


def test_set_rpath_to_nothing_removes_it(library):
    edit("set-rpath", "", library)
    expect_rpath(library, None)


def test_force_rpath_writes_the_other_tag_and_set_rpath_turns_it_back(library):
    edit("set-rpath", "--force-rpath", LONG, library)
    expect_rpath(library, None, LONG)
    edit("set-rpath", "$ORIGIN", library)
    expect_rpath(library, "$ORIGIN")


def test_add_rpath_appends_what_is_missing(library):
    edit("add-rpath", "$ORIGIN/../old:$ORIGIN/new", library)
    expect_rpath(library, f"{OLD}:$ORIGIN/new")


def test_add_rpath_keeps_the_tag(compile_c, tmp_path):
    old = compile_c(tmp_path / "lib/libold.so", SOURCE, "-Wl,--disable-new-dtags",
                    "-Wl,-rpath,/opt/as/rpath")
    edit("add-rpath", "$ORIGIN", old)
    expect_rpath(old, None, "/opt/as/rpath:$ORIGIN")


def test_add_rpath_where_there_is_none(bare_library):
    edit("add-rpath", "$ORIGIN", bare_library)
    expect_rpath(bare_library, "$ORIGIN")


def test_remove_rpath_leaves_nothing_readable(library):
    edit("remove-rpath", library)
    expect_rpath(library, None)
    assert b"/opt/old" not in library.read_bytes()
    assert loads(library)


@pytest.mark.parametrize("arguments", [
    ("set-rpath", OLD), ("add-rpath", "$ORIGIN/../old"), ("add-rpath", "/opt/old/lib")])
def test_nothing_to_do_leaves_the_file_untouched(library, arguments):
    os.utime(library, ns=(1_000_000_000, 1_000_000_000))
    before, content = library.stat(), library.read_bytes()
    edit(*arguments, library)
    after = library.stat()
    assert (after.st_ino, after.st_mtime_ns, after.st_ctime_ns) == \
        (before.st_ino, before.st_mtime_ns, before.st_ctime_ns)
    assert library.read_bytes() == content


def test_remove_rpath_of_a_file_without_one_leaves_it_untouched(bare_library):
    before = bare_library.stat()
    edit("remove-rpath", bare_library)
    assert bare_library.stat().st_ino == before.st_ino
    assert bare_library.stat().st_mtime_ns == before.st_mtime_ns


def test_the_same_edit_twice_gives_the_same_bytes(library):
    edit("set-rpath", LONG, library)
    once = library.read_bytes()
    edit("set-rpath", LONG, library)
    assert library.read_bytes() == once


def test_the_same_file_twice_in_one_call(library):
    edit("add-rpath", "$ORIGIN/new", library, library)
    expect_rpath(library, f"{OLD}:$ORIGIN/new")


def test_output_goes_to_another_file(library, tmp_path):
    before = library.read_bytes()
    out = tmp_path / "out.so"
    edit("set-rpath", LONG, library, "-o", out)
    assert library.read_bytes() == before
    expect_rpath(out, LONG)
    assert loads(out)


def test_output_is_written_when_there_is_nothing_to_change(library, tmp_path):
    edit("set-rpath", OLD, library, "-o", tmp_path / "out.so")
    assert (tmp_path / "out.so").read_bytes() == library.read_bytes()


def test_output_may_be_the_input(library):
    edit("set-rpath", LONG, library, "-o", library)
    expect_rpath(library, LONG)


def test_output_of_a_program_can_be_run(program, tmp_path):
    edit("set-rpath", LONG, program, "-o", tmp_path / "copy")
    assert run(tmp_path / "copy", expect=7)


def test_output_takes_a_single_file(library, bare_library, tmp_path):
    refuse("-o takes a single FILE; see elfwheel set-rpath --help",
           "set-rpath", LONG, library, bare_library, "-o", tmp_path / "out.so")
    assert not (tmp_path / "out.so").exists()


def test_output_to_a_device_does_not_replace_it(library):
    run(elfwheel(), "set-rpath", LONG, library, "-o", "/dev/null")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_output_in_a_directory_that_is_not_there(library, tmp_path):
    refuse(f"{library}: {tmp_path}/none/out.so: cannot create a file in {tmp_path}/none: "
           "No such file or directory", "set-rpath", LONG, library, "-o", tmp_path / "none/out.so")


def test_mode_owner_and_attributes_stay(library):
    library.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(library, 12, 34)
    has_attributes = True
    try:
        os.setxattr(library, "user.origin", b"here")
    except OSError:  # tmpfs of older kernels has none
        has_attributes = False
    edit("set-rpath", LONG, library)
    after = library.stat()
    assert stat.S_IMODE(after.st_mode) == 0o640
    if os.geteuid() == 0:
        assert (after.st_uid, after.st_gid) == (12, 34)
    if has_attributes:
        assert os.getxattr(library, "user.origin") == b"here"


def test_a_symlink_stays_and_its_target_is_edited(library, tmp_path):
    link = tmp_path / "link.so"
    link.symlink_to("lib/liba.so")
    edit("set-rpath", LONG, link)
    assert os.readlink(link) == "lib/liba.so"
    assert not library.is_symlink()
    expect_rpath(library, LONG)


def test_a_running_program_is_edited_and_goes_on(program):
    with subprocess.Popen([program, "wait"], env=environment()) as running:
        try:
            edit("set-rpath", LONG, program)
            expect_rpath(program, LONG)
            assert running.poll() is None
        finally:
            running.kill()
    assert run(program, expect=7)


def test_nothing_but_the_file_is_left_in_its_directory(library):
    edit("set-rpath", LONG, library)
    assert [file.name for file in library.parent.iterdir()] == ["liba.so"]


def test_not_an_elf_file(tmp_path):
    script = tmp_path / "script.sh"
    script.write_text("#!/bin/sh\n")
    refuse(f"{script}: not an ELF file", "set-rpath", LONG, script)
    refuse(f"{script}: not an ELF file", "print-rpath", script)
    empty = tmp_path / "empty"
    empty.touch()
    refuse(f"{empty}: not an ELF file", "remove-rpath", empty)


def test_missing_file(tmp_path):
    for command in (["print-rpath"], ["set-rpath", LONG], ["add-rpath", LONG], ["remove-rpath"]):
        refuse(f"{tmp_path}/none.so: cannot open: No such file or directory",
               *command, f"{tmp_path}/none.so")


def test_directory(tmp_path):
    refuse(f"{tmp_path}: cannot open: Is a directory", "set-rpath", LONG, tmp_path)


def test_truncated_file(library):
    whole = library.read_bytes()
    library.write_bytes(whole[:64])
    refuse(f"{library}: program header table: offset 0x40 + size 0x1f8 exceeds the 0x40 bytes "
           "available", "set-rpath", LONG, library)
    assert library.read_bytes() == whole[:64]


def test_static_program(compile_c, tmp_path):
    program = compile_c(tmp_path / "static", "int main(void) { return 0; }\n", "-static")
    before = program.read_bytes()
    refuse(f"{program}: no dynamic section: a statically linked program loads no libraries",
           "set-rpath", LONG, program)
    assert program.read_bytes() == before


def test_a_bad_file_does_not_stop_the_others(library, bare_library, tmp_path):
    refuse(f"{tmp_path}/none.so: cannot open: No such file or directory",
           "set-rpath", LONG, library, f"{tmp_path}/none.so", bare_library)
    expect_rpath(library, LONG)
    expect_rpath(bare_library, LONG)


def as_nobody(*command) -> subprocess.CompletedProcess:
    """Runs a command without the rights of root, to whom no directory is read-only."""
    user = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    return subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, env=environment(), **user)


def test_a_directory_that_cannot_be_written(library):
    with tempfile.TemporaryDirectory(prefix="elfwheel-") as directory:
        os.chmod(directory, 0o755)
        program = Path(directory) / "elfwheel"  # the checkout may be closed to others
        shutil.copy(elfwheel(), program)
        closed = Path(directory) / "closed"
        closed.mkdir()
        target = closed / "liba.so"
        shutil.copy(library, target)
        target.chmod(0o444)
        closed.chmod(0o555)
        before = target.read_bytes()
        done = as_nobody(program, "set-rpath", LONG, target)
        assert (done.returncode, done.stderr) == (
            2, f"elfwheel: {target}: cannot create a file in {closed}: Permission denied\n")
        assert target.read_bytes() == before
        assert [file.name for file in closed.iterdir()] == ["liba.so"]
        closed.chmod(0o755)
