"""The editing and printing commands other than those of the rpath, as a user runs them; readelf
reads every edited file back. What becomes of each kind of ELF file is tests/elf's."""

import subprocess

import pytest
from support.checkout import elfwheel, environment, run
from support.patchelf_pair import facts, fixture, fixtures

SOURCE = "int answer(void) { return 42; }\nint other(void) { return 7; }\n"


@pytest.fixture
def library(compile_c, tmp_path):
    return compile_c(tmp_path / "lib/liba.so", SOURCE, "-Wl,-soname,liba.so", "-Wl,--no-as-needed",
                     "-lm", "-lc")


@pytest.fixture
def program(compile_c, tmp_path):
    return compile_c(tmp_path / "bin/program", "int main(void) { return 7; }\n", "-pie", "-fPIE")


def edit(*arguments) -> None:
    done = run(elfwheel(), *arguments)
    assert (done.stdout, done.stderr) == ("", "")


def printed(*arguments) -> str:
    done = run(elfwheel(), *arguments)
    assert done.stderr == ""
    return done.stdout


def refuse(message: str, *arguments) -> None:
    done = run(elfwheel(), *arguments, expect=2)
    assert (done.stdout, done.stderr) == ("", f"elfwheel: {message}\n")


def changed(file, before: dict) -> dict:
    """The facts that are not what they were, with their new values."""
    return {name: value for name, value in facts(file).items() if value != before[name]}


def test_prints_of_one_file(library, program):
    assert printed("print-needed", library) == "libm.so.6\nlibc.so.6\n"
    assert printed("print-soname", library) == "liba.so\n"
    assert printed("print-interpreter", program) == "/lib64/ld-linux-x86-64.so.2\n"
    assert printed("print-execstack", library) == "no\n"
    assert printed("print-os-abi", library) == "System V\n"


def test_prints_of_several_files_name_them(library, program):
    assert printed("print-needed", library, program) == \
        f"{library}: libm.so.6\n{library}: libc.so.6\n{program}: libc.so.6\n"
    assert printed("print-soname", library, program) == f"{library}: liba.so\n"
    assert printed("print-interpreter", library, program) == \
        f"{program}: /lib64/ld-linux-x86-64.so.2\n"


@pytest.mark.parametrize("name", [entry.name for entry in fixtures() if entry.kind == "static"])
def test_prints_of_static_programs_are_empty(name):
    file = fixture(name)
    for what in "needed", "soname", "interpreter":
        assert printed(f"print-{what}", file) == ""
    assert printed("print-rpath", file) == "\n"
    assert printed("print-execstack", file) == "no\n"


def test_prints_go_on_behind_a_broken_file(library, tmp_path):
    text = tmp_path / "text"
    text.write_text("no ELF\n")
    done = run(elfwheel(), "print-soname", text, library, expect=2)
    assert done.stdout == f"{library}: liba.so\n"
    assert done.stderr == f"elfwheel: {text}: not an ELF file\n"


@pytest.mark.parametrize(("arguments", "fact", "value"), [
    (["add-needed", "libdl.so.2"], "needed", ["libdl.so.2", "libm.so.6", "libc.so.6"]),
    (["remove-needed", "libm.so.6"], "needed", ["libc.so.6"]),
    (["replace-needed", "libm.so.6", "libdl.so.2"], "needed", ["libdl.so.2", "libc.so.6"]),
    (["set-soname", "liba-0123abcd.so.1"], "soname", ["liba-0123abcd.so.1"]),
    (["set-execstack"], "stack", ["RWE"]),
    (["set-os-abi", "linux"], "OS ABI", ["UNIX - GNU"]),
    (["set-os-abi", "FreeBSD"], "OS ABI", ["UNIX - FreeBSD"]),
    (["no-default-lib"], "flags", ["Flags: NODEFLIB"]),
    (["add-debug-tag"], "debug", ["DEBUG"])])
def test_an_edit_changes_its_fact_alone(library, arguments, fact, value):
    before = facts(library)
    edit(*arguments, library)
    assert changed(library, before) == {fact: value}
    once = library.read_bytes()
    edit(*arguments, library)
    assert library.read_bytes() == once


def test_set_interpreter(program):
    before, bytes_before = facts(program), program.read_bytes()
    loader = "/tmp/../lib64/ld-linux-x86-64.so.2"
    edit("set-interpreter", loader, program)
    assert changed(program, before) == {"interpreter": [loader]}
    assert run(program, expect=7)
    edit("set-interpreter", "/lib64/ld-linux-x86-64.so.2", program)
    edit("set-interpreter", "/lib64/ld-linux-x86-64.so.2", program)
    assert facts(program) == before
    assert run(program, expect=7)
    assert len(program.read_bytes()) <= len(bytes_before) + 4096


def test_execstack_set_and_cleared_gives_the_same_bytes(library):
    before = library.read_bytes()
    edit("set-execstack", library)
    assert printed("print-execstack", library) == "yes\n"
    edit("clear-execstack", library)
    assert library.read_bytes() == before


def test_what_print_os_abi_says_set_os_abi_takes(library):
    for name in "System V", "HP-UX", "NetBSD", "Linux", "GNU Hurd", "Tru64", "OpenVMS":
        edit("set-os-abi", name, library)
        assert printed("print-os-abi", library) == f"{name}\n"


def test_clear_symbol_version(tmp_path):
    library = tmp_path / "lib.so"
    library.write_bytes(fixture("plain").read_bytes())
    edit("clear-symbol-version", "base_number", library)
    symbols = facts(library)["symbols"]
    assert "base_number" in symbols and "base_number@BASE_1.0" not in symbols
    edit("remove-needed", "libbase.so", library)
    assert facts(library)["needed"] == ["libc.so.6"]


def test_rename_dynamic_symbols_swaps(library, tmp_path):
    names = tmp_path / "map"
    names.write_text("answer other\n\nother answer\nabsent gone\n")
    edit("rename-dynamic-symbols", names, library)
    code = ("import ctypes, sys; a = ctypes.CDLL(sys.argv[1]); "
            "sys.exit((a.answer(), a.other()) != (7, 42))")
    run("/usr/bin/python3", "-I", "-c", code, library)


@pytest.mark.parametrize(("text", "message"), [
    ("answer\n", "line 1: no new name for answer"),
    ("a b\na c\n", "line 2: a gets a second new name"),
    ("a b@@V1\n", "line 1: b@@V1 has a version: versions stay as they are")])
def test_a_map_that_makes_no_sense(library, tmp_path, text, message):
    names, before = tmp_path / "map", library.read_bytes()
    names.write_text(text)
    refuse(f"{names}: {message}", "rename-dynamic-symbols", names, library)
    assert library.read_bytes() == before


def test_a_map_that_is_not_there(library, tmp_path):
    refuse(f"{tmp_path}/none: cannot open: No such file or directory",
           "rename-dynamic-symbols", f"{tmp_path}/none", library)


def test_edits_that_the_file_has_no_place_for(library, program, tmp_path):
    refuse(f"{library}: no interpreter (PT_INTERP) that could be replaced",
           "set-interpreter", "/x", library)
    refuse(f"{program}: a program has no soname", "set-soname", "x", program)
    refuse("no OS ABI is called 'beos'; known are System V, HP-UX, NetBSD, Linux, GNU Hurd, "
           "Solaris, AIX, IRIX, FreeBSD, Tru64, OpenBSD, OpenVMS", "set-os-abi", "beos", library)
    refuse(f"{fixture('static')}: no dynamic section: a statically linked program loads no "
           "libraries", "add-needed", "libx.so", fixture("static"), "-o", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_needed_library_whose_version_is_used_stays(tmp_path):
    library = tmp_path / "lib.so"
    library.write_bytes(fixture("plain").read_bytes())
    refuse(f"{library}: cannot remove needed library libbase.so: symbol base_number needs its "
           "version BASE_1.0; clear the versions of such symbols, or replace the library",
           "remove-needed", "libbase.so", library)


def test_absent_names_are_no_error_and_leave_the_file_untouched(library):
    before = library.stat()
    for arguments in (["remove-needed", "libnone.so"], ["replace-needed", "libnone.so", "libx.so"],
                      ["clear-symbol-version", "none"], ["add-needed", "libm.so.6"],
                      ["set-soname", "liba.so"], ["clear-execstack"], ["shrink-rpath"]):
        edit(*arguments, library)
        after = library.stat()
        assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns), arguments


def test_several_files_with_a_broken_one(library, program, tmp_path):
    text = tmp_path / "text"
    text.write_text("no ELF\n")
    refuse(f"{text}: not an ELF file", "add-needed", "libdl.so.2", library, text, program)
    assert facts(library)["needed"][0] == facts(program)["needed"][0] == "libdl.so.2"


def test_output_and_in_place_exclude_each_other(library, tmp_path):
    refuse("--output excludes --in-place; see elfwheel add-needed --help",
           "add-needed", "x", "--in-place", "-o", tmp_path / "out", library)


def test_output_takes_a_single_file(library, program, tmp_path):
    refuse("-o takes a single FILE; see elfwheel set-execstack --help",
           "set-execstack", library, program, "-o", tmp_path / "out")


def test_output(library, tmp_path):
    before = library.read_bytes()
    edit("add-needed", "libdl.so.2", library, "-o", tmp_path / "out.so")
    assert library.read_bytes() == before
    assert facts(tmp_path / "out.so")["needed"][0] == "libdl.so.2"


def test_in_place_keeps_the_inode(library):
    before = library.stat().st_ino
    edit("set-rpath", "--in-place", "/opt/" + "long/" * 50, library)
    assert library.stat().st_ino == before
    assert run("readelf", "-dW", library).stdout.count("/opt/long/") == 1
    run("/usr/bin/python3", "-I", "-c", "import ctypes, sys; ctypes.CDLL(sys.argv[1])", library)


@pytest.mark.parametrize("arguments", [
    ["set-rpath", "/opt/" + "long/" * 50], ["add-needed", "libdl.so.2"], ["set-soname", "libb.so"],
    ["no-default-lib"], ["set-execstack"]])
def test_cross_check_agrees(library, arguments):
    before = facts(library)
    edit(*arguments, "--cross-check", library)
    assert changed(library, before) != {}


def test_shrink_rpath(compile_c, tmp_path):
    outside = tmp_path / "outside"
    compile_c(outside / "libout.so", "int out(void) { return 5; }\n", "-Wl,-soname,libout.so")
    library = compile_c(tmp_path / "liba.so", "int out(void); int a(void) { return out(); }\n",
                        f"-L{outside}", "-lout", "-Wl,--enable-new-dtags",
                        f"-Wl,-rpath,/nowhere:$ORIGIN/../x:{outside}:{outside}/../outside")
    copy = tmp_path / "copy.so"
    edit("shrink-rpath", library, "-o", copy)
    assert printed("print-rpath", copy) == f"$ORIGIN/../x:{outside}\n"
    edit("shrink-rpath", "--allowed-rpath-prefixes", "/opt:/usr", library)
    assert printed("print-rpath", library) == "$ORIGIN/../x\n"


def test_a_value_that_begins_with_a_dash(library):
    done = subprocess.run([elfwheel(), "add-needed", "--", "-odd.so", library],
                          capture_output=True, text=True, env=environment())
    assert (done.returncode, done.stderr) == (0, "")
    assert facts(library)["needed"][0] == "-odd.so"
